"""What an editor would look at first, through the whole desk: spellings, people, events, dates, sources, and that a
person is added without code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from nashra.desk import data
from nashra.desk.analyse import Desk, analyse
from nashra.desk.model import Story
from nashra.desk.seed import parse

DESK = Desk.load(ROOT / "topics.toml")
TODAY = "2021-07-20"  # a Tuesday


def stories(*paragraphs: str, desk: Desk = DESK) -> tuple[Story, ...]:
    return analyse(parse("a.txt", "\n".join(("عنوان النشرة", *paragraphs))), desk, TODAY, why=True).stories


def tags(kind: str, *paragraphs: str) -> list[str]:
    return sorted(tag.name for story in stories(*paragraphs) for tag in story.tags if tag.kind == kind)


def dates(*paragraphs: str) -> list[str]:
    return [date.value for story in stories(*paragraphs) for date in story.dates]


END = "ولم تصدر تفاصيل أخرى."


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("وقال بوتين ذلك.", id="as it is listed"),
        pytest.param("وقدم التهنئة لبوتين.", id="a preposition written onto it"),
        pytest.param("فبوتين وافق.", id="a conjunction written onto it"),
        pytest.param("وقال بُوتِين ذلك.", id="tashkeel"),
        pytest.param("وقال بـوتـيـن ذلك.", id="tatweel"),
        pytest.param("وقال ﺑﻮﺗﻴﻦ ذلك.", id="presentation forms"),
        pytest.param("وقال بوتین ذلك.", id="a Persian yeh"),
        pytest.param("وقال بو\u200fتين ذلك.", id="a direction mark"),
        pytest.param("وقال «بوتين» ذلك.", id="guillemets"),
        pytest.param("وقال “بوتين” ذلك.", id="curly quotes"),
        pytest.param("قيل «وافق “بوتين” أخيراً».", id="quotes in quotes"),
        pytest.param("وقال (بوتين) ذلك.", id="brackets"),
        pytest.param("وقال بوتين… ثم سكت.", id="an ellipsis"),
        pytest.param("ووصل...بوتين ثم غادر.", id="three full stops"),
    ],
)
def test_a_person_in_any_spelling(written: str) -> None:
    assert tags("person", written, END) == ["بوتين"]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("في الأمن السيبراني", id="as it is listed"),
        pytest.param("وبالسيبراني والأمن السيبراني", id="three clitics"),
        pytest.param("في الأمن السيبرانى", id="a final alif for yeh"),
        pytest.param("في الامن السیبرانی", id="no hamza, Persian yeh"),
        pytest.param("في الأَمْن السِّيبراني", id="tashkeel"),
        pytest.param("في الهجمات الإلكترونيه", id="heh for teh marbuta"),
    ],
)
def test_a_topic_in_any_spelling(written: str) -> None:
    assert stories(f"فالمحادثات بين البلدين تناولت التعاون {written} وصد القراصنة.", END)[0].category == "cyber"


@pytest.mark.parametrize(
    ("paragraphs", "people"),
    [
        pytest.param(
            ("أكد وزير الخارجية الروسي سيرغي لافروف متانة العلاقات.", "ورحب لافروف بالاتفاق، وكان للافروف رأي."),
            ["لافروف"],
            id="title and name, then the surname",
        ),
        pytest.param(
            ("التقى الوزير نظيرته السودانية مريم الصادق المهدي.", "ولفتت المهدي إلى أن الاتفاق قريب."),
            ["مريم الصادق المهدي"],
            id="المهدي after مريم الصادق المهدي",
        ),
        pytest.param(
            ("قال عادل عبد المهدي إن الحكومة مستعدة.", "ويؤمن أنصار المهدي بعودته."),
            ["عادل عبد المهدي"],
            id="no المهدي after عبد المهدي",
        ),
        pytest.param(
            ("اجتمع أنصار المهدي في المسجد.", "وقالت مريم الصادق المهدي ذلك."),
            ["مريم الصادق المهدي"],
            id="no المهدي before her",
        ),
        pytest.param(
            ("قال الدكتور سامر الخوري إن النتائج جيدة.", "وأضاف الخوري أن العمل مستمر."),
            ["سامر الخوري"],
            id="one who is listed nowhere",
        ),
    ],
)
def test_who_is_meant(paragraphs: tuple[str, ...], people: list[str]) -> None:
    assert tags("person", *paragraphs) == people


def test_a_surname_leads_to_the_tag_of_the_whole_name() -> None:
    (story,) = stories("التقى الوزير نظيرته السودانية مريم الصادق المهدي.", "ولفتت المهدي إلى أن الاتفاق قريب.")
    (tag,) = (tag for tag in story.tags if tag.kind == "person")
    assert (tag.name, tag.slug) == ("مريم الصادق المهدي", "مريم-الصادق-المهدي")
    assert [one.words for one in story.evidence if one.value == tag.name] == ["مريم الصادق المهدي", "المهدي"]


@pytest.mark.parametrize(
    ("written", "event"),
    [
        pytest.param("أطلق الحرس مناورات زاسلون 2021 في البلاد.", "زاسلون 2021", id="a named exercise"),
        pytest.param("وتجري تهيئة القوات لمناورات “زاباد الغرب 2021” الكبرى.", "زاباد 2021", id="quoted"),
        pytest.param("أطلق الجيش مناورات «درع الشمال ٢٠٢١» أمس.", "درع الشمال 2021", id="Arabic-Indic digits"),
        pytest.param("ينص اتفاق باريس للمناخ على خفض الانبعاثات.", "اتفاق باريس للمناخ", id="an agreement"),
        pytest.param("واتفاقات أوسلو لم تنفذ.", "اتفاق أوسلو", id="an agreement by its other name"),
        pytest.param("بحث الوفدان مصير معاهدة ستارت.", "معاهدة ستارت", id="a treaty"),
    ],
)
def test_exercises_and_agreements(written: str, event: str) -> None:
    assert [name.replace("٢٠٢١", "2021") for name in tags("event", written, END)] == [event]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("وصل الرئيس الفرنسي والوفد الصيني معاً.", id="masculine"),
        pytest.param("بدأت المحادثات الروسية الأمريكية أمس.", id="feminine"),
        pytest.param("رحب المصريون والسودانيون بالقرار.", id="peoples"),
        pytest.param("نظيرته السودانية وصلت.", id="behind a counterpart"),
    ],
)
def test_nationalities_are_no_places(written: str) -> None:
    assert tags("place", written, END) == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        pytest.param("وقع الاتفاق في 5 كانون الثاني الماضي.", ["2021-01-05"], id="a Levantine month"),
        pytest.param("وقع الاتفاق في 14 فيفري 2021.", ["2021-02-14"], id="a Maghrebi month"),
        pytest.param("وقع الاتفاق في 9 جانفي 2020.", ["2020-01-09"], id="another Maghrebi month"),
        pytest.param("وقع الاتفاق في 11 يناير 2020.", ["2020-01-11"], id="an Egyptian month"),
        pytest.param("وقع الاتفاق في 11 يناير (كانون الثاني) 2020.", ["2020-01-11"], id="the other name in brackets"),
        pytest.param("وقع الاتفاق في 10 ذي الحجة 1442 هـ.", ["2021-07-20"], id="a Hijri day"),
        pytest.param("بدأ في التاسع من تموز الحالي.", ["2021-07-09"], id="an ordinal in words"),
        pytest.param("بدأ في الثالث والعشرين من نيسان الماضي.", ["2021-04-23"], id="an ordinal of two words"),
        pytest.param("تستمر حتى الـ30 من تموز الجاري.", ["2021-07-30"], id="the article on digits"),
        pytest.param("تستمر حتى الـ٣٠ من تموز الجاري.", ["2021-07-30"], id="Arabic-Indic digits"),
        pytest.param("تستمر من 5 إلى 9 تموز.", ["2021-07-05", "2021-07-09"], id="a span"),
        pytest.param("تستمر بين 28 حزيران و3 تموز.", ["2021-06-28", "2021-07-03"], id="a span over two months"),
        pytest.param("تنتهي الشهر الجاري.", ["2021-07"], id="this month"),
        pytest.param("انتهت الشهر الماضي.", ["2021-06"], id="last month"),
        pytest.param("تبدأ الشهر المقبل.", ["2021-08"], id="next month"),
        pytest.param("وصل يوم الأحد.", ["2021-07-18"], id="a weekday"),
        pytest.param("يصل الخميس المقبل.", ["2021-07-22"], id="a weekday to come"),
        pytest.param("وصل أمس ويغادر غداً.", ["2021-07-19", "2021-07-21"], id="yesterday and tomorrow"),
        pytest.param("وصل اليوم.", ["2021-07-20"], id="today"),
        pytest.param("فاز حزب كانون بالمقاعد.", [], id="no month"),
    ],
)
def test_dates_are_resolved_against_the_bulletin(written: str, found: list[str]) -> None:
    assert dates(written, END) == found


def test_each_story_has_its_own_source() -> None:
    first, second, third = stories(
        "ونقلت وكالة تاس الروسية عن المتحدث ديمتري بيسكوف قوله إن القراصنة يهاجمون الشبكات والأمن السيبراني.",
        "***",
        "وذكرت رويترز أن أسعار النفط ارتفعت في الأسواق بعد قرار منظمة أوبك.",
        "وفقاً لما ذكرته وكالة فرانس برس سيخفض الإنتاج مجدداً.",
        "***",
        "زار الوفد مقر وكالة سانا في دمشق وتفقد مكاتبها.",
    )
    assert (first.sources, second.sources, third.sources) == (("تاس",), ("رويترز", "فرانس برس"), ())
    assert "تاس" in {tag.name for tag in first.tags if tag.kind == "agency"}
    assert "سانا" not in {tag.name for tag in third.tags}


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the desk's lists, copied to where a test may edit them."""
    folder = tmp_path / "data"
    shutil.copytree(Path(data.__file__).parent / "data", folder)
    monkeypatch.setattr(data, "__file__", str(tmp_path / "data.py"))
    data.load.cache_clear()
    yield folder
    data.load.cache_clear()


