// "/" goes to the search box; everything else works without this file.
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.querySelector("input[type=search]");
    if (box) {
      box.focus();
      event.preventDefault();
    } else {
      location.href = "/search";
    }
  }
});
