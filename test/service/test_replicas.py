"""Several replicas on one MongoDB are one service: one log, live on all of them, with Redis and without."""

import asyncio
import re
import signal

import pytest

from chat_client import client, read_log, until_it_has
from chat_service import wait_for
from conftest import HERE
from history import History, violations
from lasting_client import LastingClient, lasting
from proxy import Proxy
from test_slow_reader import SMALL_QUARANTINE, TEXT_BYTES, never_reading


@pytest.fixture
def replicas(new_service, mongo):
    """Makes n of them, ready, and with Redis where its address is given."""
    def make(n, **settings):
        services = [new_service(**{"STORE_TIMEOUT_MS": 60_000} | mongo | settings).start() for _ in range(n)]
        for service in services:
            wait_for(lambda: service.request("/readyz")[0] == 200, "it is ready")
            if "REDIS_URL" in settings:
                until_redis_is(service, 1)
        return services

    return make


def until_redis_is(service, up):
    wait_for(lambda: service.metrics()["redis_up"] == up, f"redis_up is {up}")


async def check(history, clients, service):
    """All were shown all of it."""
    conversations = {c.conversation: c.name for c in clients}
    for conversation, name in conversations.items():
        await until_it_has(service, name, max(c.seen for c in clients if c.conversation == conversation))
    logs = {conversation: await read_log(service, name) for conversation, name in conversations.items()}
    for c in clients:
        await c.until(lambda: c.seen == len(logs[c.conversation]))
    assert not violations(history, logs, [(c.client, c.conversation) for c in clients])
    return logs


# ---- one log ----


async def test_four_writers_in_one_conversation_on_two_replicas(replicas, redis):
    """10,000 messages, and the bot's answers to none of them. Two readers on each replica see what the writers see."""
    services, history = replicas(2, REDIS_URL=redis.url), History()
    writers = [LastingClient("Ada", [services[k % 2]], history, f"writer-{k}", window=50) for k in range(4)]
    readers = [LastingClient("Ada", [services[k % 2]], history, f"reader-{k}") for k in range(4)]
    async with lasting(*writers, *readers):
        for c in writers + readers:
            await c.opened()
        await asyncio.gather(*(w.write_all(2500) for w in writers))
        logs = await check(history, writers + readers, services[1])
    assert len(logs["ada"]) == 10_000
    assert all(c.connection == 1 and c.unavailable == 0 for c in writers + readers)
    assert sum(s.metrics()["append_conflicts_total"] for s in services) > 0  # else this was no race


async def test_a_hot_conversation_on_four_replicas_gets_on_for_everybody(replicas, redis):
    """Each entry of theirs can be first only once: whoever loses is not left behind for good."""
    services, history = replicas(4, REDIS_URL=redis.url, BOT_BRAIN=HERE / "brain"), History()
    writers = [LastingClient("Ada", [service], history, f"writer-{k}") for k, service in enumerate(services)]
    async with lasting(*writers):
        await asyncio.gather(*(w.write_all(150) for w in writers))
        logs = await check(history, writers, services[0])
    assert len(logs["ada"]) == 4 * 150 * 2
    assert all(w.unavailable == 0 for w in writers)


@pytest.mark.parametrize("with_redis", (True, False))
async def test_a_race_to_escalate_has_one_winner(replicas, redis, with_redis):
    services = replicas(2, BOT_BRAIN=HERE / "brain", **({"REDIS_URL": redis.url} if with_redis else {}))
    for k in range(10):
        name = f"Ada {k}"
        async with client(services[0], name) as a, client(services[1], name) as b:
            for tab in (a, b):
                await tab.open()
            await a.say("before", "hello")
            await asyncio.gather(a.send({"type": "escalate", "id": "e-a"}), b.send({"type": "escalate", "id": "e-b"}))
            answers = [await a.answer("e-a"), await b.answer("e-b")]
            assert sorted(e.get("code", e["type"]) for e in answers) == ["ack", "conflict"]
            for id, tab in (("after-a", a), ("after-b", b)):
                assert (await tab.say(id, "hello?"))["code"] == "live_chat_unavailable"
            log = await read_log(services[k % 2], name)
            assert [m["role"] for m in log] == ["user", "bot", "system"]


