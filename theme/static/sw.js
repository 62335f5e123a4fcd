// Keeps what was read, to be read offline. The network always comes first: nobody reads an old page while online.
// Loaded by the site's own sw.js, which says in `shell` what to keep from the start and as which version.
const { version, files } = self.shell;
const SHELL = `nashra-shell-${version}`;
const READ = "nashra-read";
const MOST = 20;

const url = (name) => new URL(name, self.registration.scope).href;
const SHELL_FILES = new Set(files.map(url));
// Pages ask for a file under a name that changes with its bytes. One that was kept asks for the file as it was then, and
// gets it as it is now, under its plain name.
const inShell = ({ url: asked }) =>
  [asked, asked.replace(/-[0-9a-f]{10}(?=\.\w+$)/, "")].find((address) => SHELL_FILES.has(address));

self.addEventListener("install", (event) => {
  const wanted = files.map((name) => new Request(url(name), { cache: "reload" }));
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("nashra-shell-") && name !== SHELL))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

// A page read again goes to the end of the queue; the one longest unread leaves it.
async function keep(address, page) {
  const read = await caches.open(READ);
  await read.delete(address);
  await read.put(address, page);
  const kept = await read.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - MOST)).map((request) => read.delete(request)));
}

async function page(event) {
  const address = event.request.url.replace(/[?#].*/s, "");
  try {
    const answer = await fetch(event.request);
    if (answer.ok && !answer.redirected && (answer.headers.get("Content-Type") ?? "").startsWith("text/html"))
      event.waitUntil(keep(address, answer.clone()));
    // What was withdrawn is not kept either.
    else if (answer.status === 404 || answer.status === 410)
      event.waitUntil(caches.open(READ).then((read) => read.delete(address)));
    return answer;
  } catch (error) {
    const read = await caches.open(READ);
    return (await read.match(address)) ?? (await caches.match(url("offline.html"))) ?? Promise.reject(error);
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch (error) {
    return (await caches.match(inShell(request), { cacheName: SHELL })) ?? Promise.reject(error);
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(self.registration.scope)) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (inShell(request)) event.respondWith(part(request));
});
