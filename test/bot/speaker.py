"""A RiveScript program that talks JSON, one object a line: ours, or the reference behind node."""

import json
import select
import subprocess
import tempfile
from pathlib import Path

ANSWER_S = 20  # nothing that is asked here takes nearly as long


class Refused(Exception):
    """The brain was not accepted; the text is what the program said."""


class Speaker:
    """One process with one brain. `command` is what comes before the options."""

    def __init__(self, command, sources, options=()):
        self.folder = tempfile.TemporaryDirectory(prefix="rivescript-")
        for number, source in enumerate(sources):
            Path(self.folder.name, f"{number:03}.rive").write_text(source, encoding="utf-8")
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*command, *options, self.folder.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)

    def ask(self, username, message, variables=None):
        request = {"username": username, "message": message}
        if variables:
            request["vars"] = variables
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        ready, _, _ = select.select([self.process.stdout], [], [], ANSWER_S)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.process.kill()
            self.process.wait()
            raise Refused(self.said())
        return json.loads(line)

    def said(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait(ANSWER_S)
        self.process.stdout.close()
        self.errors.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
