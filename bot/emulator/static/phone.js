// The phone: joins the line to the chat, the bottom bar, the account's page and the panel.

import { Composer } from "./composer.js";
import { find } from "./dom.js";
import { Feed } from "./feed.js";
import { Line, phoneId } from "./line.js";
import { Panel } from "./panel.js";
import { drawProfile } from "./profile.js";
import { choose, closeSheet, openPage, toast } from "./sheets.js";
import { clock } from "./times.js";
import { record, restart } from "./wire.js";

const GREETING = 1_500; // milliseconds to wait for the welcome
const TYPING = "对方正在输入…";

const line = new Line(phoneId());
const feed = new Feed();
const composer = new Composer(line);
const panel = new Panel(line, { say: (words) => say(words) });
let state = null;
let held = null; // events that wait for the state
let atHome = false; // on the account's page though following

async function run(path, body) {
  const problem = await line.post(path, body);
  if (problem) toast(problem);
  return !problem;
}

async function say(text, menu = "") {
  closeSheet();
  if (!state.phone.following) {
    if (!(await run("follow", { scene: "" }))) return;
    await feed.next("account", GREETING); // the welcome first, then the question
  }
  goTo(false);
  await run("say", { text, menu_id: menu });
}

function goTo(home) {
  atHome = home;
  draw();
}

function draw() {
  const { account, phone } = state;
  const showsProfile = atHome || (!phone.following && !state.bubbles.length);
  find("chat").hidden = showsProfile;
  find("profile").hidden = !showsProfile;
  if (showsProfile) {
    drawProfile({
      account,
      following: phone.following,
      enter: () => goTo(false),
      follow: () => run("follow", { scene: "" }),
      leave: () => run("unfollow"),
    });
  }
  title();
  composer.show(account.menu ?? [], phone.following);
  panel.show(state);
}

function title() {
  const heading = find("title");
  heading.textContent = feed.isWaiting ? TYPING : state.account.name;
  heading.dataset.typing = String(feed.isWaiting);
}

// A whole or partial state: what is in it replaces what was known.
function show({ type, ...fresh }) {
  if (state?.phone.following && !fresh.phone.following) atHome = false;
  state = { ...state, ...fresh };
  if (fresh.bubbles) feed.restart(fresh.bubbles);
  if (fresh.log) restart(find("wire"), fresh.log);
  draw();
}

// Events that come while the whole state is on its way wait for it, so that an older picture never hides a newer one.
async function reload() {
  held = [];
  try {
    show(await line.state());
    find("offline").hidden = true;
  } catch {
    find("offline").hidden = false;
  }
  const waiting = held;
  held = null;
  waiting.forEach(receive);
}

const EVENTS = {
  bubble({ bubble }) {
    const isFirst = !state.bubbles.length;
    state.bubbles = [...state.bubbles.filter(({ id }) => id !== bubble.id), bubble];
    if (isFirst) goTo(false);
    feed.put(bubble);
    title();
  },
  state: show,
  log({ exchange }) {
    record(find("wire"), exchange);
  },
};

function receive(event) {
  if (held) held.push(event);
  else if (state) EVENTS[event.type]?.(event);
}

// A tap on a link of a bubble or the panel.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-say], a[data-open]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  if (link.dataset.open) openPage(link.dataset.open);
  else say(link.dataset.say, link.dataset.menu);
});
document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches?.("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  } else if (isTyping(event)) composer.write();
});

// Who starts typing on a keyboard means the text field, also while the menu is shown.
function isTyping(event) {
  const idle = event.target === document.body || event.target === find("feed");
  const letter = (event.key.length === 1 && event.key !== " ") || event.key === "Process";
  return idle && letter && !event.ctrlKey && !event.metaKey && !event.altKey && !find("chat").hidden;
}

find("back").addEventListener("click", () => goTo(true));
find("more").addEventListener(
  "click",
  () =>
    state &&
    choose(state.account.name, [
      { label: "公众号资料", act: () => goTo(true) },
      { label: "清空，重新开始", act: () => run("reset") },
      { label: "取消关注", danger: true, act: () => run("unfollow") },
    ]),
);

const tick = () => (find("clock").textContent = clock(Date.now() / 1000));
tick();
setInterval(tick, 5_000);
line.listen({ event: receive, opened: reload, lost: () => (find("offline").hidden = false) });
