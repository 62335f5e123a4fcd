"""Who and what a text names."""

from __future__ import annotations

from itertools import pairwise
from time import process_time

import pytest

from nashra.desk.gazetteer import Gazetteer
from nashra.desk.reading import Mention, reading

GAZETTEER = Gazetteer()


def find(*texts: str) -> list[Mention]:
    return GAZETTEER.find([reading(para, text) for para, text in enumerate(texts)])


def named(kind: str, *texts: str) -> list[str]:
    return [mention.name for mention in find(*texts) if mention.kind == kind]


@pytest.mark.parametrize("text", ["بوتين", "وبوتين", "لبوتين", "فلاديمير بوتين", "ولفلاديمير بوتين", "«بوتين»"])
def test_a_listed_person_in_any_spelling_and_with_clitics(text: str) -> None:
    assert named("person", f"تحدث {text} أمس") == ["بوتين"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("وصل إلى السودان", "السودان"),
        ("قدم مساعدات للسودان", "السودان"),
        ("في الولايات المتحدة", "أمريكا"),
        ("عاد من أميركا", "أمريكا"),
        ("سافر إلى باريس", "باريس"),
        ("في جمهورية جنوب السودان", "جنوب السودان"),
        ("من فرنسا", "فرنسا"),
    ],
)
def test_places(text: str, place: str) -> None:
    assert named("place", text) == [place]


@pytest.mark.parametrize(
    "text", ["الوزير السوداني", "القوات الروسية", "نظيرته السودانية", "المنتخب الفرنسي", "الدعم المالي", "بنين وبنات"]
)
def test_nationalities_and_common_words_are_no_places(text: str) -> None:
    assert named("place", text) == []


def test_the_longest_name_wins() -> None:
    assert named("organisation", "قرار مجلس الأمن الدولي") == ["مجلس الأمن الدولي"]
    assert [m.kind for m in find("حركة المقاومة الإسلامية حماس")] == ["organisation", "organisation"]
    assert named("place", "ممثل الأمم المتحدة") == []


@pytest.mark.parametrize("text", ["وصلت وزيرة الخارجية الفرنسية أمس", "تحدث بالحماس نفسه"])
def test_a_post_and_a_common_word_are_no_organisation(text: str) -> None:
    assert named("organisation", text) == []


def test_a_paper_of_one_word_gives_way_to_a_person() -> None:
    assert [(m.kind, m.name) for m in find("قال الخبير أمين فارس إن الوضع صعب")] == [("person", "أمين فارس")]


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("تعرف باسم مناورات زاسلون 2021 وتنتهي غداً", "زاسلون 2021"),
        ("تهيئة القوات لمناورات “زاباد الغرب 2021” الكبرى", "زاباد 2021"),
        ("انطلقت مناورات «زاباد 2021»", "زاباد 2021"),
        ("شارك في تمرين «الأسد المتأهب 2022»", "الأسد المتأهب 2022"),
        ("في مؤتمر ميونيخ 2021", "مؤتمر ميونيخ 2021"),
        ("في مونديال 2022", "كأس العالم 2022"),
    ],
)
def test_events_carry_their_year(text: str, event: str) -> None:
    assert named("event", text) == [event]


@pytest.mark.parametrize("text", ["أجرى تدريبات في عام 2021", "مناورات خلال 2021", "نهاية عام 2021"])
def test_a_year_alone_makes_no_event(text: str) -> None:
    assert named("event", text) == []


def test_a_surname_is_linked_after_the_full_name_only() -> None:
    texts = ("وصل القحطاني.", "قال اللاعب ياسر القحطاني ذلك.", "ثم غادر القحطاني، كما قيل.")
    found = [m for m in find(*texts) if m.kind == "person"]
    assert {m.name for m in found} == {"ياسر القحطاني"}
    assert [(m.para, m.by_surname) for m in found] == [(1, False), (2, True)]


def test_a_given_name_is_no_surname() -> None:
    assert named("person", "قال الدكتور حسن علي ذلك.", "ثم وصل علي إلى المكان.") == ["حسن علي"]


def test_no_mention_lies_over_another() -> None:
    found = find("قال وزير الخارجية الروسي سيرغي لافروف في موسكو إن مجلس الأمن الدولي يناقش مناورات زاباد 2021")
    assert [m.name for m in found] == ["لافروف", "موسكو", "مجلس الأمن الدولي", "زاباد 2021"]
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_what_an_editor_writes_is_known() -> None:
    assert GAZETTEER.kind_of("فلاديمير بوتين") == ("person", "بوتين")
    assert GAZETTEER.kind_of("شيء آخر") is None


def test_a_surname_that_also_follows_abd() -> None:
    texts = ("التقى نظيرته مريم الصادق المهدي.", "ولفتت المهدي إلى الاتفاقية.")
    assert [m.name for m in find(*texts) if m.kind == "person"] == ["مريم الصادق المهدي"] * 2
    texts = ("قال رئيس الوزراء عادل عبد المهدي.", "وصل المهدي المنتظر.")
    assert [m.name for m in find(*texts) if m.kind == "person"] == ["عادل عبد المهدي"]


def test_a_surname_of_two_names_neither() -> None:
    mentions = find("التقى محمد الزهراوي ليلى سعيد الزهراوي", "وقال الزهراوي ذلك")
    assert [mention.name for mention in mentions if mention.para == 1] == []


def test_a_surname_stays_one_person_s_under_two_spellings_of_the_name() -> None:
    mentions = find("قال محمد سامي الزهراوي ذلك", "وأضاف محمد الزهراوي", "ثم غادر الزهراوي")
    assert [mention.name for mention in mentions if mention.para == 2] == ["محمد سامي الزهراوي"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("فاز دانييل ميدفيديف باللقب", "دانييل ميدفيديف"), ("قال دميتري ميدفيديف ذلك", "ميدفيديف")],
)
def test_another_given_name_makes_another_person(text: str, name: str) -> None:
    assert named("person", text) == [name]


def test_the_father_s_name_is_no_one_else() -> None:
    assert named("person", "رأس الملك سلمان بن عبدالعزيز آل سعود الجلسة") == ["الملك سلمان"]


def test_a_common_noun_with_the_article_is_no_place() -> None:
    assert named("place", "تضرروا بالسيول وتصدوا للسيول") == []
    assert named("place", "عاد من سيول") == ["سيول"]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("مناورات زاباد 2021 ودرع الشمال 2021", ["زاباد 2021", "درع الشمال 2021"]),
        ("مناورات زاباد 2021 وفي عام 2021", ["زاباد 2021"]),
    ],
)
def test_exercises_named_one_behind_another(text: str, events: list[str]) -> None:
    assert named("event", text) == events


def test_names_cost_no_more_the_more_there_are() -> None:
    """Each mention is held against its neighbours, each surname looked up: nothing goes through all of them."""
    letters = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
    surnames = [f"ال{one}{two}{three}اوي" for one in letters for two in letters for three in "سعم"]
    text = " ".join(f"قال محمد {surname}." for surname in surnames)
    start = process_time()
    assert len(find(text * 12)) == 12 * len(surnames)
    assert process_time() - start < 5
