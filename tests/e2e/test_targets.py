"""`make publish TARGET=…`: a real build, sent to a real bucket or by a real rsync, and read from there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from playwright.sync_api import Browser

import press
from conftest import Site, new_site, serving

sys.path.append(str(Path(__file__).parents[1] / "publish"))
from stores import BUCKET, SECRET, asked, make_bucket, moto, objects, rsyncd, with_rsync

ENVIRON = {
    "AWS_ACCESS_KEY_ID": "nashra",
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/nowhere",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
}
WITHDRAWN = press.SEEDS["cup.txt"].strip().splitlines()[-1]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with moto(tmp_path / "moto") as port:
        make_bucket(port)
        yield port


def published(site: Site, target: str, when: str, **environ: str) -> str:
    done = site.build(
        "-s", "publishconf.py", "--log-handler", "plain", TARGET=target, SOURCE_DATE_EPOCH=when, **environ
    )
    said = [line for line in done.stderr.splitlines() if not line.startswith("Sending: ")]
    assert (done.returncode, said) == (0, []), done.stderr
    assert SECRET not in done.stdout
    return done.stdout.splitlines()[-1]


def full(folder: Path) -> Site:
    site = new_site(folder)
    for name, text in press.SEEDS.items():
        site.seed(name, text)
    return site


def test_a_bucket_shows_what_was_built(tmp_path: Path, port: int, browser: Browser) -> None:
    site, target = full(tmp_path / "site"), f"s3://{BUCKET}/ar"
    address = f"http://127.0.0.1:{port}/{BUCKET}/ar"
    ways = ENVIRON | {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}", "SITEURL": address}
    said = published(site, target, press.FIRST, **ways)
    assert re.search(rf", {target} shows it, \d+ new files were sent\. Open {address}/$", said)
    assert published(site, target, press.FIRST, **ways).endswith(f", {target} shows all of it already. Open {address}/")
    assert not site.output.exists() and not list((site.folder / "output.releases").glob("0*"))
    before = objects(port, "ar/")
    (site.seeds / "cup.txt").unlink()
    said = published(site, target, press.SECOND, **ways)
    lies = objects(port, "ar/")
    assert len([name for name in lies if lies[name] != before.get(name)]) < len(lies) / 2
    # What is there is what a machine that never published there would send.
    other = full(tmp_path / "other")
    (other.seeds / "ledger.jsonl").write_bytes((site.seeds / "ledger.jsonl").read_bytes())
    (other.seeds / "cup.txt").unlink()
    assert published(other, target, press.SECOND, **ways).endswith(f"{target} shows all of it already. Open {address}/")
    # Not a word of the withdrawn story, packed or not.
    words = WITHDRAWN.encode()
    assert any(words in data for data in before.values())
    for name, data in lies.items():
        assert words not in (brotli.decompress(data) if name.endswith(".br") else data), name
    [mark] = [name for name in lies if name.endswith(".gone")]
    _, told, _ = asked(port, "GET", f"/{BUCKET}/ar/{mark.removesuffix('.gone')}")
    assert told["x-amz-meta-gone"] == "1"
    page = browser.new_page()
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{address}/index.html")
    page.click("main h2 a, main h3 a")
    assert page.url != f"{address}/index.html" and page.text_content("h1")
    assert failed == [] and page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 10
    page.close()


@pytest.mark.slow
def test_another_machine_shows_what_was_built(tmp_path: Path) -> None:
    site, folder = full(tmp_path / "site"), tmp_path / "there"
    folder.mkdir()
    with rsyncd(folder, tmp_path / "daemon") as target, serving(folder) as address:
        ways = with_rsync() | {"SITEURL": address}
        published(site, target, press.FIRST, **ways)
        (site.seeds / "cup.txt").unlink()
        published(site, target, press.SECOND, **ways)
    local = full(tmp_path / "local")
    (local.seeds / "ledger.jsonl").write_bytes((site.seeds / "ledger.jsonl").read_bytes())
    (local.seeds / "cup.txt").unlink()
    done = local.build("-s", "publishconf.py", SOURCE_DATE_EPOCH=press.SECOND, SITEURL=address)
    assert done.returncode == 0, done.stderr
    there = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {name: data for name, data in there.items() if not name.startswith(".nashra/")} == local.tree()


def test_a_folder_is_a_target_too(tmp_path: Path) -> None:
    site = full(tmp_path / "site")
    said = published(site, "www", press.FIRST)
    assert said.endswith(" new files is public. Open www/index.html")
    assert (site.folder / "www").is_symlink() and not site.output.exists()


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("ftp://host/x", "TARGET: it is no place to publish to; give a folder, s3://bucket/prefix, "),
        ("s3://", "TARGET: it is no place to publish to; "),
        ("s3://a b/c", "TARGET: it is no place to publish to; "),
        ("s3://bucket/../x", "s3://bucket/../x: its prefix holds an empty part or dots; "),
        ("rsync://host", "TARGET: it is no place to publish to; "),
        ("-e:/x", "TARGET: it is no place to publish to; "),
        ("s3://key:s3cr3t@bucket/x", "TARGET: it is no place to publish to; "),
        ("host:-x", "TARGET: it is no place to publish to; "),
        ("s3://bucket/x", "s3://bucket/x: there are no credentials for it; "),
        ("host:/x", "host:/x: rsync is not installed; install it"),
    ],
)
def test_a_wrong_target_is_one_line_before_anything_is_built(empty: Site, target: str, told: str) -> None:
    empty.seed("a.txt", press.SEEDS["cup.txt"])
    keys = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "")
    ways = dict.fromkeys(ENVIRON, "/nowhere") | keys | {"PATH": "/nowhere"}
    done = empty.build("-s", "publishconf.py", TARGET=target, AWS_EC2_METADATA_DISABLED="true", **ways)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith(told) and "s3cr3t" not in done.stderr
    assert not (empty.folder / "output.releases" / "next").exists()
    assert not (empty.seeds / "ledger.jsonl").exists()
