"""Runs the examples of docs/bot.md: a block of `rive`, and the block of `talk` right after it.

usage: run_docs.py RIVESCRIPT FILE.md
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLE = re.compile(r"^```rive\n(.*?)^```\n```talk\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(program, file):
    text = Path(file).read_text(encoding="utf-8")
    examples = list(EXAMPLE.finditer(text))
    failed = 0
    for example in examples:
        line = text[: example.start()].count("\n") + 1
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "example.rive").write_text(example[1], encoding="utf-8")
            talk = Path(folder, "example.talk")
            talk.write_text(example[2], encoding="utf-8")
            run = subprocess.run([program, "--utf8", "--test", talk, folder], capture_output=True,
                                 text=True, timeout=60)
        if run.returncode != 0:
            failed += 1
            print(f"{file}:{line}: {run.stderr}{run.stdout}")
    print(f"{len(examples)} examples, {failed} failed")
    return 1 if failed or not examples else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
