// Registers the service worker; on the page for what is not kept, lists the pages that are.
(() => {
  const { worker } = document.currentScript.dataset;
  if (!("serviceWorker" in navigator) || !("caches" in window)) return;
  navigator.serviceWorker.register(worker).catch(() => {});

  const list = document.querySelector("[data-kept]");
  if (!list) return;
  (async () => {
    const read = await caches.open("nashra-read");
    for (const request of (await read.keys()).reverse()) {
      const html = await (await read.match(request)).text();
      const kept = new DOMParser().parseFromString(html, "text/html");
      const link = document.createElement("a");
      link.href = request.url;
      link.textContent = kept.querySelector("h1")?.textContent.trim() || kept.title;
      list.append(document.createElement("li"));
      list.lastChild.append(link);
    }
    for (const part of document.querySelectorAll(".kept-pages")) part.hidden = !list.children.length;
  })();
})();
