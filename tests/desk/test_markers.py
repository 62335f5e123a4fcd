"""How paragraphs open: attested openings, and what the splitter may make of them."""

import pytest

from nashra.desk.markers import Markers
from nashra.desk.reading import reading

MARKERS = Markers()


def opening(text: str):
    return MARKERS.opening(reading(0, text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("وفي شأن آخر، أكد الوزير", "distinct"),
        ("في إطار آخر، يدخل الفريق معسكرا", "distinct"),
        ("وفي ملف منفصل أعلنت الهيئة", "distinct"),
        ("على صعيد مغاير، بحث الوزير", "distinct"),
        ("من جهة أخرى، قال المتحدث", "turn"),
        ("ومن ناحية ثانية قال المتحدث", "turn"),
        ("وعلى الجانب الآخر، رفضت الحركة", "turn"),
        ("وفي حادث آخر، لقي شخصان حتفهما", "turn"),
        ("إلى ذلك، وصل الوفد", "turn"),
        ("أمنياً، ضبطت القوات أسلحة", "field"),
        ("وعلى الصعيد الاقتصادي، ارتفعت الأسعار", "field"),
        ("وعلى صعيد متصل، بحث الوزير", "continuing"),
        ("وفي سياق متصل، نظمت الجالية تظاهرة", "continuing"),
        ("من جانبه، أوضح المدير", "continuing"),
        ("وأضاف الوزير أن", "continuing"),
        ("وأشار إلى أن", "continuing"),
        ("وأشارت الوزارة إلى", "continuing"),
        ("وكان الوزير قد أعلن", "backward"),
        ("صرح بذلك رئيس الغرفة", "backward"),
        ("تبين من التحريات أن", "backward"),
        ("وشهدت المدينة اشتباكات", "and"),
        ("وزارة الخارجية تدين الهجوم", "plain"),
        ("واشنطن تنفي الأنباء", "plain"),
        ("أمنيا أعلن", "plain"),  # no comma closes the field
        ("من جهة الغرب تقدمت القوات", "plain"),
    ],
)
def test_kinds(text, kind):
    assert opening(text).kind == kind


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("أعلنت الشركة أرباحها", True),
        ("تعتزم المؤسسة إنشاء مراكز", True),
        ("يعتزم الوزير زيارة", True),
        ("من جهة أخرى، بثت القناة تسجيلا", True),
        ("المدينة هادئة", False),
        ("وأعلنت الشركة أرباحها", False),
    ],
)
def test_verbs_that_stories_begin_with(text, leads):
    assert opening(text).leads is leads


def test_a_marker_is_dropped_with_its_comma_and_a_continuation_is_not():
    text = "وفي شأن آخر، أكد الوزير"
    assert reading(0, text).folded.text[opening(text).dropped :].strip() == "اكد الوزير"
    assert opening("من جانبه، أوضح المدير").dropped == 0


def test_a_question_goes_on_with_an_interview() -> None:
    assert opening("* في شأن آخر، كيف ترون مستقبل العلاقة؟").kind == "continuing"
