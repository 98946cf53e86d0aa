// The telephone line to the emulated platform: calls, and the events it sends back.

const API = "/emulator/api/";
const RETRY = 3_000; // milliseconds
const STORED = "huiqi-phone";

/** One id per browser, so that several browsers are several followers; `?phone=` in the page's address wins. */
export function phoneId() {
  const asked = new URLSearchParams(location.search).get("phone");
  if (asked) return asked;
  let id = null;
  try {
    id = localStorage.getItem(STORED);
    if (!id) localStorage.setItem(STORED, (id = newId()));
  } catch {
    id = newId(); // storage refused: a follower for this visit
  }
  return id;
}

/** A phone of somebody else, as an address to open. */
export function anotherPhone() {
  return `?phone=${newId()}`;
}

function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return "web-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function address(path, id) {
  return `${API}${path}?phone=${encodeURIComponent(id)}`;
}

export class Line {
  constructor(id) {
    this.id = id;
  }

  /** Everything there is to know: account, phone, bubbles, faults, log. */
  async state() {
    const answer = await fetch(address("state", this.id), { cache: "no-store" });
    if (!answer.ok) throw new Error(`state: ${answer.status}`);
    return answer.json();
  }

  /** Do something with the phone. Resolves to an error text, or "" where all went well. */
  async post(path, body = {}) {
    try {
      const answer = await fetch(address(path, this.id), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (answer.ok) return "";
      const problem = await answer.json().catch(() => ({}));
      return problem.error || `操作没有成功（${answer.status}）`;
    } catch {
      return "连不上模拟微信，请确认程序还在运行";
    }
  }

  /** Listen for events; `opened` is called at every (re)connection, `lost` when the line drops. */
  listen({ event, opened, lost }) {
    const source = new EventSource(address("events", this.id));
    source.onopen = opened;
    source.onerror = () => {
      lost();
      // Most breaks the browser mends itself; an answer that was an error it takes for final.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.listen({ event, opened, lost }), RETRY);
    };
    source.onmessage = (message) => event(JSON.parse(message.data));
  }
}
