"""Every kind of page in Chromium, on a phone and at a desk, by day and by night: what a reader may count on.

The pages are served with a strict policy (conftest.CSP): what it refuses is a failure here.
"""

from __future__ import annotations

import pytest
from look import COLOURS, CONTRAST, HOSTILE, WIDTHS, Visit, kinds, opened, settle, visit, weight
from playwright.sync_api import Browser

from conftest import SEED, Served


@pytest.fixture(scope="module")
def visits(served: Served, browser: Browser) -> list[Visit]:
    made = []
    for width in WIDTHS:
        context = opened(browser, width, "light")
        made += [visit(context, served.url(path), width) for path in kinds(served.output).values()]
        context.close()
    return made


def test_every_kind_of_page_is_visited(served: Served, visits: list[Visit]) -> None:
    found = kinds(served.output)
    assert {"index.html", "category/*.html", "tag/*.html", "author/*.html", "N/index.html", "N/N/index.html"} <= {
        *found
    }
    assert {"N/N/N/index.html", "N/N/N/*.html", "404.html", "tags.html", "feeds.html", "pages/*.html"} <= {*found}
    assert len(visits) == 2 * len(found)
    assert {one.status for one in visits} == {200}


def test_text_stands_out_at_seven_to_one(visits: list[Visit]) -> None:
    seen = [(str(one), text) for one in visits for text in one.contrast]
    assert len(seen) > 1000
    assert [(where, text["text"]) for where, text in seen if not text["sure"]] == []
    weak = {
        (where, text["scheme"], text["tag"], text["text"], round(text["ratio"], 2))
        for where, text in seen
        if text["ratio"] < text["needs"]
    }
    assert weak == set()


def test_the_measure_of_contrast_finds_what_is_weak(served: Served, browser: Browser) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    page.goto(served.url("index.html"))
    page.evaluate("document.querySelector('h1 a').style.color = '#767676'")
    weak = [text for text in page.evaluate(CONTRAST) if text["ratio"] < text["needs"]]
    assert [(text["text"], text["needs"]) for text in weak] == [("نشرة", 4.5)]
    assert weak[0]["ratio"] == pytest.approx(4.43, abs=0.02)
    context.close()


def test_nothing_moves_after_it_was_drawn(served: Served, browser: Browser, visits: list[Visit]) -> None:
    # A machine that is busy with something else may draw a page before it has all of it: such a page is visited again.
    moved = []
    for one in (visited for visited in visits if visited.shift != 0):
        context = opened(browser, one.width, "light")
        moved.append(visit(context, served.url(one.path), one.width))
        context.close()
    assert [(str(one), one.shift) for one in moved if one.shift != 0] == []
    assert len(moved) <= 2


def test_nothing_is_lost_at_any_width(visits: list[Visit]) -> None:
    assert [(str(one), one.lost) for one in visits if one.lost] == []


def test_nothing_is_lost_when_text_is_twice_as_large(visits: list[Visit]) -> None:
    assert [(str(one), one.lost_at_200) for one in visits if one.lost_at_200] == []


def test_nothing_is_asked_of_anyone_else(served: Served, visits: list[Visit]) -> None:
    assert {url for one in visits for url in one.requests if not url.startswith(served.address)} == set()


def test_the_policy_refuses_nothing_of_ours(visits: list[Visit]) -> None:
    assert [(str(one), one.refused, one.complaints) for one in visits if one.refused or one.complaints] == []


def test_the_policy_refuses_what_a_writer_puts_inline(served: Served, browser: Browser) -> None:
    page = next(path for path in served.output.rglob("*.html") if HOSTILE in path.name)
    context = opened(browser, 360, "light")
    seen = visit(context, served.url(str(page.relative_to(served.output))), 360)
    assert any("script-src" in refused for refused in seen.refused)
    assert any("style-src" in refused for refused in seen.refused)
    context.close()


def test_letters_are_set_as_arabic_is_set(visits: list[Visit]) -> None:
    for one in visits:
        assert one.letters, str(one)
        for each in one.letters:
            where = f"{each['name']} on {one}"
            assert each["size"] >= 16, where
            assert not (each["slanted"] or each["spaced"] or each["justified"]), where
            assert not each["heading"] or each["balanced"], where
            assert not each["underlined"] or each["clear"] >= 0.3, where


def test_a_story_is_set_to_be_read(visits: list[Visit]) -> None:
    stories = [(one, each) for one in visits for each in one.letters if each["body"] and each["name"].startswith("p.")]
    assert len(stories) >= 2
    for one, paragraph in stories:
        assert paragraph["size"] >= 18, str(one)
        assert 1.8 <= round(paragraph["height"], 3) <= 1.9, str(one)
        assert paragraph["width"] <= 42, str(one)
        assert one.width < 1280 or paragraph["width"] >= 34, str(one)


# How much wider and higher a text is in one family than in another, None where the machine has not the font.
AGAINST = """async ([family, weight, text]) => {
    const sized = async name => {
        const font = `${weight} 40px "${name}"`;
        const loaded = await document.fonts.load(font, text).catch(() => []);
        if (!loaded.length || loaded.some(face => face.status !== "loaded")) return null;
        const box = document.body.appendChild(document.createElement("span"));
        box.style.cssText = `font: ${font}; line-height: normal; white-space: nowrap; position: absolute`;
        box.textContent = text;
        const {width, height} = box.getBoundingClientRect();
        box.remove();
        return [width, height];
    };
    const [near, ours] = [await sized(family), await sized("Nashra Sans")];
    return near && ours.map((value, at) => near[at] / value);
}"""


