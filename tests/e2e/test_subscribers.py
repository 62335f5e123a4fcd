"""Every item of every feed in the programs people read feeds with, each over HTTP from this machine.

What a feed holds is told by its JSON, read by Python's own parser; what the JSON holds, by the ledger.
"""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import datetime
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import atoma
import feedparser
import pytest
from bs4 import BeautifulSoup
from reader import Reader, make_reader

from conftest import ROOT, Served

RSS, ATOM, JSON = ".rss.xml", ".atom.xml", ".json"
NODE = ROOT / "tests" / "node"


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not installed and could not be")


def text(html: str) -> str:
    """Return what a reader shows of HTML: feed readers clean markup, each in its own way."""
    return " ".join(BeautifulSoup(html, "html5lib").get_text(" ").split())


def moment(value: str) -> datetime:
    return datetime.fromisoformat(value)


def live(served: Served, *suffixes: str) -> list[str]:
    """Return the feeds that hold something: an emptied one only tells what went."""
    return [path for path in served.feeds(*suffixes) if served.told(path)]


def test_the_site_has_a_bit_of_everything(served: Served) -> None:
    names = {path.removesuffix(JSON).removeprefix("feeds/") for path in served.feeds(JSON)}
    assert {"all", "combined/security", "category/cyber", "tag/بوتين", "author/سلمى-نجار"} <= names
    assert {"all/2021-03", "category/cyber/2021-03", "combined/security/2021-04"} <= names
    assert len(names) > 40 and len(served.feeds()) == 3 * len(names)
    empty = set(served.feeds(JSON)) - set(live(served, JSON))
    assert empty == {"feeds/category/sport.json", "feeds/tag/نهائي-البطولة.json"}


def test_feeds_hold_every_story_in_every_list_it_is_in(served: Served) -> None:
    gone = {event["id"] for event in served.ledger() if event["event"] == "gone"}
    published = {event["uri"]: event["permalink"] for event in served.ledger() if event["event"] == "publish"}
    stories = {uri: link for uri, link in published.items() if str(uri).rpartition(":")[2] not in gone}
    assert len(stories) == 10
    for role in ("all", "category/cyber", "tag/بوتين", "author/سلمى-نجار"):
        told = [one for path in served.feeds(JSON) if path.startswith(f"feeds/{role}") for one in served.told(path)]
        if role == "all":
            assert {one["id"]: unquote(one["url"]) for one in told} == {
                uri: f"{served.address}/{link}" for uri, link in stories.items()
            }
            continue
        page = BeautifulSoup(served.read(f"{role}.html").decode(), "html5lib")
        shown = {h.get_text(strip=True) for h in page.select("main article h2, main article h3")}
        assert shown and {one["title"].removeprefix("\u200f") for one in told} == shown


# --- libraries -----------------------------------------------------------------------------------------------------


def test_feedparser(served: Served) -> None:
    for path in served.feeds(RSS, ATOM):
        parsed = feedparser.parse(served.url(path))
        told = served.told(path)
        assert parsed.bozo == 0, path
        assert parsed.feed.language == "ar"
        assert [one.id for one in parsed.entries] == [item["id"] for item in told], path
        for one, item in zip(parsed.entries, told, strict=True):
            assert (one.link, one.title) == (item["url"], item["title"])
            assert text(one.content[0].value) == text(item["content_html"])
            assert 'dir="rtl"' in one.content[0].value
            shown = text(one.summary) if one.summary_detail.type == "text/html" else one.summary
            assert shown == item["summary"]
            assert one.published_parsed[:6] == moment(item["date_published"]).utctimetuple()[:6], path
            updated = one.updated_parsed if "updated" in one else one.published_parsed
            assert updated[:6] == moment(item["date_modified"]).utctimetuple()[:6], path
            assert {author.name for author in one.get("authors", [])} >= {a["name"] for a in item.get("authors", [])}
            assert {tag.label or tag.term for tag in one.tags} == set(item["tags"])


@pytest.fixture
def reader() -> Iterator[Reader]:
    with make_reader(":memory:") as made:
        yield made


