"""What a chat does: greeting, opening, sending, reading back, several tabs."""

import asyncio
import json
import re

from chat_client import client, read_log
from conftest import HERE
from mongod import free_port

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def send(id, text="hello"):
    return {"type": "send", "id": id, "text": text}


async def write(tab, n, prefix="m"):
    """n messages in one go; their acks. What else arrives stays to be read."""
    await tab.send(*(send(f"{prefix}{i}", f"{prefix} {i}") for i in range(n)))
    return [await tab.answer(f"{prefix}{i}") for i in range(n)]


def numbers(messages):
    return [m["seq"] for m in messages]


# ---- greeting ----


async def test_welcome_says_who_one_is_and_what_the_limits_are(new_service, sqlite):
    service = new_service(**sqlite, MAX_TEXT=100, HISTORY_LIMIT=7, RATE_LIMIT=30).start()
    async with client(service) as ada:
        welcome = await ada.hello("  Ada Lovelace ")
    assert welcome.pop("version")
    assert welcome == {"type": "welcome", "name": "Ada Lovelace", "role": "user", "features": {"live_chat": False, "auth": "open"},
                       "limits": {"max_text": 100, "history": 7, "rate": 30}}


async def test_nothing_goes_before_a_name(one_service):
    frames = [
        {"type": "open"}, {"type": "history", "before": 1}, {"type": "send", "id": "x", "text": "hi"}, {"type": "typing", "on": True},
        {"type": "read", "seq": 1}, {"type": "escalate", "id": "x"}, {"type": "cancel", "id": "x"}, {"type": "send"},
    ]
    async with client(one_service) as nobody:
        for frame in frames:
            await nobody.send(frame)
            error = await nobody.expect("error", code="name_required", message="enter a name first")
            assert error.get("id") == frame.get("id")
        await nobody.hello("Ada")  # it lives


async def test_a_second_hello_ends_the_first_session(service):
    async with client(service, "Ada") as tab, client(service, "Ada") as other:
        await tab.open()
        await tab.hello("Bob")
        await other.say("a", "for Ada alone")
        await tab.settled()
        assert not tab.events
        assert (await tab.say("b", "for Bob"))["conversation"] == "bob"
    assert [m["text"] for m in await read_log(service, "Ada") if m["role"] == "user"] == ["for Ada alone"]
    assert [m["text"] for m in await read_log(service, "Bob") if m["role"] == "user"] == ["for Bob"]


async def test_a_wrong_second_hello_leaves_the_first_session(one_service):
    async with client(one_service, "Ada") as tab:
        await tab.open()
        await tab.send({"type": "hello", "name": "#rooms"})
        await tab.expect("error", code="name_invalid")
        assert (await tab.say("a", "still Ada"))["conversation"] == "ada"


# ---- names ----


WRONG_NAMES = (
    ("", "name_required"), ("   ", "name_required"), ("\u00a0\u2003\u3000", "name_required"), ("\u200b\ufeff", "name_required"),
    ("\t\r\n", "name_required"), ("a" * 65, "name_invalid"), ("\U0001f600" * 65, "name_invalid"), ("a" * 100_000, "name_invalid"),
    ("#", "name_invalid"), ("  #room", "name_invalid"), ("\uff03room", "name_invalid"), ("a\x01b", "name_invalid"),
    ("a\nb", "name_invalid"), ("a\x7fb", "name_invalid"), ("a\x85b", "name_invalid"), ("a\u2028b", "name_invalid"),
    ("a\u202eb", "name_invalid"), ("a\u2066b", "name_invalid"), ("\x1b[31mred", "name_invalid"),
)


async def test_names_that_are_refused(one_service):
    for name, code in WRONG_NAMES:
        async with client(one_service) as nobody:
            await nobody.send({"type": "hello", "name": name}, {"type": "open"})
            assert (await nobody.expect("error"))["code"] == code, ascii(name[:20])
            await nobody.expect("error", code="name_required")


