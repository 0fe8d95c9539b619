import json
import pathlib
import sys
import uuid

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from websockets.sync.client import connect

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from desk import Desk  # noqa: E402
from visitor import Visitor, launch  # noqa: E402


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def desk_with(tmp_path):
    """Starts a desk with settings of the test's own."""
    desks = []

    def start(**settings: str) -> Desk:
        folder = tmp_path / str(len(desks))
        folder.mkdir()
        desks.append(Desk(folder, **settings))
        return desks[-1]

    yield start
    for desk in desks:
        desk.close()


@pytest.fixture
def desk(desk_with):
    return desk_with()


@pytest.fixture
def open_page(browser: Browser):
    """Opens pages, and holds them to a clean console: an error there is an error of ours."""
    contexts, complaints = [], []

    def listen(page: Page) -> Page:
        page.on("pageerror", lambda error: complaints.append(f"{error}"))
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        return page

    def open(beside: Page | None = None, **options) -> Page:
        if beside is None:
            contexts.append(browser.new_context(**{"locale": "en-GB", **options}))
            return listen(contexts[-1].new_page())
        return listen(beside.context.new_page())

    yield open
    for context in contexts:
        context.close()
    # A connection that is refused while the service is down is what such a test is about.
    assert [c for c in complaints if "WebSocket connection to" not in c] == []


@pytest.fixture
def visitor(desk, open_page):
    return Visitor(open_page(), desk.url)


@pytest.fixture
def fill(desk):
    """Writes a name's messages past the browser, many at once."""

    def write(name: str, texts: list[str]) -> None:
        with connect(f"ws://127.0.0.1:{desk.service_port}/chat", subprotocols=["chat.v1"]) as socket:
            frames = [{"type": "hello", "name": name}]
            frames += [{"type": "send", "id": uuid.uuid4().hex, "text": text} for text in texts]
            socket.send("\n".join(map(json.dumps, frames)))
            acknowledged = 0
            while acknowledged < len(texts):
                lines = socket.recv(timeout=20).split("\n")
                acknowledged += sum(json.loads(line)["type"] == "ack" for line in lines)

    return write
