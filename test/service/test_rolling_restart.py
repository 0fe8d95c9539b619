"""A rolling restart as the manifests order it, behind a real load balancer and under load: nothing is lost, nobody waits long."""

import asyncio
import collections
import signal
import time
from typing import NamedTuple

import pytest

from chat_client import read_log, until_it_has
from chat_service import wait_for
from conftest import HERE
from haproxy import Haproxy
from history import History, violations
from k8s import manifests
from lasting_client import PAGES_RESTS_S, LastingClient, lasting

REPLICAS = 2
BUSY, NAMES, EVERY_S = 40, 10, 0.25  # people who share names, and how often each of them writes
QUIET, SELDOM_S = 200, 2.0  # with chats of their own; so many that goodbyes take all of DRAIN_S
MOST_S = 3  # from writing a message to its acknowledgement


class Orders(NamedTuple):
    """What k8s/ says of a replica's beginning and end."""
    settings: dict
    ready_path: str
    pause_s: int
    grace_s: int


def read_orders():
    objects = manifests.plain()
    deployment = manifests.named(objects, "Deployment", "chat-service")
    container, = manifests.containers(deployment)
    assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}  # `Deployment` below does that
    environment = manifests.environment(objects, container)
    return Orders(
        settings={name: environment[name] for name in ("DRAIN_S", "STORE_TIMEOUT_MS")},
        ready_path=container["readinessProbe"]["httpGet"]["path"],
        pause_s=container["lifecycle"]["preStop"]["sleep"]["seconds"],
        grace_s=manifests.pod(deployment)["spec"]["terminationGracePeriodSeconds"])


class Deployment:
    """Replicas behind a load balancer, begun and ended as the cluster's controllers, the kubelet and the load balancer would."""

    def __init__(self, orders, balancer, new_service, **settings):
        self.orders, self.balancer, self.new_service = orders, balancer, new_service
        self.settings = orders.settings | settings
        self.services = []

    def add(self):
        service = self.new_service(**self.settings).start()
        wait_for(lambda: service.request(self.orders.ready_path)[0] == 200, "it is ready")
        self.balancer.add(service.port)
        self.services.append(service)

    def end(self, service):
        """It is no endpoint any more, and at the same moment its preStop begins."""
        self.services.remove(service)
        begun = time.monotonic()
        self.balancer.drain(service.port)
        time.sleep(self.orders.pause_s)
        service.tell(signal.SIGTERM)
        assert service.wait(self.orders.grace_s - (time.monotonic() - begun)) == 0

    async def restart(self):
        """One more than there should be, then one less, and so on; nobody waits for those that are about to end."""
        async with asyncio.TaskGroup() as ending:
            for old in list(self.services):
                await asyncio.to_thread(self.add)
                ending.create_task(asyncio.to_thread(self.end, old))


@pytest.fixture
def balancer(tmp_path):
    with Haproxy(tmp_path / "haproxy") as balancer:
        yield balancer


async def write(client, every_s, is_over, chance):
    """At its times, whether what was written before is answered or not."""
    due = time.monotonic() + chance.random() * every_s
    while not is_over.is_set():
        await asyncio.sleep(due - time.monotonic())
        client.write()
        due += every_s


async def read_logs(services, people):
    logs = {}
    for k, name in enumerate({p.name for p in people}):
        service = services[k % len(services)]
        await until_it_has(service, name, max(p.seen for p in people if p.name == name))
        logs[name.lower()] = await read_log(service, name)
    return logs


async def test_nothing_is_lost_and_nobody_waits_long(own_mongod, redis, balancer, new_service, chance):
    deployment = Deployment(read_orders(), balancer, new_service, MONGO_URI=own_mongod.uri, REDIS_URL=redis.url, BOT_BRAIN=HERE / "brain",
                            RATE_LIMIT=None, NAME_RATE_LIMIT=None)
    for _ in range(REPLICAS):
        await asyncio.to_thread(deployment.add)
    history, is_over = History(), asyncio.Event()

    def client(name, label, window):
        return LastingClient(name, [balancer], history, label, window, PAGES_RESTS_S, chance.random())

    busy = [client(f"Name {k % NAMES}", f"busy {k}", 8) for k in range(BUSY)]
    quiet = [client(f"Visitor {k}", f"quiet {k}", 1) for k in range(QUIET)]
    people = busy + quiet
    chance.shuffle(people)  # a replica lets the newest connections go first
    async with lasting(*people):
        for p in people:
            await p.opened()
        assert all(service.metrics()["connections"] > 0 for service in deployment.services)
        writing = [asyncio.create_task(write(p, EVERY_S if p in busy else SELDOM_S, is_over, chance)) for p in people]
        await deployment.restart()
        is_over.set()
        await asyncio.gather(*writing)
        for p in people:
            await p.until(p.is_answered)
        logs = await read_logs(deployment.services, people)
        for p in people:
            await p.until(lambda p=p: p.seen == len(logs[p.conversation]))
    assert not violations(history, logs, [(p.client, p.conversation) for p in people])
    for p in people:  # each was moved, and told so each time
        assert [e["type"] for e in p.events].count("goodbye") == p.connection - 1 > 0, p.client
    check_waits(people, history.acked)


def check_waits(people, acked):
    written = {id: at for p in people for id, at in p.written_at.items()}
    assert collections.Counter(e.id for e in acked) == dict.fromkeys(written, 1)
    waits = sorted((e.time - written[e.id], e.id) for e in acked)
    print(f"{len(waits)} messages; half waited {waits[len(waits) // 2][0]:.3f} s or less, 99 of 100 "
          f"{waits[len(waits) * 99 // 100][0]:.3f} s, the longest {waits[-1][0]:.3f} s")
    assert waits[-1][0] <= MOST_S, waits[-20:]
