"""The parts of a run: which system does what, in which order. The systems take turns, round by round."""

import shutil
import subprocess
import sys
from contextlib import ExitStack

from runner.processes import BenchError, Mongod, Process, Redis, answers, free_port, resident_bytes

QUIET_CORES = 0.1  # what everything else on the machine may keep busy before a figure is called disturbed
SOURCES = 4  # local addresses for many connections: one has some 28,000 ports
HISTORY = 50  # messages that each user of a storm has and loads
SPEAKS = {"socketio": "socketio", "tinode": "tinode", "broadcast": "broadcast"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def serve(bench, stack, system, mongod=None):
    """Starts a system, and first what it stands on. Gives its port, and the processes whose CPU time is its cost."""
    processes = {}
    if system == "broadcast":
        server = stack.enter_context(bench.broadcast())
    elif system.startswith("sqlite"):
        server = stack.enter_context(bench.service(has_bot=system.endswith("_bot")))
    else:
        mongod = mongod or stack.enter_context(Mongod(bench))
        processes["mongod"] = mongod.pid
        if system == "node":
            server = stack.enter_context(bench.node(mongod))
        elif system == "tinode":
            server = stack.enter_context(bench.tinode(mongod))
        elif system == "socketio":
            redis = stack.enter_context(Redis(bench))
            processes["redis"] = redis.pid
            server = stack.enter_context(bench.socketio(mongod, redis))
        else:
            server = stack.enter_context(bench.service(has_bot=system.endswith("_bot"), mongod=mongod))
    return server.port, {"server": server.pid} | processes


def measure(bench, scenario, system, *options):
    """One system, alone on the machine with the generator and a fresh database."""
    with ExitStack() as stack:
        port, processes = serve(bench, stack, system)
        return bench.load(scenario, [port], *options, speaks=SPEAKS.get(system, "chat"), processes=processes)


def insert(bench, batch, users, seconds):
    with Mongod(bench) as mongod:
        return bench.insert(mongod, "--batch", batch, "--users", users, "--seconds", seconds)


def take(results, number, name, key, unit, run):
    """One measurement. One that fails is remembered, and the others go on."""
    try:
        numbers = run()
    except (BenchError, subprocess.SubprocessError) as error:
        say(f"round {number + 1}: {name}: {error}")
        results.fail(name, str(error))
        return
    others = numbers.get("others_cores", 0)
    disturbed = f" (disturbed: others kept {others:.2f} cores busy)" if others > QUIET_CORES else ""
    trouble = "" if numbers["clean"] else numbers["trouble"]
    say(f"round {number + 1}: {name}: {numbers[key]:,}{unit}{disturbed} {trouble}".rstrip())
    results.add(name, numbers)


def sends(bench, results, systems, rounds, seconds):
    def closed(system):
        if system.startswith("bare"):
            return insert(bench, system.split("_")[1], 200, seconds)
        return measure(bench, "send", system, "--seconds", seconds)

    def opened(system, rate):
        return measure(bench, "send", system, "--seconds", seconds, "--rate", rate) | {"rate": rate}

    for number in range(rounds):
        for system in systems:
            take(results, number, system, "acked_per_s", "/s", lambda: closed(system))
    for number in range(rounds):
        for system in systems:
            if results.has(system) and not system.startswith("bare"):
                rate = max(1, round(results.median(system, "acked_per_s") / 2))
                take(results, number, f"{system}_open", "ack_p99_ms", " ms p99", lambda: opened(system, rate))


def single(bench, results, systems, rounds, seconds):
    """One user, who writes when the last message is acknowledged; and one inserter that does the same."""
    def lone(system):
        if system != "bare":
            return measure(bench, "send", system, "--users", 1, "--seconds", seconds)
        numbers = insert(bench, 1, 1, seconds)
        return numbers | {f"ack_{p}_ms": numbers[f"bulk_{p}_ms"] for p in ("p50", "p99")}

    for number in range(rounds):
        for system in systems:
            take(results, number, f"single_{system}", "ack_p50_ms", " ms p50", lambda: lone(system))


def room(bench, results, systems, rounds, seconds):
    for number in range(rounds):
        for system in systems:
            take(results, number, f"room_{system}", "deliveries_per_s", " deliveries/s",
                 lambda: measure(bench, "room", system, "--seconds", seconds))


def fill(bench, mongod, system, crowds):
    if system in ("node", "socketio"):
        for run, users in crowds:
            bench.fill(mongod, f"chat_{system}", run, users, HISTORY)
        return
    with bench.service(mongod=None if system == "sqlite" else mongod) as server:
        for run, users in crowds:
            bench.load("fill", [server.port], "--run", run, "--users", users, "--history", HISTORY,
                       "--sources", SOURCES)


def storm(bench, results, systems, rounds, users):
    """One mongod has everybody's history. Each storm meets a server that has none of these chats in memory, but is warm
    from a smaller storm of others: as one that takes over from another which died."""
    crowds = {"few": (1, max(1, users // 10)), "all": (2, users)}  # the run that filled, and how many

    def strike(system, port, processes, crowd):
        run, count = crowds[crowd]
        return bench.load("storm", [port], "--filled", "--run", run, "--users", count, "--history", HISTORY,
                          "--sources", SOURCES, speaks=SPEAKS.get(system, "chat"), processes=processes)

    def rage(system, mongod):
        with ExitStack() as stack:
            if system == "sqlite":
                server = stack.enter_context(bench.service(keeps_data=True))
                port, processes = server.port, {"server": server.pid}
            else:
                port, processes = serve(bench, stack, system, mongod)
            strike(system, port, processes, "few")
            return strike(system, port, processes, "all")

    with Mongod(bench) as mongod:
        for system in systems:
            say(f"storm: {users * HISTORY:,} messages for {system}")
            fill(bench, mongod, system, crowds.values())
        bench.checkpoint(mongod)
        for number in range(rounds):
            for system in systems:
                take(results, number, f"storm_{system}", "all_served_s", " s", lambda: rage(system, mongod))


def with_replicas(bench, scenario, count, has_redis, *options):
    """Several processes of ours with one mongod, and one Redis between them."""
    with ExitStack() as stack:
        mongod = stack.enter_context(Mongod(bench))
        redis = stack.enter_context(Redis(bench)) if has_redis else None
        servers = [stack.enter_context(bench.service(mongod=mongod, redis=redis, name=f"replica{i + 1}"))
                   for i in range(count)]
        processes = {f"server{i + 1}": server.pid for i, server in enumerate(servers)} | {"mongod": mongod.pid}
        if redis:
            processes["redis"] = redis.pid
        return bench.load(scenario, [server.port for server in servers], *options, processes=processes)


def replicas(bench, results, rounds, seconds):
    if not shutil.which("redis-server"):
        results.leave_out("replicas and the targets about Redis", "there is no redis-server on PATH")
        return
    sends = {"alone": (1, False), "1": (1, True), "2": (2, True), "4": (4, True)}
    readers_on = {"room_local": 1, "room_crossing": 2}
    for number in range(rounds):
        for name, (count, has_redis) in sends.items():
            take(results, number, f"replicas_{name}", "acked_per_s", "/s",
                 lambda: with_replicas(bench, "send", count, has_redis, "--seconds", seconds))
        for name, which in readers_on.items():
            take(results, number, f"replicas_{name}", "deliveries_per_s", " deliveries/s",
                 lambda: with_replicas(bench, "room", 2, True, "--seconds", seconds, "--senders-on", 1,
                                       "--readers-on", which))


def idle(bench, results, systems, connections):
    """The server that people run: ours with its bot."""
    for system in systems:
        shown = system if system == "node" else f"{system}_bot"
        take(results, 0, f"idle_{system}", "rss_server_bytes_each", " bytes each",
             lambda: measure(bench, "idle", shown, "--users", connections, "--sources", SOURCES))


def start(bench, results, runs):
    def once(mongod=None):
        port = free_port()
        return bench.load("start", [port], "--runs", runs, settings=bench.service_settings(port, True, mongod),
                          command=[bench.program("chat-service")])

    results.add("start_sqlite", once())
    with Mongod(bench) as mongod:
        results.add("start_mongo", once(mongod))


def client(bench, results):
    port = free_port()
    with Process("chat-client", [bench.program("chat-client")], {"PORT": port}, bench.folder) as page:
        page.wait_until(lambda: answers(port, "/") and answers(port, "/config.json"), "the page")
        results.add("chat_client", {"rss_bytes": resident_bytes(page.pid)})
