"""The network to the store hangs: it is silent instead of refusing. A proxy between the service and a real mongod is that network; the
member answers for itself (directConnection), with a majority of one."""

import asyncio
import time

import pytest
from pymongo import MongoClient

from chat_client import client, read_log
from chat_service import wait_for
from conftest import HERE, databases
from lasting_client import LastingClient, lasting
from proxy import Proxy

TIMEOUT_MS = 1000
# Who waits for too long is looked for every 50 ms, and asked again once: the rest is for two busy cores under a sanitizer.
ANSWERED_S = TIMEOUT_MS / 1000 + 2
N = 30


@pytest.fixture
def network(mongod):
    with Proxy(mongod.members[0]["port"]) as proxy:
        yield proxy


@pytest.fixture
def far(network, new_service):
    """Makes a service behind that network, ready."""
    def make(**settings):
        service = new_service(**{"MONGO_URI": f"mongodb://127.0.0.1:{network.port}/?directConnection=true", "BOT_BRAIN": HERE / "brain",
                                 "MONGO_DATABASE": f"test{next(databases)}", "STORE_TIMEOUT_MS": TIMEOUT_MS} | settings).start()
        wait_for(lambda: is_ready(service), "it is ready")
        return service

    return make


@pytest.fixture
def entries(mongod):
    """The collection, on the near side of the broken network."""
    with MongoClient(mongod.uri) as connection:
        yield lambda service: connection[service.settings["MONGO_DATABASE"]].entries


def is_ready(service):
    return service.request("/readyz")[0] == 200


async def send_all(tab, ids):
    await tab.send(*({"type": "send", "id": id, "text": f"words of {id}"} for id in ids))


async def refused_in_time(tab, ids):
    begun = time.monotonic()
    await send_all(tab, ids)
    answers = [await tab.answer(id) for id in ids]
    assert {a.get("code") for a in answers} == {"unavailable"}
    assert time.monotonic() - begun < ANSWERED_S


@pytest.mark.parametrize("ending", ("release", "cut", "both"))
async def test_a_network_that_hangs(far, network, ending):
    """It comes back with what it held (the answers are late), or with new connections only, or with both."""
    service = far()
    person = LastingClient("Ada", [service], window=4)
    async with client(service, "Ada") as tab, lasting(person):
        await tab.say("first", "stored")
        await person.write_all(20)
        network.hold()
        await refused_in_time(tab, [f"{i}" for i in range(N)])
        await refused_in_time(tab, [f"{i}" for i in range(N)])  # again, and as quickly
        for _ in range(4):
            person.write()
        await asyncio.to_thread(wait_for, lambda: not is_ready(service), "/readyz says 503")
        assert service.request("/healthz")[0] == 200
        if ending != "release":
            network.cut()
        if ending == "both":
            network.refuse()
            network.accept()
        network.release()
        await person.until(person.is_answered)
        await asyncio.to_thread(wait_for, lambda: is_ready(service), "/readyz says 200")
        seqs = {}
        for id in ["first"] + [f"{i}" for i in range(N)]:
            answer = await tab.say(id, f"words of {id}")
            assert answer["type"] == "ack", answer
            seqs[id] = answer["seq"]
        log = await read_log(service, "Ada")
        await person.until(lambda: person.seen == len(log))
    assert seqs["first"] == 1
    assert {m["id"]: m["seq"] for m in log if "id" in m} == seqs | person.acked


async def test_a_network_that_hangs_at_the_start(far, network, new_service):
    """Nobody refuses, nobody answers. The process listens all the same, and goes on trying."""
    network.hold()
    service = new_service(MONGO_URI=f"mongodb://127.0.0.1:{network.port}/?directConnection=true", STORE_TIMEOUT_MS=TIMEOUT_MS,
                          MONGO_DATABASE=f"test{next(databases)}").start()
    async with client(service, "Ada") as tab:
        await refused_in_time(tab, ["one"])
        assert not is_ready(service)
        network.release()
        network.cut()
        await asyncio.to_thread(wait_for, lambda: is_ready(service), "/readyz says 200")
        assert (await tab.say("one", "words of one"))["seq"] == 1
    assert len(await read_log(service, "Ada")) == 1


