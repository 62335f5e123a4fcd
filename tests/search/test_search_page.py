"""The search page in a real browser: the same keys as the index, what is found, and how it is used."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pelican
import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import ROOT, Site, new_site, serving
from nashra.search import index as index_room
from nashra.search.words import bare, keys, rules, words

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "vectors.json").read_text("utf-8"))
TEXTS = [line.split(" | ") for line in (HERE / "texts.txt").read_text("utf-8").splitlines()]
QUERIES = tomllib.loads((HERE / "queries.toml").read_text("utf-8"))
SCRIPTS = [ROOT / "theme" / "static" / name for name in ("search-start.js", "search.js")]
HEADER = "Date: 2020-05-01\nCategory: cyber\nSplit: no\n\n"
CATEGORIES = ("cyber", "diplomacy", "sport")


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A site of the texts, a day each, and its address."""
    site = new_site(tmp_path_factory.mktemp("search") / "site", seed=False)
    for number, (headline, body) in enumerate(TEXTS):
        day = f"2021-{number // 28 + 1:02}-{number % 28 + 1:02}"
        category = CATEGORIES[number % len(CATEGORIES)]
        site.seed(f"{number:03}.txt", f"Date: {day}\nCategory: {category}\nSplit: no\n\n{headline}\n{body}\n")
    site.seed("hostile.txt", f"{HEADER}زنبقة <img src=x onerror=alert(1)>\nزنبقة في <script>alert(1)</script> حديقة.\n")
    for number in range(12):
        site.seed(f"more-{number:02}.txt", f"{HEADER}زهور الحديقة رقم {number}\nتفتح نرجس في الصباح {number}.\n")
    result = site.build()
    assert result.returncode == 0, result.stdout + result.stderr
    with serving(site.output) as address:
        yield site, address


@pytest.fixture
def page(searched: tuple[Site, str], browser: Browser) -> Iterator[Page]:
    context = browser.new_context(base_url=searched[1], viewport={"width": 360, "height": 900})
    # What a strict server would send; the page must bear it.
    context.route("**/search.html*", _strict)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def _strict(route: Any) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, headers=answer.headers | {"content-security-policy": "default-src 'self'"})


def counted(page: Page) -> str:
    status = page.locator(".results-count")
    expect(status).to_have_text(re.compile("النتائج|لا نتائج|شائعة|تعذّر"))
    return status.inner_text()


def titles(page: Page) -> list[str]:
    return page.locator(".results-list .headline").all_inner_texts()


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", VECTORS, ids=[case["text"] for case in VECTORS])
def test_words_and_keys(case: dict[str, Any]) -> None:
    assert list(dict.fromkeys(words(case["text"]))) == list(case["words"])
    assert {word: list(keys(word)) for word in words(case["text"])} == case["words"]


def test_the_browser_finds_the_same_words_and_keys(page: Page) -> None:
    page.goto("/search.html")
    found = page.evaluate(
        """async ([rules, texts]) => {
            const {Words} = await import("/theme/search.js");
            const language = new Words(rules);
            return texts.map(text => language.words(text).map(word => [word, language.keys(word)]));
        }""",
        [rules(), [case["text"] for case in VECTORS]],
    )
    assert [dict(map(tuple, each)) for each in found] == [case["words"] for case in VECTORS]


def test_the_browser_agrees_on_every_word_of_the_texts(page: Page) -> None:
    texts = [" ".join(text) for text in TEXTS]
    page.goto("/search.html")
    found = page.evaluate(
        """async ([rules, texts]) => {
            const {Words, hash} = await import("/theme/search.js");
            const language = new Words(rules);
            return texts.map(text => language.words(text).map(word =>
                [word, language.bare(word), language.keys(word)]));
        }""",
        [rules(), texts],
    )
    for text, each in zip(texts, found, strict=True):
        assert each == [[word, bare(word), list(keys(word))] for word in words(text)]


# --- what is found ---------------------------------------------------------------------------------------------------


def holding(forms: list[str]) -> set[int]:
    """Return the numbers of the texts that hold one of the forms."""
    held = [set(re.findall(r"[\w\-ـّ,ًَُِْ]+", " ".join(text))) for text in TEXTS]
    held = [{word.strip(",-") for word in each} for each in held]
    assert all(any(form in each for each in held) for form in forms), forms
    return {number for number, each in enumerate(held) if each & set(forms)}


def labelled() -> dict[str, set[int]]:
    wanted = {query: holding(forms) for query, forms in QUERIES["words"].items()}
    for query, all_forms in QUERIES["searches"].items():
        wanted[query] = set.intersection(*map(holding, all_forms))
    return wanted


_FIND = """async queries => {
    const {Index} = await import("/theme/search.js");
    const index = new Index("/search/");
    const found = {};
    for (const query of queries) {
        const {places} = await index.find(query);
        found[query] = await Promise.all(places.map(async place => (await index.story(place)).title));
    }
    return found;
}"""


