"""Random brains and conversations for the differential test, from a seed.

Left out is only what docs/bot.md lists as different on purpose, and chance: of several replies either
program may choose another one.
"""

import random

WORDS = ("cat dog bird fish house tree red blue green big small old new the my your is are "
         "was like want see eat run fast slow two three hello bye now then so and").split()
FOREIGN = ["ähm", "öl", "ñandú", "кот", "猫", "über"]
NAMES = ["alpha", "beta", "gamma", "count", "mood"]
TOPICS = ["random", "one", "two", "three", "four"]
PUNCTUATION = ["", "", "", "", "!", "?", ".", ",", " ", "'", "-"]
SUBS = {"whats": "what is", "im": "i am", "cant": "can not", "gonna": "going to",
        "i'd": "i would", "brb": "be right back", "new york": "big apple"}
PERSONS = {"mine": "yours", "me": "you", "am": "are"}


class Brain:
    """What is known while the source is being made up."""

    def __init__(self, dice):
        self.dice = dice
        self.utf8 = dice.random() < 0.25
        self.case = dice.random() < 0.05
        self.depth = dice.choice([5, 20, 50])
        self.topics = TOPICS[: dice.randint(1, len(TOPICS))]
        self.arrays = {f"arr{n}": dice.sample(WORDS, dice.randint(2, 4)) + ["big tree"]
                       for n in range(dice.randint(0, 2))}
        self.texts = {topic: [] for topic in self.topics}  # of triggers, without a % line
        self.replies = []  # plain ones, for % lines
        self.is_lone_star = False  # the trigger is `*`, whose star may be empty

    def word(self):
        if self.utf8 and self.dice.random() < 0.2:
            return self.dice.choice(FOREIGN)
        return self.dice.choice(WORDS)

    def words(self, least, most):
        return " ".join(self.word() for _ in range(self.dice.randint(least, most)))

    def ascii_words(self, least, most):
        return " ".join(self.dice.choice(WORDS) for _ in range(self.dice.randint(least, most)))


def element(brain):
    """One piece of a trigger and how many stars it captures."""
    dice = brain.dice
    roll = dice.random()
    if roll < 0.52:
        return brain.word(), 0
    if roll < 0.66:
        return "*", 1
    if roll < 0.70:
        return "#", 1
    if roll < 0.75:
        return "_", 1
    if roll < 0.83:
        return "(" + "|".join(brain.ascii_words(1, 2) for _ in range(dice.randint(1, 3))) + ")", 1
    if roll < 0.91:
        return "[" + "|".join(brain.ascii_words(1, 2) for _ in range(dice.randint(1, 3))) + "]", 0
    if roll < 0.94:
        return "[*]", 0
    if roll < 0.97 and brain.arrays:
        name = dice.choice(list(brain.arrays))
        return dice.choice([(f"@{name}", 0), (f"(@{name})", 1)])
    return dice.choice(["<bot color>", "<get mood>", "<bot missing>", "<input1>", "<reply1>"]), 0


def trigger(brain):
    """A trigger's text and the number of its stars."""
    dice = brain.dice
    if dice.random() < 0.06:
        return "*", 1
    if dice.random() < 0.3:
        return brain.words(1, 4), 0
    pieces, stars, previous = [], 0, ""
    for _ in range(dice.randint(1, 5)):
        piece, captures = element(brain)
        is_optional = piece.startswith("[")
        if is_optional and (brain.utf8 or previous.startswith("[")):
            continue  # the reference's \b knows only ASCII
        pieces.append(piece)
        stars += captures
        previous = piece
    text = " ".join(pieces) or brain.word()
    if dice.random() < 0.03:
        text = text.replace(" *", "*", 1)
    if dice.random() < 0.12:
        text += "{weight=%d}" % dice.choice([1, 2, 5, 10])
    return text, stars


