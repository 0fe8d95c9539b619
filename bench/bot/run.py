"""Replies per second of the engine and of npm rivescript, on brains of growing size.

usage: run.py BUILD_DIR [--sizes 100,1000,10000,100000] [--seconds 1]
    [--rounds 3] [--reference-most 10000]

BUILD_DIR is a release build with FRONTDESK_BENCH=ON. The reference is installed below it on the
first run (npm ci, as for the tests). Brains: 70% plain phrases, 25% with wildcards, 5% with
alternations and optionals, over a vocabulary of 2,000 words; every reply is compared with the expected
one. A machine is rarely quiet: the sizes take turns, and the best of the rounds counts, for both programs.
Prints a table and the ratios, and exits 1 when a reply was wrong or a promise is not kept.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 2000
VOCABULARY = 2000


def make_words(dice):
    syllables = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]
    words = set()
    while len(words) < VOCABULARY:
        words.add("".join(dice.choice(syllables) for _ in range(dice.randint(2, 4))))
    return sorted(words)


def make_trigger(dice, words):
    """A trigger, a message that matches it, what it captures first."""
    some = [dice.choice(words) for _ in range(dice.randint(3, 6))]
    roll = dice.random()
    if roll < 0.70:
        return " ".join(some), " ".join(some), None
    if roll < 0.95:
        at = dice.randrange(len(some) + 1)
        star = dice.choice(["*", "*", "*", "_", "#"])
        value = "7351" if star == "#" else "qanything" if star == "_" else "qany qthing"
        return (" ".join(some[:at] + [star] + some[at:]),
                " ".join(some[:at] + [value] + some[at:]), value)
    if roll < 0.975:
        other = dice.choice(words)
        return (f"({some[0]}|{other}) " + " ".join(some[1:]), " ".join([other] + some[1:]), other)
    return f"[{some[0]}] " + " ".join(some[1:]), " ".join(some), None


def make(size, folder):
    """Writes the brain and the messages; every trigger of the brain is hit by its message alone."""
    dice = random.Random(size)
    words = make_words(dice)
    lines, hits, seen = ["! version = 2.0"], [], set()
    while len(hits) < size - 1:
        trigger, message, star = make_trigger(dice, words)
        if message in seen or trigger in seen:
            continue
        seen |= {message, trigger}
        number = len(hits)
        lines.append(f"+ {trigger}\n- reply {number}{' <star>' if star else ''}\n")
        hits.append((message, f"reply {number}{' ' + star if star else ''}"))
    lines.append("+ qnever\n- never\n")
    Path(folder, "brain").mkdir()
    Path(folder, "brain", "brain.rive").write_text("\n".join(lines))
    dice.shuffle(hits)
    misses = [" ".join(dice.choice(words) for _ in range(dice.randint(3, 6))) + " qmiss"
              for _ in range(MESSAGES)]
    Path(folder, "messages").write_text(
        "\n".join("\t".join(hit) for hit in hits[:MESSAGES]) + "\n---\n" +
        "\n".join(f"{miss}\tERR: No Reply Matched" for miss in misses) + "\n")


def run(command, folder, seconds):
    done = subprocess.run([*command, f"{folder}/brain", f"{folder}/messages", str(seconds)],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def install_reference(build):
    folder = Path(build, "bench-bot-reference")
    folder.mkdir(exist_ok=True)
    sources = [ROOT / "test/bot" / name
               for name in ("package.json", "package-lock.json", "install_reference.cmake")]
    for source in [*sources, Path(__file__).with_name("replies.js")]:
        copy = folder / source.name
        if not copy.exists() or copy.read_bytes() != source.read_bytes():
            copy.write_bytes(source.read_bytes())
    subprocess.run(["cmake", "-DNPM=npm", "-P", "install_reference.cmake"], cwd=folder, check=True)
    return ["node", "--expose-gc", str(folder / "replies.js")]


def measure(best, command, size, folder, arguments):
    """Keeps the best of each figure, and all that was wrong."""
    now = run(command, Path(folder, str(size)), arguments.seconds)
    old = best.setdefault(size, now)
    if old is not now:
        best[size] = {"load_s": min(old["load_s"], now["load_s"]),
                      "bytes": max(old["bytes"], now["bytes"]),
                      "wrong": old["wrong"] + now["wrong"],
                      **{k: max(old[k], now[k]) for k in ("hits_per_s", "misses_per_s")}}


def row(size, name, r):
    print(f"{size:>7} {name:<5} {r['load_s']:>8.3f} {r['bytes'] / size:>9.0f} "
          f"{r['hits_per_s']:>11.1f} {r['misses_per_s']:>11.1f} {r['wrong']:>6}", flush=True)


def promises(ours, theirs):
    """(what, figure, needed, kept)"""
    for size, factor in ((1000, 300), (10000, 5000)):
        if size in ours and size in theirs:
            for kind in ("hits_per_s", "misses_per_s"):
                ratio = ours[size][kind] / theirs[size][kind]
                yield f"{kind} at {size}, times npm's", ratio, factor, ratio >= factor
    if 1000 in ours and 100000 in ours:
        for kind in ("hits_per_s", "misses_per_s"):
            ratio = ours[100000][kind] / ours[1000][kind]
            yield f"{kind} at 100000, of those at 1000", ratio, 0.5, ratio >= 0.5
        load, size = ours[100000]["load_s"], ours[100000]["bytes"] / 100000
        yield "load of 100000, s", load, 1, load < 1
        yield "bytes per trigger at 100000", size, 400, size <= 400


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--sizes", default="100,1000,10000,100000")
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reference-most", type=int, default=10000)
    arguments = parser.parse_args()
    reference = install_reference(arguments.build)
    sizes = list(map(int, arguments.sizes.split(",")))
    ours, theirs = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            Path(folder, str(size)).mkdir()
            make(size, Path(folder, str(size)))
        for _ in range(arguments.rounds):
            for size in sizes:
                measure(ours, [f"{arguments.build}/bin/bot-replies"], size, folder, arguments)
                if size <= arguments.reference_most:
                    measure(theirs, reference, size, folder, arguments)
    print("   size who     load s  B/trigger      hits/s    misses/s  wrong")
    for size in sizes:
        row(size, "ours", ours[size])
        if size in theirs:
            row(size, "npm", theirs[size])
    wrong = sum(r["wrong"] for r in [*ours.values(), *theirs.values()])
    kept = True
    for what, figure, needed, is_kept in promises(ours, theirs):
        kept &= is_kept
        print(f"{'kept' if is_kept else 'NOT KEPT'}: {what}: {figure:.2f} (needed: {needed})")
    return 0 if kept and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