def test_recall_and_precision(page: Page) -> None:
    wanted = labelled()
    assert len(wanted) >= 40 and len(TEXTS) >= 60 and all(wanted.values())
    page.goto("/search.html")
    found = page.evaluate(_FIND, list(wanted))
    number = {headline: at for at, (headline, _) in enumerate(TEXTS)}
    right = said = asked = 0
    slips = []
    for query, numbers in wanted.items():
        got = {number[title] for title in found[query]}
        right, said, asked = right + len(got & numbers), said + len(got), asked + len(numbers)
        if got != numbers:
            missing, wrong = ([TEXTS[at][0] for at in sorted(ats)] for ats in (numbers - got, got - numbers))
            slips.append(f"{query}: missing {missing}, wrong {wrong}")
    recall, precision = right / asked, right / said
    print(f"\nrecall {recall:.3f}, precision {precision:.3f}", *slips, sep="\n")
    assert recall >= 0.95 and precision >= 0.85, "\n".join(slips)


def _in_eras(folder: Path) -> None:
    index_room._UNDIVIDED, index_room._LEAST = 20, 10  # type: ignore[assignment]
    os.chdir(folder)
    os.environ |= {"SEEDS": "seeds", "OUTPUT": "divided", "STATE": ".divided"}
    pelican.main(["-s", "pelicanconf.py"])


def test_an_archive_of_several_eras_is_searched_as_one(searched: tuple[Site, str], browser: Browser) -> None:
    site, address = searched
    made = multiprocessing.get_context("fork").Process(target=_in_eras, args=(site.folder,))
    made.start()
    made.join()
    divided = site.folder / "divided"
    eras = json.loads((divided / "search" / "rules.json").read_text("utf-8"))["eras"]
    assert made.exitcode == 0 and len(eras) > 2
    queries = list(labelled())
    with serving(divided) as other:
        context = browser.new_context()
        page = context.new_page()
        found = []
        for base in (address, other):
            page.goto(f"{base}/search.html")
            found.append(page.evaluate(_FIND, queries))
            page.goto(f"{base}/search.html?q=السيبراني&category=cyber&from=2021-01-02")
            found[-1]["in cyber"] = [counted(page), *titles(page)]
        context.close()
    assert found[0] == found[1] and len(found[0]["in cyber"]) > 1


# --- how it is used --------------------------------------------------------------------------------------------------


def test_results_are_links_with_the_words_marked(page: Page) -> None:
    page.goto("/search.html?q=السيبراني")
    assert counted(page) == "النتائج: 4 أخبار"
    assert page.locator("#q").input_value() == "السيبراني"
    first = page.locator(".results-list li").first
    assert first.locator("mark").all_inner_texts() == ["السيبراني"]
    assert set(page.locator("mark").all_inner_texts()) == {"السيبراني", "سيبرانية", "السيبرانية", "سيبرانيّة"}
    links = page.locator(".results-list a").evaluate_all("links => links.map(link => link.href)")
    assert len(links) == 4 and all(page.request.get(link).ok for link in links)


def test_what_was_typed_stands_first_then_the_newest(page: Page) -> None:
    page.goto("/search.html?q=بوتين")
    counted(page)
    assert titles(page) == ["بوتين يلتقي نظيره الصيني", "اتصال هاتفي", "قمة في جنيف", "رسالة من بايدن"]
    page.goto("/search.html?q=سيبرانية")
    counted(page)
    assert titles(page)[:2] == ["الجيش ينشئ قيادة سيبرانيّة", "هجمات سيبرانية على المصارف"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("زنبقة", "النتائج: خبر واحد"),
        ("نرجس", "النتائج: 12 خبراً"),
        ("كوفيد", "النتائج: خبران"),
        ("غيرموجود", "لا نتائج."),
        ("من الذي في", "هذه كلمات شائعة"),
        ("نرجس زنبقة", "لا خبر يجمع كلماتك كلها؛ هذه أخبار فيها بعضها. النتائج: 13 خبراً"),
    ],
)
def test_the_count_is_said_in_good_arabic(page: Page, query: str, said: str) -> None:
    page.goto(f"/search.html?q={query}")
    assert counted(page).startswith(said)


def test_filters(page: Page) -> None:
    page.goto("/search.html?q=30")
    assert counted(page) == "النتائج: 3 أخبار"
    page.locator("#category").select_option("diplomacy")
    page.wait_for_url("**category=diplomacy**")
    expect(page.locator(".results-count")).to_have_text("النتائج: خبر واحد")
    assert titles(page) == ["انفجار في مصنع"]
    page.goto("/search.html?q=30&from=2021-01-13&to=2021-01-14")
    assert counted(page) == "النتائج: خبران"
    assert set(titles(page)) == {"مهلة حتى آخر الشهر", "انفجار في مصنع"}


