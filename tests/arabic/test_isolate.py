"""Latin runs and number ranges set apart: the characters stay what they were, and none becomes markup."""

from __future__ import annotations

import random

import pytest
from bs4 import BeautifulSoup

from nashra.arabic.isolate import isolated


def runs(html: str) -> list[str]:
    return [bdi.get_text() for bdi in BeautifulSoup(html, "html.parser").select("bdi[lang=en], bdi[dir]")]


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("أعلنت شركة Microsoft عن الثغرة CVE-2021-34527.", ["Microsoft", "CVE-2021-34527"]),
        ("نظام Windows 10 من SolarWinds Orion، ثم", ["Windows 10", "SolarWinds Orion"]),
        ("شركة AT&T ولغة C++", ["AT&T"]),
        ("الحرف C وحده، والطائرة F-35", []),
        ("شبكات G5 و5G وحدها", []),
        ("على https://example.org/a?b=1&c=2.", ["https://example.org/a?b=1&c=2"]),
        ("قال Erdoğan إن", ["Erdoğan"]),
        ("بين 10-15% من السكان", ["10-15%"]),
        ("موسم 2020–2021 انتهى", ["2020–2021"]),
        ("فاز بنتيجة و3-1 أمس", ["3-1"]),
        ("نحو 1.5-2.5 مليون", ["1.5-2.5"]),
        ("من ١٠-١٥ يوماً", ["١٠-١٥"]),
        ("في 2021-07-09 وعلى 555-12-34", ["2021-07-09", "555-12-34"]),
        ("الساعة 10:30 يوم 9/7/2021 بنحو 1,500", []),
        ("بلا لاتينية ولا أرقام", []),
    ],
)
def test_what_is_set_apart(text: str, apart: list[str]) -> None:
    assert runs(isolated(text)) == apart


def test_a_range_reads_from_right_to_left_and_a_chain_does_not() -> None:
    assert isolated("10-15") == '<bdi dir="rtl"><bdi>10</bdi>-<bdi>15</bdi></bdi>'
    assert isolated("2021-07-09") == '<bdi dir="ltr">2021-07-09</bdi>'


HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "&lt;b&gt; &amp;amp; &#x3c;i&#x3e;",
    "</bdi><svg/onload=alert(1)> \"quoted\" 'one'",
    "<<AT&T>> <bdi lang=en>x</bdi>",
    "a&b<c>d 1-2<3-4>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_wire_copy_never_becomes_markup(text: str) -> None:
    page = BeautifulSoup(isolated(text), "html.parser")
    assert page.get_text() == text
    assert {element.name for element in page.find_all()} <= {"bdi"}
    assert all(set(element.attrs) <= {"lang", "dir"} for element in page.find_all())


@pytest.mark.parametrize("seed", range(10))
def test_every_character_is_kept(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(100):
        text = "".join(chance.choices("ab Zé<>&;\"'/-–:.,=+#%01٢9اب،(){}", k=chance.randrange(60)))
        page = BeautifulSoup(isolated(text), "html.parser")
        assert page.get_text() == text
        assert {element.name for element in page.find_all()} <= {"bdi"}


def test_a_long_run_takes_no_longer_than_its_length() -> None:
    for text in ("a-" * 50_000, "1-" * 50_000, "1," * 50_000 + "x", "a " * 50_000, "&<" * 50_000):
        assert BeautifulSoup(isolated(text), "html.parser").get_text() == text
