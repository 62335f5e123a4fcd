"""Set Latin words and ranges of numbers in Arabic text apart, so that neither reorders what stands beside it (UAX #9).

Wire copy is plain text: it is escaped here, piece by piece, and nothing of it becomes markup.
"""

from __future__ import annotations

import re
from html import escape

_LETTER = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_TOKEN = rf"[{_LETTER}0-9](?:[{_LETTER}0-9]|(?:://|[-_.:/@&+?=%#~'’])(?=[{_LETTER}0-9]))*"
# Latin words with what joins them: «CVE-2021-34527», «AT&T», «example.org/a?b=1», «Windows 10», «SolarWinds Orion».
_LATIN = rf"(?<![{_LETTER}0-9])(?=[0-9]*[{_LETTER}]){_TOKEN}(?:[ ]{_TOKEN})*(?:\+\+|#)?"
_NUMBER = r"[0-9\u0660-\u0669\u06f0-\u06f9]+(?:[.,\u066b\u066c][0-9\u0660-\u0669\u06f0-\u06f9]+)*%?"
# An Arabic letter may stand before it: «و10-15».
_ALONE = rf"(?<![{_LETTER}0-9\u0660-\u0669\u06f0-\u06f9_.,/:+-])"
_ENDED = r"(?![\w%]|[-–/:.,][0-9\u0660-\u0669\u06f0-\u06f9])"
_RUN = re.compile(
    rf"(?P<latin>{_LATIN})|{_ALONE}(?P<first>{_NUMBER})(?P<dash>[-–])(?P<second>{_NUMBER}){_ENDED}"
    rf"|{_ALONE}(?P<chain>\+?[0-9]+(?:-[0-9]+){{2,}})(?![\w-])"
)
# What a run may begin with: to try each of its forms at every letter of Arabic text would cost fifty times as much.
_BEGINS = re.compile(rf"[{_LETTER}0-9\u0660-\u0669\u06f0-\u06f9+]")
_TWO_LETTERS = re.compile(rf"[{_LETTER}][^{_LETTER}]*[{_LETTER}]")


def isolated(text: str) -> str:
    """Return plain ``text`` as HTML, its characters unchanged: Latin runs of two letters or more in <bdi lang="en">,
    ranges and chains of numbers in <bdi>.

    A range is read as Arabic reads it, from right to left with the first number first; a chain («2021-07-09», a
    telephone number) from left to right.
    """
    made: list[str] = []
    done = at = 0
    while begin := _BEGINS.search(text, at):
        run = _RUN.match(text, begin.start())
        at = run.end() if run else begin.end()
        markup = _markup(run) if run else ""
        if run and markup:
            made += escape(text[done : run.start()], quote=False), markup
            done = at
    return "".join(made) + escape(text[done:], quote=False)


def _markup(run: re.Match[str]) -> str:
    whole = escape(run[0], quote=False)
    if run["latin"]:
        return f'<bdi lang="en">{whole}</bdi>' if _TWO_LETTERS.search(run[0]) else ""
    if run["chain"]:
        return f'<bdi dir="ltr">{whole}</bdi>'
    # Each number apart: the dash between them then goes the way of the sentence.
    return f'<bdi dir="rtl"><bdi>{run["first"]}</bdi>{run["dash"]}<bdi>{run["second"]}</bdi></bdi>'
