"""--check-log, --rebuild-view and --copy-to: what a service has filled, what was damaged by hand, what was cut off."""

import asyncio
import contextlib
import itertools
import sqlite3
import subprocess
import time

import pytest
from websockets.exceptions import WebSocketException

from chat_client import client, read_log
from chat_service import DEADLINE_S, PROGRAM, REPORTS, environment, wait_for
from conftest import HERE
from store_files import SqliteFile, files_of

NAMES = ("Ann", "Bob", "Zo\u00eb")


def start(settings, *arguments):
    return subprocess.Popen([PROGRAM, *arguments], env=environment(**settings), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)


def run(settings, *arguments):
    """(exit code, lines of its output)"""
    process = start(settings, *arguments)
    try:
        out, errors = process.communicate(timeout=4 * DEADLINE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert not [word for word in REPORTS if word in errors], errors
    return process.returncode, out.splitlines()


def assert_ok(settings, *arguments):
    code, lines = run(settings, *arguments)
    assert code == 0 and all(line.startswith("ok: ") for line in lines), lines
    return lines


def faults(settings):
    """What --check-log finds: {(conversation, number): what}"""
    code, lines = run(settings, "--check-log")
    *found, summary = lines
    assert code == (1 if found else 0) and summary.startswith("NOT OK" if found else "ok"), lines
    result = {}
    for line in found:
        place, what = line.split(": ", 1)
        conversation, number = place.rsplit(" ", 1)
        place = conversation.strip('"'), int(number)
        result[place] = f"{result[place]}; {what}" if place in result else what
    return result


async def talk(service, name, texts):
    async with client(service, name) as visitor:
        await visitor.open()
        for number, text in enumerate(texts):
            assert (await visitor.say(f"{name}-{number}", text))["type"] == "ack"


@pytest.fixture
def filled(new_service, store):
    """The settings of a store in which three have talked, Bob until he was escalated; the service has stopped."""
    service = new_service(BOT_BRAIN=HERE / "brain", **store).start()

    async def fill():
        await asyncio.gather(*(talk(service, name, [f"text {i}" for i in range(5)]) for name in NAMES))
        await talk(service, "Carl", ["hello", "escalate"])

    asyncio.run(fill())
    assert service.stop() == 0
    return store


def test_a_store_that_a_service_filled_is_whole(filled):
    assert faults(filled) == {}
    assert_ok(filled, "--rebuild-view")
    rows = files_of(filled).rows()
    assert rows["ann"] == (10, "bot", "Ann", "You said: text 4")
    assert rows["carl"][1:3] == ("escalated", "Carl")


def test_every_fault_of_a_log_is_named(filled):
    files = files_of(filled)
    files.remove("ann", 3)
    files.set_state("ann", 7, "escalated")
    files.add("bob", 11, "Bob-1")
    files.garble("zo\u00eb", 5)
    files.add("carl", 90, "x")
    found = {place: what for place, what in faults(filled).items() if not what.startswith("its row in the view")}
    assert found.keys() == {("ann", 5), ("ann", 7), ("ann", 9), ("bob", 11), ("zo\u00eb", 5), ("zo\u00eb", 7), ("carl", 90)}
    assert found["ann", 5] == "the messages before are missing, from 3 on"
    assert "from bot to escalated without a message of the system" in found["ann", 7]
    assert "may not go from escalated to bot" in found["ann", 9]
    assert "its client id is that of a message in the entry at 3" in found["bob", 11]
    assert "of an entry" in found["zo\u00eb", 5] or "not an entry" in found["zo\u00eb", 5]
    assert found["zo\u00eb", 7] == "the messages before are missing, from 5 on"
    assert "the messages before are missing, from 5 on" in found["carl", 90]


def test_numbers_that_are_there_twice_are_named(filled):
    files_of(filled).add("ann", 4, "other")
    assert faults(filled) == {("ann", 4): "is there twice: the entry before ends with 4"}


def test_every_fault_of_the_view_is_named_and_made_right(filled):
    files = files_of(filled)
    right = files.rows()
    files.set_row("ann", 4)
    files.set_row("bob", 99)
    files.spoil_row("carl")
    files.remove_rows("zo\u00eb")
    files.set_row("ghost", 7)
    found = faults(filled)
    assert {place[0]: what.split()[-1] for place, what in found.items()} == {
        "ann": "behind", "bob": "log", "carl": "state", "zo\u00eb": "it", "ghost": "nothing"}, found
    assert_ok(filled, "--rebuild-view")
    assert files.rows() == right
    assert faults(filled) == {}


def test_a_view_that_is_gone_is_made_anew(filled):
    files = files_of(filled)
    right = files.rows()
    files.remove_rows()
    assert "4 of them made right" in assert_ok(filled, "--rebuild-view")[-1]
    assert files.rows() == right


async def test_the_view_is_rebuilt_while_visitors_write(new_service, store):
    service = new_service(BOT_BRAIN=HERE / "brain", **store).start()
    files = files_of(store)
    stop = asyncio.Event()

    async def write(name):
        async with client(service, name) as visitor:
            await visitor.open()
            for number in itertools.count():
                if stop.is_set():
                    return
                assert (await visitor.say(f"{name}-{number}", "on and on"))["type"] == "ack"

    writers = [asyncio.create_task(write(f"visitor{i}")) for i in range(8)]
    await asyncio.sleep(0.2)  # they are under way; any moment will do
    for i in range(8):
        files.set_row(f"visitor{i}", 10**9)
    for _ in range(3):
        code, lines = await asyncio.to_thread(run, store, "--rebuild-view")
        assert code == 0, lines
    stop.set()
    await asyncio.gather(*writers)
    service.stop()
    assert await asyncio.to_thread(faults, store) == {}


async def test_a_view_cut_off_by_kill_9_is_right_after_a_rebuild(new_service, store):
    service = new_service(BOT_BRAIN=HERE / "brain", **store).start()
    acknowledged, told = itertools.count(), set()

    async def write(name):
        with contextlib.suppress(ConnectionError, WebSocketException):
            async with client(service, name) as visitor:
                await visitor.open()
                for number in itertools.count():
                    assert (await visitor.say(f"{name}-{number}", "on and on"))["type"] == "ack"
                    told.add(name)
                    if next(acknowledged) == 200:
                        service.kill()  # in the middle of all the others

    await asyncio.gather(*(write(f"visitor{i}") for i in range(20)))
    assert_ok(store, "--rebuild-view")
    assert faults(store) == {}
    assert told <= files_of(store).rows().keys()


async def test_an_acknowledged_escalation_is_in_the_view_after_kill_9(new_service, store):
    service = new_service(BOT_BRAIN=HERE / "brain", **store).start()
    async with client(service, "Ann") as ann:
        await ann.open()
        assert (await ann.say("a", "hello"))["type"] == "ack"
        assert (await ann.say("b", "escalate"))["type"] == "ack"
        service.kill()
    assert files_of(store).rows()["ann"][:2] == (4, "escalated")


def test_a_copy_is_equal_there_and_back(filled, mongo, tmp_path):
    there = mongo if "SQLITE_PATH" in filled else {"SQLITE_PATH": tmp_path / "there.db"}
    back = {"SQLITE_PATH": tmp_path / "back.db"}
    if "SQLITE_PATH" in there:
        assert_ok(filled, "--copy-to", f"sqlite:{there['SQLITE_PATH']}")
    else:
        assert_ok(filled, "--copy-to", there["MONGO_URI"].replace("/?", f"/{there['MONGO_DATABASE']}?"))
    assert_ok(there, "--copy-to", f"sqlite:{back['SQLITE_PATH']}")
    for settings in (there, back):
        assert faults(settings) == {}
        assert files_of(settings).rows() == files_of(filled).rows()
        lines = assert_ok(filled, "--copy-to", files_of(settings).uri)
        assert lines[0].startswith("ok: 0 entries copied, 17 were there")
    if "SQLITE_PATH" in filled:
        assert files_of(back).entries() == files_of(filled).entries()


async def test_a_service_goes_on_where_the_copy_ends(new_service, filled, tmp_path):
    copied = {"SQLITE_PATH": tmp_path / "copied.db"}
    assert_ok(filled, "--copy-to", f"sqlite:{copied['SQLITE_PATH']}")
    service = new_service(BOT_BRAIN=HERE / "brain", **copied).start()
    await talk(service, "Ann", ["again"])  # under an id that is in the log: the first text wins
    log = await read_log(service, "Ann")
    assert len(log) == 10 and log[0]["text"] == "text 0"


def test_a_different_log_in_the_target_is_left_alone(filled, tmp_path):
    target = SqliteFile({"SQLITE_PATH": tmp_path / "target.db"})
    assert_ok(filled, "--copy-to", target.uri)
    for conversation, first in (("ann", 11), ("bob", 12), ("dora", 1)):
        target.add(conversation, first, f"{conversation}-hand")
        before = target.entries()
        code, lines = run(filled, "--copy-to", target.uri)
        assert code == 1 and lines[0].startswith(f'"{conversation}" {first}: '), lines
        assert lines[-1].startswith("STOPPED")
        assert target.entries() == before
        target.remove(conversation, first)
    target.remove("bob", 5)
    target.add("bob", 5, "bob-hand")
    code, lines = run(filled, "--copy-to", target.uri)
    assert code == 1 and lines[0] == '"bob" 5: the target has another entry here'
    target.remove("bob", 5)
    assert_ok(filled, "--copy-to", target.uri)


def fill_by_hand(path, entries):
    """A store that is large enough to be cut off in the middle of its copy."""
    with sqlite3.connect(path) as db:
        db.executemany(
            "INSERT INTO entry (conversation, first, n, at_ms, state, agent, since_ms, bot, messages)"
            " VALUES (?, ?, 1, ?, 'bot', '', 0, '{}', ?)",
            ((f"visitor {i % 500}", i // 500 + 1, 1000 + i,
              f'[{{"role":"user","from":"Visitor","text":"{"x" * 200} {i}","id":"c{i}"}}]') for i in range(entries)))


def test_a_copy_that_is_cut_off_goes_on(new_service, store, sqlite, tmp_path):
    source = {"SQLITE_PATH": tmp_path / "source.db"}
    new_service(**source).start().stop()
    fill_by_hand(source["SQLITE_PATH"], 40000)
    new_service(**store).start().stop()  # makes the store
    target = files_of(store)
    for wanted in (1000, 15000):
        process = start(source, "--copy-to", target.uri)
        try:
            wait_for(lambda: count(target) > wanted or process.poll() is not None, "it copies")
        finally:
            process.kill()
            process.communicate()
    assert 1000 < count(target)
    lines = assert_ok(source, "--copy-to", target.uri)
    assert count(target) == 40000
    assert int(lines[0].split()[1]) < 39000, lines
    assert faults(store) == {}


def count(files):
    return files._run("SELECT count(*) FROM entry")[0][0] if isinstance(files, SqliteFile) else files.log.count_documents({})


def test_a_store_that_is_not_there_is_not_made(tmp_path):
    for arguments in (["--check-log"], ["--rebuild-view"], ["--copy-to", f"sqlite:{tmp_path}/b.db"]):
        process = start({"SQLITE_PATH": tmp_path / "none.db"}, *arguments)
        _, errors = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 1 and "none.db" in errors
    assert list(tmp_path.glob("*.db")) == []


def test_a_store_that_is_away_is_told(tmp_path):
    settings = {"MONGO_URI": "mongodb://127.0.0.1:1/", "STORE_TIMEOUT_MS": 200}
    began = time.monotonic()
    code, lines = run(settings, "--check-log")
    assert code == 1 and lines[-1].startswith("FAILED")
    assert time.monotonic() - began < DEADLINE_S


def test_wrong_arguments_are_told(tmp_path):
    for arguments in (["--copy-to"], ["--check-log", "x"], ["--nonsense"]):
        assert run({"SQLITE_PATH": tmp_path / "a.db"}, *arguments)[0] == 2
