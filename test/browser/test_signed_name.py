"""A name that another site signed: in the link, locked, and gone with its token."""

import pathlib
import re
import sys

import pytest
from playwright.sync_api import expect
from visitor import Visitor

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "service"))
from tokens import SECRET, claims, token  # noqa: E402

EXPIRED = "Your link here has expired"


@pytest.fixture
def desk(desk_with):
    return desk_with(AUTH_MODE="jwt", JWT_SECRET=SECRET)


def follow_link(visitor, jwt):
    visitor.page.goto(f"{visitor.url}#jwt={jwt}")
    return visitor


def is_in(visitor, name):
    expect(visitor.page).to_have_title(re.compile(rf"(^|\) ){re.escape(name)} · "))
    visitor.is_ready()
    expect(visitor.name).to_have_value(name)


def test_a_link_leads_into_the_chat_of_its_name(visitor):
    follow_link(visitor, token(claims("Zoë Ada")))
    is_in(visitor, "Zoë Ada")
    assert "jwt" not in visitor.page.url and visitor.page.evaluate("history.length") <= 2
    expect(visitor.name).not_to_be_editable()
    expect(visitor.page.get_by_role("button", name="Start chat as")).to_have_count(0)
    visitor.say("hello")
    visitor.sees("hello", "You said: hello")
    visitor.page.reload()
    is_in(visitor, "Zoë Ada")
    visitor.sees("hello", "You said: hello")


def test_no_other_name_is_to_be_had_by_the_address(desk, visitor):
    follow_link(visitor, token(claims("Ada")))
    is_in(visitor, "Ada")
    visitor.page.evaluate("location.hash = '#/chat/Eve'")
    expect(visitor.page).to_have_url(f"{desk.url}#/chat/Ada")
    visitor.say("who am I")
    visitor.sees("who am I", "You said: who am i")


def test_another_link_in_the_same_tab_is_another_visitor(visitor):
    follow_link(visitor, token(claims("Ada")))
    is_in(visitor, "Ada")
    follow_link(visitor, token(claims("Grace")))
    is_in(visitor, "Grace")


def test_an_old_link_is_told(visitor):
    follow_link(visitor, token(claims("Ada", seconds=-61)))
    expect(visitor.errors).to_contain_text(EXPIRED)
    assert "jwt" not in visitor.page.url


def test_a_name_alone_is_not_enough(visitor):
    visitor.arrive()
    visitor.name.fill("Ada")
    visitor.page.keyboard.press("Enter")
    expect(visitor.errors).to_contain_text("or is missing")


def test_a_chat_ends_with_its_token_and_goes_on_with_a_new_one(desk, visitor):
    follow_link(visitor, token(claims("Ada", seconds=-55)))  # 5 s are left of the minute that clocks may differ by
    is_in(visitor, "Ada")
    visitor.say("hello")
    visitor.sees("hello", "You said: hello")
    expect(visitor.status).to_contain_text(EXPIRED, timeout=20_000)
    expect(visitor.errors).to_contain_text(EXPIRED)
    visitor.sees("hello", "You said: hello")
    visitor.say("kept")
    expect(visitor.log.locator(".row.waiting")).to_have_count(1)
    follow_link(visitor, token(claims("Ada")))
    visitor.sees("hello", "You said: hello", "kept", "You said: kept")
    expect(visitor.errors).to_have_count(0)


def test_a_link_is_no_matter_where_names_are_open(desk_with, open_page):
    visitor = Visitor(open_page(), desk_with().url)
    follow_link(visitor, "no.token.atall")
    visitor.start("Ada")
    visitor.say("hello")
    visitor.sees("hello", "You said: hello")
