"""Headlines and summaries cut from a lead, in the lead's own words."""

from __future__ import annotations

import re

import pytest

from nashra.arabic.letters import key
from nashra.desk.gazetteer import Gazetteer
from nashra.desk.headline import headline, summary
from nashra.desk.markers import Markers
from nashra.desk.reading import reading

GAZETTEER, MARKERS = Gazetteer(), Markers()

LEADS = [
    "أعلنت وزارة الدفاع الروسية اليوم بدء تدريبات واسعة في أقاصي الشمال بمشاركة آلاف الجنود وعشرات السفن.",
    "وفي شأن آخر، أكد وزير الخارجية الروسي سيرغي لافروف ضرورة التزام الجميع بميثاق الأمم المتحدة وحل الأزمات بالحوار.",
    "اقتصادياً، ارتفعت أسعار النفط أمس إلى أعلى مستوى لها منذ ثلاث سنوات بعد قرار منظمة أوبك خفض الإنتاج.",
    "من جهة أخرى، افتتح رئيس الوزراء معرضاً للكتاب في العاصمة شاركت فيه عشرات الدور من بلدان عربية وأجنبية كثيرة.",
    "شدد الرئيس الفرنسي إيمانويل ماكرون على أن بلاده “ستواصل دعم الجهود الرامية إلى اتفاق شامل وعادل” في المنطقة.",
    "قالت الطبيبة إن اللقاح آمن.",
    "زلزال قوي يضرب جزيرة نائية في المحيط الهادئ وتحذيرات من موجات مد عاتية قد تصل إلى سواحل بلدان مجاورة خلال ساعات.",
    "وقّع البلدان، وفق بيان مشترك صدر في ختام المحادثات، اتفاقات في مجالات الطاقة والنقل والتعليم والصحة والزراعة.",
]
PREPOSITIONS = {
    "في",
    "من",
    "الي",
    "علي",
    "عن",
    "مع",
    "بعد",
    "قبل",
    "خلال",
    "بين",
    "ان",
    "التي",
    "الذي",
    "حول",
    "حتي",
    "و",
    "او",
    "لكن",
    "كل",
}


def made(text: str) -> str:
    lead = reading(0, text)
    return headline(lead, MARKERS.opening(lead), GAZETTEER.find([lead]))


def summed(text: str) -> str:
    lead = reading(0, text)
    return summary(lead, MARKERS.opening(lead))


@pytest.mark.parametrize("lead", LEADS)
def test_short_and_whole(lead: str) -> None:
    shown = made(lead)
    words = shown.split()
    assert 1 <= len(words) <= 12
    assert key(words[-1]).strip("،.") not in PREPOSITIONS
    assert not re.search(r"[\s،,:؛.-]$", shown)
    assert len(re.findall("[“«]", shown)) == len(re.findall("[”»]", shown))
    assert shown.count('"') % 2 == 0


@pytest.mark.parametrize("lead", LEADS)
def test_no_today_in_what_will_be_read_tomorrow(lead: str) -> None:
    assert not {"اليوم", "امس", "غدا", "الثلاثاء"} & {key(word).strip("،") for word in made(lead).split()}


@pytest.mark.parametrize("lead", LEADS)
def test_in_the_leads_own_words(lead: str) -> None:
    own = {key(word).strip('،.:"') for word in lead.split()}
    assert {key(word).strip('،.:"') for word in made(lead).split()} <= own


@pytest.mark.parametrize("lead", LEADS[1:4])
def test_the_marker_is_dropped(lead: str) -> None:
    for shown in (made(lead), summed(lead)):
        assert not shown.startswith(("وفي شأن", "في شأن", "اقتصادياً", "من جهة أخرى"))


@pytest.mark.parametrize(
    ("lead", "start"),
    [
        (
            "أكد وزير الخارجية الروسي سيرغي لافروف أن بلاده تؤيد رفع العقوبات عن السودان.",
            "لافروف: بلاده تؤيد رفع العقوبات",
        ),
        ("وشدد الرئيس الفرنسي إيمانويل ماكرون على أن أوروبا ستدعم الاتفاق الجديد.", "ماكرون: أوروبا ستدعم"),
        ("قال لافروف اليوم إن المحادثات كانت مفيدة وستستمر.", "لافروف: المحادثات كانت مفيدة"),
        ("قال لافروف خلال مؤتمر صحفي في موسكو إن المحادثات كانت مفيدة جداً.", "لافروف: المحادثات كانت مفيدة"),
        (
            "أعلن محمود شاكر، رئيس الاتحاد المحلي للصيادين، أنه سيعلق العمل يومين احتجاجاً.",
            "محمود شاكر: سيعلق العمل يومين",
        ),
        ("أوضح د. محمد سالم نائب مدير المستشفى أن الحالات تتراجع منذ أسبوع.", "محمد سالم: الحالات تتراجع"),
    ],
)
def test_what_someone_says_is_put_behind_the_name(lead: str, start: str) -> None:
    assert made(lead).startswith(start)


@pytest.mark.parametrize(
    "lead",
    [
        "قال لافروف خلال مؤتمر صحفي في موسكو مع نظيره.",
        "أعلن الحرس الوطني بدء تدريبات بحضور بوتين وعدد من القادة.",
        "التقى لافروف نظيره المصري سامح شكري في القاهرة.",
        "أعلن محمد سالم نائب مدير المستشفى المركزي في المدينة استقالته.",
    ],
)
def test_no_colon_where_nothing_is_said(lead: str) -> None:
    assert ":" not in made(lead)


def test_an_abbreviation_ends_no_sentence() -> None:
    assert made("افتتح د. سامي خوري جناحاً جديداً في المستشفى.") == "افتتح د. سامي خوري جناحاً جديداً في المستشفى"


def test_a_bracket_that_a_cut_left_open_is_dropped() -> None:
    shown = made(
        "أعلن المجلس البلدي في المدينة الساحلية إغلاق الشواطئ والمتنزهات العامة (شرق الميناء القديم وغربه) حتى الخريف."
    )
    assert shown.count("(") == shown.count(")")


def test_a_short_lead_is_its_own_headline() -> None:
    assert made("زلزال يضرب جزيرة نائية.") == "زلزال يضرب جزيرة نائية"


def test_a_summary_holds_whole_sentences() -> None:
    text = " ".join(f"هذه هي الجملة رقم {n} من فقرة طويلة بعض الشيء." for n in range(12))
    shown = summed(text)
    assert len(shown) <= 240
    assert shown.endswith("الشيء.")
    assert text.startswith(shown)


def test_a_summary_of_one_long_sentence_says_that_it_is_cut() -> None:
    shown = summed("كلمة " * 100)
    assert len(shown) <= 240
    assert shown.endswith("كلمة…")


@pytest.mark.parametrize("lead", LEADS)
def test_a_short_lead_is_its_own_summary(lead: str) -> None:
    assert len(summed(lead)) <= 240
    assert lead.endswith(summed(lead))


def test_nothing_invisible_comes_through() -> None:
    assert made("زلزال \u202eيضرب\u202c جزيرة\u200b نائية.") == "زلزال يضرب جزيرة نائية"
