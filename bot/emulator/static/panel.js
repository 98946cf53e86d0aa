// The panel beside the phone: what to try, the follower's state, the faults, the wire.

import { traits } from "./account.js";
import { find, icon, make } from "./dom.js";
import { anotherPhone } from "./line.js";
import { toast } from "./sheets.js";
import { dated } from "./times.js";

const TRIES = [
  ["技改", "一个词问政策"],
  ["平度设备投了3000万能补多少", "算自己的账"],
  ["我们是平度的规上制造企业，能报什么", "看能报什么"],
  ["订阅 技改", "有变化就告诉我"],
  ["单项冠军奖多少", "问金额"],
  ["崂山区有哪些政策", "列清单"],
  ["技改找谁", "找人办"],
  ["青政发〔2024〕11号", "查文号"],
  ["85911248是哪", "查电话"],
  ["算力券还有效吗", "看时效"],
  ["专经特新", "错字也懂"],
  ["转人工", "找真人"],
  ["哪些政策快到期了", "看期限"],
];
const SCENES = [
  ["技术改造", "技改专题"],
  ["崂山区", "崂山区窗口"],
  ["q91-18", "算力券海报"],
];
const RENEWED = "取新令牌时起作用：和“令牌过期”“回答变慢”一起打开，再问一句";
const FAULTS = {
  late: ["回答变慢", "机器人要想5秒半，来不及当场回答，只好主动发一条", "下一句就起作用"],
  slow: ["接口变慢", "每次调用都办了，但晚几秒才答"],
  busy: ["系统繁忙", "调用返回 -1"],
  pace: ["调用太快", "调用返回 45011"],
  limit: ["次数用完", "当日调用次数用完，返回 45009"],
  token: ["令牌过期", "此前的令牌全部作废，返回 42001"],
  address: ["IP 被拒", "不在白名单，取令牌返回 40164", RENEWED],
  frozen: ["密钥冻结", "取令牌返回 40243", RENEWED],
  left: ["用户已走", "像都取关了一样，发出的消息被退回"],
  window: ["窗口已关", "过了能发客服消息的时间，返回 45015"],
  quota: ["条数用完", "客服消息的条数用完，返回 45047"],
  refused: ["用户拒收", "模板消息和订阅通知返回 43101", "发模板消息、订阅通知时起作用：在管理台用模板写一份公告"],
  timeout: ["接口超时", "调用没有办，也一直不答"],
  down: ["接口断线", "调用没有办，连接断开"],
  lost: ["回执丢失", "调用办了，回执没有送到"],
  retry: ["推送重发", "每条推送的第一次回答都丢失，微信再推一次", "下一句就起作用"],
};
const WRITES = "机器人主动发消息时起作用：打开“回答变慢”再问一句";
const HINT = "先打开“回答变慢”，再问一句：回答来不及，机器人就主动发一条，别的故障这时起作用。“推送重发”单开就行。";

const labelled = (name) => FAULTS[name] ?? [name, "微信侧的一种故障"];

export class Panel {
  constructor(line, { say }) {
    this.line = line;
    this.say = say;
    this.switches = new Map();
    this.following = false;
    find("tries").append(...TRIES.map(([words, note]) => this.attempt(words, note)));
    find("scenes").append(...SCENES.map(([scene, label]) => this.scene(scene, label)), this.ownScene());
    find("follow").addEventListener("click", () =>
      this.run(this.following ? "unfollow" : "follow", this.following ? {} : { scene: "" }),
    );
    find("reset").addEventListener("click", () => this.run("reset"));
    const another = find("another");
    another.href = anotherPhone();
    another.addEventListener("click", () => (another.href = anotherPhone())); // each time somebody else
    this.drawer();
  }

  async run(path, body) {
    const problem = await this.line.post(path, body);
    if (problem) toast(problem);
    return !problem;
  }

  attempt(words, note) {
    const act = () => {
      this.close();
      this.say(words);
    };
    return make(
      "li",
      {},
      make("button", { "data-test": "try", onclick: act }, make("span", {}, words), make("small", {}, note)),
    );
  }

  scene(scene, label) {
    const act = () => {
      this.close();
      this.run("follow", { scene });
    };
    return make("button", { class: "chip", title: scene, "data-test": "scene", onclick: act }, label);
  }

  ownScene() {
    const field = make("input", {
      placeholder: "其他场景值",
      "aria-label": "其他场景值",
      maxlength: 64,
      "data-test": "scene-input",
    });
    const submit = (event) => {
      event.preventDefault();
      if (field.value.trim()) this.run("follow", { scene: field.value.trim() });
    };
    return make(
      "form",
      { class: "chip own", onsubmit: submit },
      field,
      make("button", { "aria-label": "扫这个场景的码" }, icon("next")),
    );
  }

  /** Show the account, the follower and the faults. */
  show({ account, phone, faults, console: door }) {
    find("console-door").hidden = !door;
    if (door) find("console-door").href = door;
    this.following = phone.following;
    find("about-name").textContent = account.name;
    find("tags").replaceChildren(...traits(account, { technical: true }).map((tag) => make("span", {}, tag)));
    find("follow").textContent = phone.following ? "取消关注" : "关注";
    find("follow").classList.toggle("quiet", phone.following);
    find("phone-state").replaceChildren(...this.described(phone));
    Object.entries(faults).forEach(([name, on]) => this.fault(name, on));
    const effects = Object.keys(faults)
      .filter((name) => faults[name])
      .map((name) => `${labelled(name)[0]}：${labelled(name)[1]}。${labelled(name)[2] ?? WRITES}。`);
    find("effects").textContent = effects.join("") || HINT;
  }

  described({ following, window: reach }) {
    const dot = make("i", { class: following ? "dot on" : "dot" });
    if (!following) return [dot, "还没有关注"];
    const open = reach.left > 0 && reach.until * 1000 > Date.now();
    const words = open ? `客服消息还可发 ${reach.left} 条，至 ${dated(reach.until)}` : "客服消息窗口已关";
    return [dot, "已关注", make("small", {}, words)];
  }

  fault(name, on) {
    if (!this.switches.has(name)) {
      const [label, note, when = WRITES] = labelled(name);
      const flip = () => this.run("fault", { name, on: button.getAttribute("aria-checked") !== "true" });
      const button = make(
        "button",
        { class: "chip fault", role: "switch", title: `${note}。${when}。`, "data-test": `fault-${name}`, onclick: flip },
        label,
      );
      find("faults").append(button);
      this.switches.set(name, button);
    }
    this.switches.get(name).setAttribute("aria-checked", String(on));
  }

  // On a narrow screen the panel is a drawer.

  drawer() {
    const handle = find("handle");
    handle.addEventListener("click", () => this.open());
    find("drawer-close").addEventListener("click", () => this.close());
    find("shade").addEventListener("click", () => this.close());
    find("panel").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  open() {
    document.body.classList.add("drawer-open");
    find("screen").inert = true;
    find("handle").setAttribute("aria-expanded", "true");
    find("drawer-close").focus();
  }

  close() {
    if (!document.body.classList.contains("drawer-open")) return;
    document.body.classList.remove("drawer-open");
    find("screen").inert = false;
    find("handle").setAttribute("aria-expanded", "false");
    find("handle").focus();
  }
}
