"""People listed nowhere, read by their given name and by the title before them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nashra.desk.persons import Persons
from nashra.desk.reading import Mention, reading

PERSONS = Persons()


def mentions(text: str, taken: Sequence[Mention] = ()) -> list[Mention]:
    read = reading(0, text)
    return PERSONS.find(read, taken, enumerate(map(PERSONS.begins, read.words.tokens)))


def people(text: str) -> list[str]:
    return [mention.name for mention in mentions(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("أكدت وزيرة الخارجية السودانية مريم الصادق أن العلاقات متينة", "مريم الصادق"),
        ("قال الدكتور سامر الخوري إن النتائج جيدة", "سامر الخوري"),
        ("استقبل السفير عبد الرحمن بن سالم الوفد", "عبد الرحمن بن سالم"),
        ("صرح المتحدث باسم الوزارة جون كيربي بذلك", "جون كيربي"),
        ("أعلن الرئيس البولندي أندريه دودا الثلاثاء", "أندريه دودا"),
        ("قال محمود درويش في ديوانه", "محمود درويش"),
        ("كرّم الاتحاد اللاعب ياسر القحطاني بعد المباراة", "ياسر القحطاني"),
        ("وزار عبدالرحمن الأبنودي القاهرة", "عبدالرحمن الأبنودي"),
        ("وصرح رئيس الحكومة نور الدين بدوي أمس", "نور الدين بدوي"),
        ("حضرت السيدة زليخة أبو الخير الحفل", "زليخة أبو الخير"),
        ("كتب خليل السكري في مذكراته", "خليل السكري"),
        ("وقال أمين الحلبي إن العمل بدأ", "أمين الحلبي"),
        ("زار الحاج عودة سليمان القرية", "عودة سليمان"),
    ],
)
def test_a_name_is_read_from_its_given_name(text: str, name: str) -> None:
    assert people(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "لدى الوزير لديه الشيء الكثير ليقوله",
        "أكد رئيس الحكومة ضرورة الحوار",
        "قال المتحدث باسم الوزارة إن الوفد وصل",
        "قدم وزير المالية مشروع الموازنة",
        "دعا الأمين العام جميع الأطراف إلى الحوار",
        "شارع محمد محمود مغلق",
        "درس في جامعة الملك سعود",
        "على الحكومة أن تقرر",
        "حصل على جائزة كبيرة",
        "كان سعيد الحظ",
        "أمل كبير لدى الناس",
        "وفد رفيع المستوى يصل غدا",
        "فاز كامل الفرنسي كما يقال",
        "سكن كامل الأراضي الزراعية",
        "كلام عن الأمين العام هجوما عنيفا",
    ],
)
def test_words_behind_a_title_are_no_name_by_themselves(text: str) -> None:
    assert people(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("قال الدكتور سامر الخوري أكد أنه عائد", "سامر الخوري"),
        ("قدم المدرب خالد الأحمد استقالته", "خالد الأحمد"),
        ("أوضح الدكتور محمد حسان خلال اللقاء", "محمد حسان"),
        ("رحب الوزير أحمد يوسف بالقرار", "أحمد يوسف"),
        ("غادر محمد الأمين وخالد البلاد", "محمد الأمين"),
        ("سلم أحمد يوسف رسالة", "أحمد يوسف"),
    ],
)
def test_a_name_ends_before_verbs_and_particles(text: str, name: str) -> None:
    assert people(text) == [name]


def test_a_name_taken_by_another_mention_is_left_to_it() -> None:
    text = "قال الدكتور سامر الخوري إن النتائج جيدة"
    (mention,) = mentions(text)
    assert mentions(text, [mention]) == []


def test_a_title_makes_a_name_surer() -> None:
    (titled,) = mentions("قال الدكتور محمود درويش ذلك")
    (named,) = mentions("قال محمود درويش ذلك")
    assert titled.name == named.name
    assert titled.weight > named.weight


def test_the_preposition_is_no_ali() -> None:
    assert people("اطلع الوزير علي الأوضاع") == []
    assert people("وقف على الحدود الوزير علي الأحمد") == ["علي الأحمد"]


def test_a_name_is_shown_as_it_is_written() -> None:
    assert people("قال الدكتور إيهاب الخرّاط ذلك") == ["إيهاب الخرّاط"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("حضر أحمد عارف المتحدث باسم الوزارة", "أحمد عارف", id="a title behind it"),
        pytest.param("تفقد جمال عبد الرحيم المتأثرين بالأمطار", "جمال عبد الرحيم", id="a plural behind it"),
        pytest.param("بحث الدكتور معين عبدالملك الأوضاع الخدمية", "معين عبدالملك", id="a broken plural behind it"),
        pytest.param("زار فهد السالم الجابر الصباح المعرض", "فهد السالم الجابر الصباح", id="a dynasty"),
        pytest.param("استقبل معالي السيد بدر بن حمد البوسعيدي الوفد", "بدر بن حمد البوسعيدي", id="Mr behind a title"),
        pytest.param("قال الملك فهد بن عبدالعزيز ـ رحمه الله ـ يوماً", "فهد بن عبدالعزيز", id="dashes of tatweel"),
    ],
)
def test_a_name_is_neither_cut_nor_too_long(text: str, name: str) -> None:
    assert people(text) == [name]
