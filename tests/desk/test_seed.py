"""A seed read: header, headline, paragraphs. What is wrong is said with its line."""

from __future__ import annotations

import pytest

from nashra.desk.model import Header
from nashra.desk.seed import parse
from nashra.errors import Problem

BODY = "عنوان النشرة\nفقرة أولى.\nفقرة ثانية."


def test_headline_and_paragraphs_with_their_lines() -> None:
    bulletin = parse("a.txt", "\n\nعنوان\n\n  فقرة أولى. \n\nفقرة ثانية.\n")
    assert bulletin.headline == "عنوان"
    assert [(p.text, p.line) for p in bulletin.paragraphs] == [("فقرة أولى.", 5), ("فقرة ثانية.", 7)]
    assert bulletin.header == Header()


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("Date: 2021-07-09", "date", "2021-07-09"),
        ("Date: 2021-07", "date", "2021-07"),
        ("Date: 2021", "date", "2021"),
        ("Date: 2021-07-09 14:30", "date", "2021-07-09T14:30"),
        ("Date: 2021-07-09T14:30:00+03:00", "date", "2021-07-09T14:30:00+03:00"),
        ("التاريخ: 9 تموز 2021", "date", "2021-07-09"),
        ("التاريخ: ٢٠٢١-٠٧-٠٩", "date", "2021-07-09"),
        ("التاريخ: 10 ذو الحجة 1442 هـ", "date", "2021-07-20"),
        ("Category: cyber", "category", "cyber"),
        ("القسم: الأمن السيبراني", "category", "الأمن السيبراني"),
        ("Tags: بوتين, موسكو", "tags", ("بوتين", "موسكو")),
        ("الوسوم: بوتين، موسكو؛ تاس", "tags", ("بوتين", "موسكو", "تاس")),
        ("Source: تاس", "sources", ("تاس",)),
        ("المصدر: تاس، رويترز", "sources", ("تاس", "رويترز")),
        ("Author: سلمى", "authors", ("سلمى",)),
        ("الكاتب: سلمى", "authors", ("سلمى",)),
        ("Status: draft", "status", "draft"),
        ("الحالة: مسودة", "status", "draft"),
        ("STATUS: Withdrawn", "status", "withdrawn"),
        ("Split: no", "split", False),
        ("التقسيم: لا", "split", False),
        ("Correction: صُحّح الاسم.", "correction", "صُحّح الاسم."),
    ],
)
def test_a_header_in_english_and_in_arabic(line: str, field: str, value: object) -> None:
    bulletin = parse("a.txt", f"{line}\n\n{BODY}")
    assert getattr(bulletin.header, field) == value
    assert bulletin.headline == "عنوان النشرة"


def test_a_header_takes_no_text_away() -> None:
    with_header = parse("a.txt", f"Date: 2021-07-09\nTags: أ\n\n{BODY}")
    assert [p.text for p in with_header.paragraphs] == [p.text for p in parse("a.txt", BODY).paragraphs]
    assert [p.line for p in with_header.paragraphs] == [5, 6]


@pytest.mark.parametrize(
    "headline",
    ["الكرملين: لا تعليق", "موسكو: اتفاق وشيك", "عاجل: زلزال", "Reuters: deal near", "دمشق - سانا: بدء الأعمال"],
)
def test_a_headline_with_a_colon_is_no_header(headline: str) -> None:
    assert parse("a.txt", f"{headline}\n\nفقرة أولى.\nفقرة ثانية.").headline == headline
    assert parse("a.txt", f"{headline}\nفقرة أولى.").headline == headline


def test_a_header_needs_a_blank_line_below_it() -> None:
    assert parse("a.txt", "Date: 2021-07-09\nعنوان بلا سطر فارغ\nفقرة.").headline == "Date: 2021-07-09"


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        (f"Date: 2021-07-09\nColour: red\n\n{BODY}", 2, "Colour: red"),
        (f"\nDate: 2021-07-09\nاللون: أحمر\n\n{BODY}", 3, "اللون: أحمر"),
        (f"Date: 9/9\n\n{BODY}", 1, "9/9"),
        (f"Date: 2021-02-30\n\n{BODY}", 1, "2021-02-30"),
        (f"Date: 2021-13\n\n{BODY}", 1, "2021-13"),
        (f"Date: أمس\n\n{BODY}", 1, "أمس"),
        (f"Date:\n\n{BODY}", 1, "is no date"),
        (f"Tags: أ\nStatus: perhaps\n\n{BODY}", 2, "perhaps"),
        (f"Split: maybe\n\n{BODY}", 1, "maybe"),
    ],
)
def test_what_is_wrong_in_a_header_is_said_with_its_line(text: str, line: int, wrong: str) -> None:
    with pytest.raises(Problem) as caught:
        parse("a.txt", text)
    assert caught.value.line == line
    assert wrong in caught.value.wrong
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n \n\t\n", "***", "Date: 2021-07-09\n\n"])
def test_an_empty_seed_is_refused(text: str) -> None:
    with pytest.raises(Problem):
        parse("a.txt", text)


def test_a_headline_alone_is_refused_at_its_line() -> None:
    with pytest.raises(Problem) as caught:
        parse("a.txt", "\n\nعنوان وحيد\n")
    assert caught.value.line == 3


def test_a_sidecar_fills_what_the_seed_does_not_say() -> None:
    bulletin = parse("a.txt", f"Date: 2021-07-09\n\n{BODY}", "Date: 2020-01-01\nCategory: cyber\n")
    assert (bulletin.header.date, bulletin.header.category) == ("2021-07-09", "cyber")


def test_a_sidecar_may_say_only_what_a_header_may() -> None:
    with pytest.raises(Problem):
        parse("a.txt", BODY, "Slug: ../x")


def test_stars_force_a_story_and_are_not_shown() -> None:
    bulletin = parse("a.txt", "عنوان\nأولى.\nثانية.\n***\nثالثة.\n * \nرابعة.\n ***** \nخامسة.")
    assert [p.text for p in bulletin.paragraphs] == ["أولى.", "ثانية.", "ثالثة.", "*", "رابعة.", "خامسة."]
    assert bulletin.breaks == {2, 5}


def test_stars_at_the_edges_force_nothing() -> None:
    assert parse("a.txt", "عنوان\n***\nأولى.\nثانية.\n***\n").breaks == frozenset()
