"""What machines read in a page's head: linked data (schema.org), the tags that sharing needs, what is to be indexed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any

from jinja2 import pass_context
from markupsafe import Markup

from nashra.desk.sources import agency_sites
from nashra.feeds.portable import address, picture
from nashra.site.cards import HEIGHT, SITE_CARD, WIDTH, can_draw, story_card

if TYPE_CHECKING:
    from nashra.site.contents import StoryArticle
    from nashra.site.generator import StoriesGenerator

Linked = dict[str, Any]
Step = tuple[str, str]

# Google shows no more of a headline.
_HEADLINE = 110
_TYPES = {
    "person": "Person",
    "place": "Place",
    "organisation": "Organization",
    "agency": "NewsMediaOrganization",
    "event": "Event",
}
# What networks show beside a link.
_SHOWN_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
# JSON may write any character as an escape; these would end the element, open a comment or end a line in old parsers.
_ESCAPES = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as a page's head names it; ``width`` and ``height`` are 0 where they are not known."""

    url: str
    alt: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """What the head of one page says to machines. ``large``: the image is a wide one."""

    title: str
    image: Image
    large: bool
    description: str = ""
    noindex: bool = False
    offline: bool = False
    article: bool = False
    published: str = ""
    modified: str = ""
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    linked_data: Markup = field(default=Markup(""))


def script_safe(value: Any) -> Markup:
    """Return ``value`` as JSON that may stand in a <script>, whatever its texts hold."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for char, escape in _ESCAPES.items():
        data = data.replace(char, escape)
    return Markup(data)


def short(text: str, most: int = _HEADLINE) -> str:
    """Return ``text``, cut at a word with «…» where it is longer than ``most`` characters."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    whole = kept if text[most - 1] == " " else kept.rpartition(" ")[0]
    return (whole or kept).rstrip(" ،,:؛-–—") + "…"


