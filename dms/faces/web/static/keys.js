// Keyboard shortcuts: "/" searches, "g" and a letter goes to a page, "?" tells them all. All else works without this file.
const dialog = document.getElementById("keys");
const opener = document.getElementById("keys-open");
let going = 0;

function typing(event) {
  const at = event.target;
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}

// On a phone the header scrolls sideways: where one is must be in sight.
const here = document.querySelector(".places [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 40;

if (opener && dialog) {
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
}
document.addEventListener("keydown", (event) => {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || (dialog && dialog.open)) return;
  if (going && Date.now() - going < 1500) {
    going = 0;
    const place = dialog && dialog.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (place) {
      event.preventDefault();
      location.href = place.href;
      return;
    }
  }
  if (event.key === "g") {
    going = Date.now();
  } else if (event.key === "?" && dialog) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.key === "/") {
    event.preventDefault();
    const box = document.querySelector("form.find:not(.small) input[type=search]");
    if (box) box.focus();
    else location.href = "/search";
  } else if (event.key === "j" || event.key === "k") {
    const link = document.querySelector(event.key === "j" ? "a[rel=next]" : "a[rel=prev]");
    if (link) location.href = link.href;
  } else if (event.key.length === 1) {
    const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
    if (button) button.click();
  }
});
