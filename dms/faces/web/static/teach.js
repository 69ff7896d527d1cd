// Marking a form with the mouse: a line that is pressed on the page goes into the next empty row. Without this file the
// lines are chosen from lists.
const form = document.getElementById("teach");
const picks = document.querySelector(".picks");

function show() {
  const chosen = new Set([...form.querySelectorAll("select[name=line]")].map((one) => one.value));
  for (const one of form.querySelectorAll("input[name=title]:checked")) chosen.add(one.value);
  for (const rect of picks.querySelectorAll("rect")) rect.classList.toggle("now", chosen.has(rect.dataset.line));
}

if (form && picks) {
  picks.addEventListener("click", (event) => {
    const rect = event.target.closest("rect");
    if (!rect) return;
    const rows = [...form.querySelectorAll("select[name=line]")];
    const row = rows.find((one) => one.value === rect.dataset.line) || rows.find((one) => !one.value);
    if (!row) return;
    row.value = rect.dataset.line;
    row.parentElement.querySelector("select[name=what]").focus();
    show();
  });
  form.addEventListener("change", show);
  show();
}
