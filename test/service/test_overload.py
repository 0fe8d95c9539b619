"""Too much at once: what is too much is refused at once and in words, what was taken is served."""

import asyncio
import contextlib
import itertools
import resource

import pytest

from chat_client import client, read_log
from chat_service import wait_for
from raw_websocket import RawWebSocket, Refused, connect
from test_store_away import pause, send_all

FULL = "as many are connected as there may be"


def refusal(service):
    try:
        RawWebSocket(service.port).peer.close()
    except Refused as refused:
        return refused.status, refused.headers
    raise AssertionError("it was not refused")


async def test_more_connections_than_there_may_be_are_refused(new_service, sqlite):
    service = new_service(**sqlite, MAX_CONNECTIONS=3).start()
    for episode in (1, 2):
        async with contextlib.AsyncExitStack() as connections:
            tabs = [await connections.enter_async_context(client(service, f"Ada {i}")) for i in range(3)]
            for _ in range(5):
                status, headers = refusal(service)
                assert status == 503 and int(headers["retry-after"]) > 0
            assert service.request("/healthz")[0] == 200
            metrics = service.metrics()
            assert (metrics["connections"], metrics["connections_max"]) == (3, 3)
            assert metrics['connections_refused_total{reason="full"}'] == 5 * episode
            assert service.log().count(FULL) == episode
            assert {(await tab.say(f"{episode}", "hi"))["type"] for tab in tabs} == {"ack"}
            await tabs.pop().close()
            wait_for(lambda: service.metrics()["connections"] == 2, "there is room")
            async with client(service, "Bob") as another:
                assert (await another.say(f"{episode}", "hi"))["type"] == "ack"
        wait_for(lambda: service.log().count("connections are taken again") == episode, "the log says that there is room")


def test_as_many_as_there_are_files_for(new_service, sqlite):
    """The soft limit is of no matter."""
    before = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, hard))
    try:
        service = new_service(**sqlite).start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert service.metrics()["connections_max"] == min(hard, 65536) - 128


def is_hung_up_on(peer):
    peer.setblocking(False)
    try:
        return peer.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_who_says_nothing_is_let_go(one_service):
    with connect(one_service.port) as silent:
        silent.settimeout(25)
        assert silent.recv(1) == b""


async def test_a_crowd_that_says_nothing_takes_no_files_from_others(new_service, sqlite):
    """Beyond what there are files for they are hung up on; who is connected is served, and when they have gone, all is as before."""
    service = new_service(**sqlite, MAX_CONNECTIONS=3).start()
    async with client(service, "Ada") as tab:
        peers = [connect(service.port) for _ in range(150)]
        try:
            await asyncio.to_thread(wait_for, lambda: sum(map(is_hung_up_on, peers)) >= 150 - 67, "they are hung up on")
            assert not all(map(is_hung_up_on, peers))
            assert (await tab.say("1", "served"))["type"] == "ack"
        finally:
            for peer in peers:
                peer.close()
        await asyncio.to_thread(wait_for, lambda: "connections are taken again" in service.log(), "there is room")
        async with client(service, "Bob") as another:
            assert (await another.say("1", "hi"))["type"] == "ack"
        assert service.metrics()['connections_refused_total{reason="crowded"}'] >= 150 - 67
        assert service.log().count(FULL) == 1


def test_other_refusals_are_counted(one_service):
    for request in ({"path": "/other"}, {"Sec_WebSocket_Version": "8"}):
        try:
            RawWebSocket(one_service.port, request=request).peer.close()
        except Refused:
            pass
    assert one_service.metrics()['connections_refused_total{reason="request"}'] == 2


# ---- more sends than the store takes ----


@pytest.fixture
def stopped_store(own_mongod, new_service):
    """A database that stands still, so that everything waits; and what waits for it may be fifty sends."""
    service = new_service(MONGO_URI=own_mongod.uri, STORE_TIMEOUT_MS=60_000, MAX_WAITING=50).start()
    wait_for(lambda: service.request("/readyz")[0] == 200, "it is ready")
    return service, own_mongod


async def test_more_sends_than_may_wait_are_refused_at_once(stopped_store):
    """What waits is stored in the end, what was refused is when it is sent again; nothing is doubled."""
    service, mongod = stopped_store
    async with contextlib.AsyncExitStack() as connections:
        tabs = [await connections.enter_async_context(client(service, f"Ada {i}")) for i in range(5)]
        for tab in tabs:
            await tab.say("first", "opens the chat")
        pause(mongod)
        for tab in tabs:
            await send_all(tab, [f"{i}" for i in range(30)])
            await tab.settled()  # all of it was read: what was refused has its answer
        refused = [list(tab.events) for tab in tabs]
        for tab in tabs:
            tab.events.clear()
        assert sum(map(len, refused)) == 100
        for error in itertools.chain(*refused):
            assert error["code"] == "unavailable" and 0 < error["retry_after_ms"] <= 5000 and "id" in error
        metrics = service.metrics()
        assert metrics["turns_waiting"] == 50 and metrics['turns_shed_total{reason="turns"}'] == 100
        assert metrics["turns_accepted_total"] == 55
        assert service.log().count("sends are refused") == 1
        assert service.request("/healthz")[0] == 200
        mongod.resume()
        for tab, errors in zip(tabs, refused):
            taken = {f"{i}" for i in range(30)} - {error["id"] for error in errors}
            assert {(await tab.answer(id))["type"] for id in taken} <= {"ack"}
        for tab, errors in zip(tabs, refused):
            for error in errors:
                assert (await tab.say(error["id"], "again"))["type"] == "ack"
    for i in range(5):
        assert sorted(m["id"] for m in await read_log(service, f"Ada {i}")) == sorted(["first"] + [f"{n}" for n in range(30)])
    wait_for(lambda: "sends are taken again" in service.log(), "the log says that it is over")
