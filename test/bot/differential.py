"""Compares the engine with the npm package `rivescript` on random brains and conversations.

usage: differential.py [--seed N] [--steps N] RIVESCRIPT NODE REFERENCE_JS

Prints the seed of every brain that is answered differently, the brain and the conversation up to
there, and exits 1. Run again with --seed N --steps 1 to see that brain alone. A difference is one
when a fresh process of the reference repeats its answer: node was once seen to answer one message
in a million otherwise than ever again.
"""

import argparse
import itertools
import json
import random
import select
import subprocess
import sys
import tempfile
from pathlib import Path

from generate import make_brain, make_message

MESSAGES = 24
REPLY_MOST = 900  # bytes: of a longer one a state keeps only the end
ANSWER_S = 20
SILENT_MOST = 3
UNSTEADY_MOST = 3
REPORTED_MOST = 5


class Silent(Exception):
    """The reference did not answer: it can take exponential time, or run out of memory."""


class Reference:
    """One process for all brains: starting node takes longer than a conversation."""

    def __init__(self, node, script):
        self.command = [node, script, "--spec-order"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def restart(self):
        self.process.kill()
        self.process.wait()
        self.start()

    def ask(self, request):
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], ANSWER_S)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.restart()
            raise Silent
        return json.loads(line)

    def talk(self, brain, source, messages):
        options = {"utf8": brain.utf8, "case": brain.case}
        loaded = self.ask({"brain": [source], "options": options})
        if loaded["status"] != "ok":
            raise SystemExit(f"the reference refuses a generated brain: {loaded['reply']}\n{source}")
        return [self.ask({"username": "tester", "message": m}) for m in messages]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def talk(program, brain, source, messages):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "brain.rive").write_text(source, encoding="utf-8")
        flags = ["--utf8"] * brain.utf8 + ["--case"] * brain.case
        lines = "".join(json.dumps({"username": "tester", "message": m}) + "\n" for m in messages)
        run = subprocess.run([program, "--json", *flags, folder], input=lines, text=True,
                             capture_output=True, timeout=60)
    if run.returncode != 0:
        raise SystemExit(f"a generated brain is refused:\n{run.stderr}\n{source}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def comparable(answer):
    """Reply and variables; one that is set to `undefined` is not set."""
    return answer["reply"], {k: v for k, v in answer["vars"].items() if v != "undefined"}


def is_ordinary(answer):
    """Neither a text too long for the history nor a number that the reference rounds."""
    return (len(answer["reply"].encode()) <= REPLY_MOST
            and all(len(value) < 16 for value in answer["vars"].values() if value.lstrip("-").isdigit()))


def first_difference(ours, theirs):
    pairs = enumerate(zip(ours, theirs, strict=True))
    return next((step for step, (a, b) in pairs if comparable(a) != comparable(b)), None)


def compare(seed, program, reference):
    """The number of steps that were compared, the first that differs or None, and whether the
    reference took a different answer back."""
    dice = random.Random(seed)
    brain, source = make_brain(dice)
    messages = [make_message(brain) for _ in range(MESSAGES)]
    ours = list(itertools.takewhile(is_ordinary, talk(program, brain, source, messages)))
    messages = messages[: len(ours)]
    theirs = reference.talk(brain, source, messages)
    step = first_difference(ours, theirs)
    if step is None:
        return len(messages), None, False
    reference.restart()
    theirs = reference.talk(brain, source, messages)
    step = first_difference(ours, theirs)
    if step is None:
        return len(messages), None, True
    return step, (brain, source, messages[: step + 1], ours[step], theirs[step]), False


def report(seed, difference):
    brain, source, messages, ours, theirs = difference
    print(f"seed {seed} (utf8: {brain.utf8}, case: {brain.case})\n{source}\n" +
          "\n".join(f"> {m!r}" for m in messages))
    print(f"ours:   {ours['reply']!r} {ours['vars']}\ntheirs: {theirs['reply']!r} {theirs['vars']}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20000)
    parser.add_argument("program")
    parser.add_argument("node")
    parser.add_argument("script")
    arguments = parser.parse_args()
    reference = Reference(arguments.node, arguments.script)
    steps, seed, different, silent, unsteady = 0, arguments.seed, [], 0, 0
    while (steps < arguments.steps and len(different) < REPORTED_MOST and silent <= SILENT_MOST
           and unsteady <= UNSTEADY_MOST):
        done, difference, took_back = 0, None, False
        try:
            done, difference, took_back = compare(seed, arguments.program, reference)
        except Silent:
            print(f"seed {seed}: the reference does not answer")
            silent += 1
        if took_back:
            print(f"seed {seed}: the reference answered otherwise when it was asked again")
            unsteady += 1
        if difference:
            different.append(seed)
            report(seed, difference)
        steps += done
        seed += 1
    reference.close()
    print(f"{steps} steps, seeds {arguments.seed} to {seed - 1}; different: {different or 'none'}")
    return 1 if different or silent > SILENT_MOST or unsteady > UNSTEADY_MOST else 0


if __name__ == "__main__":
    sys.exit(main())