def sample(brain, text):
    """A message that may well match the trigger."""
    out, i = [], 0
    while i < len(text):
        c = text[i]
        if c in "([":
            end = text.index(")" if c == "(" else "]", i)
            inner = text[i + 1:end]
            if inner.startswith("@"):
                out.append(brain.dice.choice(brain.arrays[inner[1:]]))
            elif c == "(" or brain.dice.random() < 0.6:
                out.append(brain.dice.choice(inner.split("|")).replace("*", "so so"))
            i = end
        elif c == "{":
            i = text.index("}", i)
        elif c == "@":
            name = text[i + 1:].split(" ")[0].split("*")[0].split("{")[0]
            out.append(brain.dice.choice(brain.arrays.get(name, ["x"])))
            i += len(name)
        elif c == "<":
            i = text.index(">", i)
            out.append(brain.dice.choice(["azure", "happy", "undefined", "cat"]))
        elif c == "*":
            out.append(brain.ascii_words(1, 3))
        elif c == "#":
            out.append(brain.dice.choice([str(brain.dice.randint(0, 99))] * 5 + ["x1", "cat"]))
        elif c == "_":
            out.append(brain.dice.choice(WORDS + ["7", "a1", "12"] * 2))
        else:
            out.append(c)
        i += 1
    return "".join(out)


def star(brain, stars):
    if stars == 0:
        return brain.dice.choice(["<star>", brain.word()])
    number = brain.dice.randint(1, stars)
    return brain.dice.choice([f"<star{number}>", "<star>"])


def piece_of_reply(brain, stars, in_previous):
    dice = brain.dice
    name = dice.choice(NAMES)
    roll = dice.random()
    if roll < 0.40:
        return brain.words(1, 4) + dice.choice(["", "!", ".", "?"])
    if roll < 0.55:
        return star(brain, stars)
    if roll < 0.60:
        return dice.choice([f"{{{tag}}}so {star(brain, stars)} {brain.ascii_words(0, 2)}{{/{tag}}}"
                            for tag in ("formal", "sentence", "uppercase", "lowercase")]
                           + ["{person}me am mine{/person}"])
    if roll < 0.63 and stars and not brain.is_lone_star:
        return dice.choice(["<formal>", "<sentence>", "<uppercase>", "<lowercase>", "<person>"])
    if roll < 0.70:
        return f"<get {name}>"
    if roll < 0.76:
        return f"<set {name}={dice.choice([star(brain, stars), brain.word(), '7', '<get alpha>'])}>"
    if roll < 0.79:
        return dice.choice(["<add count=3>", "<sub count=2>", "<mult count=2>", "<get count>"])
    if roll < 0.82:
        return dice.choice(["<bot color>", "<bot missing>", "<env level>", "<id>", "<b>x</b>"])
    if roll < 0.86:
        return dice.choice(["<input>", "<input1>", "<input2>", "<reply>", "<reply1>", "<reply3>"])
    if roll < 0.89:
        return dice.choice(["\\s", "a\\sb", "\\n", "\\#"])
    if roll < 0.91 and in_previous:
        return "<botstar>"
    if roll < 0.95 and len(brain.topics) > 1:
        return "{topic=%s}" % dice.choice(brain.topics + ["nowhere"])
    return brain.word()


def reply(brain, stars, topic, in_previous=False):
    dice = brain.dice
    pieces = [piece_of_reply(brain, stars, in_previous) for _ in range(dice.randint(1, 4))]
    if dice.random() < 0.12:
        target = dice.choice(brain.texts[topic] or ["cat"])
        text = sample(brain, target) if "<" not in target else "cat"
        pieces.append(dice.choice([f"{{@{text}}}", f"{{@ {text} }}"]))
    text = " ".join(pieces)
    return text if text.strip() else "ok"


def condition(brain, stars, topic):
    dice = brain.dice
    left = dice.choice([f"<get {dice.choice(NAMES)}>", star(brain, stars), "<bot color>", "<get topic>"])
    if dice.random() < 0.3:
        left = "<get count>"
        test = f"{dice.choice(['<', '<=', '>', '>=', '==', '!='])} {dice.randint(-2, 9)}"
    else:
        operator = dice.choice(["==", "eq", "!=", "ne", "<>"])
        test = f"{operator} {dice.choice(['undefined', brain.word(), '7', 'azure', 'random'])}"
    return f"{left} {test} => {reply(brain, stars, topic)}"


def previous_line(brain):
    dice = brain.dice
    if brain.replies and dice.random() < 0.7:
        words = dice.choice(brain.replies).split()
        if dice.random() < 0.5 and len(words) > 1:
            words[dice.randrange(len(words))] = "*"
        return " ".join(words)
    word = brain.ascii_words(1, 1)
    return dice.choice([f"* {word}", "undefined", f"{word} *" if brain.utf8 else f"[*] {word} [*]"])


