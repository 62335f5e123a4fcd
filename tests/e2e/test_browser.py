"""The built site in a real browser, at the widths of a phone and a desk, by day and by night."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from conftest import Served, Site


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_template_fits_and_reads_right_to_left(
    built: Site, server: str, browser: Browser, width: int, scheme: str
) -> None:
    article = next((built.output / "2021" / "07").glob("[!i]*.html"))
    tag = next((built.output / "tag").glob("*.html"))
    paths = ["", "category/cyber.html", f"tag/{tag.name}", f"2021/07/{article.name}", "categories.html", "tags.html"]
    paths += ["archives.html", "2021/07/", "feeds.html", "404.html", "pages/about.html"]
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    for path in paths:
        response = page.goto(f"{server}/{path}")
        assert response is not None and response.ok, path
        assert page.evaluate("getComputedStyle(document.body).direction") == "rtl", path
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{path} at {width} px runs over by {overflow} px"
    assert complaints == []
    assert all(url.startswith(server) for url in requests)
    context.close()


# The text of every element that is shown, and how far it is from the right and the left edge of the window.
SHOWN = """() => [...document.querySelectorAll("*")].flatMap(element => {
    const texts = [...element.childNodes].filter(node => node.nodeType === 3 && node.data.trim());
    if (!element.getClientRects().length || !texts.length) return [];
    const range = document.createRange();
    range.selectNodeContents(texts[0]);
    const {left, right} = range.getBoundingClientRect();
    return [[element.localName, texts.map(node => node.data).join("").trim(), innerWidth - right, left]];
})"""
# How much is drawn in the left, the middle and the right third of a picture.
INK = """async data => {
    const picture = new Image();
    picture.src = "data:image/png;base64," + data;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    canvas.drawImage(picture, 0, 0);
    const {data: points, width} = canvas.getImageData(0, 0, picture.width, picture.height);
    const thirds = [0, 0, 0];
    for (let at = 0; at < points.length; at += 4)
        if (points[at] + points[at + 1] + points[at + 2] < 300) thirds[Math.floor((at / 4 % width) * 3 / width)]++;
    return thirds;
}"""


def screenshot(page: Page) -> str:
    """Return a picture of the page, base64. Playwright's own way waits for ever where there is no HTML."""
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", {"format": "png"})
    return str(taken["data"])


@pytest.mark.parametrize("suffix", [".rss.xml", ".atom.xml"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_feed_opened_in_a_browser_is_a_page_from_right_to_left(
    served: Served, browser: Browser, tmp_path: Path, width: int, suffix: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    response = page.goto(served.url(f"feeds/category/cyber{suffix}"))
    assert response is not None and response.ok
    shown = page.evaluate(SHOWN)
    told = served.told("feeds/category/cyber.json")
    assert [text for _, text, _, _ in shown] == [
        "الأمن السيبراني — نشرة",
        *(text for item in told for text in (item["title"], item["summary"])),
    ]
    assert {name for name, *_ in shown} == {"title", "description" if suffix == ".rss.xml" else "summary"}
    margin = min(right for _, _, right, _ in shown)
    assert all(abs(right - margin) < 8 and left > margin - 8 for _, _, right, left in shown), (
        "a line begins at the left"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture = screenshot(page)
    (tmp_path / "feed.png").write_bytes(base64.b64decode(picture))
    page.goto("about:blank")
    left, middle, right = page.evaluate(INK, picture)
    assert right > 500 and right > left and middle > left
    context.close()


def test_a_press_on_a_format_copies_the_feeds_address(served: Served, browser: Browser) -> None:
    context = browser.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.address)
    page = context.new_page()
    page.goto(f"{served.address}/feeds.html")
    assert page.locator(".copy-hint").is_visible()
    link = page.locator("table a", has_text="Atom").first
    address = link.evaluate("link => link.href")
    link.click()
    page.locator("[role=status]", has_text="نُسخ").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert "نُسخ" in page.locator("[role=status]").inner_text()
    context.close()


def test_without_a_script_a_format_is_a_plain_link(served: Served, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.address}/feeds.html")
    assert page.locator(".copy-hint").is_hidden()
    href = page.locator("table a", has_text="JSON").first.get_attribute("href")
    assert href
    assert page.request.get(f"{served.address}/{href.removeprefix('./')}").ok
    context.close()