def test_a_line_of_the_list_adds_a_person(lists: Path) -> None:
    text = ("أكد زعيم الحزب بزرجمهر دلفيناز أن الحوار مستمر.", "وأضاف دلفيناز أن الاتفاق قريب، وأن لدلفيناز رأياً.")
    before = Desk.load(ROOT / "topics.toml")
    assert not [tag for story in stories(*text, desk=before) for tag in story.tags if tag.kind == "person"]

    people = lists / "people.toml"
    line = '  "بزرجمهر دلفيناز | بزرجمهر ديلفيناز", # Buzurjmihr Delfinaz, party leader'
    people.write_text(people.read_text("utf-8").replace("people = [", f"people = [\n{line}", 1), "utf-8")
    data.load.cache_clear()

    (story,) = stories(*text, desk=Desk.load(ROOT / "topics.toml"))
    (tag,) = (tag for tag in story.tags if tag.kind == "person")
    assert tag.name == "بزرجمهر دلفيناز"
    assert [one.words for one in story.evidence if one.value == tag.name] == ["بزرجمهر دلفيناز", "دلفيناز", "دلفيناز"]
    (other,) = stories("قال بزرجمهر ديلفيناز ذلك.", END, desk=Desk.load(ROOT / "topics.toml"))
    assert [tag.name for tag in other.tags if tag.kind == "person"] == ["بزرجمهر دلفيناز"]


def test_a_story_without_a_headline_gets_one_that_keeps() -> None:
    _, second = stories(
        "أعلن الكرملين أن القراصنة يهاجمون الشبكات، وأن الأمن السيبراني أولوية.",
        "***",
        "أمنياً، أطلق الجيش الهندي، صباح اليوم الثلاثاء، مناورات «درع الشمال 2021» في كشمير بمشاركة الدبابات والمدفعية.",
    )
    assert second.headline == "أطلق الجيش الهندي مناورات «درع الشمال 2021» في كشمير بمشاركة الدبابات والمدفعية"
    assert not second.summary.startswith("أمنياً")