NAMES = (
    ["Ada", "ADA", "ada", " ada\t", "\uff21\uff44\uff41"],  # case, spaces, full width
    ["Zoe\u0301", "zo\u00e9", "ZO\u00c9"],  # decomposed, composed
    ["STRASSE", "stra\u00dfe", "Stra\u1e9ee"],
    ["\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2", "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3"],  # final sigma
    ["\ufb01sh", "FISH"],  # ligature
    ["\uac00", "\u1100\u1161"],  # Hangul, composed and not
    ["a" * 64, "A" * 64],
    ["\U0001f469\u200d\U0001f52c"],  # one person of three code points
    ["<b>&\"'\\", "<B>&\"'\\"],
)


async def test_names_are_one_whatever_their_form(service):
    for forms in NAMES:
        for i, form in enumerate(forms):
            async with client(service) as tab:
                assert (await tab.hello(form))["name"] == form.strip()
                assert len((await tab.open())["messages"]) == 2 * i
                await tab.say(f"{i}", "hi")
        written = [m for m in await read_log(service, forms[0]) if m["role"] == "user"]
        assert [m["from"] for m in written] == [form.strip() for form in forms]
        assert len({m["conversation"] for m in written}) == 1


# ---- sending ----


async def test_a_message_is_acknowledged_then_answered(service):
    async with client(service, "Ada") as ada:
        assert (await ada.open())["messages"] == []
        await ada.send(send("one", "Good morning"))
        ack = await ada.expect("ack", id="one", conversation="ada", seq=1)
        reply = await ada.expect("message", conversation="ada", seq=2, role="bot", at=ack["at"])
        assert TIME.fullmatch(ack["at"])
        assert reply["text"].startswith("You said") and "id" not in reply
    first, second = await read_log(service, "Ada")
    assert first == {"type": "message", "conversation": "ada", "seq": 1, "from": "Ada", "role": "user", "text": "Good morning",
                     "at": ack["at"], "id": "one"}
    assert second == reply


TEXTS = (
    "x", "  spaces stay  ", "lines\nand\r\nmore\ttabs", "\u00e9\u4e16\u754c\U0001f600", "<script>alert(1)</script>",
    "\"quotes\" \\ and \\u0041", "\u2028\u202e\ufeff", "\x01\x1b[31m\x7f", "{\"type\":\"send\"}", "e\u0301", "' OR 1=1; --",
    "$where", "a" * 8192, "\u00e9" * 4096,
)


async def test_texts_come_back_as_they_were_written(service):
    async with client(service, "Ada") as writer, client(service, "Ada") as other:
        await other.open()
        for i, text in enumerate(TEXTS):
            assert (await writer.say(f"{i}", text))["type"] == "ack"
            assert (await other.until("message", id=f"{i}"))["text"] == text
    assert [m["text"] for m in await read_log(service, "Ada") if m["role"] == "user"] == list(TEXTS)


async def test_messages_of_one_connection_keep_their_order(service):
    async with client(service, "Ada") as tab:
        await tab.open()
        acks = await write(tab, 500)
        assert numbers(acks) == sorted(numbers(acks))
    log = await read_log(service, "Ada")
    assert [m["text"] for m in log if m["role"] == "user"] == [f"m {i}" for i in range(500)]
    assert [m["role"] for m in log] == ["user", "bot"] * 500
    assert numbers(acks) == [m["seq"] for m in log if m["role"] == "user"]


async def test_an_own_conversation_may_be_named_others_may_not(service):
    async with client(service, "Bob") as bob:
        await bob.say("b", "secret")
    async with client(service, "Ada") as ada:
        for mine in (None, "ada"):
            assert (await ada.say(f"a{mine}", "hi", conversation=mine))["type"] == "ack"
        await ada.settled()
        ada.events.clear()
        for theirs in ("bob", "Ada", "nobody", "", "#room"):
            for frame in ({"type": "open"}, {"type": "history", "before": 9}, send("x"), {"type": "escalate", "id": "x"},
                          {"type": "cancel", "id": "x"}, {"type": "typing", "on": True}, {"type": "read", "seq": 1}):
                await ada.send(frame | {"conversation": theirs})
                error = await ada.expect("error", code="forbidden")
                assert error.get("id") == frame.get("id")
    assert len(await read_log(service, "Bob")) == 2


