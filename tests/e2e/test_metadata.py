"""What machines read in the built pages: linked data, sharing tags, icons; and, by setting, reading offline."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser

from conftest import Served, Site, new_site, serving
from nashra.site.metadata import script_safe, short

DATE = r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z))?)?)?"
# What schema.org has for each type that we write, as far as we write it: the property, and what it may hold.
AGENT = {"Person", "Organization", "NewsMediaOrganization"}
THING = AGENT | {"Place", "Event", "Thing"}
REFERENCE = {"@id"}
SCHEMA: dict[str, dict[str, Any]] = {
    "NewsArticle": {
        "url": "url",
        "mainEntityOfPage": {"WebPage"},
        "isPartOf": REFERENCE,
        "headline": "text",
        "description": "text",
        "image": {"ImageObject"},
        "datePublished": "date",
        "dateModified": "date",
        "inLanguage": "language",
        "isAccessibleForFree": "boolean",
        "articleSection": "text",
        "keywords": "text",
        "author": {"Person"} | REFERENCE,
        "publisher": REFERENCE,
        "about": THING,
        "mentions": THING,
        "citation": {"WebSite"},
        "correction": {"CorrectionComment"},
    },
    "CorrectionComment": {"text": "text", "datePublished": "date"},
    "BreadcrumbList": {"itemListElement": {"ListItem"}},
    "ListItem": {"position": "integer", "name": "text", "item": "url"},
    "ImageObject": {"url": "url", "width": "integer", "height": "integer"},
    "CollectionPage": {
        "url": "url",
        "name": "text",
        "description": "text",
        "inLanguage": "language",
        "isPartOf": REFERENCE,
        "about": THING,
    },
    "WebSite": {
        "url": "url",
        "name": "text",
        "description": "text",
        "inLanguage": "language",
        "publisher": REFERENCE,
    },
    "NewsMediaOrganization": {"name": "text", "url": "url", "logo": {"ImageObject"}},
}
SCHEMA["WebPage"] = SCHEMA["CollectionPage"]
for _kind in THING - {"NewsMediaOrganization"}:
    SCHEMA[_kind] = {"name": "text", "url": "url"}
NEEDED = {
    "NewsArticle": {
        *("headline", "image", "datePublished", "dateModified", "author", "publisher", "mainEntityOfPage"),
        *("inLanguage", "articleSection", "isAccessibleForFree", "description"),
    },
    "ListItem": {"position", "name", "item"},
    "ImageObject": {"url"},
    "CollectionPage": {"url", "name", "inLanguage", "isPartOf"},
    "WebSite": {"url", "name"},
    "CorrectionComment": {"text"},
}
VALUES = {
    "url": lambda value: re.fullmatch(r"https?://[!-~]+", value),
    "text": lambda value: isinstance(value, str) and value == value.strip() and value,
    "date": lambda value: re.fullmatch(DATE, value),
    "language": lambda value: value == "ar",
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int and value > 0,
}


def faults(value: dict[str, Any], where: str = "") -> Iterator[str]:
    """Yield what schema.org, and what Google asks for, refuse in a node of linked data."""
    kind = value.get("@type", "")
    where = f"{where}/{kind}"
    allowed = SCHEMA.get(kind)
    if allowed is None:
        yield f"{where}: no type we know"
        return
    for name in sorted(NEEDED.get(kind, {"name"} if kind in THING else set()) - value.keys()):
        yield f"{where}: no {name}"
    for name, given in value.items():
        if name.startswith("@"):
            continue
        if name not in allowed:
            yield f"{where}: {name}"
            continue
        wanted = allowed[name]
        for one in given if isinstance(given, list) else [given]:
            if isinstance(wanted, str):
                if not VALUES[wanted](one):
                    yield f"{where}/{name}: {one!r}"
            elif set(one) == {"@id"}:
                if "@id" not in wanted:
                    yield f"{where}/{name}: a reference"
            elif one.get("@type") not in wanted:
                yield f"{where}/{name}: a {one.get('@type')}"
            else:
                yield from faults(one, f"{where}/{name}")
        if given in ([], "", {}):
            yield f"{where}/{name}: empty"
    if kind == "NewsArticle" and len(value.get("headline", "")) > 110:
        yield f"{where}: a long headline"
    if kind == "BreadcrumbList":
        places = [item["position"] for item in value["itemListElement"]]
        if places != list(range(1, len(places) + 1)) or len(places) < 2:
            yield f"{where}: {places}"


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


def graph(page: BeautifulSoup) -> dict[str, dict[str, Any]]:
    """Return the page's linked data by type."""
    [script] = page.select("head script[type='application/ld+json']")
    data = json.loads(script.string or "")
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


