// Records like one that waits, loaded once the page is there; without this file a link leads to them.
const place = document.querySelector("[data-similar]");
if (place) {
  const answer = await fetch(place.dataset.similar);
  if (answer.ok && !answer.redirected) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("similar");
    if (found) place.replaceChildren(...found.childNodes);
  }
}