async def test_without_a_brain_nobody_replies(new_service, store):
    service = new_service(**store).start()
    async with client(service, "Ada") as ada:
        await ada.open()
        assert numbers(await write(ada, 5)) == [1, 2, 3, 4, 5]
        await ada.settled()
        assert not ada.events
    assert [m["role"] for m in await read_log(service, "Ada")] == ["user"] * 5


# ---- several tabs ----


async def test_other_tabs_see_messages_with_their_ids(service):
    async with client(service, "Ada") as writer, client(service, "ada") as other, client(service, "Ada") as unopened:
        await writer.open()
        await other.open()
        ack = await writer.say("one", "hi")
        reply = await writer.expect("message", role="bot")
        assert await other.receive() == {"type": "message", "conversation": "ada", "seq": 1, "from": "Ada", "role": "user",
                                         "text": "hi", "at": ack["at"], "id": "one"}
        assert await other.receive() == reply
        await other.send(send("two", "and back"))
        await other.expect("ack", id="two", seq=3)
        await writer.expect("message", seq=3, id="two")
        await unopened.settled()
        assert not unopened.events


async def test_typing_and_reading_are_shown_to_the_others(service):
    async with client(service, "Ada") as one, client(service, "ADA") as two, client(service, "Bob") as bob:
        for tab in (one, two, bob):
            await tab.open()
        await one.send({"type": "typing", "on": True}, {"type": "typing", "on": False}, {"type": "read", "seq": 7})
        assert await two.receive() == {"type": "typing", "conversation": "ada", "from": "Ada", "on": True}
        assert await two.receive() == {"type": "typing", "conversation": "ada", "from": "Ada", "on": False}
        assert await two.receive() == {"type": "read", "conversation": "ada", "from": "Ada", "seq": 7}
        for silent in (one, bob):
            await silent.settled()
            assert not silent.events
    assert await read_log(service, "Ada") == []


# ---- opening and paging ----


async def test_a_conversation_that_does_not_exist_is_empty(service):
    async with client(service, "Ada") as tab:
        for question in ({"type": "open"}, {"type": "open", "after": 0}, {"type": "open", "after": 10**15}, {"type": "history", "before": 5}):
            await tab.send(question)
            assert await tab.receive() == {"type": "history", "conversation": "ada", "state": "bot", "messages": [], "last": 0, "more": False}


async def test_pages_lead_back_to_the_beginning_without_a_gap(service):
    async with client(service, "Ada") as tab:
        await write(tab, 120)  # 240 with the replies
        log = await read_log(service, "Ada")
        for limit in (1, 7, 50, 239, 240, 500, 10**9):
            await tab.settled()
            tab.events.clear()
            history = await tab.open(limit=limit)
            pages = history["messages"]
            while history["more"]:
                await tab.send({"type": "history", "before": history["messages"][0]["seq"], "limit": limit})
                history = await tab.expect("history", last=240)
                assert 1 <= len(history["messages"]) <= limit
                pages = history["messages"] + pages
            assert pages == log
        assert len((await tab.open())["messages"]) == 50
        for before, first, more in ((0, None, False), (1, None, False), (2, 1, False), (51, 1, False), (52, 2, True), (241, 191, True), (10**15, 191, True)):
            await tab.send({"type": "history", "before": before})
            history = await tab.expect("history", more=more)
            assert numbers(history["messages"]) == (list(range(first, min(before, 241))) if first else [])


async def test_a_limit_is_clamped(service):
    async with client(service, "Ada") as tab:
        await write(tab, 400)
        await tab.settled()
        tab.events.clear()
        assert len((await tab.open(limit=10**12))["messages"]) == 500
        assert len((await tab.open(limit=0))["messages"]) == 1


