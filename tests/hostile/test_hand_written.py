"""What editors write by hand is theirs; what it asks of the file system is not: paths, links, addresses, templates."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import html5lib
import pytest

import press
from conftest import Site

GOOD = "عنوان النشرة\nقال المتحدث إن هذه النشرة تنشر كما هي.\n"
PAGE = "Title: صفحة {name}\n{header}\n\nنص الصفحة {name}.\n"
ARTICLE = "Title: مقال {name}\nDate: 2021-07-20\n{header}\n\nنص المقال {name}.\n"
# Whose line is told.
LOCATED = ("save_as", "slug", "template", "status")
OUTSIDE = "leads outside the site; give it another"


@pytest.fixture
def site(empty: Site) -> Site:
    """A project with a good seed, a good page and a good article, and a secret beside them."""
    empty.seed("good.txt", GOOD)
    write(empty, "pages/good.md", PAGE.format(header="", name="الجيدة"))
    write(empty, "articles/good.md", ARTICLE.format(header="", name="الجيد"))
    (empty.folder / "secret.txt").write_text("سرّ لا ينشر", "utf-8")
    (empty.folder / "secret.md").write_text("Title: سرّ لا ينشر\nDate: 2021-07-20\n\nسرّ لا ينشر\n", "utf-8")
    (empty.folder / "output-evil").mkdir()
    return empty


def write(site: Site, name: str, text: str | bytes) -> Path:
    path = site.folder / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def said(site: Site, status: int = 1) -> list[str]:
    """Build; return what was said, when all that is good was published and nothing lies where it must not."""
    before = {path for path in site.folder.rglob("*") if not path.is_relative_to(site.output)}
    result = site.build()
    assert result.returncode == status, result.stdout + result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    new = {path for path in site.folder.rglob("*") if not path.is_relative_to(site.output)} - before
    assert all(path.is_relative_to(site.folder / ".nashra") or path.name == "ledger.jsonl" for path in new)
    assert list((site.folder / "output-evil").iterdir()) == []
    tree = site.tree()
    told = b"\n".join(tree.values()).decode("utf-8", "replace")
    assert "سرّ لا ينشر" not in told
    for good in ("تنشر كما هي", "نص الصفحة الجيدة", "نص المقال الجيد"):
        assert good in told
    return result.stderr.splitlines()


ASKED = [
    ("save_as: ../x.html", f"its address «../x.html» {OUTSIDE} Save_as: line"),
    ("save_as: ../output-evil/x.html", OUTSIDE),
    ("save_as: a/../../x.html", OUTSIDE),
    ("save_as: /tmp/nashra-evil.html", OUTSIDE),
    ("save_as: ..\\x.html", OUTSIDE),
    ("save_as: .nashra.new/x.html", OUTSIDE),
    ("save_as: .htaccess", OUTSIDE),
    ("save_as: x/", OUTSIDE),
    ("slug: ../../x", f"its address «pages/../../x.html» {OUTSIDE} Slug: line"),
    ("slug: ../../output-evil/x", OUTSIDE),
    ("slug: /", OUTSIDE),
    ("lang: ../../x", OUTSIDE),
    ("save_as: sitemap.xml", "its address «sitemap.xml» is no page's; end it with .html"),
    ("save_as: robots.txt", "is no page's"),
    ("save_as: opml.xml", "is no page's"),
    ("save_as: feeds/all.rss.xml", "is no page's"),
    ("save_as: search/rules.json", "is no page's"),
    ("save_as: feeds/all.html", "the folder feeds/ of the site is not for pages; give it another Save_as: line"),
    ("save_as: search/story.html", "the folder search/ of the site is not for pages"),
    ("save_as: theme/x.html", "the folder theme/ of the site is not for pages"),
    ("template: ../../secret", "the theme has no template «../../secret»; name another, or leave that line out"),
    ("template: /etc/passwd", "the theme has no template"),
    ("template: tag", "the template «tag» is not for such a text"),
    ("status: perhaps", "its status «perhaps» cannot be; write published, draft or hidden"),
    ("date: yesterday", "it cannot be read"),
    ("timezone: ../../etc/passwd", "it cannot be read"),
]


def test_what_a_page_may_not_ask_for(site: Site) -> None:
    for number, (header, _) in enumerate(ASKED):
        write(site, f"pages/bad{number}.md", PAGE.format(header=header, name=f"السيئة {number} -"))
    lines = {line.partition(".md:")[0]: line for line in said(site)}
    assert lines.keys() == {f"content/pages/bad{number}" for number in range(len(ASKED))}
    for number, (header, says) in enumerate(ASKED):
        line, key = lines[f"content/pages/bad{number}"], header.partition(":")[0]
        assert says in line
        assert line.startswith(f"content/pages/bad{number}.md:{'2: ' if key in LOCATED else ''}")
    assert not any("نص الصفحة السيئة".encode() in data for data in site.tree().values())


def test_what_an_article_may_not_ask_for(site: Site) -> None:
    asked = ("save_as: ../x.html", "save_as: ../output-evil/x.html", "slug: ../../x", "template: x")
    bad = [f"{one}\nstatus: {status}" for one in asked for status in ("published", "draft", "hidden")]
    for number, header in enumerate(bad):
        write(site, f"articles/bad{number}.md", ARTICLE.format(header=header, name=f"السيئ {number} -"))
    # Where it is published, its link comes from the ledger, whatever its file says; a path that leads outside is one.
    lines = said(site)
    assert {line.partition(": ")[0] for line in lines} == {f"content/articles/bad{n}.md:3" for n in range(len(bad))}
    assert len(lines) == len(bad)
    assert not any("نص المقال السيئ".encode() in data for data in site.tree().values())


@pytest.mark.parametrize("name", ["index.html", pytest.param("404.html", marks=pytest.mark.slow)])
def test_a_page_may_take_the_place_of_the_front_page(site: Site, name: str) -> None:
    write(site, "pages/wants.md", PAGE.format(header=f"save_as: {name}", name="الطالبة"))
    for _ in range(2):
        assert said(site, 0) == []
        assert "نص الصفحة الطالبة" in (site.output / name).read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["category", "20"])
def test_a_page_takes_no_place_that_readers_know(site: Site, folder: str) -> None:
    assert said(site, 0) == []
    name = next(name for name in site.tree() if name.startswith(folder) and name.endswith(".html"))
    write(site, "pages/wants.md", PAGE.format(header=f"save_as: {name}", name="الطالبة"))
    for _ in range(2):
        assert said(site) == [f"{name}: two pages want this address; give one another Slug: line"]
        assert "نص الصفحة الطالبة" not in (site.output / name).read_text("utf-8")


def test_two_articles_with_one_slug_are_two(site: Site) -> None:
    for name in ("أول", "ثان"):
        write(
            site,
            f"articles/{name}.md",
            ARTICLE.format(header="slug: same", name=name).replace(f"مقال {name}", "مقال واحد"),
        )
    assert said(site, 0) == []
    assert len({str(event["permalink"]) for event in site.ledger()}) == 4


LINKS = [
    "{static}../secret.txt",
    "{static}../../secret.txt",
    "{static}/../secret.txt",
    "{attach}../../secret.txt",
    "{static}../../../../../../../../../../../../etc/passwd",
    "{static}/etc/passwd",
    "{static}/images/link.txt",
    "{static}/images/none.png",
    "{static}/images",
    "{static}%2e%2e/secret.txt",
    "{attach}/images/pipe",
]


def test_links_lead_to_files_of_the_content_folder(site: Site) -> None:
    write(site, "images/a.png", press.PNG)
    (site.folder / "content" / "images" / "link.txt").symlink_to("../../secret.txt")
    os.mkfifo(site.folder / "content" / "images" / "pipe")
    wanted = {}
    for number, link in enumerate(LINKS):
        for name, text in ((f"pages/{number}.md", PAGE), (f"articles/{number}.md", ARTICLE)):
            write(site, name, text.format(header="", name=f"الواصلة {number} -") + f"\n[رابط]({link})\n")
            wanted[f"content/{name}"] = link
    lines = [line for line in said(site) if not line.startswith("content/images/")]
    assert sorted(line.partition(": ")[0] for line in lines) == sorted(wanted)
    assert all("which is no file of the content folder; put the file there, or mend the link" in line for line in lines)
    # The text is published; only the link leads nowhere.
    texts = [data.decode() for name, data in site.tree().items() if name.endswith(".html")]
    for number in range(len(LINKS)):
        for kind in ("الصفحة", "المقال"):
            assert any(f"نص {kind} الواصلة {number} -" in text for text in texts)


def test_links_to_texts_lead_nowhere_else(site: Site) -> None:
    links = ["{filename}/etc/passwd", "{filename}../../secret.md", "{tag}../../x", "{category}../x"]
    text = "\n".join(f"[رابط]({link})" for link in links)
    write(site, "pages/links.md", PAGE.format(header="", name="الواصلة") + text)
    said(site, 0)


def test_what_is_no_regular_file_is_refused_in_one_line(site: Site) -> None:
    content = site.folder / "content"
    (content / "images").mkdir()
    for folder, ending in (("articles", ".md"), ("pages", ".md"), ("images", ".png")):
        os.mkfifo(content / folder / f"pipe{ending}")
        (content / folder / f"link{ending}").symlink_to("../../secret.md")
        (content / folder / f"nowhere{ending}").symlink_to("nowhere")
        (content / folder / "loop").symlink_to(".")
        (content / folder / "up").symlink_to("../..")
        Path(os.fsdecode(os.fsencode(content / folder) + b"/\xff" + ending.encode())).write_text(
            "Title: x\n\nx", "utf-8"
        )
        write(site, f"{folder}/sub/in\nline{ending}", "Title: x\n\nx")
    (content / "articles" / "socket.md").parent.mkdir(exist_ok=True)
    here = Path.cwd()
    os.chdir(content / "articles")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.md")
    os.chdir(here)
    lines = said(site)
    assert len(lines) == len(set(lines)) == 3 * 7 + 1
    for line in lines:
        assert re.fullmatch(r"content/(articles|pages|images)/\S+: it(s name)? .+; .+", line), line


def test_a_text_that_cannot_be_read_costs_nothing_else(site: Site) -> None:
    bad = [b"", b"\xff\xfe", b"\0\0\0", "عنوان".encode("cp1256"), b"Title: \n\nx", b"x" * 9]
    for number, data in enumerate(bad):
        write(site, f"articles/bad{number}.md", data)
        write(site, f"pages/bad{number}.md", data)
    lines = said(site, 1)
    assert len(lines) == len({line.partition(": ")[0] for line in lines}) == 2 * len(bad)
    assert all(re.fullmatch(r"content/(articles|pages)/bad\d\.md(:\d+)?: .+; .+", line) for line in lines)


def test_what_stands_in_the_header_of_an_article_is_text(site: Site) -> None:
    hostile = '"><img src=x onerror=alert(1)>{{ 7*7 }}'
    header = "\n".join(f"{field}: {hostile}" for field in ("Category", "Tags", "Author"))
    write(site, "articles/x.md", ARTICLE.format(header=header, name="آخر"))
    assert said(site, 0) == []
    for path in site.pages():
        page = html5lib.parse(path.read_text("utf-8"), namespaceHTMLElements=False)
        assert not list(page.iter("img")), path
        assert not [name for one in page.iter() for name in one.attrib if name.startswith("on")], path
