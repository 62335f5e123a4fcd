"""Cards: a picture of each story for those who share its link, its headline drawn in joined Arabic letters."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import sys
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fontpkg_ibm_plex_sans_arabic as plex
import PIL
from PIL import features

from nashra.arabic.calendar import dateline
from nashra.site.writer import replace_file

if TYPE_CHECKING:
    from nashra.archive.record import Record
    from nashra.site.generator import StoriesGenerator
    from nashra.site.writer import NashraWriter

WIDTH, HEIGHT = 1200, 630
SITE_CARD = "cards/site.png"
_MARGIN = 80
_LINES = 4
# Letters that are looked at of a text, and the marks that are kept on one of them.
_MOST = 1_000
_MARK = "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff]"
_HEAPED = re.compile(f"({_MARK}{{3}}){_MARK}+")
# Sizes of a headline, the largest that fits is taken; the height of its lines, and the room there is for them.
_SIZES = range(88, 39, -4)
_LEADING = 1.38
_ROOM = (150, 490)
_SMALL = 34
# The colours of the house: the accent of the light page as ground, text in white, the nuqta and the kicker in coral.
_GROUND, _WHITE, _CORAL = (0x0B, 0x4A, 0x5C), (0xFF, 0xFF, 0xFF), (0xFF, 0xB1, 0x99)
# Sixteen colours make half a byte a pixel: the ground, nine steps to white, six to coral.
_STEPS, _CORAL_STEPS = 9, 6


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card: ``kicker`` and ``date`` may be empty."""

    headline: str
    kicker: str
    date: str
    site: str


def story_card(story_id: str) -> str:
    """Return where the card of a story is, relative to the site."""
    return f"cards/{story_id}.png"


@cache
def can_draw() -> bool:
    """Tell whether Pillow can join Arabic letters here; say so once where it cannot."""
    if features.check("raqm"):
        return True
    wrong = "Pillow has no raqm, which joins Arabic letters: no cards are drawn"
    print(f"cards: {wrong}; install Pillow's own wheel, or set NASHRA_CARDS = False", file=sys.stderr)
    return False


class Cards:
    """Writes the cards of one build.

    A new story costs one drawing. A card is kept in the state folder under a digest of all that it shows: for an
    unchanged story a build works out the digest and looks at two files' times, without reading them.
    """

    def __init__(self, desk: StoriesGenerator, writer: NashraWriter) -> None:
        self._desk = desk
        self._writer = writer
        self._site = desk.settings["SITENAME"]
        self._folder = desk.nashra.state / "cards"
        self._used: set[str] = set()

    def write(self) -> None:
        """Write the site's own card and one for every story; forget those kept that nothing shows any more."""
        if not (self._desk.nashra.cards and can_draw()):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._card(SITE_CARD, Card(self._desk.settings.get("SITESUBTITLE") or self._site, "", "", self._site))
        work, archive = self._desk.work, self._desk.archive
        if work.full:
            for record in archive.stories():
                self._story(record)
            # What was withdrawn must not lie about in a picture either.
            for kept in self._folder.iterdir():
                if kept.name not in self._used:
                    kept.unlink()
            return
        wanted = {owner.removeprefix("card/") for owner in work.owners if owner.startswith("card/")}
        there = archive.there(wanted)
        for story_id in sorted(there):
            self._story(archive.story(story_id))
        for story_id in sorted(wanted - there):
            self._writer.drop(f"card/{story_id}")
        for change in work.changes.stories:
            if change.old and (kept := self._kept(self._of(change.old))).name not in self._used:
                kept.unlink(missing_ok=True)

    def _story(self, record: Record) -> None:
        with self._writer.making(f"card/{record.id}"):
            self._card(story_card(record.id), self._of(record))

    def _kept(self, card: Card) -> Path:
        return self._folder / f"{_digest(card)}.png"

    def _of(self, record: Record) -> Card:
        name = self._desk.category(record.category).name
        return Card(record.headline, name, dateline(record.published[:10]), self._site)

    def _card(self, name: str, card: Card) -> None:
        kept = self._kept(card)
        self._used.add(kept.name)
        # As rsync does: a file of the same size and time is the same file, and is not read.
        stamp = _stamp(kept)
        if stamp and stamp == _stamp(Path(self._writer.output_path, name)):
            self._writer.keep(name)
            return
        data = kept.read_bytes() if stamp else b""
        if not data.endswith(_PNG_END):  # lost, or cut short
            data = draw(card)
            replace_file(str(kept), data)
        written = self._writer.write_bytes(name, data)
        if written.is_file():
            time = written.stat().st_mtime_ns
            os.utime(kept, ns=(time, time))


