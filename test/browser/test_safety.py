"""What is written is shown as light Markdown, and is never more than text."""

import pytest
from playwright.sync_api import expect


def say(visitor, text: str):
    visitor.arrive("Ada")
    visitor.message.fill(text)
    visitor.page.keyboard.press("Enter")
    expect(visitor.log.locator(".row.user.sent")).to_have_count(1)
    return visitor.messages().first


ATTACKS = [
    "<img src=x onerror=\"window.hit=1\">",
    "<script>window.hit=1</script>",
    "<svg/onload=window.hit=1>",
    "[x](javascript:window.hit=1)",
    "[x](JaVaScRiPt&colon;window.hit=1)",
    "[x](data:text/html,<script>window.hit=1</script>)",
    "![x](x\" onerror=\"window.hit=1)",
    "<javascript:window.hit=1>",
    "`<img src=x onerror=window.hit=1>`",
    "```\n</code></pre><img src=x onerror=window.hit=1>\n```",
    "```\"><img src=x onerror=window.hit=1>\nx\n```",
    "<a href=\"https://example.org\" onclick=\"window.hit=1\" style=\"position:fixed;inset:0\">x</a>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=window.hit=1&gt;\">",
    "<form id=app><input name=attributes><button formaction=javascript:window.hit=1>x</button></form>",
    "[a]: javascript:window.hit=1\n\n[a]",
    "<iframe srcdoc=\"<script>parent.hit=1</script>\"></iframe>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_inert(visitor, attack):
    bubble = say(visitor, attack)
    for link in bubble.locator("a").all():
        assert (link.get_attribute("href") or "https:").startswith(("http:", "https:", "mailto:", "tel:"))
        link.evaluate("a => { a.target = '_self'; a.addEventListener('click', (e) => e.preventDefault()); a.click(); }")
    alive = bubble.evaluate(
        """(b) => [...b.querySelectorAll('*')].filter((e) =>
            !['P', 'BR', 'STRONG', 'EM', 'DEL', 'CODE', 'PRE', 'UL', 'OL', 'LI', 'A', 'BLOCKQUOTE'].includes(e.tagName)
            || [...e.attributes].some((a) => !['href', 'start', 'target', 'rel', 'tabindex'].includes(a.name))
        ).map((e) => e.outerHTML)""")
    assert alive == []
    assert visitor.page.evaluate("window.hit") is None


def test_a_name_is_no_markup(visitor):
    visitor.arrive("<img src=x onerror=window.hit=1>")
    visitor.say("hi")
    visitor.sees("hi", "You said: hi")
    assert visitor.page.evaluate("window.hit") is None
    expect(visitor.page.locator("img")).to_have_count(0)


@pytest.mark.parametrize("text,selector,shown", [
    ("this is **bold**", "strong", "bold"),
    ("this is *italic*", "em", "italic"),
    ("this is `code`", "code", "code"),
    ("```\nfirst\n  second\n```", "pre code", "first\n  second"),
    ("- one\n- two", "ul li:nth-child(2)", "two"),
    ("3. three\n4. four", "ol[start='3'] li:first-child", "three"),
    ("> quoted", "blockquote", "quoted"),
    ("see https://example.org/a", "a", "https://example.org/a"),
])
def test_light_markdown_is_rendered(visitor, text, selector, shown):
    bubble = say(visitor, text)
    assert bubble.locator(selector).inner_text().strip() == shown


@pytest.mark.parametrize("text", ["# no heading", "a | b\n--|--\n1 | 2", "---", "<b>no html</b>", "5 < 6 && 7 > 3", "&lt;b&gt; \\o/"])
def test_the_rest_stays_as_it_was_written(visitor, text):
    bubble = say(visitor, text)
    shown = bubble.inner_text().strip().replace("\n\n", "\n")
    assert shown == (text if "&lt;" not in text else "<b> \\o/")
    expect(bubble.locator("h1, table, hr, b")).to_have_count(0)


def test_a_link_opens_elsewhere_and_tells_nothing(visitor):
    link = say(visitor, "[here](https://example.org/)").locator("a")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_a_picture_is_not_fetched(visitor):
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    bubble = say(visitor, "![a cat](http://127.0.0.1:9/cat.png)")
    expect(bubble.locator("a")).to_have_text("a cat")
    assert not any("cat.png" in url for url in asked)


@pytest.mark.parametrize("text", [
    ">" * 8000, "> " * 4000, "[" * 8000, "*" * 8000, "`" * 8000, "- " * 4000, "_a " * 2600, "![" * 4000, "<" * 8000, "\\[" * 4000,
    "a**b" * 2000, "[a](" * 2000, "[a](<" * 1600, "**a " * 2000, "http://" * 1100, "1. " * 2600, "|" * 8000, "\u202e" + "a" * 4000,
], ids=lambda text: text[:4].encode("unicode_escape").decode())
def test_a_text_made_to_break_the_reader_is_shown(visitor, text):
    say(visitor, text)
    visitor.say("next")
    expect(visitor.messages("next")).to_have_count(1)