def told(page: BeautifulSoup) -> dict[str, str]:
    """Return the page's <meta> by property or name."""
    return {str(one.get("property") or one.get("name")): str(one["content"]) for one in page.select("meta[content]")}


def stories(site: Site) -> dict[str, BeautifulSoup]:
    """Return the pages of the stories by headline."""
    pages = [soup(path) for path in site.pages()]
    return {page.h1.get_text(strip=True): page for page in pages if page.select_one("article.story")}


@pytest.mark.parametrize("kind", ["built", "served"])
def test_every_page_says_what_it_is(kind: str, request: pytest.FixtureRequest) -> None:
    site: Site = request.getfixturevalue(kind)
    host = site.address if isinstance(site, Served) else "http://127.0.0.1:8000"
    for path in site.pages():
        name = str(path.relative_to(site.output))
        page = soup(path)
        meta = told(page)
        for key in ("og:title", "og:type", "og:url", "og:site_name", "og:locale", "og:image", "og:description"):
            assert meta[key], f"{name}: {key}"
        assert meta["og:url"].startswith(f"{host}/") and meta["og:image"].startswith(f"{host}/"), name
        assert (site.output / unquote(meta["og:image"].removeprefix(f"{host}/"))).is_file(), name
        assert meta["twitter:card"] == "summary_large_image"
        if name == "404.html" or path.with_name(f"{path.name}.gone").exists():
            assert meta["robots"] == "noindex"
            assert not page.select("script[type='application/ld+json'], link[rel=canonical]")
            continue
        assert meta["robots"] == "max-image-preview:large"
        [canonical] = page.select("link[rel=canonical]")
        assert canonical["href"] == meta["og:url"]
        nodes = graph(page)
        for node in nodes.values():
            assert list(faults(node)) == [], name
        publisher = nodes["NewsMediaOrganization"]
        assert publisher["@id"] == f"{host}/#publisher" and publisher["logo"]["url"] == f"{host}/theme/icon.png"
        if name == "index.html":
            assert nodes.keys() == {"WebSite", "NewsMediaOrganization"}
            assert nodes["WebSite"]["url"] == f"{host}/"
            continue
        expected = "NewsArticle" if page.select_one("article.story") else "CollectionPage"
        listed = page.select_one("main .list, main .timeline, article.story") is not None
        assert (expected in nodes) == listed, name
        # The trail is the one that the page shows, and the page itself.
        trail = [(item["name"], item["item"]) for item in nodes["BreadcrumbList"]["itemListElement"]]
        shown = [a.get_text(strip=True) for a in page.select(".breadcrumb a")]
        if shown:
            assert [text for text, _ in trail[:-1]] == shown, name
        assert trail[-1][1] == meta["og:url"], name
        for _, url in trail:
            target = site.output / unquote(url.removeprefix(f"{host}/").partition("#")[0])
            assert (target / "index.html" if target.is_dir() else target).is_file(), f"{name}: {url}"


def test_a_story_is_told_whole(built: Site) -> None:
    page = stories(built)["الكرملين: ضرورة التعاون الروسي الأمريكي في الأمن السيبراني"]
    article = graph(page)["NewsArticle"]
    meta = told(page)
    assert article["headline"] == meta["og:title"] == page.h1.get_text(strip=True)
    # The precision that is known, as in the page's <time>.
    assert article["datePublished"] == meta["article:published_time"] == page.time["datetime"] == "2021-07"
    assert article["articleSection"] == meta["article:section"] == "الأمن السيبراني"
    assert article["author"] == article["publisher"] == {"@id": "http://127.0.0.1:8000/#publisher"}
    kinds = {one["name"]: one["@type"] for one in article["about"] + article["mentions"]}
    assert (
        kinds
        | {
            "بوتين": "Person",
            "روسيا": "Place",
            "الكرملين": "Organization",
            "تاس": "NewsMediaOrganization",
            "قمة جنيف": "Event",
        }
        == kinds
    )
    assert "الكرملين" in [one["name"] for one in article["about"]]
    assert "بوتين" in [one["name"] for one in article["mentions"]]
    assert set(article["keywords"]) == {a.get_text(strip=True) for a in page.select("a[rel~=tag]")}
    assert article["citation"] == [{"@type": "WebSite", "name": "تاس", "url": "https://tass.com/"}]
    assert (article["image"][0]["width"], article["image"][0]["height"]) == (1200, 630)
    assert article["isAccessibleForFree"] is True
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["og:image:alt"] == article["headline"]