TYPED = [
    ("", "", ""),
    ("  ", "", ""),
    ("2021", "2021-01-01", "2021-12-31"),
    ("2024-2", "2024-02-01", "2024-02-29"),
    ("2/2023", "2023-02-01", "2023-02-28"),
    ("2021-07-09", "2021-07-09", "2021-07-09"),
    (" 9/7/2021 ", "2021-07-09", "2021-07-09"),
    ("٩ / ٧ / ٢٠٢١", "2021-07-09", "2021-07-09"),
    ("۱۴۰۰.۵.۱", "1400-05-01", "1400-05-01"),
    ("2021 7 9", "2021-07-09", "2021-07-09"),
    *(
        (wrong, None, None)
        for wrong in ("21", "2021-13", "2021-00", "30/2/2021", "7-9-21", "غدا", "2021-07-09-1", "-1")
    ),
]


def test_a_date_is_read_as_people_write_it(page: Page) -> None:
    page.goto("/search.html")
    found = page.evaluate(
        """async texts => {
            const {typed} = await import("/theme/search.js");
            return texts.map(text => [text, typed(text, false), typed(text, true)]);
        }""",
        [text for text, _, _ in TYPED],
    )
    assert [tuple(each) for each in found] == TYPED


def test_dates_are_typed_whole_or_in_part(page: Page) -> None:
    page.goto("/search.html?q=30")
    assert counted(page) == "النتائج: 3 أخبار"
    page.locator("#to").focus()
    page.keyboard.type("14/1/2021")
    assert counted(page) == "النتائج: 3 أخبار"
    page.keyboard.press("Tab")
    expect(page.locator(".results-count")).to_have_text("النتائج: خبران")
    page.locator("#to").fill("14/1")
    page.keyboard.press("Enter")
    expect(page.locator(".results-count")).to_have_text(re.compile("غير مفهوم.*30/7/2021"))
    assert titles(page) == [] and page.locator(".more-results").is_hidden()
    assert page.locator("#to").get_attribute("aria-invalid") == "true"
    assert page.locator("#from").get_attribute("aria-invalid") == "false"
    page.locator("#to").fill("2021")
    page.keyboard.press("Enter")
    expect(page.locator(".results-count")).to_have_text("النتائج: 3 أخبار")
    assert page.locator("#to").get_attribute("aria-invalid") == "false"
    page.locator("#from").fill("2022")
    page.keyboard.press("Enter")
    expect(page.locator(".results-count")).to_have_text(re.compile("لا نتائج"))


def test_no_field_speaks_the_browsers_language(page: Page) -> None:
    """An empty date field of a browser shows «mm/dd/yyyy» where the browser is English."""
    page.goto("/search.html")
    kinds = page.locator("form[role=search] :is(input, select)").evaluate_all("all => all.map(each => each.type)")
    assert kinds == ["search", "select-one", "text", "text"]
    for name in ("from", "to"):
        described = page.locator(f"#{name}").get_attribute("aria-describedby")
        assert "30/7/2021" in page.locator(f"#{described}").inner_text()


def test_typing_searches_and_the_address_keeps_it(page: Page) -> None:
    page.goto("/search.html")
    page.locator("#q").press_sequentially("زنبقة")
    assert counted(page) == "النتائج: خبر واحد"
    page.locator("#q").fill("القمة")
    page.keyboard.press("Enter")
    expect(page.locator(".results-count")).to_have_text("النتائج: خبران")
    page.go_back()
    expect(page.locator(".results-count")).to_have_text("النتائج: خبر واحد")
    assert page.locator("#q").input_value() == "زنبقة"
    page.locator("#q").fill("")
    expect(page.locator(".results-count")).to_have_text("")
    assert titles(page) == []


def test_the_search_is_loaded_when_it_is_wanted(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(re.sub(r"-[0-9a-f]{10}", "", Path(request.url).name)))
    page.goto("/search.html")
    page.wait_for_load_state("networkidle")
    assert "search-start.js" in asked and not {"search.js", "rules.json"} & {*asked}
    with page.expect_request("**/search/rules.json"):
        page.locator("#q").focus()
    assert "search.js" in asked


def test_what_was_typed_before_the_search_came_is_searched(page: Page) -> None:
    def late(route: Any) -> None:
        expect(page.locator("#q")).to_have_value("زنبقة")
        route.continue_()

    page.route(re.compile(r"/theme/search-[0-9a-f]{10}\.js$"), late)
    page.goto("/search.html")
    page.locator("#q").evaluate("field => { field.focus(); field.value = 'زنبقة'; }")
    assert counted(page) == "النتائج: خبر واحد"
    assert "q=" in page.url


