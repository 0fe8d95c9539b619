"""The program `rivescript` as its users see it: modes, flags, exit codes."""

import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

PROGRAM = os.environ["RIVESCRIPT"]

GREETING = """! version = 2.0
+ hello
- Hi!

+ my name is *
- <set name=<formal>>Hello <get name>.

+ i want *
- Why <star>?

+ i want (tea|coffee)
- Here you are.

+ *
- What?
"""


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = Path(self.folder.name, name)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def brain(self, text=GREETING):
        return self.file("brain.rive", text)

    def run_program(self, *arguments, stdin=""):
        return subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=60)


class Talk(Program):
    def test_answers_line_by_line(self):
        run = self.run_program(self.brain(), stdin="Hello!\nx\n/quit\nhello\n")
        self.assertEqual((run.returncode, run.stdout), (0, "Hi!\nWhat?\n"))

    def test_takes_a_folder_in_order_of_names(self):
        self.file("b.rive", "+ hello\n- b\n")
        self.file("a.rive", "+ hello\n- a\n")
        self.file("c.txt", "+ (\n")
        run = self.run_program(self.folder.name, stdin="hello\n")
        self.assertEqual(run.stdout, "a\n")

    def test_same_seed_same_choices(self):
        brain = self.brain("+ *\n" + "".join(f"- {n}\n" for n in range(50)))
        runs = [self.run_program("--seed", "7", brain, stdin="a\n" * 20).stdout for _ in range(2)]
        self.assertEqual(runs[0], runs[1])
        self.assertGreater(len(set(runs[0].split())), 5)

    def test_debug_says_how(self):
        run = self.run_program("--debug", self.brain(), stdin="hello\n")
        self.assertIn('message: "hello" in topic random', run.stderr)
        self.assertIn("yes: + hello", run.stderr)

    def test_depth(self):
        brain = self.brain("+ a\n@ b\n+ b\n@ c\n+ c\n- end\n")
        self.assertEqual(self.run_program(brain, stdin="a\n").stdout, "end\n")
        limited = self.run_program("--depth", "1", brain, stdin="a\n").stdout
        self.assertEqual(limited, "ERR: Deep Recursion Detected\n")

    def test_step_limit_names_the_trigger(self):
        brain = self.brain("+ a\n- {@b}{@b}{@b}{@b}\n+ b\n- {@a}{@a}{@a}{@a}\n")
        run = self.run_program(brain, stdin="a\n")
        self.assertEqual(run.stdout, "ERR: Step Limit Reached\n")
        self.assertRegex(run.stderr, r"step limit was reached at .*brain\.rive:[13]: \+ [ab]")


class Json(Program):
    def ask(self, *requests, options=(), brain=GREETING):
        lines = "".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in requests)
        run = self.run_program("--json", *options, self.brain(brain), stdin=lines)
        self.assertEqual(run.returncode, 0, run.stderr)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def test_reply_and_variables(self):
        answers = self.ask({"username": "a", "message": "My name is bob"})
        self.assertEqual(answers, [{"status": "ok", "reply": "Hello Bob.",
                                    "vars": {"topic": "random", "name": "Bob"}}])

    def test_users_have_states_of_their_own(self):
        answers = self.ask({"username": "a", "message": "My name is bob"},
                           {"username": "b", "message": "hello"},
                           {"username": "a", "message": "hello"})
        self.assertNotIn("name", answers[1]["vars"])
        self.assertEqual(answers[2]["vars"]["name"], "Bob")

    def test_variables_are_set_and_taken_away(self):
        answers = self.ask({"message": "hello", "vars": {"n": 5, "t": True, "s": "x", "topic": "q"}},
                           {"message": "hello", "vars": {"s": None}})
        self.assertEqual(answers[0]["vars"], {"topic": "random", "n": "5", "t": "true", "s": "x"})
        self.assertEqual(answers[1]["vars"], {"topic": "random", "n": "5", "t": "true"})

    def test_bad_lines_are_answered(self):
        answers = self.ask("{", "[]", '"text"', '{"message": 5}', '{"username": "a"}', "",
                           "[" * 5000, {"message": "hello"})
        self.assertEqual([a["status"] for a in answers], ["error"] * 6 + ["ok"])

    def test_hostile_texts(self):
        answers = self.ask({"message": "\u0000\u0001\u0002 <call>x</call> {@hello}"},
                           {"message": "a" * 100000}, {"message": "\ud83d\ude00" * 1000},
                           options=["--utf8"])
        self.assertEqual([a["reply"] for a in answers], ["What?"] * 3)

    def test_unicode(self):
        answers = self.ask({"message": "My name is Jürgen Öz"}, options=["--utf8"])
        self.assertEqual(answers[0]["reply"], "Hello Jürgen Öz.")


