// Comforts of the pages of talk; each works without them.

// The chat shows its end, and a choice above it is taken at once.
const chat = document.getElementById("chat");
if (chat) chat.scrollTop = chat.scrollHeight;
const setting = document.getElementById("setting");
if (setting) {
  for (const field of setting.querySelectorAll("select, input[type=date]")) {
    field.addEventListener("change", () => field.value !== "" || field.matches("select") ? setting.requestSubmit() : undefined);
  }
}

// An answer at hand is put into the letter.
for (const picker of document.querySelectorAll("select[data-fills]")) {
  const text = document.getElementById(picker.dataset.fills);
  picker.addEventListener("change", () => {
    const chosen = picker.selectedOptions[0];
    if (chosen.dataset.text === undefined) return;
    text.value = chosen.dataset.text;
    text.focus();
  });
  picker.closest(".field").hidden = false;
}

// All boxes at once.
for (const all of document.querySelectorAll("input[data-ticks]")) {
  const boxes = document.querySelectorAll(`input[name="${all.dataset.ticks}"]:not(:disabled)`);
  all.closest("label").hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
}

// How many bytes a button's name has, as it is typed.
for (const field of document.querySelectorAll("input[data-bytes]")) {
  const note = document.getElementById(field.dataset.counts);
  const count = () => {
    const bytes = new TextEncoder().encode(field.value).length;
    note.textContent = `${bytes} / ${field.dataset.bytes}`;
    note.classList.toggle("over", bytes > Number(field.dataset.bytes));
  };
  field.addEventListener("input", count);
  count();
}

// What prints itself.
for (const button of document.querySelectorAll("button[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
