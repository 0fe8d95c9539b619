"""SIGTERM: no new visitors, everybody is told, what was acknowledged is stored, and the process ends well."""

import asyncio
import contextlib
import itertools
import signal
import time

import pytest
from websockets.exceptions import ConnectionClosed

from chat_client import client, read_log
from chat_service import wait_for
from conftest import HERE
from raw_websocket import RawWebSocket, Refused

GRACE_S = 3 + 5  # the process's own, and a slow machine's


@pytest.fixture
def calm(new_service, store):
    """Ten seconds to let everybody go."""
    return new_service(**store, DRAIN_S=10, BOT_BRAIN=HERE / "brain").start()


async def test_nobody_there_nothing_to_wait_for(calm):
    calm.tell(signal.SIGTERM)
    begun = time.monotonic()
    assert await asyncio.to_thread(calm.wait) == 0
    assert time.monotonic() - begun < 10  # it did not sit out its ten seconds
    assert "stopped" in calm.log()


async def test_while_it_drains(calm):
    """One connection does not answer its close frame at once; meanwhile HTTP says how things stand."""
    wait_for(lambda: calm.request("/readyz")[0] == 200, "it is ready")
    raws = [RawWebSocket(calm.port) for _ in range(30)]
    try:
        calm.tell(signal.SIGTERM)
        wait_for(lambda: calm.request("/readyz")[0] == 503, "/readyz says 503")
        assert calm.request("/readyz")[2] == b"draining\n"
        assert calm.request("/healthz")[0] == 200 and calm.request("/metrics")[0] == 200
        with pytest.raises(Refused) as refused:
            RawWebSocket(calm.port)
        assert refused.value.status == 503
        for raw in raws:
            goodbye, = raw.events()
            assert goodbye == {"type": "goodbye", "reason": "shutdown", "retry_after_ms": goodbye["retry_after_ms"]}
            assert goodbye["retry_after_ms"] > 0
            assert raw.closed_with() == 1001
    finally:
        for raw in raws:
            raw.peer.close()
    assert await asyncio.to_thread(calm.wait) == 0


async def write_until_closed(service, name, prefix, is_polite):
    """What was sent, and what was acknowledged. The polite have few words unanswered, and stop at the goodbye."""
    sent, acked = [], {}
    async with client(service, name) as tab:
        writing = asyncio.create_task((write_politely if is_polite else write)(tab, prefix, sent))
        events = await writing if is_polite else []
        following, code, _ = await tab.ended()
        events += following
        await writing
    for event in events:
        if event["type"] == "ack":
            acked[event["id"]] = event["seq"]
        else:
            assert event["type"] == "goodbye", event
    if is_polite:
        assert [e["type"] for e in events].count("goodbye") == 1 and code == 1001
    else:  # their own words may still be on the way when the door is shut, and the reset take what was not read yet
        assert code in (1001, 1006)
    return sent, acked


async def send_ten(tab, prefix, sent):
    ids = [f"{prefix}-{len(sent) + i}" for i in range(10)]
    sent += ids
    await tab.send(*({"type": "send", "id": id, "text": "words"} for id in ids))


async def write_politely(tab, prefix, sent):
    events = []
    while not events or events[-1]["type"] != "goodbye":
        if len(sent) - len(events) <= 20:
            with contextlib.suppress(ConnectionClosed):  # the goodbye is there, and not read yet
                await send_ten(tab, prefix, sent)
        events.append(await tab.receive())
    return events


async def write(tab, prefix, sent):
    with contextlib.suppress(ConnectionClosed):
        while True:
            await send_ten(tab, prefix, sent)
            await asyncio.sleep(0)


async def test_under_load(new_service, store):
    service = new_service(**store, DRAIN_S=1, BOT_BRAIN=HERE / "brain").start()
    writers = [asyncio.create_task(write_until_closed(service, f"Ada {k % 3}", f"w{k}", k < 3)) for k in range(6)]
    async with asyncio.timeout(30):
        while (await asyncio.to_thread(service.metrics))["turns_acknowledged_total"] < 500:
            await asyncio.sleep(0.01)
    begun = time.monotonic()
    service.tell(signal.SIGTERM)
    assert await asyncio.to_thread(service.wait) == 0
    assert time.monotonic() - begun < 1 + GRACE_S
    results = await asyncio.gather(*writers)
    service.start()
    for name in range(3):
        log = {m["id"]: m["seq"] for m in await read_log(service, f"Ada {name}") if m["role"] == "user"}
        for k in (name, name + 3):
            sent, acked = results[k]
            assert acked.items() <= log.items()
            own = [id for id in log if id.startswith(f"w{k}-")]
            assert own == sent[:len(own)]  # the first ones, in order: the rest may be sent again
        async with client(service, f"Ada {name}") as tab:
            for k in (name, name + 3):
                sent, acked = results[k]
                again = sent[max(0, len(acked) - 5):]
                for start in range(0, len(again), 500):
                    await tab.send(*({"type": "send", "id": id, "text": "words"} for id in again[start:start + 500]))
                    for id in again[start:start + 500]:
                        answer = await tab.answer(id)
                        assert answer["seq"] == log.get(id, answer["seq"])
        stored = [m["id"] for m in await read_log(service, f"Ada {name}") if m["role"] == "user"]
        assert sorted(stored) == sorted(results[name][0] + results[name + 3][0])


async def test_told_twice_it_stops_at_once(new_service, sqlite):
    service = new_service(**sqlite, DRAIN_S=600).start()
    with RawWebSocket(service.port):
        raws = [RawWebSocket(service.port) for _ in range(5)]
        service.tell(signal.SIGTERM)
        wait_for(lambda: "draining" in service.log(), "it drains")
        service.tell(signal.SIGTERM)
        assert await asyncio.to_thread(service.wait) == 0
        for raw in raws:
            raw.peer.close()


async def test_who_does_not_read_does_not_hold_it_up(new_service, sqlite):
    service = new_service(**sqlite, DRAIN_S=1).start()
    async with client(service, "Ada") as tab:
        for i in range(100):
            await tab.say(f"{i}", "x" * 8000)
    with RawWebSocket(service.port, receive_buffer=4096) as silent:
        silent.send_json({"type": "hello", "name": "Ada"}, *[{"type": "open", "limit": 500}] * 20)
        begun = time.monotonic()
        service.tell(signal.SIGTERM)
        assert await asyncio.to_thread(service.wait) == 0
        assert time.monotonic() - begun < 1 + GRACE_S


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
async def test_both_signals_drain(new_service, sqlite, number):
    service = new_service(**sqlite, DRAIN_S=0).start()
    async with client(service, "Ada") as tab:
        service.tell(number)
        events, code, reason = await tab.ended()
        assert ([e["type"] for e in events], code, reason) == (["goodbye"], 1001, "shutdown")
    assert await asyncio.to_thread(service.wait) == 0