def test_what_only_some_stories_have(served: Served) -> None:
    pages = stories(served)
    course = graph(pages["دورة لتدريب الشباب على أمن المعلومات"])["NewsArticle"]
    assert course["correction"]["text"] == "عدد الطلاب ستون، لا خمسون"
    assert course["correction"]["datePublished"] == course["dateModified"] != course["datePublished"]
    assert told(pages["دورة لتدريب الشباب على أمن المعلومات"])["article:modified_time"] == course["dateModified"]
    # An agency whose site is not known is not cited.
    coast = pages["هجوم إلكتروني يعطل شركة «AT&T» في ميناء الشمال"]
    assert "citation" not in graph(coast)["NewsArticle"]
    assert graph(coast)["NewsArticle"]["headline"] == told(coast)["og:title"] == coast.h1.get_text(strip=True)
    bank = graph(pages["قراصنة يهاجمون مصرفاً ويعطلون خدماته"])["NewsArticle"]
    assert bank["citation"] == [{"@type": "WebSite", "name": "رويترز", "url": "https://www.reuters.com/"}]
    signed = graph(next(page for name, page in pages.items() if name.startswith("CISA")))["NewsArticle"]
    assert [one["name"] for one in signed["author"]] == ["سلمى نجار", "عمر حداد"]
    assert signed["datePublished"] == "2021-06-20T09:30:00+03:00"


def test_a_hand_written_article_is_shared_with_its_own_picture(served: Served) -> None:
    page = stories(served)["رأي في أمن الشبكات & الخصوصية"]
    meta = told(page)
    assert unquote(meta["og:image"]) == f"{served.address}/images/شبكة.png" and meta["og:image"].isascii()
    assert meta["og:image:alt"] == "مخطط للشبكة"
    own, card = graph(page)["NewsArticle"]["image"]
    assert own["url"] == meta["og:image"]
    assert (card["width"], card["height"]) == (1200, 630)


HOSTILE = "</script><script>alert(1)</script> <!-- ]]> & \u2028 \" ' \\"


def test_no_text_leaves_the_script_it_stands_in() -> None:
    made = script_safe({"headline": HOSTILE})
    assert not re.search("[<>&\u2028\u2029]", made)
    assert json.loads(made) == {"headline": HOSTILE}


def test_hostile_copy_is_data(empty: Site) -> None:
    line = HOSTILE.replace("\u2028", "")
    empty.seed("h.txt", f"Tags: {line}\nCorrection: {line}\n\nعنوان {line}\nقال المتحدث: {line}\n")
    assert empty.build().returncode == 0
    [page] = stories(empty).values()
    article = graph(page)["NewsArticle"]
    assert "</script><script>alert(1)</script> <!-- ]]> &" in article["headline"]
    assert "</script>" in article["correction"]["text"]
    for path in empty.pages():
        for script in soup(path).select("script"):
            own = str(script.get("src", "")).startswith("./theme/")
            assert own or script["type"] == "application/ld+json", f"{path}: {script}"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("خبر", "خبر"),
        ("كلمة " * 22, "كلمة " * 22),
        ("كلمة " * 23, "كلمة " * 21 + "كلمة…"),
        ("ا" * 110, "ا" * 110),
        ("ا" * 111, "ا" * 109 + "…"),
        ("كلمة، " * 40, "كلمة، " * 17 + "كلمة…"),
    ],
)
def test_a_long_headline_is_cut_at_a_word(text: str, cut: str) -> None:
    made = short(text.strip())
    assert len(made) <= 110
    assert made == cut.strip()


def test_icons_and_manifest(built: Site) -> None:
    manifest = json.loads((built.output / "site.webmanifest").read_text("utf-8"))
    assert (manifest["name"], manifest["lang"], manifest["dir"]) == ("نشرة", "ar", "rtl")
    assert {icon["purpose"] for icon in manifest["icons"] if "purpose" in icon} == {"any", "maskable"}
    sizes = {icon["sizes"] for icon in manifest["icons"]}
    assert sizes == {"192x192", "512x512"}
    for icon in manifest["icons"]:
        with Image.open(built.output / icon["src"]) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"] and picture.format == "PNG"
    with Image.open(built.output / "favicon.ico") as picture:
        assert picture.info["sizes"] == {(16, 16), (32, 32)}
    with Image.open(built.output / "theme" / "apple-touch-icon.png") as picture:
        assert picture.size == (180, 180) and "A" not in picture.convert().mode
    head = soup(built.output / "index.html").head
    icon, app = (link["href"] for link in head.select("link[rel=manifest], link[rel=apple-touch-icon]"))
    assert re.fullmatch(r"\./theme/apple-touch-icon-[0-9a-f]{10}\.png", str(icon)) and app == "./site.webmanifest"
    assert {meta["content"] for meta in head.select("meta[name=theme-color]")} == {"#fdfcfa", "#14181b"}
    assert not (built.output / "sw.js").exists() and not (built.output / "offline.html").exists()


