"""Giving a name: needed, remembered, in the address."""

import re

from playwright.sync_api import expect


def test_writing_before_a_name_was_given_is_refused(visitor):
    visitor.arrive()
    visitor.say("hello")
    expect(visitor.errors).to_contain_text("Enter your name")
    expect(visitor.messages()).to_have_count(0)
    expect(visitor.name).to_be_focused()
    expect(visitor.message).to_have_value("hello")


def test_escalating_before_a_name_was_given_is_refused(visitor):
    visitor.arrive()
    visitor.page.get_by_role("button", name="Escalate").click()
    expect(visitor.errors).to_contain_text("Enter your name")


def test_the_chat_has_begun_when_the_name_was_given(visitor):
    """Whoever is fast, or has a slow machine, writes before the browser has told of the new address."""
    visitor.arrive()
    visitor.name.fill("Ada")
    visitor.message.fill("hello")
    visitor.page.evaluate("""() => {
        const button = (text) => [...document.querySelectorAll('button')].find((b) => b.textContent.includes(text));
        button('Start chat as').click();
        button('Send').click();
    }""")
    visitor.sees("hello", "You said: hello")
    expect(visitor.errors).to_have_count(0)
    expect(visitor.message).to_be_focused()
    expect(visitor.message).to_have_value("")


def test_starting_without_a_name_is_refused(visitor):
    visitor.arrive()
    visitor.page.get_by_role("button", name="Start chat as").click()
    expect(visitor.errors).to_contain_text("Enter your name")
    expect(visitor.name).to_be_focused()


def test_a_name_that_the_service_refuses_is_an_error(visitor):
    visitor.arrive()
    visitor.name.fill("x" * 65)
    visitor.page.keyboard.press("Enter")
    expect(visitor.errors).to_have_count(1)
    visitor.start("Ada")
    visitor.say("hello")
    visitor.sees("hello", "You said: hello")


def test_errors_are_red_in_the_top_right_corner_and_vanish(visitor):
    visitor.arrive()
    visitor.say("hello")
    alert = visitor.errors
    expect(alert).to_be_visible()
    visitor.settle()
    box, width = alert.bounding_box(), visitor.page.viewport_size["width"]
    assert box["y"] < 60 and width - (box["x"] + box["width"]) < 40
    red, green, blue = map(int, re.findall(r"\d+", alert.evaluate("e => getComputedStyle(e).backgroundColor"))[:3])
    assert red > 150 and green < 80 and blue < 80
    expect(alert).to_have_count(0)


def test_an_error_can_be_dismissed(visitor):
    visitor.arrive()
    visitor.say("hello")
    visitor.page.get_by_role("button", name="Dismiss").click()
    expect(visitor.errors).to_have_count(0)


def test_the_first_words_are_offered_and_said(visitor):
    visitor.arrive("Ada")
    visitor.page.get_by_role("button", name="What can you do?").click()
    visitor.sees("What can you do?", "You said: what can you do")


def test_starting_as_another_clears_the_chat_and_loads_the_history_of_the_name(visitor):
    visitor.arrive("Ada")
    visitor.say("I am Ada")
    visitor.sees("I am Ada", "You said: i am ada")
    visitor.start("Bob")
    visitor.sees()
    visitor.say("I am Bob")
    visitor.sees("I am Bob", "You said: i am bob")
    visitor.start("  ADA ")
    visitor.sees("I am Ada", "You said: i am ada")


def test_the_name_and_the_draft_survive_a_reload(visitor):
    visitor.arrive("Ada")
    visitor.type("not yet\nfinished")
    visitor.page.reload()
    visitor.is_ready()
    expect(visitor.name).to_have_value("Ada")
    expect(visitor.message).to_have_value("not yet\nfinished")
    visitor.page.keyboard.press("Enter")
    expect(visitor.message).to_have_value("")
    visitor.page.reload()
    expect(visitor.message).to_have_value("")


def test_every_name_has_its_own_draft(visitor):
    visitor.arrive("Ada")
    visitor.type("for Ada")
    visitor.start("Bob")
    expect(visitor.message).to_have_value("")
    visitor.start("Ada")
    expect(visitor.message).to_have_value("for Ada")


def test_what_was_written_before_the_name_is_kept(visitor):
    visitor.arrive()
    visitor.say("my question")
    visitor.start("Ada")
    expect(visitor.message).to_have_value("my question")


def test_a_link_opens_the_chat_of_a_name(visitor, fill):
    fill("Zoë / 李#1", ["from before"])
    visitor.page.goto(visitor.url + "#/chat/Zo%C3%AB%20%2F%20%E6%9D%8E%231")
    expect(visitor.name).to_have_value("Zoë / 李#1")
    visitor.sees("from before", "You said: from before")


def test_the_back_button_returns_to_the_chat_before(visitor):
    visitor.arrive("Ada")
    visitor.say("one")
    visitor.sees("one", "You said: one")
    visitor.start("Bob")
    visitor.sees()
    visitor.page.go_back()
    expect(visitor.name).to_have_value("Ada")
    visitor.sees("one", "You said: one")
    visitor.page.go_back()
    expect(visitor.page.get_by_role("heading", name="Welcome")).to_be_visible()
    visitor.page.go_forward()
    visitor.sees("one", "You said: one")
