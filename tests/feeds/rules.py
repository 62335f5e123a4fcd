"""What specifications, the W3C's feed validator and readers ask of a feed: each function returns the faults it finds.

The names before the colons are the validator's own where it has one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Any

import html5lib
from html5lib.html5parser import ParseError
from lxml import etree

NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "media": "http://search.yahoo.com/mrss/",
}


def _words(text: str) -> set[str]:
    return set(text.split())


_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SCHEMA = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("atom.rng"))))
_RISKS = _words("script style iframe object embed applet form input button link meta base frame frameset svg math")
# Two ways to say one thing: a reader may show both, or either.
_TWICE = [("author", "dc:creator"), ("source", "dc:source"), ("pubDate", "dc:date"), ("category", "dc:subject")]


def is_url(value: str | None) -> bool:
    """Tell whether ``value`` is an absolute web address with nothing but what RFC 3986 lets stand in one."""
    allowed = r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+"
    return bool(value and re.fullmatch(rf"https?://{allowed}", value))


def is_instant(value: str | None) -> bool:
    """Tell whether ``value`` is a date of RFC 3339 with its zone, and not one to come."""
    if not value or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value):
        return False
    return datetime(1990, 1, 1, tzinfo=UTC) < datetime.fromisoformat(value) < datetime.now(UTC) + timedelta(days=1)


def is_rfc822(value: str | None) -> bool:
    """Tell whether ``value`` is «Sat, 10 Jul 2021 08:30:00 +0000»: the right weekday, four digits, a numeric zone."""
    try:
        made = parsedate_to_datetime(value or "")
    except ValueError:
        return False
    return format_datetime(made) == value and is_instant(made.isoformat())


def text_faults(where: str, value: str | None) -> Iterator[str]:
    """Yield what is wrong with a plain text: a title, a name, a label."""
    if not value or not value.strip():
        yield f"NotBlank: {where}"
        return
    if re.search(r"<[a-z!/]|&(#?\w+);", value, re.I):
        yield f"ContainsHTML: {where}: {value}"
    if re.search("[\u202a-\u202e\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]", value):
        yield f"BadCharacters: {where}: {value!r}"


def _strong(value: str) -> str:
    return next((kind for kind in map(unicodedata.bidirectional, value) if kind in ("L", "R", "AL")), "")


def direction_faults(where: str, value: str) -> Iterator[str]:
    """Yield whether a reader that looks at the first strong letter would lay an Arabic text out from left to right."""
    if _strong(value) == "L":
        yield f"direction: {where} begins left to right: {value[:40]}"
    if value.startswith("\u200f") and _strong(value[1:]) != "L":
        yield f"direction: {where} needs no mark: {value[:40]}"


def html_faults(where: str, html: str | None) -> Iterator[str]:
    """Yield what is wrong with an article's HTML."""
    try:
        tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parseFragment(html or "")
    except ParseError as error:
        yield f"NotHtml: {where}: {error}"
        return
    if [(child.tag, child.get("dir"), child.get("lang")) for child in tree] != [("div", "rtl", "ar")] or tree.text:
        yield f"direction: {where} is not in one <div dir=rtl lang=ar>"
    yield from direction_faults(where, "".join(tree.itertext()))
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        if element.tag in _RISKS:
            yield f"SecurityRisk: {where}: <{element.tag}>"
        for name, value in element.attrib.items():
            if name == "style":
                yield f"DangerousStyleAttr: {where}: {value}"
            if name.startswith("on"):
                yield f"SecurityRiskAttr: {where}: {name}"
            if name in ("href", "src", "poster", "cite") and not (is_url(value) or value.startswith("mailto:")):
                yield f"ContainsRelRef: {where}: {value}"
            if name == "srcset" and not all(is_url(one.split()[0]) for one in value.split(",")):
                yield f"ContainsRelRef: {where}: {value}"


def _once(where: str, found: Iterable[str], singles: Sequence[str], needed: Sequence[str]) -> Iterator[str]:
    count = Counter(found)
    yield from (f"DuplicateElement: {name} in {where}" for name in singles if count[name] > 1)
    yield from (f"MissingElement: {name} in {where}" for name in needed if not count[name])