@pytest.mark.parametrize("with_redis", (True, False))
async def test_what_is_escalated_on_one_is_escalated_on_the_other(replicas, redis, with_redis):
    """The other replica has the chat open as the bot's; the very next send there is refused all the same."""
    a_service, b_service = replicas(2, BOT_BRAIN=HERE / "brain", **({"REDIS_URL": redis.url} if with_redis else {}))
    for k in range(10):
        async with client(a_service, f"Ada {k}") as a, client(b_service, f"Ada {k}") as b:
            assert (await b.open())["state"] == "bot"
            assert (await b.say("1", "hello"))["seq"] == 1
            assert (await a.say("2", "escalate"))["seq"] == 3
            assert (await b.say("3", "anybody?"))["code"] == "live_chat_unavailable"
            await b.until("state", state="escalated")
        assert len(await read_log(b_service, f"Ada {k}")) == 4


async def test_a_repeated_id_gets_one_answer_on_every_replica(replicas, redis):
    services = replicas(3, REDIS_URL=redis.url, BOT_BRAIN=HERE / "brain")

    async def send_all(service):
        async with client(service, "Ada") as tab:
            await tab.send(*({"type": "send", "id": f"{i}", "text": "the same"} for i in range(100)))
            return [(a["seq"], a["at"]) for a in [await tab.answer(f"{i}") for i in range(100)]]

    answers = await asyncio.gather(*(send_all(service) for service in services))
    assert answers[0] == answers[1] == answers[2]
    assert len(await read_log(services[0], "Ada")) == 200


# ---- live on all of them ----


async def test_typing_and_reading_cross_replicas(replicas, redis):
    a_service, b_service = replicas(2, REDIS_URL=redis.url)
    async with client(a_service, "Ada") as a, client(b_service, "Ada") as b:
        await a.open()
        await b.open()
        await a.say("1", "hello")
        await b.until("message", seq=1)
        await a.send({"type": "typing", "on": True})
        await b.until("typing", on=True)
        await b.send({"type": "read", "seq": 1})
        await a.until("read", seq=1)


class Pair:
    """A writer on one replica, readers on both; and how far they are."""

    def __init__(self, services):
        self.services, self.history = services, History()
        self.writer = LastingClient("Ada", services[:1], self.history, "writer", window=5)
        self.readers = [LastingClient("Ada", [s], self.history, f"reader-{k}") for k, s in enumerate(services)]
        self.all = [self.writer, *self.readers]

    async def write_and_see(self, n):
        last = self.writer.seen + n
        await self.writer.write_all(n)
        for c in self.all:
            await c.until(lambda: c.seen >= last)

    async def check(self):
        await check(self.history, self.all, self.services[-1])
        assert all(c.connection == 1 for c in self.all)  # live, not by coming back


@pytest.mark.parametrize("with_redis", (True, False))
async def test_what_one_stores_the_other_shows(replicas, redis, with_redis):
    pair = Pair(replicas(2, **({"REDIS_URL": redis.url} if with_redis else {})))
    async with lasting(*pair.all):
        for _ in range(3):
            await pair.write_and_see(20)
        await pair.check()
    metrics = pair.services[1].metrics()
    if with_redis:
        assert metrics["redis_received_total"] > 0 and metrics["conversations_missed_total"] == 0
    else:
        assert metrics["conversations_missed_total"] > 0


async def test_redis_that_is_not_there_at_the_start(new_service, mongo, redis):
    redis.kill()
    services = [new_service(**mongo, REDIS_URL=redis.url).start() for _ in range(2)]
    pair = Pair(services)
    async with lasting(*pair.all):
        await pair.write_and_see(20)
        assert all(s.metrics()["redis_up"] == 0 and "redis_unavailable" in s.log() for s in services)
        await asyncio.to_thread(redis.restart)
        for service in services:
            await asyncio.to_thread(until_redis_is, service, 1)
            assert "redis_available" in service.log()
        await pair.write_and_see(20)
        await pair.check()


