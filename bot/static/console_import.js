// Small comforts of the pages of imports; without them a page asks for itself again, and the file field is a file field.

// The bar moves while a file is read; once it is, the page is asked for again.
const going = document.getElementById("going");
const follow = async () => {
  let rest = 400;
  try {
    const answer = await fetch(going.dataset.progress, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const { going: still, state, done, total } = await answer.json();
    if (!still) return location.reload();
    const [bar, said, count] = ["going-bar", "going-said", "going-count"].map((id) => document.getElementById(id));
    const text = said.dataset[state] ?? said.textContent;
    if (said.textContent !== text) said.textContent = text;
    if (total) [bar.max, bar.value] = [total, done];
    else bar.removeAttribute("value");
    count.textContent = total ? `${done} / ${total}` : "";
  } catch {
    rest = 3000; // the line is away, or the session: the page says so once it is asked for
    if ((going.dataset.missed = Number(going.dataset.missed ?? 0) + 1) > 3) return location.reload();
  }
  return setTimeout(follow, rest);
};
if (going) setTimeout(follow, 300);

// A file can be let go anywhere on its box, and one that is too large is told before it is sent.
const field = document.querySelector("input[type=file][data-largest]");
if (field) {
  const box = field.closest(".drop-box");
  for (const name of ["dragenter", "dragover"]) box.addEventListener(name, () => box.classList.add("over"));
  for (const name of ["dragleave", "drop"]) box.addEventListener(name, () => box.classList.remove("over"));
  box.addEventListener("dragover", (event) => event.preventDefault());
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) field.files = event.dataTransfer.files;
    field.dispatchEvent(new Event("change"));
  });
  field.addEventListener("change", () => {
    const file = field.files[0];
    const large = file && file.size > Number(field.dataset.largest);
    const text = large ? field.dataset.refusal : "";
    field.setCustomValidity(text);
    document.getElementById("drop-said").textContent = text;
  });
}