async def test_resuming_gives_all_that_came_since(service):
    async with client(service, "Ada") as tab:
        await write(tab, 100)  # pairs: an entry holds several
        log = await read_log(service, "Ada")
        for after in (0, 1, 2, 3, 99, 100, 101, 198, 199, 200):
            for limit in (1, 50, 500):
                await tab.settled()
                tab.events.clear()
                history = await tab.open(after=after, limit=limit)
                assert history["messages"] == log[after:] and history["last"] == 200
        history = await tab.open(after=10**15)
        assert history["messages"] == [] and history["last"] == 200
        assert (await tab.say("next", "on"))["seq"] == 201
        await tab.expect("message", seq=202)  # it is live, although it asked for more than there is


async def test_a_restarted_process_gives_the_same_history(service):
    async with client(service, "Ada") as tab:
        await write(tab, 150)
    before = await read_log(service, "Ada")
    assert service.stop() == 0
    service.start()
    assert await read_log(service, "Ada") == before
    async with client(service, "Ada") as tab:
        assert (await tab.open(limit=3))["messages"] == before[-3:]
        assert (await tab.say("next", "on"))["seq"] == 301


async def test_opening_again_starts_again_from_there(service):
    async with client(service, "Ada") as tab, client(service, "Ada") as other:
        await write(other, 10)
        assert numbers((await tab.open())["messages"]) == list(range(1, 21))
        assert numbers((await tab.open(after=15))["messages"]) == list(range(16, 21))
        await other.say("x", "once")
        await tab.expect("message", seq=21)
        await tab.expect("message", seq=22)
        await tab.settled()
        assert not tab.events  # once, not once for each open


async def follow(service, name, last, after):
    """The numbers that a tab sees from its opening up to `last`."""
    async with client(service, name) as tab:
        seen = numbers((await tab.open() if after is None else await tab.open(after=after, limit=20))["messages"])
        while not seen or seen[-1] < last:
            event = await tab.receive()
            if event["type"] == "message":
                seen.append(event["seq"])
            else:  # who was behind is told the state, changed or not
                assert (event["type"], event["state"]) == ("state", "bot")
        return seen


async def test_tabs_that_open_while_others_write_miss_nothing(service):
    async with client(service, "Ada") as one, client(service, "Ada") as two:
        writing = [asyncio.create_task(write(one, 1500, "one")), asyncio.create_task(write(two, 1500, "two"))]
        following = []
        for k in range(12):
            following.append(asyncio.create_task(follow(service, "Ada", 6000, None if k % 3 == 0 else k)))
            await one.settled()
        acks = await asyncio.gather(*writing)
        assert len(set(numbers(acks[0] + acks[1]))) == 3000
        for seen in await asyncio.gather(*following):
            assert seen == list(range(seen[0], 6001))


# ---- the log of the process ----


async def test_log_lines_parse_as_json(new_service, sqlite):
    service = new_service(**sqlite, LOG_FORMAT="json", LOG_LEVEL="debug", BOT_BRAIN=HERE / "brain").start()
    async with client(service, "\u00e4\"\\") as tab:
        await tab.say("1", "hi")
        await tab.send_text("not JSON")
        await tab.expect("error")
    assert service.stop() == 0
    lines = [json.loads(line) for line in service.log().splitlines()]
    assert [line["event"] for line in lines].count("listening") == 1
    for line in lines:
        assert TIME.fullmatch(line["at"]) and line["level"] in ("debug", "info", "warn", "error") and line["process"] == "chat-service"


async def test_text_log_lines_begin_with_time_and_level(new_service, sqlite):
    service = new_service(**sqlite).start()
    assert service.stop() == 0
    for line in service.log().splitlines():
        assert re.match(TIME.pattern + r" (debug|info |warn |error) chat-service: ", line)


async def test_a_log_level_leaves_out_what_is_below(new_service, sqlite):
    quiet = new_service(**sqlite, LOG_LEVEL="error", PORT=free_port())
    quiet.start(is_silent=True)
    assert quiet.request("/healthz")[0] == 200
    assert quiet.stop() == 0
    assert quiet.log() == ""
