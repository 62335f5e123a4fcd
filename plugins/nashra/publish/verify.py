"""Look over a site before anybody sees it: no link leads nowhere, every feed can be read, nothing is missing."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree, html

from nashra.errors import Problem, tell

# A hub of one's own may be at the site's address: it is no file.
_LINKS = (
    "//*[not(@rel='hub')]/@href | //@src | //@poster | //object/@data | //@xmlUrl | //@htmlUrl"
    " | //*[local-name()='link' or local-name()='loc']/text()"
)
# What editors put beside the pages is theirs: only what a build makes must be readable as what it is.
_MADE = ("feeds/", "sitemap", "opml.xml")
_TO_TELL = 5
_ROOTS = ("rss", "feed", "opml", "urlset", "sitemapindex", "browserconfig")


class Broken(Exception):
    """A file that cannot be read as what its name says it is."""


def problems(site: Path, address: str, names: Collection[str], new: Collection[str], gone: bool) -> list[Problem]:
    """Return what is wrong with a ``site`` that is to be seen at ``address``, as far as it can be seen in its ``new``
    files: in all its pages where some file is ``gone``, for a page that did not change may lead there."""
    wrong = [] if "index.html" in names else [Problem("there is no front page", "see the theme", path="index.html")]
    looked = sorted({name for name in names if name.endswith(".html")} if gone else set())
    looked = sorted({*looked, *(name for name in new if name.endswith((".html", ".xml", ".json")))})
    with ThreadPoolExecutor(max(2, os.cpu_count() or 1)) as pool:
        for found in pool.map(lambda name: list(_looked_over(site, address, names, name)), looked):
            wrong += found
    return wrong


def refuse(wrong: list[Problem], force: bool) -> None:
    """Raise the first of what is wrong and tell of some more, if it is not to be shown by ``force``."""
    if wrong and not force:
        tell(*wrong[1:_TO_TELL])
        refused = Problem(f"{wrong[0].wrong}: not published", f"{wrong[0].remedy}, or publish with FORCE=1")
        raise refused.at(wrong[0].path)


def _looked_over(site: Path, address: str, names: Container[str], name: str) -> Iterator[Problem]:
    try:
        links = _links(name, (site / name).read_bytes())
    except Broken as broken:
        yield Problem(f"it cannot be read ({broken})", "please report it", path=name)
        return
    for link in dict.fromkeys(links):
        target = _target(link, name, address)
        if target is not None and target not in names and f"{target}/index.html" not in names:
            yield Problem(f"it links to {target or link}, which is not there", "mend the link", path=name)


def _links(name: str, data: bytes) -> list[str]:
    """Return the addresses a file leads to. Raises Broken."""
    try:
        if name.endswith(".json"):
            return list(_told(json.loads(data))) if name.startswith("feeds/") else []
        if name.endswith(".html"):
            return _found(html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8"))) if data else []
        if not name.startswith(_MADE):
            return []
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (ValueError, etree.LxmlError) as error:
        raise Broken(str(error).splitlines()[0]) from None
    kind = etree.QName(root).localname
    if kind not in _ROOTS:
        raise Broken(f"<{kind}> is no feed")
    return _found(root)


def _found(root: Any) -> list[str]:
    sets = [one.split() for srcset in root.xpath("//@srcset") for one in srcset.split(",")]
    return [str(link).strip() for link in root.xpath(_LINKS)] + [one[0] for one in sets if one]


def _told(feed: Any) -> Iterator[str]:
    """Yield the addresses in a JSON Feed. Raises Broken."""
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list) or "version" not in feed:
        raise Broken("it is no JSON Feed")
    for told in (feed, *feed["items"]):
        yield from (
            told[key] for key in ("home_page_url", "feed_url", "next_url", "url") if isinstance(told.get(key), str)
        )


def _target(link: str, name: str, address: str) -> str | None:
    """Return the file of the site that ``link`` in the file ``name`` leads to, None where it leads elsewhere."""
    try:
        here, there = urlsplit(f"{address}/"), urlsplit(urljoin(f"{address}/{name}", link))
    except ValueError:
        return None
    # «//host», «http:» for «https:» and a name in capitals lead to the same site.
    if there.scheme not in ("http", "https") or there.netloc.lower() != here.netloc.lower():
        return None
    path = unquote(there.path) or "/"
    if not path.startswith(unquote(here.path)):
        return None if path != unquote(here.path)[:-1] else "index.html"
    path = path[len(unquote(here.path)) :]
    return f"{path}index.html" if not path or path.endswith("/") else path
