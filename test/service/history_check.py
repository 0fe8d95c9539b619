#!/usr/bin/env python3
"""Breaks parts of a running cluster at random, and holds what people saw against what was kept.

    FRONTDESK_BIN=build/debug/bin history_check.py --seconds 600 --seed 7

Three replicas on a MongoDB replica set of three and a Redis. Writers and readers, connected to all of them, live through a schedule
of faults, several at a time: kill -9, pauses and restarts of replicas, of the database's primary, of Redis; a replica that cannot reach
Redis, or hears it late; cut connections. Then all is healed, and when everybody has caught up, history.py says what must be true. The seed is printed; it gives the same schedule again,
though not the same race. Prints each fault as it begins and ends, then the counts and every violation; the exit code says whether there
was one.
"""

import argparse
import asyncio
import contextlib
import pathlib
import random
import signal
import sys
import tempfile
import time
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from chat_client import read_log, until_it_has
from chat_service import ChatService, wait_for
from history import History, violations
from lasting_client import LastingClient, lasting
from mongod import ReplicaSet
from proxy import Proxy
from redis_server import RedisServer

REPLICAS = 3
SHARED, OWN = ("Room 1", "Room 2"), ("Ada", "Bob", "Eve")
LEAVERS = tuple(f"Leaver {k}" for k in range(6))
CAUGHT_UP_S = 60  # replicas compare what they have open every 10 s at most; a page waits a second to come back
BETWEEN_S = 0.2  # two messages of a writer, most
REST_S = 6  # of a writer, most: a message that no other follows is the one that is missed

# What is hurt: in which ways, for how many seconds at most, with how many seconds between at most.
LANES = {f"replica {i}": (("kill", "pause", "restart"), 5, 14) for i in range(REPLICAS)} | {
    "primary": (("kill", "pause", "step down"), 6, 10),
    "redis": (("kill", "pause"), 6, 8),
} | {f"link {i}": (("hold", "hold answers", "cut", "refuse"), 5, 20) for i in range(REPLICAS)} | {
    "client": (("cut",), 0, 3),
}


class Fault(NamedTuple):
    at: float
    until: float
    lane: str
    kind: str
    chance: float


def make_schedule(seconds, seed):
    """The same for the same seed. A lane has one fault at a time; the lanes overlap as it comes."""
    chance = random.Random(seed)
    schedule = []
    for lane, (kinds, longest, gap) in LANES.items():
        at = chance.uniform(0, gap)
        while at < seconds:
            until = at + chance.uniform(0, longest)
            schedule.append(Fault(at, until, lane, chance.choice(kinds), chance.random()))
            at = until + chance.uniform(0.5, gap)
    return sorted(schedule)


class Cluster:
    def __init__(self, folder, **settings):
        self.mongods = ReplicaSet(folder / "mongod", members=3)
        self.redis = RedisServer(folder / "redis")
        self.folder, self.settings = folder, settings
        self.services, self.links = [], []  # a link: from one replica to Redis

    def __enter__(self):
        with contextlib.ExitStack() as made:
            made.enter_context(self.mongods)
            made.enter_context(self.redis)
            for i in range(REPLICAS):
                self.links.append(made.enter_context(Proxy(self.redis.port)))
                service = ChatService(self.folder / f"replica-{i}.log", MONGO_URI=self.mongods.uri, STORE_TIMEOUT_MS=3000, DRAIN_S=1,
                                      REDIS_URL=f"redis://127.0.0.1:{self.links[i].port}", RATE_LIMIT=0, NAME_RATE_LIMIT=0,
                                      BOT_BRAIN=pathlib.Path(__file__).parent / "brain", **self.settings)
                made.callback(service.check)
                self.services.append(service.start())
            for service in self.services:
                self._until_served(service)
            self._running = made.pop_all()
        return self

    def __exit__(self, *_):
        """Every replica ends in good order, and no sanitizer had anything to say."""
        self._running.close()

    @staticmethod
    def _until_served(service):
        wait_for(lambda: service.request("/readyz")[0] == 200 and service.metrics()["redis_up"] == 1, "it is served again", CAUGHT_UP_S)

    def hurt(self, fault):
        """Blocks until it is done. What it gives heals it again, None where that is not needed."""
        what, kind = fault.lane.split()[0], fault.kind
        if what == "replica":
            service = self.services[int(fault.lane.split()[1])]
            if kind == "pause":
                service.tell(signal.SIGSTOP)
                return lambda: service.tell(signal.SIGCONT)
            (service.kill if kind == "kill" else service.stop)()
            return service.start
        if what == "link":
            return self._hurt_link(self.links[int(fault.lane.split()[1])], kind)
        if what == "redis":
            (self.redis.pause if kind == "pause" else self.redis.kill)()
            return self.redis.resume if kind == "pause" else self.redis.restart
        if kind == "step down":
            return self.mongods.step_down()
        primary = self.mongods.wait_for_primary()
        (self.mongods.pause if kind == "pause" else self.mongods.kill)(primary)
        return lambda: (self.mongods.resume if kind == "pause" else self.mongods.restart)(primary)

    @staticmethod
    def _hurt_link(link, kind):
        if kind == "cut":
            return link.cut()
        if kind == "refuse":
            link.refuse()
            return link.accept
        link.hold(answers=kind == "hold answers")
        return link.release  # what was held comes late

    def until_healed(self):
        self.mongods.heal()
        self.redis.restart()
        for service in self.services:
            self._until_served(service)


