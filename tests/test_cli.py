"""``nashra analyze``, ``explain`` and ``check``: what they print, and that their exit status tells the truth."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT, SEED
from nashra import cli

STORY_KEYS = ["start", "end", "headline", "summary", "category", "category_scores"]
STORY_KEYS += ["tags", "sources", "dates", "evidence"]


def nashra(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nashra", "--topics", str(ROOT / "topics.toml"), *map(str, arguments)],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def line(name: str = "b1", **values: object) -> str:
    paras = ["أعلنت وزارة الصحة وصول دفعة جديدة من اللقاحات إلى البلاد.", "وقال الوزير إن التطعيم يبدأ غداً."]
    return json.dumps({"id": name, "title": "وصول لقاحات", "paras": paras, "date": "2021-03-01"} | values) + "\n"


def test_analyze_prints_the_contract() -> None:
    result = nashra("analyze", "--json", SEED)
    assert (result.returncode, result.stderr) == (0, "")
    [printed] = result.stdout.splitlines()
    made = json.loads(printed)
    assert list(made) == ["id", "headline", "date", "date_precision", "stories"]
    assert (made["id"], made["date"], made["date_precision"]) == (SEED.name, "2021-07", "month")
    assert [(story["start"], story["end"]) for story in made["stories"]] == [(0, 4), (4, 10), (10, 14)]
    paragraphs = [text.strip() for text in SEED.read_text("utf-8").splitlines() if text.strip()][1:]
    for story in made["stories"]:
        assert list(story) == STORY_KEYS
        for tag in story["tags"]:
            assert list(tag) == ["kind", "name", "slug", "start", "end", "para"]
        for date in story["dates"]:
            assert paragraphs[date["para"]][date["start"] : date["end"]] == date["text"]
        for one in story["evidence"]:
            text = made["headline"] if one["para"] < 0 else paragraphs[one["para"]]
            assert text[one["start"] : one["end"]] == one["words"]


def test_analyze_reads_lines_and_uses_their_date() -> None:
    result = nashra("analyze", "--jsonl", given=line() + "\n" + line("b2", date=None))
    assert result.returncode == 0, result.stderr
    first, second = map(json.loads, result.stdout.splitlines())
    assert [date["value"] for date in first["stories"][0]["dates"]] == ["2021-03-02"]
    assert first["stories"][0]["category"] == "health"
    assert (second["id"], second["date"], second["stories"][0]["dates"]) == ("b2", None, [])


@pytest.mark.parametrize(
    "bad",
    [
        "not json\n",
        "[]\n",
        "[" * 100_000 + "\n",
        '{"id": 1}\n',
        line(paras=[]),
        line(paras=[1]),
        line(title=None),
        line(date="garbage\nin two lines"),
        line(date="2021-13-45"),
        line(date="0000-00-00"),
        line(date=2021),
    ],
)
def test_a_bad_line_costs_no_good_one(bad: str) -> None:
    result = nashra("analyze", "--jsonl", given=line("a") + bad + line("c"))
    assert result.returncode == 1
    assert [json.loads(printed)["id"] for printed in result.stdout.splitlines()] == ["a", "c"]
    [said] = result.stderr.splitlines()
    assert said.startswith("standard input:2: ")


@pytest.mark.parametrize("name", ["\ud800", 7, None, {"set": ["\udfff"]}])
def test_an_id_comes_back_whatever_it_is(name: object) -> None:
    result = nashra("analyze", "--jsonl", given=line(id=name) + line("b"))
    assert (result.returncode, result.stderr) == (0, "")
    assert [json.loads(printed)["id"] for printed in result.stdout.splitlines()] == [name, "b"]


def test_a_sidecar_is_read_and_its_problems_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "a.TXT").write_bytes(SEED.read_bytes())
    (tmp_path / "a.META").write_text("Split: no\n", "utf-8")
    result = nashra("analyze", "--json", tmp_path / "a.TXT")
    assert len(json.loads(result.stdout)["stories"]) == 1
    (tmp_path / "a.META").write_text("Split: no\nDate: 2021-13\n", "utf-8")
    for command in (["analyze", "--json", tmp_path / "a.TXT"], ["check", tmp_path]):
        [said] = nashra(*command).stderr.splitlines()
        assert said.startswith(f"{tmp_path}/a.META:2: «2021-13» is no date; ")
    (tmp_path / "a.META").write_bytes(b"Split: no\n\xff")
    [said] = nashra("check", tmp_path).stderr.splitlines()
    assert said.startswith(f"{tmp_path}/a.META:2: not UTF-8")


def test_explain_shows_words_that_spoke() -> None:
    result = nashra("explain", SEED)
    assert result.returncode == 0, result.stderr
    for words in ("لافروف: ضرورة", "الدبلوماسية (diplomacy)", "«وفي شأن آخر،»", "زاسلون 2021", "سبوتنيك", "2021-07-30"):
        assert words in result.stdout
    assert "Traceback" not in result.stderr


def test_check_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_bytes(SEED.read_bytes())
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xfd")
    result = nashra("check", tmp_path)
    assert result.returncode == 1
    assert "1 of 2 seeds" in result.stdout
    [said] = result.stderr.splitlines()
    assert said.startswith(f"{tmp_path}/bad.txt:1: ")


def test_a_missing_file_and_missing_topics_are_one_line(tmp_path: Path) -> None:
    result = nashra("analyze", "--json", tmp_path / "none.txt")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    result = subprocess.run(
        [sys.executable, "-m", "nashra", "explain", str(SEED)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("topics.toml: there is no such file; ")


@pytest.mark.parametrize("target", ["folder", "s3://bucket/site"])
def test_commands_look_where_publishing_did(
    target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TARGET", target)
    where = "folder" if target == "folder" else "public"
    (tmp_path / f"{where}.releases" / "000001").mkdir(parents=True)
    (tmp_path / where).symlink_to(f"{where}.releases/000001")
    assert cli.main(["rollback", "--list"]) == 0
    assert capsys.readouterr().out == "000001 (public)\n"
    assert cli.main(["ping"]) == 0
