"""Stories, tags and categories as Pelican's templates expect them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote
from zoneinfo import ZoneInfo

from markupsafe import Markup
from pelican.contents import Article, Page
from pelican.plugins import signals
from pelican.urlwrappers import Author, Category, Tag
from pelican.utils import SafeDatetime

from nashra.arabic.calendar import dateline, hijri
from nashra.arabic.isolate import isolated
from nashra.arabic.letters import key
from nashra.arabic.plurals import reading_time
from nashra.archive.record import Record, TagRef, first_moment
from nashra.desk.model import KINDS
from nashra.feeds.directory import links
from nashra.site.lists import NEAR

if TYPE_CHECKING:
    from nashra.site.threads import Thread

Factory = Callable[[Record], "StoryArticle"]


def body(record: Record) -> str:
    """Return the story as HTML: wire copy escaped, a paragraph a <p>; the markup of a hand-written article as it is."""
    return record.markup or "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in record.paragraphs)


def isolated_html(value: str) -> Markup:
    """Return text, or the text of HTML that is marked as such, with its Latin runs and number ranges isolated."""
    return Markup(isolated(value.striptags() if isinstance(value, Markup) else str(value)))


def standfirst(summary: str, text: str) -> str:
    """Return the summary where it adds to the ``text`` it stands above, "" where it says again what the text begins
    with: the summary of a wire story is its lead."""
    told = set(key(text[: 4 * len(summary)]).split())
    words = key(summary.strip("… ")).split()
    new = sum(word not in told for word in words)
    return summary if 5 * new > len(words) else ""


class Kept:
    """Parts of pages that are made once in a build: ``kept(key, macro, …)`` in a template calls the macro for a key
    that is new. The part may depend on its key and on what is the same for all pages, on nothing else."""

    # As many parts as are held at once.
    _MOST = 3_000

    def __init__(self) -> None:
        self._parts: dict[tuple[Any, ...], Markup] = {}

    def __call__(self, key: tuple[Any, ...], make: Callable[..., Markup], *about: Any) -> Markup:
        """Return the part that is known by ``key``."""
        part = self._parts.get(key)
        if part is None:
            if len(self._parts) >= self._MOST:
                self._parts.clear()
            part = self._parts[key] = make(*about)
        return part

    def clear(self) -> None:
        """Forget all parts: a new build begins."""
        self._parts.clear()


class _Slugged:
    """A URL wrapper whose slug is given, not made from its name: equal slugs, equal things."""

    name: str
    kind = ""
    role = ""

    def __init__(self, ref: TagRef, settings: dict[str, Any]) -> None:
        super().__init__(ref.name, settings)  # type: ignore[call-arg]
        self.slug = ref.slug
        self.kind = ref.kind

    @cached_property
    def feeds(self) -> tuple[dict[str, str], ...]:
        """Its feeds, as a page's head names them."""
        return links(f"{self.role}/{self.slug}", self.name)

    @cached_property
    def url(self) -> str:
        """The page's address relative to the site, percent-encoded."""
        return quote(self._from_settings("URL"))  # type: ignore[attr-defined]

    @cached_property
    def save_as(self) -> str:
        """Where the page is saved, relative to the output folder."""
        return str(self._from_settings("SAVE_AS"))  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self.slug)

    def __eq__(self, other: object) -> bool:
        return self.slug == other.slug if isinstance(other, _Slugged) else str(self) == other

    def __lt__(self, other: Any) -> bool:
        return (str(self), self.slug) < (str(other), getattr(other, "slug", ""))


class StoryTag(_Slugged, Tag):
    """A tag, with the ``kind`` of thing it names."""

    role = "tag"


class StoryCategory(_Slugged, Category):
    """A category of topics.toml."""

    role = "category"
    mediatopic = ""


class StoryAuthor(_Slugged, Author):
    """Who wrote a story."""

    role = "author"


