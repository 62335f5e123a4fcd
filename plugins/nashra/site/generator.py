"""The articles generator, fed from the archive: the lists, pages and feeds of one build."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache, cached_property, partial
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from blinker import Signal
from markupsafe import Markup
from pelican.contents import Article, Page
from pelican.generators import ArticlesGenerator, PagesGenerator, PelicanTemplateNotFound
from pelican.plugins import signals
from pelican.utils import SafeDatetime, order_content, process_translations

from nashra.arabic.calendar import dateline
from nashra.arabic.collation import DIGITS, LATIN, OTHER, by_letter
from nashra.arabic.hygiene import clean, title
from nashra.arabic.slugs import slug
from nashra.archive.changes import ListKey
from nashra.archive.identity import digest, fingerprint
from nashra.archive.intake import Listing
from nashra.archive.record import Record, TagRef, first_moment
from nashra.archive.store import Archive, Group
from nashra.desk.analyse import Desk
from nashra.desk.headline import shortened
from nashra.desk.model import KINDS
from nashra.feeds.directory import links
from nashra.feeds.portable import lead
from nashra.settings import Settings
from nashra.site import cluster, shares
from nashra.site.agenda import Agenda
from nashra.site.content import Fenced
from nashra.site.contents import HandWrittenArticle, HandWrittenPage, StoryArticle, StoryAuthor, StoryCategory, StoryTag
from nashra.site.feeds import Feeds, feed_groups
from nashra.site.lists import Articles, NotedList, NotedMapping, NotedPeriod, Reads
from nashra.site.metadata import Metadata
from nashra.site.newsroom import Arrival, Newsroom, named
from nashra.site.progress import Laps, over
from nashra.site.search import Search
from nashra.site.stretches import Stretch, stretches
from nashra.site.templates import QuickContext, SharingTemplate
from nashra.site.threads import Threads
from nashra.site.tombstones import Tombstones
from nashra.site.work import Work, frame

_log = logging.getLogger(__name__)
# As many stories as a reader looks over below one.
_RELATED = 4
# Articles held for lists at once: some 10 KB each.
_MOST_LISTED = 1_000
# A kind with fewer tags is looked over without letters.
_LETTERED = 10
# Of a kind with more tags, the page of all tags shows the most used ones.
_MOST_USED = 24
# As many tags as a page holds within its 14 KB: a name travels twice, once percent-encoded in its address.
_MOST_TAGS = 150
_ALPHABET = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_PLACES = {DIGITS: 0, LATIN: 1, OTHER: 2}
_GRANULARITIES = ("year", "month", "day")
# How much is handed over in one task: a tenth of a second of work or more.
_AT_ONCE = {"stretches": 1, "results": 5, "feeds": 25}
_ALONE = 16


class Ready(Exception):
    """A generator that is hired is ready to make parts of a site, and makes no whole."""


class StoriesGenerator(Fenced, ArticlesGenerator):
    """Pelican's articles generator with its lists lazy and its taxonomy linear.

    It sends the signals that ArticlesGenerator sends. A new story costs its page, its lists and its feeds.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each build has an environment of its own: no template changes under it.
        self.env.auto_reload, self.env.template_class, self.env.context_class = False, SharingTemplate, QuickContext
        self.newsroom: Newsroom
        self.archive: Archive

    def open(
        self,
        settings: Settings,
        archive: Archive,
        desk: Desk,
        laps: Laps,
        whole: str,
        seeds: Listing,
        saved: Collection[Path] | None,
        look: bool,
        asked: dict[str, Any],
        hired: bool,
    ) -> None:
        """Give the generator what it is fed from, what keeps its time, why everything must be made ("": it need not),
        what is known of the seeds folder and what was saved in it since, whether to look for deleted files, the
        settings as they were ``asked`` for, and whether it is ``hired`` to make parts of a site that another process
        builds; called once, before ``generate_context``."""
        self.whole = whole
        self._hired = hired
        self._seeds, self._saved, self._look = seeds, saved, look
        # The stretch of time whose pages are made now; None where all are made, or what changed.
        self._stretch: Stretch | None = None
        self._process = 0 if hired else os.getpid()
        self._lap = laps.lap
        self.nashra = settings
        self.archive = archive
        self._desk = desk
        self.desk_key = desk.key
        self.newsroom = Newsroom(settings, archive, desk, ZoneInfo(self.settings["TIMEZONE"]))
        self.reads = Reads()
        self.orders = cluster.Orders(self, asked, hired=hired)
        # What each page of the index of tags shows, as a digest, where it was looked at.
        self.shows_tags: dict[str, str] = {}

    # --- what templates are given ------------------------------------------------------------------------------

    def generate_context(self) -> None:
        """Take in what is new, then lay lazy lists over the archive."""
        archive = self.archive
        self.category = cache(self._category)
        self.topics = self._desk.topics.by_slug
        self.tag = cache(self._tag)
        self.author = cache(self._author)
        self._listed: dict[str, StoryArticle] = {}
        self._published: dict[str, Article] = {}
        self._named: dict[str, str] = {}
        self._period = cache(self._named_period)
        written = self._hand_written()
        if not self._hired:
            self.newsroom.take_in(written, over, self._seeds, self._saved)
        self._tell_addresses()
        self._lap("intake")
        self.articles = self.dates = self._list()
        signals.article_generator_pretaxonomy.send(self)
        self.categories = [
            (self.category(group.ref.slug), self._list("category", group.ref.slug, group.size))
            for group in archive.categories()
        ]
        order = {topic.slug: place for place, topic in enumerate(self._desk.topics.topics)}
        self.categories.sort(key=lambda pair: (order.get(pair[0].slug, len(order)), pair[0]))
        tagged = archive.groups("tag")
        self.tags = {self.tag(group.ref): self._list("tag", group.ref.slug, group.size) for group in tagged}
        self.authors = [
            (self.author(group.ref), self._list("author", group.ref.slug, group.size))
            for group in archive.groups("author")
        ]
        periods = {name: partial(self._periods, depth) for depth, name in enumerate(_GRANULARITIES, 1)}
        self.period_archives = NotedMapping(periods)
        self._update_context(("articles", "dates", "categories", "related_posts"))
        self.threads = Threads(self)
        self.agenda = Agenda(self)
        self.context["calendar_url"] = self.agenda.url
        self.context["site_feeds"] = links("all", self.settings["SITENAME"]) if self.archive.newest_day() else ()
        self.context["has_authors"], self.context["has_threads"] = bool(self.authors), bool(self.threads.listed)
        # What grows with the archive notes who looks at it.
        self.tag_index = self._tag_index(tagged)
        self.feed_groups = feed_groups(self)
        self.context["period_archives"] = NotedMapping(periods, "period_archives", self.reads)
        for name, found in (
            ("tags", list(self.tags.items())),
            ("drafts", self.drafts),
            ("hidden_articles", self.hidden_articles),
            ("authors", self.authors),
            ("threads", self.threads.listed),
            ("tag_index", self.tag_index),
            ("feed_groups", self.feed_groups),
        ):
            self.context[name] = NotedList(found, name, self.reads)
        self.context["page_metadata"] = Metadata(self).page_metadata()
        signals.article_generator_finalized.send(self)
        self._lap("lists")

    def _list(self, role: str = "", slug: str = "", size: int | None = None) -> Articles:
        return Articles(self.archive.stories(role, slug, size), self.listed, (role, slug), self.reads)

    def article(self, record: Record) -> StoryArticle:
        """Return ``record`` as templates and feeds see it."""
        return StoryArticle(record, self)

    def listed(self, record: Record) -> StoryArticle:
        """Return ``record`` for a list: most stories are in several, and are made ready once for all of them."""
        article = self._listed.get(record.id)
        if article is None:
            if len(self._listed) >= _MOST_LISTED:
                self._listed.clear()
            article = self._listed[record.id] = self.article(record)
        return article

    def neighbours(self, record: Record) -> tuple[StoryArticle | None, StoryArticle | None]:
        """Return the articles next to ``record`` in time: the newer one and the older one."""
        newer, older = self.archive.neighbours(record)
        return (self.listed(newer) if newer else None), (self.listed(older) if older else None)

    def related(self, record: Record) -> list[StoryArticle]:
        """Return the articles that share entities with ``record``, none newer than it, the nearest first."""
        return [self.listed(one) for one in self.archive.related(record, _RELATED)]

    def _tag_index(self, tagged: list[Group]) -> list[dict[str, Any]]:
        """Return the tags by kind, those of a kind by letter, and where each letter stands.

        That is one row a tag; a new tag changes the pages of its letter and what lists the most used ones.
        """
        kinds: dict[str, list[tuple[str, tuple[StoryTag, int]]]] = {}
        for group in tagged:
            kinds.setdefault(group.ref.kind, []).append((group.ref.name, (self.tag(group.ref), group.size)))
        return [tag_kind(kind, kinds[kind]) for kind in KINDS if kind in kinds]

    def source_path(self, record: Record) -> str:
        """Return where the record's seed or article lies."""
        folder = Path(self.path) if record.markup else self.nashra.seeds
        return str(folder / record.seed)

    def _category(self, slug: str) -> StoryCategory:
        topic = self._desk.topics.by_slug.get(slug)
        name = topic.name if topic else self._named.get(slug, slug.replace("-", " "))
        category = StoryCategory(TagRef("category", name, slug), self.settings)
        category.mediatopic = topic.mediatopic if topic else ""
        return category

    def _tag(self, ref: TagRef) -> StoryTag:
        return StoryTag(ref, self.settings)

    def _author(self, ref: TagRef) -> StoryAuthor:
        return StoryAuthor(ref, self.settings)

    def _periods(self, depth: int, within: str = "") -> list[dict[str, Any]]:
        """Return the years (depth 1), months or days, newest first, as templates know them; none where the settings
        want no pages of them."""
        wanted = self.settings[f"{_GRANULARITIES[depth - 1].upper()}_ARCHIVE_SAVE_AS"]
        found = self.archive.periods(depth, within) if wanted else ()
        return [self._period(slug, size) for slug, size in found]

    def _named_period(self, slug: str, size: int) -> dict[str, Any]:
        parts = slug.split("/")
        name = _GRANULARITIES[len(parts) - 1].upper()
        first = SafeDatetime(*map(int, [*parts, "1", "1"][:3]))
        title, stories = dateline("-".join(parts)), self._list("period", slug, size)
        return {
            "period": (title,),
            "period_num": tuple(map(int, parts)),
            "title": title,
            "count": size,
            "articles": stories,
            "dates": stories,
            "save_as": self.settings[f"{name}_ARCHIVE_SAVE_AS"].format(date=first),
            "url": self.settings[f"{name}_ARCHIVE_URL"].format(date=first),
        }

    # --- hand-written articles ---------------------------------------------------------------------------------

    def _hand_written(self) -> dict[str, Arrival | None]:
        """Return the Markdown articles of the content folder, as arrivals by name, None for one that cannot be read.

        Drafts stay Pelican's own.
        """
        arrivals: dict[str, Arrival | None] = {}
        places = self.settings["ARTICLE_PATHS"], self.settings["ARTICLE_EXCLUDES"]
        for path, article in self.contents(*places, Article, "article"):
            if article is None:
                arrivals[path] = None
            elif article.status in ("draft", "hidden"):
                article.__class__ = HandWrittenArticle
                article.category = self.category(self._category_slug(article))
                (self.drafts if article.status == "draft" else self.hidden_articles).append(article)
            else:
                arrivals[path] = self._arrival(path, article)
                self._published[path] = article
        return arrivals

    def _tell_addresses(self) -> None:
        """Tell Pelican where hand-written articles are, for «{filename}» links to them."""
        for path, article in self._published.items():
            for story in self.archive.known_in([path]):
                if not story.gone:
                    article.override_save_as, article.override_url = story.permalink, quote(story.permalink)

    def _category_slug(self, article: Article) -> str:
        """Return the slug of the article's category: a topic's, else one of its own, shown under the name it wrote."""
        name = str(getattr(article, "category", "") or "")
        topic = self._desk.topics.find(name) if name else None
        own = topic.slug if topic else slug(title(name))
        if own and not topic:
            self._named.setdefault(own, title(name))
        return own or self._desk.topics.fallback

    def _arrival(self, path: str, article: Article) -> Arrival:
        headline = title(Markup(article.title).striptags())
        moment = article.date.isoformat()
        record = Record(
            id="",
            uri="",
            permalink="",
            seed=path,
            at=0,
            headline=headline,
            # Not article.summary, which resolves links before there is anything they could lead to.
            summary=shortened(title(Markup(article.metadata.get("summary") or lead(article._content)).striptags())),
            category=self._category_slug(article),
            published=moment[:10] if article.date.strftime("%H%M%S") == "000000" else moment,
            updated=first_moment(article.modified.isoformat()).isoformat() if hasattr(article, "modified") else "",
            markup=clean(article._content),
            tags=named("topic", [tag.name for tag in getattr(article, "tags", [])]),
            authors=named("author", [author.name for author in getattr(article, "authors", [])]),
        )
        return Arrival(record, fingerprint(headline, [article._content]), dated=True)

    # --- pages -------------------------------------------------------------------------------------------------

    def generate_drafts(self, write: Any) -> None:
        """Write a page for every draft."""
        for draft in self.drafts if self._timeless() else ():
            with self.showing(draft):
                write(
                    draft.save_as,
                    self.get_template(draft.template),
                    self.context,
                    article=draft,
                    category=draft.category,
                    override_output=hasattr(draft, "override_save_as"),
                    blog=True,
                    all_articles=self.articles,
                    url=draft.url,
                )

    def generate_pages(self, writer: Any) -> None:
        """Write all pages; where everything is made, stretch by stretch, and where that is much, in several processes.

        Where two pages want one address, in Pelican's order: the first of them has it.
        """
        if not self.work.full or self.work.disputed:
            super().generate_pages(writer)
            return
        self.work.begin()
        told = (signals.article_generator_write_article, signals.content_written, signals.content_object_init)
        self.shared("stretches", len(self._stretches), told, self._prepare)

    @cached_property
    def _stretches(self) -> list[Stretch]:
        return stretches(self.archive, self._per_page, self.settings["DIRECT_TEMPLATES"])

    def _make_stretches(self, numbers: Iterable[int]) -> None:
        self.writer.unordered = True
        for number in numbers:
            self._stretch = self._stretches[number]
            super().generate_pages(self.writer)
        self._stretch, self.writer.only, self.writer.unordered = None, None, False

    def shared(
        self, what: str, count: int, told: Iterable[Signal], meanwhile: Callable[[], object] = lambda: None
    ) -> None:
        """Have made ``what`` the numbers below ``count`` stand for: where everything is made and that is much, by
        others, a part each; ``meanwhile`` may write to the archive in this process.

        Where plugins listen to what is ``told`` of it, only in this process.
        """
        much = self.work.full and not any(signal.receivers for signal in told)
        amount = self.archive.count() if much else 0
        if amount < shares.LARGE:
            meanwhile()
            self.make(what, range(count))
            return
        self.archive.commit()
        parts = ((what, numbers) for numbers in _in_parts(count, _AT_ONCE[what]))
        hire = partial(cluster.hire, self.nashra, amount)
        for made in shares.in_order(self.orders.next(), parts, hire, meanwhile):
            if made:
                self.writer.gather(made.harvest)
                self.slips.take_up(made.slips)
                self.shows_tags |= made.shows_tags

    def make(self, what: str, numbers: Iterable[int]) -> cluster.Made | None:
        """Make what these numbers stand for; where that is not the process of the build, return what was made."""
        here = os.getpid() == self._process
        if not here:
            self.archive.reopen()
            self.writer.apart()
        if what == "stretches":
            self._make_stretches(numbers)
        elif what == "feeds":
            self.feeds.make(numbers)
        elif self.search:
            self.search.make(numbers)
        return None if here else cluster.Made(self.writer.harvest(), self.slips, self.shows_tags)

    def _prepare(self) -> None:
        """Make what other files are made of, and none of them."""
        if self.search:
            self.search.prepare()
        self.feeds.prepare()

    def _per_page(self, role: str) -> int:
        return self.writer.per_page("period_archives" if role == "period" else role) or 0

    def _timeless(self) -> bool:
        """Tell whether what belongs to no time is made now."""
        return self._stretch is None or self._stretch.newest

    def _in_stretch(self, key: ListKey) -> bool:
        """Tell whether pages of a list are made now, and which of them to the writer."""
        if self._stretch is None:
            return True
        self.writer.only = self._stretch.pages.get(key)
        return self.writer.only is not None

    def generate_articles(self, write: Any) -> None:
        """Write a page for every story, and Pelican's own for hidden articles."""
        template = self.get_template("article")
        everything = self.work.all_of(template.name or "")
        for story_id in [] if everything else sorted(self.work.stories):
            self._write_story(write, template, self.article(self.archive.story(story_id)))
        records = self.articles.records
        if self._stretch:
            records = records.between(self._stretch.start, self._stretch.end)
        for record in records if everything else ():
            # Its own: what it remembers of stories beside it would hold on to them, and they to it.
            self._write_story(write, template, self.article(record))
        for gone in self.work.gone:
            self.writer.drop(f"story/{gone.id}")
        for article in self.hidden_articles if self._timeless() else ():
            with self.showing(article):
                write(
                    article.save_as,
                    self.get_template(article.template),
                    self.context,
                    article=article,
                    category=article.category,
                    url=article.url,
                    blog=True,
                )

    def _write_story(self, write: Any, template: Any, article: StoryArticle) -> None:
        signals.article_generator_write_article.send(self, content=article)
        with self.writer.making(f"story/{article.record.id}"):
            write(
                article.save_as,
                template,
                self.context,
                article=article,
                category=article.category,
                url=article.url,
                blog=True,
            )

    def refresh_metadata_intersite_links(self) -> None:
        """Resolve the links in the metadata of drafts and hidden articles; that of stories is no markup."""
        for article in (*self.drafts, *self.hidden_articles):
            article.refresh_metadata_intersite_links()

    def generate_direct_templates(self, write: Any) -> None:
        """Write the pages that DIRECT_TEMPLATES names; those that another theme does not have are left out."""
        named = self.settings["DIRECT_TEMPLATES"]
        try:
            for name in named:
                if self._in_stretch(("direct", name)) and self.has_template(name):
                    self.settings["DIRECT_TEMPLATES"] = [name]
                    super().generate_direct_templates(write)
        finally:
            self.settings["DIRECT_TEMPLATES"] = named

    def has_template(self, name: str) -> bool:
        """Tell whether the theme has this template; say so where it has not."""
        try:
            self.get_template(name)
        except PelicanTemplateNotFound:
            _log.warning("The theme has no template %s.html: that page is left out", name)
            return False
        return True

    def generate_period_archives(self, write: Any) -> None:
        """Write the pages of years, months and days."""
        try:
            template = self.get_template("period_archives")
        except PelicanTemplateNotFound:
            template = self.get_template("archives")
        everything = self.work.all_of(template.name or "")
        touched = {slug for role, slug in self.work.changes.lists if role == "period"}
        touched |= {owner.removeprefix("period/") for owner in self.work.owners if owner.startswith("period/")}
        if self._stretch:
            touched = {slug for role, slug in self._stretch.pages if role == "period"}
        elif everything:
            depths = range(1, len(_GRANULARITIES) + 1)
            touched = {path for depth in depths for path, _ in self.archive.periods(depth)}
        there: set[ListKey] = set()
        for path in sorted(touched):
            for found in self._periods(path.count("/") + 1, path):
                there.add(("period", path))
                if self._in_stretch(("period", path)):
                    self._write_period(write, template, path, found)
        self._drop_emptied("period", there)

    def _write_period(self, write: Any, template: Any, slug: str, found: dict[str, Any]) -> None:
        # A page names what its period lies in and what lies in it, and no other period.
        parts = slug.split("/")
        around: dict[str, list[Any]] = {
            name: [NotedPeriod(one, self.reads) for one in self._periods(depth, "/".join(parts[:depth]))]
            for depth, name in enumerate(_GRANULARITIES, 1)
            if depth <= len(parts)
        }
        if len(parts) < len(_GRANULARITIES):
            around[_GRANULARITIES[len(parts)]] = self._periods(len(parts) + 1, slug)
        self._list_page(
            write,
            template,
            ("period", slug),
            found["save_as"],
            found["url"],
            found["articles"],
            "period_archives",
            period=found["period"],
            period_num=found["period_num"],
            period_title=found["title"],
            period_archives={name: periods for name, periods in around.items() if periods},
        )

    def generate_tags(self, write: Any) -> None:
        """Write a page for every tag, and the index of every kind that has many."""
        self._lists(write, "tag", self.tags.items())
        if self._timeless() and any(each["own_page"] for each in self.tag_index) and self.has_template("tag_index"):
            self._write_tag_index(write, self.get_template("tag_index"))

    def _write_tag_index(self, write: Any, template: Any) -> None:
        """Write the pages of the index of tags that show something else than they did: a story changes those of its own
        tags, of hundreds."""
        before, shows = ({} if self.work.full else self.archive.files.told("tag index") or {}), {}
        for each in filter(itemgetter("own_page"), self.tag_index):
            # What stands on other pages notes who looks at it there.
            letters = [part | {"rows": NotedList(part["rows"], "tag_index", self.reads)} for part in each["letters"]]
            around = repr([each["used"], [part["page"] + part["letter"] for part in letters]])
            for name in dict.fromkeys([each["url"], *(part["page"] for part in letters)]):
                own = [part for part in each["letters"] if part["page"] == name]
                shows[name] = digest(repr([around, [part["rows"] for part in own]]))
                same = before.get(name) == shows[name] and name not in self.work.missing
                if same and not self.work.all_of(template.name):
                    self.writer.keep(name)
                    continue
                shown = [
                    part if part["page"] == name else noted
                    for part, noted in zip(each["letters"], letters, strict=True)
                ]
                write(name, template, self.context, index=each | {"letters": shown}, index_page=name, url=name)
        self.shows_tags = shows

    def generate_categories(self, write: Any) -> None:
        """Write a page for every category."""
        self._lists(write, "category", self.categories)

    def generate_authors(self, write: Any) -> None:
        """Write a page for every author."""
        self._lists(write, "author", self.authors)

    def _lists(self, write: Any, role: str, lists: Any) -> None:
        template = self.get_template(role)
        there = set()
        for about, articles in lists:
            there.add((role, about.slug))
            if not self._in_stretch((role, about.slug)):
                continue
            self._list_page(
                write,
                template,
                (role, about.slug),
                about.save_as,
                about.url,
                articles,
                role,
                page_name=about.page_name,
                **{role: about},
            )
        self._drop_emptied(role, there)

    def _drop_emptied(self, role: str, there: set[ListKey]) -> None:
        """Remove the pages of the lists of ``role`` that lost their last story."""
        for key in self.work.changes.lists.keys() - there:
            if key[0] == role:
                self.writer.drop("/".join(key))

    def _list_page(
        self,
        write: Any,
        template: Any,
        key: ListKey,
        save_as: str,
        url: str,
        articles: Articles,
        template_name: str,
        **about: Any,
    ) -> None:
        """Write the pages of a list where something in it changed, or in what they look at besides."""
        owner = "/".join(key)
        if self.work.must(owner) or self.work.all_lists_of(template.name):
            with self.writer.making(owner):
                write(
                    save_as,
                    template,
                    self.context,
                    url=url,
                    articles=articles,
                    dates=articles,
                    template_name=template_name,
                    blog=True,
                    all_articles=self.articles,
                    **about,
                )

    # --- feeds -------------------------------------------------------------------------------------------------

    def generate_output(self, writer: Any) -> None:
        """Write pages, then the search index and feeds: neither names a page that is not there yet."""
        self.writer = writer
        self.work = Work(
            self.archive,
            Path(self.output_path).resolve(),
            self.nashra.state / "writing",
            frame(self),
            self.reads,
            [(one.slug, one.name, one.event, str(one.size), one.latest) for one in self.threads.listed],
            [self.archive.story(one.id) for one in self.archive.known_in(self._published) if not one.gone],
            self.whole,
            self._look,
            self._hired,
        )
        if self.work.full and not self._hired:
            cluster.call(self.nashra, self.archive.count())
        writer.begin(self.work, self.archive.files, apart=self._hired)
        self.search = Search(self, writer) if "search" in self.settings["DIRECT_TEMPLATES"] else None
        self.feeds = Feeds(self, writer)
        self._lap("finding what to make")
        if self._hired:
            raise Ready
        try:
            self._write_all(writer)
        finally:
            self.orders.end()

    def _write_all(self, writer: Any) -> None:
        self.generate_pages(writer)
        self.archive.files.tell("tag index", self.shows_tags)
        self._lap("pages")
        if self.search:
            self.search.write()
            self._lap("search")
        write = partial(writer.write_file, relative_urls=self.settings["RELATIVE_URLS"])
        self.threads.write(write)
        self.agenda.write(write, writer.write_bytes)
        self._lap("threads and calendar")
        Tombstones(self, writer).write(write)
        self.generate_feeds(writer)
        self._lap("feeds")
        signals.article_writer_finalized.send(self, writer=writer)

    def generate_feeds(self, writer: Any) -> None:
        """Write every format of the feeds, and the files that list them."""
        del writer
        self.feeds.write()


