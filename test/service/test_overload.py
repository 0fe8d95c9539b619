"""Too much at once: what is too much is refused at once and in words, what was taken is served."""

import contextlib
import resource

from chat_client import client
from chat_service import wait_for
from raw_websocket import RawWebSocket, Refused

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


def test_other_refusals_are_counted(one_service):
    for request in ({"path": "/other"}, {"Sec_WebSocket_Version": "8"}):
        try:
            RawWebSocket(one_service.port, request=request).peer.close()
        except Refused:
            pass
    assert one_service.metrics()['connections_refused_total{reason="request"}'] == 2
