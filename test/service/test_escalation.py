"""Out of the bot's hands: how a chat is escalated, and what happens then while live chat is off."""

import pytest

from chat_client import client, read_log

REFUSAL = {"code": "live_chat_unavailable", "message": "Live chat not implemented yet"}
WORDS = ("escalate", " Escalate ", "/ESCALATE", "\t/eScAlAtE\r\n", "ESCALATE")
OTHER_WORDS = ("escalate!", "/ escalate", "//escalate", "please escalate", "escalate now", "escalat\u0435", "/", "es calate", "\uff45scalate")


async def test_the_button_escalates(service):
    async with client(service, "Ada") as tab, client(service, "Ada") as other:
        await tab.open()
        await other.open()
        await tab.send({"type": "escalate", "id": "e"})
        ack = await tab.expect("ack", id="e", seq=1, conversation="ada")
        message = await tab.expect("message", seq=1, role="system", id="e", at=ack["at"])
        assert await tab.receive() == {"type": "state", "conversation": "ada", "state": "escalated"}
        assert await other.receive() == message
        await other.expect("state", state="escalated")
        await other.settled()
        assert not other.events
    assert await read_log(service, "Ada") == [message]


async def test_the_word_is_stored_and_escalates(service):
    for i, word in enumerate(WORDS):
        async with client(service, f"Ada {i}") as tab, client(service, f"Ada {i}") as other:
            await tab.open()
            await other.open()
            await tab.send({"type": "send", "id": "w", "text": word})
            await tab.expect("ack", id="w", seq=1)
            await tab.expect("message", seq=2, role="system")
            await tab.expect("state", state="escalated")
            await other.expect("message", seq=1, role="user", text=word, id="w")
            await other.expect("message", seq=2, role="system")
            await other.expect("state", state="escalated")
        assert [(m["role"], m["text"]) for m in (await read_log(service, f"Ada {i}"))[:1]] == [("user", word)]


async def test_other_words_do_not_escalate(service):
    async with client(service, "Ada") as tab:
        for i, word in enumerate(OTHER_WORDS):
            assert (await tab.say(f"{i}", word))["type"] == "ack"
        assert (await tab.open())["state"] == "bot"


async def test_the_brain_may_escalate(service):
    async with client(service, "Ada") as tab:
        await tab.open()
        await tab.send({"type": "send", "id": "p", "text": "I want a person"})
        await tab.expect("ack", seq=1)
        await tab.expect("message", seq=2, role="bot", text="A person will come.")
        await tab.expect("message", seq=3, role="system")
        await tab.expect("state", state="escalated")


@pytest.mark.parametrize("way", [{"type": "escalate", "id": "e"}, {"type": "send", "id": "e", "text": "/escalate"}], ids=lambda way: way["type"])
async def test_afterwards_nothing_is_stored_and_there_is_no_way_back(service, way):
    async with client(service, "Ada") as tab:
        await tab.say("before", "hello")
        await tab.send(way)
        await tab.answer("e")
    log = await read_log(service, "Ada")
    for _ in range(2):
        async with client(service, "Ada") as tab:
            history = await tab.open()
            assert (history["messages"], history["state"]) == (log, "escalated")
            for id, text in (("a", "anybody?"), ("b", "escalate")):
                assert REFUSAL.items() <= (await tab.say(id, text)).items()
            await tab.send({"type": "cancel", "id": "back"}, {"type": "escalate", "id": "again"})
            assert REFUSAL.items() <= (await tab.answer("back")).items()
            assert (await tab.answer("again"))["code"] == "conflict"
            await tab.settled()
            assert not tab.events  # the bot is silent
        assert await read_log(service, "Ada") == log
        assert service.stop() == 0
        service.start()


async def test_there_is_nothing_to_cancel_with_the_bot(service):
    async with client(service, "Ada") as tab:
        await tab.send({"type": "cancel", "id": "c"})
        await tab.expect("error", id="c", code="conflict")
    assert await read_log(service, "Ada") == []


async def test_what_is_sent_behind_an_escalation_is_refused(service):
    """All in one message: what comes before is answered by the bot, what comes after is not stored."""
    async with client(service, "Ada") as tab:
        await tab.send(*({"type": "send", "id": f"{i}", "text": "escalate" if i == 20 else f"word {i}"} for i in range(40)))
        answers = [await tab.answer(f"{i}") for i in range(40)]
    assert [a["type"] for a in answers] == ["ack"] * 21 + ["error"] * 19
    assert all(REFUSAL.items() <= a.items() for a in answers[21:])
    assert [m["role"] for m in await read_log(service, "Ada")] == ["user", "bot"] * 20 + ["user", "system"]


async def test_two_tabs_that_escalate_at_once_do_it_once(service):
    async with client(service, "Ada") as one, client(service, "Ada") as two:
        for tab, id in ((one, "1"), (two, "2")):
            await tab.send({"type": "escalate", "id": id})
        answers = [await one.answer("1"), await two.answer("2")]
        assert sorted(a["type"] for a in answers) == ["ack", "error"]
        assert [a["code"] for a in answers if a["type"] == "error"] == ["conflict"]
    assert len(await read_log(service, "Ada")) == 1
