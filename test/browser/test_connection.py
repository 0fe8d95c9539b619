"""Losing the connection: said, healed, and nothing lost or doubled."""

from playwright.sync_api import expect
from visitor import Visitor


def test_what_was_written_while_the_service_was_killed_arrives_once(desk, visitor, open_page):
    visitor.arrive("Ada")
    visitor.say("before")
    visitor.sees("before", "You said: before")
    desk.kill_service()
    expect(visitor.status).to_contain_text("Connection lost")
    visitor.say("meanwhile")
    visitor.say("and more")
    expect(visitor.log.locator(".row.waiting")).to_have_count(2)
    desk.start_service()
    whole = ("before", "You said: before", "meanwhile", "You said: meanwhile", "and more", "You said: and more")
    visitor.sees(*whole)
    expect(visitor.status).to_contain_text("Connected again")
    Visitor(open_page(), desk.url).arrive("Ada").sees(*whole)


def test_an_answer_lost_on_the_way_does_not_double_the_message(desk, visitor, open_page):
    visitor.arrive("Ada")
    other = Visitor(open_page(), desk.url)
    desk.wire.lose_answers()
    visitor.say("just once")
    other.arrive("Ada").sees("just once", "You said: just once")
    expect(visitor.log.locator(".row.sending")).to_have_count(1)
    desk.wire.cut()
    visitor.sees("just once", "You said: just once")
    visitor.say("and on")
    other.sees("just once", "You said: just once", "and on", "You said: and on")


def test_what_was_written_without_a_connection_survives_a_reload(desk, visitor):
    visitor.arrive("Ada")
    desk.kill_service()
    expect(visitor.status).to_contain_text("Connection lost")
    visitor.say("kept")
    visitor.page.reload()
    expect(visitor.messages("kept")).to_have_count(1)
    desk.start_service()
    visitor.sees("kept", "You said: kept")


def test_what_a_closed_tab_left_behind_goes_out_once(desk, visitor, open_page):
    visitor.arrive("Ada")
    first, second = (Visitor(open_page(beside=visitor.page), desk.url).arrive("Ada") for _ in range(2))
    desk.kill_service()
    expect(visitor.status).to_contain_text("Connection lost")
    visitor.say("left behind")
    expect(visitor.log.locator(".row.waiting")).to_have_count(1)
    visitor.page.close()
    desk.start_service()
    for other in (first, second):
        other.sees("left behind", "You said: left behind")


def test_two_tabs_send_their_own(desk, visitor, open_page):
    visitor.arrive("Ada")
    other = Visitor(open_page(beside=visitor.page), desk.url).arrive("Ada")
    desk.kill_service()
    expect(visitor.status).to_contain_text("Connection lost")
    expect(other.status).to_contain_text("Connection lost")
    visitor.say("mine")
    other.say("yours")
    desk.start_service()
    for page in (visitor, other):
        expect(page.messages()).to_have_count(4)
        expect(page.messages("mine")).to_have_count(1)
        expect(page.messages("yours")).to_have_count(1)


def test_the_rest_is_read_after_a_long_absence(desk, visitor, fill):
    visitor.arrive("Ada")
    desk.wire.close()  # the page cannot come back by this wire
    expect(visitor.status).to_contain_text("Connection lost")
    fill("Ada", [f"missed {i}" for i in range(120)])
    desk.reconnect_wire()
    expect(visitor.messages()).to_have_count(240)
    expect(visitor.messages("missed 0")).to_have_count(1)
    expect(visitor.messages().last).to_have_text("You said: missed 119")


def test_a_connection_that_died_in_silence_is_noticed_on_waking(desk, visitor, fill):
    visitor.page.clock.install()
    visitor.arrive("Ada")
    visitor.say("before the sleep")
    visitor.sees("before the sleep", "You said: before the sleep")
    visitor.hide()
    desk.wire.fall_silent()
    fill("Ada", ["from elsewhere"])
    visitor.page.clock.fast_forward(5_000)  # so long that the page no longer takes the line for granted
    visitor.look()
    visitor.sees("before the sleep", "You said: before the sleep", "from elsewhere", "You said: from elsewhere")


def test_a_gap_in_the_numbers_is_filled(desk, visitor, open_page, fill):
    visitor.arrive("Ada")
    desk.wire.lose_answers()
    fill("Ada", ["missed"])
    Visitor(open_page(), desk.url).arrive("Ada").sees("missed", "You said: missed")
    desk.wire.hear_again()
    fill("Ada", ["heard"])
    visitor.sees("missed", "You said: missed", "heard", "You said: heard")


def test_hours_of_sleep_need_no_reload(desk, visitor, fill):
    visitor.page.clock.install()
    visitor.arrive("Ada")
    visitor.say("good night")
    visitor.sees("good night", "You said: good night")
    desk.wire.fall_silent()
    fill("Ada", ["good morning"])
    visitor.page.clock.fast_forward("08:00:00")  # timers fire late, once: here the page asks whether anybody is there
    visitor.page.clock.fast_forward(11_000)  # nobody answered
    visitor.page.clock.fast_forward(1_000)
    visitor.sees("good night", "You said: good night", "good morning", "You said: good morning")


def test_a_service_that_says_goodbye_is_waited_for(desk, visitor):
    visitor.arrive("Ada")
    desk.stop_service()
    expect(visitor.status).to_contain_text("Connection lost")
    visitor.say("hello again")
    desk.start_service()
    visitor.sees("hello again", "You said: hello again")
    expect(visitor.errors).to_have_count(0)


def test_try_now_tries_now(desk, visitor):
    visitor.arrive("Ada")
    desk.kill_service()
    retry = visitor.page.get_by_role("button", name="Try now")
    expect(retry).to_be_visible()
    desk.start_service()
    if retry.is_visible():
        retry.click(timeout=2_000)
    expect(visitor.status).to_contain_text("Connected again")


def test_a_service_that_is_not_there_yet_is_waited_for(desk, visitor):
    desk.kill_service()
    visitor.page.goto(visitor.url + "#/chat/Ada")
    expect(visitor.status).to_contain_text("Connection lost")
    desk.start_service()
    visitor.is_ready()
    visitor.say("hello")
    visitor.sees("hello", "You said: hello")


def test_a_log_that_was_replaced_is_read_anew(desk, visitor):
    visitor.arrive("Ada")
    visitor.say("old")
    visitor.sees("old", "You said: old")
    desk.kill_service()
    for file in desk.database.parent.glob("chat.db*"):
        file.unlink()
    desk.start_service()
    expect(visitor.messages()).to_have_count(0)
    visitor.say("new")
    visitor.sees("new", "You said: new")
