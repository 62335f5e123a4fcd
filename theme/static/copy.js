// Where a script may write to the clipboard, a feed's link copies its address; without one it stays a plain link.
if (navigator.clipboard) {
  const said = document.querySelector(".copied");
  for (const hint of document.querySelectorAll(".copy-hint")) hint.classList.add("shown");
  document.querySelector("main").addEventListener("click", async (event) => {
    const link = event.target.closest("a[href*='/feeds/']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.href);
      said.textContent = "";
      requestAnimationFrame(() => { said.textContent = `${said.dataset.copied}: ${decodeURI(link.href)}`; });
    } catch {
      location.href = link.href;
    }
  });
}
