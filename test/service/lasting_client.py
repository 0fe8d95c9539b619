"""A client that stays: it connects again with backoff, resumes by number and sends again what was not answered, as the page does.
What it does and sees goes into a history, for its checks."""

import asyncio
import contextlib
import json
import random
import time

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from chat_client import address
from history import Acked, History, Refused, Sent, Shown

DEADLINE_S = 60
ALIVE_S = 3  # without an answer for so long a connection is given up: what is paused keeps its sockets
STEADY_S = 5  # a connection that lived this long has earned a quick first retry
RESTS_S = (0.1, 1.0)  # between two attempts, the first and the longest: shorter than the page's, since tests wait for them
PAGES_RESTS_S = (0.4, 20.0)
PASSING = ("unavailable", "rate_limited")


class LastingClient:
    """On one conversation, its name's own. `services`: where it may connect, in turns, the first one first."""

    def __init__(self, name, services, history=None, client=None, window=1, rests_s=RESTS_S, seed=None):
        self.name, self.conversation = name, name.lower()
        self.services = list(services)
        self.history = history or History()
        self.client = client or name
        self.window = window  # unanswered sends, most
        self.rests_s = rests_s
        self.connection = 0
        self.seen = 0  # every number up to here is known
        self.written_at = {}  # id: time
        self.acked, self.refused = {}, {}  # id: number; id: code, where that is final
        self.unavailable = 0  # answers
        self.events = []  # the others: states, typing, read
        self._known = set()
        self._pending = {}  # id: text, in the order of writing
        self._in_flight = set()
        self._turn = self._attempt = 0
        self._socket = None
        self._is_open = self._is_resting = False
        self._chance = random.Random(seed)
        self._later, self._changed = set(), asyncio.Event()

    # ---- what a test wants of it ----

    def write(self, text=None):
        """The id of a message that goes out as soon as it can."""
        id = f"{self.client}-{len(self.written_at)}"
        self.written_at[id] = time.monotonic()
        self._pending[id] = text if text is not None else f"words of {id}"
        self._soon(0, self._flush)
        return id

    async def write_all(self, n):
        """One after the other, at most `window` unanswered."""
        for _ in range(n):
            await self.until(self.has_room)
            self.write()
        await self.until(self.is_answered)

    def has_room(self):
        return len(self._pending) < self.window

    def is_answered(self):
        return not self._pending

    async def until(self, condition, seconds=DEADLINE_S):
        """Looked at whenever something came."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"{self.client} waited {seconds} s: {len(self._pending)} unanswered, seen {self.seen}, "
                                 f"connection {self.connection}, open: {self._is_open}") from None

    async def opened(self):
        await self.until(lambda: self._is_open)

    def hang_up(self):
        """This connection; it makes another."""
        if self._socket:
            self._socket.transport.abort()

    # ---- its life ----

    async def run(self):
        while True:
            service = self.services[self._turn % len(self.services)]
            self._opened_at = self._not_before = None
            with contextlib.suppress(OSError, TimeoutError, WebSocketException):
                async with connect(address(service), subprotocols=["chat.v1"], compression=None, proxy=None,
                                   max_size=None, max_queue=None, open_timeout=ALIVE_S, ping_interval=ALIVE_S / 2,
                                   ping_timeout=ALIVE_S, close_timeout=1) as socket:
                    await self._live(socket)
            self._lost()
            self._turn += 1
            await asyncio.sleep(self._rest_s())

    def _rest_s(self):
        """Until the time that a goodbye named, then a random while, which doubles where connections are lost that did not last."""
        now = time.monotonic()
        if self._not_before or (self._opened_at and now - self._opened_at > STEADY_S):
            self._attempt = 0
        first, longest = self.rests_s
        rest_s = min(longest, first * 2 ** self._attempt) * (0.5 + self._chance.random() / 2)
        self._attempt += 1
        return (self._not_before or now) + rest_s - now

    async def _live(self, socket):
        self._opened_at = time.monotonic()
        self.connection += 1
        self._socket = socket
        await self._send({"type": "hello", "name": self.name})
        async for message in socket:
            for line in message.split("\n"):
                if await self._hear(json.loads(line)) == "goodbye":
                    return
            self._changed.set()

    def _lost(self):
        for task in self._later:
            task.cancel()
        self._later.clear()
        self._in_flight.clear()
        self._socket = None
        self._is_open = self._is_resting = False
        self._changed.set()

    async def _send(self, *frames):
        await self._socket.send("\n".join(json.dumps(frame) for frame in frames))

    def _soon(self, seconds, action):
        async def act():
            await asyncio.sleep(seconds)
            with contextlib.suppress(WebSocketException):
                await action()

        if self._socket:
            task = asyncio.create_task(act())
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _open(self):
        await self._send({"type": "open", "after": self.seen, "limit": 500})

    async def _flush(self):
        """In the old order: what was refused keeps back what was written after it."""
        ids, due = list(self._pending), len(self._in_flight)
        if not self._is_open or self._is_resting or not self._in_flight.issuperset(ids[:due]):
            return
        going = ids[due:self.window]
        for id in going:
            self._in_flight.add(id)
            self.history.sent.append(
                Sent(time.monotonic(), self.client, self.connection, self.conversation, id, self._pending[id]))
        if going:
            await self._send(*({"type": "send", "id": id, "text": self._pending[id]} for id in going))

    async def _rested(self):
        self._is_resting = False
        await self._flush()

    # ---- what it is told ----

    async def _hear(self, event):
        kind = event["type"]
        if kind == "welcome":
            await self._open()
        elif kind == "history":
            for m in event["messages"]:
                self._show(m)
            if not event["more"]:
                self._is_open = True
                await self._flush()
        elif kind == "message":
            self._show(event)
        elif kind == "ack":
            self.history.acked.append(
                Acked(time.monotonic(), self.client, self.connection, self.conversation, event["id"], event["seq"]))
            self.acked[event["id"]] = event["seq"]
            self._learn(event["seq"])
            await self._answered(event["id"])
        elif kind == "error":
            await self._hear_error(event)
        else:
            self.events.append(event)
            if kind == "goodbye":
                self._not_before = time.monotonic() + event["retry_after_ms"] / 1000
        return kind

    async def _hear_error(self, event):
        wait_s = event.get("retry_after_ms", 100) / 1000
        id = event.get("id")
        assert id or event["code"] in PASSING, event
        if id is None:
            self._soon(wait_s, self._open)
        elif event["code"] in PASSING:
            self.unavailable += 1
            self._in_flight.discard(id)
            self._is_resting = True
            self._soon(min(wait_s, self.rests_s[1]), self._rested)
        else:
            self.refused[id] = event["code"]
            self.history.refused.append(
                Refused(time.monotonic(), self.client, self.connection, self.conversation, id, event["code"]))
            await self._answered(id)

    async def _answered(self, id):
        self._pending.pop(id, None)
        self._in_flight.discard(id)
        await self._flush()

    def _show(self, m):
        self.history.shown.append(
            Shown(time.monotonic(), self.client, self.connection, self.conversation, m["seq"], m.get("id"), m["role"], m["text"]))
        self._learn(m["seq"])

    def _learn(self, seq):
        self._known.add(seq)
        while self.seen + 1 in self._known:
            self.seen += 1
            self._known.discard(self.seen)


@contextlib.asynccontextmanager
async def lasting(*clients):
    """All of them at work."""
    running = [asyncio.create_task(client.run()) for client in clients]
    try:
        yield clients if len(clients) > 1 else clients[0]
        assert not any(task.done() for task in running), [task.exception() for task in running if task.done()]
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
