"""Agencies a text attributes itself to, told from those it merely mentions."""

from __future__ import annotations

import pytest

from nashra.desk.gazetteer import Gazetteer
from nashra.desk.reading import reading
from nashra.desk.sources import Attribution

GAZETTEER = Gazetteer()
ATTRIBUTION = Attribution(GAZETTEER.bare)


def sources(text: str, para: int = 0) -> list[str]:
    readings = [reading(para, text)]
    return [mention.name for mention in ATTRIBUTION.find(readings, GAZETTEER.find(readings))]


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("ونقلت وكالة تاس الروسية عن مصدر قوله إن المحادثات بدأت", "تاس"),
        ("نقلت تاس عن المتحدث أن اللقاء انتهى", "تاس"),
        ("وذكرت وكالة سبوتنيك أن الوفد وصل", "سبوتنيك"),
        ("وأفادت رويترز بأن السفينة غادرت", "رويترز"),
        ("نقلاً عن رويترز فإن الاتفاق وشيك", "رويترز"),
        ("وفقاً لرويترز ارتفعت الأسعار", "رويترز"),
        ("وقال الوزير لوكالة تاس إن بلاده جاهزة", "تاس"),
        ("وبحسب وكالة سانا عاد الأهالي", "سانا"),
        ("بيروت (أ ف ب) - أعلن الجيش انتهاء العملية", "فرانس برس"),
        ("وقالت وكالة الأناضول إن القافلة وصلت", "الأناضول"),
    ],
)
def test_attributed(text: str, agency: str) -> None:
    assert sources(text) == [agency]


@pytest.mark.parametrize(
    "text",
    [
        "هجوم على موقع وكالة تاس",
        "زار الوفد مقر رويترز في لندن",
        "تأسست سانا قبل عقود",
        "تقع هضبة الأناضول في وسط البلاد",
        "التقى الوزير رئيس تحرير سبوتنيك وبحثا التعاون بين الجانبين (تاس)",
    ],
)
def test_merely_mentioned(text: str) -> None:
    assert sources(text) == []


def test_a_dateline_stands_in_the_text_not_in_the_headline() -> None:
    assert sources("دمشق (سانا) بدء الأعمال", para=-1) == []


def test_evidence_is_the_agency_itself() -> None:
    text = "ونقلت وكالة تاس عن مصدر"
    readings = [reading(0, text)]
    (mention,) = ATTRIBUTION.find(readings, GAZETTEER.find(readings))
    assert text[mention.start : mention.end] == "تاس"