async def test_redis_that_dies_and_comes_back(replicas, redis):
    pair = Pair(replicas(2, REDIS_URL=redis.url))
    async with lasting(*pair.all):
        for _ in range(2):
            await pair.write_and_see(10)
            for _ in range(5):
                pair.writer.write()  # under way when it happens
            redis.kill()
            await pair.write_and_see(20)
            for service in pair.services:
                await asyncio.to_thread(until_redis_is, service, 0)
            await asyncio.to_thread(redis.restart)
            await pair.write_and_see(20)  # while they come back, one after the other
            for service in pair.services:
                await asyncio.to_thread(until_redis_is, service, 1)
        await pair.write_and_see(20)
        await pair.check()
    assert all(s.metrics()["redis_losses_total"] == 2 for s in pair.services)


async def test_redis_that_hangs(replicas, redis):
    """Nobody waits for it; after a few seconds it counts as away."""
    pair = Pair(replicas(2, REDIS_URL=redis.url))
    async with lasting(*pair.all):
        await pair.write_and_see(10)
        redis.pause()
        await pair.writer.write_all(50)  # acknowledged all the same
        await pair.write_and_see(10)
        for service in pair.services:
            await asyncio.to_thread(until_redis_is, service, 0)
            assert "redis_unavailable" in service.log()
        await pair.write_and_see(10)
        redis.resume()
        for service in pair.services:
            await asyncio.to_thread(until_redis_is, service, 1)
        await pair.write_and_see(10)
        await pair.check()


@pytest.mark.parametrize("fault", ("hold", "cut", "refuse"))
async def test_one_replica_that_cannot_reach_redis(replicas, redis, fault):
    """The others do, and tell it nothing; it asks the store. What it stores itself they find there as well."""
    with Proxy(redis.port) as network:
        near, = replicas(1, REDIS_URL=redis.url)
        far, = replicas(1, REDIS_URL=f"redis://127.0.0.1:{network.port}")
        there, back = Pair([near, far]), Pair([far, near])
        for c in back.all:
            c.client += "-back"
            c.history = there.history
        async with lasting(*there.all, *back.all):
            await there.write_and_see(10)
            getattr(network, fault)()
            await there.write_and_see(20)
            await back.write_and_see(20)
            network.release()
            if fault == "refuse":
                network.accept()
            await asyncio.to_thread(until_redis_is, far, 1)
            await there.write_and_see(10)
            await back.write_and_see(10)
            await check(there.history, there.all + back.all, near)
        assert near.metrics()["redis_losses_total"] == 0


async def test_who_never_reads_costs_little_and_delays_nobody(replicas, redis):
    """Twenty of them on one replica, and 8 MB for each of them to read, which the other one stores."""
    near, far = replicas(2, REDIS_URL=redis.url, **SMALL_QUARANTINE)
    pair = Pair([near, far])
    async with lasting(*pair.all):
        await pair.write_and_see(100)
        before = [service.resident_kib() for service in (near, far)]
        silent = [never_reading(far) for _ in range(20)]
        for _ in range(2000):
            await pair.writer.until(pair.writer.has_room)
            pair.writer.write("x" * TEXT_BYTES)
        await pair.write_and_see(1)
        grown = [service.resident_kib() - kib for service, kib in zip((near, far), before)]
        assert grown[0] < 100_000 and grown[1] < 20 * 2048 + 100_000, f"{grown} KiB for what is 160 MB of frames"
        await pair.check()
        for raw in silent:
            raw.peer.close()


# ---- who may hear whom ----


