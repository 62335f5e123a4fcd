"""Settings while writing. What the public sees is set in publishconf.py."""

import os
from pathlib import Path

here = Path(__file__).resolve().parent

SITENAME = "نشرة"
SITESUBTITLE = "أخبار الوكالات، قصة قصة"
SITEURL = "http://127.0.0.1:8000"
RELATIVE_URLS = True
BIND = "127.0.0.1"

PLUGINS = ["nashra"]
PELICAN_CLASS = "nashra.Nashra"
# Your domain, part of every feed id for ever: set it before you first publish, and never change it.
NASHRA_DOMAIN = "nashra.example"
NASHRA_DOMAIN_SINCE = "2026"
NASHRA_SEEDS = str(here / os.environ.get("SEEDS", "seeds"))
NASHRA_STATE = str(here / os.environ.get("STATE", ".nashra"))
NASHRA_TOPICS = str(here / "topics.toml")
# What would be refused as a likely accident: make html FORCE=1
NASHRA_FORCE = os.environ.get("FORCE", "") not in ("", "0")
# A Dask cluster that makes a large site (docs/scale.md): make html EXECUTOR=dask:tcp://127.0.0.1:8786
NASHRA_EXECUTOR = os.environ.get("EXECUTOR", "")
OUTPUT_PATH = os.environ.get("OUTPUT") or "output"

PATH = "content"
ARTICLE_PATHS = ["articles"]
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["images"]
USE_FOLDER_AS_CATEGORY = False
THEME = "theme"

TIMEZONE = "UTC"
DEFAULT_LANG = "ar"
LOCALE = ["C"]
SLUGIFY_USE_UNICODE = True

DIRECT_TEMPLATES = ["index", "categories", "tags", "authors", "archives", "feeds", "search", "404"]
PAGINATED_TEMPLATES = dict.fromkeys(["index", "category", "tag", "author", "period_archives", "thread", "threads"])
DEFAULT_PAGINATION = 20
YEAR_ARCHIVE_SAVE_AS = "{date:%Y}/index.html"
YEAR_ARCHIVE_URL = "{date:%Y}/index.html"
MONTH_ARCHIVE_SAVE_AS = "{date:%Y}/{date:%m}/index.html"
MONTH_ARCHIVE_URL = "{date:%Y}/{date:%m}/index.html"
DAY_ARCHIVE_SAVE_AS = "{date:%Y}/{date:%m}/{date:%d}/index.html"
DAY_ARCHIVE_URL = "{date:%Y}/{date:%m}/{date:%d}/index.html"

# Where Nashra writes its feeds, told to themes under the names they know.
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml"
CATEGORY_FEED_ATOM = "feeds/category/{slug}.atom.xml"
CATEGORY_FEED_RSS = "feeds/category/{slug}.rss.xml"
TAG_FEED_ATOM = "feeds/tag/{slug}.atom.xml"
TAG_FEED_RSS = "feeds/tag/{slug}.rss.xml"
AUTHOR_FEED_ATOM = "feeds/author/{slug}.atom.xml"
AUTHOR_FEED_RSS = "feeds/author/{slug}.rss.xml"
TRANSLATION_FEED_ATOM = None
ARTICLE_TRANSLATION_ID = None
PAGE_TRANSLATION_ID = None
