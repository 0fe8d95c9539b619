"""What the bench found: the median of the rounds, held to the targets, as text and as Markdown."""

import os
import platform
import statistics
from datetime import datetime, timezone

from runner.targets import targets

WRONG = ("lost", "doubled", "out_of_order", "gaps", "refused", "closed")
PEERS = {"node", "socketio", "tinode", "broadcast"}  # shown, not judged


def is_peer(name):
    return bool(PEERS & set(name.split("_")))


class Results:
    """Measurements by name, one for each round; and what could not be measured."""

    def __init__(self):
        self.runs = {}
        self.left_out = []
        self.failed = []

    def add(self, name, numbers):
        cpu = [value for key, value in numbers.items() if key.startswith("cpu_") and key != "cpu_load_us"]
        self.runs.setdefault(name, []).append(numbers | {"cpu_all_us": sum(cpu)})

    def leave_out(self, what, why):
        self.left_out.append(f"not measured: {what}: {why}")

    def fail(self, name, why):
        """A run that gave no numbers: a peer's is told, our own is trouble."""
        if is_peer(name):
            self.leave_out(f"a run of {name}", why)
        else:
            self.failed.append(f"{name}: {why}")

    def has(self, *names):
        return all(name in self.runs for name in names)

    def median(self, name, key):
        return statistics.median(run[key] for run in self.runs[name])

    def ratio(self, above, below, key):
        """In each round, to the highest of `below`; what disturbs a round disturbs both sides of it."""
        highest = [max(run[key] for run in runs) for runs in zip(*(self.runs[name] for name in below))]
        return statistics.median(run[key] / other for run, other in zip(self.runs[above], highest) if other)

    def total(self, name, key):
        return sum(run.get(key, 0) for run in self.runs[name])

    def wrong(self, name):
        return sum(self.total(name, key) for key in WRONG)

    def unclean(self):
        """The runs of our own that failed, or lost, doubled or disordered something."""
        return self.failed + [f"{name}: {run['trouble']}" for name, runs in self.runs.items() if not is_peer(name)
                              for run in runs if not run.get("clean", True)]


SENDERS = ("mongo", "mongo_bot", "sqlite", "sqlite_bot", "node", "socketio", "tinode")
NAMES = {
    "mongo": "Frontdesk, MongoDB, no bot", "mongo_bot": "Frontdesk, MongoDB, with the bot",
    "sqlite": "Frontdesk, SQLite, no bot", "sqlite_bot": "Frontdesk, SQLite, with the bot",
    "node": "plain Node, MongoDB", "socketio": "socket.io, Redis adapter, MongoDB", "tinode": "Tinode, MongoDB",
    "bare_100": "bare inserter, bulks of 100", "bare_200": "bare inserter, bulks of 200",
    "broadcast": "raw broadcaster, nothing stored", "bare": "bare inserter, one by one",
}


def shown(results, name, key, decimals=1):
    """A median, where the runs have that number."""
    return f"{results.median(name, key):,.{decimals}f}" if key in results.runs[name][0] else ""


def measured(results, prefix, systems, suffix=""):
    return [(system, f"{prefix}{system}{suffix}") for system in systems if results.has(f"{prefix}{system}{suffix}")]


def closed_rows(results):
    for system, name in measured(results, "", SENDERS):
        yield (NAMES[system], shown(results, name, "acked_per_s", 0),
               *(shown(results, name, f"ack_{p}_ms") for p in ("p50", "p99", "p99.9")),
               *(shown(results, name, f"cpu_{process}_us") for process in ("server", "mongod", "redis", "load")),
               shown(results, name, "others_cores", 2), results.wrong(name))
    for system, name in measured(results, "", ("bare_100", "bare_200")):
        yield (NAMES[system], shown(results, name, "acked_per_s", 0),
               *(shown(results, name, f"bulk_{p}_ms") for p in ("p50", "p99")), "", "",
               shown(results, name, "cpu_mongod_us"), "", "", "", "")


def open_rows(results):
    for system, name in measured(results, "", SENDERS, "_open"):
        yield (NAMES[system], shown(results, name, "rate", 0), shown(results, name, "acked_per_s", 0),
               *(shown(results, name, f"ack_{p}_ms") for p in ("p50", "p99", "p99.9", "max")), results.wrong(name))


def single_rows(results):
    for system, name in measured(results, "single_", ("mongo", "bare", "sqlite", "node")):
        yield (NAMES[system], shown(results, name, "acked_per_s", 0),
               *(shown(results, name, f"ack_{p}_ms", 2) for p in ("p50", "p99")))


