// The wire for developers: every exchange between platform and bot, newest first, opened to its XML or JSON.

import { make } from "./dom.js";
import { clock } from "./times.js";

const KEPT = 100; // rows
const WAYS = { push: { text: "推送", title: "微信 → 机器人" }, api: { text: "调用", title: "机器人 → 微信" } };
const GOOD = /^2\d\d\b(?! malformed)/;

/** Put an exchange on top of the list. */
export function record(list, exchange) {
  list.querySelector(`[data-id="${CSS.escape(String(exchange.id))}"]`)?.remove();
  list.querySelector(".nothing")?.remove();
  list.prepend(row(exchange));
  while (list.children.length > KEPT) list.lastElementChild.remove();
}

/** Start the list anew with these, oldest first. */
export function restart(list, exchanges) {
  list.replaceChildren(
    make("p", { class: "nothing" }, "还没有报文。说一句话，这里就会出现微信推送的 XML 和机器人的回答。"),
  );
  exchanges.forEach((exchange) => record(list, exchange));
}

function row(exchange) {
  const way = WAYS[exchange.direction] ?? { text: exchange.direction, title: exchange.direction };
  const summary = make(
    "summary",
    {},
    make("time", {}, clock(exchange.time, { exact: true })),
    make("span", { class: "way", title: way.title }, way.text),
    make(
      "span",
      { class: "what", title: exchange.what },
      exchange.what.replace(/^\/cgi-bin\//, ""),
      exchange.attempt > 1 ? make("em", {}, `第${exchange.attempt}次`) : null,
    ),
    make("span", { class: "ms" }, `${Math.round(exchange.ms)} ms`),
    make("span", { class: "outcome", title: exchange.outcome }, exchange.outcome.replace(/^errcode (-?\d+).*/s, "$1")),
  );
  const details = make("details", {
    class: "exchange",
    "data-test": "wire-row",
    "data-id": exchange.id,
    "data-direction": exchange.direction,
    "data-good": String(GOOD.test(exchange.outcome)),
  });
  details.append(summary);
  details.addEventListener("toggle", () => details.append(...bodies(exchange)), { once: true });
  return details;
}

function bodies(exchange) {
  return [
    ["请求", exchange.request],
    ["回答", exchange.reply],
  ].map(([name, body]) => {
    const laid = body ? pretty(body) : ["（空）"];
    return make("figure", {}, make("figcaption", {}, name), make("pre", { tabindex: 0 }, ...laid));
  });
}

/** A body with its XML or JSON laid out; a head of plain lines before it stays as it is. */
export function pretty(text) {
  const start = text.search(/^\s*[<{[]/m);
  if (start < 0) return [text];
  const head = text.slice(0, start);
  const body = text.slice(start).trim();
  const laid = body.startsWith("<") ? xml(body) : json(body);
  return head.trim() ? [`${head.trimEnd()}\n\n`, ...laid] : laid;
}

function xml(text) {
  const page = new DOMParser().parseFromString(text, "application/xml");
  if (page.querySelector("parsererror")) return [text];
  return node(page.documentElement, 0);
}

function node(element, depth) {
  const pad = "  ".repeat(depth);
  const attributes = [...element.attributes].map(({ name, value }) => ` ${name}="${value}"`).join("");
  const opened = make("b", {}, `<${element.tagName}${attributes}>`);
  const closed = make("b", {}, `</${element.tagName}>`);
  const inner = [...element.children];
  if (!inner.length) return [pad, opened, ...words(element), closed, "\n"];
  return [pad, opened, "\n", ...inner.flatMap((child) => node(child, depth + 1)), pad, closed, "\n"];
}

function words(element) {
  return [...element.childNodes].map((child) =>
    child.nodeType === Node.CDATA_SECTION_NODE
      ? make("span", {}, make("i", {}, "<![CDATA["), child.data, make("i", {}, "]]>"))
      : child.data,
  );
}

// Laid out by hand: parsing would spoil message ids above 2^53.
function json(text) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(Math.max(0, depth))}`;
  return [
    text.replace(/"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|\s+/g, (token) => {
      if (token === "{" || token === "[") return (depth++, token + line());
      if (token === "}" || token === "]") return (depth--, line() + token);
      if (token === ",") return token + line();
      if (token === ":") return ": ";
      return token.trim();
    }),
  ];
}
