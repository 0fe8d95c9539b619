"""What is written is shown as light Markdown, and is never more than text."""

from playwright.sync_api import expect


def say(visitor, text: str):
    """Says it, and returns it as the log shows it."""
    mine = visitor.log.locator(".row.user.sent")
    before = mine.count()
    visitor.message.fill(text)
    visitor.page.keyboard.press("Enter")
    expect(mine).to_have_count(before + 1)
    return mine.nth(before).locator(".bubble")


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


def test_attacks_are_inert(visitor):
    visitor.arrive("Ada")
    for attack in ATTACKS:
        bubble = say(visitor, attack)
        for link in bubble.locator("a").all():
            assert (link.get_attribute("href") or "https:").startswith(("http:", "https:", "mailto:", "tel:")), attack
            link.evaluate("a => { a.target = '_self'; a.addEventListener('click', (e) => e.preventDefault()); a.click(); }")
        alive = bubble.evaluate(
            """(b) => [...b.querySelectorAll('*')].filter((e) =>
                !['P', 'BR', 'STRONG', 'EM', 'DEL', 'CODE', 'PRE', 'UL', 'OL', 'LI', 'A', 'BLOCKQUOTE'].includes(e.tagName)
                || [...e.attributes].some((a) => !['href', 'start', 'target', 'rel', 'tabindex'].includes(a.name))
            ).map((e) => e.outerHTML)""")
        assert alive == [], attack
    assert visitor.page.evaluate("window.hit") is None


def test_a_name_is_no_markup(visitor):
    visitor.arrive("<img src=x onerror=window.hit=1>")
    visitor.say("hi")
    visitor.sees("hi", "You said: hi")
    assert visitor.page.evaluate("window.hit") is None
    expect(visitor.page.locator("img")).to_have_count(0)


RENDERED = [
    ("this is **bold**", "strong", "bold"),
    ("this is *italic*", "em", "italic"),
    ("this is `code`", "code", "code"),
    ("```\nfirst\n  second\n```", "pre code", "first\n  second"),
    ("- one\n- two", "ul li:nth-child(2)", "two"),
    ("3. three\n4. four", "ol[start='3'] li:first-child", "three"),
    ("> quoted", "blockquote", "quoted"),
    ("see https://example.org/a", "a", "https://example.org/a"),
]
AS_WRITTEN = ["# no heading", "a | b\n--|--\n1 | 2", "---", "<b>no html</b>", "5 < 6 && 7 > 3", "\\o/"]


def test_light_markdown_is_rendered(visitor):
    visitor.arrive("Ada")
    for text, selector, shown in RENDERED:
        assert say(visitor, text).locator(selector).inner_text().strip() == shown, text


def test_the_rest_stays_as_it_was_written(visitor):
    visitor.arrive("Ada")
    for text in AS_WRITTEN:
        bubble = say(visitor, text)
        assert bubble.inner_text().strip().replace("\n\n", "\n") == text
        expect(bubble.locator("h1, h2, table, hr, b")).to_have_count(0)


def test_a_link_opens_elsewhere_and_tells_nothing(visitor):
    visitor.arrive("Ada")
    link = say(visitor, "[here](https://example.org/)").locator("a")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


def test_a_picture_is_not_fetched(visitor):
    visitor.arrive("Ada")
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    bubble = say(visitor, "![a cat](http://127.0.0.1:9/cat.png)")
    expect(bubble.locator("a")).to_have_text("a cat")
    assert not any("cat.png" in url for url in asked)


HEAVY = [
    ">" * 8000, "> " * 4000, "[" * 8000, "*" * 8000, "`" * 8000, "- " * 4000, "_a " * 2600, "![" * 4000, "<" * 8000, "\\[" * 4000,
    "a**b" * 2000, "**a " * 2000, "[a](" * 2000, "[a](<" * 1600, "http://" * 1100, "1. " * 2600, "|" * 8000, "\u202e" + "a" * 4000,
]


def test_texts_made_to_break_the_reader_are_shown(visitor):
    visitor.arrive("Ada")
    for text in HEAVY:
        say(visitor, text)
    assert say(visitor, "next").inner_text().strip() == "next"
