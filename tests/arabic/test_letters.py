"""Folding: spellings of one word compare equal, and every folded span leads back to what was written."""

from __future__ import annotations

import pytest

from nashra.arabic.letters import fold, key, tidy


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("إلى", "الي"),
        ("مدرسة", "مدرسه"),
        ("السُّودان", "السودان"),
        ("الســودان", "السودان"),
        ("کتاب", "كتاب"),
        ("ایران", "إيران"),
        ("مسؤول", "مسوول"),
        ("٢٠٢١", "2021"),
        ("۲۰۲۱", "2021"),
        ("«قمة»", "“قمة”"),
        ("ﻻ", "لا"),
        ("ﷲ", "الله"),
        ("الـ30", "ال30"),
        ("بو\u200fتين", "بوتين"),
        ("آسيا", "اسيا"),
        ("ٱلسلام", "السلام"),
        ("رئيس", "رييس"),
        ("مستشفى", "مستشفي"),
        ("علی", "على"),
        ("ﺑﻮﺗﻴﻦ", "بوتين"),
        ("ﻻفروف", "لافروف"),
        ("«قمة «جنيف»»", "“قمة “جنيف””"),
        ("‹قمة›", '"قمة"'),
        ("١٫٥", "1.5"),
        ("موسكو–كييف", "موسكو-كييف"),
    ],
)
def test_spellings_of_one_word(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), [("عمر", "عمرو"), ("علم", "علماء"), ("سود", "سودان")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize("text", ["في السُّودان اليوم", "ﻻ سبيل", "الـ30 من تموز", "نص عادي"])
def test_a_folded_span_leads_back(text: str) -> None:
    folded = fold(text)
    for start in range(len(folded.text)):
        begin, end = folded.span(start, start + 1)
        assert folded.text[start] in key(text[begin:end]) or not folded.text[start].strip()
        assert folded.position(begin) <= start


@pytest.mark.parametrize("text", ["سلمان ـ حفظه الله ـ اليوم", "القاهرة ـ"])
def test_a_tatweel_alone_is_a_dash(text: str) -> None:
    assert key(text) == key(text.replace("ـ", "-"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("وِزَارَةُ الصِّحَّةِ", "وزارة الصحة"),
        ("إيهاب الخرّاط", "إيهاب الخرّاط"),
        ("غلام حسین کریمی", "غلام حسين كريمي"),
        ("ﻛﻠﻮﺩ ﺟﻮﺯﻳﻒ", "كلود جوزيف"),
        ("عـمـر\u200f  سالم", "عمر سالم"),
    ],
)
def test_a_name_is_shown_in_the_letters_of_newspapers(written: str, shown: str) -> None:
    assert tidy(written) == shown