class StoryArticle(Article):
    """A record as a Pelican article. Everything a page shows of it is worked out when first asked for."""

    def __init__(self, record: Record, desk: Any) -> None:
        # Not Article.__init__: it would guess slug, date and URL, which the ledger has settled.
        self.record = record
        self._desk = desk
        self.settings = desk.settings
        self._context = desk.context
        self._content = body(record)
        self._summary = record.summary
        self.title = record.headline
        self.slug = record.id
        self.lang = self.settings["DEFAULT_LANG"]
        self.in_default_lang = True
        self.translations: list[Any] = []
        self.template = self.default_template
        self.status = "published"
        self.timezone = ZoneInfo(self.settings["TIMEZONE"])
        self.date = local(record.published, self.timezone)
        self.locale_date = self.dateline = dateline(record.published[:10])
        self.datetime_attr = record.published
        self.modified_line = dateline(record.updated[:10]) if record.updated else ""
        if record.updated:
            self.modified = local(record.updated, self.timezone)
            self.locale_modified = self.modified_line
        self.category = desk.category(record.category)
        self.tags = [desk.tag(ref) for ref in record.tags]
        self.authors = [desk.author(ref) for ref in record.authors]
        if self.authors:
            self.author = self.authors[0]
        self.sources = list(record.sources)
        self.correction = record.correction
        self.source_path = desk.source_path(record)
        self.relative_source_path = record.seed
        self.metadata = {"title": self.title, "date": self.date, "category": self.category, "tags": self.tags}
        self.override_save_as = record.permalink
        self.override_url = quote(record.permalink)
        signals.content_object_init.send(self)

    def __hash__(self) -> int:
        return hash(self.record.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoryArticle) and self.record.id == other.record.id

    @property
    def content(self) -> Markup:
        """The story as HTML, safe to show; of wire copy, what reads from left to right is set apart."""
        if self.record.markup:
            return Markup(self.get_content(self.get_siteurl()))
        return Markup("\n".join(f"<p>{isolated(text)}</p>" for text in self.record.paragraphs))

    def get_content(self, siteurl: str) -> str:
        """Return the HTML with intra-site links resolved; wire copy has none and is never searched for them."""
        return self._update_content(self._content, siteurl) if self.record.markup else self._content

    def feed_html(self, siteurl: str) -> str:
        """Return what feeds carry: the correction's note, where there is one, and the HTML with absolute links."""
        note = f"<p><strong>{escape(self.correction, quote=False)}</strong></p>\n" if self.correction else ""
        return note + self.get_content(siteurl)

    @property
    def summary(self) -> Markup:
        """The summary as HTML: plain text, escaped."""
        return Markup(escape(self._summary, quote=False))

    @summary.setter
    def summary(self, value: str) -> None:
        """Accept what plugins set, as Pelican's own property does."""

    def get_summary(self, siteurl: str) -> str:
        """Return the summary; it holds no links."""
        del siteurl
        return str(self.summary)

    def refresh_metadata_intersite_links(self) -> None:
        """Do nothing: no metadata of a story is markup."""

    @cached_property
    def reading_time(self) -> str:
        """How long it takes to read, in words: «دقيقتان»."""
        return reading_time(len(Markup(self._content).striptags().split()))

    @cached_property
    def standfirst(self) -> str:
        """The summary, "" where the text begins with it anyway."""
        return standfirst(self._summary, Markup(self._content).striptags())

    @cached_property
    def related(self) -> list[StoryArticle]:
        """Stories that share people, places, bodies or events with this one, none newer, the nearest first."""
        self._desk.reads.note(NEAR)
        related: list[StoryArticle] = self._desk.related(self.record)
        return related

    @cached_property
    def threads(self) -> list[Thread]:
        """The running stories that it is part of."""
        self._desk.reads.note(NEAR)
        threads: list[Thread] = self._desk.threads.of(self.record)
        return threads

    @cached_property
    def dateline_hijri(self) -> str:
        """The day in the Umm al-Qura calendar, "" when no day is known."""
        return hijri(self.record.published[:10])

    @cached_property
    def tag_groups(self) -> list[tuple[str, list[StoryTag]]]:
        """The tags by kind, in the order of KINDS."""
        ordered = sorted(self.tags, key=lambda tag: KINDS.index(tag.kind))
        return [(kind, list(tags)) for kind, tags in groupby(ordered, key=lambda tag: tag.kind)]

    @cached_property
    def _neighbours(self) -> tuple[StoryArticle | None, StoryArticle | None]:
        self._desk.reads.note(NEAR)
        newer, older = self._desk.neighbours(self.record)
        return newer, older

    @property
    def newer(self) -> StoryArticle | None:
        """The story after this one in time."""
        return self._neighbours[0]

    @property
    def older(self) -> StoryArticle | None:
        """The story before this one in time."""
        return self._neighbours[1]


class _HandWritten:
    """Something of the content folder, its HTML marked as such for templates that escape by default."""

    @property
    def content(self) -> Markup:
        """The text as HTML."""
        return Markup(self.get_content(self.get_siteurl()))  # type: ignore[attr-defined]

    @property
    def url(self) -> str:
        """The page's address, percent-encoded."""
        return quote(unquote(self.get_url_setting("url")))  # type: ignore[attr-defined]


class HandWrittenPage(_HandWritten, Page):
    """A page of content/pages."""


class HandWrittenArticle(_HandWritten, Article):
    """A draft or hidden article of content/articles: it has an address, and is in no list, feed or ledger."""

    @property
    def summary(self) -> Markup:
        """The summary as HTML."""
        return Markup(self.get_summary(self.get_siteurl()))

    @property
    def dateline(self) -> str:
        """The day in words; "" for a draft without one, which Pelican dates to the end of time."""
        return dateline(self.datetime_attr) if self.date.year < 9999 else ""

    @property
    def datetime_attr(self) -> str:
        """The day, ISO 8601."""
        return str(self.date.date().isoformat())

    @property
    def locale_date(self) -> str:
        """The day in words, under Pelican's name."""
        return self.dateline

    @locale_date.setter
    def locale_date(self, value: str) -> None:
        """Accept what Pelican sets."""


def local(value: str, zone: ZoneInfo) -> SafeDatetime:
    moment = first_moment(value)
    if "T" in value:
        moment = moment.astimezone(zone)
    return SafeDatetime(*moment.timetuple()[:6], tzinfo=zone if "T" in value else moment.tzinfo)


# Pelican reads the names of URL settings off the class: TAG_URL, CATEGORY_URL, AUTHOR_URL, PAGE_URL.
for _kind in (StoryTag, StoryCategory, StoryAuthor, HandWrittenPage, HandWrittenArticle):
    _kind.__name__ = _kind.__bases__[-1].__name__
