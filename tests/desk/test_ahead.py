"""Days that are still to come, and the sentences they stand in."""

from __future__ import annotations

import pytest

from nashra.desk.ahead import looks_ahead, sentence


def place(text: str, date: str) -> tuple[int, int]:
    start = text.index(date)
    return start, start + len(date)


@pytest.mark.parametrize(
    ("text", "ahead"),
    [
        ("التدريبات التي يبدؤها الحرس وتستمر حتى [الـ30 من تموز الجاري] تعرف باسم زاسلون", True),
        ("وكان الكرملين أعلن في [التاسع من تموز الحالي] أن بوتين أشار خلال الاتصال", False),
        ("من المقرر أن يلتقي الوزيران في [20 تموز]", True),
        ("وستعقد القمة في [20 تموز] بجنيف", True),
        ("وسيلتقي نظيره في [20 تموز]", True),
        ("وبحث سياسة البلدين في [20 تموز]", False),
        ("تعرضت لهجوم سيبراني في [20 تموز]", False),
        ("وسيطرة القوات على المدينة في [20 تموز]", False),
        ("وقّع الاتفاق في [20 تموز]", False),
        ("سيزور موسكو قريباً. ووقّع الاتفاق في [20 تموز]", False),
        ("وقّع الاتفاق في [20 تموز]. وسيزور موسكو", False),
        ("يوم [20 تموز المقبل]", True),
    ],
)
def test_what_looks_ahead(text: str, ahead: bool) -> None:
    start, end = text.index("["), text.index("]") - 1
    assert looks_ahead(text.replace("[", "").replace("]", ""), start, end) is ahead


def test_the_sentence_is_cut_out_whole() -> None:
    text = "قال أولاً. وتستمر المناورات حتى 30 تموز بكلفة 3.5 مليون! وقال أخيراً."
    assert sentence(text, *place(text, "30 تموز")) == "وتستمر المناورات حتى 30 تموز بكلفة 3.5 مليون!"
    assert sentence(text, *place(text, "قال أولاً")) == "قال أولاً."
    assert sentence("30 تموز", 0, 7) == "30 تموز"


@pytest.mark.parametrize("before", [0, 3, 50, 300])
@pytest.mark.parametrize("behind", [0, 3, 50, 300])
def test_a_long_sentence_is_cut_around_its_date(before: int, behind: int) -> None:
    text = "كلمة " * before + "30 تموز" + " أخرى" * behind
    cut = sentence(text, *place(text, "30 تموز"))
    assert "30 تموز" in cut and len(cut) <= 240
    words = cut.replace("…", "").split()
    assert set(words) <= {"كلمة", "30", "تموز", "أخرى"}
    assert cut.startswith("…") == (len(text) > 240 and cut.count("كلمة") < before)
    assert cut.endswith("…") == (cut.count("أخرى") < behind)


@pytest.mark.parametrize("size", [239, 240, 241, 500])
def test_text_without_spaces_is_cut_too(size: int) -> None:
    text = "ا" * size + "30" + "ب" * size
    assert "30" in sentence(text, size, size + 2) and len(sentence(text, size, size + 2)) <= 240
