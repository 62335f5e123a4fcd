"""What searching costs at scale: the size of the index, bytes a query word, and what a new story rewrites.

On the 12,000 articles of the folder that NASHRA_DEV names; beside Pagefind, where its program is installed.
"""

from __future__ import annotations

import functools
import gzip
import html
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zlib import crc32

from playwright.sync_api import sync_playwright

from nashra.archive.record import Record
from nashra.archive.store import Archive
from nashra.search.index import dumps, update
from nashra.search.words import keys, rules, words
from nashra.site.search import result, text

STORIES = 10_000
# A page of results.
SHOWN = 10
ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "search")]
from test_search_page import TEXTS, labelled  # noqa: E402

ASK = """async queries => {
    const pagefind = await import("/pagefind/pagefind.js");
    const found = {};
    for (const query of queries) {
        const {results} = await pagefind.search(query);
        found[query] = await Promise.all(results.map(async result => (await result.data()).url));
    }
    return found;
}"""


def stories(number: int) -> list[Record]:
    """Return articles of the development set as stories, none when there is no such folder."""
    path = Path(os.environ.get("NASHRA_DEV", ""), "scale_12k.jsonl.gz")
    if not path.is_file():
        return []
    found = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for at, line in zip(range(number), lines, strict=False):
            row = json.loads(line)
            parts = tuple(row.get("paras") or [part for part in row["text"].split("\n") if part.strip()])
            found.append(
                Record(
                    id=row["id"],
                    uri=row["id"],
                    permalink=f"{row['date'].replace('-', '/')}/{row['id']}.html",
                    seed=f"{at:05}.txt",
                    at=0,
                    headline=row["title"],
                    summary="",
                    category="general",
                    published=row["date"],
                    seen="2026-01-01T00:00:00+00:00",
                    paragraphs=parts,
                )
            )
    return found


def packed(data: bytes) -> int:
    """Return how many bytes travel."""
    return len(gzip.compress(data, 9, mtime=0))


def middle(sizes: Iterable[int], part: float) -> float:
    """Return in KB what ``part`` of the sizes are below."""
    ordered = sorted(sizes)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] / 1024


def ours(records: list[Record], folder: Path) -> None:
    """Index all but the last story, then that one, and print what each costs."""
    *most, last = records
    with Archive(folder / "state", folder / "ledger.jsonl") as archive:
        for record in most:
            archive.replace(record.seed, [record])
        start = time.process_time()
        eras = update(archive, text).eras
        spent = time.process_time() - start
        shards = {(era.path, at): archive.shard(era.path, at) or b"{}" for era in eras for at in range(era.shards)}
        sizes = {at: packed(shard) for at, shard in shards.items()}
        results = [packed(result(record, "عام")) for _, record in archive.placed_from(0, len(records))]
        print(f"stories {len(most):,} · {spent * 1000 / len(most):.2f} ms of CPU each · peak {peak():,} MB")
        print(
            f"index {sum(sizes.values()) / 2**20:.1f} MB gzipped in {len(eras)} eras of {len(shards):,} shards in all, "
            f"median {middle(sizes.values(), 0.5):.1f} KB, largest {max(sizes.values()) / 1024:.1f} KB; "
            f"results {sum(results) / 2**20:.1f} MB, one {middle(results, 0.5):.1f} KB"
        )
        print(f"rules {packed(dumps({'eras': eras, **rules()})) / 1024:.1f} KB, once")
        how_often: Counter[str] = Counter()
        for record in most:
            how_often.update({word for part in (record.headline, *text(record)) for word in words(part)})
        ranked = [word for word, _ in how_often.most_common()]
        for name, chosen in (("the 100 commonest", ranked[:100]), ("every 50th", ranked[::50])):
            asked = [
                {(era.path, crc32(key.encode()) & era.shards - 1) for era in eras for key in keys(w)} for w in chosen
            ]
            fetched = [sum(sizes[at] for at in shards_of_it) for shards_of_it in asked]
            print(
                f"bytes a query word, {name} words ({len(chosen)}): median {middle(fetched, 0.5):.1f} KB, "
                f"99 of 100 below {middle(fetched, 0.99):.1f} KB, at most {max(fetched) / 1024:.1f} KB"
            )
        print(f"a page of {SHOWN} results: {SHOWN * sum(results) / len(results) / 1024:.1f} KB more")
        archive.replace(last.seed, [replace(last, seen="2026-01-02T00:00:00+00:00")])
        start = time.process_time()
        changed = update(archive, text).touched
        spent = time.process_time() - start
        part = sum(sizes.get(at, 0) for at in changed) / sum(sizes.values())
        print(
            f"one more story of {sum(map(len, map(words, text(last))))} words: {spent:.2f} s, {len(changed)} shards "
            f"({len(changed) / len(shards):.1%} of the files, {part:.1%} of the bytes)"
        )