def test_the_words_may_stand_behind_a_hash(page: Page) -> None:
    page.goto("/search.html#q=زنبقة&category=cyber")
    assert counted(page) == "النتائج: خبر واحد"
    assert page.locator("#category").input_value() == "cyber"
    page.goto("/search.html")
    page.evaluate("location.hash = 'q=القمة'")
    assert counted(page) == "النتائج: خبران"


def test_more_results_follow_and_the_keyboard_goes_on_from_there(page: Page) -> None:
    page.goto("/search.html?q=نرجس")
    counted(page)
    assert len(titles(page)) == 10
    page.locator(".more-results").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".results-list li")).to_have_count(12)
    assert page.locator(".more-results").is_hidden()
    assert page.evaluate("document.activeElement.closest('li') === document.querySelectorAll('.results-list li')[10]")


def test_more_is_offered_only_where_there_is_more(page: Page) -> None:
    more = page.locator(".more-results")
    page.goto("/search.html?q=زنبقة")
    assert counted(page) == "النتائج: خبر واحد"
    assert more.is_hidden()
    for query, said, offered in [
        ("نرجس", "النتائج: 12 خبراً", True),
        ("زنبقة", "النتائج: خبر واحد", False),
        ("نرجس", "النتائج: 12 خبراً", True),
        ("غيرموجود", re.compile("لا نتائج"), False),
        ("نرجس", "النتائج: 12 خبراً", True),
        ("", "", False),
    ]:
        page.locator("#q").fill(query)
        page.keyboard.press("Enter")
        expect(page.locator(".results-count")).to_have_text(said)
        assert more.is_visible() is offered, query


def test_after_a_failure_no_more_is_offered(searched: tuple[Site, str], browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{searched[1]}/search.html?q=نرجس")
    assert counted(page) == "النتائج: 12 خبراً"
    context.route("**/search/words/**", lambda route: route.abort())
    page.locator("#q").fill("زنبقة")
    page.keyboard.press("Enter")
    expect(page.locator(".results-count")).to_have_text(re.compile("تعذّر"))
    assert titles(page) == [] and page.locator(".more-results").is_hidden()
    context.close()


def test_the_keyboard_reaches_everything_in_order(page: Page) -> None:
    page.goto("/search.html?q=زنبقة")
    counted(page)
    page.locator("#q").focus()
    reached = []
    for _ in range(16):
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.localName"))
        page.keyboard.press("Tab")
    order = [name for name in dict.fromkeys(reached) if name in ("q", "button", "category", "from", "to", "a")]
    assert order == ["q", "button", "category", "from", "to", "a"]
    form = page.locator("form[role=search]")
    assert form.locator("label").count() == form.locator("input, select").count() == 4
    assert page.locator("[role=status].results-count").count() == 1


def test_hostile_copy_and_queries_stay_text(page: Page) -> None:
    page.goto("/search.html?q=زنبقة %3Cimg src=x onerror=alert(1)%3E")
    counted(page)
    assert page.locator("main img, main script:not([src])").count() == 0
    assert "<img src=x onerror=alert(1)>" in page.locator(".results-list li").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_results_fit_the_window(searched: tuple[Site, str], browser: Browser, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{searched[1]}/search.html?q=نرجس")
    counted(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_without_a_script_the_page_is_an_index_of_topics(searched: tuple[Site, str], browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{searched[1]}/search.html")
    assert page.locator("form[role=search]").is_hidden()
    assert page.locator("noscript p").is_visible()
    links = page.locator(".topic-index a").evaluate_all("links => links.map(link => link.href)")
    assert {Path(link).name for link in links} >= {"cyber.html", "tags.html", "archives.html"}
    assert all(page.request.get(link).ok for link in links)
    context.close()


def test_when_the_index_cannot_be_read_the_page_says_so(searched: tuple[Site, str], browser: Browser) -> None:
    context = browser.new_context()
    context.route("**/search/words/**", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{searched[1]}/search.html?q=زنبقة")
    assert counted(page).startswith("تعذّر البحث")
    context.close()


def test_a_reader_with_rules_of_yesterday_gets_those_of_today(searched: tuple[Site, str], browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    stale = [json.dumps({**rules(), "eras": [["2021-06", 2**20, []]]})]
    context.route(
        "**/search/rules.json",
        lambda route: route.fulfill(body=stale.pop(), content_type="application/json") if stale else route.continue_(),
    )
    page.goto(f"{searched[1]}/search.html?q=زنبقة")
    assert counted(page) == "النتائج: خبر واحد"
    assert not stale
    context.close()


def test_the_script_is_small() -> None:
    assert sum(len(gzip.compress(script.read_bytes(), 9)) for script in SCRIPTS) <= 6 * 1024
    assert not any("innerHTML" in script.read_text("utf-8") for script in SCRIPTS)
