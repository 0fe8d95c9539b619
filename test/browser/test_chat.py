"""Talking with the bot: keys, marks, tabs, order."""

import json
import sqlite3
import time

from playwright.sync_api import expect
from visitor import Visitor
from websockets.sync.client import connect


def test_the_bot_answers(visitor):
    visitor.arrive("Ada")
    visitor.say("hello there")
    visitor.sees("hello there", "You said: hello there")
    expect(visitor.message).to_have_value("")
    expect(visitor.message).to_be_focused()


def test_the_button_sends_too(visitor):
    visitor.arrive("Ada")
    visitor.type("by hand")
    visitor.page.get_by_role("button", name="Send").click()
    visitor.sees("by hand", "You said: by hand")


def test_shift_enter_breaks_the_line(visitor):
    visitor.arrive("Ada")
    visitor.type("one\ntwo")
    expect(visitor.message).to_have_value("one\ntwo")
    visitor.page.keyboard.press("Enter")
    expect(visitor.messages().first).to_have_text("one\ntwo", use_inner_text=True)


def test_enter_that_ends_a_composed_character_does_not_send(visitor):
    visitor.arrive("Ada")
    visitor.message.fill("に")
    visitor.message.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(visitor.message).to_have_value("に")
    expect(visitor.messages()).to_have_count(0)


def test_blanks_are_not_sent(visitor):
    visitor.arrive("Ada")
    visitor.say("   ")
    visitor.say("x")
    visitor.sees("x", "You said: x")


def test_a_sent_message_is_marked(visitor):
    visitor.arrive("Ada")
    visitor.say("hello")
    expect(visitor.log.locator(".row.user.sent")).to_have_count(1)
    expect(visitor.log.locator(".row.user .mark")).to_have_text("Sent")


def test_many_messages_arrive_in_order_once(visitor):
    visitor.arrive("Ada")
    words = [f"number {i}" for i in range(30)]
    for word in words:
        visitor.say(word)
    visitor.sees(*[text for word in words for text in (word, f"You said: {word}")])
    visitor.page.reload()
    visitor.is_ready()
    expect(visitor.messages(words[-1])).to_have_count(1)


def test_two_tabs_of_one_name_see_the_same(desk, visitor, open_page):
    visitor.arrive("Ada")
    other = Visitor(open_page(beside=visitor.page), desk.url).arrive("ada")
    visitor.say("from the first")
    other.sees("from the first", "You said: from the first")
    other.say("from the second")
    both = ("from the first", "You said: from the first", "from the second", "You said: from the second")
    visitor.sees(*both)
    other.sees(*both)


def test_another_device_sees_the_same(desk, visitor, open_page):
    visitor.arrive("Ada")
    visitor.say("from the desk")
    phone = Visitor(open_page(), desk.url).arrive("Ada")
    phone.sees("from the desk", "You said: from the desk")


def test_a_text_that_is_too_long_is_an_error_and_stays(visitor):
    visitor.arrive("Ada")
    visitor.message.fill("ü" * 4097)
    visitor.page.keyboard.press("Enter")
    expect(visitor.errors).to_contain_text("too long")
    expect(visitor.message).to_have_value("ü" * 4097)
    expect(visitor.messages()).to_have_count(0)


def test_half_a_character_does_not_hold_up_what_follows(visitor):
    visitor.arrive("Ada")
    visitor.message.evaluate("e => { e.value = 'half \\ud83d'; e.dispatchEvent(new Event('input', {bubbles: true})); }")
    visitor.message.focus()
    visitor.page.keyboard.press("Enter")
    visitor.say("next")
    expect(visitor.messages("next")).to_have_count(1)
    expect(visitor.messages().first).to_have_text("half \ufffd")
    expect(visitor.log.locator(".row.sent")).to_have_count(2)


def test_going_too_fast_waits_and_loses_nothing(desk_with, open_page):
    desk = desk_with(RATE_LIMIT="2")
    visitor = Visitor(open_page(), desk.url).arrive("Ada")
    words = [f"w{i}" for i in range(14)]
    for word in words:
        visitor.say(word)
    visitor.sees(*[text for word in words for text in (word, f"You said: {word}")])
    expect(visitor.errors).to_have_count(0)


def test_dots_show_while_the_answer_is_awaited(desk, visitor):
    visitor.arrive("Ada")
    desk.wire.lose_answers()
    visitor.say("hello?")
    expect(visitor.log.locator(".dots")).to_be_visible()
    expect(visitor.log.locator(".row.user .mark")).to_have_text("Sending")
    desk.wire.cut()
    visitor.sees("hello?", "You said: hello")
    expect(visitor.log.locator(".dots")).to_have_count(0)


def test_the_service_hears_of_typing_now_and_then(desk, visitor):
    sent = []
    visitor.page.on("websocket", lambda ws: ws.on("framesent", lambda data: sent.append(data)))
    visitor.arrive("Ada")
    visitor.type("a text of some length, typed key by key")
    visitor.page.keyboard.press("Enter")
    visitor.sees("a text of some length, typed key by key", "You said: a text of some length typed key by key")
    typing = [frame for frame in sent if '"typing"' in frame]
    assert 2 <= len(typing) <= 6, typing
    assert '"on":true' in typing[0] and '"on":false' in typing[-1]


def test_a_store_that_is_away_is_waited_for(desk_with, open_page):
    desk = desk_with(STORE_TIMEOUT_MS="300")
    visitor = Visitor(open_page(), desk.url).arrive("Ada")
    answers = []
    visitor.page.on("websocket", lambda ws: ws.on("framereceived", lambda data: answers.append(data)))
    visitor.page.reload()
    visitor.is_ready()
    lock = sqlite3.connect(desk.database, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    visitor.say("patience")
    deadline = time.monotonic() + 15
    while not any('"unavailable"' in answer for answer in answers):
        assert time.monotonic() < deadline, "the service did not say that its store is away"
        visitor.page.wait_for_timeout(50)
    expect(visitor.errors).to_have_count(0)
    lock.execute("ROLLBACK")
    lock.close()
    visitor.sees("patience", "You said: patience")


def test_what_is_refused_early_is_sent_later(desk_with, open_page):
    """Somebody else's message has the one place in which to wait for the store."""
    desk = desk_with(STORE_TIMEOUT_MS="60000", MAX_WAITING="1")
    visitor = Visitor(open_page(), desk.url).arrive("Ada")
    answers = []
    visitor.page.on("websocket", lambda ws: ws.on("framereceived", lambda data: answers.append(data)))
    visitor.page.reload()
    visitor.is_ready()
    lock = sqlite3.connect(desk.database, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with connect(f"ws://127.0.0.1:{desk.service_port}/chat", subprotocols=["chat.v1"]) as other:
        other.send(json.dumps({"type": "hello", "name": "Bob"}) + "\n" + json.dumps({"type": "send", "id": "b", "text": "hi"}))
        assert "welcome" in other.recv(timeout=10)
        visitor.say("patience")
        deadline = time.monotonic() + 15
        while not any('"unavailable"' in answer and '"retry_after_ms"' in answer for answer in answers):
            assert time.monotonic() < deadline, "the service did not refuse it"
            visitor.page.wait_for_timeout(50)
        expect(visitor.errors).to_have_count(0)
        lock.execute("ROLLBACK")
        lock.close()
        assert '"ack"' in other.recv(timeout=20)
    visitor.sees("patience", "You said: patience")