def _names(parent: Any) -> list[str]:
    """Return the children's names, with our prefix for their namespace; "?" for one we do not know."""
    prefixes = {uri: f"{prefix}:" for prefix, uri in NS.items()} | {"": ""}
    return [
        prefixes.get(etree.QName(child).namespace or "", "?") + etree.QName(child).localname
        for child in parent
        if isinstance(child.tag, str)
    ]


def _parsed(data: bytes) -> tuple[Any, list[str]]:
    root = etree.fromstring(data)
    faults = [] if data.startswith(b"<?xml version='1.0' encoding='UTF-8'?>") else ["MissingEncoding: no declaration"]
    faults += [] if root.get(_LANG) == "ar" else ["language: the root has no xml:lang"]
    faults += [f"UnknownNamespace: {uri}" for uri in root.nsmap.values() if uri not in NS.values()]
    used = {etree.QName(e).namespace for e in root.iter() if isinstance(e.tag, str)}
    # feedgen and we always declare these: entries are written before it is known which feed they stand in.
    spare = {"http://www.w3.org/2005/Atom", NS["content"], NS["dc"], NS["media"]}
    faults += [f"namespace {uri} is declared and not used" for uri in {*root.nsmap.values()} - used - spare]
    faults += [f"UnexpectedAttribute: dir on {e.tag}" for e in root.iter() if e.get("dir") is not None]
    return root, faults


# --- RSS -----------------------------------------------------------------------------------------------------------


def rss(data: bytes, url: str) -> list[str]:
    """RSS 2.0 by the RSS Advisory Board's profile, as served at ``url``."""
    root, faults = _parsed(data)
    if (root.tag, root.get("version"), len(root)) != ("rss", "2.0", 1):
        return [*faults, "InvalidRSSVersion: this is no RSS 2.0"]
    [channel] = root
    names = _names(channel)
    singles = ["title", "link", "description", "language", "image", "lastBuildDate", "docs", "generator", "pubDate"]
    faults += _once("channel", names, singles, ["title", "link", "description", "language", "lastBuildDate"])
    faults += [
        f"UndefinedElement: {name} in channel" for name in {*names} - {*singles, "item", "atom:link", "fh:archive"}
    ]
    if "item" in names and names[names.index("item") :] != ["item"] * names.count("item"):
        faults.append("MisplacedItem: something of the channel comes after its items")
    for name in ("title", "description"):
        faults += text_faults(f"channel {name}", channel.findtext(name))
    faults += [] if is_url(channel.findtext("link")) else ["InvalidFullLink: channel link"]
    faults += [] if is_rfc822(channel.findtext("lastBuildDate")) else ["InvalidRFC2822Date: lastBuildDate"]
    faults += [] if channel.findtext("language") == "ar" else ["InvalidLanguage: channel language"]
    for image in channel.findall("image"):
        if image.findtext("title") != channel.findtext("title"):
            faults.append("ImageTitleDoesntMatch: image title")
        if image.findtext("link") != channel.findtext("link"):
            faults.append("ImageLinkDoesntMatch: image link")
        if not is_url(image.findtext("url")) or not re.search(r"\.(png|jpe?g|gif)$", image.findtext("url") or ""):
            faults.append("ImageUrlFormat: image url")
    faults += _links(channel.findall("atom:link", NS), url, "application/rss+xml", channel.find("fh:archive", NS))
    ids = [item.findtext("guid") for item in channel.findall("item")]
    faults += [f"DuplicateValue: guid {one}" for one, count in Counter(ids).items() if count > 1]
    for item in channel.findall("item"):
        faults += _item(item)
    return faults


