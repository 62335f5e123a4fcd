"""Bulletins cut into stories: at a turn to another matter, not at every «من جهة أخرى»."""

from __future__ import annotations

from itertools import pairwise

import pytest

from conftest import ROOT
from nashra.desk.analyse import Desk, analyse
from nashra.desk.model import Analysis
from nashra.desk.reading import read
from nashra.desk.seed import parse
from nashra.desk.split import _WEIGHTS, SoFar, signs, weigh

DESK = Desk.load(ROOT / "topics.toml")

TALKS = [
    "أعلنت وزارة الخارجية الروسية أن الوزير سيرغي لافروف سيبحث في القاهرة مع نظيره المصري سامح شكري ملف سد النهضة.",
    "وأضافت الوزارة أن لافروف سيلتقي الأمين العام لجامعة الدول العربية، وأن المباحثات مع شكري ستتناول سد النهضة.",
    "وأكد لافروف قبل سفره إلى القاهرة أن موسكو تؤيد حلاً يرضي الدول المعنية بملف سد النهضة عبر المفاوضات.",
]
DRILLS = [
    "بدأت القوات البحرية الهندية مناورات عسكرية في خليج البنغال تشارك فيها غواصات وحاملة طائرات وعشرات السفن الحربية.",
    "وتشمل المناورات البحرية تدريب الغواصات على الرماية، وتحاكي فيها السفن الحربية صد هجوم من الجو على حاملة الطائرات.",
    "وتستمر المناورات أسبوعين، وتختتم بعرض للسفن والغواصات المشاركة قبالة الساحل الهندي.",
]
MARKET = [
    "ارتفعت أسعار القمح في بورصة شيكاغو إلى أعلى مستوى منذ ثمانية أعوام بفعل الجفاف في مناطق زراعته.",
    "وقال متعاملون في البورصة إن أسعار القمح قد ترتفع أكثر إذا استمر الجفاف وتراجع المحصول.",
    "وتوقع محللون أن تنعكس أسعار القمح على كلفة الخبز في البلدان التي تستورد محصول القمح من الخارج.",
]


def bulletin(*paragraphs: str, headline: str = "لافروف يبحث في القاهرة ملف سد النهضة", header: str = "") -> Analysis:
    return analyse(
        parse("a.txt", "\n".join([*([header, ""] if header else []), headline, *paragraphs])), DESK, why=True
    )


def starts(analysis: Analysis) -> list[int]:
    return [story.start for story in analysis.stories]


def test_one_story_stays_whole() -> None:
    assert starts(bulletin(*TALKS)) == [0]


@pytest.mark.parametrize(
    "marker", ["وفي شأن آخر، ", "وفي سياق منفصل، ", "وعلى صعيد آخر، ", "في موضوع آخر، ", "وفي خبر آخر، "]
)
def test_a_turn_to_another_matter_begins_a_story(marker: str) -> None:
    assert starts(bulletin(*TALKS, marker + DRILLS[0], *DRILLS[1:])) == [0, 3]


@pytest.mark.parametrize(("field", "story"), [("عسكرياً، ", DRILLS), ("اقتصادياً، ", MARKET)])
def test_a_field_named_at_the_start_begins_a_story(field: str, story: list[str]) -> None:
    assert starts(bulletin(*TALKS, field + story[0], *story[1:])) == [0, 3]


def test_three_stories() -> None:
    text = [*TALKS, "وفي شأن آخر، " + DRILLS[0], *DRILLS[1:], "اقتصادياً، " + MARKET[0], *MARKET[1:]]
    assert starts(bulletin(*text)) == [0, 3, 6]


def test_unmarked_stories_that_share_nothing() -> None:
    assert starts(bulletin(*TALKS, *DRILLS)) == [0, 3]
    assert starts(bulletin(*TALKS, *MARKET)) == [0, 3]


@pytest.mark.parametrize("marker", ["من جهة أخرى، ", "من جهته، ", "كما ", "في غضون ذلك، ", "وفي السياق ذاته، "])
def test_a_marker_inside_one_story_cuts_nothing(marker: str) -> None:
    third = "أوضح لافروف أن مباحثاته مع شكري في القاهرة ستشمل، إلى جانب سد النهضة، العلاقات الثنائية."
    assert starts(bulletin(*TALKS[:2], marker + third, TALKS[2])) == [0]


