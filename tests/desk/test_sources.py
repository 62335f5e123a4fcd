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
        ("وقالت «رويترز» إن السفينة غادرت", "رويترز"),
        ("نقلاً عن وكالة «تاس» الروسية", "تاس"),
        ("بحسب “تاس” فإن اللقاء انتهى", "تاس"),
        ("وفي تصريح لتاس قال الوزير إن بلاده جاهزة", "تاس"),
        ("وفقاً لما ذكرته وكالة رويترز", "رويترز"),
        ("ونقلت عنه رويترز قوله إن الاتفاق وشيك", "رويترز"),
        ("حسبما أفادت وكالة الأنباء السورية سانا", "سانا"),
        ("ونقل موقع روسيا اليوم عن مصدر", "روسيا اليوم"),
        ("دمشق-سانا بدأ اللقاء", "سانا"),
        ("موسكو - تاس - بدأ اللقاء", "تاس"),
        ("أنقرة - الأناضول - بدأ اللقاء", "الأناضول"),
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
        "في ذكرى تاس أقيم حفل",
        "وسط تركيا - الأناضول وجوارها",
        "وأضافت الوكالة أن الوفد وصل",
    ],
)
def test_merely_mentioned(text: str) -> None:
    assert sources(text) == []


def test_two_agencies_side_by_side() -> None:
    assert sources("ونقلت رويترز وفرانس برس عن مصدر") == ["رويترز", "فرانس برس"]
    assert sources("زار مقر رويترز وفرانس برس") == []


def test_a_dateline_stands_in_the_text_not_in_the_headline() -> None:
    assert sources("دمشق (سانا) بدء الأعمال", para=-1) == []


def test_evidence_is_the_agency_itself() -> None:
    text = "ونقلت وكالة تاس عن مصدر"
    readings = [reading(0, text)]
    (mention,) = ATTRIBUTION.find(readings, GAZETTEER.find(readings))
    assert text[mention.start : mention.end] == "تاس"


@pytest.mark.parametrize(
    ("text", "agency"),
    [("غزة 15-5-2021 وفا- قصفت الطائرات البرج", "وفا"), ("تونس (وات) - أعلنت الوزارة ذلك", "وات")],
)
def test_datelines_with_a_date(text: str, agency: str) -> None:
    assert sources(text) == [agency]