def test_lemon24_reader(served: Served, reader: Reader) -> None:
    for path in served.feeds():
        reader.add_feed(served.url(path))
    results = list(reader.update_feeds_iter())
    assert [result.value for result in results if isinstance(result.value, Exception)] == []
    for path in served.feeds():
        url = served.url(path)
        feed = reader.get_feed(url)
        assert feed.title and feed.last_exception is None, path
        assert feed.updated or path.endswith(JSON), path
        told = {item["id"]: item for item in served.told(path)}
        got = {entry.id: entry for entry in reader.get_entries(feed=url)}
        assert got.keys() == told.keys(), path
        for uri, entry in got.items():
            assert (entry.title, entry.link) == (told[uri]["title"], told[uri]["url"])
            assert entry.published == moment(told[uri]["date_published"])
            assert (entry.updated or entry.published) == moment(told[uri]["date_modified"])
            content = entry.get_content()
            assert content and text(content.value) == text(told[uri]["content_html"])


def test_atoma(served: Served) -> None:
    for path in served.feeds(RSS):
        rss = atoma.parse_rss_bytes(served.read(path))
        assert rss.language == "ar"
        assert [(one.guid, one.title, one.link, one.content_encoded, one.pub_date) for one in rss.items] == [
            (i["id"], i["title"], i["url"], i["content_html"], moment(i["date_published"])) for i in served.told(path)
        ]
        assert [text(one.description) for one in rss.items] == [item["summary"] for item in served.told(path)]
    for path in served.feeds(ATOM):
        atom = atoma.parse_atom_bytes(served.read(path))
        assert [(one.id_, one.title.value, one.content.value, one.summary.value) for one in atom.entries] == [
            (item["id"], item["title"], item["content_html"], item["summary"]) for item in served.told(path)
        ]
        assert [(one.published, one.updated) for one in atom.entries] == [
            (moment(item["date_published"]), moment(item["date_modified"])) for item in served.told(path)
        ]
        links = [[link.href for link in one.links if link.rel == "alternate"] for one in atom.entries]
        assert links == [[item["url"]] for item in served.told(path)]
    for path in served.feeds(JSON):
        feed = atoma.parse_json_feed_bytes(served.read(path))
        assert [(one.id_, one.title, one.url, one.content_html) for one in feed.items] == [
            (item["id"], item["title"], item["url"], item["content_html"]) for item in served.told(path)
        ]


# --- programs ------------------------------------------------------------------------------------------------------


def newsboat(served: Served, path: str, folder: Path) -> tuple[list[tuple[str, str, str, str]], list[tuple[int]]]:
    """Return the items newsboat has in its cache and its is_rtl flags. One cache a feed: it keeps an id once."""
    folder.mkdir(parents=True)
    (folder / "urls").write_text(served.url(path) + "\n")
    (folder / "config").touch()
    command = ["newsboat", "-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config", "-x", "reload"]
    environ = {"HOME": str(folder), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "TERM": "dumb"}
    subprocess.run(command, check=True, timeout=60, env=environ)
    cache = sqlite3.connect(folder / "cache.db")
    items = cache.execute("SELECT guid, title, url, content FROM rss_item").fetchall()
    directions = cache.execute("SELECT is_rtl FROM rss_feed").fetchall()
    cache.close()
    return items, directions


@needs("newsboat")
def test_newsboat_reads_every_feed_from_right_to_left(served: Served, tmp_path: Path) -> None:
    paths = live(served, RSS, ATOM)
    with ThreadPool(2) as pool:
        taken = pool.starmap(newsboat, [(served, path, tmp_path / str(at)) for at, path in enumerate(paths)])
    for path, (items, directions) in zip(paths, taken, strict=True):
        assert directions == [(1,)], f"newsboat lays {path} out from left to right"
        assert sorted((guid, title, url, text(content)) for guid, title, url, content in items) == sorted(
            (item["id"], item["title"], item["url"], text(item["content_html"])) for item in served.told(path)
        ), path


