"""`make publish`: a site that readers see whole, the old or the new, at every moment; and the way back."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import press
from conftest import Site, new_site

PELICAN = str(Path(sys.executable).with_name("pelican"))


def publish(site: Site, when: str = press.FIRST, **environ: str) -> subprocess.CompletedProcess[str]:
    return site.build("-s", "publishconf.py", SOURCE_DATE_EPOCH=when, **environ)


def published(site: Site, when: str = press.FIRST, **environ: str) -> str:
    result = publish(site, when, **environ)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return result.stdout.splitlines()[-1]


def sums(site: Site, output: str = "output") -> str:
    """Return the sums of the files of the newest release."""
    return sorted((site.folder / f"{output}.releases").glob("*.sha256"))[-1].read_text("utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = new_site(tmp_path / "site")
    for name, text in press.SEEDS.items():
        site.seed(name, text)
    return site


def test_it_is_published_and_says_so(site: Site) -> None:
    said = published(site)
    assert said.startswith("Nashra: 8 bulletins → 10 stories, ")
    assert said.endswith(" new files is public. Open output/index.html")
    assert os.readlink(site.output) == "output.releases/000001"  # noqa: PTH115
    assert "https://nashra.example/" in site.tree()["index.html"].decode()
    before = site.tree()
    assert published(site, press.SECOND).endswith("release 000001 shows all of it already. Open output/index.html")
    assert site.tree() == before
    assert not [name for name in before if name.startswith(".nashra")]
    # Nobody looks at drafts where readers do.
    refused = site.build()
    assert (refused.returncode, refused.stderr.splitlines()) == (
        1,
        ["output: the public sees a release there; publish with make publish, or build elsewhere: OUTPUT=folder"],
    )
    assert site.tree() == before


def test_who_looks_first_pays_for_nothing_twice(site: Site) -> None:
    """`make html` in a folder and `make publish` in another: each goes on where it was."""
    press.build(site)
    published(site, OUTPUT="public")
    site.seed("cup.txt", press.SEEDS["cup.txt"].replace("ثلاثة", "أربعة"))
    for settings, output in (("pelicanconf.py", "output"), ("publishconf.py", "public")):
        done = site.build("-s", settings, "--debug", SOURCE_DATE_EPOCH=press.SECOND, OUTPUT=output)
        assert done.returncode == 0, done.stderr
        told = " ".join(done.stdout.split())
        assert "the story changed" in told
        # As it says why the whole must be made.
        assert "earlier build" not in told
        assert "the last build left it" not in told


def test_the_way_back(site: Site) -> None:
    published(site)
    before = site.tree()
    site.seed("cup.txt", press.SEEDS["cup.txt"].replace("ثلاثة", "أربعة"))
    published(site, press.SECOND)
    after = site.tree()
    assert before != after

    def rollback(*arguments: str) -> subprocess.CompletedProcess[str]:
        nashra = str(Path(sys.executable).with_name("nashra"))
        return subprocess.run(
            [nashra, "rollback", "output", *arguments], cwd=site.folder, capture_output=True, text=True, check=False
        )

    assert rollback().returncode == 0
    assert site.tree() == before
    assert rollback("--to", "2").returncode == 0
    assert site.tree() == after
    assert rollback("--to", "7").stderr.startswith("output: there is no release 7; ")
    # And from there on, as if nobody had gone back.
    assert rollback().returncode == 0
    assert "release 000003" in published(site, press.SECOND)
    assert site.tree() == after


def test_every_reader_sees_the_old_site_or_the_new(site: Site) -> None:
    published(site)
    trees, over = [site.tree()], threading.Event()
    names = sorted(trees[0])

    def poll(number: int, reads: list[tuple[str, bytes]]) -> None:
        """Read as a web server does, one file a request. A page that is missing for a moment reads as nothing."""
        chance = random.Random(number)
        while not over.is_set():
            name = chance.choice(names)
            try:
                reads.append((name, (site.output / name).read_bytes()))
            except OSError:
                reads.append((name, b""))

    readers: list[list[tuple[str, bytes]]] = [[], []]
    pollers = [threading.Thread(target=poll, args=one) for one in enumerate(readers)]
    for poller in pollers:
        poller.start()
    try:
        while len(trees) < 4 or sum(map(len, readers)) < 10_000:
            site.seed("cup.txt", press.SEEDS["cup.txt"].replace("ثلاثة", str(len(trees) + 3)))
            published(site, press.SECOND)
            trees.append(site.tree())
    finally:
        over.set()
        for poller in pollers:
            poller.join()
    for reads in readers:
        newest = 0
        for name, data in reads:
            # Never one that is older than what was seen before.
            newest = next((at for at in range(newest, len(trees)) if trees[at][name] == data), len(trees))
            assert newest < len(trees), name
    # They did see it change.
    assert any(data != trees[0][name] for reads in readers for name, data in reads)


def test_two_at_once(site: Site) -> None:
    published(site)
    site.seed("cup.txt", press.SEEDS["cup.txt"].replace("ثلاثة", "أربعة"))
    command = [PELICAN, "-s", "publishconf.py"]
    environ = os.environ | {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra", "SOURCE_DATE_EPOCH": press.SECOND}
    builds = [
        subprocess.Popen(
            command, cwd=site.folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    ended = [(build.communicate(timeout=120)[1], build.returncode) for build in builds]
    assert any(status == 0 for _, status in ended)
    for said, status in ended:
        assert (status == 0 and said == "") or (status == 1 and len(said.splitlines()) == 1), said
    assert "release 000002 shows all of it already" in published(site, press.SECOND)


def test_a_full_disk(site: Site, tmp_path: Path) -> None:
    """On a disk of its own, which fills up while the site is built or published, for whatever size it has."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"""
        set -e
        mount -t tmpfs -o size=128m disk {disk}
        cp -r {site.folder}/. {disk}; cd {disk}
        {PELICAN} -s publishconf.py >/dev/null
        before=$(cd output && find . -type f -exec sha256sum {{}} + | sort | sha256sum)
        sed -i s/ثلاثة/أربعة/ seeds/cup.txt
        rm -r .nashra output.releases/next
        for left in 0 8 200 3000 40000; do
            rm -f filler
            head -c $(( $(df --output=avail -B1024 . | tail -1) * 1024 - left * 1024 )) /dev/zero >filler || true
            status=0
            {PELICAN} -s publishconf.py >/dev/null 2>{tmp_path}/error || status=$?
            after=$(cd output/ && find . -type f -exec sha256sum {{}} + | sort | sha256sum)
            [ "$after" = "$before" ] && same=same || same=other
            echo "$left $status $same $(wc -l <{tmp_path}/error) $(head -c 300 {tmp_path}/error | tr '\\n' ' ')"
        done
        rm -f filler
        {PELICAN} -s publishconf.py >/dev/null
        grep -rq أربعة output/ && echo recovered
    """
    environ = os.environ | {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra", "SOURCE_DATE_EPOCH": press.FIRST}
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    result = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)
    *rounds, last = result.stdout.splitlines()
    assert last == "recovered", result.stdout + result.stderr
    failed = 0
    for line in rounds:
        _, status, same, lines, *said = line.split(maxsplit=4)
        if status == "0":
            assert lines == "0", line
            continue
        failed += 1
        assert (status, same, lines) == ("1", "same", "1"), line
        assert "make room" in said[0] or "No space left" in said[0], line
    assert failed >= 3, rounds
    assert failed < len(rounds), rounds


@pytest.mark.parametrize("jump", ["-1000000000", "+1000000000"])
def test_a_clock_that_jumps(site: Site, jump: str) -> None:
    published(site)
    promised = [(event["id"], event["permalink"]) for event in site.ledger()]
    when = str(int(press.FIRST) + int(jump))
    site.seed("cup.txt", press.SEEDS["cup.txt"].replace("ثلاثة", "أربعة"))
    for path in site.seeds.iterdir():
        os.utime(path, (int(when), int(when)))
    published(site, when)
    site.seed("cup.txt", press.SEEDS["cup.txt"].replace("ثلاثة", "خمسة"))
    published(site, press.SECOND)
    assert [(event["id"], event["permalink"]) for event in site.ledger() if event["event"] == "publish"] == promised
    edits = [str(event["updated"]) for event in site.ledger() if event["event"] == "edit"]
    assert len(edits) == 2
    assert edits == sorted(edits)
    assert min(edits) >= str(site.ledger()[0]["seen"])
    assert "خمسة" in site.tree()["feeds/all.atom.xml"].decode()


def test_the_same_release_wherever_it_is_made(site: Site, tmp_path: Path) -> None:
    published(site)
    expected = sums(site)
    assert len(expected.splitlines()) == len(site.tree())
    for number, (environ, workers) in enumerate(
        [
            ({"TZ": "Asia/Riyadh", "LC_ALL": "C", "PYTHONHASHSEED": "1"}, 1),
            ({"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "LANG": "ar_EG.UTF-8", "PYTHONHASHSEED": "2"}, 2),
            ({"TZ": "Pacific/Kiritimati", "LANGUAGE": "ar", "PYTHONHASHSEED": "3", "OUTPUT": "public html"}, 3),
        ]
    ):
        other = new_site(tmp_path / f"{number} مجلد", seed=False)
        with (other.folder / "pelicanconf.py").open("a", encoding="utf-8") as settings:
            settings.write(f"NASHRA_WORKERS = {workers}\n")
        names = sorted(path.name for path in site.seeds.iterdir())
        random.Random(number).shuffle(names)
        # Files lie in a folder in the order they came, or in none.
        for name in names:
            shutil.copy(site.seeds / name, other.seeds)
        published(other, press.SECOND, **environ)
        assert sums(other, environ.get("OUTPUT", "output")) == expected, environ
