"""The newsroom's own topics.toml files short stories where an editor would; a bad one says in one line what to mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nashra.desk.analyse import Desk, analyse
from nashra.desk.model import Bulletin, Paragraph
from nashra.desk.reading import reading
from nashra.desk.topics import Topics
from nashra.errors import Problem

ROOT = Path(__file__).resolve().parents[2]
TOPICS = Topics.load(ROOT / "topics.toml")


def category(headline: str, *paragraphs: str) -> str:
    text = [reading(-1, headline), *(reading(n, paragraph) for n, paragraph in enumerate(paragraphs))]
    return TOPICS.choose(TOPICS.score([said for read in text for said in TOPICS.spoken(read)], text, lead=0))


def test_the_desk() -> None:
    assert [topic.slug for topic in TOPICS.topics] == [
        "cyber",
        "diplomacy",
        "military-exercises",
        "armed-conflict",
        "domestic",
        "economy",
        "technology",
        "health",
        "sport",
        "general",
    ]
    assert TOPICS.fallback == "general"
    assert all(re.fullmatch(r"\d{8}", topic.mediatopic) for topic in TOPICS.topics)
    assert all(TOPICS.find(topic.name) is topic for topic in TOPICS.topics)
    assert TOPICS.find("الإقتصاد") is TOPICS.by_slug["economy"]
    assert TOPICS.find("Sport") is TOPICS.by_slug["sport"]
    assert TOPICS.find("طبخ") is None


@pytest.mark.parametrize(
    ("slug", "headline", "lead"),
    [
        ("cyber", "هجوم سيبراني يشل مستشفيات", "عطّلت برمجيات الفدية أنظمة المستشفيات، وطالب القراصنة بفدية."),
        ("cyber", "الشركة تؤكد تسرّب بيانات ملايين العملاء", "استغل المخترقون ثغرة أمنية في خوادم الشركة."),
        ("cyber", "فيروس حاسوب جديد يستهدف البنوك", "حذر خبراء أمن المعلومات من فيروس كمبيوتر يسرق كلمات المرور."),
        ("cyber", "القبض على هكر ابتز فتيات", "ضبطت وحدة الجرائم المعلوماتية متهماً باختراق حسابات وابتزاز إلكتروني."),
        ("cyber", "تمرين وطني على صد الهجمات السيبرانية", "نظمت هيئة الأمن السيبراني تمريناً يحاكي هجمات إلكترونية."),
        ("diplomacy", "الوزيران يبحثان العلاقات الثنائية", "استقبل وزير الخارجية نظيره وبحثا سبل تعزيز التعاون."),
        ("diplomacy", "قمة ثلاثية في عمّان الأحد", "تستضيف العاصمة قمة تبحث التطورات الإقليمية ويصدر عنها بيان مشترك."),
        ("diplomacy", "استدعاء السفير احتجاجاً", "استدعت وزارة الخارجية القائم بالأعمال وسلمته مذكرة احتجاج."),
        ("diplomacy", "مجلس الأمن يصوّت على رفع العقوبات", "يعقد مجلس الأمن الدولي جلسة بعد إحاطة المبعوث الأممي."),
        ("diplomacy", "جولة جديدة من المفاوضات برعاية أممية", "قال الوسيط الدولي إن المحادثات أحرزت تقدماً."),
        ("military-exercises", "انطلاق مناورات بحرية في الخليج", "تشارك سفن حربية من خمس دول في المناورات."),
        (
            "military-exercises",
            "ختام التمرين المشترك",
            "شهد رئيس الأركان ختام التمرين الذي تضمن الرماية بالذخيرة الحية.",
        ),
        (
            "military-exercises",
            "القوات الجوية تنفذ تدريباً مشتركاً",
            "تضمن التدريب الجوي المشترك طلعات ورفع الجاهزية القتالية.",
        ),
        (
            "military-exercises",
            "الجيش يجري تدريبات عسكرية على الحدود",
            "قالت وزارة الدفاع إن التدريبات تختبر جاهزية الوحدات.",
        ),
        ("armed-conflict", "غارات على مواقع المسلحين", "قصفت طائرات حربية مواقع للمسلحين وسقط قتلى وجرحى."),
        ("armed-conflict", "تفجير انتحاري يستهدف حاجزاً للجيش", "قُتل ثلاثة جنود عندما فجّر انتحاري سيارة مفخخة."),
        ("armed-conflict", "خروقات لوقف إطلاق النار", "تبادل الطرفان القصف المدفعي رغم الهدنة، ونزح مئات المدنيين."),
        (
            "armed-conflict",
            "معارك عنيفة شمال المدينة",
            "اندلعت المعارك بين المتمردين وقوات حكومية وقُتل عشرات المقاتلين.",
        ),
        (
            "domestic",
            "البرلمان يقر قانون الانتخابات",
            "صوّت النواب على مشروع قانون الانتخابات بعد جدل بين أحزاب المعارضة.",
        ),
        ("domestic", "الحكومة تقدم استقالتها", "قبل رئيس الجمهورية استقالة الحكومة وبدأت مشاورات تشكيل حكومة جديدة."),
        (
            "domestic",
            "السجن المؤبد لثلاثة متهمين",
            "قضت محكمة الجنايات بالسجن المؤبد على المتهمين في قضية القتل العمد.",
        ),
        ("domestic", "متظاهرون يطالبون برحيل المحافظ", "فرّقت الشرطة المتظاهرين بقنابل الغاز المسيل للدموع."),
        ("domestic", "بدء امتحانات الثانوية العامة", "أعلنت وزارة التربية جاهزية المدارس لاستقبال الطلاب."),
        ("economy", "البورصة تغلق على ارتفاع", "صعد المؤشر الرئيسي وارتفعت أسهم البنوك وبلغت التداولات مليار جنيه."),
        ("economy", "المصرف المركزي يرفع أسعار الفائدة", "يسعى البنك المركزي إلى كبح التضخم ودعم العملة."),
        ("economy", "أسعار النفط تتراجع", "هبط خام برنت بعد زيادة إنتاج أوبك."),
        ("technology", "إطلاق هاتف ذكي بشاشة قابلة للطي", "يعمل الجهاز بنظام أندرويد وبمعالج جديد."),
        ("technology", "ناسا تطلق مسباراً إلى المريخ", "قال علماء الفلك إن المركبة الفضائية ستدرس سطح الكوكب."),
        ("technology", "شركة ناشئة تطور روبوتاً بالذكاء الاصطناعي", "يعتمد الابتكار على تعلم الآلة."),
        ("health", "حملة تطعيم ضد شلل الأطفال", "تبدأ وزارة الصحة حملة التلقيح في المراكز الصحية."),
        ("health", "اللقاح الجديد يقي من الحصبة", "قال الأطباء إن جرعة واحدة تكفي للوقاية من العدوى."),
        ("health", "دراسة: المشي يقلل خطر السكري", "وجد باحثون أن المشي يخفض الكوليسترول وضغط الدم لدى المرضى."),
        ("sport", "المنتخب يتأهل إلى المونديال", "سجل المهاجم هدف الفوز في الشوط الثاني من المباراة."),
        ("sport", "الفريق يخسر معركة الصدارة", "فشل هجوم الفريق في اختراق دفاع المنافس، وأهدر هدافه ركلة جزاء."),
        ("sport", "ميدالية ذهبية في الجودو", "أحرز اللاعب الذهبية في دورة الألعاب الأولمبية."),
        ("general", "أمطار غزيرة على الساحل", "توقعت هيئة الأرصاد انخفاض درجات الحرارة ونشاط الرياح."),
        ("general", "مهرجان السينما يكرّم مخرجاً راحلاً", "يعرض المهرجان عشرة أفلام للمخرج."),
        ("general", "مصرع شخصين في حادث سير", "انقلبت حافلة ركاب على الطريق الصحراوي وأصيب السائق في الحادث."),
        ("general", "صباح الخير", "لا شيء يقال اليوم."),
    ],
)
def test_a_story_is_filed(slug: str, headline: str, lead: str) -> None:
    assert category(headline, lead) == slug


@pytest.mark.parametrize(
    ("slug", "headline", "lead"),
    [
        ("domestic", "مناورات سياسية قبل الانتخابات", "وصف الحزب موقف المعارضة بأنه مناورة انتخابية في البرلمان."),
        ("economy", "مخاوف من حرب تجارية", "فرضت الدولتان رسوماً جمركية على الصادرات وتراجعت الأسواق."),
        ("economy", "مؤتمر للأمن الغذائي", "بحث المؤتمر استيراد القمح ودعم المزارعين واستقرار الأسعار."),
        ("sport", "الفريق يستأنف تدريباته", "خاض اللاعبون تدريبات بدنية في الملعب قبل المباراة."),
        ("domestic", "تقرير الطب الشرعي في القضية", "تسلمت النيابة العامة تقرير الطبيب الشرعي عن سبب الوفاة."),
        ("domestic", "تطبيق القانون على المخالفين", "شددت الأجهزة الأمنية على تطبيق القانون وضبط المتهمين."),
        ("domestic", "دورات تدريبية لموظفي البلديات", "تنظم الوزارة برامج تدريبية للموظفين في المحافظات."),
        ("armed-conflict", "قراصنة صوماليون يخطفون سفينة", "خطف مسلحون السفينة قبالة سواحل الصومال واحتجزوا رهائن."),
    ],
)
def test_a_term_that_means_something_else(slug: str, headline: str, lead: str) -> None:
    assert category(headline, lead) == slug


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        # Words of one desk in another desk's news.
        ("domestic", "وصفت المعارضة قرار الحكومة بأنه مناورات سياسية لكسب الوقت."),
        ("economy", "اندلعت حرب أسعار بين شركات الألبان بعد تراجع المبيعات."),
        ("sport", "عطّل هجوم فريق الضيوف في الشوط الأول وخرج بلا أهداف."),
        ("sport", "حسم المهاجم معركة الصدارة بقذيفة قوية هزت الشباك."),
        ("sport", "أضاع قراصنة الساحل، كما يلقبون الفريق، ضربة جزاء في الدوري الممتاز."),
        ("sport", "فاز نادي المريخ السوداني في مباراة الذهاب."),
        ("domestic", "أمرت النيابة بحبس موظف بتهمة التلاعب بالبورصة."),
        ("domestic", "ضبطت مباحث التموين سبعة أطنان من السولار قبل بيعها في السوق السوداء."),
        ("domestic", "سطو مسلح على فرع أحد البنوك والشرطة تطارد الجناة."),
        ("domestic", "كلية الحقوق تعلن نتائج الطلاب."),
        ("domestic", "بلدية الخبر تضبط مخالفات في المطاعم."),
        ("armed-conflict", "ضبط سلاح المدفعية موقع المتمردين بعد قصف عنيف."),
        ("armed-conflict", "فجّر انتحاري نفسه وسط السوق وسقط قتلى وجرحى."),
        ("armed-conflict", "اختطف قراصنة صوماليون ناقلة نفط قبالة السواحل."),
        ("general", "انفجار أسطوانة غاز يهدم منزلاً ويصيب الأسرة كلها."),
        ("general", "نجا ركاب الحافلة من حادث تصادم على الطريق السريع."),
        # The same words where they mean what they say.
        ("military-exercises", "بدأت مناورات مشتركة بين البحريتين في البحر الأحمر."),
        ("military-exercises", "يحاكي تمرين فيصل صد هجوم جوي بمشاركة قوات شقيقة."),
        ("cyber", "عطّل هجوم عبر الإنترنت مواقع ثلاث وزارات، وتبنته مجموعة قراصنة."),
        ("cyber", "حذر البنك عملاءه من رسائل احتيالية تسرق كلمات المرور."),
        # What a day's bulletin is made of.
        ("economy", "ارتفع التضخم السنوي وتراجعت الصادرات واتسع عجز الميزانية."),
        ("economy", "أعلنت وزارة السياحة نمو عدد السياح وإشغال الفنادق."),
        ("economy", "هبطت أسعار القمح مع تحسن المحصول."),
        ("diplomacy", "سلّم الوزير نظيره رسالة خطية وبحث معه تطوير العلاقات بين البلدين."),
        ("diplomacy", "غادر الأمير على رأس وفد رفيع في زيارة رسمية."),
        ("diplomacy", "دعا مجلس الأمن الطرفين إلى استئناف المفاوضات."),
        ("health", "حذر أطباء الكلى من الإفراط في المسكنات."),
        ("health", "سجلت المنطقة إصابات بحمى الضنك ونقصاً في الأدوية."),
        ("technology", "أطلقت الشركة هاتفاً ذكياً بمعالج رباعي."),
        ("technology", "رصد التلسكوب كوكباً خارج المجموعة الشمسية."),
        ("sport", "ودّعت لاعبة التنس البطولة من ربع النهائي."),
        ("general", "يشارك الشاعر بقصيدة في ختام المهرجان."),
        ("general", "تشهد المرتفعات أمطاراً رعدية ورياحاً مثيرة للأتربة."),
        ("general", "أدى المصلون صلاة العيد في المسجد الحرام."),
    ],
)
def test_one_sentence_is_enough(slug: str, sentence: str) -> None:
    assert category("", sentence) == slug


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("technology", "الناس في الشارع"),  # ناسا
        ("technology", "رقم الطالب"),  # رقمي
        ("technology", "سباق الإبل"),  # أبل
        ("technology", "شاحنات الميناء"),  # شاحن
        ("technology", "مصادمات في الميدان"),  # مصادم
        ("general", "عاد أمس"),  # أمسية
        ("general", "سيولة كافية"),  # سيول
        ("general", "تدافع عن موقفها"),  # تدافع
        ("domestic", "مباحثات"),  # مباحث
        ("domestic", "طالبت بوقفه"),  # طالبات
        ("domestic", "سفن انتحارية"),  # انتحار
        ("armed-conflict", "طالب الرئيس"),  # طالبان
        ("economy", "عملهم وعملها"),  # عملات
        ("health", "كلية الآداب"),  # كلى
        ("health", "مسلمو بورما"),  # ورم
        ("health", "الفوائد الربوية"),  # ربو
        ("health", "حملة كبيرة"),  # حمل
        ("sport", "دراجة مسروقة"),  # دراج
        ("sport", "تصفية الحسابات"),  # تصفيات
        ("sport", "شركة ناشئة"),  # ناشئين
        ("diplomacy", "العناية الوسيطة"),  # وسيط
    ],
)
def test_a_short_stem_is_not_enough(topic: str, text: str) -> None:
    assert topic not in {said.topic for said in TOPICS.spoken(reading(0, text)) if said.weight > 0}


def test_what_is_spoken_stands_where_it_is_written() -> None:
    read = reading(3, "شنّ القراصنة الهجماتِ الإلكترونيةَ")
    said = [(hit.topic, hit.para, read.folded.text[hit.start : hit.end]) for hit in TOPICS.spoken(read)]
    assert said == [("cyber", 3, "القراصنه"), ("cyber", 3, "الهجمات الالكترونيه")]


@pytest.mark.parametrize(
    "written",
    ["ألغام", "الألغام", "والألغام", "للقاحات", "اللقاح", "والالتهاب", "التهابات", "إلكترونيين", "والإلكتروني"],
)
def test_words_that_begin_like_an_article(written: str) -> None:
    assert TOPICS.spoken(reading(0, written))


def test_the_seed() -> None:
    lines = (ROOT / "seeds" / "000_988bb7c48388d14e.txt").read_text("utf-8").splitlines()
    text = [reading(n - 1, line) for n, line in enumerate(line for line in lines if line.strip())]
    filed = []
    for start, end in ((0, 4), (4, 10), (10, 14)):
        story = [read for read in text if start <= read.para < end or (read.para < 0 and start == 0)]
        filed.append(TOPICS.choose(TOPICS.score([hit for read in story for hit in TOPICS.spoken(read)], story, start)))
    assert filed == ["cyber", "diplomacy", "military-exercises"]


GOOD = '[[topic]]\nslug = "sport"\nname = "الرياضة"\nstrong = ["مباراة"]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fallback = "sport"\n[[topic]]\nslug = \n', "topics.toml:3: Invalid value; mend this line"),
        ('fallback = "sport"\n', "topics.toml: it lists no [[topic]]; restore it from version control"),
        ('topic = ["sport"]\n', "topics.toml: it lists no [[topic]]; restore it from version control"),
        ('[[topic]]\nname = "الرياضة"\n', "topics.toml: the topic 'الرياضة' has no slug; give it slug = \"…\""),
        (
            '[[topic]]\nslug = "رياضة"\nname = "الرياضة"\n',
            "topics.toml: the slug 'رياضة' cannot be; use lower-case Latin letters, digits and hyphens",
        ),
        ('[[topic]]\nslug = "sport"\n', 'topics.toml: the topic sport has no name; give it name = "…"'),
        (
            f'fallback = "sport"\n{GOOD}{GOOD}',
            "topics.toml: two topics share the slug sport; give each its own",
        ),
        (
            f'{GOOD}words = ["هدف"]\n',
            "topics.toml: the topic sport has an unknown key words; "
            "known are slug, name, mediatopic, strong, terms, weak, counter",
        ),
        (
            f'{GOOD}terms = "هدف"\n',
            'topics.toml: terms of the topic sport is no list of texts; write it as ["…", "…"]',
        ),
        (
            f'fallback = "misc"\n{GOOD}',
            "topics.toml: fallback = 'misc' is no topic's slug; name one of the topics",
        ),
        (GOOD, "topics.toml: fallback = '' is no topic's slug; name one of the topics"),
    ],
)
def test_a_bad_file_says_what_to_mend(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Problem) as problem:
        Topics.load(path)
    assert str(problem.value) == said


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"^topics\.toml: there is no such file; restore it from version control$"):
        Topics.load(tmp_path / "topics.toml")


def test_counter_terms_and_spellings(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    path.write_text(
        'fallback = "sport"\n[[topic]]\nslug = "war"\nname = "حرب"\nstrong = ["معركة|معارك"]\n'
        'counter = ["معركة انتخابية"]\n[[topic]]\nslug = "sport"\nname = "رياضة"\n',
        "utf-8",
    )
    topics = Topics.load(path)
    assert [hit.weight > 0 for hit in topics.spoken(reading(0, "المعارك ثم المعركة الانتخابية ومعركة"))] == [
        True,
        False,
        True,
    ]


def test_a_new_category_needs_no_code(tmp_path: Path) -> None:
    path = tmp_path / "topics.toml"
    own = '[[topic]]\nslug = "chess"\nname = "الشطرنج"\nstrong = ["كش ملك", "أستاذ دولي كبير"]\nterms = ["رقعة"]\n'
    path.write_text(f"{(ROOT / 'topics.toml').read_text('utf-8')}\n{own}", "utf-8")
    lines = ("الأستاذ الدولي الكبير يعود", "جلس الأستاذ الدولي الكبير إلى الرقعة، وقال «كش ملك» بعد ساعة.")
    bulletin = Bulletin("000", lines[0], (Paragraph(lines[1], 2),))

    assert analyse(bulletin, Desk.load(ROOT / "topics.toml")).stories[0].category == "general"
    story = analyse(bulletin, Desk.load(path), why=True).stories[0]
    assert story.category == "chess"
    assert story.category_scores[0][0] == "chess"
    words = [said.words for said in story.evidence if said.decision == "category"]
    assert words == ["الأستاذ الدولي الكبير", "الأستاذ الدولي الكبير", "الرقعة", "كش ملك"]
