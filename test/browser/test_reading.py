"""Reading: older pages, what is new, days and times."""

from playwright.sync_api import expect
from visitor import Visitor


def scroll_top(visitor) -> int:
    return visitor.log.evaluate("e => Math.round(e.scrollTop)")


def from_end(visitor) -> int:
    return visitor.log.evaluate("e => Math.round(e.scrollHeight - e.scrollTop - e.clientHeight)")


def where(visitor, text: str) -> float:
    return visitor.messages(text).bounding_box()["y"]


def wheel(visitor, by: int) -> None:
    box = visitor.log.bounding_box()
    visitor.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visitor.page.mouse.wheel(0, by)


def test_a_chat_opens_at_its_end(visitor, fill):
    fill("Ada", [f"line {i}" for i in range(40)])
    visitor.arrive("Ada")
    expect(visitor.messages("You said: line 39")).to_be_in_viewport()
    assert from_end(visitor) == 0


def test_older_messages_load_on_scrolling_up_without_a_jump(visitor, fill):
    fill("Ada", [f"line {i}" for i in range(120)])
    visitor.arrive("Ada")
    expect(visitor.messages()).to_have_count(50)
    # Where the message in sight is, frame by frame, while older ones are put in above it.
    visitor.page.evaluate(
        """() => {
            const log = document.querySelector('[role=log]');
            log.scrollTop = 401; // one more step, and older ones are asked for
            const seen = log.querySelector('[data-seq="205"]');
            const rows = () => log.querySelectorAll('[data-seq]').length;
            window.jumps = [];
            let before = null;
            const look = () => {
                const now = { rows: rows(), y: seen.isConnected ? seen.getBoundingClientRect().top : NaN };
                if (before && now.rows !== before.rows) window.jumps.push([before.rows, now.rows, Math.abs(now.y - before.y)]);
                before = now;
                requestAnimationFrame(look);
            };
            look();
            log.scrollTop = 399;
        }"""
    )
    expect(visitor.messages()).to_have_count(100)
    visitor.page.wait_for_function("() => window.jumps.length > 0")
    for rows_before, rows_after, moved in visitor.page.evaluate("window.jumps"):
        assert rows_after > rows_before
        assert moved <= 4, f"the message in sight moved by {moved} px"


def test_scrolling_up_reaches_the_beginning(visitor, fill):
    fill("Ada", [f"line {i}" for i in range(120)])
    visitor.arrive("Ada")
    visitor.log.focus()
    for loaded in (100, 150, 200, 240):
        visitor.page.keyboard.press("Home")
        expect(visitor.messages()).to_have_count(loaded)
    visitor.page.keyboard.press("Home")
    expect(visitor.messages("line 0")).to_be_in_viewport()
    expect(visitor.log.locator(".earlier")).to_have_count(0)
    expect(visitor.messages()).to_have_count(240)
    visitor.settle()
    assert scroll_top(visitor) == 0


def test_what_comes_while_reading_older_ones_does_not_move_the_reader(desk, visitor, open_page, fill):
    fill("Ada", [f"line {i}" for i in range(40)])
    visitor.arrive("Ada")
    other = Visitor(open_page(), desk.url).arrive("Ada")
    wheel(visitor, -900)
    jump = visitor.page.get_by_role("button", name="Latest")
    expect(jump).to_be_visible()
    visitor.settle()
    before = where(visitor, "line 30")
    other.say("news")
    expect(visitor.page.get_by_role("button", name="1 new")).to_be_visible()
    assert abs(where(visitor, "line 30") - before) <= 1
    visitor.page.get_by_role("button", name="1 new").click()
    expect(visitor.messages("You said: news")).to_be_in_viewport()
    expect(visitor.page.get_by_role("button", name="1 new")).to_have_count(0)
    expect(visitor.log.get_by_text("New messages")).to_be_visible()


def test_the_title_counts_what_came_while_the_page_was_hidden(desk, visitor, open_page):
    visitor.arrive("Ada")
    expect(visitor.page).to_have_title("Ada · Frontdesk")
    other = Visitor(open_page(), desk.url).arrive("Ada")
    visitor.hide()
    other.say("one")
    expect(visitor.page).to_have_title("(1) Ada · Frontdesk")
    other.say("two")
    expect(visitor.page).to_have_title("(2) Ada · Frontdesk")
    visitor.look()
    expect(visitor.page).to_have_title("Ada · Frontdesk")
    expect(visitor.log.get_by_text("New messages")).to_be_visible()


def test_writing_returns_to_the_end(visitor, fill):
    fill("Ada", [f"line {i}" for i in range(40)])
    visitor.arrive("Ada")
    wheel(visitor, -900)
    expect(visitor.page.get_by_role("button", name="Latest")).to_be_visible()
    visitor.say("here I am")
    expect(visitor.messages("You said: here i am")).to_be_in_viewport()


def test_a_day_has_a_divider_in_the_readers_language(desk, open_page):
    visitor = Visitor(open_page(locale="de-DE"), desk.url).arrive("Ada")
    visitor.say("hallo")
    expect(visitor.log.get_by_role("heading", name="Heute")).to_be_visible()


def test_times_are_written_as_in_the_readers_country(desk, visitor, open_page):
    visitor.arrive("Ada")
    visitor.say("when?")
    visitor.sees("when?", "You said: when")
    times = {}
    for locale in ("en-US", "de-DE"):
        reader = Visitor(open_page(locale=locale, timezone_id="Europe/Berlin"), desk.url).arrive("Ada")
        times[locale] = reader.log.locator("time").first.inner_text()
    assert times["en-US"].endswith(("AM", "PM"))
    assert not times["de-DE"].endswith(("AM", "PM"))


def test_messages_of_one_author_are_grouped(visitor):
    visitor.arrive("Ada")
    for word in ("a", "b"):
        visitor.say(word)
    visitor.sees("a", "You said: a", "b", "You said: b")
    expect(visitor.log.locator(".row.head")).to_have_count(4)
    expect(visitor.log.get_by_role("article")).to_have_count(4)
