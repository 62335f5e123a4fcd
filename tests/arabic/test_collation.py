"""The order of an Arabic index, A–ي."""

from __future__ import annotations

import random

import pytest

from nashra.arabic.collation import DIGITS, LATIN, OTHER, by_letter, letter, sort_key


@pytest.mark.parametrize(
    ("name", "under"),
    [
        ("الكرملين", "ك"),
        ("كرملين", "ك"),
        ("القدس", "ق"),
        ("الأمم المتحدة", "ا"),
        ("أوروبا", "ا"),
        ("إيران", "ا"),
        ("آسيا الوسطى", "ا"),
        ("ألمانيا", "ا"),
        ("المانيا", "ا"),
        ("الله", "ا"),
        ("مؤتمر جنيف", "م"),
        ("هيئة", "ه"),
        ("«الجزيرة»", "ج"),
        ("الـكـرملين", "ك"),
        ("الْعِراق", "ع"),
        ("يونيسف", "ي"),
        ("ال", "ا"),
        ("5G", DIGITS),
        ("2021", DIGITS),
        ("٢٠٢١", DIGITS),
        ("CISA", LATIN),
        ("éa", OTHER),
        ("…", OTHER),
        ("", OTHER),
    ],
)
def test_the_letter_a_name_stands_under(name: str, under: str) -> None:
    assert letter(name) == under


def test_names_stand_in_alphabetical_order_whatever_order_they_came_in() -> None:
    wanted = ["الأردن", "آسيا", "بيروت", "تونس", "الجزائر", "دمشق", "العراق", "غزة", "القدس", "لبنان", "مصر", "هولندا"]
    wanted += ["واشنطن", "اليمن", "5G", "CISA", "NATO"]
    for seed in range(20):
        names = random.Random(seed).sample(wanted, len(wanted))
        assert sorted(names, key=sort_key) == wanted


def test_each_letter_comes_once_with_all_its_names() -> None:
    names = ["القدس", "قطر", "بيروت", "أوروبا", "الأردن", "NATO", "الباب", "إيران"]
    found = by_letter([(name, name) for name in names])
    assert found == [
        ("ا", ["الأردن", "أوروبا", "إيران"]),
        ("ب", ["الباب", "بيروت"]),
        ("ق", ["القدس", "قطر"]),
        (LATIN, ["NATO"]),
    ]
