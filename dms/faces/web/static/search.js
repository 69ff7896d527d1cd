// Answers while one types: the same page is asked for and its results put in place; the address follows.
const form = document.getElementById("find");
const box = form && form.querySelector("input[name=q]");
let timer = 0;
let asked = 0;

async function ask() {
  const mine = ++asked;
  const address = `/search?${new URLSearchParams(new FormData(form))}`;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("results");
  if (!fresh || mine !== asked) return;
  document.getElementById("results").replaceWith(document.adoptNode(fresh));
  document.title = page.title;
  history.replaceState(null, "", address);
}

// On a phone the hits come first: filters not in use are folded away.
if (matchMedia("(max-width: 50rem)").matches) {
  for (const facet of document.querySelectorAll("aside details[open]")) {
    if (!facet.querySelector("[aria-current]")) facet.open = false;
  }
}
if (box) {
  box.addEventListener("input", (event) => {
    if (event.isComposing) return; // an input method is still at work on it
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  });
  box.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 250);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asked += 1;
  });
}
