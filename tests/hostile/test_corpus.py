"""The corpus, built by real Pelican and read by a real browser: published as it was written, or refused in one line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from conftest import Site, new_site, serving
from hostile.building import Built
from hostile.corpus import OWN, Case, cases
from hostile.parsed import kinds, see
from nashra.arabic.hygiene import clean
from nashra.errors import on_one_line

# All that a plain site may show, so that the theme's own markup is known.
PLAIN = (
    "Tags: {n}، قمة\nAuthor: سلمى {n}\nSource: رويترز، وكالة\nCorrection: صحح {n}\nDate: 2021-0{m}-01\n\n"
    "CISA: خبر رقم 10-15 عن {n}\nقالت وكالة تاس إن فلاديمير بوتين زار موسكو في 2021-07-09 بحسب Reuters {n}.\n"
)
_NAMESPACES = {"a": "http://www.w3.org/2005/Atom", "content": "http://purl.org/rss/1.0/modules/content/"}


def few() -> list[Case]:
    """Return every twenty-fourth case of each family: what is run each time."""
    return cases()[::24]


@pytest.fixture(scope="module", params=[few, pytest.param(cases, marks=pytest.mark.slow)], ids=["few", "all"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return Built(tmp_path_factory.mktemp("hostile") / "site", request.param())


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site without anything hostile in it, but with all that the theme shows."""
    site = new_site(tmp_path_factory.mktemp("plain") / "site")
    conf = site.folder / "pelicanconf.py"
    conf.write_text(conf.read_text("utf-8") + "NASHRA_FEED_ITEMS = 10\n", "utf-8")
    for n in range(36):
        site.seed(f"{n}.txt", PLAIN.format(n=f"وسم{n} ب", m=n % 9 + 1))
    assert site.build().returncode == 0
    (site.seeds / "1.txt").write_text(PLAIN.format(n="وسم1 ج", m=2), "utf-8")
    (site.seeds / "2.txt").unlink()
    assert site.build().returncode == 0
    return site


# --- what is said ----------------------------------------------------------------------------------------------------


def test_the_corpus_is_large_and_every_case_has_its_own_seed() -> None:
    names = [case.name for case in cases()]
    assert len(names) >= 3_000 and len(set(names)) == len(names)
    assert OWN == ["markdown", "paths", "scripts", "shells", "templates", "unicode"]


def test_each_is_published_or_refused_in_one_line(built: Built) -> None:
    assert "Traceback" not in built.result.stderr + built.result.stdout
    assert built.rest == []
    assert built.result.returncode == 1
    told = built.permalinks.keys() | built.problems.keys() | built.copies.keys()
    assert told - {"canary.txt"} == built.cases.keys()
    for name, case in built.cases.items():
        said = built.problems.get(name, [])
        assert len(said) == (name not in built.permalinks and name not in built.copies), (name, said)
        if case.must:
            assert (case.must == "refused") == bool(said), (name, said, case.data[:200])
        if said:
            assert case.says in said[0][0], (case.says, said[0][0])
            assert on_one_line(said[0][0]) == said[0][0] and len(said[0][0]) < 1_500, said[0][0]
    for name, first in built.copies.items():
        assert built.cases[name].lines == built.cases[first].lines, (name, first)


def test_what_a_header_may_not_say_is_said_with_its_line(built: Built) -> None:
    for name, [said] in built.problems.items():
        if name.startswith(("chosen-", "beside-")):
            # «save_as» is no word, so that no line of a header is seen in it, and the header has no end.
            assert said["line"] == ("1" if name.startswith("beside") or "blank line" in said[0] else "2"), said[0]


def test_good_seeds_are_always_published(built: Built) -> None:
    assert built.permalinks["canary.txt"]
    [page] = built.permalinks["canary.txt"]
    assert "افتتاح معرض الكتاب" in built.read(page)


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_pages_show_what_was_written_to_the_letter(built: Built, window: Page) -> None:
    published = list(built.published())
    pages = see(window, (built.read(page) for _, its in published for page in its))
    for case, links in published:
        shown = [next(pages) for _ in links]
        assert shown[0]["headline"] == case.lines[0], case
        assert [text for page in shown for text in page["paragraphs"]] == case.lines[1:], case
        if case.name.startswith(("header-", "sidecar-")):
            header = case.sidecar or case.text
            wanted = re.search(r"^Correction:(.*)$", clean(header), re.M)
            assert wanted and " ".join(shown[0]["correction"]).strip() == wanted[1].strip(), case
        for page in shown:
            json.loads(page["data"][0])


def test_pages_hold_no_markup_but_the_themes(built: Built, plain: Site, window: Page) -> None:
    known = kinds(window, [path.read_text("utf-8") for path in plain.pages()])
    paths = built.site.pages()
    for path, page in zip(paths, see(window, (path.read_text("utf-8") for path in paths)), strict=True):
        assert set(page["kinds"]) <= known, (path, set(page["kinds"]) - known)


