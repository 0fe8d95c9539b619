"""A reader who never reads: its memory stays bounded, the others are not delayed, and it is let go or resumes by number."""

import asyncio
import contextlib
import json

import pytest

from chat_client import client, read_log
from chat_service import wait_for
from raw_websocket import CLOSE, RawWebSocket

SMALL_QUARANTINE = {"ASAN_OPTIONS": "quarantine_size_mb=4"}  # what ASan keeps of freed memory is not the service's
TEXT_BYTES = 4000


@pytest.fixture
def roomy_service(new_service, sqlite):
    return new_service(**sqlite, **SMALL_QUARANTINE).start()


def never_reading(service):
    raw = RawWebSocket(service.port, receive_buffer=4096)
    raw.send_json({"type": "hello", "name": "Ada"}, {"type": "open"})
    return raw


async def write(tab, n, prefix):
    for start in range(0, n, 20):
        await tab.send(*({"type": "send", "id": f"{prefix}{i}", "text": "x" * TEXT_BYTES} for i in range(start, start + 20)))
    return [(await tab.answer(f"{prefix}{i}"))["type"] for i in range(n)]


async def messages(reader, last):
    """Up to number `last`, in order, each once."""
    seen = 0
    while seen < last:
        event = await reader.receive()
        if event["type"] == "state":  # told to those who were behind for a moment
            continue
        assert (event["type"], event["seq"]) == ("message", seen + 1)
        seen += 1


async def test_a_crowd_that_never_reads_among_those_who_do(roomy_service):
    """Forty who never read, 12 MB for each, among twenty who do: these get all of it, in order, and what is held for those is
    bounded. Without them the same takes about as much memory."""
    service = roomy_service
    async with contextlib.AsyncExitStack() as connections:
        writer, *readers = [await connections.enter_async_context(client(service, "Ada")) for _ in range(21)]
        for reader in readers:
            await reader.open()
        reading = [asyncio.create_task(messages(reader, 3200)) for reader in readers]
        await write(writer, 100, "warm")
        before = service.resident_kib()
        silent = [never_reading(service) for _ in range(40)]
        wait_for(lambda: service.metrics()["connections"] == 61, "all are connected")
        assert set(await write(writer, 3000, "m")) == {"ack"}
        grown = service.resident_kib() - before
        print(f"{grown} KiB for {len(silent)} readers who do not read")
        assert grown < 40 * 2048 + 20_000, f"{grown} KiB for what is 480 MB of frames"
        assert service.metrics()["slow_readers_total"] == 0  # they were all there, all the time
        assert set(await write(writer, 100, "more")) == {"ack"}
        async with asyncio.timeout(60):
            await asyncio.gather(*reading)
        for raw in silent:
            raw.peer.close()


async def test_who_never_reads_is_closed_or_catches_up(roomy_service):
    """It reads again after all has happened: what it gets goes on without a gap, to the end of the log or of the connection; then it
    resumes by number."""
    service = roomy_service
    with never_reading(service) as raw:
        async with client(service, "Ada") as writer:
            await write(writer, 3000, "m")
        seen, ended = await asyncio.to_thread(read_all, raw, 3000)
    assert seen == list(range(1, len(seen) + 1))
    assert ended or len(seen) == 3000
    async with client(service, "Ada") as again:
        rest = (await again.open(after=len(seen)))["messages"]
    assert seen + [m["seq"] for m in rest] == list(range(1, 3001))


def read_all(raw, last):
    seen = []
    while not seen or seen[-1] < last:
        opcode, payload = raw.receive()
        if opcode == CLOSE:
            return seen, payload
        for event in map(json.loads, payload.split(b"\n")):
            if event["type"] == "history":
                seen += [m["seq"] for m in event["messages"]]
            elif event["type"] == "message":
                seen.append(event["seq"])
    return seen, None


async def test_who_writes_and_never_reads_is_held_up(roomy_service):
    """Its answers do not pile up: the service stops reading from it. Others go on."""
    service = roomy_service
    with RawWebSocket(service.port, receive_buffer=4096) as raw:
        raw.send_json({"type": "hello", "name": "Bob"})
        before = service.resident_kib()
        raw.peer.setblocking(False)
        sent = 0
        frame = RawWebSocket.frame(1, b"\n".join([b'{"type":"history","before":1}'] * 2000))
        try:
            while sent < 100_000_000:
                sent += raw.peer.send(frame)
        except BlockingIOError:
            pass
        async with client(service, "Ada") as other:
            for i in range(20):
                assert (await other.say(f"{i}", "not delayed"))["type"] == "ack"
        assert sent < 100_000_000
        assert service.resident_kib() - before < 50_000


async def test_who_never_reads_is_told_so_in_the_end(roomy_service):
    """Half a minute without taking a byte, while there is something to take, ends a connection."""
    service = roomy_service
    with never_reading(service) as raw:
        async with client(service, "Ada") as writer:
            await write(writer, 2500, "m")
            async with asyncio.timeout(60):
                while service.metrics()["slow_readers_total"] == 0:
                    await asyncio.sleep(0.2)
            code = await asyncio.to_thread(raw.closed_with)
            assert code in (1008, 1006)  # 1006: it was cut off before it read as far as the reason
            assert service.metrics()["connections"] == 1
            assert (await writer.say("on", "and on"))["seq"] == 2501
    assert len(await read_log(service, "Ada")) == 2501