def make_clients(services, seed):
    """For each shared name three writers, at home on different replicas and at each where they must, and three readers, each of one
    replica. For each own name a writer and a reader. Some writers wait for each answer, some do not. For each leaver two writers."""
    history, writers, readers, leavers = History(), [], [], []

    def at(k):
        return services[k % REPLICAS:] + services[:k % REPLICAS]

    def add(group, name, services, label, window=1):
        group.append(LastingClient(name, services, history, f"{label} of {name}", window, seed=f"{seed} {label} {name}"))

    for k, name in enumerate(SHARED):
        for i in range(REPLICAS):
            add(writers, name, at(k + i), f"writer {i}", window=(1, 1, 8)[i])
            add(readers, name, [services[i]], f"reader {i}")
    for k, name in enumerate(OWN):
        add(writers, name, at(k), "writer", window=(1, 1, 8)[k])
        add(readers, name, [services[(k + 1) % REPLICAS]], "reader")
    for k, name in enumerate(LEAVERS):
        for i in range(2):
            add(leavers, name, at(k + i), f"writer {i}")
    return history, writers, readers, leavers


async def write(client, chance, is_over):
    while not is_over.is_set():
        await client.until(client.has_room)
        client.write()
        longest = REST_S if chance.random() < 0.02 else BETWEEN_S
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(is_over.wait(), chance.random() * longest)
    client.write()
    await client.until(client.is_answered, CAUGHT_UP_S)


async def leave(client, chance, seconds):
    """At some time writes a little, then escalates, as somebody else may at the same time: who is second is refused."""
    await asyncio.sleep(chance.random() * seconds * 0.7)
    for _ in range(chance.randrange(1, 10)):
        client.write()
    client.write("escalate")
    client.write("anybody?")
    await client.until(client.is_answered, seconds + CAUGHT_UP_S)


async def live_through(schedule, lane, cluster, clients, begun, say):
    """The faults of one lane; the last one is healed as well."""
    for fault in schedule:
        if fault.lane != lane:
            continue
        await asyncio.sleep(begun + fault.at - time.monotonic())
        if lane == "client":
            chosen = clients[int(fault.chance * len(clients))]
            chosen.hang_up()
            continue
        say(f"{fault.kind}: {lane}")
        heal = await asyncio.to_thread(cluster.hurt, fault)
        await asyncio.sleep(begun + fault.until - time.monotonic())
        if heal:
            await asyncio.to_thread(heal)
            say(f"healed: {lane}")


async def check(cluster, seconds, seed, say):
    """The violations."""
    chance = random.Random(seed)
    schedule = make_schedule(seconds, seed)
    history, writers, readers, leavers = make_clients(cluster.services, seed)
    clients, is_over = writers + readers + leavers, asyncio.Event()
    async with lasting(*clients):
        writing = [asyncio.create_task(write(w, random.Random(chance.random()), is_over)) for w in writers]
        writing += [asyncio.create_task(leave(c, random.Random(f"{seed} {c.name}"), seconds)) for c in leavers]
        begun = time.monotonic()
        await asyncio.gather(*(live_through(schedule, lane, cluster, clients, begun, say) for lane in LANES))
        cluster.redis.kill()
        is_over.set()  # the last words: Redis will not tell of them
        await asyncio.gather(*writing)
        say("all is answered")
        await asyncio.to_thread(cluster.until_healed)
        say("all is healed")
        logs, found = await read_everywhere(cluster.services, clients)
        with contextlib.suppress(AssertionError):  # who has not is among the violations
            await asyncio.gather(*(c.until(lambda c=c: c.seen >= len(logs[c.conversation]), CAUGHT_UP_S) for c in clients))
            say("everybody has caught up")
    found += violations(history, logs, [(c.client, c.conversation) for c in clients])
    say(f"{len(schedule)} faults; {len({(e.client, e.id) for e in history.sent})} messages sent, {len(history.sent)} times; "
        f"{sum(c.unavailable for c in clients)} answers were 'unavailable'; {sum(c.connection for c in clients)} connections of "
        f"{len(clients)} clients; {sum(map(len, logs.values()))} messages in {len(logs)} logs")
    found += [f"{c.client} was refused: {c.refused}" for c in writers if c.refused]
    found += [f"{c.client} wrote on after the escalation" for c in leavers if not c.refused]
    return found


async def read_everywhere(services, clients):
    """The logs as the first replica has them; the others have the same, now or soon."""
    logs, found = {}, []
    for name in SHARED + OWN + LEAVERS:
        for service in services:
            await until_it_has(service, name, max(c.seen for c in clients if c.name == name))
        same = [await read_log(service, name) for service in services]
        logs[name.lower()] = same[0]
        found += [f"{name}: replica {i} reads another log than replica 0" for i in range(1, REPLICAS) if same[i] != same[0]]
    return logs, found


def run(folder, seconds, seed, **settings):
    """The violations, none in a good run; AssertionError when something did not come within its time."""
    begun = time.monotonic()

    def say(line):
        print(f"{time.monotonic() - begun:7.2f} {line}", flush=True)

    say(f"seed {seed}, {seconds} s")
    with Cluster(folder, **settings) as cluster:
        found = asyncio.run(check(cluster, seconds, seed, say))
    for violation in found[:50]:
        say(f"VIOLATION {violation}")
    say(f"{len(found)} violations")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="of faults")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 2**32)
    parser.add_argument("--folder", type=pathlib.Path, help="for logs and data; kept when something is wrong")
    options = parser.parse_args()
    folder = options.folder or pathlib.Path(tempfile.mkdtemp(prefix="history-check-"))
    print(f"logs are in {folder}", flush=True)
    sys.exit(1 if run(folder, options.seconds, options.seed) else 0)


if __name__ == "__main__":
    main()
