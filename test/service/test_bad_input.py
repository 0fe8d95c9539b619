"""Input that is wrong, hostile or too much: a clear error each time, the connection lives, and nothing else is lost."""

import asyncio
import json

import pytest

from chat_client import client, read_log
from conftest import HERE
from raw_websocket import BINARY, CONTINUATION, TEXT, RawWebSocket

KINDS = {"name": str, "id": str, "conversation": str, "text": str, "after": int, "before": int, "limit": int, "seq": int, "on": bool}
SAMPLES = ("word", "", 7, -1, 1.5, 1e3, 2**63 - 1, True, False, [], {}, ["x"], {"x": 1})
FRAMES = {
    "hello": {"name": "Ada"},
    "open": {},
    "history": {"before": 5},
    "send": {"id": "x", "text": "hi"},
    "typing": {"on": True},
    "read": {"seq": 1},
    "escalate": {"id": "x"},
    "cancel": {"id": "x"},
}


async def bad_request(tab, text, code="bad_request"):
    """The error that a line gets; the line behind it is handled."""
    await tab.send_text(text + '\n{"type":"history","before":1}')
    error = await tab.receive()
    assert (error["type"], error["code"]) == ("error", code), (text[:100], error)
    assert 10 < len(error["message"]) < 200
    await tab.expect("history")
    return error


NOT_JSON = (
    "hello", "{", "}", "[1,2", "{'type':'open'}", '{"type":"open"', '{"type":"open"}}', '{"type":"open",}', '{type:"open"}', '{"type":"open"}x',
    '{"type":"open"} {"type":"open"}', "nul", '"', "\\", '{"a":\\u0041}', '{"a":01}', '{"a":+1}', '{"a":NaN}', '{"a":Infinity}', '{"a":1e999}',
    '{"a":"\t"}', '{"a":"\\x"}', '{"a":"\\ud83d"}', '{"a":"\\ude00"}', '{"a":"\\ud83d\\ud83d"}', '{"a":"\\ud83dx"}', '{"a":"\\u12"}',
    '{"a":"\\u0000"}', '{"a\\u0000":1}', '{"type":"open","type":"open"}', "//", "/* */", "\ufeff{}", '{"a":' + "9" * 400 + "}",
)
NOT_OBJECTS = ("1", "-0", "true", "false", "null", '"open"', "[]", '[{"type":"open"}]', "[[[[]]]]")


async def test_what_is_not_json(one_service):
    async with client(one_service, "Ada") as tab:
        for text in NOT_JSON + NOT_OBJECTS:
            assert "id" not in await bad_request(tab, text)