def _item(item: Any) -> Iterator[str]:
    names = _names(item)
    singles = ["title", "link", "description", "content:encoded", "guid", "pubDate", "enclosure", "source", "author"]
    singles += ["atom:updated", "dc:source", "media:content"]
    yield from _once("item", names, singles, ["title", "link", "description", "content:encoded", "guid", "pubDate"])
    yield from (f"UndefinedElement: {name} in item" for name in {*names} - {*singles, "category", "dc:creator"})
    yield from (f"DuplicateItemSemantics: {pair}" for pair in _TWICE if {*pair} <= {*names})
    if [name for name in names if name in ("description", "content:encoded")] != ["description", "content:encoded"]:
        yield "NeedDescriptionBeforeContent: content:encoded comes first"
    title = item.findtext("title")
    yield from text_faults("item title", title)
    yield from direction_faults("item title", title or "")
    # A description is HTML; ours is plain text, so what is left when its entities are read is the text.
    description = item.findtext("description") or ""
    if not description.strip() or re.search(r"<|&(?!amp;|lt;|gt;)", description):
        yield f"ContainsHTML: description: {description}"
    yield from direction_faults("description", unescape(description))
    yield from html_faults("content:encoded", item.findtext("content:encoded", namespaces=NS))
    if not is_url(item.findtext("link")):
        yield f"InvalidFullLink: {item.findtext('link')}"
    guid = item.find("guid")
    if guid is not None and guid.get("isPermaLink") != "false":
        yield "InvalidPermalink: a tag: guid is no permalink, and says nothing of it"
    if guid is not None and not is_tag(guid.text):
        yield f"InvalidTAG: {guid.text}"
    if not is_rfc822(item.findtext("pubDate")):
        yield f"ProblematicalRFC822Date: {item.findtext('pubDate')}"
    for updated in item.findall("atom:updated", NS):
        if not is_instant(updated.text):
            yield f"InvalidRFC3339Date: {updated.text}"
    for source in item.findall("source"):
        yield from text_faults("source", source.text)
        if not is_url(source.get("url")):
            yield "MissingAttribute: url of source"
    for enclosure in item.findall("enclosure"):
        if not is_url(enclosure.get("url")) or not re.fullmatch(r"[1-9]\d*", enclosure.get("length", "")):
            yield f"InvalidURLAttribute: enclosure {dict(enclosure.attrib)}"
        if not re.fullmatch(r"\w+/[\w.+-]+", enclosure.get("type", "")):
            yield "InvalidMIMEAttribute: type of enclosure"
    kinds = [(category.get("domain"), category.text) for category in item.findall("category")]
    yield from (f"DuplicateCategory: {kind}" for kind, count in Counter(kinds).items() if count > 1)
    for domain, label in kinds:
        yield from text_faults("category", label)
        if not is_url(domain):
            yield f"InvalidFullLink: domain {domain} of category"
    yield from _media(item)