# --- in a browser ------------------------------------------------------------------------------------------------


def test_a_strict_policy_has_nothing_against_it(built: Site, server: str, browser: Browser) -> None:
    """The server of the tests sends default-src 'self': a data block is no script, the manifest is the site's own."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    article = next((built.output / "2021" / "07").glob("[!i]*.html"))
    for path in ("", "category/cyber.html", f"2021/07/{article.name}"):
        answer = page.goto(f"{server}/{path}")
        assert answer is not None and "default-src 'self'" in answer.headers["content-security-policy"]
        found = page.evaluate(
            "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@graph'].length"
        )
        assert found >= 2
    manifest = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert manifest["errors"] == [] and manifest["url"] == f"{server}/site.webmanifest"
    assert complaints == []
    context.close()


# Has the browser look for another worker, and waits until it has taken over.
TAKEN_IN = """async () => {
    const worker = await navigator.serviceWorker.ready;
    const taken = new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
    await worker.update();
    await taken;
}"""


def test_what_was_read_is_read_offline(tmp_path: Path, browser: Browser) -> None:
    site = new_site(tmp_path / "site")
    with serving(site.output) as address:
        with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
            settings.write(f'NASHRA_OFFLINE = True\nSITEURL = "{address}"\n')
        result = site.build()
        assert result.returncode == 0, result.stdout + result.stderr
        read, unread, *_ = sorted((site.output / "2021" / "07").glob("[!i]*.html"))
        context = browser.new_context()
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/")
        page.evaluate("navigator.serviceWorker.ready.then(() => new Promise(done => setTimeout(done, 300)))")
        page.goto(f"{address}/2021/07/{read.name}")
        headline = page.locator("h1").inner_text()
        page.wait_for_function("caches.open('nashra-read').then(read => read.keys()).then(keys => keys.length > 0)")
        context.set_offline(True)
        page.reload()
        assert page.locator("h1").inner_text() == headline
        # Dressed as ever: the style sheet is kept too.
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") != "static"
        page.goto(f"{address}/2021/07/{unread.name}?from=feed#main")
        assert page.locator("h1").inner_text() == "أنت غير متصل بالإنترنت"
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") != "static"
        page.wait_for_selector("[data-kept] a")
        kept = page.locator("[data-kept] a")
        assert headline in kept.all_inner_texts()
        kept.filter(has_text=headline).click()
        page.wait_for_function("text => document.querySelector('h1').innerText === text", arg=headline)
        context.set_offline(False)
        page.goto(f"{address}/2021/07/{unread.name}")
        assert page.locator("h1").inner_text() not in (headline, "أنت غير متصل بالإنترنت")
        # Who goes on while one page still fades into the next cuts that short.
        assert [one for one in complaints if not one.startswith("Transition was")] == []
        # Another style sheet is another worker: browsers take in what is new.
        before = (site.output / "sw.js").read_bytes()
        with (site.folder / "theme" / "static" / "main.css").open("a", encoding="utf-8") as sheet:
            sheet.write("/* new */\n")
        assert site.build().returncode == 0
        assert (site.output / "sw.js").read_bytes() != before
        # A page that was kept asks for the sheet as it was, and is dressed all the same.
        page.goto(f"{address}/sw.js")
        page.evaluate(TAKEN_IN)
        context.set_offline(True)
        page.goto(f"{address}/2021/07/{read.name}")
        assert page.locator("h1").inner_text() == headline
        assert page.evaluate("getComputedStyle(document.querySelector('.skip')).position") != "static"
        context.close()
    assert '<meta name="robots" content="noindex">' in (site.output / "offline.html").read_text("utf-8")


def test_a_card_is_what_the_page_names(built: Site) -> None:
    for page in stories(built).values():
        name = told(page)["og:image"].removeprefix("http://127.0.0.1:8000/")
        with Image.open(io.BytesIO((built.output / name).read_bytes())) as picture:
            assert picture.size == (1200, 630)
