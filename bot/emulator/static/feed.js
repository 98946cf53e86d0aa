// The chat itself: bubbles in order, replaced by id, and where the screen stands.

import { entry } from "./bubbles.js";
import { find } from "./dom.js";

const BURST = 10_000; // milliseconds; bubbles closer together than this are read as one answer
const SETTLING = 700; // milliseconds a smooth scroll may take
const NEAR = 80; // pixels

export class Feed {
  constructor() {
    this.box = find("feed");
    this.newer = find("newer");
    this.seen = new Map(); // id → {element, look, before}
    this.latest = 0; // time of the last bubble
    this.waiting = new Set();
    this.awaited = []; // {sender, resolve}
    this.anchor = null;
    this.arrived = 0;
    this.away = false;
    this.moved = 0;
    this.below = 0; // pixels of the chat below the screen's edge
    this.box.addEventListener("scroll", () => this.scrolled());
    this.box.addEventListener("load", () => this.keep(), { capture: true });
    new ResizeObserver(() => this.keep()).observe(this.box);
    this.newer.addEventListener("click", () => this.toBottom());
  }

  get isWaiting() {
    return this.waiting.size > 0;
  }

  /** Resolves when a bubble of this sender arrives, or after `limit` milliseconds. */
  next(sender, limit) {
    return new Promise((resolve) => {
      this.awaited.push({ sender, resolve });
      setTimeout(resolve, limit);
    });
  }

  /** Start anew with these bubbles. */
  restart(bubbles) {
    this.seen.clear();
    this.waiting.clear();
    this.latest = 0;
    this.anchor = null;
    this.box.replaceChildren();
    bubbles.forEach((bubble) => this.place(bubble));
    this.away = false;
    this.settle("instant");
  }

  /** Show a bubble, new or changed. */
  put(bubble) {
    const isNew = !this.seen.has(bubble.id);
    this.place(bubble);
    if (!isNew) return;
    this.awaited.filter(({ sender }) => sender === bubble.from).forEach(({ resolve }) => resolve());
    this.awaited = this.awaited.filter(({ sender }) => sender !== bubble.from);
    if (bubble.from === "me") this.away = false;
    if (this.away) this.newer.hidden = false;
    else this.settle("smooth");
  }

  place(bubble) {
    if (bubble.pending) this.waiting.add(bubble.id);
    else this.waiting.delete(bubble.id);
    const known = this.seen.get(bubble.id);
    const look = JSON.stringify({ ...bubble, pending: false });
    if (known?.look === look) return;
    const before = known ? known.before : this.latest;
    const element = entry(bubble, before);
    if (known) known.element.replaceWith(element);
    else this.box.append(element);
    if (this.anchor === known?.element) this.anchor = element;
    this.seen.set(bubble.id, { element, look, before });
    if (!known) this.arrive(bubble, element);
  }

  arrive(bubble, element) {
    const now = performance.now();
    if (bubble.from === "me" || !this.anchor || now - this.arrived > BURST) this.anchor = element;
    this.arrived = now;
    this.latest = bubble.time;
  }

  // A chat stands at its end; but an answer longer than the screen is shown from its question on.
  settle(behavior) {
    const bottom = this.box.scrollHeight - this.box.clientHeight;
    const top = this.anchor ? this.anchor.offsetTop - 4 : bottom;
    const target = Math.max(0, Math.min(bottom, top));
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.moved = performance.now();
    this.box.scrollTo({ top: target, behavior: calm ? "instant" : behavior });
    this.newer.hidden = bottom - target < NEAR;
  }

  // The bottom bar grew, a picture came in: what stood at the lower edge stays there.
  keep() {
    if (performance.now() - this.moved < SETTLING) return this.settle("instant");
    this.box.scrollTop = this.box.scrollHeight - this.box.clientHeight - this.below;
  }

  scrolled() {
    this.below = this.box.scrollHeight - this.box.clientHeight - this.box.scrollTop;
    if (performance.now() - this.moved < SETTLING) return;
    this.away = this.below > NEAR;
    if (!this.away) this.newer.hidden = true;
  }

  toBottom() {
    this.away = false;
    this.newer.hidden = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.moved = performance.now();
    this.box.scrollTo({ top: this.box.scrollHeight, behavior: calm ? "instant" : "smooth" });
    this.box.focus({ preventScroll: true });
  }
}