@needs("newsboat")
def test_newsboat_subscribes_from_the_opml(served: Served, tmp_path: Path) -> None:
    command = ["newsboat", "-u", tmp_path / "urls", "-c", tmp_path / "cache.db", "-i", served.output / "opml.xml"]
    subprocess.run(command, check=True, timeout=60, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"})
    lines = (tmp_path / "urls").read_text("utf-8").splitlines()
    assert sorted(line.split()[0] for line in lines if line) == subscriptions(served)


def subscriptions(served: Served) -> list[str]:
    """Return what the OPML is to offer: every live feed with stories, as RSS, once."""
    archives = [path for path in served.feeds(RSS) if path.rpartition("/")[2].startswith("2021-")]
    return sorted(served.url(path) for path in set(live(served, RSS)) - set(archives))


@needs("sfeed")
def test_sfeed(served: Served) -> None:
    for path in live(served, RSS, ATOM):
        made = subprocess.run(
            ["sfeed", served.address], input=served.read(path), capture_output=True, check=True, timeout=60
        )
        rows = [line.split("\t") for line in made.stdout.decode().splitlines()]
        told = served.told(path)
        assert [(int(row[0]), row[1], row[2], row[5]) for row in rows] == [
            (int(moment(i["date_published"]).timestamp()), i["title"], i["url"], i["id"]) for i in told
        ], path
        assert [text(row[3].replace("\\n", "\n")) for row in rows] == [text(i["content_html"]) for i in told]
        assert {row[4] for row in rows} == {"html"}
        assert [row[7] for row in rows] == [item.get("image", "") for item in told]


@needs("sfeed_opml_import")
def test_sfeed_subscribes_from_the_opml(served: Served) -> None:
    opml = served.read("opml.xml")
    made = subprocess.run(["sfeed_opml_import"], input=opml, capture_output=True, check=True, timeout=60)
    urls = [line.split("'")[3] for line in made.stdout.decode().splitlines() if line.strip().startswith("feed ")]
    assert sorted(urls) == subscriptions(served)


@needs("r2e")
def test_rss2email_sends_one_mail_a_story(served: Served, tmp_path: Path) -> None:
    paths = served.feeds(RSS, ATOM)
    inbox = tmp_path / "mail" / "inbox"
    for name in ("new", "cur", "tmp"):
        (inbox / name).mkdir(parents=True)
    feeds = "".join(f"[feed.f{number}]\nurl = {served.url(path)}\n" for number, path in enumerate(paths))
    (tmp_path / "config").write_text(
        "[DEFAULT]\nfrom = press@nashra.example\nto = reader@nashra.example\nhtml-mail = True\n"
        f"email-protocol = maildir\nmaildir-path = {tmp_path}/mail\nmaildir-mailbox = inbox\n{feeds}"
    )
    command = ["r2e", "-c", tmp_path / "config", "-d", tmp_path / "seen.json", "run"]
    environ = {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=True)
    assert "error" not in ran.stderr.lower() and "warning" not in ran.stderr.lower(), ran.stderr
    sent = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in (inbox / "new").iterdir()
    ]
    mails = [(" ".join(mail["Subject"].split()), mail.get_content()) for mail in sent]  # long subjects are folded
    told = [item for path in paths for item in served.told(path)]
    assert sorted(subject for subject, _ in mails) == sorted(item["title"] for item in told)
    for item in told:
        [content, *_] = [content for subject, content in mails if subject == item["title"]]
        assert item["url"] in content and 'dir="rtl"' in content
        assert text(item["content_html"]) in text(content)
    subprocess.run(command, env=environ, capture_output=True, timeout=300, check=True)
    assert len(list((inbox / "new").iterdir())) == len(mails), "a story was sent twice"


# --- Node ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def node(served: Served) -> dict[str, dict[str, Any]]:
    """What the readers of tests/node make of each feed and of the OPML, by address and reader."""
    if shutil.which("node") is None or not (NODE / "node_modules").is_dir():
        pytest.skip("the readers of tests/node are not installed: make test-all does that where there are node and npm")
    urls = [served.url(path) for path in [*served.feeds(), "opml.xml"]]
    ran = subprocess.run(
        ["node", NODE / "read.mjs"], input="\n".join(urls), capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    read: dict[str, dict[str, Any]] = json.loads(ran.stdout)
    return read


@pytest.mark.slow
@pytest.mark.parametrize("client", ["rss-parser", "feedsmith"])
def test_node_readers(served: Served, node: dict[str, dict[str, Any]], client: str) -> None:
    formats = (RSS, ATOM) if client == "rss-parser" else (RSS, ATOM, JSON)
    for path in served.feeds(*formats):
        read = node[served.url(path)][client]
        assert [(one["id"], one["title"], one["link"]) for one in read["items"]] == [
            (item["id"], item["title"], item["url"]) for item in served.told(path)
        ], path
        assert [one["content"] for one in read["items"]] == [item["content_html"] for item in served.told(path)]
        if client == "feedsmith":
            assert read["language"] == "ar"


@pytest.mark.slow
def test_feedsmith_reads_the_opml(served: Served, node: dict[str, dict[str, Any]]) -> None:
    assert sorted(node[served.url("opml.xml")]["feedsmith"]["items"]) == subscriptions(served)


def test_the_node_lock_is_hashed_and_names_no_registry() -> None:
    lock = json.loads((NODE / "package-lock.json").read_text("utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert len(packages) > 2
    assert all(package["integrity"].startswith("sha512-") and "resolved" not in package for package in packages)
