// Loads the search when it is wanted: at once where the address asks something, else when someone goes to the form.
// Until it is there the form asks by its address.

const form = document.querySelector("form.search-form");
let started = false;

function start() {
  if (started) return;
  started = true;
  import("./search.js").then(({run}) => run(form), () => { started = false; });
}

form.addEventListener("focusin", start);
addEventListener("hashchange", start);
if (/[?#&]q=/.test(location.href)) start();
