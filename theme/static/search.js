// Search in the browser, on the files that plugins/nashra/site/search.py writes. What a word is found by mirrors
// plugins/nashra/search/words.py and plugins/nashra/arabic/stems.py; tests/search/vectors.json holds both to the same
// answers. Nothing that comes from a file or a reader is ever parsed as HTML.

/** The keys of words, by the tables in search/rules.json. */
export class Words {
  constructor(rules) {
    const {letters, stems} = rules;
    this.rules = stems;
    this.irregular = new Map(Object.entries(rules.irregular));
    this.same = new Map(Object.entries(letters.same));
    for (const mark of letters.dropped) this.same.set(mark, "");
    this.stop = new Set(rules.stop);
    this.long = new Set(stems.long);
    this.wawWords = new Set(stems.waw_words);
  }

  words(text) {
    const one = text.normalize("NFC").replace(/[\ufb50-\ufdff\ufe70-\ufefe]/g, (letter) => letter.normalize("NFKC"));
    let folded = "";
    for (const letter of one) folded += this.same.get(letter) ?? letter;
    folded = folded.toLowerCase().replace(/([0-9]),(?=[0-9]{3}(?![0-9]))/g, "$1");
    const found = folded.match(/[0-9]+|(?:(?![0-9])[\p{L}\p{N}])+/gu) ?? [];
    return found.filter((word) => /^[0-9]/.test(word) || ([...word].length > 1 && !this.stop.has(word)
      && !(/^[وف]/.test(word) && this.stop.has(word.slice(1)))));
  }

  bare(word) {
    const found = [];
    if (word.length > 3 && !word.startsWith("لل")) {
      let rest = word;
      if (/^[وف]/.test(rest)) found.push(rest = rest.slice(1));
      if (rest.length > 3 && /^(?:[بلك]|س[يتنا])/.test(rest)) found.push(rest.slice(1));
      if (word.length > 4 && word.endsWith("و")) found.push(word.slice(0, -1));
    }
    return found;
  }

  key(word) {
    const found = this.stem(this.stem(word));
    return this.irregular.get(found) ?? found;
  }

  keys(word) {
    return [...new Set([word, ...this.bare(word)].map((each) => this.key(each)))];
  }

  stem(word) {
    const {articles, endings, short, no_article: noArticle, lam} = this.rules;
    const begins = (list, text) => list.some((start) => text.startsWith(start));
    const article = articles.find((each) => word.startsWith(each) && word.length - each.length >= 3);
    if (article) {
      if (begins(noArticle, word)) { /* «ال» is part of the word */ }
      else if (word[0] === "و" && begins(noArticle, word.slice(1))) word = word.slice(1);
      else word = word.slice(article.length - (begins(lam, word) ? 1 : 0));
    } else if (word.length > 4 && word[0] === "و" && !this.wawWords.has(word) && !begins(this.rules.waw, word)) {
      word = word.slice(1);
    }
    const ending = endings.find((end) => word.endsWith(end) && word.length - end.length >= (this.long.has(end) ? 4 : 3));
    if (ending) word = word.slice(0, -ending.length);
    for (let twice = 0; twice < 2; twice++) if (word.length > 3 && short.includes(word.at(-1))) word = word.slice(0, -1);
    return word;
  }
}

const DAY = 2 ** 20;
const PAGE = 10;
const CONTEXT = 240;

/** The places that a list of steps stands for: a negative step is to a later day, another to a later number in it. */
export function decode(steps) {
  const places = [];
  let day = 0;
  let number = -1;
  for (const step of steps) {
    if (step < 0) { day -= step; number = -1; } else places.push(day * DAY + (number += step));
  }
  return places;
}

