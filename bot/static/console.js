// Small comforts; every page works without them.

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.again !== undefined) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
});

// The place that is shown is seen in the navigation, however low the window.
for (const nav of document.querySelectorAll(".side nav")) {
  const here = nav.querySelector("[aria-current]");
  const below = here ? here.getBoundingClientRect().bottom - nav.getBoundingClientRect().bottom : 0;
  if (below > 0) nav.scrollTop += below + 8;
}

// Coming back by the browser's button, a form can be sent anew.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Escape and a click elsewhere close the navigation and what asks for one more click.
const closable = "details.menu[open], details.confirm[open]";
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll(closable)) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// What is wrong is where the reader is.
const wrong = document.querySelector("[role=alert], [aria-invalid=true]");
if (wrong) (wrong.matches("input, textarea, select") ? wrong : wrong.closest("main")).focus();
