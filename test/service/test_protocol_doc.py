"""docs/protocol.md is true: its examples are run against the service, its tables are compared with the code's."""

import contextlib
import json
import re
import signal

from chat_client import Client, client
from conftest import HERE

ROOT = HERE.parents[1]
DOCUMENT = (ROOT / "docs" / "protocol.md").read_text()


def table(heading):
    """The first column of the first table behind a heading."""
    section = DOCUMENT.split(f"# {heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)[0].splitlines()
    return [re.match(r"\| `(\w+)` ", row)[1] for row in rows[2:]]


def names_in(path, pattern):
    return re.findall(pattern, (ROOT / path).read_text())


def test_the_verbs_are_those_of_the_code():
    assert table("What a client sends") == names_in("chat-service/protocol/request.c", r'\[VERB_\w+\] = "(\w+)"')


def test_the_error_codes_are_those_of_the_code():
    codes = names_in("base/err.c", r'\[ERR_\w+\] = "(\w+)"')
    assert table("Errors") == [code for code in codes if code != "none"]


def test_the_roles_and_states_are_those_of_the_code():
    for name in names_in("chat-service/store/entry.c", r'\[(?:ROLE|STATE)_\w+\] = "(\w+)"'):
        assert f"`{name}`" in DOCUMENT


def test_every_event_has_an_example():
    shown = set(re.findall(r'^\d?< \{"type":"(\w+)"', DOCUMENT, re.MULTILINE))
    assert shown == set(table("What the service sends"))


def test_every_verb_has_an_example():
    assert set(re.findall(r'^\d?> \{"type":"(\w+)"', DOCUMENT, re.MULTILINE)) - {"dance"} == set(table("What a client sends"))


def test_the_limits_are_those_of_the_code():
    """Where a limit is a plain number in the code."""
    for path, name, number, words in (
        ("chat-service/session/session.c", "WAITING_TURNS", "512", "512, or 256 KiB"),
        ("chat-service/session/session.c", "STALLED_LIMIT_MS", "30000", "30 s without"),
        ("chat-service/session/outbox.h", "OUTBOX_FULL", "256 * 1024", "| 256 KiB | the connection"),
        ("chat-service/session/outbox.h", "OUTBOX_LIMIT", "2 * 1024 * 1024", "| 2 MiB, or"),
        ("chat-service/session/verbs.c", "FLOOD", "20000", "| 20,000 |"),
        ("chat-service/session/verbs.c", "HISTORY_LIMIT_MAX", "500", "more than 500 is 500"),
        ("chat-service/session/name.h", "NAME_CHARACTERS", "64", "| 64 characters |"),
        ("chat-service/store/entry.h", "CLIENT_ID_MAX", "64", "| 64 bytes |"),
        ("chat-service/identity/jwt_key.h", "JWT_BYTES_MAX", "8192", "| a `jwt` | 8192 bytes |"),
        ("chat-service/identity/jwt_key.h", "JWT_LEEWAY_S", "60", "differ by 60 s"),
        ("chat-service/session/session.c", "LOOK_MS", "5000", "ends within 5 s"),
        ("chat-service/net/net.c", "SPEAK_WITHIN_S", "10", "| 10 s | closed |"),
        ("chat-service/net/net.c", "PING_AFTER_S", "45", "| 45 s |"),
        ("chat-service/net/net.c", "HANG_UP_AFTER_S", "75", "after 75 s"),
        ("chat-service/protocol/event.h", "HISTORY_BYTES", "256 * 1024", "end early at 256 KiB"),
    ):
        assert re.search(rf"\b{name} = {re.escape(number)}\b", (ROOT / path).read_text()), f"{name} in {path}"
        assert words in DOCUMENT, words


def plain(value):
    """Without what is of the moment."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: plain(item) for name, item in value.items()}
    for name in kept.keys() & {"at", "version", "retry_after_ms"}:
        kept[name] = type(kept[name]).__name__
    if kept.get("role") == "bot" and "text" in kept:
        kept["text"] = "the bot's words"
    return kept


async def play(service, block):
    """All blocks of a kind, as one story."""
    lines = "\n".join(re.findall(rf"^```{block}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)).splitlines()
    lines = [line for line in lines if line]
    async with contextlib.AsyncExitStack() as connections:
        open_ones = {}
        for line in lines:
            if line == "! SIGTERM":
                service.tell(signal.SIGTERM)
                continue
            number, direction, text = re.fullmatch(r"(\d?)([<>]) (.*)", line).groups()
            if number not in open_ones:
                open_ones[number] = await connections.enter_async_context(client(service))
            tab: Client = open_ones[number]
            if direction == ">":
                await tab.send_text(text)
            else:
                assert plain(await tab.receive()) == plain(json.loads(text)), line
        for tab in open_ones.values() if "! SIGTERM" in lines else ():
            await tab.ended()
    return len(lines)


async def test_the_examples_are_what_happens(new_service, store):
    service = new_service(**store, BOT_BRAIN=ROOT / "bot" / "brain", RATE_LIMIT=None, NAME_RATE_LIMIT=None).start()
    assert await play(service, "chat") > 50


async def test_the_examples_of_signed_names_are_what_happens(new_service, sqlite):
    secret = re.search(r"These examples are signed with `(.*)`", DOCUMENT)[1]
    service = new_service(**sqlite, AUTH_MODE="jwt", JWT_SECRET=secret, RATE_LIMIT=None, NAME_RATE_LIMIT=None).start()
    assert await play(service, "jwt") == 8
