"""What the desk reads and what it returns: frozen values that know nothing of files, databases or pages."""

from __future__ import annotations

from dataclasses import dataclass, field

KINDS = ("person", "place", "organisation", "agency", "event", "topic")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One non-blank line of a seed: its text as shown, and its 1-based line number."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Header:
    """What the editor wrote above the headline (or in a sidecar). It always wins over the machine.

    ``date`` is ISO 8601, reduced precision allowed ("2021", "2021-07", "2021-07-09").
    """

    date: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    status: str = "published"
    split: bool = True
    correction: str = ""
    # The file beside the seed, "" for the seed itself, and the line in which the category stands.
    category_at: tuple[str, int] = field(default=("", 0), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A seed, read: headline, paragraphs, header. ``breaks`` holds the 0-based indexes of the paragraphs
    that the editor made begin a story, by a line ``***`` before them."""

    name: str
    headline: str
    paragraphs: tuple[Paragraph, ...]
    header: Header = field(default_factory=Header)
    breaks: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a decision was taken: ``words`` at ``start:end`` of 0-based paragraph ``para`` (-1: the headline)
    spoke with ``weight`` for ``value``. ``decision`` is one of boundary, category, tag, source, date, headline."""

    decision: str
    value: str
    words: str
    para: int
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Tag:
    """A thing the story is about. ``start:end`` is its first mention, in characters of paragraph ``para``
    as written (-1: the headline; an editor's own tag has para -1 and an empty span)."""

    kind: str
    name: str
    slug: str
    para: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in the text: ``text`` as written at ``start:end`` of ``para``; ``value`` is ISO 8601 at
    ``precision`` ("2021-07-09" day, "2021-07" month, "1999" year, "2021-W29" week)."""

    text: str
    value: str
    precision: str
    para: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Story:
    """One story of a bulletin: paragraphs ``start`` to ``end`` (half-open, 0-based) and what the desk made of them.

    ``sources`` are the agencies the text attributes it to, by name; ``category`` is a slug of topics.toml;
    ``category_scores`` are (slug, score), best first; ``summary`` is plain text of at most 240 characters.
    """

    start: int
    end: int
    headline: str
    paragraphs: tuple[Paragraph, ...]
    summary: str
    category: str
    category_scores: tuple[tuple[str, float], ...] = ()
    tags: tuple[Tag, ...] = ()
    sources: tuple[str, ...] = ()
    dates: tuple[DateMention, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def lead(self) -> str:
        """The first paragraph, as written."""
        return self.paragraphs[0].text


@dataclass(frozen=True, slots=True)
class Analysis:
    """A bulletin and its stories. ``date`` is what header, sidecar, file name or text prove ("" when nothing does),
    ``date_precision`` is year, month, week, day or "", ``date_from`` one of header, name, text, given, or ""."""

    bulletin: Bulletin
    stories: tuple[Story, ...]
    date: str = ""
    date_precision: str = ""
    date_from: str = ""
