"""kill -9 under load, at 20 random moments on each store: what was acknowledged is there, once, in order, without a gap."""

import asyncio
import contextlib

from websockets.exceptions import ConnectionClosed, WebSocketException

from chat_client import client, read_log

KILLS = 20
NAMES = ("Ada", "Bob")
CONNECTIONS = 4  # two of each name
WINDOW = 40  # unanswered sends of each connection


class Writer:
    """Sends on and on, pipelined; what is not answered when the connection ends goes again, in order, under its id."""

    def __init__(self, number):
        self.name = NAMES[number % len(NAMES)]
        self.prefix = f"w{number}-"
        self.made = 0
        self.pending = {}  # id: text, in order
        self.acked = {}  # id: number
        self.has_stopped = False

    async def write(self, service):
        """One connection's life."""
        with contextlib.suppress(ConnectionClosed, ConnectionError, WebSocketException):
            async with client(service, self.name) as tab:
                if self.pending:
                    await tab.send(*(self._frame(id) for id in self.pending))
                while not self.has_stopped or self.pending:
                    if not self.has_stopped and len(self.pending) <= WINDOW // 2:
                        await tab.send(*self._more(WINDOW - len(self.pending)))
                    self._take(await tab.receive())

    def _more(self, n):
        for _ in range(n):
            id = f"{self.prefix}{self.made}"
            self.pending[id] = f"words of {id}"
            self.made += 1
            yield self._frame(id)

    def _frame(self, id):
        return {"type": "send", "id": id, "text": self.pending[id]}

    def _take(self, event):
        assert event["type"] == "ack", event
        assert self.acked.setdefault(event["id"], event["seq"]) == event["seq"]
        self.pending.pop(event["id"], None)


def check(log, writers):
    """The log of one name against what its writers were told."""
    by_id = {}
    for m in log:
        if m["role"] == "user":
            assert m["id"] not in by_id, "stored twice"
            by_id[m["id"]] = m
        else:
            assert m["role"] == "bot"
    for w in writers:
        for id, seq in w.acked.items():
            assert by_id[id]["seq"] == seq and by_id[id]["text"] == f"words of {id}"
        own = [m["id"] for m in log if m.get("id", "").startswith(w.prefix)]
        assert own == [f"{w.prefix}{i}" for i in range(len(own))], "out of order"
        assert set(own) <= w.acked.keys() | w.pending.keys()


async def test_what_was_acknowledged_survives(service, chance):
    writers = [Writer(k) for k in range(CONNECTIONS)]
    before = 0
    for _ in range(KILLS):
        writing = [asyncio.create_task(w.write(service)) for w in writers]
        await until_acked(writers, before + chance.randrange(1, 400), writing)
        await asyncio.sleep(chance.random() * 0.02)  # not at the moment of an answer alone
        service.kill()
        await asyncio.gather(*writing)
        service.start()
        for name in NAMES:
            check(await read_log(service, name), [w for w in writers if w.name == name])
        before = sum(len(w.acked) for w in writers)
    for w in writers:
        w.has_stopped = True
    await asyncio.gather(*(w.write(service) for w in writers))
    for name in NAMES:
        log = await read_log(service, name)
        check(log, [w for w in writers if w.name == name])
        assert [m["role"] for m in log] == ["user", "bot"] * (len(log) // 2)
        assert sum(m["role"] == "user" for m in log) == sum(w.made for w in writers if w.name == name)


async def until_acked(writers, n, writing):
    async with asyncio.timeout(30):
        while sum(len(w.acked) for w in writers) < n:
            assert not any(task.done() for task in writing), "a connection ended by itself"
            await asyncio.sleep(0.001)
