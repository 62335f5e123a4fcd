"""The typeface: IBM Plex Sans Arabic cut down to what a news page shows, under a name that changes with its bytes.

A style sheet of a theme asks for it with ``url("fonts/sans-400.woff2")`` (or 700), an address beside the sheet. A
sheet that does not ask stays as it is, and so does one whose theme has such a file of its own.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
from collections.abc import Callable, Container
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from nashra.site.writer import replace_file

_FACES = {"400": "IBMPlexSansArabic-Regular.ttf", "700": "IBMPlexSansArabic-Bold.ttf"}
# «Plex» is a reserved font name (OFL §3): what is cut down may not be shown under it.
FAMILY = "Nashra Sans"
_LETTERS = (
    *range(0x20, 0x7F),  # basic Latin
    *(0xA0, 0xAB, 0xB0, 0xB7, 0xBB, 0xD7),  # no-break space « ° · » ×
    *(0x60C, 0x61B, 0x61F, *range(0x66A, 0x66E)),  # ، ؛ ؟ ٪ ٫ ٬ ٭
    *range(0x621, 0x63B),
    *range(0x640, 0x656),
    *(0x670, 0x671),
    *(0x67E, 0x686, 0x698, 0x6A4, 0x6A9, 0x6AF, 0x6C0, 0x6C1, 0x6CC),  # پ چ ژ ڤ ک گ ۀ ہ ی
    *range(0x660, 0x66A),
    *range(0x6F0, 0x6FA),
    *(0x200C, 0x200D, 0x200E, 0x200F),  # joiners and marks of direction
    *range(0x2010, 0x2016),  # hyphens and dashes
    *(0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x2039, 0x203A, 0x20AC, 0x2212),
    *(0xFB01, 0xFB02),  # fi and fl as one letter, as copied from a PDF
)
# What a browser applies unasked; small capitals, old figures and the like are left out.
_FEATURES = (
    *("ccmp", "locl", "isol", "init", "medi", "fina", "rlig", "liga", "clig", "calt", "rclt"),
    *("curs", "kern", "mark", "mkmk"),
)
_ASKED = re.compile(
    r"""url\((?P<quote>["']?)(?P<address>(?:[\w.-]+/)*fonts/sans-(?P<weight>400|700)\.woff2)(?P=quote)\)"""
)


def cut(font: bytes) -> bytes:
    """Return the part of a TrueType ``font`` that news is set in, as WOFF2; the same bytes for the same font."""
    # Slow to import, and asked for only when a face is new.
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    # «meta» names languages, for font menus.
    options = Options(
        layout_features=list(_FEATURES), hinting=False, notdef_outline=True, name_IDs=[0, 13, 14], drop_tables=["meta"]
    )
    with TTFont(io.BytesIO(font), recalcTimestamp=False) as made:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=_LETTERS)
        subsetter.subset(made)
        for number, name in ((1, FAMILY), (4, FAMILY), (6, FAMILY.replace(" ", ""))):
            made["name"].setName(name, number, 3, 1, 0x409)
        made.flavor = "woff2"
        data = io.BytesIO()
        made.save(data, reorderTables=False)
    return data.getvalue()


class Fonts:
    """The faces that a build's style sheets ask for, cut once and kept in the folder ``state``.

    A new story costs nothing here: a face is cut again only when the typeface, the letters or fontTools change.
    """

    def __init__(self, state: Path, make: Callable[[bytes], bytes] = cut) -> None:
        self._folder = state / "fonts"
        self._make = make
        self._faces: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        """The fonts to be written, by their path below the theme's static folder."""

    def dress(self, name: str, sheet: bytes, own: Container[str] = ()) -> bytes:
        """Return the style ``sheet`` with the addresses of the faces it asks for; note these in ``files``.

        ``name`` is the sheet's path below the theme's static folder, ``own`` what else lies there.
        """
        if b"fonts/sans-" not in sheet:
            return sheet

        def address(found: re.Match[str]) -> str:
            beside = posixpath.normpath(posixpath.join(posixpath.dirname(name), found["address"]))
            if beside in own or beside.startswith("../"):
                return found[0]
            data = self.face(found["weight"])
            digest = f"-{hashlib.sha256(data).hexdigest()[:10]}.woff2"
            self.files[beside.replace(".woff2", digest)] = data
            return found[0].replace(".woff2", digest)

        return _ASKED.sub(address, sheet.decode()).encode()

    def face(self, weight: str) -> bytes:
        """Return the face of a ``weight``, "400" or "700", as WOFF2."""
        if weight not in self._faces:
            source = _source(_FACES[weight])
            recipe = repr((FAMILY, _LETTERS, _FEATURES, version("fonttools"), version("brotli"))).encode()
            kept = self._folder / f"{hashlib.sha256(recipe + source).hexdigest()[:32]}.woff2"
            self._faces[weight] = _kept(kept) or self._keep(kept, self._make(source))
        return self._faces[weight]

    def _keep(self, path: Path, data: bytes) -> bytes:
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_file(str(path), data)
        return data


def _source(file: str) -> bytes:
    found = find_spec("fontpkg_ibm_plex_sans_arabic")
    assert found and found.origin
    return Path(found.origin).with_name("files").joinpath(file).read_bytes()


def _kept(path: Path) -> bytes:
    """Return the font kept at ``path``, nothing when it is not there or not whole (WOFF2 tells its own length)."""
    try:
        data = path.read_bytes()
    except OSError:
        return b""
    return data if data[:4] == b"wOF2" and int.from_bytes(data[8:12]) == len(data) else b""
