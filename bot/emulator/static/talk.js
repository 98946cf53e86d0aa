// The words of a message: links, say-for-me links, addresses and telephone numbers; everything else is plain text.

import { make } from "./dom.js";

const ANCHOR = /<a\s+([^<>]*)>([^<]*)<\/a>/gi;
const HREF = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const SAY = /^weixin:\/\/bizmsgmenu\?(.*)$/is;
const BARE = /https?:\/\/[\w\-.~:/?#@!$&*+;=%]+/g;
// Mobile, area code and local number, 400 number, local number of 8 digits that is not a date, hotline of a
// public service.
const CALL =
  /(?<![\w.\-])(?:1[3-9]\d{9}|0\d{2,3}-?[2-8]\d{6,7}|400-?\d{3}-?\d{4}|123(?:45|15|33|66)|(?!20[0-3]\d[01]\d)[2-8]\d{7})(?![\w%]|[.-]\d|[元万亿])/g;
const SHORT = 8; // characters; a label this short stays on one line
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'", nbsp: "\u00a0" };

/** The pieces of a text: {kind: "text"|"say"|"open"|"call", text, …}. Only an account's `<a>` is obeyed. */
export function pieces(text, { anchors = true } = {}) {
  if (!anchors) return plain(text);
  const found = [];
  let end = 0;
  for (const match of text.matchAll(ANCHOR)) {
    const link = anchor(match[1], match[2]);
    if (!link) continue;
    found.push(...plain(text.slice(end, match.index)), link);
    end = match.index + match[0].length;
  }
  return found.concat(plain(text.slice(end)));
}

function anchor(attributes, label) {
  const href = HREF.exec(attributes);
  if (!href) return null;
  const target = unescape(href[1] ?? href[2] ?? "").trim();
  const text = unescape(label);
  const say = SAY.exec(target);
  if (say) return { kind: "say", text, ...spoken(say[1]) };
  if (/^tel:[\d+\-]+$/.test(target)) return { kind: "call", text, number: target.slice(4) };
  if (/^(https?:\/\/|\/(?!\/))/i.test(target)) return { kind: "open", text, url: target };
  return null;
}

function spoken(query) {
  const fields = new Map(query.split("&").map((pair) => [pair.split("=", 1)[0], pair.slice(pair.indexOf("=") + 1)]));
  return { words: decode(fields.get("msgmenucontent") ?? ""), menu: decode(fields.get("msgmenuid") ?? "") };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is the author's own
  }
}

function unescape(text) {
  return text.replace(/&(#x27|#39|amp|lt|gt|quot|nbsp);/g, (_, name) => ENTITIES[name]);
}

function plain(text) {
  return split(text, BARE, (url) => ({ kind: "open", text: url, url })).flatMap((piece) =>
    piece.kind === "text" ? split(piece.text, CALL, (number) => ({ kind: "call", text: number, number })) : [piece],
  );
}

function split(text, pattern, build) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const word = match[0].replace(/[.,;:!?]+$/, "");
    found.push({ kind: "text", text: text.slice(end, match.index) }, build(word));
    end = match.index + word.length;
  }
  found.push({ kind: "text", text: text.slice(end) });
  return found.filter((piece) => piece.text);
}

/** The pieces as nodes; taps are understood by the feed from `data-say`, `data-menu` and `data-open`. */
export function written(text, options) {
  return pieces(text, options).map((piece) => {
    if (piece.kind === "say") {
      const data = { "data-say": piece.words, "data-menu": piece.menu, "data-test": "say-link" };
      const whole = piece.text.length <= SHORT ? "whole" : null;
      return make("a", { href: "#", role: "button", class: whole, ...data }, piece.text);
    }
    if (piece.kind === "open")
      return make("a", { href: piece.url, "data-open": piece.url, rel: "noopener" }, piece.text);
    if (piece.kind === "call") return make("a", { href: `tel:${piece.number}`, "data-test": "call" }, piece.text);
    return piece.text;
  });
}
