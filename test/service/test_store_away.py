"""The store is away for a while: sends wait or are refused, nothing acknowledged is lost, nothing is stored twice."""

import asyncio
import contextlib
import os
import pathlib
import resource
import sqlite3

from chat_client import client, read_log
from chat_service import wait_for
from conftest import HERE

N = 40


def pause(mongod):
    """Until every thread of it has stopped."""
    mongod.pause()
    tasks = pathlib.Path(f"/proc/{mongod.members[0]['pid']}/task")
    wait_for(lambda: all("T (stopped)" in (task / "status").read_text() for task in tasks.iterdir()), "it is stopped")


@contextlib.contextmanager
def small_disk(pid, limit):
    """The process may write no file beyond so many bytes: to a database that is a full disk."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # it may have ended over it
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def is_ready(service):
    return service.request("/readyz")[0] == 200


def ready(service):
    wait_for(lambda: is_ready(service), "/readyz says 200")


async def send_all(tab, ids):
    await tab.send(*({"type": "send", "id": id, "text": f"words of {id}"} for id in ids))


async def until_stored(tab, ids):
    """Sends, and sends again what was refused; the numbers by id."""
    seqs, waiting = {}, list(ids)
    while waiting:
        await send_all(tab, waiting)
        answers = [await tab.answer(id) for id in waiting]
        assert all(a["type"] == "ack" or a["code"] == "unavailable" for a in answers), answers
        seqs |= {a["id"]: a["seq"] for a in answers if a["type"] == "ack"}
        waiting = [id for id in waiting if id not in seqs]
    return seqs


async def check(service, name, seqs):
    log = {m["id"]: m["seq"] for m in await read_log(service, name) if m["role"] == "user"}
    assert log == seqs


async def test_a_pause_that_is_short_is_waited_for(own_mongod, new_service):
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=60_000, BOT_BRAIN=HERE / "brain").start()
    async with client(service, "Ada") as tab:
        await tab.say("first", "stored")
        pause(own_mongod)
        await send_all(tab, [f"{i}" for i in range(N)])
        await tab.settled()  # read, and waiting
        assert service.metrics()["turns_waiting"] == N
        assert service.request("/healthz")[0] == 200
        own_mongod.resume()
        acks = [await tab.answer(f"{i}") for i in range(N)]
        assert {a["type"] for a in acks} == {"ack"}
    await check(service, "Ada", {a["id"]: a["seq"] for a in acks} | {"first": 1})


async def test_a_long_pause_is_unavailable_and_a_retry_never_doubles(own_mongod, new_service):
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=600, BOT_BRAIN=HERE / "brain").start()
    ready(service)
    async with client(service, "Ada") as tab, client(service, "Bob") as unopened:
        await tab.open()
        first = await tab.say("first", "stored")
        pause(own_mongod)
        ids = [f"{i}" for i in range(N)]
        for _ in range(2):
            await send_all(tab, ids)
            for id in ids:
                assert (await tab.answer(id))["code"] == "unavailable"
        wait_for(lambda: not is_ready(service), "/readyz says 503")
        assert service.request("/healthz")[0] == 200
        await unopened.send({"type": "open"}, {"type": "history", "before": 5})
        for _ in range(2):
            error = await unopened.expect("error", code="unavailable")
            assert error["retry_after_ms"] > 0
        own_mongod.resume()
        seqs = await until_stored(tab, ids)
        ready(service)
        assert (await tab.say("first", "again"))["seq"] == first["seq"]
        assert (await unopened.open())["messages"] == []
    await check(service, "Ada", seqs | {"first": 1})


async def test_a_database_that_dies_and_comes_back(own_mongod, new_service):
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=800, BOT_BRAIN=HERE / "brain").start()
    ready(service)
    async with client(service, "Ada") as tab:
        seqs = {}
        for round in range(3):
            ids = [f"{round}-{i}" for i in range(N)]
            storing = asyncio.create_task(until_stored(tab, ids))
            while not service.metrics()["turns_acknowledged_total"] > len(seqs):
                await asyncio.sleep(0.005)
            own_mongod.kill()
            async with asyncio.timeout(30):
                while await asyncio.to_thread(is_ready, service):
                    await asyncio.sleep(0.02)
            await asyncio.to_thread(own_mongod.restart)
            seqs |= await storing
            async with asyncio.timeout(60):
                while not await asyncio.to_thread(is_ready, service):
                    await asyncio.sleep(0.02)
            await check(service, "Ada", seqs)
    assert "store_unavailable" in service.log() and "store_available" in service.log()


async def test_the_process_starts_while_the_database_is_away(own_mongod, new_service):
    own_mongod.kill()
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=500, BOT_BRAIN=HERE / "brain").start()
    assert service.request("/healthz")[0] == 200
    wait_for(lambda: "the store is away" in service.log(), "it has looked")
    assert not is_ready(service)
    async with client(service, "Ada") as tab:  # greeted all the same
        assert (await tab.say("one", "hello?"))["code"] == "unavailable"
        await asyncio.to_thread(own_mongod.restart)
        seqs = await until_stored(tab, ["one"])
    ready(service)
    await check(service, "Ada", seqs)


async def test_a_stop_while_the_database_is_away(own_mongod, new_service):
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=500, DRAIN_S=1).start()
    ready(service)
    async with client(service, "Ada") as tab:
        pause(own_mongod)
        await send_all(tab, ["a", "b"])
        await tab.settled()
        service.tell(15)
        events, code, _ = await tab.ended()
        assert {e["type"] for e in events} == {"error", "goodbye"} and code == 1001
    assert await asyncio.to_thread(service.wait) == 0
    own_mongod.resume()


async def test_a_database_whose_disk_is_full(own_mongod, new_service):
    """mongod ends itself when it cannot write its journal; it is started again once there is room."""
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=1000, BOT_BRAIN=HERE / "brain").start()
    ready(service)
    async with client(service, "Ada") as tab:
        seqs = await until_stored(tab, ["first"])
        with small_disk(own_mongod.members[0]["pid"], 65536):
            ids = [f"{i}" for i in range(N)]
            await send_all(tab, ids)
            for id in ids:
                assert (await tab.answer(id))["code"] == "unavailable"
        await asyncio.to_thread(wait_for, lambda: not is_ready(service), "/readyz says 503")
        assert service.request("/healthz")[0] == 200
        await asyncio.to_thread(own_mongod.restart)
        seqs |= await until_stored(tab, ids)
        await asyncio.to_thread(ready, service)
    await check(service, "Ada", seqs)


# ---- SQLite ----


@contextlib.contextmanager
def locked(path):
    """As a backup or somebody's shell would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


