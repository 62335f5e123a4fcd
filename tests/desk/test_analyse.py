"""The whole desk on one bulletin: every decision has its evidence, and the editor always wins."""

from __future__ import annotations

import dataclasses

import pytest

from conftest import ROOT
from nashra.desk.analyse import Desk, analyse
from nashra.desk.model import KINDS, Analysis
from nashra.desk.seed import parse
from nashra.errors import Problem

DESK = Desk.load(ROOT / "topics.toml")
TEXT = """موسكو تعرض التعاون في الأمن السيبراني
أعلن الكرملين أن الرئيس فلاديمير بوتين بحث مع نظيره الأمريكي جو بايدن الأمن السيبراني وصد الهجمات الإلكترونية.
ونقلت وكالة تاس عن المتحدث ديمتري بيسكوف قوله أمس إن القراصنة يهاجمون الشبكات، وإن بوتين مستعد للتعاون مع بايدن.
عسكرياً، أطلق الجيش الهندي مناورات «درع الشمال 2021» في كشمير بمشاركة المدفعية والدبابات.
وذكرت رويترز أن المناورات العسكرية تستمر حتى 30 تموز الجاري، وأن المدفعية ستجري فيها رمايات ليلية."""


def desked(text: str = TEXT, date: str = "2021-07-20", header: str = "") -> Analysis:
    return analyse(parse("a.txt", f"{header}\n\n{text}" if header else text), DESK, date, why=True)


def test_two_stories_filed_tagged_sourced_and_dated() -> None:
    first, second = desked().stories
    assert (first.start, first.end, second.start, second.end) == (0, 2, 2, 4)
    assert (first.category, second.category) == ("cyber", "military-exercises")
    assert {"بوتين", "بايدن", "بيسكوف", "الكرملين", "تاس"} <= {tag.name for tag in first.tags}
    assert {"كشمير", "درع الشمال 2021", "رويترز"} <= {tag.name for tag in second.tags}
    assert (first.sources, second.sources) == (("تاس",), ("رويترز",))
    assert [date.value for date in first.dates] == ["2021-07-19"]
    assert [date.value for date in second.dates] == ["2021-07-30"]


def test_every_decision_has_its_evidence() -> None:
    for story in desked().stories:
        told = {(one.decision, one.value) for one in story.evidence}
        assert {("tag", tag.name) for tag in story.tags} <= told
        assert {("source", source) for source in story.sources} <= told
        assert ("category", story.category) in told


def test_evidence_is_the_words_as_they_are_written() -> None:
    analysis = desked(TEXT.replace("بوتين", "بوتيـن").replace("الكرملين", "الكَرملين"))
    bulletin = analysis.bulletin
    for story in analysis.stories:
        for one in (*story.evidence, *story.dates):
            written = bulletin.headline if one.para < 0 else bulletin.paragraphs[one.para].text
            assert written[one.start : one.end] == (one.words if hasattr(one, "words") else one.text)
        for tag in story.tags:
            written = bulletin.headline if tag.para < 0 else bulletin.paragraphs[tag.para].text
            assert written[tag.start : tag.end].strip()
    assert "بوتين" in {tag.name for tag in analysis.stories[0].tags}


def test_evidence_lies_in_its_own_story() -> None:
    for story in desked().stories:
        first = -1 if story.start == 0 else story.start
        assert all(first <= one.para < story.end for one in story.evidence)


def test_the_bulletins_headline_is_the_first_storys() -> None:
    first, second = desked().stories
    assert first.headline == "موسكو تعرض التعاون في الأمن السيبراني"
    assert second.headline and second.headline != first.headline
    assert "عسكرياً" not in second.headline + second.summary


def test_tags_are_of_known_kinds_and_each_once() -> None:
    for story in desked().stories:
        assert {tag.kind for tag in story.tags} <= set(KINDS)
        assert len({tag.slug for tag in story.tags}) == len(story.tags)
        assert len(story.tags) <= 16


def test_an_agency_that_is_only_mentioned_is_no_tag() -> None:
    story = desked("عنوان\nاحترق مبنى وكالة تاس في موسكو وأصيب عاملان.\nوأخمد رجال الإطفاء الحريق.").stories[0]
    assert story.sources == ()
    assert "تاس" not in {tag.name for tag in story.tags}


@pytest.mark.parametrize("category", ["sport", "Sport"])
def test_the_editors_category_wins(category: str) -> None:
    assert {story.category for story in desked(header=f"Category: {category}").stories} == {"sport"}


def test_the_editors_category_may_be_its_name() -> None:
    name = DESK.topics.by_slug["health"].name
    assert desked(header=f"القسم: {name}").stories[0].category == "health"


def test_the_editors_tags_come_first_and_keep_their_kind() -> None:
    first, second = desked(header="Tags: فلاديمير بوتين, الخط الساخن").stories
    assert [(tag.kind, tag.name) for tag in first.tags[:2]] == [("person", "بوتين"), ("topic", "الخط الساخن")]
    assert ("topic", "الخط الساخن") in [(tag.kind, tag.name) for tag in second.tags]


def test_the_editors_source_wins() -> None:
    assert {story.sources for story in desked(header="Source: سانا").stories} == {("سانا",)}


def test_the_editors_date_wins() -> None:
    analysis = desked(header="Date: 2020-03-04")
    assert (analysis.date, analysis.date_precision, analysis.date_from) == ("2020-03-04", "day", "header")
    assert analysis.stories[0].dates[0].value == "2020-03-03"


def test_an_unknown_category_is_one_line_that_names_the_known() -> None:
    with pytest.raises(Problem) as caught:
        desked(header="Category: طبخ")
    said = str(caught.value.at("a.txt"))
    assert "\n" not in said
    assert "طبخ" in said and "cyber" in said and "a.txt" in said


def test_what_speaks_for_nothing_is_filed_under_the_fallback() -> None:
    story = desked("عنوان\nجلس الرجل عند النافذة ينظر إلى المطر.\nثم قام وأغلقها.").stories[0]
    assert story.category == DESK.topics.fallback == "general"


def test_the_same_bulletin_always_makes_the_same_stories() -> None:
    again = Desk.load(ROOT / "topics.toml")
    assert again.key == DESK.key
    one = dataclasses.asdict(desked())
    assert one == dataclasses.asdict(analyse(parse("a.txt", TEXT), again, "2021-07-20", why=True))


def test_nothing_of_the_text_is_lost() -> None:
    analysis = desked()
    shown = [analysis.bulletin.headline, *(p.text for story in analysis.stories for p in story.paragraphs)]
    assert shown == TEXT.split("\n")


@pytest.mark.parametrize(
    "paragraphs",
    [
        pytest.param("كتب - محمد عبد الجليل:\nوصلت القافلة إلى المدينة، وحضر سامر الخوري حفل استقبالها.", id="a line"),
        pytest.param("كتب محمد عبد الجليل: وصلت القافلة إلى المدينة، وحضر سامر الخوري حفلاً.", id="before the text"),
    ],
)
def test_who_wrote_is_no_tag(paragraphs: str) -> None:
    (story,) = desked(f"وصول القافلة\n{paragraphs}").stories
    assert [tag.name for tag in story.tags if tag.kind == "person"] == ["سامر الخوري"]


def test_a_name_speaks_for_no_topic() -> None:
    """«جان» is a culprit too, and a culprit is for the courts."""
    (story,) = desked("كلمة\nحضر جان إيف لودريان الحفل.\nوشكر جان إيف لودريان من حضر.").stories
    assert "domestic" not in dict(story.category_scores)
