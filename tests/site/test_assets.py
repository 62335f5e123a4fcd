"""The theme's files under names that change with their bytes, and what leads to what."""

from __future__ import annotations

import hashlib
import re

import pytest

from conftest import Site
from nashra.errors import Problem
from nashra.publish.order import is_hashed
from nashra.site.assets import Assets


def hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:10]


def test_a_file_lies_there_under_both_names() -> None:
    assets = Assets("theme", {"main.css": b"p {}", "img/logo.svg": b"<svg/>", "LICENSE": b"free"})
    assert assets("main.css") == f"theme/main-{hashed(b'p {}')}.css"
    assert is_hashed(assets("img/logo.svg"))
    assert assets("LICENSE") == "theme/LICENSE"
    assert dict(assets.written()) == {
        "main.css": b"p {}",
        f"main-{hashed(b'p {}')}.css": b"p {}",
        "img/logo.svg": b"<svg/>",
        f"img/logo-{hashed(b'<svg/>')}.svg": b"<svg/>",
        "LICENSE": b"free",
    }


@pytest.mark.parametrize(
    ("name", "link", "to"),
    [
        ("start.js", 'import("./find.js")', "find.js"),
        ("js/start.js", "from './more/find.js';", "js/more/find.js"),
        ("main.css", "url(img/a.png)", "img/a.png"),
        ("css/main.css", 'url("../img/a.png")', "img/a.png"),
    ],
)
def test_what_leads_to_another_file_leads_to_its_changing_name(name: str, link: str, to: str) -> None:
    before, after = (Assets("theme", {name: link.encode(), to: data}) for data in (b"1", b"2"))
    held = dict(before.written())
    digest = hashed(b"1")
    stem, _, ending = to.rpartition(".")
    assert held[name].decode() == link.replace(to.rpartition("/")[2], f"{stem.rpartition('/')[2]}-{digest}.{ending}")
    assert before(name) != after(name), "its name changes with what it leads to"


@pytest.mark.parametrize(
    "text",
    [
        'import("./nosuch.js")',
        'fetch("./a.css", "b.css")',
        "url(//b.example/b.css)",
        'url("../b.css")',
        "const b = { 'b.css': 1 };",
    ],
)
def test_what_leads_elsewhere_stays(text: str) -> None:
    assert dict(Assets("theme", {"a.js": text.encode(), "b.css": b""}).written())["a.js"] == text.encode()


def test_two_that_lead_to_each_other_have_names() -> None:
    assets = Assets("theme", {"a.js": b'import "./b.js"', "b.js": b'import "./a.js"'})
    assert b"./b-" in dict(assets.written())["a.js"]
    assert is_hashed(assets("a.js")) and is_hashed(assets("b.js"))


def test_what_the_theme_lacks_is_a_problem() -> None:
    with pytest.raises(Problem, match="the theme has no such file"):
        Assets("theme", {})("main.css")


def test_a_template_that_asks_for_what_is_not_there_is_said_in_a_line(empty: Site) -> None:
    empty.seed("a.txt", "خبر\nقال المتحدث إن الاجتماع انتهى.\n")
    base = empty.folder / "theme" / "templates" / "base.html"
    base.write_text(base.read_text("utf-8").replace('asset("main.css")', 'asset("nosuch.css")'), "utf-8")
    result = empty.build()
    assert result.returncode == 1
    assert "nosuch.css: a template asks for it, and the theme has no such file; " in result.stderr
    assert "Traceback" not in result.stderr


def test_pages_and_feeds_name_what_changes(built: Site) -> None:
    files = built.tree()
    named = set()
    for name, data in files.items():
        if name.endswith((".html", "feed.xml", ".rss.xml", ".atom.xml")):
            text = re.sub(r'"og:image" content="[^"]*"|"url":\s*"[^"]*icon\.png"', "", data.decode())
            named |= set(re.findall(r"theme/([\w./-]+)", text))
    assert {re.sub(r"-[0-9a-f]{10}", "", name) for name in named} >= {
        *("main.css", "feed.css", "copy.js", "search-start.js", "icon.png"),
        *("favicon.svg", "favicon.ico", "apple-touch-icon.png", "fonts/sans-400.woff2"),
    }
    for name in named:
        assert is_hashed(name), name
        assert hashed(files[f"theme/{name}"]) in name
    assert files["theme/main.css"] == next(data for name, data in files.items() if re.match("theme/main-", name))


def test_a_changed_file_changes_what_names_it_and_nothing_stays_of_the_old(empty: Site) -> None:
    empty.seed("a.txt", "خبر\nقال المتحدث إن الاجتماع انتهى.\n")
    assert empty.build().returncode == 0
    before = empty.tree()
    assert "(0 files changed)" in empty.build().stdout
    with (empty.folder / "theme" / "static" / "search.js").open("a", encoding="utf-8") as script:
        script.write("// new\n")
    assert empty.build().returncode == 0
    after = empty.tree()
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    changed = {re.sub(r"-[0-9a-f]{10}", "", name) for name in changed - {".nashra"}}
    assert changed == {"search.html", "theme/search.js", "theme/search-start.js"}