def peak() -> int:
    """Return the most memory that this program took, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def pagefind(records: list[Record], folder: Path) -> None:
    """Index the same stories with Pagefind, and print the same."""
    command = program()
    if not command:
        print("Pagefind: not compared, no program of that name is installed")
        return
    site = folder / "pages"
    for record in records:
        page = site / record.permalink
        page.parent.mkdir(parents=True, exist_ok=True)
        body = "".join(f"<p>{html.escape(part)}</p>" for part in record.paragraphs)
        title = html.escape(record.headline)
        page.write_text(f'<html lang="ar"><title>{title}</title><body><main><h1>{title}</h1>{body}</main>', "utf-8")
    start = time.monotonic()
    subprocess.run([command, "--site", str(site)], check=True, capture_output=True, cwd=folder)
    spent = time.monotonic() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    made = site / "pagefind"
    chunks = [path.stat().st_size for path in made.glob("index/*")]
    fragments = [path.stat().st_size for path in made.glob("fragment/*")]
    meta = sum(path.stat().st_size for path in made.glob("*.pf_meta"))
    scripts = sum(
        packed(path.read_bytes()) if path.suffix == ".js" else path.stat().st_size
        for path in (made / "pagefind.js", made / "pagefind-worker.js", *made.glob("wasm.ar*.pagefind"))
        if path.is_file()
    )
    print(
        f"Pagefind: {spent:.0f} s, {memory:,} MB; index {sum(chunks) / 2**20:.1f} MB in {len(chunks)} chunks, largest "
        f"{max(chunks) / 1024:.1f} KB; results {sum(fragments) / 2**20:.1f} MB; "
        f"before a first word {(meta + scripts) / 1024:.0f} KB (ours {script() / 1024:.1f} KB and the rules)"
    )


def judged(folder: Path) -> None:
    """Ask Pagefind the labelled queries of tests/search, and print its recall and precision there."""
    command = program()
    if not command:
        return
    site = folder / "texts"
    site.mkdir()
    for number, (title, body) in enumerate(TEXTS):
        (site / f"{number}.html").write_text(
            f'<html lang="ar"><title>{title}</title><h1>{title}</h1><p>{body}', "utf-8"
        )
    subprocess.run([command, "--site", str(site)], check=True, capture_output=True, cwd=folder)
    wanted = labelled()
    # Not the tests' own server: under the policy that it sends, Pagefind's WebAssembly does not start.
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(site))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    SimpleHTTPRequestHandler.log_message = lambda *_: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/0.html")
        found = page.evaluate(ASK, list(wanted))
        browser.close()
    server.shutdown()
    got = {query: {int(Path(url).stem) for url in urls} for query, urls in found.items()}
    right = sum(len(got[query] & numbers) for query, numbers in wanted.items())
    print(
        f"Pagefind on the {len(wanted)} labelled queries: recall {right / sum(map(len, wanted.values())):.3f}, "
        f"precision {right / sum(map(len, got.values())):.3f} (ours: pytest -s tests/search -k recall)"
    )


def program() -> str | None:
    """Return where Pagefind's program is, None when there is none."""
    return shutil.which("pagefind", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


def script() -> int:
    """Return the size of our program as it travels."""
    scripts = (ROOT / "theme" / "static" / name for name in ("search-start.js", "search.js"))
    return sum(packed(script.read_bytes()) for script in scripts)


def main() -> None:
    """Measure, or say why not."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else STORIES
    records = stories(number + 1)
    if not records:
        print("Nothing measured: set NASHRA_DEV to a folder with scale_12k.jsonl.gz.")
        return
    with tempfile.TemporaryDirectory() as name:
        ours(records, Path(name))
        pagefind(records[:-1], Path(name))
        judged(Path(name))


if __name__ == "__main__":
    main()