def room_rows(results):
    for system, name in measured(results, "room_", ("mongo", "sqlite", "node", "socketio", "broadcast")):
        yield (NAMES[system], shown(results, name, "deliveries_per_s", 0), shown(results, name, "acked_per_s", 0),
               *(shown(results, name, f"shown_{p}_ms") for p in ("p50", "p99")),
               *(shown(results, name, f"cpu_{process}_us", 0) for process in ("server", "mongod", "redis", "load")),
               shown(results, name, "others_cores", 2), results.wrong(name))


def storm_rows(results):
    for system, name in measured(results, "storm_", ("mongo", "sqlite", "node", "socketio")):
        yield (NAMES[system], shown(results, name, "all_served_s", 2),
               *(shown(results, name, f"served_{p}_ms", 0) for p in ("p50", "p99")),
               *(shown(results, name, f"cpu_{process}_us", 0) for process in ("server", "mongod", "load")),
               shown(results, name, "others_cores", 2), results.wrong(name))


def replica_rows(results):
    names = {"alone": "one, without Redis", "1": "one", "2": "two", "4": "four",
             "room_local": "two; a room, all on one", "room_crossing": "two; a room, readers on the other"}
    for which, name in measured(results, "replicas_", names):
        runs = results.runs[name][0]
        yield (names[which], shown(results, name, "acked_per_s", 0), shown(results, name, "deliveries_per_s", 0),
               shown(results, name, "ack_p99_ms"),
               f"{sum(results.median(name, key) for key in runs if key.startswith('cpu_server')):,.1f}",
               *(shown(results, name, f"cpu_{process}_us") for process in ("mongod", "redis", "all")),
               shown(results, name, "others_cores", 2), results.wrong(name))


def idle_rows(results):
    for system, name in measured(results, "idle_", ("sqlite", "mongo", "node")):
        yield (NAMES[system].replace("no bot", "with the bot"), shown(results, name, "connections", 0),
               shown(results, name, "rss_server_bytes_each", 0),
               f"{results.median(name, 'rss_server_bytes') / 2**20:.1f}")


def tables(results):
    """(heading, columns, rows) of each."""
    cpu = ("CPU us: server", "mongod", "redis", "generator", "others: cores", "wrong")
    yield ("Targets", ("what", "measured", "target", ""), [target.row() for target in targets(results)])
    yield ("Closed loop: 200 users, each in their own chat, one send under way each",
           ("system", "acked/s", "p50 ms", "p99 ms", "p99.9 ms", *cpu), list(closed_rows(results)))
    yield ("Open loop at half of that rate; a message's wait for its turn counts",
           ("system", "due/s", "acked/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "wrong"), list(open_rows(results)))
    yield ("One user alone, one send under way", ("system", "acked/s", "p50 ms", "p99 ms"), list(single_rows(results)))
    yield ("One room: 200 readers, 8 writers with one send under way each; CPU for each message to all",
           ("system", "deliveries/s", "acked/s", "shown p50 ms", "p99 ms", *cpu), list(room_rows(results)))
    yield ("Storm: all reconnect at once and load their last 50 messages; CPU for each of them",
           ("system", "all served s", "p50 ms", "p99 ms", "CPU us: server", "mongod", "generator", "others: cores",
            "wrong"),
           list(storm_rows(results)))
    yield ("Replicas with one mongod and one Redis: 200 users in their own chats, spread over them; and a room",
           ("replicas", "acked/s", "deliveries/s", "p99 ms", "CPU us: servers", "mongod", "redis", "all",
            "others: cores", "wrong"), list(replica_rows(results)))
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
    return "\n".join([*lines, "", *results.left_out])


def as_markdown(results, command):
    lines = [f"Made by `{command}`, {datetime.now(timezone.utc):%Y-%m-%d}, on {machine()}."]
    for heading, columns, rows in tables(results):
        if not rows:
            continue
        lines += ["", f"### {heading}", "", "| " + " | ".join(columns) + " |",
                  "|---|" + "---:|" * (len(columns) - 1)]
        lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    lines += ["", *(f"- {line}" for line in results.left_out)] if results.left_out else []
    return "\n".join(lines) + "\n"


def machine():
    with open("/proc/cpuinfo") as cpuinfo:
        model = next((line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")), "")
    return f"{os.cpu_count()} cores ({model or platform.machine()}), Linux {platform.release().split('-')[0]}"