def tag_kind(kind: str, named: list[tuple[str, tuple[StoryTag, int]]]) -> dict[str, Any]:
    """Return the index of one kind of tags: by letter, each with the page that it stands on, and the most used ones.

    Few stand on tags.html, more on a page of the kind, many on a page a letter, in parts where a letter has many.
    """
    own_page, split = len(named) > _MOST_USED, len(named) > _MOST_TAGS
    url = f"tags/{kind}.html" if own_page else f"tags.html#{kind}"
    lettered = by_letter(named)
    letters = []
    for mark, tags in lettered:
        place = _ALPHABET.find(mark) + 1 or len(_ALPHABET) + 1 + _PLACES.get(mark, ord(mark[0]))
        size = _MOST_TAGS if split else len(tags)
        for number, at in enumerate(range(0, len(tags), size), 1):
            anchor = f"{kind}-{mark}{f'-{number}' if number > 1 else ''}"
            page = f"tags/{kind}/{place}{f'-{number}' if number > 1 else ''}.html" if split else url.partition("#")[0]
            letters.append(
                {
                    "letter": f"{mark} {number}" if len(tags) > size else mark,
                    "anchor": anchor,
                    "page": page,
                    "url": page if split else f"{page}#{anchor}",
                    "rows": [(tag, tag.url, count) for tag, count in tags[at : at + size]],
                }
            )
    most = sorted((tag for _, tags in lettered for tag in tags), key=lambda pair: -pair[1])[:_MOST_USED]
    return {
        "kind": kind,
        "url": url,
        "own_page": own_page,
        "split": split,
        "lettered": len(named) >= _LETTERED,
        "letters": letters,
        "used": [(tag, tag.url, count) for tag, count in most],
    }


