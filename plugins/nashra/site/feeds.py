"""The feeds of one build: which there are, what is in each, and the files that list them."""

from __future__ import annotations

import hashlib
import mimetypes
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from pelican.plugins import signals

from nashra.archive.identity import digest
from nashra.archive.record import Record
from nashra.archive.store import StoryList
from nashra.desk.sources import agency_sites
from nashra.feeds import directory, jsonfeed, xml
from nashra.feeds.entry import Deleted, Entry, Feed, Media, Source, Term
from nashra.feeds.portable import picture, portable
from nashra.site.contents import local

if TYPE_CHECKING:
    from nashra.site.contents import StoryArticle
    from nashra.site.generator import StoriesGenerator
    from nashra.site.writer import NashraWriter

_MEDIATOPICS = "http://cv.iptc.org/newscodes/mediatopic/"
# What writes a feed of each format, and its entries.
_RENDER = ((xml.rss, xml.rss_item), (xml.atom, xml.atom_item), (jsonfeed.jsonfeed, jsonfeed.json_item))
# Some readers refuse a larger feed, and every poll fetches it whole.
_LARGEST = (512 - 16) * 1024  # what stands above the items and the tombstones is smaller than the rest
# Of a feed's items, how many at most are older stories that were edited since.
_CORRECTED = 5


class _Topic(NamedTuple):
    """What a feed is about: its ``path`` below feeds/, ``name``, ``page`` relative to the site, kind of thing, stories,
    and the lists (role, slug) whose tombstones are its own."""

    path: str
    name: str
    page: str
    kind: str
    stories: StoryList
    lists: tuple[tuple[str, str], ...]


def topics(desk: StoriesGenerator) -> Iterator[_Topic]:
    """Yield what there are feeds about: all stories, combinations from settings, categories, tags, authors, running
    stories."""
    archive = desk.archive
    yield _Topic("all", "", "", "all", archive.stories(), (("", ""),))
    names = {category.slug: category.name for category, _ in desk.categories}
    names |= {tag.slug: tag.name for tag in desk.tags}
    for slug, wanted in sorted(desk.nashra.combined_feeds.items()):
        categories = [one for one in wanted if one in desk.topics]
        tags = [one for one in wanted if one not in desk.topics]
        lists = (*(("category", one) for one in categories), *(("tag", one) for one in tags))
        shown = " + ".join(names.get(one) or desk.category(one).name for one in wanted)
        yield _Topic(f"combined/{slug}", shown, "", "combined", archive.union(categories, tags), lists)
    for role, abouts in (
        ("category", desk.categories),
        ("tag", desk.tags.items()),
        ("author", desk.authors),
    ):
        for about, articles in abouts:
            path, lists = f"{role}/{about.slug}", ((role, about.slug),)
            yield _Topic(path, about.name, about.url, about.kind, articles.records, lists)
        # Whoever subscribed to what is empty now is told what was withdrawn, and gets what comes next.
        for slug, name in archive.emptied(role):
            shown = desk.category(slug).name if role == "category" else name
            yield _Topic(f"{role}/{slug}", shown, "", "", archive.stories(role, slug), ((role, slug),))
    for thread in desk.threads.listed:
        lists = (("tag", thread.event),) if thread.event else ()
        yield _Topic(f"thread/{thread.slug}", thread.name, thread.url, "thread", thread.stories, lists)


class FeedRow(dict[str, Any]):
    """A feed as templates list it: name, page_url, count, and the address of each format, which is made when it is
    asked for; of most of a hundred thousand feeds nobody asks."""

    _ENDINGS: Mapping[str, str] = {f"{kind.lower()}_url": suffix for suffix, kind, _ in directory.FORMATS}

    def __init__(self, topic: _Topic) -> None:
        super().__init__(name=topic.name, page_url=topic.page, count=len(topic.stories))
        self.path = topic.path

    def __missing__(self, key: str) -> str:
        self[key] = made = f"feeds/{quote(self.path)}{self._ENDINGS[key]}"
        return made


