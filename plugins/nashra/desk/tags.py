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
    weighed = [(sum([mention.weight for mention in found]), name, found) for name, found in by_slug.items()]
    ranked = sorted([one for one in weighed if one[0] >= _SURE], key=_importance)
    by_para = {reading.para: reading for reading in readings}
    tags = []
    for _, name, found in ranked[:_MOST]:
        first = min(found, key=_place) if len(found) > 1 else found[0]
        start, end = by_para[first.para].folded.span(first.start, first.end)
        tags.append(Tag(first.kind, first.name, name, first.para, start, end))
    return tags


def _importance(weighed: tuple[float, str, Sequence[Mention]]) -> tuple[bool, float, int, str]:
    weight, name, found = weighed
    kind = found[0].kind
    return kind == "agency", -weight, _KINDS[kind], name


def _place(mention: Mention) -> tuple[int, int]:
    return mention.para, mention.start


def written(names: Sequence[str], gazetteer: Gazetteer) -> list[Tag]:
    """Return the tags an editor wrote into a header: a listed name's kind, else a topic."""
    tags = []
    for name in names:
        listed = gazetteer.kind_of(name)
        kind, shown = listed or ("topic", name)
        tags.append(Tag(kind, shown, slug(shown), -1, 0, 0))
    return [tag for tag in tags if tag.slug]
