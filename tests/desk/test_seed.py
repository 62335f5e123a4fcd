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
        ("Date: 2021-07-09T14:30Z", "date", "2021-07-09T14:30Z"),
        ("Date: 1442-12-10", "date", "2021-07-20"),
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


@pytest.mark.parametrize(
    "text",
    [
        "Status: draft\nعنوان بلا سطر فارغ\nفقرة.",
        "Status: draft\nعنوان بلا سطر فارغ\n\nفقرة.",
        "Status: draft\nTags: أ\nعنوان\n\nفقرة.",
        "Status: draft\nTags: أ",
        "\u200fالحالة: مسودة\nعنوان\nفقرة.",
    ],
)
def test_a_header_needs_a_blank_line_below_it(text: str) -> None:
    with pytest.raises(Problem, match="header") as caught:
        parse("a.txt", f"\n{text}")
    assert (caught.value.line, caught.value.remedy) == (2, "leave a blank line below the header lines")


def test_direction_marks_hide_no_header() -> None:
    bulletin = parse("a.txt", f"\u200fالحالة\u200f: مسودة\u200f\nDate: \u200e 2021-07-09\n\u200f\n{BODY}")
    assert (bulletin.header.status, bulletin.header.date) == ("draft", "2021-07-09")


@pytest.mark.parametrize(
    ("header", "line", "meant"),
    [
        ("Stauts: draft", 1, "Status"),
        ("\nAuther: سلمى\nStauts: draft", 2, "Author"),
        ("Title: خبر\nCatgory: الأمن السيبراني", 2, "Category"),
        ("الحلة: مسودة", 1, "الحالة"),
        ("التاريح: 9 تموز 2021", 1, "التاريخ"),
        ("الوسم: بوتين، موسكو", 1, "الوسوم"),
    ],
)
def test_a_key_that_is_nearly_one_is_named(header: str, line: int, meant: str) -> None:
    with pytest.raises(Problem) as caught:
        parse("a.txt", f"{header}\n\n{BODY}")
    assert caught.value.line == line
    assert f"«{meant}»" in caught.value.remedy


@pytest.mark.parametrize(
    "headline",
    ["مصدر: اتفاق وشيك", "الصدر: لا للانتخابات", "القسام: مقتل جنود", "التقييم: لا تغيير", "CISA: new guidance"],
)
def test_a_speaker_whose_name_is_nearly_a_key_keeps_the_headline(headline: str) -> None:
    assert parse("a.txt", f"{headline}\n\nفقرة أولى.").headline == headline


def test_front_matter_is_refused() -> None:
    with pytest.raises(Problem, match="front matter is not read") as caught:
        parse("a.txt", f"\n---\nStatus: draft\n---\n{BODY}")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        (f"Date: 2021-07-09\nColour: red\n\n{BODY}", 2, "Colour: red"),
        (f"\nDate: 2021-07-09\nاللون: أحمر\n\n{BODY}", 3, "اللون: أحمر"),
        (f"Date: 9/9\n\n{BODY}", 1, "9/9"),
        (f"Date: 2021-02-30\n\n{BODY}", 1, "2021-02-30"),
        (f"Date: 2021-13\n\n{BODY}", 1, "2021-13"),
        (f"Date: أمس\n\n{BODY}", 1, "أمس"),
        (f"Date: 0000\n\n{BODY}", 1, "0000"),
        (f"Date: 0001-01\n\n{BODY}", 1, "0001-01"),
        (f"Date: 2021-00\n\n{BODY}", 1, "2021-00"),
        (f"Date: 2021-07-32\n\n{BODY}", 1, "2021-07-32"),
        (f"Date: 2021-07-09T25:61\n\n{BODY}", 1, "25:61"),
        (f"Date: 2021-07-09 24:00\n\n{BODY}", 1, "24:00"),
        (f"Date: 2021-07-09T10:00:60\n\n{BODY}", 1, "10:00:60"),
        (f"Date: 2021-07-09T10:00+99:99\n\n{BODY}", 1, "+99:99"),
        (f"Date: 2021-07-09T10:00+03:99\n\n{BODY}", 1, "+03:99"),
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
    with pytest.raises(Problem) as caught:
        parse("2021/a.txt", BODY, "Status: draft\n\nSlug: ../x")
    problem = caught.value.at("seeds/2021/a.txt")
    assert str(problem).startswith("seeds/2021/a.meta:3: «Slug: ../x» is no header line; ")
    assert problem.path == "seeds/2021/a.txt"
    with pytest.raises(Problem) as caught:
        parse("a.txt", BODY, "Date: 2021-13", "a.META")
    assert str(caught.value.at("a.txt")).startswith("a.META:1: «2021-13» is no date; ")


def test_stars_force_a_story_and_are_not_shown() -> None:
    bulletin = parse("a.txt", "عنوان\nأولى.\nثانية.\n***\nثالثة.\n * \nرابعة.\n ***** \nخامسة.")
    assert [p.text for p in bulletin.paragraphs] == ["أولى.", "ثانية.", "ثالثة.", "*", "رابعة.", "خامسة."]
    assert bulletin.breaks == {2, 5}


def test_stars_at_the_edges_force_nothing() -> None:
    assert parse("a.txt", "عنوان\n***\nأولى.\nثانية.\n***\n").breaks == frozenset()


def test_lines_of_invisible_marks_are_no_paragraphs() -> None:
    bulletin = parse("a.txt", "\u200f\nعنوان\n\u200e \u200f\nأولى.\n\u200f***\nثانية\u200f.\n\u2067\u2069\n")
    assert bulletin.headline == "عنوان"
    assert [(p.text, p.line) for p in bulletin.paragraphs] == [("أولى.", 4), ("ثانية\u200f.", 6)]
    with pytest.raises(Problem, match="it is empty"):
        parse("a.txt", "\u200f\n\u200e")


@pytest.mark.parametrize("line", ["{}", "a{}", "Tags{}", "Tags: أ{}ب، ج", "Tags:{}", "Date: 2021{}", "***{}x", "{}:"])
def test_a_long_line_takes_no_time(line: str) -> None:
    wide = line.format(" " * 200_000)
    for text in (f"{wide}\n\n{BODY}", f"{BODY}\n{wide}", f"Status: draft\n{wide}\n\n{BODY}"):
        try:
            parse("a.txt", text)
        except Problem as problem:
            assert len(str(problem)) < 1000
