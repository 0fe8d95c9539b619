"""Thirty clients that behave as networks and strangers do: abrupt ends, half-open sockets, random frames. Those who behave are served."""

import asyncio
import random
import socket
import struct

from websockets.exceptions import ConnectionClosed, InvalidMessage

from chat_client import client, read_log
from raw_websocket import TEXT, RawWebSocket

CLIENTS = 30
ROUNDS = 25
HONEST = 4


def reset(peer):
    """A RST instead of a FIN."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def random_line(chance):
    number = chance.choice([0, 1, 5, 10**6, -1, 2**63 - 1, 1.5])
    fields = {"name": chance.choice(["Eve", "Ada 0", "", "#x", "x" * 70]), "id": chance.choice(["i", "j", f"{chance.random()}", ""]),
              "text": chance.choice(["hi", "escalate", " ", "x" * 9000, "\U0001f600"]), "after": number, "before": number, "limit": number,
              "seq": number, "on": chance.choice([True, False, 0]), "conversation": chance.choice(["eve", "ada 0", None, 3])}
    chosen = chance.sample(sorted(fields), chance.randrange(len(fields)))
    verb = chance.choice(["hello", "hello", "open", "open", "history", "send", "send", "typing", "read", "escalate", "cancel", "nothing"])
    return {"type": verb} | {name: fields[name] for name in chosen}


def misbehave(service, chance):
    """One connection's life, of a kind that the numbers choose."""
    with RawWebSocket(service.port, receive_buffer=chance.choice([None, 4096])) as raw:
        raw.send_json({"type": "hello", "name": chance.choice(["Eve", "eve", "Ada 1"])}, {"type": "open"})
        for _ in range(chance.randrange(12)):
            kind = chance.random()
            if kind < 0.6:
                raw.send_json(*(random_line(chance) for _ in range(chance.randrange(1, 6))))
            elif kind < 0.7:
                raw.send(chance.randrange(16), chance.randbytes(chance.randrange(200)), final=chance.random() < 0.8)
            elif kind < 0.8:
                frame = raw.frame(TEXT, chance.randbytes(500))
                raw.send_bytes(frame[:chance.randrange(len(frame))])
            elif kind < 0.9:
                raw.send(TEXT, b"\n" * chance.randrange(3000))
            else:
                raw.receive()
        ending = chance.random()
        if ending < 0.4:
            reset(raw.peer)
        elif ending < 0.6:
            raw.peer.shutdown(socket.SHUT_WR)
        elif ending < 0.7:
            raw.send(8, b"\x03\xe8")


def stranger(service, seed):
    chance = random.Random(seed)
    for _ in range(ROUNDS):
        try:
            misbehave(service, chance)
        except OSError:
            pass  # hung up on, as it deserves


async def honest(service, k, chance):
    """Sends 100 messages through connections that break; each once, in order."""
    name, waiting, acked = f"Bob {k}", [f"{k}-{i}" for i in range(100)], {}
    while waiting:
        try:
            async with client(service, name) as tab:
                await tab.send(*({"type": "send", "id": id, "text": f"words of {id}"} for id in waiting))
                for _ in range(chance.randrange(1, 60)):
                    if not waiting:
                        break
                    ack = await tab.until("ack")
                    assert acked.setdefault(ack["id"], ack["seq"]) == ack["seq"]
                    if ack["id"] in waiting:
                        waiting.remove(ack["id"])
                tab.abort()
        except (ConnectionClosed, ConnectionError, InvalidMessage):
            pass
    return name, acked


async def test_thirty_clients_in_disorder(service, chance):
    strangers = [asyncio.to_thread(stranger, service, chance.random()) for _ in range(CLIENTS - HONEST)]
    visitors = [honest(service, k, random.Random(chance.random())) for k in range(HONEST)]
    results = (await asyncio.gather(*visitors, *strangers))[:HONEST]
    for name, acked in results:
        log = [m for m in await read_log(service, name) if m["role"] == "user"]
        assert [m["id"] for m in log] == sorted(acked, key=lambda id: int(id.split("-")[1]))
        assert {m["id"]: m["seq"] for m in log} == acked
    for name in ("Eve", "Ada 1"):
        await read_log(service, name)  # whole, whatever is in it
    async with asyncio.timeout(60):
        while service.metrics()["connections"] > 0:
            await asyncio.sleep(0.1)
    metrics = service.metrics()
    assert metrics["turns_waiting"] == 0 and metrics["conversations_open"] == 0
    assert metrics["turns_accepted_total"] == metrics["turns_acknowledged_total"] + metrics["turns_refused_total"]
