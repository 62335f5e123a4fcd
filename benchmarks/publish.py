"""What publishing to a bucket costs: a first upload, an unchanged site, one new story; beside rclone and s5cmd.

A real SeaweedFS on loopback takes all of them, in turn. Each is timed alone; requests are counted in a run of their
own, through a proxy. The peers copy what lies in the folder: the packed twins, which Nashra makes while it sends, were
made for them beforehand; of types, ages and order they know nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "publish")]
from sites import ADDRESS, page  # noqa: E402
from stores import BUCKET, make_bucket, proxy, weed  # noqa: E402

from nashra.publish.pack import packed  # noqa: E402
from nashra.publish.places import remote  # noqa: E402
from nashra.publish.releases import Releases, files  # noqa: E402

STORIES = 3_000
WORDS = ["الأمن", "السيبراني", "وزارة", "الخارجية", "أعلنت", "اليوم", "مؤتمر", "المتحدث", "باسم", "هجوم", "ميناء"]
# So many lists and feeds hold a new story.
LISTS = 12
PHASES = ("first upload", "unchanged", "one new story")


def site(stories: int) -> Iterator[tuple[str, str]]:
    """Yield the files of a site of so many stories, ten a day."""
    chance = random.Random(1)
    for number in range(stories):
        day = f"{2000 + number // 3360}/{number // 280 % 12 + 1:02}/{number // 10 % 28 + 1:02}"
        yield f"{day}/قصة-{number}.html", page(" ".join(chance.choices(WORDS, k=300)))
        yield f"search/story/{number}.json", f'{{"t": "{chance.random()}"}}'
    yield "index.html", page("front")
    yield "theme/main-0123456789.css", "/* */"
    for number in range(LISTS):
        yield f"feeds/tag/{number}.atom.xml", feed(str(number))


def feed(text: str) -> str:
    return f"<feed><title>{text} {' '.join(WORDS * 40)}</title></feed>"


def write(folder: Path, name: str, text: str) -> None:
    """Write a file as builds do."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(".x.tmp")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def change(folder: Path) -> None:
    """Add a story, and tell of it in lists and feeds."""
    write(folder, "2026/11/25/جديدة.html", page("new"))
    write(folder, "index.html", page("front, changed"))
    for number in range(LISTS):
        write(folder, f"feeds/tag/{number}.atom.xml", feed(f"{number}, changed"))


def pack(folder: Path) -> None:
    """Write the packed twins of all files that have none, or older ones."""
    for name in [name for name in files(folder) if not name.endswith((".br", ".gz"))]:
        path = folder / name
        for ending, twin in packed(name, path.read_bytes()):
            beside = folder / f"{name}{ending}"
            if not beside.exists() or beside.stat().st_mtime < path.stat().st_mtime:
                beside.write_bytes(twin)


def ours(folder: Path, prefix: str, endpoint: str) -> Callable[[], None]:
    """Return how Nashra publishes what lies in ``next`` of the releases in ``folder``."""

    def run() -> None:
        os.environ["AWS_ENDPOINT_URL_S3"] = endpoint
        releases = Releases(folder / "public")
        with releases.alone():
            target = remote(f"s3://{BUCKET}/{prefix}", releases)
            target.check()
            target.publish(ADDRESS, "theme", written=(), keep=1, force=False)

    return run


def peer(program: str, folder: Path, prefix: str, endpoint: str) -> Callable[[], None]:
    """Return how a peer copies what lies in ``folder``."""
    if program == "rclone":
        store = f":s3,provider=Other,env_auth=true,endpoint='{endpoint}':{BUCKET}/{prefix}"
        command = [program, "sync", "--transfers", "16", "--checkers", "16", "--checksum", str(folder), store]
    else:
        command = [program, "--endpoint-url", endpoint, "--numworkers", "16", "sync", "--delete"]
        command += [f"{folder}/", f"s3://{BUCKET}/{prefix}/"]

    def run() -> None:
        environ = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
        subprocess.run(command, env=environ, check=True, capture_output=True)

    return run


def timed(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def measure(name: str, stories: int, home: Path, port: int) -> list[tuple[float, int]]:
    """Return seconds and requests of each phase."""
    seconds: list[float] = []
    requests: list[int] = []
    for through in (False, True):
        folder = home / f"{name}-{through}"
        inside = folder / "public.releases" / "next" if name == "nashra" else folder
        for one, text in site(stories):
            write(inside, one, text)
        with proxy(port) as between:
            endpoint = between.address if through else f"http://127.0.0.1:{port}"
            prefix = f"{name}-{through}"
            run = ours(folder, prefix, endpoint) if name == "nashra" else peer(name, folder, prefix, endpoint)
            for phase in PHASES:
                if phase == PHASES[2]:
                    change(inside)
                if name != "nashra":
                    pack(inside)
                between.asked.clear()
                took = timed(run)
                if through:
                    requests.append(len(between.asked))
                else:
                    seconds.append(took)
        shutil.rmtree(folder)
    return list(zip(seconds, requests, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stories", nargs="?", type=int, default=STORIES)
    stories = parser.parse_args().stories
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_REGION": "us-east-1"}
    os.environ.update(keys, AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    names = ["nashra", *(name for name in ("rclone", "s5cmd") if shutil.which(name))]
    with tempfile.TemporaryDirectory() as home, weed(Path(home) / "weed") as port:
        make_bucket(port)
        found = {name: measure(name, stories, Path(home), port) for name in names}
    print(f"{stories:,} stories, {sum(1 for _ in site(stories)):,} files and their packed twins; seconds, requests")
    for at, phase in enumerate(PHASES):
        told = [f"{name} {found[name][at][0]:.2f} s, {found[name][at][1]:,}" for name in names]
        best = found["nashra"][at]
        ratios = [f"{best[0] / found[name][at][0]:.2f}×, {best[1] / found[name][at][1]:.2f}×" for name in names[1:]]
        print(f"{phase}: {'; '.join(told)}; nashra is {' and '.join(ratios) or 'alone'}")


if __name__ == "__main__":
    main()
