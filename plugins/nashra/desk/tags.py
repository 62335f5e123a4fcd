"""Choose what a story is tagged with from what it mentions: one tag a thing, the surest and most mentioned first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nashra.arabic.slugs import slug
from nashra.desk.gazetteer import Gazetteer
from nashra.desk.model import Tag
from nashra.desk.reading import Mention, Reading

_MOST = 16
# Less is a guess: what readers see must be surer, or be named twice.
_SURE = 0.6
_KINDS = {"person": 0, "organisation": 1, "event": 2, "place": 3, "agency": 4}


def choose(mentions: Iterable[Mention], sources: Iterable[str], readings: Sequence[Reading]) -> list[Tag]:
    """Return the tags of a story by importance, at most 16; an agency only when it is one of the ``sources``."""
    quoted = set(sources)
    by_slug: dict[str, list[Mention]] = {}
    for mention in mentions:
        if mention.kind != "agency" or mention.name in quoted:
            by_slug.setdefault(slug(mention.name), []).append(mention)
    by_slug.pop("", None)
    sure = {name: found for name, found in by_slug.items() if sum(mention.weight for mention in found) >= _SURE}
    ranked = sorted(sure.items(), key=lambda item: _importance(*item))
    by_para = {reading.para: reading for reading in readings}
    tags = []
    for name, found in ranked[:_MOST]:
        first = min(found, key=lambda mention: (mention.para, mention.start))
        start, end = by_para[first.para].folded.span(first.start, first.end)
        tags.append(Tag(first.kind, first.name, name, first.para, start, end))
    return tags


def _importance(name: str, found: Sequence[Mention]) -> tuple[bool, float, int, str]:
    kind = found[0].kind
    return kind == "agency", -sum(mention.weight for mention in found), _KINDS[kind], name


def written(names: Sequence[str], gazetteer: Gazetteer) -> list[Tag]:
    """Return the tags an editor wrote into a header: a listed name's kind, else a topic."""
    tags = []
    for name in names:
        listed = gazetteer.kind_of(name)
        kind, shown = listed or ("topic", name)
        tags.append(Tag(kind, shown, slug(shown), -1, 0, 0))
    return [tag for tag in tags if tag.slug]
