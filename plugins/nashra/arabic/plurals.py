"""Arabic number agreement: one, two, a few, many (Unicode CLDR plural rules for ar)."""

from __future__ import annotations

# noun: (none, one, two, few 3–10, many 11–99, other 100–102…)
_FORMS = {
    "خبر": ("لا أخبار", "خبر واحد", "خبران", "أخبار", "خبراً", "خبر"),  # story
    "دقيقة": ("أقل من دقيقة", "دقيقة", "دقيقتان", "دقائق", "دقيقة", "دقيقة"),  # minute
    "صفحة": ("لا صفحات", "صفحة واحدة", "صفحتان", "صفحات", "صفحة", "صفحة"),  # page
    "وسم": ("لا وسوم", "وسم واحد", "وسمان", "وسوم", "وسماً", "وسم"),  # tag
    "قسم": ("لا أقسام", "قسم واحد", "قسمان", "أقسام", "قسماً", "قسم"),  # category
    "موعد": ("لا مواعيد", "موعد واحد", "موعدان", "مواعيد", "موعداً", "موعد"),  # date, appointment
    "ملف": ("لا ملفات", "ملف واحد", "ملفان", "ملفات", "ملفاً", "ملف"),  # running story
    "كاتب": ("لا كتّاب", "كاتب واحد", "كاتبان", "كتّاب", "كاتباً", "كاتب"),  # author
}


def count(n: int, noun: str) -> str:
    """Return ``n`` of ``noun`` (its singular) in the form the number asks for. Raises KeyError for an unknown noun."""
    none, one, two, few, many, other = _FORMS[noun]
    if n < 3:
        return (none, one, two)[n]
    rest = n % 100
    return f"{n} {few if 3 <= rest <= 10 else many if rest >= 11 else other}"


def reading_time(words: int, words_per_minute: int = 180) -> str:
    """Return how long ``words`` take to read, at least a minute."""
    return count(max(1, round(words / words_per_minute)), "دقيقة")
