// Zoom, turn, and going from hit to hit on a record's pages; without it the pages stand as they are.
const viewer = document.querySelector(".viewer");
const tools = viewer && viewer.querySelector(".tools");
let zoom = 0;
let turn = 0;
let hit = -1;

function show() {
  viewer.dataset.zoom = String(zoom);
  viewer.dataset.turn = String(turn);
}
function larger(by) {
  zoom = Math.max(-1, Math.min(3, zoom + by));
  show();
  if (zoom > 1) sharper();
}
// Enlarged twice, a page needs more pixels than it came with; pages not looked at yet are loaded when they are.
function sharper() {
  for (const picture of viewer.querySelectorAll(".sheet img:not([data-fine])")) {
    picture.dataset.fine = "";
    picture.src += `${picture.src.includes("?") ? "&" : "?"}fine=1`;
  }
}
function turned() {
  turn = (turn + 1) % 4;
  show();
}
function next() {
  const marks = viewer.querySelectorAll(".marks rect");
  if (!marks.length) return;
  if (hit >= 0) marks[hit].classList.remove("now");
  hit = (hit + 1) % marks.length;
  marks[hit].classList.add("now");
  marks[hit].scrollIntoView({ block: "center", behavior: "smooth" });
}

if (viewer) {
  for (const frame of viewer.querySelectorAll(".frame")) {
    const picture = frame.querySelector("img");
    frame.style.setProperty("--ratio", String(picture.getAttribute("width") / picture.getAttribute("height")));
  }
}
if (tools) {
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.zoom) larger(Number(button.dataset.zoom));
    else if ("turn" in button.dataset) turned();
    else next();
  });
}
if (viewer) {
  document.addEventListener("keydown", (event) => {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+") larger(1);
    else if (event.key === "-") larger(-1);
    else if (event.key === "o") turned();
    else if (event.key === "n") next();
  });
}
