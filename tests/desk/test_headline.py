"""Headlines and summaries cut from a lead, in the lead's own words."""

from __future__ import annotations

import re

import pytest

from nashra.arabic.letters import key
from nashra.desk.gazetteer import Gazetteer
from nashra.desk.headline import begin, headline, summary
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
    return headline(lead, begin(lead, MARKERS.opening(lead)), GAZETTEER.find([lead]))


def summed(text: str) -> str:
    lead = reading(0, text)
    return summary(lead, begin(lead, MARKERS.opening(lead)))


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
        ("أوضح د. محمد سالم نائب مدير المستشفى أن الحالات تتراجع منذ أسبوع.", "محمد سالم: الحالات تتراجع"),
    ],
)
def test_what_someone_says_is_put_behind_the_name(lead: str, start: str) -> None:
    assert made(lead).startswith(start)


@pytest.mark.parametrize(
    ("lead", "start"),
    [
        pytest.param(
            "أعلن محمود شاكر، رئيس الاتحاد المحلي للصيادين، أنه سيعلق العمل يومين احتجاجاً.",
            "أعلن محمود شاكر أنه سيعلق العمل يومين",
            id="a pronoun that is the speaker's",
        ),
        pytest.param(
            "أكد لافروف أن المتدربين وصلوا إلى القاعدة وبدأوا التدريب.",
            "أكد لافروف أن المتدربين وصلوا",
            id="a plural that the particle put in the accusative",
        ),
        pytest.param(
            "قال لافروف إن وفداً من الخبراء سيصل قريباً إلى المدينة.",
            "قال لافروف إن وفداً من الخبراء",
            id="an accusative that is seen",
        ),
        pytest.param(
            "وشدد لافروف على أن يلتزم الطرفان بما اتفقا عليه.",
            "شدد لافروف على أن يلتزم الطرفان",
            id="a subjunctive",
        ),
        pytest.param(
            "حذر لافروف من أن الأزمة قد تطول وتمتد إلى بلدان أخرى.",
            "حذر لافروف من أن الأزمة",
            id="a verb that says how it is meant",
        ),
    ],
)
def test_the_verb_stays_where_a_colon_would_not_read(lead: str, start: str) -> None:
    assert made(lead).startswith(start)


@pytest.mark.parametrize(
    ("lead", "start"),
    [
        pytest.param("أكد لافروف أن هناك فرصة للحوار.", "لافروف: هناك فرصة", id="there is"),
        pytest.param("أعلن لافروف أنه سيتم توقيع اتفاق جديد.", "لافروف: سيتم توقيع اتفاق", id="a passive"),
        pytest.param("قال لافروف: «المحادثات كانت مفيدة للجميع».", "لافروف: «المحادثات كانت", id="his own words"),
        pytest.param(
            "قال السكرتير العام للغرفة، السفير سامي خوري، إن الأسواق مستقرة.",
            "سامي خوري: الأسواق مستقرة",
            id="the name behind the title's comma",
        ),
        pytest.param(
            "قال الدكتور سامي خوري، عميد كلية العلوم بجامعة الساحل، عضو المجلس الأعلى للبحوث، إن النتائج جيدة.",
            "سامي خوري: النتائج جيدة",
            id="two titles in commas",
        ),
        pytest.param(
            "أوضح مصدر أمني بمديرية المدينة الساحلية، أن الطريق مفتوح أمام المسافرين.",
            "مصدر أمني: الطريق مفتوح",
            id="a body without where it is",
        ),
        pytest.param(
            "قال محامي الرئيس السابق محمد سالم إن المحكمة ستجتمع بعد شهر.",
            "محامي الرئيس السابق محمد سالم: المحكمة",
            id="a name that is his client's",
        ),
        pytest.param("لافروف: لا بديل عن الحوار بين الجانبين.", "لافروف: لا بديل عن الحوار", id="as it stands"),
    ],
)
def test_who_speaks_and_what_he_says(lead: str, start: str) -> None:
    assert made(lead).startswith(start)


def test_what_is_said_later_is_not_what_the_verb_says() -> None:
    lead = "أكد محمد سالم رفضه بيع المصنع القديم، مشيراً إلى أن العمال سيجتمعون في الأسبوع المقبل للتشاور."
    assert made(lead) == "أكد محمد سالم رفضه بيع المصنع القديم"