_PNG_END = b"IEND\xaeB`\x82"


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _digest(card: Card) -> str:
    shown = json.dumps(asdict(card), ensure_ascii=False)
    return hashlib.sha256(f"{_hand()}\n{shown}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def _hand() -> str:
    """Return a digest of what draws: this file, the typeface and the libraries. Another hand draws all cards anew."""
    made = hashlib.sha256(Path(__file__).read_bytes())
    for weight in ("Bold", "Regular"):
        made.update(_font_file(weight).read_bytes())
    libraries = [PIL.__version__, *(features.version(name) or "" for name in ("freetype2", "raqm", "zlib"))]
    made.update(" ".join(libraries).encode())
    return made.hexdigest()


# --- layout ------------------------------------------------------------------------------------------------------


def balanced(widths: Sequence[float], space: float, most: float) -> list[int] | None:
    """Return how many words stand on each line, so that the fewest lines no wider than ``most`` are about as long as
    each other; None when a word is wider than that."""
    if max(widths, default=0) > most:
        return None
    # The best way to set the words from ``at`` on: its lines, how ragged they are, and the end of the first.
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)] * (len(widths) + 1)
    for at in range(len(widths) - 1, -1, -1):
        line = -space
        ways = []
        for end in range(at, len(widths)):
            line += space + widths[end]
            if line > most:
                break
            lines, ragged, _ = best[end + 1]
            ways.append((lines + 1, ragged + (most - line) ** 2, end + 1))
        # Of two ways as good, the one whose first line is longer.
        best[at] = min(ways, key=lambda way: (way[0], way[1], -way[2]))
    counts, at = [], 0
    while at < len(widths):
        counts.append(best[at][2] - at)
        at = best[at][2]
    return counts


def _set_headline(text: str) -> tuple[int, list[str]]:
    """Return the size that ``text`` is drawn in and its lines: the largest size at which it fits, in four lines at
    most. What is too long at the smallest is cut at a word."""
    words = text.split() or [""]
    room = WIDTH - 2 * _MARGIN
    for size in _SIZES:
        widths = [_width(word, "Bold", size) for word in words]
        counts = balanced(widths, _width(" ", "Bold", size), room)
        if counts and len(counts) <= min(_LINES, int((_ROOM[1] - _ROOM[0]) / (size * _LEADING))):
            lines = _lines(words, counts)
            # Beside each other, words may be a little wider than on their own.
            if all(_width(line, "Bold", size) <= room for line in lines):
                return size, lines
    return _SIZES[-1], _cut(words, room)


def _lines(words: Sequence[str], counts: Sequence[int]) -> list[str]:
    lines, at = [], 0
    for count in counts:
        lines.append(" ".join(words[at : at + count]))
        at += count
    return lines


def _cut(words: Sequence[str], room: float) -> list[str]:
    """Return as many words as four lines of the smallest size hold, then «…»; a word of more than a line is cut."""
    size = _SIZES[-1]
    lines = [""]
    for given in words:
        word = _fitted(given, "Bold", size, room)
        wider = f"{lines[-1]} {word}".strip()
        if _width(wider, "Bold", size) <= room:
            lines[-1] = wider
        elif len(lines) < _LINES:
            lines.append(word)
        else:
            lines[-1] = _fitted(f"{lines[-1]} {word}", "Bold", size, room)
            break
    return lines


