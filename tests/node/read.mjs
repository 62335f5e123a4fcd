// Read the feeds and OPML files whose addresses come on standard input, one a line, with readers from npm.
import { text } from "node:stream/consumers";
import { parseFeed, parseOpml } from "feedsmith";
import Parser from "rss-parser";

const read = {};
for (const url of (await text(process.stdin)).split("\n")) {
  const body = await (await fetch(url)).text();
  read[url] = url.endsWith("opml.xml") ? { feedsmith: opml(body) } : { feedsmith: smith(body) };
  if (url.endsWith(".rss.xml") || url.endsWith(".atom.xml")) {
    read[url]["rss-parser"] = parser(await new Parser().parseURL(url));
  }
}
console.log(JSON.stringify(read));

function parser(feed) {
  const items = feed.items.map((item) => ({
    id: item.guid ?? item.id,
    title: item.title,
    link: item.link,
    content: item["content:encoded"] ?? item.content,
  }));
  return { language: feed.language, items };
}

function smith(body) {
  const { format, feed } = parseFeed(body);
  const items = {
    rss: (item) => [item.guid?.value, item.title, item.link, item.content?.encoded],
    atom: (item) => [item.id, item.title, item.links.find((l) => l.rel === "alternate").href, item.content],
    json: (item) => [item.id, item.title, item.url, item.content_html],
  }[format];
  const entries = (feed.items ?? feed.entries ?? []).map((item) => {
    const [id, title, link, content] = items(item);
    return { id, title: title?.value ?? title, link, content: content?.value ?? content };
  });
  return { format, language: feed.language ?? feed.xml?.lang, items: entries };
}

function opml(body) {
  return { items: parseOpml(body).body.outlines.flatMap((folder) => folder.outlines.map((one) => one.xmlUrl)) };
}