@pytest.mark.parametrize(
    ("lead", "headline"),
    [
        pytest.param(
            "قرر الدكتور سامي خوري، وزير الزراعة واستصلاح الأراضي، تشكيل لجنة لحصر الأضرار في المحافظات الثلاث.",
            "قرر الدكتور سامي خوري تشكيل لجنة لحصر الأضرار في المحافظات الثلاث",
            id="titles in commas",
        ),
        pytest.param(
            "قرر المستشار سامي خوري المحامي العام الأول لنيابات الساحل إحالة سبعة موظفين إلى المحاكمة بتهمة الإهمال.",
            "قرر المستشار سامي خوري إحالة سبعة موظفين إلى المحاكمة بتهمة الإهمال",
            id="titles without commas",
        ),
        pytest.param(
            "قضت محكمة الساحل برئاسة المستشار سامي خوري وعضوية المستشارين خالد الأحمد ومحمد سالم بحبس التاجر عاماً.",
            "قضت محكمة الساحل بحبس التاجر عاماً",
            id="who presides",
        ),
        pytest.param(
            "تمكنت الإدارة العامة لمكافحة التهريب والأسلحة بمديرية أمن الساحل الشمالي من ضبط شاحنة محملة بالسجائر.",
            "تمكنت الإدارة العامة من ضبط شاحنة محملة بالسجائر",
            id="who acts is longer than a headline",
        ),
        pytest.param(
            "في خطوة جديدة على طريق إصلاح القطاع، أعلنت الوزارة إنشاء صندوق لدعم صغار المزارعين في الريف.",
            "أعلنت الوزارة إنشاء صندوق لدعم صغار المزارعين في الريف",
            id="an opening in a comma",
        ),
        pytest.param(
            "وقّع البلدان، وفق بيان مشترك صدر في ختام المحادثات، اتفاقات في مجالات الطاقة والنقل والتعليم.",
            "وقّع البلدان اتفاقات في مجالات الطاقة والنقل والتعليم",
            id="an aside",
        ),
        pytest.param(
            "كشفت الشرطة المزيد من التفاصيل بشأن السرقة التي وقعت في متحف المدينة القديمة قبل أيام قليلة.",
            "كشفت الشرطة المزيد من التفاصيل بشأن السرقة التي وقعت",
            id="not «the more» without what",
        ),
        pytest.param(
            "التقى سامي خوري وزير الخارجية في القاهرة وبحث معه ملف المياه وسبل التعاون بين البلدين.",
            "التقى سامي خوري وزير الخارجية في القاهرة وبحث معه ملف المياه",
            id="whom he met is no title of his",
        ),
        pytest.param("بيروت (أ ف ب) - افتتح الوزير الجسر الجديد.", "افتتح الوزير الجسر الجديد", id="a dateline"),
        pytest.param(
            "كتبت - سلمى خوري: افتتح الوزير الجسر الجديد فوق النهر أمام الجمهور.",
            "افتتح الوزير الجسر الجديد فوق النهر أمام الجمهور",
            id="a byline",
        ),
        pytest.param(
            "وافق المجلس - خلال جلسة مطولة - على قانون جديد.",
            "وافق المجلس - خلال جلسة مطولة - على قانون جديد",
            id="dashes",
        ),
    ],
)
def test_who_did_what_in_few_words(lead: str, headline: str) -> None:
    assert made(lead) == headline


@pytest.mark.parametrize(
    ("lead", "headline"),
    [
        ("انطلقت، صباح اليوم الجمعة، المسيرة في وسط المدينة.", "انطلقت المسيرة في وسط المدينة"),
        ("كشفت مصادر، الاثنين 18 فبراير، تفاصيل الصفقة.", "كشفت مصادر تفاصيل الصفقة"),
        ("خفضت الشركة يوم الأربعاء الماضي أسعار منتجاتها.", "خفضت الشركة أسعار منتجاتها"),
        ("اصطدم منذ قليل قطار بشاحنة قرب المدينة.", "اصطدم قطار بشاحنة قرب المدينة"),
        ("أغلق الطريق منذ مساء أمس وحتى فجر الغد بسبب الثلوج.", "أغلق الطريق بسبب الثلوج"),
        ("صدر القرار في اليوم التالي لاجتماع المجلس.", "صدر القرار في اليوم التالي لاجتماع المجلس"),
        ("قالت صحيفة المصري اليوم ذلك.", "قالت صحيفة المصري اليوم ذلك"),
        ("تغير المشهد المصري اليوم كثيراً.", "تغير المشهد المصري كثيراً"),
        ("فاز حزب غد أفضل بالانتخابات.", "فاز حزب غد أفضل بالانتخابات"),
    ],
)
def test_no_time_that_passes(lead: str, headline: str) -> None:
    assert made(lead) == headline


