"""Client ids: what is sent again, however it comes, is stored once and answered alike."""

import asyncio
import collections

from chat_client import client, read_log


def send(id, text="hello", **fields):
    return {"type": "send", "id": id, "text": text} | fields


def written(log):
    return [m for m in log if m["role"] == "user"]


async def test_a_repeated_id_gets_the_first_answer(service):
    async with client(service, "Ada") as tab, client(service, "Ada") as other:
        first = await tab.say("one", "the first text wins")
        assert await tab.say("one", "not this one") == first
        assert await other.say("one", "nor this") == first
        await tab.say("two", "in between")
        await other.open()
        assert await tab.say("one", "") != first  # still checked as any message is
        assert await tab.say("one", "again") == first
        await other.settled()
        assert not other.events  # nothing is shown again
    log = await read_log(service, "Ada")
    assert [(m["id"], m["text"]) for m in written(log)] == [("one", "the first text wins"), ("two", "in between")]
    assert len(log) == 4


async def test_a_repeated_id_gets_the_first_answer_after_a_restart(service):
    async with client(service, "Ada") as tab:
        acks = [await tab.say(f"{i}", f"word {i}") for i in range(5)]
    log = await read_log(service, "Ada")
    service.kill()
    service.start()
    async with client(service, "Ada") as tab:
        assert [await tab.say(f"{i}", "other words") for i in range(5)] == acks
        assert (await tab.say("5", "new"))["seq"] == 11
    assert (await read_log(service, "Ada"))[:10] == log


async def test_an_id_may_be_any_string_of_64_bytes(service):
    ids = ["a", "A", " ", "a ", "\u00e9", "e\u0301", "\x01", "$", "a.b", "\"", "0", "x" * 64, "\u00e9" * 32, "\U0001f600" * 16]
    async with client(service, "Ada") as tab:
        for _ in range(2):
            acks = [await tab.say(id, f"by {id}") for id in ids]
            assert [(a["id"], a["seq"]) for a in acks] == [(id, 2 * i + 1) for i, id in enumerate(ids)]
    assert [m["id"] for m in written(await read_log(service, "Ada"))] == ids


async def test_ids_belong_to_their_conversation(service):
    async with client(service, "Ada") as ada, client(service, "Bob") as bob:
        assert [(await tab.say("one", "hi"))["seq"] for tab in (ada, bob)] == [1, 1]
    for name in ("Ada", "Bob"):
        assert len(await read_log(service, name)) == 2


async def test_repeats_within_one_batch(service):
    """A hundred ids, each five times, all lines of one message."""
    async with client(service, "Ada") as tab:
        await tab.send(*(send(f"{i % 100}", f"{i // 100}") for i in range(500)))
        answers = collections.defaultdict(list)
        for _ in range(500):
            ack = await tab.until("ack")
            answers[ack["id"]].append((ack["seq"], ack["at"]))
    assert len(answers) == 100
    assert all(len(same) == 5 and len(set(same)) == 1 for same in answers.values())
    log = written(await read_log(service, "Ada"))
    assert [(m["id"], m["text"]) for m in log] == [(f"{i}", "0") for i in range(100)]


async def test_repeats_one_after_the_other(new_service, store):
    """As a page sends them that lost its connection. None of them waits as for a store that is in doubt: there is no time for it."""
    service = new_service(STORE_TIMEOUT_MS=500, **store).start()
    async with client(service, "Ada") as tab:
        acks = [await tab.say(f"{i}", "hello") for i in range(30)]
        assert [await tab.say(f"{i}", "again") for i in range(30)] == acks


async def test_repeats_from_several_connections_at_once(service):
    async def send_all(k):
        async with client(service, "Ada") as tab:
            await tab.send(*(send(f"{i}", f"from {k}") for i in range(200)))
            return [(ack["seq"], ack["at"]) for ack in [await tab.answer(f"{i}") for i in range(200)]]

    answers = await asyncio.gather(*(send_all(k) for k in range(6)))
    assert all(same == answers[0] for same in answers)
    log = written(await read_log(service, "Ada"))
    assert [(m["id"], m["seq"]) for m in sorted(log, key=lambda m: int(m["id"]))] == [(f"{i}", seq) for i, (seq, _) in enumerate(answers[0])]


