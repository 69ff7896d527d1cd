// Answers while one types: the same page is asked for and its results put in place; the address follows.
const form = document.getElementById("find");
const box = form && form.querySelector("input[name=q]");
let timer = 0;
let asked = 0;

const old = document.getElementById("old");

// Hits of another word must not stand under the one being typed.
function isOld(word, link) {
  old.textContent = word;
  if (link) {
    const again = document.createElement("a");
    again.href = `/sign-in?to=${encodeURIComponent(`/search?${new URLSearchParams(new FormData(form))}`)}`;
    again.textContent = form.dataset.again;
    old.append(" ", again);
  }
  old.hidden = false;
  document.getElementById("results").hidden = true;
}

async function ask() {
  const mine = ++asked;
  const address = `/search?${new URLSearchParams(new FormData(form))}`;
  let answer;
  try {
    answer = await fetch(`${address}&typing=1`, { headers: { Accept: "text/html" } });
  } catch {
    if (mine === asked) isOld(form.dataset.lost, false);
    return;
  }
  if (mine !== asked) return;
  if (answer.redirected || answer.status === 401) return isOld(form.dataset.signedOut, true);
  if (!answer.ok) return isOld(form.dataset.lost, false);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("results");
  if (!fresh || mine !== asked) return;
  old.hidden = true;
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
