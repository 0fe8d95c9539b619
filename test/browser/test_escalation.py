"""Leaving the bot: by button, by word, and what comes after."""

import pytest
from playwright.sync_api import expect
from visitor import Visitor

LATER = "Live chat not implemented yet"


def banner(visitor):
    return visitor.page.get_by_role("complementary", name="Escalation")


def test_the_button_escalates_and_a_banner_says_what_it_means(visitor):
    visitor.arrive("Ada")
    expect(banner(visitor)).to_have_count(0)
    visitor.page.get_by_role("button", name="Escalate").click()
    expect(banner(visitor)).to_contain_text("The bot has stepped back")
    expect(visitor.log.locator(".notice")).to_have_count(1)
    expect(visitor.page.get_by_role("button", name="Escalate")).to_be_disabled()
    expect(visitor.message).to_be_focused()


@pytest.mark.parametrize("word", ["escalate", "  ESCALATE ", "/Escalate"])
def test_the_word_escalates(visitor, word):
    visitor.arrive("Ada")
    visitor.say(word)
    expect(banner(visitor)).to_be_visible()
    visitor.sees(word.strip())


def test_a_later_message_is_refused_with_exactly_these_words(visitor):
    visitor.arrive("Ada")
    visitor.page.get_by_role("button", name="Escalate").click()
    expect(banner(visitor)).to_be_visible()
    visitor.say("anybody?")
    expect(visitor.errors).to_have_text(LATER)
    expect(visitor.log.locator(".row.failed .bubble")).to_have_text("anybody?")
    expect(visitor.errors).to_have_count(0)
    expect(visitor.page.get_by_text(LATER)).to_have_count(0)
    expect(visitor.log.locator(".row.failed")).to_have_count(1)


def test_a_failed_message_can_be_tried_again_or_discarded(visitor):
    visitor.arrive("Ada")
    visitor.page.get_by_role("button", name="Escalate").click()
    expect(banner(visitor)).to_be_visible()
    visitor.say("anybody?")
    expect(visitor.log.locator(".row.failed")).to_have_count(1)
    expect(visitor.errors).to_have_count(0)
    visitor.page.get_by_role("button", name="Retry").click()
    expect(visitor.errors).to_have_text(LATER)
    expect(visitor.log.locator(".row.failed")).to_have_count(1)
    visitor.page.reload()
    visitor.is_ready()
    expect(visitor.log.locator(".row.failed")).to_have_count(1)
    visitor.page.get_by_role("button", name="Discard").click()
    expect(visitor.log.locator(".row.failed")).to_have_count(0)
    visitor.page.reload()
    visitor.is_ready()
    visitor.sees()


def test_an_escalated_chat_stays_so(desk, visitor, open_page):
    visitor.arrive("Ada")
    visitor.page.get_by_role("button", name="Escalate").click()
    expect(banner(visitor)).to_be_visible()
    visitor.page.reload()
    expect(banner(visitor)).to_be_visible()
    visitor.start("Bob")
    expect(banner(visitor)).to_have_count(0)
    other = Visitor(open_page(), desk.url).arrive("Ada")
    expect(banner(other)).to_be_visible()


def test_another_tab_learns_of_it(desk, visitor, open_page):
    visitor.arrive("Ada")
    other = Visitor(open_page(beside=visitor.page), desk.url).arrive("Ada")
    visitor.page.get_by_role("button", name="Escalate").click()
    expect(banner(other)).to_be_visible()
    expect(other.page.get_by_role("button", name="Escalate")).to_be_disabled()


def test_escalating_without_a_connection_happens_once_it_is_back(desk, visitor):
    visitor.arrive("Ada")
    desk.kill_service()
    expect(visitor.status).to_contain_text("Connection lost")
    visitor.page.get_by_role("button", name="Escalate").click()
    desk.start_service()
    expect(banner(visitor)).to_be_visible()
    expect(visitor.log.locator(".notice")).to_have_count(1)


def test_escalating_what_another_escalated_meanwhile_is_an_error_that_does_no_harm(desk, visitor, open_page):
    visitor.arrive("Ada")
    other = Visitor(open_page(), desk.url).arrive("Ada")
    desk.kill_service()
    for page in (visitor, other):
        expect(page.status).to_contain_text("Connection lost")
        page.page.get_by_role("button", name="Escalate").click()
    desk.start_service()
    for page in (visitor, other):
        expect(banner(page)).to_be_visible()
        expect(page.log.locator(".notice")).to_have_count(1)
