"""What else may lie in the folders: links, pipes, devices, folders called as seeds are, names that no screen shows."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import press
from conftest import Site
from hostile.building import Built
from hostile.corpus import cases
from nashra.archive import intake

SECRET = "سرّ لا ينشر"
GOOD = "عنوان {name}\nقال المتحدث إن النص {name} ينشر كما هو.\n"
TOO_DEEP = 30


def _link(to: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(to)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        # Its address must be short.
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def _device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")


SPECIAL: dict[str, tuple[Callable[[Path], None], str]] = {
    "pipe.txt": (os.mkfifo, "it is not a regular file; put a text file here"),
    "socket.txt": (_socket, "it is not a regular file; put a text file here"),
    "device.txt": (_device, "it is not a regular file; put a text file here"),
    "inside.txt": (_link("canary.txt"), "it is a symbolic link; put the file itself here"),
    "outside.txt": (_link("../secret.txt"), "it is a symbolic link; put the file itself here"),
    "nowhere.txt": (_link("nowhere"), "it is a symbolic link; put the file itself here"),
    "self.txt": (_link("self.txt"), "it is a symbolic link; put the file itself here"),
    "zero.txt": (_link("/dev/zero"), "it is a symbolic link; put the file itself here"),
    "folder": (_link("."), "it is a symbolic link; put the file itself here"),
    "up": (_link("../.."), "it is a symbolic link; put the file itself here"),
    "pipe.meta": (os.mkfifo, "it goes with no seed; name it like its seed: pipe.meta beside pipe.txt"),
}


@pytest.fixture
def canary(empty: Site) -> Site:
    """A project with a good seed, and a secret beside the seeds."""
    empty.seed("canary.txt", GOOD.format(name="الخير"))
    (empty.folder / "secret.txt").write_text(f"{SECRET}\n{SECRET} {SECRET} {SECRET}.\n", "utf-8")
    return empty


def said(site: Site, status: int) -> list[str]:
    """Build; return what was said of seeds and content, when all else is as it must be."""
    result = site.build()
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    tree = site.tree()
    assert any("ينشر كما هو".encode() in data for name, data in tree.items() if name.startswith("20"))
    assert not [name for name, data in tree.items() if SECRET.encode() in data]
    return [line for line in result.stderr.splitlines() if not line.startswith("Reading bulletins")]


def test_what_is_no_regular_file_is_refused_in_one_line(canary: Site) -> None:
    wanted = []
    for name, (make, wrong) in SPECIAL.items():
        if name != "pipe.meta":
            make(canary.seeds / name)
            wanted.append(f"seeds/{name}: {wrong}")
    assert said(canary, 1) == sorted(wanted)
    assert len(canary.ledger()) == 1


def test_so_is_a_sidecar(canary: Site) -> None:
    names = ["outside", "pipe", "self", "socket"]
    for name in names:
        SPECIAL[f"{name}.txt"][0](canary.seeds / f"{name}.meta")
        canary.seed(f"{name}.txt", GOOD.format(name=name))
    assert said(canary, 1) == [f"seeds/{name}.meta: {SPECIAL[f'{name}.txt'][1]}" for name in names]


def test_hard_links_are_files_and_copies_are_published_once(canary: Site) -> None:
    os.link(canary.seeds / "canary.txt", canary.seeds / "hard.txt")
    assert said(canary, 0) == ["seeds/hard.txt: the same text as seeds/canary.txt; published once"]


@pytest.mark.slow
def test_folders_with_the_names_of_seeds_are_folders(canary: Site) -> None:
    canary.seed("bulletin.txt/a.txt", GOOD.format(name="الأول"))
    canary.seed("e.txt", GOOD.format(name="الثاني"))
    canary.seed("e.meta/b.txt", GOOD.format(name="الثالث"))
    (canary.seeds / "empty.txt").mkdir()
    (canary.seeds / "ledger.jsonl.txt").mkdir()
    assert said(canary, 0) == []
    assert {event["seed"] for event in canary.ledger()} == {"canary.txt", "bulletin.txt/a.txt", "e.txt", "e.meta/b.txt"}
    assert intake.sidecar(canary.seeds / "e.txt") is None


UNSHOWN = [
    (b"a\nb.txt", "a\\nb.txt"),
    (b"a\rb.txt", "a\\rb.txt"),
    (b"a\x1b[2J.txt", "a\\x1b[2J.txt"),
    (b"\x7f.txt", "\\x7f.txt"),
    ("\u202egnp.txt".encode(), "\\u202egnp.txt"),
    ("a\u2066b.txt".encode(), "a\\u2066b.txt"),
    ("a\u2028b.txt".encode(), "a\\u2028b.txt"),
    (b"\xff\xfe.txt", "\\udcff\\udcfe.txt"),
    ("نشرة".encode("cp1256") + b".txt", "\\udce4\\udcd4\\udcd1\\udcc9.txt"),
]


def test_names_that_no_screen_shows_are_refused_in_one_line(canary: Site) -> None:
    for name, _ in UNSHOWN:
        Path(os.fsdecode(os.fsencode(canary.seeds) + b"/" + name)).write_text(GOOD.format(name="آخر"), "utf-8")
    lines = said(canary, 1)
    refused = re.compile(r"seeds/(.+): its name (is not UTF-8|holds control characters); rename it")
    names = [found[1] for line in lines if (found := refused.fullmatch(line))]
    assert sorted(names) == sorted(shown for _, shown in UNSHOWN) and len(lines) == len(UNSHOWN)


def test_names_that_differ_in_case_only_are_two_seeds(canary: Site) -> None:
    for name in ("Story.txt", "story.txt", "STORY.TXT"):
        canary.seed(name, f"عنوان واحد Story\nقال المتحدث إن هذا نص الملف {name} وحده.\n")
    assert said(canary, 0) == []
    links = [str(event["permalink"]) for event in canary.ledger()]
    assert len({link.lower() for link in links}) == len(links) == 4


@pytest.mark.slow
def test_hidden_files_are_none_and_long_names_are_names(canary: Site) -> None:
    canary.seed(".hidden.txt", GOOD.format(name="المخفي"))
    canary.seed(".git/x.txt", GOOD.format(name="المخفي"))
    canary.seed("ن" * 125 + "x.txt", GOOD.format(name="الطويل"))
    canary.seed("-rf.txt", GOOD.format(name="الشرطة"))
    assert said(canary, 0) == []
    assert len(canary.ledger()) == 3


def test_what_lies_too_deep_costs_nothing_else(canary: Site) -> None:
    handle = os.open(canary.seeds, os.O_RDONLY)
    for _ in range(TOO_DEEP):
        os.mkdir("d" * 200, dir_fd=handle)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    with open(os.open("a.txt", os.O_WRONLY | os.O_CREAT, dir_fd=handle), "w", encoding="utf-8") as seed:
        seed.write(GOOD.format(name="العميق"))
    os.close(handle)
    [line] = said(canary, 1)
    assert line.endswith("d: the folder cannot be read; check its permissions and how deep it lies")


@pytest.mark.slow
def test_a_folder_that_cannot_be_read_keeps_its_stories(canary: Site, tmp_path: Path) -> None:
    canary.seed("2021/a.txt", GOOD.format(name="الأول"))
    canary.seed("2021/b.txt", GOOD.format(name="الثاني"))
    assert said(canary, 0) == []
    before = canary.tree()
    (canary.seeds / "2021").rename(tmp_path / "away")
    (canary.seeds / "2021").symlink_to(tmp_path / "away")
    for _ in range(2):
        assert said(canary, 1) == ["seeds/2021: it is a symbolic link; put the file itself here"]
        assert canary.tree() == before
    # Really gone, they go; back in their place, they are who they were.
    (canary.seeds / "2021").unlink()
    assert canary.build(FORCE="1").returncode == 0
    assert canary.tree() != before
    (tmp_path / "away").rename(canary.seeds / "2021")
    assert said(canary, 0) == []
    assert len({event["id"] for event in canary.ledger()}) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_so_does_one_without_permission(canary: Site) -> None:
    canary.seed("2021/a.txt", GOOD.format(name="الأول"))
    canary.seed("shut.txt", GOOD.format(name="الثاني"))
    assert said(canary, 0) == []
    before = canary.tree()
    (canary.seeds / "2021").chmod(0)
    canary.seed("shut.txt", GOOD.format(name="الثالث")).chmod(0)
    try:
        assert len(said(canary, 1)) == 2
        assert canary.tree() == before
    finally:
        (canary.seeds / "2021").chmod(0o700)


def test_a_link_in_the_output_leads_no_build_outside(canary: Site, tmp_path: Path) -> None:
    assert said(canary, 0) == []
    before = canary.tree()
    (tmp_path / "elsewhere").mkdir()
    shutil.rmtree(canary.output / "feeds")
    (canary.output / "feeds").symlink_to(tmp_path / "elsewhere")
    result = canary.build()
    assert result.returncode == 1 and "Traceback" not in result.stderr + result.stdout
    [line] = result.stderr.splitlines()
    assert re.fullmatch(r"output/feeds: it leads outside the output folder; remove the link", line)
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (canary.output / "feeds").unlink()
    assert said(canary, 0) == [] and canary.tree() == before


# --- what is touched -------------------------------------------------------------------------------------------------

_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += \d")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<((?:[^>\\]|\\.)*)>, )?"((?:[^"\\]|\\.)*)"')
_CHANGES = ("rename", "unlink", "mkdir", "rmdir", "symlink", "link", "truncate", "mknod", "chmod", "creat")
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/proc", "/sys", "/dev", "/etc")


def touched(log: Path, folder: Path) -> Iterator[tuple[bool, Path]]:
    """Yield each file that was opened or changed in ``folder``, as strace tells, and whether it was changed."""
    for line in log.read_text("ascii", "surrogateescape").splitlines():
        if not (call := _CALL.match(line)):
            continue
        changes = call[1].startswith(_CHANGES) or bool(re.search("O_CREAT|O_WRONLY|O_RDWR|O_TRUNC", call[2]))
        for below, name in _PATH.findall(call[2]):
            yield changes, Path(os.path.normpath(Path(folder, *map(_written, (below, name)))))


def _written(name: str) -> str:
    """Return a name that strace wrote in ASCII."""
    return os.fsdecode(name.encode("ascii", "surrogateescape").decode("unicode_escape").encode("latin-1"))


@pytest.mark.skipif(not shutil.which("strace"), reason="strace tells what is touched")
def test_nothing_is_read_or_written_outside(tmp_path: Path) -> None:
    built = Built(tmp_path / "site", cases()[::97])
    site, log = built.site, tmp_path / "trace"
    (tmp_path / "secret.txt").write_text(SECRET, "utf-8")
    (site.seeds / "link.txt").symlink_to("../../secret.txt")
    articles = site.folder / "content" / "articles"
    (articles / "link.md").symlink_to("../../../secret.txt")
    links = "[x]({static}../../../secret.txt) [y]({attach}/etc/passwd) [z]({filename}/etc/passwd)"
    (articles / "opinion.md").write_text(f"{press.ARTICLE}\n{links}\n", "utf-8")
    shutil.rmtree(site.output)
    traced = "open,openat,openat2,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink"
    strace = ["strace", "-f", "-qq", "-y", "-s", "4096", "-e", f"trace={traced},symlinkat,truncate", "-o", str(log)]
    pelican = [str(Path(sys.executable).with_name("pelican")), "-s", "pelicanconf.py"]
    environ = os.environ | {"SEEDS": "seeds", "OUTPUT": "output", "STATE": ".nashra"}
    result = subprocess.run(
        strace + pelican, cwd=site.folder, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    if "PTRACE" in result.stderr:
        pytest.skip("strace may not trace here")
    assert "Traceback" not in result.stderr
    ours = [site.folder / name for name in ("output", ".nashra", "seeds/ledger.jsonl")]
    programs = [Path(one) for one in (*sys.path, sys.prefix, sys.base_prefix, *_SYSTEM) if one]
    seen = set(touched(log, site.folder))
    assert len(seen) > 1_000
    for changes, path in seen:
        assert path.name != "secret.txt", path
        if changes:
            compiled = "__pycache__" in path.parts or path == Path("/dev/null")
            assert compiled or any(path.is_relative_to(one) for one in ours), path
        else:
            assert any(path.is_relative_to(one) for one in (site.folder, *programs)), path
