"""The HTML of hand-written articles, made fit to be read away from its page."""

from __future__ import annotations

import pytest

from feeds import rules
from nashra.feeds.portable import lead, picture, portable

BASE = "https://n.example/2021/07/مقال.html"
HERE = "https://n.example/2021/07/%D9%85%D9%82%D8%A7%D9%84.html"


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ('<a href="#fn:1">1</a>', f'<a href="{HERE}#fn:1">1</a>'),
        ('<a href="../صور">ص</a>', '<a href="https://n.example/2021/%D8%B5%D9%88%D8%B1">ص</a>'),
        ('<a href="/a%20b?x=1&amp;y=[2]">a</a>', '<a href="https://n.example/a%20b?x=1&amp;y=[2]">a</a>'),
        ('<a href="mailto:a@n.example">a</a>', '<a href="mailto:a@n.example">a</a>'),
        ('<img src=" a b.png ">', '<img src="https://n.example/2021/07/a%20b.png"/>'),
        (
            '<img srcset="a.png 1x, /b.png 2x, ">',
            '<img srcset="https://n.example/2021/07/a.png 1x, https://n.example/b.png 2x"/>',
        ),
        ('<a href="JavaScript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="java\tscript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="http://[no">a</a>', '<a href="http://[no">a</a>'),
        ('<p style="direction:rtl" onclick="go()" class="x">ن</p>', '<p class="x">ن</p>'),
        ("<p>ن<script>alert(1)</script><iframe src='/x'></iframe><svg><p>x</p></svg></p>", "<p>ن</p>"),
        ("<p>ن</div></p>", "<p>ن</p>"),
    ],
)
def test_addresses_are_whole_and_risks_are_gone(written: str, made: str) -> None:
    assert portable(written, BASE) == made


def test_what_comes_out_keeps_the_rules_for_feeds() -> None:
    hostile = '<p style="x">ن <a href="x y">ص</a><br><object data="x"></object><img src="ص.png" alt="ص" onload="x">'
    made = f'<div dir="rtl" lang="ar">{portable(hostile, BASE)}</div>'
    assert list(rules.html_faults("here", made)) == []
    assert list(rules.html_faults("here", f'<div dir="rtl" lang="ar">{hostile}</div>'))


def test_the_first_picture_is_the_storys() -> None:
    assert picture('<p>ن<img src="/a.png" alt="أ"><img src="/b.png"></p>') == ("/a.png", "أ")
    assert picture("<p>ن &lt;img src=x&gt;</p>") is None


def test_the_lead_is_the_first_paragraph_without_scripts_and_footnotes() -> None:
    html = '<h2>ع</h2><script>alert(1)</script><p> </p><p>نص<sup id="f"><a href="#fn">1</a></sup>\n أول.</p><p>ثان</p>'
    assert lead(html) == "نص أول."
    assert lead("نص بلا فقرة") == "نص بلا فقرة"
