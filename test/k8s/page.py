"""The main job, by a person at the page: a name, words, an answer that stays, and the way to a person."""

import pathlib
import sys

from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "browser"))
from visitor import Visitor, launch  # noqa: E402


def visit(url, name):
    complaints = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(locale="en-GB")
        page.on("pageerror", lambda error: complaints.append(f"{error}"))
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        visitor = Visitor(page, url).arrive()
        visitor.say("hello")
        expect(visitor.errors).to_contain_text("Enter your name")
        visitor.start(name)
        expect(visitor.message).to_have_value("hello")
        visitor.message.press("Enter")
        expect(visitor.messages()).to_have_count(2)
        answer = visitor.messages().last.inner_text()
        page.reload()
        visitor.is_ready()
        visitor.sees("hello", answer)
        page.get_by_role("button", name="Escalate").click()
        expect(page.get_by_role("complementary", name="Escalation")).to_be_visible()
        visitor.say("anybody?")
        expect(visitor.errors).to_have_text("Live chat not implemented yet")
        browser.close()
    assert not complaints, complaints
    return answer
