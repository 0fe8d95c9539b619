"""A person at the page: types on a keyboard, reads what is shown."""

import os
import re
import shutil

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

FLAGS = [
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]
expect.set_options(timeout=15_000)


def launch(playwright: Playwright) -> Browser:
    program = os.environ.get("FRONTDESK_CHROMIUM") or shutil.which("chromium")
    assert program, "there is no chromium on PATH; set FRONTDESK_CHROMIUM to the path of one"
    return playwright.chromium.launch(executable_path=program, args=FLAGS)


class Visitor:
    def __init__(self, page: Page, url: str):
        self.page = page
        self.url = url
        self.name = page.get_by_label("Name")
        self.message = page.get_by_label("Message")
        self.log = page.get_by_role("log")
        self.errors = page.get_by_role("alert")
        self.status = page.get_by_role("status")

    def arrive(self, name: str = "") -> "Visitor":
        self.page.goto(self.url)
        return self.start(name) if name else self

    def start(self, name: str) -> "Visitor":
        """Gives a name and waits until its chat is there."""
        self.name.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(name)
        self.page.get_by_role("button", name="Start chat as").click()
        expect(self.page).to_have_title(re.compile(rf"(^|\) ){re.escape(name.strip())} · ", re.IGNORECASE))  # no longer the page before
        self.is_ready()
        return self

    def is_ready(self) -> None:
        expect(self.log).to_have_attribute("aria-busy", "false")

    def type(self, text: str) -> None:
        self.message.click()
        for i, line in enumerate(text.split("\n")):
            if i:
                self.page.keyboard.press("Shift+Enter")
            self.page.keyboard.type(line)

    def say(self, text: str) -> None:
        self.type(text)
        self.page.keyboard.press("Enter")

    def messages(self, text: str | None = None) -> Locator:
        """The bubbles, or those that say just this."""
        bubbles = self.log.locator(".bubble:not(.dots)")
        return bubbles if text is None else bubbles.get_by_text(text, exact=True)

    def sees(self, *texts: str) -> None:
        """The log is just this, in this order."""
        expect(self.messages()).to_have_text(list(texts))

    def settle(self) -> None:
        """Waits until nothing moves: what fades and slides in has come, and the log has stopped scrolling."""
        expect(self.log).to_be_visible()  # the page may not have drawn itself yet
        self.page.evaluate(
            """async () => {
                const log = document.querySelector('[role=log]');
                const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
                for (let still = 0, top = -1; still < 5; await frame()) {
                    still = log.scrollTop === top ? still + 1 : 0;
                    top = log.scrollTop;
                }
                const ends = (a) => a.effect.getComputedTiming().endTime !== Infinity;
                await Promise.allSettled(document.getAnimations().filter(ends).map((a) => a.finished));
            }"""
        )

    def hide(self) -> None:
        """Another tab is in front. Without a screen no page is ever hidden, so the page is told."""
        self._set_hidden(True)

    def look(self) -> None:
        self._set_hidden(False)

    def _set_hidden(self, is_hidden: bool) -> None:
        self.page.evaluate(
            """(hidden) => {
                Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
                document.dispatchEvent(new Event('visibilitychange'));
            }""",
            is_hidden,
        )