@pytest.mark.parametrize("text", ["", " ", "،", "...", "ـ", "«»", "\u200f", "أمنياً،", "ﷺ", "قال", "12", "( : )"])
def test_a_lead_of_nothing_makes_no_trouble(text: str) -> None:
    assert len(made(text).split()) <= 12
    assert len(summed(text)) <= 240


def test_the_marks_of_the_words_stay() -> None:
    assert made("أُعلِنَت اليومَ نتائجُ المسابقةِ الكُبرى.") == "أُعلِنَت نتائجُ المسابقةِ الكُبرى"


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


FILLER = "وأضاف البيان أن الأعمال مستمرة في المواقع كلها حتى نهاية العام وأن الفرق تعمل ليلاً ونهاراً في ظروف صعبة. " * 3


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("افتتح د. سامي خوري الجناح الجديد في المستشفى. ", "المستشفى.", id="an abbreviation"),
        pytest.param("ارتفع المؤشر 3.5 في المئة إلى 1200.75 نقطة. ", "نقطة.", id="decimals"),
        pytest.param("بدأ العمل في 10 رمضان 1442 هـ. ", "هـ.", id="an era"),
        pytest.param("هل انتهت الأزمة؟ ", "الأزمة؟", id="a question"),
        pytest.param("قال الوزير: «انتهى العمل.» ", "العمل.»", id="quotes closed behind the stop"),
    ],
)
def test_a_summary_ends_where_a_sentence_does(start: str, end: str) -> None:
    assert summed(start + FILLER.replace(".", "،")).endswith(end)


def test_a_summary_does_not_end_inside_a_quotation() -> None:
    shown = summed("بدأ العمل أمس. وقال الوزير: «الجملة الأولى هنا. " + "والكلام يطول كثيراً في هذا الموضوع " * 9 + "».")
    assert shown == "بدأ العمل أمس."


def test_a_quotation_that_is_cut_is_closed() -> None:
    shown = summed("قال الوزير إن «" + "الكلام يطول كثيراً في هذا الموضوع " * 9 + "».")
    assert len(shown) <= 240
    assert shown.endswith("…»")


def test_a_summary_is_cut_at_a_comma_and_not_behind_a_word_that_leans() -> None:
    first = "كلمة " * 30 + "أخيرة، "
    assert summed(first + "كلمة " * 60).endswith("أخيرة…")
    assert not summed("كتب في " * 60).endswith("في…")


def test_datelines_are_no_part_of_a_summary() -> None:
    assert summed("دبي، الإمارات (CNN)-- بدأ المعرض أعماله بحضور ألف شركة من بلدان كثيرة.").startswith("بدأ المعرض")


@pytest.mark.parametrize(
    "dateline",
    [
        "الكويت - 21 - 11 (كونا) -- ",
        "الخرطوم 27-6-2021 (سونا) - ",
        "غزة 15-5-2021 وفا- ",
        "بغداد / واع / ",
        "طهران / 11 شباط / فبراير / ارنا - ",
        "ستوكهولم ـ «القدس العربي»: ",
        "* ",
    ],
)
def test_datelines_of_many_agencies_are_dropped(dateline: str) -> None:
    text = "فازت الباحثة بجائزة كبرى عن عملها في المختبر."
    assert summed(dateline + text) == text
    assert made(dateline + text).startswith("فازت")


@pytest.mark.parametrize(
    ("lead", "wrong"),
    [
        pytest.param("كشفت شركة عن عيب في نظام التشغيل الجديد الذي صدر يسمح للقراصنة بسرقة أموال", "يسمح", id="a verb"),
        pytest.param(
            "استجوب المحقق العدلي في جريمة انفجار مرفأ بيروت القاضي المكلف شاهدين اثنين أمس", "مرفأ", id="a place"
        ),
    ],
)
def test_a_headline_does_not_end_on(lead: str, wrong: str) -> None:
    assert made(lead).split()[-1] != wrong
