"""Running stories: a page and a feed for each, in time order, and what of them an article belongs to.

A thread is an event that stories of different days tell of, or at least three stories of which each goes on from an
earlier one (archive.related). Its address is the event's slug, or the id of its first story: neither ever changes.
A new story costs the threads it is in, and the list of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nashra.arabic.calendar import dateline
from nashra.archive.record import Record
from nashra.archive.store import StoryList
from nashra.feeds.directory import links
from nashra.site.lists import Articles

if TYPE_CHECKING:
    from nashra.site.generator import StoriesGenerator

INDEX = "threads.html"
# Two stories may resemble each other by chance.
_LEAST = 3


@dataclass(frozen=True)
class Thread:
    """A running story; ``event`` is the slug of the event it is about, "" when its stories share several entities."""

    slug: str
    name: str
    event: str
    size: int
    stories: StoryList

    @property
    def save_as(self) -> str:
        """Where its page is saved."""
        return f"threads/{self.slug}.html"

    @property
    def url(self) -> str:
        """Its page's address relative to the site, percent-encoded."""
        return quote(self.save_as)

    @property
    def feeds(self) -> tuple[dict[str, str], ...]:
        """Its feeds, as a page's head names them."""
        return links(f"thread/{self.slug}", self.name)

    @cached_property
    def _ends(self) -> tuple[Record, Record]:
        return self.stories[-1], self.stories[0]

    @property
    def latest(self) -> str:
        """The first instant of its newest story."""
        return self._ends[1].instant

    @property
    def first_line(self) -> str:
        """The day of its first story, in words."""
        return dateline(self._ends[0].published[:10])

    @property
    def last_line(self) -> str:
        """The day of its newest story, in words."""
        return dateline(self._ends[1].published[:10])

    def __str__(self) -> str:
        return self.name


class Threads:
    """The threads of one build, none where the theme has no page for them."""

    def __init__(self, desk: StoriesGenerator) -> None:
        self._desk = desk
        archive = desk.archive
        found: list[Thread] = []
        if desk.has_template("thread"):
            for group in archive.running_events():
                ref = group.ref
                found.append(Thread(ref.slug, ref.name, ref.slug, group.size, archive.stories("tag", ref.slug)))
            self.by_event = {thread.event: thread for thread in found}
            for root, size in archive.threads(_LEAST):
                # A thread that lies within an event's is that one.
                if not (self.by_event and any(slug in self.by_event for slug in archive.events_shared(root, size))):
                    found.append(Thread(root, archive.story(root).headline, "", size, archive.thread(root)))
        else:
            self.by_event = {}
        self.by_root = {thread.slug: thread for thread in found if not thread.event}
        self.listed = sorted(found, key=lambda thread: (thread.latest, thread.slug), reverse=True)

    def of(self, record: Record) -> list[Thread]:
        """Return the threads that a story is in: those of its events first."""
        named = [self.by_event[ref.slug] for ref in record.tags if ref.kind == "event" and ref.slug in self.by_event]
        root = self.by_root.get(self._desk.archive.thread_of(record.id)) if self.by_root else None
        return [*named, root] if root else named

    def _changed(self, thread: Thread) -> bool:
        work = self._desk.work
        slug, event = thread.slug, thread.event
        return (
            work.must(f"thread/{slug}")
            or slug in work.threads
            or slug in work.changes.roots
            or bool(event and work.touched(("tag", event)))
        )

    def write(self, write: Any) -> None:
        """Write a page for every thread in which something changed, and the page that lists them."""
        desk = self._desk
        work, writer = desk.work, desk.writer
        for slug in work.renamed - {thread.slug for thread in self.listed}:
            writer.drop(f"thread/{slug}")
        if not self.listed:
            return
        template = desk.get_template("thread")
        for thread in self.listed:
            if not (self._changed(thread) or work.all_lists_of(template.name)):
                continue
            key = ("tag", thread.event) if thread.event else ("thread", thread.slug)
            stories = Articles(thread.stories, desk.listed, key, desk.reads)
            with writer.making(f"thread/{thread.slug}"):
                write(
                    thread.save_as,
                    template,
                    desk.context,
                    url=thread.url,
                    articles=stories,
                    dates=stories,
                    template_name="thread",
                    blog=True,
                    all_articles=desk.articles,
                    thread=thread,
                )
        if desk.has_template("threads"):
            write(
                INDEX,
                desk.get_template("threads"),
                desk.context,
                paginated={"threads": self.listed},
                template_name="threads",
                url=INDEX,
                threads=self.listed,
            )