def _told(site: Site) -> Iterator[tuple[str, str, str]]:
    """Yield (feed, title, HTML) of everything that a feed of a site says in HTML or text."""
    for path in sorted(site.output.rglob("*.xml")):
        tree = etree.parse(path).getroot()
        for one in (*tree.iter("item"), *tree.iterfind(".//a:entry", _NAMESPACES)):
            title = one.findtext("title") or one.findtext("a:title", namespaces=_NAMESPACES) or ""
            for found in (one.find(tag, _NAMESPACES) for tag in ("description", "content:encoded", "a:content")):
                if found is not None:
                    yield path.name, title, found.text or ""
            # Plain text says so, by saying nothing (RFC 4287 §4.2.13).
            assert all(summary.get("type") is None for summary in one.iterfind("a:summary", _NAMESPACES))
    for path in sorted((site.output / "feeds").rglob("*.json")):
        for item in json.loads(path.read_text("utf-8"))["items"]:
            yield path.name, item["title"], item["content_html"]


def test_feeds_say_what_was_written_and_hold_nothing_active(built: Built, plain: Site, window: Page) -> None:
    known = kinds(window, sorted({html for _, _, html in _told(plain)}))
    htmls = sorted({html for _, _, html in _told(built.site)})
    for html, seen in zip(htmls, see(window, htmls), strict=True):
        assert set(seen["kinds"]) <= known, (html, set(seen["kinds"]) - known)
    feeds = [json.loads(path.read_text("utf-8")) for path in (built.site.output / "feeds").rglob("*.json")]
    by_page = {_path(item["url"]): item for feed in feeds for item in feed["items"]}
    published = list(built.published())
    shown = see(window, (by_page[page]["content_html"] for _, its in published for page in its))
    for case, its in published:
        assert by_page[its[0]]["title"].lstrip("\u200f") == case.lines[0], case
        told = [text for _ in its for text in next(shown)["plain"]]
        noted = bool(re.search("^Correction:", case.sidecar or case.text, re.M)) * len(its)
        assert [text.lstrip("\u200f") for text in told[noted:]] == [text.lstrip("\u200f") for text in case.lines[1:]], (
            case
        )


def _path(address: str) -> str:
    return unquote(urlsplit(address).path).removeprefix("/")


def test_search_results_are_what_was_written(built: Built) -> None:
    found = {}
    for path in (built.site.output / "search" / "story").rglob("*.json"):
        result = json.loads(path.read_text("utf-8"))
        found[_path(result["url"])] = result
    for case, its in built.published():
        assert found[its[0]]["title"] == case.lines[0]
        assert [text for page in its for text in found[page]["text"]] == case.lines[1:]


def test_nothing_runs_in_a_browser(built: Built, browser: Browser) -> None:
    complaints: list[str] = []
    pages = [its[0] for case, its in built.published() if case.name.startswith(("text-scripts", "header-scripts"))]
    with serving(built.site.output) as address:
        # Without the policy that forbids scripts: the pages themselves must be harmless.
        context = browser.new_context(base_url=address)
        context.route("**/*", lambda route: _bare(route, address, complaints))
        page = context.new_page()
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        for path in pages[::4]:
            page.goto(f"/{path}", wait_until="load")
        for words in ("alert", "script", "onerror", "javascript", "حالة", "iframe"):
            page.goto(f"/search.html?q={words}")
            page.wait_for_function("document.querySelector('.results-count')?.textContent.trim()")
            held = page.evaluate(
                "[...document.querySelectorAll('.results-list *')].filter(one => "
                "['script', 'img', 'iframe', 'svg', 'object', 'embed', 'form', 'style'].includes(one.localName)"
                " || [...one.attributes].some(({name}) => name.startsWith('on'))).length"
            )
            assert held == 0
        context.unroute_all(behavior="wait")
        context.close()
    assert complaints == []


def _bare(route: Any, address: str, complaints: list[str]) -> None:
    if not route.request.url.startswith(address):
        complaints.append(route.request.url)
        route.abort()
        return
    answer = route.fetch()
    route.fulfill(response=answer, headers={k: v for k, v in answer.headers.items() if k != "content-security-policy"})


# --- how it is built -------------------------------------------------------------------------------------------------


def test_built_anew_it_is_the_same(built: Built, tmp_path: Path) -> None:
    before, ledger = built.site.tree(), (built.site.seeds / "ledger.jsonl").read_bytes()
    again = Site(tmp_path / "again")
    shutil.copytree(built.site.folder, again.folder, ignore=shutil.ignore_patterns("output", ".nashra"))
    result = again.build("-e", "NASHRA_WORKERS=1")
    assert "Traceback" not in result.stderr
    assert again.tree() == before
    assert (again.seeds / "ledger.jsonl").read_bytes() == ledger