def test_stars_always_cut() -> None:
    assert starts(bulletin(TALKS[0], "***", *TALKS[1:])) == [0, 1]


def test_the_editor_may_keep_it_whole() -> None:
    text = [*TALKS, "وفي شأن آخر، " + DRILLS[0], *DRILLS[1:]]
    assert starts(bulletin(*text, header="Split: no")) == [0]


def test_stars_cut_what_is_else_kept_whole() -> None:
    text = [*TALKS, "***", *DRILLS, "وفي شأن آخر، " + MARKET[0]]
    assert starts(bulletin(*text, header="Split: no")) == [0, 3]


def test_stories_hold_every_paragraph_once() -> None:
    text = [*TALKS, "وفي شأن آخر، " + DRILLS[0], *DRILLS[1:], "اقتصادياً، " + MARKET[0], *MARKET[1:]]
    found = bulletin(*text)
    assert [p.text for story in found.stories for p in story.paragraphs] == text
    assert all(a.end == b.start for a, b in pairwise(found.stories))


def test_a_boundary_says_what_spoke_for_it() -> None:
    found = bulletin(*TALKS, "وفي شأن آخر، " + DRILLS[0], *DRILLS[1:])
    spoke = [e for e in found.stories[1].evidence if e.decision == "boundary"]
    assert any("شأن آخر" in e.words for e in spoke)
    assert {e.para for e in spoke} == {3}


def test_a_story_grows_without_touching_its_paragraphs() -> None:
    readings = read(parse("a.txt", "\n".join(["عنوان", DRILLS[0], *TALKS[:2]])))
    spoken = [hit for reading in readings for hit in DESK.topics.spoken(reading)]
    view = DESK.splitter.see(readings, DESK.gazetteer.find(readings), spoken)
    lead, second, third = view.paragraphs
    before = (lead.words, lead.ties, lead.names, dict(lead.topics))
    story = SoFar(view, 0)
    story.add(second)
    story.add(third)
    assert (story.lead, story.last) == (lead, third)
    assert story.words == lead.words | second.words | third.words > lead.words
    assert story.names == lead.names | second.names | third.names
    assert story.weight == weigh(story.ties, view.telling) > lead.weight
    assert list(signs(view, story, 2)) == list(_WEIGHTS)
    assert story.topics.keys() == lead.topics.keys() | second.topics.keys() | third.topics.keys()
    assert (lead.words, lead.ties, lead.names, lead.topics) == before


def test_fields_one_behind_another_are_a_story_each() -> None:
    fields = [
        "أمنياً، أوقفت دورية من الجيش مطلوباً في بلدة حدودية وضبطت معه أسلحة وذخائر.",
        "قضائياً، استجوب المحقق شاهدين في قضية انفجار المرفأ وأرجأ الجلسة.",
        "صحياً، سجلت المستشفيات ألف إصابة جديدة بالفيروس وثلاث وفيات.",
    ]
    assert starts(bulletin(*TALKS, *fields)) == [0, 3, 4, 5]


def test_what_tells_nothing_is_no_story() -> None:
    assert starts(bulletin(*TALKS, "// انتهى //")) == [0]


def test_a_dateline_with_its_date_is_no_story() -> None:
    dateline = "الرياض 06 شعبان 1443 هـ الموافق 09 مارس 2022 م واس"
    assert bulletin(dateline, *TALKS).stories[0].summary.startswith("أعلنت وزارة الخارجية")


def test_one_word_in_common_is_no_likeness() -> None:
    common = ["حضر الوزير.", "حضر المدير."]
    view = DESK.splitter.see(read(parse("a.txt", "\n".join(["عنوان", *common, *["سطر"] * 8]))), (), ())
    assert view.alike(view.paragraphs[0].ties, view.paragraphs[1].ties) < 1


def test_a_word_of_every_paragraph_ties_none() -> None:
    """In thousands of paragraphs it tells nothing at all: a table must not divide by it."""
    assert len(bulletin(*[f"العملة {number} شراء" for number in range(3000)]).stories) == 1
