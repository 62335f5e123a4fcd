"""Bytes to text: UTF-8, or UTF-16 with its byte order mark; anything else is refused by name, never guessed."""

from __future__ import annotations

import codecs

from nashra.arabic.hygiene import clean
from nashra.errors import Problem

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_REMEDY = "save it as UTF-8 (from Windows Arabic: iconv -f WINDOWS-1256 -t UTF-8)"


def decode(data: bytes) -> str:
    """Return the clean text of ``data`` (see hygiene.clean).

    Raises Problem, with the line and byte offset, for bytes that are not UTF-8 (RFC 3629) and for NULs.
    """
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        found = f"not {encoding.upper()}: byte 0x{data[error.start]:02X} at offset {error.start}"
        raise Problem(found, _REMEDY, line=data.count(b"\n", 0, error.start) + 1) from None
    if "\0" in text:
        at = text.index("\0")
        raise Problem("it holds NUL characters", "save it as plain text", line=text.count("\n", 0, at) + 1)
    return clean(text)