@pytest.mark.parametrize("ending", ("release", "cut"))
async def test_an_unknown_outcome_that_is_told_unavailable(far, network, entries, ending):
    """The insert reaches the database, its answer does not come. The sender is told "unavailable"; sending again gives the number
    that it got the first time."""
    service = far()
    async with client(service, "Ada") as tab:
        await tab.say("first", "stored")
        network.hold(answers=True)
        await refused_in_time(tab, ["lost"])
        stored = await asyncio.to_thread(wait_for, lambda: entries(service).find_one({"ids": "lost"}), "it is stored")
        assert stored["_id"]["s"] == 3
        await tab.send({"type": "send", "id": "next", "text": "behind it"})
        assert (await tab.answer("next"))["code"] == "unavailable"
        if ending == "cut":
            network.cut()
        network.release()
        await asyncio.to_thread(wait_for, lambda: is_ready(service), "/readyz says 200")
        assert (await tab.say("lost", "other words"))["seq"] == 3
        assert (await tab.say("lost", "other words"))["seq"] == 3
        assert (await tab.say("next", "behind it"))["type"] == "ack"
        assert entries(service).count_documents({"ids": "lost"}) == 1
    log = await read_log(service, "Ada")
    assert [m["id"] for m in log if "id" in m] == ["first", "lost", "next"]
    assert log[2]["text"] == "words of lost"


async def test_an_unknown_outcome_is_resolved_by_reading(far, network, entries):
    """There is time enough here: nobody is told "unavailable", and nobody sends again. What was stored is found, and acknowledged."""
    service = far(STORE_TIMEOUT_MS=6000)
    async with client(service, "Ada") as tab:
        await tab.say("first", "stored")
        network.hold(answers=True)
        await send_all(tab, ["lost"])
        await asyncio.to_thread(wait_for, lambda: entries(service).find_one({"ids": "lost"}), "it is stored")
        await send_all(tab, [f"{i}" for i in range(N)])
        await tab.settled()
        network.refuse()  # what is under way is lost, and a second try of the driver too
        network.release()
        await asyncio.to_thread(wait_for, lambda: not is_ready(service), "/readyz says 503")
        network.accept()
        acks = [await tab.answer(id) for id in ["lost"] + [f"{i}" for i in range(N)]]
    assert {a["type"] for a in acks} == {"ack"} and acks[0]["seq"] == 3
    log = await read_log(service, "Ada")
    assert [m["id"] for m in log if "id" in m] == ["first", "lost"] + [f"{i}" for i in range(N)]
    assert [m["seq"] for m in log if "id" in m][1:] == [a["seq"] for a in acks]


async def test_an_unknown_outcome_that_another_replica_knows(far, network, entries, new_service, mongod):
    """The sender gives up on a replica that does not hear from the database, and goes to one that does. What the first one stored
    without knowing it is found there; what it still holds is not stored behind it."""
    service = far(STORE_TIMEOUT_MS=6000)
    other = new_service(BOT_BRAIN=HERE / "brain", MONGO_URI=mongod.uri, MONGO_DATABASE=service.settings["MONGO_DATABASE"]).start()
    async with client(service, "Ada") as tab, client(other, "Ada") as again:
        await tab.say("first", "stored")
        network.hold(answers=True)
        await send_all(tab, ["lost"])
        await asyncio.to_thread(wait_for, lambda: entries(service).find_one({"ids": "lost"}), "it is stored")
        await send_all(tab, ["held"])
        await tab.settled()
        assert (await again.say("lost", "words of lost"))["seq"] == 3
        assert (await again.say("held", "words of held"))["seq"] == 5
        assert (await again.say("last", "of all"))["seq"] == 7
        network.release()
        assert [(await tab.answer(id))["seq"] for id in ("lost", "held")] == [3, 5]
        assert (await tab.say("more", "and more"))["seq"] == 9
    assert [m["id"] for m in await read_log(other, "Ada") if "id" in m] == ["first", "lost", "held", "last", "more"]