export function hash(text) {
  let sum = -1;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** The index below `base`; each file is fetched once. */
export class Index {
  constructor(base) {
    this.base = base;
    this.files = new Map();
  }

  file(name, options) {
    if (!this.files.has(name) || options) {
      const read = fetch(this.base + name, options).then((answer) => {
        if (!answer.ok) throw new Error(`${answer.status} ${name}`);
        return answer.json();
      });
      read.catch(() => this.files.delete(name));
      this.files.set(name, read);
    }
    return this.files.get(name);
  }

  async open(options) {
    this.rules = await this.file("rules.json", options);
    this.language = new Words(this.rules);
  }

  /** The forms under a key, each with its places; those in headlines apart. */
  async forms(key) {
    const number = hash(key);
    const shards = await Promise.all(this.rules.eras.map(([era, count]) =>
      this.file(`words/${era}/${count}/${((number & (count - 1)) >>> 0).toString(16)}.json`)));
    const forms = new Map();
    for (const [form, steps] of shards.flatMap((shard) => Object.entries(shard[key] ?? {}))) {
      const plain = form.replace("^", "");
      const found = forms.get(plain) ?? {places: [], top: new Set()};
      for (const place of decode(steps)) {
        found.places.push(place);
        if (form !== plain) found.top.add(place);
      }
      forms.set(plain, found);
    }
    return forms;
  }

  /** The forms that mean the same as a word. What may be another word with a preposition is believed to be one where
      it is written much less often than the word without it, and is no other word. */
  async meant(word) {
    const {language} = this;
    const often = (forms, form) => forms.get(form)?.places.length ?? 0;
    const [own, ...others] = language.keys(word);
    const found = new Map();
    let known = 0;
    for (const key of [own, ...others]) {
      const forms = await this.forms(key);
      const family = [...forms.keys()].filter((form) => language.key(form) === key);
      const total = family.reduce((sum, form) => sum + often(forms, form), 0);
      if (key === own) known = total;
      else if (total < Math.max(1, 2 * known)) continue;
      for (const [form, at] of forms) {
        const rest = language.bare(form).find((each) => language.key(each) === key);
        const believed = family.includes(form) || !total
          || at.places.length <= 2 * Math.max(often(forms, rest), total / 4);
        if (believed) found.set(form, at);
      }
    }
    return found;
  }

  /** The places of the stories that hold the words, the best first: those with the words as they were typed, then
      those with them in the headline, then the newest. */
  async find(text, {category = "", from = "", to = ""} = {}) {
    if (!this.rules) await this.open();
    const words = [...new Set(this.language.words(text))];
    const forms = new Set();
    const scores = new Map();
    for (const found of await Promise.all(words.map((word) => this.meant(word).then((meant) => [word, meant])))) {
      const [word, meant] = found;
      const best = new Map();
      for (const [form, {places, top}] of meant) {
        forms.add(form);
        const exact = form === word ? 100 : form.endsWith(word) ? 10 : 0;
        for (const place of places) best.set(place, Math.max(best.get(place) ?? 0, exact + (top.has(place) ? 1 : 0)));
      }
      for (const [place, score] of best) {
        const sum = scores.get(place) ?? {words: 0, score: 0};
        scores.set(place, {words: sum.words + 1, score: sum.score + score});
      }
    }
    let places = [...scores.keys()];
    if (from) places = places.filter((place) => place >= ordinal(from) * DAY);
    if (to) places = places.filter((place) => place < (ordinal(to) + 1) * DAY);
    if (category) {
      const name = encodeURIComponent(category);
      const eras = this.rules.eras.filter(([, , categories]) => categories.includes(category));
      const lists = await Promise.all(eras.map(([era, count]) => this.file(`category/${era}/${count}/${name}.json`)));
      const inside = new Set(lists.flatMap(decode));
      places = places.filter((place) => inside.has(place));
    }
    const most = places.reduce((high, place) => Math.max(high, scores.get(place).words), 0);
    places = places.filter((place) => scores.get(place).words === most);
    places.sort((one, other) => scores.get(other).score - scores.get(one).score || other - one);
    return {words, forms, places, all: most === words.length};
  }

  story(place) {
    return this.file(`story/${Math.floor(place / DAY)}/${place % DAY}.json`);
  }
}

/** The number of a day, counted from the first of year 1. */
export function ordinal(day) {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / 864e5) + 719163;
}

/** The first or last day that a typed date means: of «2021», «٢٠٢١-٧», «9/7/2021». "" for no date, null for what is not
    one. */
export function typed(text, last) {
  const plain = text.trim().replace(/[٠-٩۰-۹]/g, (digit) => digit.charCodeAt(0) & 15);
  if (!plain) return "";
  if (!/^\d+(?:\s*[-/.،\s]\s*\d+){0,2}$/.test(plain)) return null;
  const parts = plain.match(/\d+/g);
  if (parts.at(-1).length === 4) parts.reverse();
  const [year, month = last ? 12 : 1, day = last ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 1] = parts;
  const date = new Date(Date.UTC(year, month - 1, day));
  return year.length === 4 && date.getUTCMonth() === month - 1 && date.getUTCDate() === +day
    ? date.toISOString().slice(0, 10) : null;
}

/** Cut a text into [part, whether it is one of the forms that were found]. */
export function marked(language, forms, text) {
  return text.split(/([\p{L}\p{N}\p{M}\p{Cf}]+)/u).filter(Boolean)
    .map((part) => [part, language.words(part).some((word) => forms.has(word))]);
}