class Refusal(Program):
    def test_every_error_of_every_file_on_stderr(self):
        self.file("a.rive", "+ Hello\n- a\n+ (a\n- b\n")
        self.file("b.rive", "+ ok\n* x\n")
        run = self.run_program(self.folder.name)
        self.assertEqual(run.returncode, 1)
        for text in ("a.rive:1:3: error:", "a.rive:3:3: error:", "b.rive:2:3: error:"):
            self.assertIn(text, run.stderr)

    def test_nostrict_takes_it(self):
        run = self.run_program("--nostrict", self.brain("+ Hello *\n- hi\n"), stdin="hello you\n")
        self.assertEqual((run.returncode, run.stdout), (0, "hi\n"))
        self.assertIn("warning", run.stderr)

    def test_missing_brain(self):
        run = self.run_program(self.folder.name + "/none")
        self.assertEqual(run.returncode, 1)
        self.assertIn("No such file", run.stderr)

    def test_empty_folder(self):
        run = self.run_program(self.folder.name)
        self.assertEqual(run.returncode, 1)
        self.assertIn("no .rive files", run.stderr)

    def test_wrong_usage(self):
        for arguments in ([], ["a", "b"], ["--nonsense", "a"], ["--depth", "x", "a"]):
            self.assertEqual(self.run_program(*arguments).returncode, 2, arguments)

    def test_help(self):
        run = self.run_program("--help")
        self.assertEqual(run.returncode, 0)
        for flag in ("--json", "--check", "--explain", "--test", "--sort", "--utf8", "--case",
                     "--depth", "--nostrict", "--debug"):
            self.assertIn(flag, run.stdout)


class Check(Program):
    def check(self, source):
        run = self.run_program("--check", self.brain(source))
        return run.returncode, run.stderr

    def test_good_brain(self):
        self.assertEqual(self.check(GREETING), (0, ""))

    def test_findings(self):
        cases = {
            "+ a\n- x\n+ a\n- y\n": ":3: warning: the same trigger stands at",
            "+ a *{weight=5}\n- x\n+ a b\n- y\n": ":3: warning: never reached: + a *{weight=5}",
            "! sub im = i am\n+ im here\n- y\n": ":2: warning: never reached: a message like this",
            "> topic random inherits x\n+ *\n- a\n< topic\n> topic x\n+ b *\n- b\n< topic\n": None,
            "+ [*] you *\n- a\n+ are you *\n- b\n": ":3: warning: never reached: + [*] you *",
            "+ (a|b) *\n- a\n+ a (x|y)\n- b\n": None,
            "+ a #\n- a\n+ a *\n- b\n": None,
            "+ * # *\n- a\n+ * cat *\n- b\n+ [cat] [dog] x\n- c\n": None,
            "+ a [x] *{weight=2}\n- a\n+ a (b|c) *\n- b\n": ":3: warning: never reached: + a [x]",
            "> topic random includes none\n+ a\n- a\n< topic\n": "includes none, which does not",
            "+ a\n- {topic=none}b\n": ":1: warning: topic none does not exist",
            "+ a @none\n- b\n": ":1: warning: array @none does not exist",
            "+ a\n- (@none)\n": ":1: warning: array (@none) does not exist",
            "+ a\n@ b\n": ':1: warning: nothing in topic random matches the redirect to "b"',
            "+ a\n- x {@b c}\n": 'matches the redirect to "b c"',
            "+ a\n@ b\n+ b\n@ a\n": ":1: warning: redirects in a circle",
            "+ a\n- {@b}\n+ b\n- {@a}\n": ":3: warning: redirects in a circle",
            "+ a *\n- <star2>\n": "<star2>, but the trigger captures only 1",
            "+ * a *\n- <formal2>\n": "<formal2> is not a tag: expected {formal}<star2>{/formal}",
            "+ a\n- {formal}<get x>{/formal}\n": "formats run before variables",
            "+ a\n": ":1: warning: nothing is said",
            "+ a\n- b\n* a == b => c => d\n": ":3:3: warning: this condition can never hold",
            "nonsense\n+ a\n- b\n": ":1:1: warning: unknown command n",
            "+ a\n* a == b => c\n": "nothing is said when no condition holds",
        }
        for source, finding in cases.items():
            with self.subTest(source):
                code, said = self.check(source)
                if finding is None:
                    self.assertEqual((code, said), (0, ""))
                else:
                    self.assertEqual(code, 1)
                    self.assertIn(finding, said)
                    self.assertEqual(len(said.splitlines()), 1 + (source.count("@ a") == 1 and
                                                                  "circle" in finding)
                                     + ("{@a}" in source))

    def test_behind_a_star_that_weighs(self):
        code, said = self.check("> topic random inherits b\n+ *\n- a\n< topic\n"
                                "> topic b inherits c\n+ x\n- x\n< topic\n> topic c\n+ y\n- y\n< topic\n")
        self.assertEqual((code, said), (0, ""))