@pytest.mark.parametrize("weight", [400, 700])
@pytest.mark.parametrize("family", ["Near Noto Sans", "Near Noto Naskh"])
def test_a_font_of_the_readers_own_takes_as_much_room(
    served: Served, browser: Browser, family: str, weight: int
) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    page.goto(served.url("index.html"))
    text = " ".join(SEED.read_text("utf-8").split()[:60])
    ratios = page.evaluate(AGAINST, [family, weight, text])
    context.close()
    if ratios is None:
        pytest.skip(f"the font behind «{family}» is not installed")
    width, height = ratios
    assert width == pytest.approx(1, abs=0.03)
    assert height == pytest.approx(1, abs=0.03)


def test_the_first_view_weighs_at_most_60_kb(served: Served, visits: list[Visit]) -> None:
    weights = {str(one): weight(served, one.requests) for one in visits}
    assert min(weights.values()) > 40_000, "the fonts are not counted"
    assert {where: size for where, size in weights.items() if size > 60 * 1024} == {}


# --- by keyboard -----------------------------------------------------------------------------------------------------

STOPS = """[...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter(element => element.checkVisibility() && !element.disabled && element.tabIndex >= 0).length"""
# Whether the focus is still in the field it was in: the day, month and year of a date are stops of their own.
INSIDE = """(() => {
    const same = window.before === document.activeElement && window.before.matches("input");
    window.before = document.activeElement;
    return same;
})()"""
# What has the focus, whether it can be seen there, and whether its ring can.
STOP = f"""() => {{ {COLOURS}
const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
const halo = style.boxShadow.match(/(?:rgb|color)a?\\([^)]*\\)/);
return {{
    name: `${{element.localName}}.${{element.className}} ${{element.textContent.trim().slice(0, 30)}}`,
    skip: element.matches(".skip"), body: element === document.body,
    seen: box.width > 1 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    ring: style.outlineStyle === "solid" ? parseFloat(style.outlineWidth) : 0,
    colours: halo ? ratio(rgba(style.outlineColor), rgba(halo[0])) : 0,
    stands: ratio(rgba(style.outlineColor), ground(element.parentElement).colour),
}}; }}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_a_keyboard_reaches_everything_and_is_seen_to(served: Served, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    for path in kinds(served.output).values():
        page.goto(served.url(path))
        for number in range(page.evaluate(STOPS)):
            page.keyboard.press("Tab")
            while page.evaluate(INSIDE):
                page.keyboard.press("Tab")
            stop = page.evaluate(STOP)
            where = f"stop {number}, {stop['name']}, on {path} at {width} px"
            assert stop["skip"] is (number == 0), where
            assert not stop["body"], f"{path}: no more than {number} stops are reached"
            assert stop["seen"], where
            assert stop["ring"] >= 3 and stop["stands"] >= 3 and stop["colours"] >= 3, (where, stop)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches('body, .skip')"), f"{path}: the focus is trapped"
    context.close()


def test_the_skip_link_leads_to_the_content(served: Served, browser: Browser) -> None:
    context = opened(browser, 360, "light")
    page = context.new_page()
    page.goto(served.url("index.html"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    context.close()


# --- other ways of seeing --------------------------------------------------------------------------------------------


def test_the_readers_own_colours_are_kept(served: Served, browser: Browser) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    for path in kinds(served.output).values():
        page.goto(served.url(path))
        page.locator(".skip").focus()
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).outlineStyle") == "solid", path
        borders = "each => getComputedStyle(each).borderStyle !== 'none'"
        assert page.evaluate(f"[...document.querySelectorAll('.button, .follow')].every({borders})"), path
    context.close()


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_who_wants_no_motion_gets_none(served: Served, browser: Browser, motion: str, moves: bool) -> None:
    context = browser.new_context(reduced_motion=motion)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(served.url("index.html"))
    assert (page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "smooth") is moves
    page.evaluate(
        "addEventListener('pageswap', event => sessionStorage.setItem('faded', String(event.viewTransition !== null)))"
    )
    page.locator(".tools a").first.click()
    page.wait_for_load_state()
    assert page.evaluate("sessionStorage.getItem('faded')") == str(moves).lower()
    context.close()


def test_on_paper_there_is_the_story_and_where_its_links_lead(served: Served, browser: Browser) -> None:
    context = opened(browser, 1280, "dark")
    page = context.new_page()
    path = next(path for path in served.output.rglob("*.html") if HOSTILE in path.name)
    page.goto(served.url(str(path.relative_to(served.output))))
    page.emulate_media(media="print")
    settle(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown = page.evaluate(
        "[...document.querySelectorAll('nav, .colophon, .follow')].filter(each => each.checkVisibility()).length"
    )
    assert shown == 0
    link = "document.querySelector('.story-body a[href^=\"https://example.org\"]')"
    assert "https://example.org/" in page.evaluate(f"getComputedStyle({link}, '::after').content")
    context.close()
