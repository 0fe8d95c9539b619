"""Runs test files in the YAML form of the RiveScript Test Suite.

usage: run_suite.py [--skip-differing] FOLDER PROGRAM [ARGUMENT ...]

FOLDER may be "rsts": the public suite, in $RSTS_DIR or else ../shared/rivescript/rsts beside the
repository; where there is none it says so and exits 77, which ctest counts as skipped.

Beyond the public suite's form a test may have `case: true`, `nostrict: true`, `depth: N`, and
`differs: why` where the reference implementation answers otherwise on purpose (--skip-differing
leaves these out); an action may be `refused: [texts]`, which the program must say while it refuses
the sources so far.
"""

import os
import sys
from pathlib import Path

import yaml

from speaker import Refused, Speaker

SKIPPED = 77
ROOT = Path(__file__).resolve().parents[2]


def as_list(value):
    return value if isinstance(value, list) else [value]


def as_text(value):
    """A variable's value: YAML has read `5` and `true` as other types."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class Test:
    def __init__(self, command, name, test):
        self.command = command
        self.name = name
        self.test = test
        self.user = test.get("username", "localuser")
        self.sources = []
        self.variables = {}
        self.speaker = None
        self.passed = 0

    def options(self):
        flags = [f"--{flag}" for flag in ("utf8", "case", "nostrict") if self.test.get(flag)]
        if "depth" in self.test:
            flags += ["--depth", str(self.test["depth"])]
        return flags

    def speak(self):
        if not self.speaker:
            self.speaker = Speaker(self.command, self.sources, self.options())
        return self.speaker

    def source(self, source):
        """Sources add up: the brain is made again, the variables stay."""
        self.sources.append(source)
        self.stop()

    def input(self, message, replies):
        answer = self.speak().ask(self.user, message, self.variables)
        self.variables = answer["vars"]
        wanted = [str(reply).strip() for reply in as_list(replies)]
        got = answer["reply"].strip()
        assert got in wanted, f"{message!r}: expected {wanted}, got {got!r}"

    def refused(self, texts):
        try:
            self.speak().ask(self.user, "hello")
        except Refused as refusal:
            for text in as_list(texts):
                assert text in str(refusal), f"expected {text!r} in {refusal}"
            return
        raise AssertionError("the sources were accepted")

    def expect(self, variables):
        for name, value in variables.items():
            got = self.variables.get(name, "undefined")
            assert got == as_text(value), f"{name}: expected {value!r}, got {got!r}"

    def stop(self):
        if self.speaker:
            self.speaker.close()
        self.speaker = None

    def run(self):
        try:
            for action in self.test["tests"]:
                if "source" in action:
                    self.source(action["source"])
                elif "input" in action:
                    self.input(action["input"], action["reply"])
                elif "set" in action:
                    self.variables |= {k: as_text(v) for k, v in action["set"].items()}
                elif "assert" in action:
                    self.expect(action["assert"])
                elif "refused" in action:
                    self.refused(action["refused"])
                else:
                    raise AssertionError(f"unknown action {action}")
        finally:
            self.stop()


def find_folder(name):
    if name != "rsts":
        return Path(name)
    folder = Path(os.environ.get("RSTS_DIR") or ROOT.parent / "shared/rivescript/rsts")
    if not list(folder.glob("*.yml")):
        print(f"skipped: no RiveScript Test Suite in {folder} (set RSTS_DIR to a checkout of it)")
        sys.exit(SKIPPED)
    return folder


def main(arguments):
    skip_differing = arguments[0] == "--skip-differing"
    folder_name, *command = arguments[1:] if skip_differing else arguments
    passed = failed = left_out = 0
    for file in sorted(find_folder(folder_name).glob("*.yml")):
        for name, test in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            if skip_differing and "differs" in test:
                left_out += 1
                continue
            try:
                Test(command, name, test).run()
                passed += 1
            except (AssertionError, Refused) as error:
                failed += 1
                print(f"{file.name}: {name}: {error}")
    print(f"{passed} passed, {failed} failed, {left_out} left out as different on purpose")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
