"""The bot's rules in a running service: read again when they change, and what they can ask of it."""

import asyncio
import os
import re

import pytest

from chat_client import client
from chat_service import wait_for

HEAD = "! version = 2.0\n"
GOOD = HEAD + "+ *\n- {}\n"
BAD = HEAD + "+ hello (\n- never\n\n+ open [\n- never\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "brain"
    path.mkdir()
    return path


def start(new_service, sqlite, folder, rules, **settings):
    (folder / "a.rive").write_text(rules)
    return new_service(BOT_BRAIN=folder, **sqlite, **settings).start()


async def ask(tab, text):
    """The bot's reply, or None."""
    ask.count += 1
    ack = await tab.say(f"q{ask.count}", text)
    assert ack["type"] == "ack", ack
    await tab.settled()
    replies = [e["text"] for e in tab.events if e["type"] == "message" and e["role"] == "bot"]
    tab.events.clear()
    return replies[0] if replies else None


ask.count = 0


async def heard(tab, reply):
    async with asyncio.timeout(30):
        while await ask(tab, "hello") != reply:
            await asyncio.sleep(0.05)


async def test_a_changed_file_is_read_between_two_messages(new_service, sqlite, folder):
    service = start(new_service, sqlite, folder, GOOD.format("first"))
    async with client(service, "Ada") as tab:
        await tab.open()
        assert await ask(tab, "hello") == "first"
        (folder / "a.rive").write_text(GOOD.format("second"))
        await heard(tab, "second")
        (folder / "b.rive").write_text(HEAD + "+ hello\n- third\n")
        await heard(tab, "third")
        (folder / "b.rive").unlink()
        await heard(tab, "second")
    assert service.metrics()["brain_loads_total"] == 4
    assert service.metrics()["brain_refusals_total"] == 0


async def test_a_swapped_link_is_read(new_service, sqlite, tmp_path):
    """As Kubernetes updates a ConfigMap: files are links into a folder that is a link, which is replaced."""
    mount = tmp_path / "mount"
    for version in ("one", "two"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "a.rive").write_text(GOOD.format(version))
    mount.mkdir()
    (mount / "..data").symlink_to(tmp_path / "one")
    (mount / "a.rive").symlink_to("..data/a.rive")
    service = new_service(BOT_BRAIN=mount, **sqlite).start()
    async with client(service, "Ada") as tab:
        await tab.open()
        assert await ask(tab, "hello") == "one"
        (mount / "..new").symlink_to(tmp_path / "two")
        os.replace(mount / "..new", mount / "..data")
        await heard(tab, "two")


async def test_a_bad_brain_is_refused_and_the_old_one_stays(new_service, sqlite, folder):
    service = start(new_service, sqlite, folder, GOOD.format("good"))
    async with client(service, "Ada") as tab:
        await tab.open()
        (folder / "a.rive").write_text(BAD)
        wait_for(lambda: service.metrics()["brain_refusals_total"] == 1, "it was refused")
        errors = re.findall(r"error chat-service: brain file=\S*a\.rive line=(\d+) column=(\d+) message=\"(.+)\"", service.log())
        assert [int(line) for line, _, _ in errors] == [2, 5]
        assert service.request("/readyz")[0] == 200
        assert await ask(tab, "hello") == "good"
        (folder / "a.rive").write_text(GOOD.format("better"))
        await heard(tab, "better")
    assert service.metrics()["brain_loads_total"] == 2


async def test_what_the_bot_remembers_outlives_its_brain(new_service, sqlite, folder):
    rules = HEAD + "+ call me *\n- <set called=<star>>Gladly.\n\n+ *\n- {}, <get called>\n"
    service = start(new_service, sqlite, folder, rules.format("first"))
    async with client(service, "Ada") as tab:
        await tab.open()
        assert await ask(tab, "call me Countess") == "Gladly."
        (folder / "a.rive").write_text(rules.format("second"))
        await heard(tab, "second, countess")


async def test_macros_of_the_service(new_service, sqlite, folder):
    service = start(new_service, sqlite, folder, HEAD + """
+ count
- <call>history_count</call>
+ day
- <call>time "%Y-%m-%d"</call>
+ open
* <call>open_hours Mon-Sun 00:00-24:00</call> == open => yes
- no
+ shut
* <call>open_hours Mon-Sun 09:00-09:00</call> == open => yes
- no
+ nonsense
- <call>open_hours sometimes</call>
""")
    async with client(service, "Ada") as tab:
        await tab.open()
        assert await ask(tab, "count") == "0"
        assert await ask(tab, "count") == "2"
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", await ask(tab, "day"))
        assert await ask(tab, "open") == "yes"
        assert await ask(tab, "shut") == "no"
        assert await ask(tab, "nonsense") == "[ERR: Error raised by object macro]"


async def test_without_a_matching_trigger_the_bot_is_silent(new_service, sqlite, folder):
    service = start(new_service, sqlite, folder, HEAD + "+ hello\n- hi\n")
    async with client(service, "Ada") as tab:
        await tab.open()
        assert await ask(tab, "something else") is None
        assert await ask(tab, "hello") == "hi"


async def test_a_reply_that_costs_too_much_is_cut_off_and_named(new_service, sqlite, folder):
    service = start(new_service, sqlite, folder, HEAD + "+ again *\n- {@again <star>}{@again <star>}\n\n+ *\n- fine\n")
    async with client(service, "Ada") as tab:
        await tab.open()
        assert (await ask(tab, "again and again")).startswith("ERR:")
        assert await ask(tab, "hello") == "fine"
    assert service.metrics()["bot_limits_total"] == 1
    assert re.search(r"warn .*a reply was cut off .*trigger=\"again \*\" file=\S*a\.rive line=2", service.log())
