// One bubble of the chat as elements: what each kind looks like.

import { icon, make } from "./dom.js";
import { written } from "./talk.js";
import { spoken } from "./times.js";

const GAP = 300; // seconds of silence after which the chat shows the time
const FACES = { me: "/emulator/static/me.svg", account: "/emulator/static/emblem.svg" };
const SAYS = { me: "我说：", account: "对方说：" };

const KINDS = {
  text: (bubble) => speech(bubble, ...written(bubble.text, { anchors: bubble.from !== "me" })),
  image: picture,
  voice,
  video,
  music,
  location: place,
  link: article,
  news: cover,
  mass: cover,
  template: form,
  notice: form,
};
const WIDE = new Set(["news", "mass", "template", "notice"]); // cards that stand alone, without a face

/** A bubble with the time above it where the chat was silent since `before` (seconds, or 0). */
export function entry(bubble, before) {
  const box = make("div", {
    class: "entry",
    "data-test": "bubble",
    "data-id": bubble.id,
    "data-from": bubble.from,
    "data-kind": bubble.kind,
  });
  if (bubble.time - before > GAP) box.append(make("time", { class: "when" }, spoken(bubble.time)));
  box.append(shown(bubble));
  return box;
}

function shown(bubble) {
  if (bubble.from === "system" || bubble.kind === "system") {
    return make("p", { class: "line" }, bubble.text || bubble.title);
  }
  const wordy = bubble.kind === "mass" && !bubble.title && !bubble.picture;
  const draw = wordy ? KINDS.text : (KINDS[bubble.kind] ?? KINDS.text);
  if (WIDE.has(bubble.kind) && !wordy) return draw(bubble);
  return make(
    "div",
    { class: `row ${bubble.from === "me" ? "mine" : "theirs"}` },
    make("img", { class: "face", src: FACES[bubble.from] ?? FACES.account, alt: "", width: 40, height: 40 }),
    make("span", { class: "unseen" }, SAYS[bubble.from] ?? SAYS.account),
    draw(bubble),
  );
}

function speech(bubble, ...content) {
  return make("div", { class: "bubble", "data-test": "text" }, ...content);
}

function picture(bubble) {
  return make("figure", { class: "plate" }, photo(bubble.picture, "图片") ?? blank("picture", "图片"));
}

function photo(url, description) {
  if (!/^(https?:\/\/|\/(?!\/)|data:image\/)/i.test(url || "")) return null;
  const image = make("img", { src: url, alt: description, referrerpolicy: "no-referrer", loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(blank("picture", description)), { once: true });
  return image;
}

function blank(name, description) {
  return make("span", { class: "blank", role: "img", "aria-label": description }, icon(name));
}

function voice(bubble) {
  const seconds = Math.min(60, Math.max(1, Math.ceil((bubble.text || "").length / 4)));
  const sound = make("div", { class: `bubble voice v${Math.ceil(seconds / 6)}` }, icon("wave"), `${seconds}″`);
  return make(
    "div",
    { class: "stack", "aria-label": "语音" },
    sound,
    bubble.text ? make("p", { class: "heard", "data-test": "text" }, bubble.text) : null,
  );
}

function video(bubble) {
  const plate = make(
    "figure",
    { class: "plate film" },
    photo(bubble.picture, "视频") ?? blank("picture", "视频"),
    icon("play"),
  );
  if (bubble.title) plate.append(make("figcaption", {}, bubble.title));
  return plate;
}

function music(bubble) {
  return tile("music", bubble, icon("note"));
}

function article(bubble) {
  return tile(
    "article",
    bubble,
    make("img", { src: bubble.picture || FACES.account, alt: "", referrerpolicy: "no-referrer" }),
  );
}

function tile(name, bubble, side) {
  const words = make(
    "span",
    {},
    make("strong", {}, bubble.title || bubble.text || bubble.url),
    bubble.description ? make("small", {}, bubble.description) : null,
  );
  const tag = bubble.url ? "a" : "div";
  return make(tag, { class: `tile ${name}`, ...opening(bubble) }, words, side);
}

function place(bubble) {
  return make(
    "div",
    { class: "tile place" },
    make("span", {}, make("strong", {}, bubble.title || bubble.text || "位置"), note(bubble.description)),
    make("span", { class: "map", "aria-hidden": "true" }, icon("place")),
  );
}

function note(text) {
  return text ? make("small", {}, text) : null;
}

function opening(bubble) {
  return /^(https?:\/\/|\/(?!\/))/i.test(bubble.url || "")
    ? { href: bubble.url, "data-open": bubble.url, rel: "noopener" }
    : {};
}

function cover(bubble) {
  const image = photo(bubble.picture, "");
  const drawn = make("span", { class: "drawn", "aria-hidden": "true" }, icon("mark"));
  const titled = bubble.title || bubble.description;
  return make(
    bubble.url ? "a" : "div",
    { class: "slab cover", ...opening(bubble) },
    make("span", { class: "sight" }, image ?? drawn),
    titled ? make("span", { class: "words" }, make("strong", {}, bubble.title), note(bubble.description)) : null,
  );
}

function form(bubble) {
  const rows = (bubble.fields ?? []).map(({ label, value }) =>
    make(
      "div",
      { class: label ? null : "alone" },
      label ? make("dt", {}, label) : null,
      make("dd", {}, ...written(value ?? "", { anchors: false })),
    ),
  );
  return make(
    "article",
    { class: "slab form" },
    make("h2", {}, bubble.title || (bubble.kind === "notice" ? "订阅通知" : "服务通知")),
    bubble.text ? make("p", {}, ...written(bubble.text, { anchors: false })) : null,
    rows.length ? make("dl", {}, ...rows) : null,
    bubble.description ? make("p", { class: "remark" }, bubble.description) : null,
    bubble.url ? make("a", { class: "details", ...opening(bubble) }, "查看详情", icon("next")) : null,
  );
}
