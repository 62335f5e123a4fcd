"""Small sites of every kind of file, as builds lay them out, and what may be seen of them at any moment."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import brotli

from nashra.publish.releases import Releases, files

ADDRESS = "https://nashra.example"
_TEXT = "نص طويل يتكرر. " * 40
SECRET_TEXT = "هذا ما لا يجوز أن يبقى منه شيء"
_LINK = re.compile(r"""(?:href|src)="([^"]*)"|<(?:link|loc)>([^<]*)<""")


def page(text: str, *links: str, css: str = "main-0123456789.css") -> str:
    """Return a page of the theme that leads there."""
    led = "".join(f'<a href="{link}">x</a>' for link in links)
    return f'<!doctype html><title>{text}</title><link href="/theme/{css}"><p>{_TEXT}{text}{led}'


def feed(*links: str) -> str:
    """Return a feed of these pages."""
    entries = "".join(f"<entry><link>{ADDRESS}/{link}</link></entry>" for link in links)
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'


STORY, OTHER, NEW = "2026/11/24/قصة.html", "2026/11/24/أخرى.html", "2026/11/25/جديدة.html"
NEWER = "2026/11/25/أجد.html"
TAG, TAG_FEED = "tag/new.html", "feeds/tag.new.atom.xml"
BEFORE = {
    "index.html": page("front", STORY, OTHER, "category/cyber.html"),
    STORY: page(f"story {SECRET_TEXT}", f"/{OTHER}", "/cards/1.png"),
    OTHER: page("other", f"/{STORY}", "/category/cyber.html"),
    "2026/11/24/index.html": page("day", f"/{STORY}", f"/{OTHER}"),
    "category/cyber.html": page("cyber", f"/{STORY}", "/category/old.html"),
    "category/old.html": page("old"),
    "feeds/all.atom.xml": feed(STORY, OTHER),
    "feeds/all.json": '{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    "opml.xml": "<opml/>",
    "sitemap.xml": f"<urlset><url><loc>{ADDRESS}/{STORY}</loc></url></urlset>",
    "search/rules.json": '{"a": 1}',
    "search/words/1.json": f'{{"w": "{SECRET_TEXT} {_TEXT}"}}',
    "theme/main-0123456789.css": f"/* {_TEXT} */",
    "cards/1.png": "png",
    ".gone.nginx": "",
    ".gone.caddy": "@gone not path *\n",
    "robots.txt": "User-agent: *",
}
_CSS = "main-abcdefabcd.css"
# A story is withdrawn, one edited, two come, with a tag and its feed; a list goes; the theme is another.
AFTER = {
    "index.html": page("front", STORY, OTHER, NEW, "category/cyber.html", css=_CSS),
    STORY: page("withdrawn", css=_CSS),
    f"{STORY}.gone": "",
    OTHER: page("other, edited", f"/{NEW}", "/category/cyber.html", css=_CSS),
    NEW: page("new", f"/{OTHER}", f"/{NEWER}", "/cards/2.png", f"/{TAG}", css=_CSS),
    NEWER: page("newer", f"/{NEW}", css=_CSS),
    "2026/11/24/index.html": page("day", f"/{STORY}", f"/{OTHER}", css=_CSS),
    "2026/11/25/index.html": page("day", f"/{NEW}", css=_CSS),
    "category/cyber.html": page("cyber", f"/{NEW}", css=_CSS),
    TAG: page("tag", f"/{NEW}", f"/{TAG_FEED}", css=_CSS),
    "feeds/all.atom.xml": feed(OTHER, NEW, NEWER),
    TAG_FEED: feed(NEW),
    "feeds/all.json": '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1"}]}',
    "opml.xml": "<opml/>",
    "sitemap.xml": f"<urlset><url><loc>{ADDRESS}/{NEW}</loc></url></urlset>",
    "search/rules.json": '{"a": 2}',
    "search/words/1.json": '{"w": "short now"}',
    f"theme/{_CSS}": f"/* {_TEXT} anew */",
    "cards/2.png": "png",
    ".gone.nginx": f'"/{STORY}" 1;\n',
    ".gone.caddy": f'@gone path "/{STORY}"\n',
    "robots.txt": "User-agent: *",
}


def build(releases: Releases, site: Mapping[str, str]) -> None:
    """Write a site as builds do: what did not change stays, what changed is another file."""
    releases.next.mkdir(parents=True, exist_ok=True)
    for name, text in site.items():
        path = releases.next / name
        if not (path.is_file() and path.read_text("utf-8") == text):
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(".x.tmp")
            beside.write_text(text, "utf-8")
            beside.replace(path)
    for name in files(releases.next).keys() - site.keys():
        (releases.next / name).unlink()


def seen(place: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what the public may read of what lies in a place."""
    return {name: data for name, data in place.items() if not name.startswith(".nashra/")}


def dead_ends(place: Mapping[str, bytes]) -> Iterator[str]:
    """Yield each link to what is not there: from any page to an asset, and, as far as readers and machines get from the
    front page and the feeds, to anything."""
    pages = [name for name in place if name.endswith(".html")]
    for name in pages:
        for link in _links(name, place[name]):
            if link not in place and not link.endswith(".html") and not link.startswith("feeds/"):
                yield f"{name} leads to {link}"
    waiting = [
        name
        for name in place
        if name == "index.html" or (name.startswith(("feeds/", "sitemap")) and name[-3:] == "xml")
    ]
    reached = set(waiting)
    for name in waiting:
        for link in _links(name, place[name]):
            if link not in place:
                yield f"{name} leads to {link}"
            elif link not in reached:
                reached.add(link)
                waiting.append(link)


def _links(name: str, data: bytes) -> Iterator[str]:
    for found in _LINK.findall(data.decode("utf-8")):
        there = urlsplit(urljoin(f"{ADDRESS}/{name}", found[0] or found[1]))
        if there.netloc == urlsplit(ADDRESS).netloc:
            yield unquote(there.path).lstrip("/")


def local(public: Path) -> Releases:
    """Return the releases of a machine of its own."""
    public.parent.mkdir(parents=True, exist_ok=True)
    return Releases(public)


def holds(place: dict[str, bytes], site: dict[str, str], stays: tuple[str, ...] = ()) -> None:
    """See that what may be read in a place is the site, whole, with its twins, and nothing else."""
    names = {name for name in seen(place) if not name.endswith((".br", ".gz"))}
    assert names == {*site, *stays}
    for name, text in site.items():
        assert place[name] == text.encode(), name
    for name, data in seen(place).items():
        if name.endswith((".br", ".gz")):
            unpacked = brotli.decompress(data) if name.endswith(".br") else gzip.decompress(data)
            assert unpacked == place[name[:-3]], name
