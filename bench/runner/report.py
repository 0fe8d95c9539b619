"""What the bench found: the median of the rounds, held to the targets, as text and as Markdown."""

import os
import platform
import statistics
from datetime import datetime, timezone

WRONG = ("lost", "doubled", "out_of_order", "gaps", "refused", "closed")


class Results:
    """Measurements by name, one for each round."""

    def __init__(self):
        self.runs = {}

    def add(self, name, numbers):
        self.runs.setdefault(name, []).append(numbers)

    def has(self, name):
        return name in self.runs

    def median(self, name, key):
        return statistics.median(run[key] for run in self.runs[name])

    def ratio(self, above, below):
        """Of the rates, in each round to the best of `below`; what disturbs a round disturbs both sides of it."""
        best = [max(run["acked_per_s"] for run in runs) for runs in zip(*(self.runs[name] for name in below))]
        return statistics.median(run["acked_per_s"] / other for run, other in zip(self.runs[above], best))

    def total(self, name, key):
        return sum(run.get(key, 0) for run in self.runs[name])

    def wrong(self, name):
        return sum(self.total(name, key) for key in WRONG)

    def unclean(self):
        """The runs of our own that lost, doubled or disordered something. Peers are shown, not judged."""
        return [f"{name}: {run['trouble']}" for name, runs in self.runs.items() if not name.startswith("node")
                for run in runs if not run.get("clean", True)]


class Target:
    def __init__(self, text, value, limit, is_least, unit=""):
        self.text, self.value, self.limit, self.is_least, self.unit = text, value, limit, is_least, unit

    @property
    def is_met(self):
        return self.value >= self.limit if self.is_least else self.value <= self.limit

    def row(self):
        bound = "at least" if self.is_least else "at most"
        return (self.text, f"{self.value:.2f}{self.unit}", f"{bound} {self.limit:g}{self.unit}",
                "met" if self.is_met else "**missed**")


def targets(results):
    """The promises, as far as this run measured what they are about."""
    found = []

    def ratio(text, above, below, limit):
        if results.has(above) and all(results.has(name) for name in below):
            found.append(Target(text, results.ratio(above, below), limit, True))

    ratio("sends on MongoDB, of plain Node's", "mongo", ["node"], 10)
    ratio("sends on MongoDB, of the bare inserter's best", "mongo", ["bare_100", "bare_200"], 0.7)
    ratio("sends on MongoDB with the bot, of those without", "mongo_bot", ["mongo"], 0.8)
    ratio("sends on SQLite with the bot, of those without", "sqlite_bot", ["sqlite"], 0.8)
    for name, store in (("idle_sqlite", "SQLite"), ("idle_mongo", "MongoDB")):
        if results.has(name):
            found.append(Target(f"memory of an idle connection, {store}",
                                results.median(name, "rss_server_bytes_each") / 1024, 3, False, " KiB"))
    for name, limit, store in (("start_sqlite", 20, "SQLite"), ("start_mongo", 60, "MongoDB")):
        if results.has(name):
            found.append(Target(f"start to first greeting, {store}", results.median(name, "start_p50_ms"), limit,
                                False, " ms"))
    if results.has("chat_client"):
        found.append(Target("memory of chat-client", results.median("chat_client", "rss_bytes") / 2**20, 5, False,
                            " MiB"))
    return found


NAMES = {
    "mongo": "Frontdesk, MongoDB, no bot", "mongo_bot": "Frontdesk, MongoDB, with the bot",
    "sqlite": "Frontdesk, SQLite, no bot", "sqlite_bot": "Frontdesk, SQLite, with the bot",
    "node": "plain Node, MongoDB", "bare_100": "bare inserter, bulks of 100", "bare_200": "bare inserter, bulks of 200",
    "idle_sqlite": "Frontdesk, SQLite", "idle_mongo": "Frontdesk, MongoDB", "idle_node": "plain Node",
}


def closed_rows(results):
    for name in ("mongo", "mongo_bot", "sqlite", "sqlite_bot", "node"):
        if results.has(name):
            yield (NAMES[name], f"{results.median(name, 'acked_per_s'):,.0f}",
                   *(f"{results.median(name, f'ack_{p}_ms'):.1f}" for p in ("p50", "p99", "p99.9")),
                   f"{results.median(name, 'cpu_server_us'):.1f}",
                   f"{results.median(name, 'cpu_mongod_us'):.1f}" if "cpu_mongod_us" in results.runs[name][0] else "",
                   f"{results.median(name, 'cpu_load_us'):.1f}", f"{results.median(name, 'others_cores'):.2f}",
                   results.wrong(name))
    for name in ("bare_100", "bare_200"):
        if results.has(name):
            yield (NAMES[name], f"{results.median(name, 'acked_per_s'):,.0f}",
                   *(f"{results.median(name, f'bulk_{p}_ms'):.1f}" for p in ("p50", "p99")), "", "",
                   f"{results.median(name, 'cpu_mongod_us'):.1f}", "", "", "")


def open_rows(results):
    for name in ("mongo", "mongo_bot", "sqlite", "sqlite_bot", "node"):
        if results.has(f"{name}_open"):
            opened = f"{name}_open"
            yield (NAMES[name], f"{results.median(opened, 'rate'):,.0f}", f"{results.median(opened, 'acked_per_s'):,.0f}",
                   *(f"{results.median(opened, f'ack_{p}_ms'):.1f}" for p in ("p50", "p99", "p99.9", "max")),
                   results.wrong(opened))


def idle_rows(results):
    for name in ("idle_sqlite", "idle_mongo", "idle_node"):
        if results.has(name):
            yield (NAMES[name], f"{results.median(name, 'connections'):,.0f}",
                   f"{results.median(name, 'rss_server_bytes_each'):,.0f}",
                   f"{results.median(name, 'rss_server_bytes') / 2**20:.1f}")


def tables(results):
    """(heading, columns, rows) of each."""
    yield ("Targets", ("what", "measured", "target", ""), [target.row() for target in targets(results)])
    yield ("Closed loop: 200 users, each in their own chat, one send under way each",
           ("system", "acked/s", "p50 ms", "p99 ms", "p99.9 ms", "CPU us: server", "mongod", "generator", "others: cores",
            "wrong"), list(closed_rows(results)))
    yield ("Open loop at half of that rate; a message's wait for its turn counts",
           ("system", "due/s", "acked/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "wrong"), list(open_rows(results)))
    yield ("Idle connections, joined", ("system", "connections", "bytes each", "MiB in all"), list(idle_rows(results)))


def as_text(results):
    lines = []
    for heading, columns, rows in tables(results):
        if not rows:
            continue
        cells = [columns, *([str(cell).replace("*", "") for cell in row] for row in rows)]
        widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
        lines += ["", heading]
        lines += ["  " + "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w)
                                   for i, (cell, w) in enumerate(zip(row, widths))) for row in cells]
    return "\n".join(lines)


def as_markdown(results, command):
    lines = [f"Made by `{command}`, {datetime.now(timezone.utc):%Y-%m-%d}, on {machine()}."]
    for heading, columns, rows in tables(results):
        if not rows:
            continue
        lines += ["", f"### {heading}", "", "| " + " | ".join(columns) + " |",
                  "|---|" + "---:|" * (len(columns) - 1)]
        lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def machine():
    with open("/proc/cpuinfo") as cpuinfo:
        model = next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), "")
    return f"{os.cpu_count()} cores ({model or platform.machine()}), Linux {platform.release().split('-')[0]}"
