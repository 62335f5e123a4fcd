"""Light stems: inflections of one word meet; phrases are found however they are inflected."""

from __future__ import annotations

import pytest

from nashra.arabic.letters import fold, key
from nashra.arabic.stems import Phrases, stem, stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("سيبراني", "السيبرانية"),
        ("مناورة", "المناورات"),
        ("مناورات", "ومناوراتها"),
        ("مصادرات", "والمصادرات"),
        ("عسكري", "العسكريين"),
        ("عسكري", "عسكرياً"),
        ("اقتصاد", "والاقتصاد"),
        ("مدرسة", "للمدرسة"),
        ("هجمة", "بالهجمات"),
        ("سيبراني", "وبالسيبراني"),
        ("محادثات", "فالمحادثات"),
        ("محادثات", "وللمحادثات"),
    ],
)
def test_inflections_share_a_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


@pytest.mark.parametrize(("one", "other"), [("سلام", "سلاح"), ("قمر", "قمة"), ("علم", "عمل"), ("وزير", "زار")])
def test_other_words_keep_apart(one: str, other: str) -> None:
    assert stems(one) != stems(other)


def test_a_stem_is_never_empty() -> None:
    assert all(map(stem, words(key("ال و في من ات ها 7 2021 والله هو هيات")).tokens))


def found(terms: list[str], text: str) -> list[str]:
    return [terms[number] for number, _, _ in Phrases(terms).find(words(fold(text).text))]


@pytest.mark.parametrize(
    "text",
    ["الهجوم الإلكتروني", "هجوماً إلكترونياً", "لهجوم إلكتروني", "والهجوم الالكتروني", "بالهجوم الإلكتروني"],
)
def test_a_phrase_is_found_through_clitics_and_endings(text: str) -> None:
    assert found(["هجوم إلكتروني"], f"وقع {text} أمس") == ["هجوم إلكتروني"]


def test_the_longest_phrase_wins() -> None:
    assert found(["حرب", "حرب تجارية"], "حذر من حرب تجارية ومن الحرب") == ["حرب تجارية", "حرب"]


def test_no_phrase_over_another() -> None:
    assert found(["مجلس الأمن", "الأمن السيبراني"], "مجلس الأمن السيبراني") == ["مجلس الأمن"]


def test_words_apart_are_no_phrase() -> None:
    assert found(["هجوم إلكتروني"], "هجوم قرب موقع إلكتروني") == []


def test_a_span_leads_back_to_the_words() -> None:
    text = "أطلق الحرس مناوراتٍ عسكريّةً واسعة"
    folded = fold(text)
    ((_, start, end),) = Phrases(["مناورات عسكرية"]).find(words(folded.text))
    begin, stop = folded.span(start, end)
    assert text[begin:stop].startswith("مناورات")
    assert key(text[begin:stop]) == key("مناورات عسكرية")


def test_words_stand_where_they_say() -> None:
    folded = fold("قالَ «بوتين»: لا، 25.")
    assert [
        folded.text[start:end] for start, end in zip(words(folded.text).starts, words(folded.text).ends, strict=True)
    ] == ["قال", "بوتين", "لا", "25"]
