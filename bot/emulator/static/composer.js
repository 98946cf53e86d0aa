// The bar at the bottom: the account's menu, or a text field with its extras; locked while one does not follow.

import { find, icon, make } from "./dom.js";
import { ask, choose, openPage, toast } from "./sheets.js";

// Places of the city, so that a location message has somewhere to be.
const PLACES = [
  { label: "青岛市崂山区香港东路", latitude: 36.1073, longitude: 120.4687 },
  { label: "青岛市市南区五四广场", latitude: 36.0611, longitude: 120.3845 },
  { label: "青岛市黄岛区（西海岸新区）", latitude: 35.9618, longitude: 120.1904 },
  { label: "青岛市平度市人民路", latitude: 36.7869, longitude: 119.9597 },
];

export class Composer {
  constructor(line) {
    this.line = line;
    this.bar = find("composer");
    this.drawn = "";
    this.writing = false;
    document.addEventListener("click", (event) => {
      if (!event.target.closest(".menu")) this.fold();
    });
    this.bar.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.fold(true);
    });
  }

  /** Draw for this menu and follower; what is being typed stays while neither changes. */
  show(menu, following) {
    const key = JSON.stringify([menu, following]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.menu = menu;
    this.following = following;
    this.draw();
  }

  draw() {
    const mode = !this.following ? "locked" : this.writing || !this.menu.length ? "text" : "menu";
    this.bar.dataset.mode = mode;
    this.bar.replaceChildren(
      ...{ locked: () => this.locked(), text: () => this.text(), menu: () => this.buttons() }[mode](),
    );
  }

  locked() {
    const follow = () => this.run("follow", { scene: "" });
    return [make("button", { class: "button wide", "data-test": "follow-again", onclick: follow }, "关注公众号")];
  }

  /** Turn to the text field, as when one starts typing on a keyboard. */
  write() {
    if (!this.following) return;
    if (!this.writing) {
      this.writing = true;
      this.draw();
    }
    this.bar.querySelector("textarea").focus();
  }

  async run(path, body) {
    const problem = await this.line.post(path, body);
    if (problem) toast(problem);
  }

  toggle(name, label) {
    const flip = () => {
      this.writing = !this.writing;
      this.draw();
      (this.bar.querySelector("textarea") ?? this.bar.querySelector("button")).focus();
    };
    return make(
      "button",
      { class: "icon toggle", "aria-label": label, "data-test": "mode-toggle", onclick: flip },
      icon(name),
    );
  }

  // Menu

  buttons() {
    const menu = make(
      "nav",
      { class: "menus", "aria-label": "公众号菜单" },
      ...this.menu.map((button, index) => this.button(button, index)),
    );
    return [this.toggle("keyboard", "切换到文字输入"), menu];
  }

  button(button, index) {
    const subs = button.sub_button ?? [];
    if (!subs.length) {
      return make(
        "div",
        { class: "menu" },
        make("button", { "data-test": "menu-button", onclick: () => this.press(button, index) }, button.name),
      );
    }
    const list = make("div", { class: "submenu", hidden: true, "data-test": "submenu" });
    list.append(
      ...subs.map((sub, place) =>
        make("button", { "data-test": "submenu-item", onclick: () => this.press(sub, [index, place]) }, sub.name),
      ),
    );
    const open = make(
      "button",
      {
        "aria-expanded": "false",
        "aria-haspopup": "true",
        "data-test": "menu-button",
        onclick: () => this.unfold(open, list),
      },
      icon("lines"),
      button.name,
    );
    return make("div", { class: "menu" }, open, list);
  }

  unfold(button, list) {
    const closed = list.hidden;
    this.fold();
    list.hidden = !closed;
    button.setAttribute("aria-expanded", String(closed));
    if (closed) list.querySelector("button").focus({ focusVisible: false, preventScroll: true });
  }

  fold(refocus = false) {
    for (const list of this.bar.querySelectorAll(".submenu:not([hidden])")) {
      list.hidden = true;
      list.previousElementSibling.setAttribute("aria-expanded", "false");
      if (refocus) list.previousElementSibling.focus();
    }
  }

  // Buttons with a key or an address are known by it, the rest by their place.
  press(button, index) {
    this.fold();
    if (button.type === "view") openPage(button.url);
    const acts = { click: ["click", { key: button.key }], view: ["view", { url: button.url }] };
    return this.run(...(acts[button.type] ?? ["click", { index }]));
  }

  // Text

  text() {
    const field = make("textarea", {
      rows: 1,
      "aria-label": "输入消息",
      enterkeyhint: "send",
      maxlength: 2000,
      "data-test": "input",
    });
    const send = make("button", { class: "button send", hidden: true, "data-test": "send" }, "发送");
    const extras = this.extras();
    const plus = make(
      "button",
      { class: "icon", "aria-label": "更多功能", "aria-expanded": "false", "data-test": "plus" },
      icon("plus"),
    );
    const grow = () => {
      field.style.height = "auto";
      field.style.height = `${Math.min(field.scrollHeight, 120)}px`;
      send.hidden = !field.value.trim();
      plus.hidden = !send.hidden;
    };
    const submit = () => {
      const words = field.value.trim();
      if (!words) return;
      field.value = "";
      grow();
      field.focus();
      this.run("say", { text: words, menu_id: "" });
    };
    const spread = (open) => {
      extras.hidden = !open;
      plus.setAttribute("aria-expanded", String(open));
    };
    field.addEventListener("input", grow);
    field.addEventListener("focus", () => spread(false));
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      submit();
    });
    send.addEventListener("click", submit);
    plus.addEventListener("click", () => spread(extras.hidden));
    const toggle = this.menu.length ? this.toggle("list", "切换到菜单") : null;
    return [make("div", { class: "typing-row" }, ...[toggle, field, send, plus].filter(Boolean)), extras];
  }

  extras() {
    const panel = make("div", { class: "extras", hidden: true, "data-test": "extras" });
    const tiles = [
      ["voice", "mic", "语音文字", () => this.voice()],
      ["image", "picture", "图片", () => this.run("image")],
      ["location", "place", "位置", () => this.place()],
      ["link", "link", "链接", () => this.run("link")],
    ];
    panel.append(
      ...tiles.map(([name, picture, label, act]) =>
        make(
          "button",
          { "data-test": `plus-${name}`, onclick: act },
          make("span", { class: "tile-icon" }, icon(picture)),
          label,
        ),
      ),
    );
    return panel;
  }

  voice() {
    ask("说一段语音，微信识别成文字", {
      hint: "例如：设备投了三千万能补多少",
      act: (words) => this.run("voice", { recognition: words }),
    });
  }

  place() {
    choose(
      "发送位置",
      PLACES.map((place) => ({ label: place.label, act: () => this.run("location", place) })),
    );
  }
}
