// What comes up over the phone's screen: choices, small forms, web pages, toasts. One at a time; Escape closes.

import { find, icon, make } from "./dom.js";

const TOAST = 2600; // milliseconds

let closing = null;
let fading = 0;

/** Close whatever is open. */
export function closeSheet() {
  closing?.();
}

function raise(sheet, { first, isVeiled = true } = {}) {
  closeSheet();
  const layer = find("layer");
  const before = document.activeElement;
  const beneath = [...document.querySelectorAll(".screen > .view")];
  const veil = make("button", { class: "veil", "aria-label": "关闭", tabindex: -1, onclick: closeSheet });
  layer.replaceChildren(...(isVeiled ? [veil] : []), sheet);
  beneath.forEach((view) => (view.inert = true));
  closing = () => {
    closing = null;
    layer.replaceChildren();
    beneath.forEach((view) => (view.inert = false));
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
  (first ?? sheet.querySelector("button, input, textarea"))?.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closing) {
    event.preventDefault();
    closeSheet();
  }
});

/** A list of things to do: [{label, danger?, note?, act}], with a cancel line. */
export function choose(title, choices) {
  const rows = choices.map(({ label, note, danger, act }) =>
    make(
      "button",
      { class: danger ? "danger" : null, "data-test": "choice", onclick: () => (closeSheet(), act()) },
      label,
      note ? make("small", {}, note) : null,
    ),
  );
  const cancel = make("button", { class: "cancel", "data-test": "cancel", onclick: closeSheet }, "取消");
  const sheet = make("div", { class: "sheet", role: "dialog", "aria-modal": "true", "aria-label": title });
  sheet.append(make("p", { class: "sheet-title" }, title), ...rows, cancel);
  raise(sheet);
}

/** Ask for some words; `act` gets them. */
export function ask(title, { hint, value = "", send = "发送", act }) {
  const field = make("textarea", { rows: 2, "aria-label": title, placeholder: hint, "data-test": "ask-input" });
  field.value = value;
  const submit = (event) => {
    event.preventDefault();
    const words = field.value.trim();
    if (!words) return field.focus();
    closeSheet();
    return act(words);
  };
  const form = make(
    "form",
    { class: "sheet ask", role: "dialog", "aria-modal": "true", "aria-label": title, onsubmit: submit },
    make("p", { class: "sheet-title" }, title),
    field,
    make("button", { class: "button", type: "submit", "data-test": "ask-send" }, send),
    make("button", { class: "cancel", type: "button", onclick: closeSheet }, "取消"),
  );
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  raise(form, { first: field });
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

// The bot writes links with the address it was given; here they are reached by the one this page was reached by.
function reached(address) {
  const url = new URL(address, location.href);
  if (LOOPBACK.has(url.hostname) && url.port === location.port) url.host = location.host;
  return url;
}

/** Open an address as the phone would: our own pages in a page over the chat, others in a new tab of the browser. */
export function openPage(address) {
  const url = reached(address);
  if (url.hostname !== location.hostname) {
    window.open(url, "_blank", "noopener");
    return;
  }
  const name = make("h2", {}, "载入中…");
  const close = make(
    "button",
    { class: "icon", "aria-label": "关闭网页", "data-test": "webview-close", onclick: closeSheet },
    icon("close"),
  );
  const frame = make("iframe", { src: url.href, title: "网页", "data-test": "webview-frame" });
  frame.addEventListener("load", () => (name.textContent = titleOf(frame) || url.host));
  const out = make(
    "a",
    { class: "icon", href: url.href, target: "_blank", rel: "noopener", "aria-label": "在浏览器中打开" },
    icon("more"),
  );
  const page = make("div", {
    class: "webview",
    role: "dialog",
    "aria-modal": "true",
    "aria-label": "网页",
    "data-test": "webview",
  });
  page.append(make("header", { class: "nav" }, close, name, out), frame);
  raise(page, { first: close, isVeiled: false });
}

function titleOf(frame) {
  try {
    return frame.contentDocument.title;
  } catch {
    return ""; // another port: its title is not ours to read
  }
}

/** A short word in the middle of the screen. */
export function toast(text) {
  const box = find("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => (box.hidden = true), TOAST);
}