/** The part of a story around the words that were found, as `marked` cuts it. */
export function context(language, forms, paragraphs) {
  const cut = paragraphs.map((text) => marked(language, forms, text));
  const hits = (parts) => new Set(parts.filter(([, hit]) => hit).flatMap(([part]) => language.words(part))).size;
  const best = cut.reduce((high, parts) => (hits(parts) > hits(high) ? parts : high), cut[0] ?? []);
  const first = Math.max(0, best.findIndex(([, hit]) => hit));
  let start = first;
  for (let length = 0; start > 0 && length < CONTEXT / 3; start--) length += best[start - 1][0].length;
  let end = start;
  for (let length = 0; end < best.length && (length < CONTEXT || end <= first); end++) length += best[end][0].length;
  const shown = best.slice(start, end);
  if (start > 0) shown.unshift(["… ", false]);
  if (end < best.length) shown.push([" …", false]);
  return shown;
}

function fill(element, parts) {
  for (const [text, hit] of parts) {
    if (hit) element.append(Object.assign(document.createElement("mark"), {textContent: text}));
    else element.append(text);
  }
  return element;
}

function make(name, className, text = "") {
  return Object.assign(document.createElement(name), {className, textContent: text});
}

/** Make the search form search. */
export function run(form) {
  const index = new Index(`${form.dataset.site}search/`);
  const [status, list, more] = [".results-count", ".results-list", ".more-results"].map((name) => document.querySelector(name));
  const said = form.dataset;
  const plural = new Intl.PluralRules("ar");
  const counts = said.count.split("|");
  const kinds = ["zero", "one", "two", "few", "many", "other"];
  let turn = 0;
  let found = {places: []};

  const values = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => value.trim()));
  const say = (text) => { if (status.textContent !== text) status.textContent = text; };

  function empty() {
    found = {places: []};
    list.replaceChildren();
    more.hidden = true;
  }

  async function show(start) {
    const mine = turn;
    const stories = await Promise.all(found.places.slice(start, start + PAGE).map((place) => index.story(place)));
    if (mine !== turn) return;
    if (!start) list.replaceChildren();
    for (const story of stories) {
      const item = make("li", "card");
      const link = fill(make("a", ""), marked(index.language, found.forms, story.title));
      link.href = said.site + story.url;
      const headline = make("h2", "headline");
      headline.append(link);
      const date = make("p", "dateline");
      date.append(Object.assign(make("time", "", story.day), {dateTime: story.date}));
      item.append(make("p", "kicker", story.category), headline,
        fill(make("p", "summary"), context(index.language, found.forms, story.text)), date);
      list.append(item);
    }
    more.hidden = start + PAGE >= found.places.length;
    if (start) list.children[start]?.querySelector("a").focus();
  }

  async function search() {
    const mine = ++turn;
    const asked = Object.fromEntries(values());
    for (const name of ["from", "to"]) {
      asked[name] = typed(asked[name] ?? "", name === "to");
      form.elements[name].setAttribute("aria-invalid", asked[name] === null);
    }
    const unread = asked.from === null || asked.to === null;
    if (!asked.q || unread) {
      empty();
      return say(unread ? said.undated : "");
    }
    const slow = setTimeout(() => { if (mine === turn) say(said.wait); }, 400);
    try {
      let result;
      try {
        result = await index.find(asked.q, asked);
      } catch {
        // The site may have been published anew since its rules were read.
        await index.open({cache: "reload"});
        result = await index.find(asked.q, asked);
      }
      if (mine !== turn) return;
      found = result;
      await show(0);
      if (mine !== turn) return;
      const size = found.places.length;
      const number = counts[kinds.indexOf(plural.select(size))].replace(/[0-9]+/, size);
      if (!found.words.length) say(said.common);
      else if (!size) say(said.nothing);
      else say(`${found.all ? "" : `${said.some} `}${said.found} ${number}`);
    } catch {
      if (mine !== turn) return;
      empty();
      say(said.failed);
    } finally {
      clearTimeout(slow);
    }
  }

  function read() {
    const asked = new URLSearchParams(location.hash.includes("q=") ? location.hash.slice(1) : location.search);
    for (const name of ["q", "category", "from", "to"]) form.elements[name].value = asked.get(name) ?? "";
    return search();
  }

  function ask(note) {
    const query = values().toString();
    history[note](null, "", query ? `?${query}` : location.pathname);
    search();
  }

  let pause = 0;

  function later() {
    clearTimeout(pause);
    pause = setTimeout(() => ask("replaceState"), 300);
  }

  form.addEventListener("input", ({target}) => {
    if (target.name !== "from" && target.name !== "to") later();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    ask("pushState");
  });
  // A date is read when it is whole.
  form.addEventListener("change", ({target}) => {
    if (target.name === "from" || target.name === "to") later();
  });
  more.addEventListener("click", () => show(list.children.length));
  addEventListener("popstate", read);
  addEventListener("hashchange", read);
  index.open().catch(() => {});
  if (/[?#&]q=/.test(location.href)) read();
  // Someone may have typed before the script was there.
  else if (form.elements.q.value) later();
}