class Explain(Program):
    def test_tried_and_matched(self):
        run = self.run_program("--explain", "I want milk!", self.brain())
        lines = [line.split("  [")[0] for line in run.stdout.splitlines()]
        self.assertEqual(lines, ['message: "i want milk" in topic random',
                                 "  no: + i want (tea|coffee)", "  no: + hello",
                                 "  no: + my name is *", "  yes: + i want *",
                                 "reply (ok): Why milk?"])

    def test_redirects_and_topics(self):
        brain = self.brain("+ a\n@ b\n> topic t\n+ a\n- in t\n< topic\n+ b\n- end\n")
        run = self.run_program("--explain", "a", brain)
        self.assertIn('redirect: "b"', run.stdout)
        run = self.run_program("--topic", "t", "--explain", "a", brain)
        self.assertIn("reply (ok): in t", run.stdout)

    def test_why_a_previous_line_did_not_fit(self):
        brain = self.brain("+ yes\n% really\n- good\n+ yes\n- what?\n")
        run = self.run_program("--explain", "yes", brain)
        self.assertIn("no: + yes  % really  (the bot's last reply is another)", run.stdout)


class TestFiles(Program):
    def run_test(self, text):
        return self.run_program("--test", self.file("a.talk", text), self.brain())

    def test_passes(self):
        run = self.run_test("# all\n> Hello\n< Hi!\n| Ho!\n> my name is ann\n~ Ann\n? name = Ann\n"
                            "! x = 1\n? x = 1\n---\n? name = undefined\n> ...\n< What?\n")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("6 passed, 0 failed", run.stdout)

    def test_failures_name_the_line(self):
        run = self.run_test("> hello\n< Ho!\n| Hu!\n~ nothing\n? name = x\n")
        self.assertEqual(run.returncode, 1)
        for line in (":2: another reply", ":4: the reply lacks words", ":5: another value"):
            self.assertIn(line, run.stderr)

    def test_lines_that_are_not_understood(self):
        for text in ("nonsense\n", "< too early\n", "| alone\n", "", "! no value\n"):
            self.assertEqual(self.run_test(text).returncode, 1, text)


class Sort(Program):
    def test_matching_order(self):
        run = self.run_program("--sort", self.brain("+ *\n- a\n+ b *\n- a\n+ c{weight=2}\n- a\n+ d\n% x\n- a\n"))
        order = [line.split("+ ")[1].split("  ")[0] for line in run.stdout.splitlines() if "+ " in line]
        self.assertEqual(order, ["d", "c{weight=2}", "b *", "*"])


if __name__ == "__main__":
    unittest.main()
