"""A replica dies with 5,000 people on it. All come to the other one at once, and load what they had."""

import asyncio
import collections
import datetime
import json
import random
import resource
import struct
import time

import pytest
from pymongo import MongoClient

from chat_service import wait_for

PEOPLE = 5000
HISTORY = 50
PATIENCE_S = 10  # of a page: to connect, and to be answered
DEADLINE_S = 120
FILES = PEOPLE + 1000
HANDSHAKE = (b"GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
             b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat.v1\r\n\r\n")


class Page(asyncio.Protocol):
    """One person's connection: as little as does what the page does, so that 5,000 fit into this process."""

    def __init__(self, person):
        self.person = person
        self.came, self.frames = b"", None  # None: not upgraded yet
        self.history = asyncio.get_running_loop().create_future()
        self.ack = asyncio.get_running_loop().create_future()
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(HANDSHAKE % b"AAAAAAAAAAAAAAAAAAAAAA==")

    def connection_lost(self, error):
        for waited in (self.history, self.ack):
            if not waited.done():
                waited.set_exception(ConnectionError("lost"))
                waited.exception()  # it may be that nobody waits
        if not self.lost.done():
            self.lost.set_result(None)

    def data_received(self, data):
        self.came += data
        if self.frames is None:
            head, end, rest = self.came.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.transport.abort()  # refused
                return
            self.frames, self.came = 0, rest
            self.send({"type": "hello", "name": self.person.name}, {"type": "open", "limit": HISTORY})
        while (payload := self._take_frame()) is not None:
            for line in payload.split(b"\n"):
                self._hear(json.loads(line))

    def send(self, *frames):
        payload = "\n".join(json.dumps(frame) for frame in frames).encode()
        assert len(payload) < 65536
        head = struct.pack("!BB", 0x81, 0x80 | len(payload)) if len(payload) < 126 else struct.pack("!BBH", 0x81, 0xFE, len(payload))
        self.transport.write(head + b"\0\0\0\0" + payload)  # masked, with zeros

    def _take_frame(self):
        """The payload of a whole text message of the server; pings and closes come late, and are not waited for here."""
        n, start = (self.came[1] if len(self.came) > 1 else 0), 2
        if n >= 126:
            start = 4 if n == 126 else 10
            n = int.from_bytes(self.came[2:start], "big") if len(self.came) >= start else 1 << 62
        if len(self.came) < max(start + n, 2):
            return None
        assert self.came[0] == 0x81, self.came[:20]
        payload, self.came = self.came[start:start + n], self.came[start + n:]
        return payload

    def _hear(self, event):
        if event["type"] == "history":
            self.history.set_result(event)
        elif event["type"] == "ack":
            self.ack.set_result(event)
        elif event["type"] == "error":
            self.transport.abort()  # it comes again, after its backoff


class Person:
    def __init__(self, number):
        self.name = f"Person {number}"
        self.attempts = 0

    async def be_served(self, port):
        """Backs off and tries until the newest messages are there, as the page does."""
        while True:
            await asyncio.sleep(min(20, 0.4 * 2**self.attempts) * (0.5 + random.random() / 2))
            self.attempts += 1
            transport = None
            try:
                async with asyncio.timeout(PATIENCE_S):
                    transport, self.page = await asyncio.get_running_loop().create_connection(lambda: Page(self), "127.0.0.1", port)
                async with asyncio.timeout(PATIENCE_S):
                    self.check(await self.page.history)
                    return
            except OSError:  # a timeout among them
                if transport:
                    transport.abort()

    def check(self, history):
        assert [m["seq"] for m in history["messages"]] == list(range(HISTORY + 1, 2 * HISTORY + 1))
        assert history["messages"][-1]["text"] == f"{self.name}, message {2 * HISTORY}"
        assert history["more"] and history["last"] == 2 * HISTORY


@pytest.fixture
def many_files():
    """A connection is a file, here and in the service that is started from here."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert before[1] == resource.RLIM_INFINITY or before[1] >= FILES, f"this test needs {FILES} open files (ulimit -Hn)"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], FILES), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def write_histories(mongo, people):
    """100 messages for each, ten to an entry; as the service stores them, and quicker than by sending."""
    def entries():
        for person in people:
            for first in range(1, 2 * HISTORY, 10):
                numbers = range(first, first + 10)
                yield {"_id": {"c": person.name.lower(), "s": first}, "n": 10, "at": datetime.datetime.now(datetime.UTC),
                       "m": [{"r": "user", "f": person.name, "t": f"{person.name}, message {n}", "i": f"{n}"} for n in numbers],
                       "ids": [f"{n}" for n in numbers], "st": {"s": "bot"}}

    with MongoClient(mongo["MONGO_URI"]) as connection:
        connection[mongo["MONGO_DATABASE"]].entries.insert_many(entries(), ordered=False)


async def test_5000_come_back_at_once(new_service, mongo, redis, many_files):
    first, second = [new_service(**mongo, REDIS_URL=redis.url, NAME_RATE_LIMIT=0).start() for _ in range(2)]
    for service in (first, second):
        wait_for(lambda: service.request("/readyz")[0] == 200, "it is ready")
    people = [Person(k) for k in range(PEOPLE)]
    write_histories(mongo, people)
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(*(person.be_served(first.port) for person in people))
    assert first.metrics()["connections"] == PEOPLE
    for person in people:
        person.attempts = 0
    begun = time.monotonic()
    first.kill()
    async with asyncio.timeout(DEADLINE_S):
        await asyncio.gather(*(person.page.lost for person in people))
        await asyncio.gather(*(person.be_served(second.port) for person in people))
        served_s = time.monotonic() - begun
        for person in people:
            person.page.send({"type": "send", "id": "after", "text": "still here"})
        assert {(await person.page.ack)["seq"] for person in people} == {2 * HISTORY + 1}
    attempts = collections.Counter(person.attempts for person in people)
    print(f"all served {served_s:.1f} s after the kill, attempts: {dict(attempts)}")
    assert max(attempts) <= 2, attempts  # whoever was refused was served after its backoff
    assert second.metrics()["connections"] == PEOPLE
    for person in people:
        person.page.transport.abort()
