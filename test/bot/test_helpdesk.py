"""The shipped brain never shows its insides: thousands of random messages, built of its own triggers
and of noise, get no error text, no tag and no unset variable."""

import json
import os
import random
import re
import subprocess
import unittest
from pathlib import Path

PROGRAM = os.environ["RIVESCRIPT"]
BRAIN = Path(__file__).resolve().parents[2] / "bot/brain"
INSIDES = re.compile(r"ERR|undefined|<[a-z@/]|\{[a-z@/]|xrecall|xaboutorder|xreset|xbring|xoffer")
NOISE = ["yes", "no", "hello", "4711", "AB-12", "äöü 🙂", "", "???", "my", "what is", "<call>x</call>",
         "{@help}", "{topic=x}", "I am from Ulm", "thanks", "escalate it", "x" * 3000, "\n\n"]


def sentence(dice, trigger):
    """A message that may match the trigger."""
    text = re.sub(r"\{weight=\d+\}|\[[^]]*\]", " ", trigger)
    text = re.sub(r"\(@(\w+)\)", lambda m: dice.choice(["yes", "no", "real person"]), text)
    while "(" in text:
        text = re.sub(r"\(([^()]*)\)", lambda m: dice.choice(m[1].split("|")), text)
    text = text.replace("<bot company>", "our company")
    text = re.sub(r"[*_]", lambda m: dice.choice(["something", "Ann Lee", "the red one", "5"]), text)
    return re.sub(r"#", "42", text)


class HelpDesk(unittest.TestCase):
    def test_no_insides_are_shown(self):
        listed = subprocess.run([PROGRAM, "--utf8", "--sort", BRAIN], capture_output=True, text=True,
                                check=True).stdout
        triggers = [line.split("+ ", 1)[1].split("  ")[0] for line in listed.splitlines()
                    if "+ " in line and not re.search(r"\+ x\w+  ", line)]
        self.assertGreater(len(triggers), 100)
        dice = random.Random(1)
        requests = [{"username": f"u{n % 20}",
                     "message": sentence(dice, dice.choice(triggers)) if dice.random() < 0.85
                     else dice.choice(NOISE),
                     **({"vars": {"name": "Ann <b>{@x}</b>"}} if n < 20 else {})}
                    for n in range(6000)]
        run = subprocess.run([PROGRAM, "--utf8", "--json", "--seed", "1", BRAIN], text=True,
                             input="".join(json.dumps(r) + "\n" for r in requests),
                             capture_output=True, check=True)
        replies = [json.loads(line)["reply"] for line in run.stdout.splitlines()]
        self.assertEqual(len(replies), len(requests))
        for request, reply in zip(requests, replies):
            shown = reply.replace("<b>{@x}</b>", "").replace("<B>{@x}</b>", "")
            shown = re.sub(r"<call>x</call>|\{@help\}|\{topic=x\}", "", shown, flags=re.IGNORECASE)
            self.assertTrue(shown.strip(), request)
            self.assertIsNone(INSIDES.search(shown), (request, reply))


if __name__ == "__main__":
    unittest.main()
