// Files dropped anywhere on the page are added, and the list tells how each of them goes while it goes.
const form = document.getElementById("add");
const table = document.getElementById("items");
const body = table.tBodies[0];
const words = body.dataset;

function cell(row, text) {
  const made = row.insertCell();
  made.textContent = text;
  return made;
}
function show(item) {
  let row = document.getElementById(`i${item.id}`);
  if (!row) {
    row = body.insertRow(0);
    row.id = `i${item.id}`;
    cell(row, item.name);
    cell(row, "");
    cell(row, item.created.slice(0, 16).replace("T", " "));
  }
  const result = row.cells[1];
  result.textContent = words[item.state] || item.state;
  if (item.state === "quarantined") result.append(` ${item.reason}`);
  if (item.code && item.state !== "working") {
    const link = document.createElement("a");
    link.href = `/r/${encodeURIComponent(item.code)}`;
    link.textContent = item.code;
    link.className = "number";
    result.append(" ", link);
  }
  table.hidden = false;
  document.getElementById("none").hidden = true;
}

const stream = new EventSource("/inbox/events");
stream.addEventListener("items", (event) => JSON.parse(event.data).reverse().forEach(show));
window.addEventListener("pagehide", () => stream.close());

async function send(data) {
  const told = document.getElementById("sending");
  told.textContent = told.dataset.word;
  const answer = await fetch("/inbox", { method: "POST", body: data });
  told.textContent = "";
  if (!answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    told.textContent = (page.querySelector(".problem") || page.body).textContent.trim().slice(0, 300);
  }
}
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault();
    document.body.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  const data = new FormData(form);
  data.delete("files");
  for (const file of event.dataTransfer.files) data.append("files", file, file.name);
  send(data);
});
