"""Arabic number agreement."""

from __future__ import annotations

import pytest

from nashra.arabic.plurals import count, reading_time


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "لا أخبار"),
        (1, "خبر واحد"),
        (2, "خبران"),
        (3, "3 أخبار"),
        (10, "10 أخبار"),
        (11, "11 خبراً"),
        (99, "99 خبراً"),
        (100, "100 خبر"),
        (102, "102 خبر"),
        (103, "103 أخبار"),
        (111, "111 خبراً"),
        (1000, "1000 خبر"),
    ],
)
def test_the_form_follows_the_number(n: int, said: str) -> None:
    assert count(n, "خبر") == said


def test_an_unknown_noun_is_refused() -> None:
    with pytest.raises(KeyError):
        count(3, "قمر")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (0, "دقيقة"),
        (90, "دقيقة"),
        (360, "دقيقتان"),
        (540, "3 دقائق"),
        (900, "5 دقائق"),
        (1980, "11 دقيقة"),
        (2160, "12 دقيقة"),
        (18000, "100 دقيقة"),
    ],
)
def test_reading_takes_a_minute_at_least(words: int, said: str) -> None:
    assert reading_time(words) == said
