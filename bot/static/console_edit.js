// While a form has unsaved changes, leaving the page asks first; and a form that was drawn anew shows its newest group.
const editor = document.querySelector("form.editor");
if (editor) {
  let changed = false;
  let sending = false;
  editor.addEventListener("input", () => {
    changed = true;
  });
  editor.addEventListener("submit", (event) => {
    sending = true;
    const action = event.submitter ? event.submitter.value : "";
    if (action.startsWith("add:")) sessionStorage.setItem("added", action.split(":")[1]);
  });
  addEventListener("beforeunload", (event) => {
    if (changed && !sending) event.preventDefault();
  });
  const added = sessionStorage.getItem("added");
  if (added) {
    sessionStorage.removeItem("added");
    const groups = document.getElementById(`g-${added}`);
    const newest = groups ? groups.querySelector(":scope > .group:last-of-type") : null;
    if (newest) {
      newest.scrollIntoView({ block: "center" });
      const first = newest.querySelector("input:not([type=hidden]):not([type=checkbox]), select, textarea");
      if (first) first.focus();
    }
  }
}
