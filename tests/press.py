"""A site with a bit of everything: what subscribers, validators and browsers are tried on.

Stories of five months (so there are archives), two of one event, one that names a day ahead, one edited and one
withdrawn (a category of its own is empty now), an agency that is known and one that is not, a headline that begins in
Latin, signs that XML must escape, an author, a hand-written article with a picture, combined feeds, a feed menu and a
hub.
"""

from __future__ import annotations

import base64
import gzip
import random
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Site

HUB = "https://hub.nashra.example/"
ITEMS = 5
CISA = "CISA: تحذير من ثغرة خطيرة في خوادم البريد"
OPINION = "رأي في أمن الشبكات & الخصوصية"
FIRST, SECOND = "1627000000", "1627100000"
SETTINGS = f"""
NASHRA_COMBINED_FEEDS = {{"security": ["cyber", "military-exercises"]}}
NASHRA_FEED_ITEMS = {ITEMS}
NASHRA_FEED_MENU = True
NASHRA_WEBSUB_HUB = "{HUB}"
"""
SEEDS = {
    "cisa.txt": f"""Date: 2021-06-20T09:30:00+03:00
Category: cyber
Author: سلمى نجار، عمر حداد

{CISA}
CISA هي وكالة الأمن السيبراني الأمريكية، وقد حذرت من ثغرة في خوادم البريد تسمح بتنفيذ أوامر عن بعد.
ودعت الوكالة المؤسسات إلى تثبيت التحديث خلال أسبوع.
""",
    "bank.txt": """Date: 2021-05-11
Category: cyber
Source: رويترز

قراصنة يهاجمون مصرفاً ويعطلون خدماته
أعلن مصرف كبير أن قراصنة هاجموا شبكته وعطلوا خدماته عبر الإنترنت يوماً كاملاً.
وقال المتحدث باسم المصرف إن أموال العملاء لم تتأثر بالهجوم.
""",
    "coast.txt": """Date: 2021-04-02
Category: cyber
Source: وكالة الساحل

هجوم إلكتروني يعطل شركة «AT&T» في ميناء الشمال
عطل هجوم إلكتروني أنظمة شركتي «AT&T» و<Maersk> في ميناء الشمال ساعات.
وأوضحت الإدارة أن الخسائر لم تحص بعد &amp; أن الحركة عادت إلى طبيعتها.
""",
    "course.txt": """Date: 2021-03-08
Category: cyber
Tags: تدريب

دورة لتدريب الشباب على أمن المعلومات
افتتحت الجامعة دورة لتدريب الشباب على أمن المعلومات تستمر ثلاثة أشهر.
ويشارك في الدورة خمسون طالباً وطالبة.
""",
    "law.txt": """Date: 2021-03-15
Category: cyber
Tags: قمة جنيف

البرلمان يناقش قانون حماية البيانات
ناقش البرلمان مشروع قانون حماية البيانات الشخصية وأحاله إلى لجنة مختصة.
وينتظر أن تقدم اللجنة تقريرها بعد شهرين.
""",
    "envoy.txt": """Date: 2021-05-25
Category: diplomacy
Tags: قمة جنيف

المبعوث الأممي يصل في زيارة تستمر يومين
وصل المبعوث الأممي إلى العاصمة في زيارة تستمر يومين يلتقي خلالها عدداً من المسؤولين.
وتستمر المحادثات حتى 30 أيار الجاري.
""",
    "cup.txt": """Date: 2021-04-18
Category: sport
Tags: نهائي البطولة

فوز المنتخب بالكأس
فاز المنتخب الوطني على ضيفه بثلاثة أهداف في نهائي بطولة كأس القارة.
""",
}
ARTICLE = f"""Title: {OPINION}
Date: 2021-07-05 10:30
Modified: 2021-07-06 08:00
Category: cyber
Tags: بوتين, خصوصية
Author: سلمى نجار

هذا رأي كتب باليد، وفيه [مرجع][note] وحاشية[^1].

<p style="color: red" onclick="go()">فقرة ملونة.</p>

![مخطط للشبكة]({{static}}/images/شبكة.png)

انظر [صفحة الموقع]({{filename}}/pages/about.md) و[القسم](../../../category/cyber.html) و[الأعلى](#top).

<script>alert(1)</script>

[note]: https://example.org/شرح
[^1]: حاشية في آخر المقال.
"""
# One grey dot.
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")


TEXTS = Path(__file__).parent / "search" / "texts.txt"


def zipped(data: bytes) -> bytes:
    """Return ``data`` as it travels."""
    return gzip.compress(data, 9, mtime=0)


def prose(number: int, words: int) -> str:
    """Return ``words`` Arabic words without sense, others for each ``number``: they pack no better than news does."""
    known = {word for word in TEXTS.read_text("utf-8").split() if word.isalpha() and len(word) > 2}
    # They would name days.
    known -= {"غدا", "غداً", "أمس", "اليوم", "يوم"}
    return " ".join(random.Random(number).choices(sorted(known), k=words))


def build(site: Site, when: str = FIRST, **environ: str) -> None:
    result = site.build(SOURCE_DATE_EPOCH=when, **environ)
    assert result.returncode == 0, result.stdout + result.stderr


def publish(site: Site, address: str) -> None:
    """Fill and build ``site``, to be served at ``address``; then edit, withdraw and build again."""
    with (site.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write(f'{SETTINGS}SITEURL = "{address}"\n')
    for name, text in SEEDS.items():
        site.seed(name, text)
    content = site.folder / "content"
    (content / "images").mkdir()
    (content / "images" / "شبكة.png").write_bytes(PNG)
    (content / "articles" / "opinion.md").write_text(ARTICLE, "utf-8")
    build(site)
    corrected = SEEDS["course.txt"].replace("خمسون", "ستون")
    site.seed("course.txt", corrected.replace("Category", "Correction: عدد الطلاب ستون، لا خمسون\nCategory", 1))
    (site.seeds / "cup.txt").unlink()
    build(site, SECOND)