@pytest.mark.parametrize("depth", [100, 2_000, 20_000])
async def test_deep_json(one_service, depth):
    async with client(one_service, "Ada") as tab:
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            size = min(depth, 100_000 // len(opening + closing))
            await bad_request(tab, opening * size + "1" + closing * size, "bad_request")
            await bad_request(tab, opening * size)
            if depth == 100:
                await tab.send_text('{"type":"history","before":1,"ignored":' + opening * size + "1" + closing * size + "}")
                await tab.expect("history")


async def test_json_100000_levels_deep(new_service, sqlite):
    service = new_service(**sqlite, MAX_TEXT=262144).start()
    async with client(service, "Ada") as tab:
        for text in ("[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000):
            error = await bad_request(tab, text)
            assert "deep" in error["message"]


async def test_huge_json(new_service, sqlite):
    service = new_service(**sqlite, MAX_TEXT=262144).start()
    async with client(service, "Ada") as tab:
        for huge in ("[" + "1," * 300_000 + "1]", json.dumps({f"{i}": i for i in range(60_000)}), '"' + "x" * 1_000_000 + '"', " " * 1_000_000 + "x"):
            await bad_request(tab, huge)
        await tab.send({"type": "history", "before": 1, "ignored": list(range(100_000))})
        await tab.expect("history")


async def test_wrong_types_of_every_field(one_service):
    """By the table above: each verb with each field of each wrong kind, and what is right is taken."""
    async with client(one_service, "Ada") as tab:
        for verb in FRAMES:
            for field, kind in KINDS.items():
                for sample in SAMPLES:
                    if type(sample) is kind and sample != -1 and sample != "":
                        continue
                    if sample == "" and field != "id":
                        continue
                    error = await bad_request(tab, json.dumps({"type": verb} | FRAMES[verb] | {field: sample}))
                    assert f'"{field}"' in error["message"]
                    own = FRAMES[verb].get("id") if field != "id" else None
                    assert error.get("id") == own, error


async def test_missing_fields(one_service):
    async with client(one_service, "Ada") as tab:
        for verb, fields in FRAMES.items():
            for field in fields:
                for incomplete in ({name: value for name, value in fields.items() if name != field}, fields | {field: None}):
                    error = await bad_request(tab, json.dumps({"type": verb} | incomplete), "name_required" if verb == "hello" else "bad_request")
                    assert verb == "hello" or f'"{field}"' in error["message"]


async def test_unknown_types(one_service):
    async with client(one_service, "Ada") as tab:
        for word in ("claim", "", "Send", "send ", "welcome", "ack", "x" * 10_000, "\u0301", "<script>", "%s%n"):
            await bad_request(tab, json.dumps({"type": word, "id": "x"}), "unknown_type")
        for wrong in (None, 1, True, [], {}, ["open"]):
            await bad_request(tab, json.dumps({"type": wrong}))
        await bad_request(tab, "{}")


async def test_unknown_fields_are_ignored(one_service):
    async with client(one_service, "Ada") as tab:
        for verb, fields in FRAMES.items():
            await tab.send({"type": verb} | fields | {"later": [1], "from": "Bob", "role": "agent", "at": "never", "": 0, "\U0001f600": None})
        for _ in ("send", "escalate", "cancel"):  # which share an id
            await tab.until("ack", id="x", seq=1)
        await tab.settled()
        assert "error" not in [event["type"] for event in tab.events]
    first = (await read_log(one_service, "Ada"))[0]
    assert (first["from"], first["role"]) == ("Ada", "user")


async def test_ids_that_are_too_long(one_service):
    async with client(one_service, "Ada") as tab:
        for id in ("", "x" * 65, "\u00e9" * 33, "x" * 10_000):
            error = await bad_request(tab, json.dumps({"type": "send", "id": id, "text": "hi"}))
            assert "id" not in error
    assert await read_log(one_service, "Ada") == []


async def test_texts_too_long_and_blank(new_service, store):
    service = new_service(**store, MAX_TEXT=10).start()
    async with client(service, "Ada") as tab:
        for text, code in (("x" * 11, "too_long"), ("\u00e9" * 6, "too_long"), ("\U0001f600" * 3, "too_long"), ("x" * 50_000, "too_long"),
                           ("", "bad_request"), (" ", "bad_request"), ("\n\t\r ", "bad_request"), (" " * 11, "bad_request")):
            error = await tab.say("x", text)
            assert error["code"] == code
        for i, text in enumerate(("x" * 10, "\u00e9" * 5, "\U0001f600\U0001f600")):
            assert (await tab.say(f"{i}", text))["seq"] == i + 1
    assert len(await read_log(service, "Ada")) == 3


async def test_lines_behind_a_bad_one_are_handled(service):
    async with client(service, "Ada") as tab:
        await tab.send_text("\n".join([
            '{"type":"send","id":"1","text":"first"}', "nonsense", "", "   ", '{"type":"send","id":"2"}', '{"type":"send","id":"3","text":"third"}\r',
            '{"type":"what"}', '{"type":"send","id":"4","text":"fourth"}', ""]))
        answers = [await tab.receive() for _ in range(6)]
        assert sorted(a["id"] for a in answers if a["type"] == "ack") == ["1", "3", "4"]
        assert [a["code"] for a in answers if a["type"] == "error"] == ["bad_request", "bad_request", "unknown_type"]
    assert [m["text"] for m in await read_log(service, "Ada") if m["role"] == "user"] == ["first", "third", "fourth"]


def test_binary_messages(one_service):
    with RawWebSocket(one_service.port) as raw:
        for pieces in ([b""], [b"\x00\xff\xfe"], [b'{"type":"hello","name":"Ada"}'], [b"x" * 50_000], [b"a", b"b", b"c"]):
            for i, piece in enumerate(pieces):
                raw.send(CONTINUATION if i else BINARY, piece, final=i + 1 == len(pieces))
            event, = raw.events()
            assert (event["type"], event["code"]) == ("error", "bad_request") and "binary" in event["message"]
        raw.send(TEXT, b'{"type":"hello","name":"Ada"}')
        assert raw.events()[0]["type"] == "welcome"


async def burst(tab, n):
    """n sends as fast as they go; the answer to each."""
    await asyncio.gather(send_all(tab, n), collect(tab, n, answers := {}))
    return answers


async def send_all(tab, n):
    for i in range(n):
        await tab.send({"type": "send", "id": f"{i}", "text": f"word {i}"})


async def collect(tab, n, answers):
    while len(answers) < n:
        event = await tab.receive()
        if event["type"] in ("ack", "error"):
            assert event["id"] not in answers
            answers[event["id"]] = event


async def test_10000_frames_in_one_burst(service):
    async with client(service, "Ada") as tab:
        answers = await burst(tab, 10_000)
        assert {a["type"] for a in answers.values()} == {"ack"}
    log = await read_log(service, "Ada")
    assert [m["id"] for m in log if m["role"] == "user"] == [f"{i}" for i in range(10_000)]
    assert all(answers[m["id"]]["seq"] == m["seq"] for m in log if m["role"] == "user")


async def test_10000_frames_in_one_burst_with_a_rate_limit(new_service, store):
    service = new_service(**store, RATE_LIMIT=20, BOT_BRAIN=HERE / "brain").start()
    async with client(service, "Ada") as tab, client(service, "Bob") as other:
        bursting = asyncio.create_task(burst(tab, 10_000))
        assert (await other.say("b", "not disturbed"))["type"] == "ack"
        answers = await bursting
        refused = [a for a in answers.values() if a["type"] == "error"]
        assert {a["code"] for a in refused} == {"rate_limited"}
        assert all(0 < a["retry_after_ms"] <= 50 for a in refused)
        acked = [id for id, a in answers.items() if a["type"] == "ack"]
        assert len(acked) >= 100  # the burst that is allowed
        assert acked[:100] == [f"{i}" for i in range(100)]
    log = await read_log(service, "Ada")
    assert [m["id"] for m in log if m["role"] == "user"] == sorted(acked, key=int)


async def test_what_the_rate_limit_refused_goes_later(new_service, sqlite):
    service = new_service(**sqlite, RATE_LIMIT=20).start()
    async with client(service, "Ada") as tab:
        waiting = [f"{i}" for i in range(110)]
        while waiting:
            answers = {id: await tab.say(id, "hi") for id in waiting}
            waiting = [id for id in waiting if answers[id]["type"] == "error"]
            if waiting:
                await asyncio.sleep(max(answers[id]["retry_after_ms"] for id in waiting) / 1000)
    assert len(await read_log(service, "Ada")) == 110


async def test_all_connections_of_a_name_share_one_limit(new_service, sqlite):
    """However it is written, and reconnecting buys nothing; others are not in it, and of them each connection has its own limit."""
    service = new_service(**sqlite, RATE_LIMIT=50, NAME_RATE_LIMIT=20).start()
    answers = []
    for name in ("Ada", "ada", "ADA "):
        async with client(service, name) as tab:
            answers += [await tab.say(f"{name}{i}", "hi") for i in range(100)]
    refused = [a for a in answers if a["type"] == "error"]
    assert len(refused) >= 100 and {a["code"] for a in refused} == {"rate_limited"}
    assert all(0 < a["retry_after_ms"] <= 50 for a in refused)
    assert all(a["type"] == "ack" for a in answers[:100])  # the burst that is allowed
    async with client(service, "Bob") as other:
        assert (await other.say("b", "not in it"))["type"] == "ack"
    async with client(service, "Ada") as tab:
        while (answer := await tab.say("later", "hi"))["type"] == "error":
            await asyncio.sleep(answer["retry_after_ms"] / 1000)


async def test_a_flood_is_ended_with_a_reason(new_service, sqlite):
    """Twenty thousand refused frames in a row are warning enough."""
    service = new_service(**sqlite, RATE_LIMIT=1).start()
    async with client(service, "Ada") as tab:
        sending = asyncio.create_task(flood(tab))
        events, code, reason = await tab.ended()
        await sending
    assert (code, reason) == (1008, "flood")
    assert events[-1]["type"] == "goodbye" and events[-1]["reason"] == "flood" and events[-1]["retry_after_ms"] > 0
    assert {e["code"] for e in events if e["type"] == "error"} == {"bad_request", "rate_limited"}


async def flood(tab):
    from websockets.exceptions import ConnectionClosed

    try:
        for _ in range(300):
            await tab.send_text("x\n" * 100)
    except ConnectionClosed:
        pass