async def test_a_locked_file_is_waited_for(new_service, sqlite):
    service = new_service(**sqlite, STORE_TIMEOUT_MS=60_000).start()
    async with client(service, "Ada") as tab:
        await tab.say("first", "stored")
        with locked(sqlite["SQLITE_PATH"]):
            await send_all(tab, [f"{i}" for i in range(N)])
            await tab.settled()
            assert service.metrics()["turns_waiting"] == N
        acks = [await tab.answer(f"{i}") for i in range(N)]
    await check(service, "Ada", {a["id"]: a["seq"] for a in acks} | {"first": 1})


async def test_a_file_locked_for_long_is_unavailable(new_service, sqlite):
    service = new_service(**sqlite, STORE_TIMEOUT_MS=500).start()
    async with client(service, "Ada") as tab:
        await tab.say("first", "stored")
        ids = [f"{i}" for i in range(N)]
        with locked(sqlite["SQLITE_PATH"]):
            await send_all(tab, ids)
            for id in ids:
                assert (await tab.answer(id))["code"] == "unavailable"
        seqs = await until_stored(tab, ids)
    await check(service, "Ada", seqs | {"first": 1})


async def test_a_full_disk_refuses_and_loses_nothing(new_service, sqlite):
    service = new_service(**sqlite, STORE_TIMEOUT_MS=500).start()
    async with client(service, "Ada") as tab:
        await tab.say("first", "stored")
        text = "x" * 8000
        sizes = [os.path.getsize(path) for path in sqlite["SQLITE_PATH"].parent.glob("chat.db*")]
        with small_disk(service.process.pid, max(sizes) + 20_000):
            stored = {}
            for i in range(1000):
                answer = await tab.say(f"{i}", text)
                if answer["type"] == "error":
                    break
                stored[f"{i}"] = answer["seq"]
            assert answer["code"] == "unavailable" and len(stored) < 1000
            assert service.request("/healthz")[0] == 200
        seqs = await until_stored(tab, [f"{i}" for i in range(len(stored) + 10)])
    assert stored.items() <= seqs.items()
    await check(service, "Ada", seqs | {"first": 1})
