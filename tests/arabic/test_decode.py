"""Bytes in: what is read, what is refused, and what is taken out of the text."""

from __future__ import annotations

import pytest

from nashra.arabic.decode import decode
from nashra.arabic.hygiene import clean, title
from nashra.errors import Problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_read(encoding: str) -> None:
    assert decode("عنوان\r\nنص".encode(encoding)) == "عنوان\nنص"


@pytest.mark.parametrize(
    ("data", "line", "wrong"),
    [
        ("عنوان\nنص".encode("cp1256"), 1, "not UTF-8: byte 0xDA at offset 0"),
        ("عنوان\n".encode() + b"\xff", 2, "not UTF-8: byte 0xFF at offset 11"),
        ("أ\nب\0".encode(), 2, "it holds NUL characters"),
        (b"\xff\xfe\x00\xd8", 1, "not UTF-16"),
    ],
)
def test_refused_by_name(data: bytes, line: int, wrong: str) -> None:
    with pytest.raises(Problem) as found:
        decode(data)
    assert found.value.line == line
    assert found.value.wrong.startswith(wrong)
    assert str(found.value.at("seeds/x.txt")).startswith(f"seeds/x.txt:{line}: {wrong}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("نص\u0001\u200b\ufeff\u00ad\u202eعادي", "نصعادي"),
        ("e\u0301", "é"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("أ\u2067ب", "أ\u2067ب\u2069"),
        ("أ\u2069ب", "أب"),
        ("أ\u2028ب\x85ج\rد", "أ\nب\nج\nد"),
        ("tag\U000e0041", "tag"),
    ],
)
def test_invisible_controls_go_and_letters_stay(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text", ["أ  ب", "أ\u00a0ب", "أ\tب", "أ\u2003ب", "أ\u2028ب", " أ ب ", "أ\u200e ب", "أ \u2067ب\u2069"]
)
def test_a_title_has_common_spaces_only(text: str) -> None:
    assert title(text) == "أ ب"


def test_a_tidy_title_stays() -> None:
    assert title("عنوان «تامّ»: نصّ…") == "عنوان «تامّ»: نصّ…"
    assert title("e\u0301") == "é"


def test_a_title_is_one_plain_line() -> None:
    assert title(" عنوان\u2067 طويل\u2069\n جداً\u200f ") == "عنوان طويل جداً"