async def test_escalating_again_with_the_same_id_gets_the_first_answer(service):
    async with client(service, "Ada") as tab:
        await tab.say("m", "hello")
        for frame in ({"type": "escalate", "id": "e"}, send("e", "words under the same id"), {"type": "cancel", "id": "e"}):
            await tab.send(frame)
            assert (await tab.answer("e")).items() >= {"type": "ack", "seq": 3}.items()
        assert (await tab.say("m", "hello"))["seq"] == 1  # stored before the escalation
        assert (await tab.say("n", "hello"))["code"] == "live_chat_unavailable"
    service.kill()
    service.start()
    async with client(service, "Ada") as tab:
        await tab.send({"type": "escalate", "id": "e"}, {"type": "escalate", "id": "other"}, send("m"))
        assert (await tab.answer("e"))["seq"] == 3
        assert (await tab.answer("other"))["code"] == "conflict"
        assert (await tab.answer("m"))["seq"] == 1
    assert len(await read_log(service, "Ada")) == 3


async def test_what_was_refused_may_be_sent_again_under_its_id(service):
    async with client(service, "Ada") as tab:
        assert (await tab.say("one", " "))["code"] == "bad_request"
        assert (await tab.say("one", "x" * 8193))["code"] == "too_long"
        assert (await tab.say("one", "now it is right"))["seq"] == 1


async def write_pipelined(tab, prefix, n):
    for start in range(0, n, 100):
        await tab.send(*(send(f"{prefix}{i}", f"{prefix} says {i}") for i in range(start, start + 100)))


async def test_two_connections_with_10000_messages_pipelined(service):
    """Both see one order; no number twice; own messages as ack, the other's as message, the bot's to both."""
    n = 5000
    async with client(service, "Ada") as a, client(service, "Ada") as b:
        await a.open()
        await b.open()
        writing = [asyncio.create_task(write_pipelined(tab, prefix, n)) for tab, prefix in ((a, "a"), (b, "b"))]
        seen = await asyncio.gather(see_all(a, "a", n), see_all(b, "b", n))
        await asyncio.gather(*writing)
    assert seen[0] == seen[1]
    log = await read_log(service, "Ada")
    assert {m["seq"]: m.get("id") for m in log} == seen[0]
    assert len(log) == 4 * n
    for prefix in "ab":
        assert [m["id"] for m in written(log) if m["id"][0] == prefix] == [f"{prefix}{i}" for i in range(n)]


async def see_all(tab, prefix, n):
    """{number: client id} of all 4n messages as this connection learns of them."""
    seen, acked, shown = {}, 0, 0
    while len(seen) < 4 * n:
        event = await tab.receive()
        if event["type"] == "state":
            continue  # told to those who were behind
        assert event["seq"] not in seen
        seen[event["seq"]] = event.get("id")
        if event["type"] == "ack":
            assert event["id"] == f"{prefix}{acked}"
            acked += 1
        else:
            assert event["type"] == "message" and event["seq"] > shown
            assert event["role"] == "bot" if "id" not in event else event["id"][0] != prefix
            shown = event["seq"]
    assert acked == n and sorted(seen) == list(range(1, 4 * n + 1))
    return seen


async def test_two_processes_on_one_database_keep_one_log(new_service, mongo):
    """The unique index decides who is first: no number twice, nothing lost, whichever process it came to."""
    services = [new_service(**mongo).start() for _ in range(2)]

    async def write(k):
        async with client(services[k % 2], "Ada") as tab:
            await tab.send(*(send(f"{k}-{i}") for i in range(100)), *(send(f"same-{i}") for i in range(20)))
            return [await tab.answer(f"{k}-{i}") for i in range(100)], [await tab.answer(f"same-{i}") for i in range(20)]

    answers = await asyncio.gather(*(write(k) for k in range(4)))
    acks = [ack for own, _ in answers for ack in own]
    assert len({ack["seq"] for ack in acks}) == 400
    assert all(same == answers[0][1] for _, same in answers)
    for service in services:
        log = await read_log(service, "Ada")
        assert len(log) == 420
        assert {m["id"]: m["seq"] for m in log} == {ack["id"]: ack["seq"] for ack in acks + answers[0][1]}