def is_tag(value: str | None) -> bool:
    """Tell whether ``value`` is a tag: URI (RFC 4151) in ASCII."""
    return bool(re.fullmatch(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:([A-Za-z0-9\-._~/]|%[0-9A-F]{2})+", value or ""))


def _media(item: Any) -> Iterator[str]:
    for media in item.findall("media:content", NS):
        if not is_url(media.get("url")) or media.get("medium") != "image":
            yield f"InvalidFullLink: media:content {dict(media.attrib)}"


def _links(links: Sequence[Any], url: str, kind: str, archive: Any) -> Iterator[str]:
    """What a feed says of itself and of its neighbours, in RSS and in Atom."""
    found = [(link.get("rel"), link.get("href"), link.get("type")) for link in links]
    rels = Counter(rel for rel, _, _ in found)
    if [(href, type_) for rel, href, type_ in found if rel == "self"] != [(url, kind)]:
        yield f"SelfDoesntMatchLocation: {found}"
    yield from (f"InvalidFullLink: {href}" for _, href, _ in found if not is_url(href))
    yield from (f"DuplicateAtomLink: {rel}" for rel, count in rels.items() if count > 1)
    if archive is not None and not rels["current"]:
        yield "MissingCurrentInArchive: which feed is this an archive of?"
    if archive is None and rels["current"]:
        yield "current: the live feed is no archive"


# --- Atom ----------------------------------------------------------------------------------------------------------


def atom(data: bytes, url: str) -> list[str]:
    """Atom 1.0 (RFC 4287, and 5005 and 6721 where it uses them), as served at ``url``."""
    root, faults = _parsed(data)
    if not _SCHEMA.validate(root):
        return [*faults, *(f"schema: line {error.line}: {error.message}" for error in _SCHEMA.error_log)]
    faults += [] if is_tag(root.findtext("atom:id", namespaces=NS)) else ["InvalidTAG: feed id"]
    for name in ("title", "subtitle"):
        faults += text_faults(f"feed {name}", root.findtext(f"atom:{name}", namespaces=NS))
    faults += [] if root.findtext("atom:author/atom:name", namespaces=NS) else ["MissingElement: author"]
    entries = root.findall("atom:entry", NS)
    changes = [entry.findtext("atom:updated", namespaces=NS) for entry in entries]
    changes += [one.get("when") for one in root.findall("at:deleted-entry", NS)]
    updated = root.findtext("atom:updated", namespaces=NS)
    if not all(map(is_instant, [updated, *changes])) or updated != max(changes, key=datetime.fromisoformat):
        faults.append(f"updated: {updated} is not the newest of {changes}")
    links = root.findall("atom:link", NS)
    faults += _links(links, url, "application/atom+xml", root.find("fh:archive", NS))
    if [link.get("type") for link in links if link.get("rel") == "alternate"] != ["text/html"]:
        faults.append("MissingAlternateLink: the page that the feed follows")
    ids = [entry.findtext("atom:id", namespaces=NS) for entry in entries]
    gone = [one.get("ref") for one in root.findall("at:deleted-entry", NS)]
    faults += [f"DuplicateIds: {one}" for one, count in Counter(ids + gone).items() if count > 1 or not is_tag(one)]
    for entry in entries:
        faults += _entry(entry)
    return faults


def _entry(entry: Any) -> Iterator[str]:
    if entry.get(_LANG) != "ar":
        yield "language: an entry has no xml:lang"
    title, summary = (entry.find(f"atom:{name}", NS) for name in ("title", "summary"))
    if title.get("type", "text") != "text" or summary is None or summary.get("type", "text") != "text":
        yield "ContainsUndeclaredHTML: title and summary are plain text"
    else:
        yield from text_faults("entry title", title.text)
        yield from direction_faults("entry title", title.text or "")
        yield from direction_faults("summary", summary.text or "")
    content = entry.find("atom:content", NS)
    if content is None or content.get("type") != "html":
        yield "MissingContentOrAlternate: no html content"
    else:
        yield from html_faults("content", content.text)
    published, updated = (entry.findtext(f"atom:{name}", namespaces=NS) for name in ("published", "updated"))
    if not is_instant(published) or datetime.fromisoformat(published) > datetime.fromisoformat(updated):
        yield f"published: {published} is after {updated}"
    kinds = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in entry.findall("atom:link", NS)]
    if [kind for kind in kinds if kind[0] == "alternate"] != [("alternate", "text/html", "ar")]:
        yield f"MissingAlternateLink: {kinds}"
    yield from (
        f"DuplicateEnclosure: {kind}" for kind, count in Counter(kinds).items() if count > 1 and kind[0] != "via"
    )
    yield from (
        f"InvalidFullLink: {link.get('href')}"
        for link in entry.iterfind(".//atom:link", NS)
        if not is_url(link.get("href"))
    )
    terms = [(one.get("scheme"), one.get("term")) for one in entry.findall("atom:category", NS)]
    yield from (f"DuplicateCategory: {one}" for one, count in Counter(terms).items() if count > 1 or not is_url(one[0]))
    for one in entry.findall("atom:category", NS):
        yield from text_faults("category label", one.get("label"))
    for source in entry.findall("atom:source", NS):
        names = _names(source)
        yield from (
            f"MissingSourceElement: {name}" for name in ("id", "title", "updated") if f"atom:{name}" not in names
        )
    yield from _media(entry)


# --- JSON, OPML, the menu ------------------------------------------------------------------------------------------

_FEED_KEYS = _words("version title home_page_url feed_url description next_url icon authors language hubs items")
_ITEM_KEYS = _words(
    "id url title content_html summary image date_published date_modified authors tags language attachments"
)


def jsonfeed(data: bytes, url: str) -> list[str]:
    """JSON Feed 1.1, as served at ``url``."""
    feed = json.loads(data)
    faults = [f"key: {key} in feed" for key in feed if key not in _FEED_KEYS and not _custom(key, feed[key])]
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        faults.append("version: not 1.1")
    if feed.get("feed_url") != url:
        faults.append(f"feed_url: {feed.get('feed_url')} is not where it is")
    faults += [
        f"url: {name}" for name in ("home_page_url", "next_url", "icon") if name in feed and not is_url(feed[name])
    ]
    faults += [] if is_url(feed.get("home_page_url")) else ["home_page_url: missing"]
    faults += [] if feed.get("language") == "ar" else ["language: missing"]
    faults += text_faults("title", feed.get("title"))
    faults += _authors(feed)
    for hub in feed.get("hubs", []):
        faults += [] if hub.keys() == {"type", "url"} and is_url(hub["url"]) else [f"hubs: {hub}"]
    if not isinstance(feed.get("items"), list):
        return [*faults, "items: missing"]
    ids = Counter(item.get("id") for item in feed["items"])
    faults += [f"id: {one} is there {count} times" for one, count in ids.items() if count > 1]
    for item in feed["items"]:
        faults += _json_item(item)
    return faults


def _custom(key: str, value: Any) -> bool:
    return bool(re.fullmatch(r"_[A-Za-z][^.]*", key)) and isinstance(value, dict)


def _authors(owner: dict[str, Any]) -> Iterator[str]:
    if "author" in owner:
        yield "author: deprecated, authors is the name since 1.1"
    for author in owner.get("authors", []):
        if not author or author.keys() - {"name", "url", "avatar"}:
            yield f"authors: {author}"


def _json_item(item: dict[str, Any]) -> Iterator[str]:
    yield from (f"key: {key} in item" for key in item if key not in _ITEM_KEYS and not _custom(key, item[key]))
    yield from (f"empty: {key}" for key, value in item.items() if value in (None, "", [], {}))
    if not isinstance(item.get("id"), str) or not is_tag(item["id"]):
        yield f"id: {item.get('id')}"
    yield from (
        f"url: {name}" for name in ("url", "image") if (name == "url" or name in item) and not is_url(item.get(name))
    )
    yield from (f"date: {name}" for name in ("date_published", "date_modified") if not is_instant(item.get(name)))
    yield from text_faults("title", item.get("title"))
    yield from direction_faults("title", item.get("title", ""))
    yield from direction_faults("summary", item.get("summary", ""))
    yield from html_faults("content_html", item.get("content_html"))
    yield from _authors(item)
    tags = item.get("tags", [])
    if not all(isinstance(tag, str) and tag for tag in tags) or len({*tags}) < len(tags):
        yield f"tags: {tags}"
    for attachment in item.get("attachments", []):
        if not is_url(attachment.get("url")) or "/" not in attachment.get("mime_type", ""):
            yield f"attachments: {attachment}"
        if not isinstance(attachment.get("size_in_bytes"), int):
            yield "attachments: size_in_bytes is no number"


def opml(data: bytes) -> list[str]:
    """OPML 2.0: folders of subscriptions, each feed once and in one format."""
    root = etree.fromstring(data)
    faults = (
        []
        if (root.tag, root.get("version"), [e.tag for e in root]) == ("opml", "2.0", ["head", "body"])
        else ["no OPML"]
    )
    faults += text_faults("title", root.findtext("head/title"))
    leaves = root.findall("body/outline/outline")
    for folder in root.findall("body/outline"):
        faults += (
            [] if folder.attrib.keys() == ["text"] and len(folder) else [f"MissingOutlineType: {dict(folder.attrib)}"]
        )
    for leaf in leaves:
        if leaf.get("type") != "rss" or not leaf.get("title") or leaf.get("text") != leaf.get("title") or len(leaf):
            faults.append(f"MissingTitleAttr: {dict(leaf.attrib)}")
        faults += [f"MissingXmlURL: {leaf.get(name)}" for name in ("xmlUrl", "htmlUrl") if not is_url(leaf.get(name))]
    twice = Counter(re.sub(r"\.(rss\.xml|atom\.xml|json)$", "", str(leaf.get("xmlUrl"))) for leaf in leaves)
    return faults + [f"an import subscribes twice to {name}" for name, count in twice.items() if count > 1]


def menu(data: bytes) -> list[str]:
    """A feed menu, draft-nottingham-feed-menu-01."""
    top = json.loads(data)
    faults = [] if re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", top.get("lang", "")) else ["lang: missing"]
    return faults + list(_menu_item(top | {"items": top.get("items", [])}))


def _menu_item(item: dict[str, Any]) -> Iterator[str]:
    title = item.get("feed-menu", item.get("feed-title", ""))
    if not 0 < len(title) <= 50 or len(item.get("description", "")) > 140:
        yield f"title or description: {item}"
    if "feed-menu" in item:
        yield from () if item.get("items") else (f"items: none in {title}",)
        for inner in item.get("items", []):
            yield from _menu_item(inner)
    elif not is_url(item.get("rss")) or not is_url(item.get("atom")):
        yield f"url: {item}"