def breadcrumb(site: str, steps: Sequence[Step]) -> Linked:
    """Return the way from the front page as a BreadcrumbList; ``steps`` are (name, address relative to the site)."""
    items = [
        {"@type": "ListItem", "position": at, "name": name, "item": f"{site}/{url}"}
        for at, (name, url) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def thing(ref: Any, site: str) -> Linked:
    """Return what a tag names, typed by its kind, with the page about it."""
    return {"@type": _TYPES.get(ref.kind, "Thing"), "name": ref.name, "url": f"{site}/{ref.url}"}


def news_article(article: StoryArticle, site: str, url: str, images: Sequence[Image], language: str) -> Linked:
    """Return a story as a NewsArticle. Dates keep the precision that is known; what is not known is left out.

    Tags that the headline names are what the story is about, the others what it mentions. The agencies it has its news
    from are cited where their site is known.
    """
    record = article.record
    named = [(tag, thing(tag, site)) for tag in article.tags if tag.kind in _TYPES]
    cited = [(name, agency_sites().get(name, "")) for name in record.sources]
    publisher = {"@id": f"{site}/#publisher"}
    found: Linked = {
        "@type": "NewsArticle",
        "url": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "isPartOf": {"@id": f"{site}/#website"},
        "headline": short(record.headline),
        "description": record.summary,
        "image": [_image(one) for one in images],
        "datePublished": record.published,
        "dateModified": record.updated or record.published,
        "inLanguage": language,
        "isAccessibleForFree": True,
        "articleSection": str(article.category.name),
        "keywords": [tag.name for tag in article.tags],
        "author": [{"@type": "Person", "name": one.name, "url": f"{site}/{one.url}"} for one in article.authors]
        or publisher,
        "publisher": publisher,
        "about": [one for tag, one in named if _names(record.headline, tag.name)],
        "mentions": [one for tag, one in named if not _names(record.headline, tag.name)],
        "citation": [{"@type": "WebSite", "name": name, "url": home} for name, home in cited if home],
    }
    if record.correction:
        note: Linked = {"@type": "CorrectionComment", "text": record.correction}
        found["correction"] = note | ({"datePublished": record.updated} if record.updated else {})
    return {name: value for name, value in found.items() if value not in ("", [])}


def _names(headline: str, name: str) -> bool:
    """Tell whether ``name`` stands in ``headline`` as a word, alone or after «و», «ف», «ب», «ل» or «ك»."""
    return name in headline and re.search(rf"(?<!\w)[وفبلك]?{re.escape(name)}(?!\w)", headline) is not None


def _image(image: Image) -> Linked:
    size = {"width": image.width, "height": image.height} if image.width else {}
    return {"@type": "ImageObject", "url": image.url, **size}


class Metadata:
    """Makes the metadata of the pages of one build, from what their templates are given. Costs what one page shows."""

    def __init__(self, desk: StoriesGenerator) -> None:
        settings = desk.settings
        self._desk = desk
        # Always absolute, also where the pages' own links are relative: these addresses are read elsewhere.
        self._site = settings["SITEURL"]
        self._name = settings["SITENAME"]
        self._subtitle = settings.get("SITESUBTITLE") or ""
        self._language = settings["DEFAULT_LANG"]
        self._static = f"{self._site}/{settings['THEME_STATIC_DIR']}"
        self._ui: Mapping[str, Any] = settings["JINJA_GLOBALS"].get("ui", {})
        self._offline = desk.nashra.offline
        self._cards = desk.nashra.cards and can_draw()

    def page_metadata(self) -> Callable[..., PageMetadata]:
        """Return the function that templates call as ``page_metadata(title)``, with the page's own <title>."""

        @pass_context
        def page_metadata(context: Mapping[str, Any], title: str = "") -> PageMetadata:
            return self._page(context, unescape(str(title)).removesuffix(f" — {self._name}"))

        return page_metadata

    def _page(self, context: Mapping[str, Any], title: str) -> PageMetadata:
        article, file = context.get("article"), context.get("output_file", "")
        url = context.get("CANONICAL", "")
        if article:
            return self._story(article, url) if hasattr(article, "record") else self._unlisted(title)
        if getattr(context.get("page"), "status", "") in ("draft", "hidden"):
            return self._unlisted(title)
        image = self._own_image()
        if file in ("404.html", "offline.html") or context.get("withdrawn"):
            return PageMetadata(title, image, self._cards, self._subtitle, offline=self._offline)
        if file == "index.html":
            graph, description = [self._website()], self._subtitle
        else:
            graph, description = self._other(context, title, url)
        return PageMetadata(
            title,
            image,
            self._cards,
            description,
            offline=self._offline,
            linked_data=self._graph([*graph, self._publisher()]),
        )

    def _story(self, article: StoryArticle, url: str) -> PageMetadata:
        images = list(self._images(article))
        steps = [*self._way("categories"), (article.category.name, article.category.url)]
        graph = [
            news_article(article, self._site, url, images, self._language),
            breadcrumb(self._site, [*steps, (short(article.title), article.url)]),
            self._publisher(),
        ]
        record = article.record
        return PageMetadata(
            article.title,
            images[0],
            self._cards or bool(images[0].alt),
            record.summary,
            offline=self._offline,
            article=True,
            published=record.published,
            modified=record.updated,
            authors=[f"{self._site}/{author.url}" for author in article.authors],
            tags=[tag.name for tag in article.tags],
            linked_data=self._graph(graph),
        )

    def _unlisted(self, title: str) -> PageMetadata:
        return PageMetadata(title, self._own_image(), self._cards, noindex=True, offline=self._offline)

    def _images(self, article: StoryArticle) -> Iterator[Image]:
        """Yield the pictures of a story, the one to show first: a hand-written article's own, then its card."""
        if article.record.markup:
            found = picture(article.get_content(self._site))
            url = address(found[0], f"{self._site}/{article.url}") if found else ""
            if found and url.startswith(f"{self._site}/") and url.lower().endswith(_SHOWN_PICTURES):
                yield Image(url, found[1])
        if self._cards:
            yield Image(f"{self._site}/{story_card(article.record.id)}", article.title, WIDTH, HEIGHT)
        else:
            yield self._icon()

    def _own_image(self) -> Image:
        if self._cards:
            return Image(f"{self._site}/{SITE_CARD}", self._subtitle or self._name, WIDTH, HEIGHT)
        return self._icon()

    def _icon(self) -> Image:
        return Image(f"{self._static}/icon.png", "", 512, 512)

    def _other(self, context: Mapping[str, Any], title: str, url: str) -> tuple[list[Linked], str]:
        """Return the linked data and the description of a list or of any other page."""
        listing = context.get("articles_page")
        page = context.get("page")
        steps, about = self._steps(context)
        relative = url.removeprefix(f"{self._site}/")
        found: Linked = {
            "@type": "CollectionPage" if listing else "WebPage",
            "@id": url,
            "url": url,
            "name": title,
            "inLanguage": self._language,
            "isPartOf": {"@id": f"{self._site}/#website"},
        }
        description = self._subtitle
        if listing:
            told = self._ui.get("machines", {}).get("listing", "")
            description = f"{title} — {told}" if told else title
            found["description"] = description
        elif page:
            description = short(Markup(page.summary).striptags(), 240) or description
        if about:
            found["about"] = about
        return [found, breadcrumb(self._site, [*steps, (title, relative)])], description

    def _steps(self, context: Mapping[str, Any]) -> tuple[list[Step], Linked]:
        """Return the steps above a page, as the page itself shows them, and what the page is about, {} for no thing."""
        if tag := context.get("tag"):
            kinds = self._ui.get("kinds", {})
            kind = kinds.get(tag.kind, kinds.get("topic", {})).get("many", "")
            steps = [*self._way("tags"), *([(kind, f"tags.html#{tag.kind}")] if kind else [])]
            return steps, (thing(tag, self._site) if tag.kind in _TYPES else {})
        if context.get("category"):
            return self._way("categories"), {}
        if author := context.get("author"):
            person = {"@type": "Person", "name": author.name, "url": f"{self._site}/{author.url}"}
            return self._way("authors"), person
        if number := context.get("period_num"):
            above = [
                (period["title"], period["url"])
                for granularity in ("year", "month")
                for period in context["period_archives"].get(granularity, ())
                if len(period["period_num"]) < len(number)
                and period["period_num"] == tuple(number)[: len(period["period_num"])]
            ]
            return [*self._way("archive", "archives.html"), *above], {}
        if context.get("thread"):
            return self._way("threads"), {}
        if context.get("month"):
            return self._way("calendar"), {}
        return self._way(), {}

    def _way(self, section: str = "", file: str = "") -> list[Step]:
        """Return the steps to a page of the site: the front page, and an index page by its table in strings.toml."""
        home = self._ui.get("site", {}).get("home", self._name)
        name = self._ui.get(section, {}).get("title", "") if section else ""
        return [(home, ""), *([(name, file or f"{section}.html")] if name else [])]

    def _website(self) -> Linked:
        found = {
            "@type": "WebSite",
            "@id": f"{self._site}/#website",
            "url": f"{self._site}/",
            "name": self._name,
            "description": self._subtitle,
            "inLanguage": self._language,
            "publisher": {"@id": f"{self._site}/#publisher"},
        }
        return {name: value for name, value in found.items() if value}

    def _publisher(self) -> Linked:
        return {
            "@type": "NewsMediaOrganization",
            "@id": f"{self._site}/#publisher",
            "name": self._name,
            "url": f"{self._site}/",
            "logo": _image(self._icon()),
        }

    @staticmethod
    def _graph(graph: Sequence[Linked]) -> Markup:
        return script_safe({"@context": "https://schema.org", "@graph": graph})
