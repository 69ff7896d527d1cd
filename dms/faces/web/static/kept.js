// A form that came too late goes back to its page: there its fields are filled in again. Without this file the same
// form stands on the page shown after signing in.
const told = document.getElementById("kept");
const shelf = "dms-kept";

function goesTo(form, action) {
  const ends = [form, ...form.querySelectorAll("[formaction]")];
  return ends.some((one) => (one.getAttribute("formaction") || one.getAttribute("action") || "") === action);
}
function formOf(page, kept) {
  // Several forms may go to one address: what they carry hidden tells them apart.
  const same = (field) => ["csrf", "seen", "was"].includes(field.name) || kept.fields.some(([n, v]) => n === field.name && v === field.value);
  const ours = (form) => goesTo(form, kept.action) && [...form.querySelectorAll("input[type=hidden]")].every(same);
  return [...page.querySelectorAll("main form")].find(ours);
}
function fill(form, fields) {
  const left = new Map();
  for (const [name, value] of fields) left.set(name, [...(left.get(name) || []), value]);
  for (const field of form.elements) {
    const values = left.get(field.name);
    if (field.type === "checkbox" || field.type === "radio") field.checked = Boolean(values && values.includes(field.value));
    else if (values && field.type !== "hidden" && field.type !== "file") field.value = values.shift() ?? field.value;
  }
  for (let at = form; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
}

if (told) {
  // Only where the page still has that form; else one goes on from here.
  const kept = JSON.parse(told.dataset.kept);
  const answer = await fetch(kept.back); // the page itself, as it is now
  if (answer.ok && !answer.redirected) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (formOf(page, kept)) {
      sessionStorage.setItem(shelf, JSON.stringify({ ...kept, word: told.textContent }));
      location.replace(kept.back);
    }
  }
} else if (sessionStorage.getItem(shelf)) {
  const kept = JSON.parse(sessionStorage.getItem(shelf));
  sessionStorage.removeItem(shelf);
  const form = formOf(document, kept);
  if (form) {
    fill(form, kept.fields);
    const word = document.createElement("p");
    word.className = "done";
    word.setAttribute("role", "status");
    word.textContent = kept.word;
    form.prepend(word);
    word.scrollIntoView({ block: "center" });
  }
}