def feed_groups(desk: StoriesGenerator) -> list[tuple[str, list[FeedRow]]]:
    """Return the feeds that have stories by kind, for the page that lists them; tags by name."""
    by_kind: dict[str, list[FeedRow]] = {"all": [], "combined": [], "category": []}
    for topic in topics(desk):
        if topic.kind and len(topic.stories):
            by_kind.setdefault(topic.kind, []).append(FeedRow(topic))
    for kind in by_kind.keys() - {"all", "combined", "category"}:
        by_kind[kind].sort(key=lambda row: str(row["name"]))
    return [(kind, rows) for kind, rows in by_kind.items() if rows]


class _Made(NamedTuple):
    """A story as it stands in a feed of each format, and what a feed must know of it."""

    month: str
    updated: datetime
    parts: Sequence[bytes]


def _fitting(made: Sequence[_Made]) -> Sequence[_Made]:
    """Return as many of the stories, the first ones, as fit into a feed of any format; one at least."""
    sizes = [0] * len(_RENDER)
    for count, one in enumerate(made):
        sizes = [size + len(part) + 2 for size, part in zip(sizes, one.parts, strict=True)]
        if max(sizes) > _LARGEST and count:
            return made[:count]
    return made


class Feeds:
    """Writes the feeds of one build."""

    def __init__(self, desk: StoriesGenerator, writer: NashraWriter) -> None:
        self._desk = desk
        self._writer = writer
        settings = desk.settings
        self._site = settings["SITEURL"]
        self._name = settings["SITENAME"]
        self._zone = ZoneInfo(settings["TIMEZONE"])
        self._language = settings["DEFAULT_LANG"]
        self._authority = f"tag:{desk.nashra.domain},{desk.nashra.domain_since}"
        asset = desk.context["asset"]
        self._stylesheet, self._icon = (
            f"{self._site}/{asset(name)}" if name in asset.names else "" for name in ("feed.css", "icon.png")
        )
        self._work = writer.work
        self._stamp = self._stamped()

    def _stamped(self) -> str:
        """Return a digest of all that an entry is made of besides its story."""
        settings = self._desk.settings
        made = hashlib.sha256(self._desk.desk_key.encode())
        for name in ("SITEURL", "DEFAULT_LANG", "TIMEZONE", "PLUGINS"):
            made.update(repr(settings[name]).encode())
        for file in (*sorted(files("nashra.feeds").iterdir(), key=lambda file: file.name), Path(__file__)):
            if file.name.endswith(".py"):
                made.update(file.read_bytes())
        return made.hexdigest()

    def prepare(self) -> None:
        """Make all entries that are not there yet."""
        for story_id in self._desk.archive.unrendered(self._stamp):
            record = self._desk.archive.story(story_id)
            if not record.markup:
                self._made(record)

    def write(self) -> None:
        """Write every feed in which something changed in every format, then OPML and the feed menu.

        A new story costs the feeds it is in, and of their archives the document of its month.
        """
        gone = {f"feed/{role}/{slug}" for role, slug in self._work.changes.lists if role and role != "period"}
        gone |= {f"feed/thread/{slug}" for slug in self._work.renamed}
        self._desk.shared("feeds", len(self._to_write), (signals.feed_generated, signals.feed_written))
        gone -= {f"feed/{topic.path}" for topic in self._there}
        for owner in sorted(gone):
            self._writer.drop(owner)
        self._write_directories()

    def _write_directories(self) -> None:
        """Write what lists all feeds, where another came, went or has another name."""
        files = self._desk.archive.files
        listed = [(kind, [(row["name"], row.path) for row in rows]) for kind, rows in self._desk.feed_groups]
        names = ["opml.xml", ".well-known/feed-menu.json"][: 1 + self._desk.nashra.feed_menu]
        told = digest(repr(listed))
        if not listed:
            return
        if files.told("feeds") == told and not self._work.full and not self._work.missing.intersection(names):
            for name in names:
                self._writer.keep(name)
            return
        groups = list(self._groups())
        self._writer.write_bytes(names[0], directory.opml(self._name, groups))
        if self._desk.nashra.feed_menu:
            self._writer.write_bytes(names[1], directory.menu(self._name, self._language, groups))
        files.tell("feeds", told)

    @cached_property
    def _there(self) -> list[_Topic]:
        return list(topics(self._desk))

    @cached_property
    def _to_write(self) -> list[_Topic]:
        return [topic for topic in self._there if self._work.must(f"feed/{topic.path}") or self._changed(topic)]

    def make(self, numbers: Iterable[int]) -> None:
        """Write the feeds with these numbers among those in which something changed."""
        for number in numbers:
            owner = f"feed/{self._to_write[number].path}"
            with self._writer.making(owner):
                self._topic(self._to_write[number], owner)

    def _changed(self, topic: _Topic) -> bool:
        """Tell whether something in a feed changed, or may have: a hand-written article depends on other files too."""
        work = self._work
        thread = topic.path.removeprefix("thread/") if topic.kind == "thread" else ""
        return (
            any(work.touched(key) or key in work.by_hand for key in topic.lists)
            or thread in work.threads | work.changes.roots | work.roots_by_hand
            or topic.kind == "combined"
        )

    def _groups(self) -> Iterator[directory.Group]:
        kinds = self._desk.settings["JINJA_GLOBALS"]["ui"].get("kinds", {})
        for kind, rows in self._desk.context["feed_groups"]:
            shown = kinds.get(kind, {}).get("many", self._name)
            made = [
                directory.Row(
                    row["name"] or self._name,
                    *(f"{self._site}/{row[name]}" for name in ("page_url", "rss_url", "atom_url", "json_url")),
                )
                for row in rows
            ]
            yield directory.Group(shown, made)

    # --- one feed ----------------------------------------------------------------------------------------------

    def _topic(self, topic: _Topic, owner: str) -> None:
        """Write the live feed, and the archive documents of what it does not hold (RFC 5005 §4)."""
        most = self._desk.nashra.feed_items
        deleted = tuple(
            Deleted(uri, datetime.fromisoformat(when)) for uri, when in self._desk.archive.deleted(topic.lists, most)
        )
        made = _fitting([self._made(record) for record in self._live(topic.stories, most)])
        if not made and not deleted:
            return
        months = self._months(topic, made)
        older = self._archive_url(topic, months[0]) if months else ""
        feed = replace(self._feed(topic), deleted=deleted, older=older)
        self._save(topic.path, feed, made)
        there = self._archived(topic, owner)
        for month, before in zip_longest(months, months[1:], fillvalue=""):
            if month not in self._work.months and there.get(month) == before and topic.kind != "combined":
                for suffix, *_ in directory.FORMATS:
                    self._writer.keep(f"feeds/{topic.path}/{month}{suffix}")
                continue
            archive = replace(
                feed,
                url=self._archive_url(topic, month),
                older=self._archive_url(topic, before),
                current=feed.url,
                deleted=(),
                # Nobody subscribes to what never grows, and nobody is told of it.
                hub="",
            )
            self._save(f"{topic.path}/{month}", archive, [self._made(one) for one in topic.stories.of_month(month)])

    def _archived(self, topic: _Topic, owner: str) -> dict[str, str]:
        """Return the months whose archive documents are all there, each with the one that it leads to."""
        files = self._desk.archive.files.of(owner) - self._work.missing
        start, end = f"feeds/{topic.path}/", directory.FORMATS[0][0]
        months = sorted((name[len(start) : -len(end)] for name in files if name.endswith(end)), reverse=True)
        whole = [m for m in months if all(f"{start}{m}{suffix}" in files for suffix, *_ in directory.FORMATS)]
        return {m: before for m, before in zip_longest(months, months[1:], fillvalue="") if m in whole}

    def _live(self, stories: StoryList, most: int) -> list[Record]:
        """Return the newest stories, and the older ones edited since: a subscriber is told of a correction."""
        newest = stories[:most]
        if len(newest) < most or len(stories) == most:
            return newest
        held = {record.id for record in newest}
        edited = stories.corrected(newest[-1].instant, most // _CORRECTED + most)
        older = [record for record in edited if record.id not in held][: most // _CORRECTED]
        return newest[: most - len(older)] + older

    def _months(self, topic: _Topic, live: Sequence[_Made]) -> list[str]:
        """Return the months that have stories the live feed does not hold, newest first. A tag has none: most stories
        have several, and every story stands in the archives of all stories and of its category."""
        if topic.path.startswith(("tag/", "author/", "thread/")) or len(topic.stories) == len(live):
            return []
        here = Counter(one.month for one in live)
        # Those of all stories and of a category are counted already.
        counted = topic.path == "all" or topic.path.startswith("category/")
        months = self._desk.archive.months(topic.lists[0][1]) if counted else topic.stories.months()
        return [month for month, size in months if size > here[month]]

    def _archive_url(self, topic: _Topic, month: str) -> str:
        return f"{self._site}/feeds/{quote(topic.path)}/{month}" if month else ""

    def _save(self, path: str, feed: Feed, made: Sequence[_Made]) -> None:
        feed = replace(feed, changed=max([one.updated for one in made] + [one.when for one in feed.deleted]))
        signals.feed_generated.send(self._desk.context, feed=feed)
        for at, (suffix, *_) in enumerate(directory.FORMATS):
            data = _RENDER[at][0](feed, [one.parts[at] for one in made])
            written = self._writer.write_bytes(f"feeds/{path}{suffix}", data)
            signals.feed_written.send(str(written), context=self._desk.context, feed=feed)

    def _feed(self, topic: _Topic) -> Feed:
        return Feed(
            uri=f"{self._authority}:feed/{quote(topic.path)}",
            title=f"{topic.name} — {self._name}" if topic.name else self._name,
            subtitle=self._desk.settings.get("SITESUBTITLE") or self._name,
            site=self._name,
            url=f"{self._site}/feeds/{quote(topic.path)}",
            page=f"{self._site}/{topic.page}",
            language=self._language,
            entries=(),
            stylesheet=self._stylesheet,
            icon=self._icon,
            hub=self._desk.nashra.websub_hub,
        )

    def _made(self, record: Record) -> _Made:
        """Return a story as it stands in feeds; wire copy is made once and kept until it changes."""
        archive = self._desk.archive
        parts = archive.rendered(record.id, self._stamp)
        if parts is None:
            entry = self._entry(self._desk.listed(record))
            parts = [item(entry, self._language) for _, item in _RENDER]
            # What a hand-written article says depends on other files too: pictures, pages it links to.
            if not record.markup:
                archive.keep_rendered(record.id, self._stamp, parts)
        return _Made(record.instant[:7], local(record.updated or record.published, self._zone), parts)

    def _entry(self, article: StoryArticle) -> Entry:
        record = article.record
        url = f"{self._site}/{article.url}"
        html = article.feed_html(self._site)
        if record.markup:
            html = portable(html, url)
        return Entry(
            uri=record.uri,
            url=url,
            title=article.title,
            summary=record.summary,
            html=html,
            published=article.date,
            updated=getattr(article, "modified", article.date),
            terms=tuple(self._terms(article)),
            authors=tuple(author.name for author in article.authors),
            sources=tuple(Source(name, agency_sites().get(name, "")) for name in article.sources),
            media=self._media(html) if record.markup else None,
        )

    def _terms(self, article: StoryArticle) -> Iterator[Term]:
        category = article.category
        yield Term(category.slug, f"{self._site}/category/", category.name)
        if category.mediatopic:
            yield Term(category.mediatopic, _MEDIATOPICS, category.name)
        for tag in article.tags:
            yield Term(tag.slug, f"{self._site}/tag/", tag.name)

    def _media(self, html: str) -> Media | None:
        """Return the article's first picture, when it is one of the content folder's."""
        found = picture(html)
        if not found or not found[0].startswith(f"{self._site}/"):
            return None
        name = unquote(found[0].removeprefix(f"{self._site}/"))
        sources = (one.source_path for one in self._desk.context["staticfiles"] if one.save_as == name)
        path = Path(self._desk.path, next(sources, ""))
        kind = mimetypes.guess_type(name)[0] or ""
        if not path.is_file() or not kind.startswith("image/"):
            return None
        return Media(found[0], kind, path.stat().st_size, found[1])
