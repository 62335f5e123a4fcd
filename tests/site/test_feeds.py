"""What goes into a feed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nashra.site.feeds import _LARGEST, _fitting, _Made

WHEN = datetime(2021, 7, 9, tzinfo=UTC)


def made(*sizes: int) -> list[_Made]:
    return [_Made("2021-07", WHEN, [b"x" * 10, b"x" * size, b"x" * 10]) for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        ([1000] * 50, 50),
        ([20_000] * 50, _LARGEST // 20_002),
        ([_LARGEST * 2], 1),
        ([_LARGEST * 2, 10], 1),
        ([], 0),
    ],
)
def test_a_feed_holds_no_more_than_readers_take_in(sizes: list[int], kept: int) -> None:
    assert len(_fitting(made(*sizes))) == kept