async def test_redis_with_a_password(new_service, mongo, redis):
    redis.ask("ACL", "SETUSER", "desk", "on", ">pa:ss", "~*", "&*", "+@all")
    redis.ask("CONFIG", "SET", "requirepass", "se cret@/")
    address = redis.url.removeprefix("redis://")
    services = [new_service(**mongo, REDIS_URL=f"redis://{who}@{address}/0").start() for who in (":se%20cret%40%2F", "desk:pa%3Ass")]
    for service in services:
        wait_for(lambda: service.metrics()["redis_up"] == 1, "the password is right")
    pair = Pair(services)
    async with lasting(*pair.all):
        await pair.write_and_see(10)
        await pair.check()
    for who in ("", ":wrong-one@", "desk:wrong-one@"):
        stranger = new_service(**mongo, REDIS_URL=f"redis://{who}{address}").start()
        wait_for(lambda: "redis_unavailable" in stranger.log(), "the refusal is in the log")
        assert re.search("NOAUTH|WRONGPASS", stranger.log()) and "wrong-one" not in stranger.log()
        assert stranger.metrics()["redis_up"] == 0


async def test_a_redis_host_that_nobody_knows(new_service, mongo):
    service = new_service(**mongo, REDIS_URL="redis://no-such-host.invalid").start()
    wait_for(lambda: "redis_unavailable" in service.log(), "the log tells")
    assert "its host is not known" in service.log()
    async with client(service, "Ada") as tab:
        await tab.open()
        assert (await tab.say("1", "hello"))["seq"] == 1


async def test_replicas_of_different_stores_do_not_hear_each_other(new_service, mongod, redis):
    """One Redis serves both, and both databases have the same name of a visitor: a word of the other's would tear a gap."""
    services = [new_service(MONGO_URI=mongod.uri, MONGO_DATABASE=name, REDIS_URL=redis.url).start() for name in ("one", "other")]
    for service in services:
        wait_for(lambda: service.metrics()["redis_up"] == 1, "Redis is there")
    async with client(services[0], "Ada") as one, client(services[1], "Ada") as other:
        await one.open()
        await other.open()
        for k in range(5):
            assert (await one.say(f"{k}", "one"))["seq"] == k + 1
        assert (await other.say("a", "other"))["seq"] == 1
        await other.settled()
        assert not other.events
        assert services[1].metrics()["redis_received_total"] == 0
    assert [m["text"] for m in await read_log(services[1], "Ada")] == ["other"]


async def test_redis_is_not_used_with_sqlite(new_service, sqlite, redis):
    service = new_service(**sqlite, REDIS_URL=redis.url).start()
    wait_for(lambda: "REDIS_URL is not used" in service.log(), "the log says so")
    async with client(service, "Ada") as tab:
        await tab.open()
        assert (await tab.say("1", "hello"))["seq"] == 1
    assert service.metrics()["redis_up"] == 0


async def test_rubbish_on_a_channel(replicas, redis):
    a_service, b_service = replicas(2, REDIS_URL=redis.url)
    async with client(a_service, "Ada") as a, client(b_service, "Ada") as b:
        await a.open()
        await b.open()
        channel, = (c for c in redis.ask("PUBSUB", "CHANNELS") if c.endswith(b":ada"))
        for bytes in (b"", b"x", b"\x01e", b"\x01e" + b"\xff" * 200, b"\x02e" + b"\0" * 100, b"\x01m" + b"\0" * 8 + b"\xff" * 8):
            assert redis.ask("PUBLISH", channel, bytes) == 2
        for service in (a_service, b_service):
            wait_for(lambda: service.metrics()["redis_malformed_total"] == 6, "all six are counted")
        await a.say("1", "hello")
        await b.until("message", seq=1)


async def test_a_stop_while_redis_hangs(replicas, redis):
    """A chat that was being opened waits to hear of others' messages first; the process ends in good order all the same."""
    service, = replicas(1, REDIS_URL=redis.url, DRAIN_S=1)
    async with client(service, "Ada") as tab:
        redis.pause()
        await tab.send({"type": "open"})
        await tab.settled()
        service.tell(signal.SIGTERM)
        await tab.ended()
    assert await asyncio.to_thread(service.wait) == 0
