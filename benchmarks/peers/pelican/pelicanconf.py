"""Stock Pelican with its own simple theme, told to make what Nashra makes; all else is Pelican's default.

Lists of 20; RSS and Atom of 50 whole stories for the site, each category and tag.
"""

SITENAME = "نشرة"
SITEURL = "http://127.0.0.1:8000"
PATH = "content"
OUTPUT_PATH = "output"
THEME = "simple"
TIMEZONE = "UTC"
DEFAULT_LANG = "ar"
LOCALE = ["C"]
# Its default writes Arabic names in Latin letters, and some of them alike.
SLUGIFY_USE_UNICODE = True
USE_FOLDER_AS_CATEGORY = False

ARTICLE_URL = "{date:%Y}/{date:%m}/{slug}.html"
ARTICLE_SAVE_AS = "{date:%Y}/{date:%m}/{slug}.html"
DIRECT_TEMPLATES = ["index", "categories", "tags"]
AUTHOR_SAVE_AS = ""
DEFAULT_PAGINATION = 20

FEED_MAX_ITEMS = 50
RSS_FEED_SUMMARY_ONLY = False
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml"
CATEGORY_FEED_ATOM = "feeds/category/{slug}.atom.xml"
CATEGORY_FEED_RSS = "feeds/category/{slug}.rss.xml"
TAG_FEED_ATOM = "feeds/tag/{slug}.atom.xml"
TAG_FEED_RSS = "feeds/tag/{slug}.rss.xml"
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
