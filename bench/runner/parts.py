"""The parts of a run: which system does what, in which order. The systems take turns, round by round."""

import sys
from contextlib import ExitStack

from runner.processes import Mongod, Process, Redis, answers, free_port, resident_bytes

QUIET_CORES = 0.1  # what everything else on the machine may keep busy before a figure is called disturbed
SOURCES = 4  # local addresses for many connections: one has some 28,000 ports
HISTORY = 50  # messages that each user of a storm has and loads
SPEAKS = {"socketio": "socketio", "tinode": "tinode", "broadcast": "broadcast"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def tell(number, name, text, numbers):
    others = numbers.get("others_cores", 0)
    disturbed = f" (disturbed: others kept {others:.2f} cores busy)" if others > QUIET_CORES else ""
    trouble = "" if numbers["clean"] else numbers["trouble"]
    say(f"round {number + 1}: {name}: {text}{disturbed} {trouble}".rstrip())


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


def sends(bench, results, systems, rounds, seconds):
    for number in range(rounds):
        for system in systems:
            if system.startswith("bare"):
                numbers = insert(bench, system.split("_")[1], 200, seconds)
            else:
                numbers = measure(bench, "send", system, "--seconds", seconds)
            tell(number, system, f"{numbers['acked_per_s']:,.0f}/s", numbers)
            results.add(system, numbers)
    for number in range(rounds):
        for system in systems:
            if system.startswith("bare"):
                continue
            rate = max(1, round(results.median(system, "acked_per_s") / 2))
            numbers = measure(bench, "send", system, "--seconds", seconds, "--rate", rate)
            tell(number, system, f"{rate:,}/s due: p99 {numbers['ack_p99_ms']} ms", numbers)
            results.add(f"{system}_open", numbers | {"rate": rate})


def single(bench, results, rounds, seconds):
    """One user, who writes when the last message is acknowledged; and one inserter that does the same."""
    for number in range(rounds):
        numbers = insert(bench, 1, 1, seconds)
        tell(number, "bare inserter, one by one", f"p50 {numbers['bulk_p50_ms']} ms", numbers)
        results.add("single_bare", numbers | {"ack_p50_ms": numbers["bulk_p50_ms"], "ack_p99_ms": numbers["bulk_p99_ms"]})
        for system in ("mongo", "sqlite", "node"):
            numbers = measure(bench, "send", system, "--users", 1, "--seconds", seconds)
            tell(number, f"{system}, one user", f"p50 {numbers['ack_p50_ms']} ms", numbers)
            results.add(f"single_{system}", numbers)


def room(bench, results, systems, rounds, seconds):
    for number in range(rounds):
        for system in systems:
            numbers = measure(bench, "room", system, "--seconds", seconds)
            tell(number, f"{system}, room", f"{numbers['deliveries_per_s']:,.0f} deliveries/s", numbers)
            results.add(f"room_{system}", numbers)


def fill(bench, mongod, system, run, users):
    if system in ("node", "socketio"):
        bench.fill(mongod, f"chat_{system}", run, users, HISTORY)
        return
    with bench.service(mongod=None if system == "sqlite" else mongod) as server:
        bench.load("fill", [server.port], "--run", run, "--users", users, "--history", HISTORY, "--sources", SOURCES)


def storm(bench, results, systems, rounds, users):
    """One mongod has everybody's history; each storm meets a server that has just started, as after another's death."""
    run = 1
    with Mongod(bench) as mongod:
        for system in systems:
            say(f"storm: {users * HISTORY:,} messages for {system}")
            fill(bench, mongod, system, run, users)
        bench.checkpoint(mongod)
        for number in range(rounds):
            for system in systems:
                with ExitStack() as stack:
                    if system == "sqlite":
                        server = stack.enter_context(bench.service(keeps_data=True))
                        port, processes = server.port, {"server": server.pid}
                    else:
                        port, processes = serve(bench, stack, system, mongod)
                    numbers = bench.load("storm", [port], "--filled", "--run", run, "--users", users, "--history", HISTORY,
                                         "--sources", SOURCES, speaks=SPEAKS.get(system, "chat"), processes=processes)
                tell(number, f"{system}, storm", f"all served in {numbers['all_served_s']:.2f} s", numbers)
                results.add(f"storm_{system}", numbers)


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
    def add(number, name, what, numbers):
        tell(number, what, f"{numbers.get('deliveries_per_s', numbers['acked_per_s']):,.0f}/s", numbers)
        results.add(name, numbers)

    has_redis = bench.knows("REDIS_URL")  # without it, own chats still spread: nobody reads across
    if not has_redis:
        results.leave_out("what Redis costs, deliveries across replicas", "this chat-service has no REDIS_URL")
    for number in range(rounds):
        add(number, "replicas_alone", "one replica, no Redis",
            with_replicas(bench, "send", 1, False, "--seconds", seconds))
        for count in (1, 2, 4) if has_redis else (2, 4):
            add(number, f"replicas_{count}", f"{count} of them",
                with_replicas(bench, "send", count, has_redis, "--seconds", seconds))
        if has_redis:
            for readers_on, name in ((1, "room_local"), (2, "room_crossing")):
                add(number, f"replicas_{name}", f"{name}, deliveries",
                    with_replicas(bench, "room", 2, True, "--seconds", seconds, "--senders-on", 1,
                                  "--readers-on", readers_on))


def idle(bench, results, connections):
    options = ("--users", connections, "--sources", SOURCES)
    with bench.service(has_bot=True) as server:
        results.add("idle_sqlite", bench.load("idle", [server.port], *options, processes={"server": server.pid}))
    with Mongod(bench) as mongod:
        with bench.service(has_bot=True, mongod=mongod) as server:
            results.add("idle_mongo", bench.load("idle", [server.port], *options, processes={"server": server.pid}))
        with bench.node(mongod) as server:
            results.add("idle_node", bench.load("idle", [server.port], *options, processes={"server": server.pid}))


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