def write_trigger(brain, topic, lines, seen):
    dice = brain.dice
    text, stars = trigger(brain)
    brain.is_lone_star = text == "*"
    in_previous = dice.random() < 0.15
    previous = previous_line(brain) if in_previous else None
    if (topic, text) in seen:
        return
    seen.add((topic, text))
    lines.append(f"+ {text}")
    if in_previous:
        lines.append(f"% {previous}")
    else:
        brain.texts[topic].append(text)
    if dice.random() < 0.08 and brain.texts[topic] and "<" not in (t := dice.choice(brain.texts[topic])):
        target = sample(brain, t)
        lines.append(f"@ {target if dice.random() < 0.7 or not stars else '<star>'}")
        return
    while dice.random() < 0.25:
        lines.append(f"* {condition(brain, stars, topic)}")
    if dice.random() < 0.3:
        plain = brain.ascii_words(2, 4)
        brain.replies.append(plain)
        lines.append(f"- {plain}{dice.choice(['', '.', '!'])}")
    else:
        lines.append(f"- {reply(brain, stars, topic, in_previous)}")
        while dice.random() < 0.15:
            lines.append(f"^ {brain.word()}")


def topic_head(brain, topic):
    """Links go to later topics only: there are no circles."""
    later = brain.topics[brain.topics.index(topic) + 1:]
    head = f"> topic {topic}"
    for word in ("includes", "inherits"):
        if later and brain.dice.random() < 0.35:
            head += f" {word} " + " ".join(brain.dice.sample(later, brain.dice.randint(1, min(2, len(later)))))
    return head


def begin_block(brain):
    return brain.dice.choice([
        ["> begin", "+ request", "- {ok}", "< begin"],
        ["> begin", "+ request", "* <get mood> == happy => :) {ok}", "- {ok}", "< begin"],
        ["> begin", "+ request", "- <set met=yes>{ok} <get met>", "< begin"],
        ["> begin", "+ request", "- {topic=random}{ok}", "< begin"],
        ["> begin", "+ req", "- {ok}", "< begin"],
    ])


def make_brain(dice):
    """(Brain, source)"""
    brain = Brain(dice)
    seen, lines = set(), ["! version = 2.0", "! var color = azure", "! global level = 3"]
    lines += [f"! global depth = {brain.depth}"]
    if dice.random() < 0.3:
        lines.append(f"! local concat = {dice.choice(['space', 'none', 'newline'])}")
    lines += [f"! sub {k} = {v}" for k, v in SUBS.items() if dice.random() < 0.5]
    lines += [f"! person {k} = {v}" for k, v in PERSONS.items() if dice.random() < 0.5]
    lines += [f"! array {k} = {'|'.join(v)}" for k, v in brain.arrays.items()]
    if dice.random() < 0.2:
        lines += begin_block(brain)
    for topic in brain.topics:
        lines.append(topic_head(brain, topic))
        for _ in range(dice.randint(2, 14)):
            write_trigger(brain, topic, lines, seen)
        if dice.random() < 0.4 and (topic, "*") not in seen:
            brain.is_lone_star = True
            lines += ["+ *", f"- {reply(brain, 1, topic)}"]
        lines.append("< topic")
        if dice.random() < 0.2:
            lines.append(dice.choice(["// a comment", "/* one", "+ not here", "two */", ""]))
            if lines[-1] == "/* one":
                lines += ["+ not here", "*/"]
            elif lines[-1] in ("two */", "+ not here"):
                lines.pop()
    return brain, "\n".join(lines) + "\n"


def make_message(brain):
    dice = brain.dice
    every = [text for texts in brain.texts.values() for text in texts]
    roll = dice.random()
    if every and roll < 0.7:
        message = sample(brain, dice.choice(every))
    elif roll < 0.9:
        message = brain.words(1, 5)
    elif roll < 0.93:
        message = ""
    else:
        message = f"{dice.choice(list(SUBS))} {brain.words(0, 2)}"
    if dice.random() < 0.3:
        message = message.capitalize() if brain.utf8 is False else message
    if dice.random() < 0.1:
        message = f"  {message} "
    return message + dice.choice(PUNCTUATION)
