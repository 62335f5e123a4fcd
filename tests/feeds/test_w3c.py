"""The W3C's own feed validator over every feed and the OPML, where FEEDVALIDATOR names a clone of w3c/feedvalidator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from conftest import Served
from feeds.rules import NS

CLONE = os.environ.get("FEEDVALIDATOR", "")
# In a process of its own: it has modules named like others', and sets the sockets' timeouts.
RUN = """
import json, sys
sys.path.insert(0, sys.argv[1])
import feedvalidator
from feedvalidator import compatibility
said = {}
for path, url in json.load(sys.stdin):
    with open(path, "rb") as feed:
        try:
            events = feedvalidator.validateStream(feed, firstOccurrenceOnly=0, base=url)["loggedEvents"]
        except feedvalidator.logging.ValidationFailure as failure:
            events = [failure.event]
    said[path] = [[type(event).__name__, str(event.params)] for event in compatibility.AA(events)]
print(json.dumps(said))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CLONE, reason="FEEDVALIDATOR names no clone of github.com/w3c/feedvalidator"),
]


def said(pairs: list[tuple[Path, str]]) -> dict[str, list[tuple[str, str]]]:
    """Return the errors and warnings by file."""
    given = json.dumps([[str(path), url] for path, url in pairs])
    command = [sys.executable, "-W", "ignore", "-c", RUN, str(Path(CLONE, "src"))]
    ran = subprocess.run(command, input=given, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    return {path: [(name, about) for name, about in events] for path, events in json.loads(ran.stdout).items()}


def known(path: str, name: str, about: str) -> bool:
    """Tell whether a warning is one that we stand by, for a reason that holds in this very file."""
    root = etree.parse(path).getroot()
    if name == "UnknownNamespace":  # tombstones are RFC 6721; the validator is older
        return NS["at"] in about and root.find("at:deleted-entry", NS) is not None
    if name == "ArchiveIncomplete":  # nothing came before the oldest archive (RFC 5005 §4)
        rels = [link.get("rel") for link in root.findall("atom:link", NS)]
        return "prev-archive" not in rels and Path(path) == min(Path(path).parent.glob("*.atom.xml"))
    if name == "DuplicateUpdated":  # «if the two entries were updated at the same time, no action is necessary»
        dates = [entry.findtext("atom:published", namespaces=NS) for entry in root.findall("atom:entry", NS)]
        return len({*dates}) < len(dates)
    # A name with «&» is shown as it is by every reader that imports the list.
    return name == "NotHtml" and root.tag == "opml" and "&amp;" in Path(path).read_text("utf-8")


def test_w3c_finds_nothing(served: Served) -> None:
    paths = [*served.feeds(".rss.xml", ".atom.xml"), "opml.xml"]
    found = said([(served.output / path, served.url(path)) for path in paths])
    assert len(found) == len(paths) > 80
    wrong = {path: [e for e in events if not known(path, *e)] for path, events in found.items()}
    assert {path: events for path, events in wrong.items() if events} == {}


def test_w3c_would_say_so(served: Served, tmp_path: Path) -> None:
    slipped = tmp_path / "all.rss.xml"
    slipped.write_bytes(served.read("feeds/all.rss.xml").replace(b' isPermaLink="false"', b""))
    [events] = said([(slipped, served.url("feeds/all.rss.xml"))]).values()
    assert "InvalidPermalink" in {name for name, _ in events}
