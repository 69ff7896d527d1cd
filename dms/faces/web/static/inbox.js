// Files chosen or dropped anywhere on the page are added, and the list tells how each of them goes while it goes.
const form = document.getElementById("add");
const table = document.getElementById("items");
const body = table.tBodies[0];
const told = document.getElementById("sending");
const again = document.getElementById("again");
let unsent = null;

function show({ id, row }) {
  // The server makes the row as it makes the page's own.
  const page = new DOMParser().parseFromString(`<table><tbody>${row}</tbody></table>`, "text/html");
  const fresh = document.adoptNode(page.querySelector("tr"));
  const before = document.getElementById(`i${id}`);
  if (before) before.replaceWith(fresh);
  else body.prepend(fresh);
  table.hidden = false;
  document.getElementById("none").hidden = true;
}

const stream = new EventSource("/inbox/events");
stream.addEventListener("items", (event) => JSON.parse(event.data).reverse().forEach(show));
function ended() {
  stream.close();
  document.getElementById("ended").hidden = false;
}
stream.addEventListener("ended", ended);
// A lost connection is tried again by itself; one that was refused is not.
stream.addEventListener("error", () => stream.readyState === EventSource.CLOSED && ended());
window.addEventListener("pagehide", () => stream.close());

function failed(data, word) {
  unsent = data;
  told.textContent = word;
  again.hidden = false;
}
async function send(data) {
  told.textContent = told.dataset.word;
  again.hidden = true;
  let answer;
  try {
    answer = await fetch("/inbox", { method: "POST", body: data });
  } catch {
    return failed(data, told.dataset.failed);
  }
  if (answer.status === 401) return failed(data, told.dataset.signedOut);
  if (!answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return failed(data, (page.querySelector(".problem, .done") || page.body).textContent.trim().slice(0, 300));
  }
  told.textContent = told.dataset.done;
  form.reset();
}
// Signed in again meanwhile, a form carries another token.
async function renewed(data) {
  try {
    const page = new DOMParser().parseFromString(await (await fetch("/inbox")).text(), "text/html");
    const token = page.querySelector("#add input[name=csrf]");
    if (token) data.set("csrf", token.value);
  } catch {
    // Still no connection: sending says so.
  }
  return data;
}
again.addEventListener("click", async () => send(await renewed(unsent)));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(new FormData(form));
});
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
