// The account's own page: what one sees before following it, and behind the back button.

import { traits } from "./account.js";
import { find, icon, make } from "./dom.js";

const ABOUT = [
  ["问政策", "给多少、谁能报、还有效吗"],
  ["查文号", "报文号，列出这份文件的全部政策"],
  ["找人办", "责任处室、电话、此刻上没上班"],
  ["看期限", "哪些有效、快到期、已过期"],
];

/** Draw the page; `enter`, `follow` and `leave` are what its buttons do. */
export function drawProfile({ account, following, enter, follow, leave }) {
  const back = make("button", { class: "icon", "aria-label": "回到聊天", onclick: enter }, icon("back"));
  const main = following
    ? make("button", { class: "button wide", "data-test": "enter", onclick: enter }, "发消息")
    : make("button", { class: "button wide", "data-test": "follow", onclick: follow }, "关注公众号");
  const second = make("button", { class: "plain", "data-test": "unfollow", onclick: leave }, "取消关注");
  find("profile").replaceChildren(
    make("header", { class: "nav" }, following ? back : null),
    make(
      "div",
      { class: "identity" },
      make("img", { src: "/emulator/static/emblem.svg", alt: "", width: 76, height: 76 }),
      make("h1", {}, account.name),
      make("p", { class: "kind" }, account.certified ? icon("check") : null, traits(account).join(" · ")),
    ),
    make(
      "dl",
      { class: "offers" },
      ...ABOUT.map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, text))),
    ),
    make("div", { class: "actions" }, main, following ? second : null),
  );
}
