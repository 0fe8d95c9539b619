"""A client that speaks chat.v1: JSON objects, one a line, in WebSocket messages."""

import asyncio
import collections
import contextlib
import json

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

DEADLINE_S = 30


class Client:
    """What arrives is read in the background, so that the server never waits for a test."""

    def __init__(self, socket):
        self.socket = socket
        self.events = collections.deque()
        self._arrived = asyncio.Event()
        self._closed = False
        self._reading = asyncio.create_task(self._read())

    async def _read(self):
        with contextlib.suppress(ConnectionClosed):
            async for message in self.socket:
                self.events.extend(json.loads(line) for line in message.split("\n"))
                self._arrived.set()
        self._closed = True
        self._arrived.set()

    async def close(self):
        await self.socket.close()
        await self._reading

    def abort(self):
        """Without a word, as when a laptop is shut."""
        self.socket.transport.abort()

    async def send(self, *frames):
        """Several frames go as several lines of one message."""
        await self.socket.send("\n".join(json.dumps(frame, ensure_ascii=False) for frame in frames))

    async def send_text(self, text):
        await self.socket.send(text)

    async def receive(self):
        """The next event; ConnectionError once there is none to come."""
        async with asyncio.timeout(DEADLINE_S):
            while not self.events:
                if self._closed:
                    raise ConnectionError(f"closed: {self.socket.close_code} {self.socket.close_reason}")
                self._arrived.clear()
                await self._arrived.wait()
        return self.events.popleft()

    async def expect(self, type, **fields):
        """The next event is of this type and holds these fields."""
        event = await self.receive()
        assert event["type"] == type and fields.items() <= event.items(), f"{event} instead of {type} {fields}"
        return event

    async def until(self, type, **fields):
        """The next event of this type with these fields, whatever comes before."""
        while True:
            event = await self.receive()
            if event["type"] == type and fields.items() <= event.items():
                return event

    async def ended(self):
        """The events until the server closes, then its close code and reason."""
        events = []
        with contextlib.suppress(ConnectionError):
            while True:
                events.append(await self.receive())
        return events, self.socket.close_code, self.socket.close_reason

    async def hello(self, name):
        await self.send({"type": "hello", "name": name})
        return await self.expect("welcome")

    async def open(self, **fields):
        """The history; with `after`, all of its frames in one."""
        await self.send({"type": "open"} | fields)
        history = await self.expect("history")
        while "after" in fields and history["more"]:
            following = await self.expect("history")
            history = following | {"messages": history["messages"] + following["messages"]}
        return history

    async def say(self, id, text, **fields):
        """The answer to a send: an ack or an error. What else arrives meanwhile stays to be read."""
        await self.send({"type": "send", "id": id, "text": text} | fields)
        return await self.answer(id)

    async def answer(self, id):
        """The ack or error with this id, out of order where others came before."""
        passed = []
        event = await self.receive()
        while event["type"] not in ("ack", "error") or event.get("id") != id:
            passed.append(event)
            event = await self.receive()
        self.events.extendleft(reversed(passed))
        return event

    async def settled(self):
        """What was sent before has been read and handled, and what it caused at once has arrived; what waits for the store may
        not. The events in between stay to be read."""
        passed = []
        await self.send({"type": "a question nobody knows"})
        event = await self.receive()
        while event.get("code") != "unknown_type":
            passed.append(event)
            event = await self.receive()
        self.events.extendleft(reversed(passed))


def address(service):
    """One on this machine has a port alone."""
    return f"ws://{getattr(service, 'host', '127.0.0.1')}:{service.port}/chat"


@contextlib.asynccontextmanager
async def client(service, name=None, **options):
    """A connection, greeted by name unless none is given."""
    settings = {"subprotocols": ["chat.v1"], "compression": None, "ping_interval": None, "max_size": None, "max_queue": None,
                "proxy": None, "open_timeout": DEADLINE_S, "close_timeout": DEADLINE_S} | options
    async with connect(address(service), **settings) as socket:
        connected = Client(socket)
        try:
            if name is not None:
                await connected.hello(name)
            yield connected
        finally:
            await connected.close()


async def until_it_has(service, name, last):
    """A replica may be a moment behind the one that stored a message; then it shows it live."""
    async with client(service, name) as reader:
        history = await reader.open(after=0, limit=500)
        if history["last"] < last:
            await reader.until("message", seq=last)


async def read_log(service, name, limit=500):
    """All messages of a name's conversation, as a newcomer reads them; numbered 1, 2, 3 ..."""
    async with client(service, name) as reader:
        history = await reader.open(after=0, limit=limit)
    messages = history["messages"]
    assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1))
    assert history["last"] == len(messages)
    return messages
