"""The same wire copy twice: published once, said so; whichever seed goes, what readers have stays."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from conftest import Site, new_site
from e2e.test_histories import build, shown, text
from nashra import cli

SAID = "seeds/b.txt: the same text as seeds/a.txt; published once"


def said(site: Site, **environ: str) -> list[str]:
    result = site.build(**environ)
    assert result.returncode == 0, result.stderr
    return [line for line in result.stderr.splitlines() if "the same text" in line]


def whole(site: Site, folder: Path, **environ: str) -> Site:
    """Return a site made anew of the same seeds and ledger."""
    other = new_site(folder, seed=False)
    shutil.copytree(site.seeds, other.seeds, dirs_exist_ok=True)
    build(other, **environ)
    return other


def test_published_once_and_said_so_in_every_build(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", "\ufeff" + text("fire").replace("\n", "\r\n") + "\n\n")
    assert said(empty) == said(empty) == [SAID]
    assert [event["seed"] for event in empty.ledger()] == ["a.txt"]
    assert len(shown(empty)) == 1


def test_an_editor_makes_a_bulletin_of_its_own(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", f"Category: sport\n\n{text('fire')}")
    empty.seed("c.txt", f"Status: draft\n\n{text('cup')}")
    empty.seed("d.txt", text("cup"))
    assert said(empty) == []
    assert [event["seed"] for event in empty.ledger()] == ["a.txt", "b.txt", "d.txt"]


@pytest.mark.parametrize("act", ["goes", "is written anew", "becomes a draft", "turns into another"])
def test_the_other_takes_over_id_and_link(empty: Site, tmp_path: Path, act: str) -> None:
    for name in ("a", "b", "c"):
        empty.seed(f"{name}.txt", text("fire"))
    empty.seed("d.txt", text("cup"))
    assert len(said(empty)) == 2
    before, [fire, _] = shown(empty), empty.ledger()
    if act == "goes":
        (empty.seeds / "a.txt").unlink()
    else:
        texts = {"is written anew": text("rain"), "becomes a draft": f"Status: draft\n\n{text('fire')}"}
        empty.seed("a.txt", texts.get(act, text("cup")))
    remaining = ["seeds/c.txt: the same text as seeds/b.txt; published once"]
    if act == "turns into another":
        remaining.append("seeds/d.txt: the same text as seeds/a.txt; published once")
    assert said(empty) == remaining
    assert {name: shown(empty)[name] for name in before} == before
    assert [event["id"] for event in empty.ledger() if event["seed"] == "b.txt"] == [fire["id"]]
    ledger = empty.ledger()
    assert whole(empty, tmp_path / "whole").tree() == empty.tree()
    assert empty.ledger() == ledger


def test_a_correction_keeps_the_link_though_a_copy_stays(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", text("fire"))
    assert said(empty) == [SAID]
    [fire] = empty.ledger()
    empty.seed("a.txt", text("fire").replace("القديم", "الجديد"))
    assert said(empty) == []
    assert {event["id"] for event in empty.ledger() if event["seed"] == "a.txt"} == {fire["id"]}
    assert len({event["id"] for event in empty.ledger()}) == 2


def test_an_earlier_name_takes_the_place(empty: Site, tmp_path: Path) -> None:
    empty.seed("b.txt", text("fire"))
    assert said(empty) == []
    before = shown(empty)
    empty.seed("a.txt", text("fire"))
    assert said(empty) == [SAID]
    assert shown(empty) == before
    assert {event["id"] for event in empty.ledger()} == {empty.ledger()[0]["id"]}
    assert whole(empty, tmp_path / "whole").tree() == empty.tree()


def test_a_copy_that_cannot_be_read_hands_on(empty: Site) -> None:
    for name in ("a", "b", "c"):
        empty.seed(f"{name}.txt", text("fire"))
    assert len(said(empty)) == 2
    before = shown(empty)
    empty.seed("b.txt", b"\xff")
    (empty.seeds / "a.txt").unlink()
    result = empty.build()
    assert result.returncode == 1
    assert [line.partition(":")[0] for line in result.stderr.splitlines() if line.startswith("seeds/")] == [
        "seeds/b.txt"
    ]
    assert shown(empty) == before
    empty.seed("b.txt", text("fire"))
    assert said(empty) == ["seeds/c.txt: the same text as seeds/b.txt; published once"]
    assert shown(empty) == before


def test_what_was_withdrawn_does_not_come_back_in_a_copy(empty: Site) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("c.txt", text("cup"))
    assert said(empty) == []
    [fire, _] = empty.ledger()
    assert cli.main(["withdraw", str(fire["id"]), "--seeds", str(empty.seeds)]) == 0
    empty.seed("b.txt", text("fire"))
    for _ in range(2):
        said(empty)
        assert "fire" not in shown(empty)
        (empty.seeds / "a.txt").unlink(missing_ok=True)


def test_check_says_so_too(empty: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    empty.seed("a.txt", text("fire"))
    empty.seed("b.txt", text("fire"))
    monkeypatch.chdir(empty.folder)
    assert cli.main(["check"]) == 0
    assert SAID in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("history", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 6))])
def test_whatever_is_copied_the_site_is_what_a_new_one_is(history: int, tmp_path: Path) -> None:
    chance = random.Random(history)
    site = new_site(tmp_path / "site", seed=False)
    texts = [text(*told) for told in (["fire"], ["cup"], ["fire", "cup"], ["book"])]
    texts += [texts[0].replace("القديم", "الجديد"), f"Status: draft\n\n{texts[1]}"]
    site.seed("z.txt", text("rain"))
    for step in range(6):
        for _ in range(chance.randint(1, 3)):
            path = site.seeds / f"{chance.choice('abcdef')}.txt"
            if chance.random() < 0.3:
                path.unlink(missing_ok=True)
            else:
                site.seed(path.name, chance.choice(texts))
        build(site, str(1_600_000_000 + step * 90_000), FORCE="1")
        ledger = site.ledger()
        other = whole(site, tmp_path / f"whole-{step}", FORCE="1", when="1700000000")
        assert other.ledger() == ledger
        assert other.tree() == site.tree()
