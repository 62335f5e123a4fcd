"""Seeds found on the disk: what is one, what belongs to it, and what is said of all that is neither."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from nashra.archive import intake


def scan(folder: Path) -> tuple[list[str], list[str]]:
    found, problems = intake.scan(folder, "seeds")
    said = [str(problem) for problem in problems]
    assert all(line.isprintable() for line in said)
    return [seed.name for seed in found], said


def test_seeds_in_order_of_name(tmp_path: Path) -> None:
    (tmp_path / "2021").mkdir()
    for name in ("b.txt", "a.TXT", "2021/c.txt", "ledger.jsonl", "README.md", ".hidden.txt"):
        (tmp_path / name).write_text("x")
    assert scan(tmp_path) == (["2021/c.txt", "a.TXT", "b.txt"], [])
    (tmp_path / "picture.jpg").write_text("x")
    assert scan(tmp_path)[1] == ["seeds/picture.jpg: not a .txt file; save the bulletin as plain text, name.txt"]


@pytest.mark.parametrize(("seed", "sidecar"), [("e.txt", "e.meta"), ("e.txt", "e.META"), ("e.TXT", "e.Meta")])
def test_a_sidecar_goes_with_its_seed(tmp_path: Path, seed: str, sidecar: str) -> None:
    path = tmp_path / seed
    path.write_text("x")
    assert intake.sidecar(path) is None
    [bare] = intake.scan(tmp_path, "seeds")[0]
    assert bare.sidecar is None
    (tmp_path / sidecar).write_text("Status: draft")
    [found], problems = intake.scan(tmp_path, "seeds")
    assert (found.sidecar, problems) == (tmp_path / sidecar, [])
    assert found.stamp != bare.stamp
    assert intake.sidecar(path) == tmp_path / sidecar


@pytest.mark.parametrize(
    ("name", "own"), [("e.txt.meta", "e"), ("nobody.meta", "nobody"), ("2021/e.META", "e"), ("E.v2.meta", "E.v2")]
)
def test_a_sidecar_without_a_seed_is_named(tmp_path: Path, name: str, own: str) -> None:
    (tmp_path / "2021").mkdir()
    (tmp_path / "e.txt").write_text("x")
    (tmp_path / name).write_text("Status: draft")
    seeds, [said] = scan(tmp_path)
    assert seeds == ["e.txt"]
    assert said == f"seeds/{name}: it goes with no seed; name it like its seed: {own}.meta beside {own}.txt"


def test_a_sidecar_that_is_refused_takes_its_seed_along(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "a.meta").symlink_to(tmp_path / "b.txt")
    os.mkfifo(tmp_path / "b.META")
    (tmp_path / "c.meta").write_text("Status: draft")
    (tmp_path / "c.Meta").write_text("Status: draft")
    seeds, said = scan(tmp_path)
    assert seeds == ["d.txt"]
    assert said == [
        "seeds/a.meta: it is a symbolic link; put the file itself here",
        "seeds/b.META: it is not a regular file; put a text file here",
        "seeds/c.meta: its seed has another, c.Meta; keep one of them",
    ]
    # The seed is what is in trouble: its stories stay.
    assert [p.path for p in intake.scan(tmp_path, "seeds")[1]] == ["seeds/a.txt", "seeds/b.txt", "seeds/c.txt"]


def test_a_seed_that_is_refused_is_one_problem_with_its_sidecar(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a.meta").write_text("Status: draft")
    assert scan(tmp_path) == ([], ["seeds/a.txt: it is a symbolic link; put the file itself here"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (b"\xff.txt", "seeds/\\udcff.txt: its name is not UTF-8; rename it"),
        (b"\xe9/a.txt", "seeds/\\udce9/a.txt: its name is not UTF-8; rename it"),
        (b"a\nb.txt", "seeds/a\\nb.txt: its name holds control characters; rename it"),
        (b"a\x1b[2J.meta", "seeds/a\\x1b[2J.meta: its name holds control characters; rename it"),
        ("a\u2028b.txt".encode(), "seeds/a\\u2028b.txt: its name holds control characters; rename it"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: bytes, said: str) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    assert scan(tmp_path) == ([], [said])


def test_arabic_names_are_names(tmp_path: Path) -> None:
    (tmp_path / "نشرة 1\u200f.txt").write_text("x")
    found, problems = intake.scan(tmp_path, "seeds")
    assert ([seed.name for seed in found], problems) == (["نشرة 1\u200f.txt"], [])


def told(listing: intake.Listing) -> list[list[str]]:
    assert listing.shards is not None
    return [sorted(shard) for shard in listing.shards]


@pytest.mark.parametrize("seed", range(8))
def test_who_is_told_what_was_saved_finds_what_a_look_at_everything_finds(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "seeds"
    (folder / "2021").mkdir(parents=True)
    listing = intake.Listing(folder)
    listing.look()
    for _ in range(60):
        changed = set()
        for _ in range(chance.randrange(1, 4)):
            path = (
                folder
                / chance.choice(["", "2021", "2022/07"])
                / chance.choice(
                    [
                        "a.txt",
                        "b.TXT",
                        "a.meta",
                        ".hidden.txt",
                        ".hidden",
                        "ledger.jsonl",
                        "خبر.txt",
                        "notes.pdf",
                        "b.c.txt",
                    ]
                )
            )
            act = chance.choice(["save", "save", "delete", "link", "folder goes", "folder moves"])
            if act == "folder goes":
                shutil.rmtree(folder / "2022", ignore_errors=True)
                changed.add(folder / "2022")
            elif act == "folder moves" and (folder / "2021").is_dir() and not (folder / "2022").exists():
                (folder / "2021").rename(folder / "2022")
                changed |= {folder / "2021", folder / "2022"}
            elif act == "delete":
                path.unlink(missing_ok=True)
                changed.add(path)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                if act == "link":
                    path.symlink_to("elsewhere")
                else:
                    path.write_text("نص" * chance.randrange(99), "utf-8")
                changed.add(path)
        listing.look(changed | {tmp_path / "theme.css"})
        whole = intake.Listing(folder)
        whole.look()
        assert told(listing) == told(whole)


def test_shards_that_are_known_are_not_looked_into(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.txt").write_text("خبر", "utf-8")
    (tmp_path / "7.meta").write_text("Tags: قمة", "utf-8")
    first = intake.survey(intake.Listing(tmp_path), "seeds", {})
    assert len(first.seeds) == 40 and first.unchanged == 0 and not first.problems
    again = intake.survey(intake.Listing(tmp_path), "seeds", first.shards)
    assert (again.seeds, again.changed, again.unchanged) == ([], [], 40)
    (tmp_path / "7.meta").write_text("Tags: قمة، حوار", "utf-8")
    (tmp_path / "9.txt").unlink()
    third = intake.survey(intake.Listing(tmp_path), "seeds", first.shards)
    assert third.changed == sorted({intake.shard("7.txt"), intake.shard("9.txt")})
    assert "7.txt" in [seed.name for seed in third.seeds] and third.unchanged + len(third.seeds) == 39
    # What is wrong is said each time.
    (tmp_path / "orphan.meta").write_text("", "utf-8")
    for _ in range(2):
        wrong = intake.survey(intake.Listing(tmp_path), "seeds", first.shards | third.shards)
        assert len(wrong.problems) == 1 and intake.shard("orphan.meta") not in wrong.shards