def _in_parts(count: int, size: int) -> Iterator[range]:
    """Yield the numbers below ``count`` in parts of ``size``; what comes first is the largest, and goes one by one."""
    alone = min(_ALONE, count)
    yield from (range(at, at + 1) for at in range(alone))
    yield from (range(at, min(at + size, count)) for at in range(alone, count, size))


class HandWrittenPages(Fenced, PagesGenerator):
    """Pelican's pages generator, for templates that escape by default."""

    def generate_context(self) -> None:
        """Read the pages and mark their HTML as such."""
        found: dict[str, list[Page]] = {"published": [], "hidden": [], "draft": []}
        for _, page in self.contents(self.settings["PAGE_PATHS"], self.settings["PAGE_EXCLUDES"], Page, "page"):
            if page is not None:
                page.__class__ = HandWrittenPage
                found[page.status].append(page)
        self.pages, self.translations = self._ordered(found["published"])
        self.hidden_pages, self.hidden_translations = self._ordered(found["hidden"])
        self.draft_pages, self.draft_translations = self._ordered(found["draft"])
        self._update_context(("pages", "hidden_pages", "draft_pages"))
        signals.page_generator_finalized.send(self)

    def _ordered(self, pages: list[Page]) -> tuple[list[Page], list[Page]]:
        """Return pages in the order that the settings want, and those that are translations of another."""
        originals, translations = process_translations(pages, translation_id=self.settings["PAGE_TRANSLATION_ID"])
        return order_content(originals, self.settings["PAGE_ORDER_BY"]), translations

    def generate_output(self, writer: Any) -> None:
        """Write the pages, each but for what it asks of its template in vain."""
        kinds = (self.translations, self.pages, self.hidden_translations, self.hidden_pages)
        for page in chain(*kinds, self.draft_translations, self.draft_pages):
            signals.page_generator_write_page.send(self, content=page)
            with self.showing(page):
                writer.write_file(
                    page.save_as,
                    self.get_template(page.template),
                    self.context,
                    page=page,
                    relative_urls=self.settings["RELATIVE_URLS"],
                    override_output=hasattr(page, "override_save_as"),
                    url=page.url,
                )
        signals.page_writer_finalized.send(self, writer=writer)