def _fitted(text: str, weight: str, size: int, room: float) -> str:
    """Return ``text``, cut with «…» where it is wider than ``room``."""
    if _width(text, weight, size) <= room:
        return text
    low, high = 0, len(text)
    while low + 1 < high:
        middle = (low + high) // 2
        if _width(text[:middle].rstrip() + "…", weight, size) <= room:
            low = middle
        else:
            high = middle
    # Rather a whole word less, where that leaves most of it.
    kept = text[:low].rstrip()
    whole = kept.rpartition(" ")[0]
    return (whole if len(whole) > len(kept) // 2 else kept) + "…"


# --- drawing -----------------------------------------------------------------------------------------------------


def draw(card: Card) -> bytes:
    """Return the card as a PNG of 1200×630 in sixteen colours: the same bytes for the same card."""
    from PIL import Image, ImageDraw  # noqa: PLC0415  # loaded only where there is something to draw

    white, coral = (Image.new("L", (WIDTH, HEIGHT)) for _ in range(2))
    pen, accent = ImageDraw.Draw(white), ImageDraw.Draw(coral)
    right, left = WIDTH - _MARGIN, _MARGIN
    kicker = _fitted(_drawable(card.kicker), "Bold", _SMALL, right - left - 40)
    if kicker:
        _nuqta(accent, right - 12, 100)
        _text(accent, (right - 40, 112), kicker, "Bold", _SMALL, "rs")
    size, lines = _set_headline(_drawable(card.headline))
    leading = round(size * _LEADING)
    # Centred between kicker and foot: the first baseline lies below the middle of the letters' height.
    top = (_ROOM[0] + _ROOM[1] - leading * len(lines)) // 2
    for number, line in enumerate(lines):
        _text(pen, (right, top + leading * number + round(leading * 0.72)), line, "Bold", size, "rs")
    accent.rectangle((left, 520, right, 522), fill=128)
    date = _fitted(_drawable(card.date), "Regular", _SMALL, (right - left) // 2)
    if date:
        _text(pen, (left, 578), date, "Regular", _SMALL, "ls")
    room = right - left - (_width(date, "Regular", _SMALL) + 40 if date else 0)
    _text(pen, (right, 580), _fitted(_drawable(card.site), "Bold", _SMALL + 6, room), "Bold", _SMALL + 6, "rs")
    return _png(white, coral)


def _png(white: Any, coral: Any) -> bytes:
    """Return the two layers, drawn in shades of grey, as one picture with a palette."""
    from PIL import Image  # noqa: PLC0415

    steps = white.point([round(value * _STEPS / 255) for value in range(256)])
    coral_steps = coral.point([round(value * _CORAL_STEPS / 255) for value in range(256)])
    steps.paste(
        coral_steps.point([value + _STEPS if value else 0 for value in range(256)]),
        mask=coral_steps.point([255 if value else 0 for value in range(256)]),
    )
    made = Image.frombytes("P", (WIDTH, HEIGHT), steps.tobytes())
    colours = [_GROUND, *_ramp(_WHITE, _STEPS), *_ramp(_CORAL, _CORAL_STEPS)]
    made.putpalette([part for colour in colours for part in colour])
    out = io.BytesIO()
    # Flat colour: runs of the same byte are all there is to find.
    made.save(out, "PNG", bits=4, compress_level=6, compress_type=zlib.Z_RLE)
    return out.getvalue()


def _ramp(colour: tuple[int, int, int], steps: int) -> list[tuple[int, ...]]:
    mixed = (
        (ground + (to - ground) * at // steps for ground, to in zip(_GROUND, colour, strict=True))
        for at in range(1, steps + 1)
    )
    return [tuple(parts) for parts in mixed]


def _nuqta(pen: Any, x: int, y: int) -> None:
    pen.polygon([(x - 12, y), (x, y - 12), (x + 12, y), (x, y + 12)], fill=255)


def _text(pen: Any, at: tuple[int, int], text: str, weight: str, size: int, anchor: str) -> None:
    pen.text(at, text, font=_font(weight, size), fill=255, anchor=anchor, direction="rtl", language="ar")


def _width(text: str, weight: str, size: int) -> float:
    return float(_font(weight, size).getlength(text, direction="rtl", language="ar"))


def _font_file(weight: str) -> Path:
    return Path(plex.ROOT, "files", f"IBMPlexSansArabic-{weight}.ttf")


@cache
def _font(weight: str, size: int) -> Any:
    from PIL import ImageFont  # noqa: PLC0415

    return ImageFont.truetype(str(_font_file(weight)), size, layout_engine=ImageFont.Layout.RAQM)


@cache
def _letters() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(_font_file("Bold"), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _drawable(text: str) -> str:
    """Return ``text`` without what the typeface has no letter for: rather nothing than an empty box. Marks that are
    heaped on a letter would make a picture of any height, and no card holds more than _MOST letters."""
    drawn = "".join(char for char in text[: 4 * _MOST] if char == " " or ord(char) in _letters())
    return " ".join(_HEAPED.sub(r"\1", drawn)[:_MOST].split())
