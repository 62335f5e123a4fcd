"""In which order files take their places: nothing may tell of what is not there yet, nor of what is no more."""

from __future__ import annotations

import re

# A story's own page: its address is a promise.
_STORY = re.compile(r"\d{4}/(?:\d\d/){0,2}(?!index\.html$|\d+\.html$)[^/]+\.html$")
# Assets, the pages of stories, lists and other pages, feeds, and what leads machines to all of them.
_ORDER = (
    re.compile(r"(?!search/)(?!.*\.(?:html|xml|json|ics)$)"),
    _STORY,
    re.compile(r"(?!index\.html$)(?!feeds/)(?!sitemap)(?!opml\.xml$)"),
    re.compile(r"index\.html$"),
    re.compile(r"feeds/"),
)
# The rank of feeds; that of what leads machines there is higher.
FEEDS = len(_ORDER) - 1
# A name that changes with the file's bytes, so that it may be kept by caches for ever.
_HASHED = re.compile(r".*-[0-9a-f]{10}\.\w+")


def rank(name: str) -> int:
    """Return how late a file takes its place among those of a site, from 0."""
    return next((at for at, kind in enumerate(_ORDER) if kind.match(name)), len(_ORDER))


def first_to_go(name: str) -> tuple[int, int, str]:
    """Return the place of a file among those that are removed: what leads to others goes before them."""
    return -rank(name), name.count("/"), name


def is_story(name: str) -> bool:
    """Tell whether a file is the page of a story, not of a day, a month or a year."""
    return _STORY.match(name) is not None


def is_hashed(name: str) -> bool:
    """Tell whether a file, or a packed twin, has a name that changes with its bytes."""
    return _HASHED.fullmatch(name.removesuffix(".br").removesuffix(".gz")) is not None
