"""How it is for everyone: axe finds nothing, phones fit, the keyboard is enough."""

import os
import pathlib

import pytest
from playwright.sync_api import expect
from visitor import Visitor

AXE = pathlib.Path(os.environ["FRONTDESK_AXE"]).read_text()
TEXT = "**bold**, *italic*, `code`, https://example.org/\n\n> quote\n\n- one\n- two\n\n```\na long line of code " + "x" * 200 + "\n```"


def violations(visitor) -> list[str]:
    visitor.settle()  # colours in the middle of a fade are nobody's colours
    visitor.page.evaluate(AXE + "; undefined")
    found = visitor.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [f"{rule['id']}: {node['html']}: {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def welcome(desk, visitor):
    visitor.arrive()


def refused(desk, visitor):
    visitor.arrive()
    visitor.say("hello")
    expect(visitor.errors).to_have_count(1)


def empty(desk, visitor):
    visitor.arrive("Ada")


def talking(desk, visitor):
    visitor.arrive("Ada")
    visitor.message.fill(TEXT)
    visitor.page.keyboard.press("Enter")
    expect(visitor.messages()).to_have_count(2)
    visitor.type("a draft")


def escalated(desk, visitor):
    visitor.arrive("Ada")
    visitor.say("escalate")
    expect(visitor.page.get_by_role("complementary")).to_be_visible()


def failed(desk, visitor):
    escalated(desk, visitor)
    visitor.say("anybody?")
    expect(visitor.log.locator(".row.failed")).to_have_count(1)


def thinking(desk, visitor):
    visitor.arrive("Ada")
    desk.wire.lose_answers()
    visitor.say("hello?")
    expect(visitor.log.locator(".dots")).to_be_visible()


def disconnected(desk, visitor):
    visitor.arrive("Ada")
    visitor.say("hello")
    expect(visitor.messages()).to_have_count(2)
    desk.kill_service()
    expect(visitor.page.get_by_role("button", name="Try now")).to_be_visible()
    visitor.say("meanwhile")
    expect(visitor.log.locator(".row.waiting")).to_have_count(1)


def loading(desk, visitor):
    desk.kill_service()
    visitor.page.goto(visitor.url + "#/chat/Ada")
    expect(visitor.page.locator(".loading")).to_be_visible()


def scrolled_up(desk, visitor):
    visitor.arrive("Ada")
    for i in range(12):
        visitor.say(f"line {i}")
    expect(visitor.messages()).to_have_count(24)
    visitor.log.focus()
    visitor.page.keyboard.press("Home")
    expect(visitor.page.get_by_role("button", name="Latest")).to_be_visible()


STATES = [welcome, refused, empty, talking, escalated, failed, thinking, disconnected, loading, scrolled_up]


SIZES = [(320, 568), (390, 844), (768, 1024), (844, 390), (1280, 800)]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_axe_finds_nothing(desk, visitor, state):
    state(desk, visitor)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme)
        assert violations(visitor) == [], scheme


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_it_fits(desk, visitor, state):
    state(desk, visitor)
    controls = [visitor.name, visitor.message] + [
        visitor.page.get_by_role("button", name=name) for name in ("Send", "Start chat as", "Escalate")]
    for width, height in SIZES:
        visitor.page.set_viewport_size({"width": width, "height": height})
        for control in controls:
            expect(control).to_be_in_viewport(ratio=1)
        sideways = visitor.page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll('[role=log], main, header, .bubble')]
                .filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 90))""")
        assert sideways == [], f"at {width} x {height}"
        assert visitor.log.bounding_box()["height"] >= 80, f"at {width} x {height}"


@pytest.mark.parametrize("state", [welcome, refused, empty, failed, disconnected, scrolled_up], ids=lambda state: state.__name__)
def test_what_can_be_tapped_is_large_enough(desk, open_page, state):
    visitor = Visitor(open_page(viewport={"width": 320, "height": 640}, has_touch=True), desk.url)
    state(desk, visitor)
    small = visitor.page.evaluate(
        """() => [...document.querySelectorAll('button, textarea, .who-field')]
            .map((e) => [e, e.getBoundingClientRect()]).filter(([, b]) => b.width < 43.9 || b.height < 43.9)
            .map(([e, b]) => `${b.width}x${b.height} ${e.outerHTML.slice(0, 80)}`)""")
    assert small == []


def test_an_open_keyboard_leaves_the_field_and_the_end_of_the_log_in_view(visitor, fill):
    fill("Ada", [f"line {i}" for i in range(20)])
    visitor.page.set_viewport_size({"width": 390, "height": 800})
    visitor.arrive("Ada")
    visitor.page.set_viewport_size({"width": 390, "height": 440})
    expect(visitor.message).to_be_in_viewport(ratio=1)
    expect(visitor.messages("You said: line 19")).to_be_in_viewport(ratio=1)


def test_the_keyboard_is_enough(visitor):
    visitor.page.goto(visitor.url)
    expect(visitor.name).to_be_visible()
    keys = visitor.page.keyboard
    keys.press("Tab")
    expect(visitor.name).to_be_focused()
    keys.type("Ada")
    keys.press("Tab")
    keys.press("Enter")
    expect(visitor.message).to_be_focused()
    keys.type("hello")
    keys.press("Tab")
    expect(visitor.page.get_by_role("button", name="Send")).to_be_focused()
    keys.press("Space")
    visitor.sees("hello", "You said: hello")
    keys.press("Tab")
    keys.press("Tab")
    expect(visitor.page.get_by_role("button", name="Escalate")).to_be_focused()
    keys.press("Enter")
    expect(visitor.page.get_by_role("complementary")).to_be_visible()
    expect(visitor.message).to_be_focused()


def test_the_log_says_when_it_is_not_to_be_read_aloud_yet(desk, visitor):
    desk.wire.close()
    visitor.page.goto(visitor.url + "#/chat/Ada")
    expect(visitor.log).to_have_attribute("aria-busy", "true")
    desk.reconnect_wire()
    expect(visitor.log).to_have_attribute("aria-busy", "false")


def test_those_who_want_less_motion_get_none(desk, open_page):
    visitor = Visitor(open_page(reduced_motion="reduce"), desk.url).arrive("Ada")
    desk.wire.lose_answers()
    visitor.say("hello?")
    expect(visitor.log.locator(".dots")).to_be_visible()
    moving = visitor.page.evaluate(
        "document.getAnimations().filter((a) => a.effect.getComputedTiming().endTime > 1).map((a) => a.animationName)")
    assert moving == []
