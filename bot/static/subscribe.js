// The subscribe button of a policy's page: shown once the platform's script has taken the signature of the page.
"use strict";
(() => {
  const box = document.querySelector("[data-subscribe]");
  const said = box && box.querySelector("[role=status]");
  if (!box || typeof wx === "undefined") return;
  const data = box.dataset;
  wx.config({
    debug: false,
    appId: data.app,
    timestamp: Number(data.timestamp),
    nonceStr: data.nonce,
    signature: data.signature,
    jsApiList: ["checkJsApi"],
    openTagList: ["wx-open-subscribe"],
  });
  const show = () => box.classList.add("ready");
  const hide = () => box.classList.remove("ready");
  wx.ready(show);
  wx.error(hide);
  document.addEventListener("WeixinOpenTagsError", hide);
  const button = box.querySelector("wx-open-subscribe");
  const accepted = (details) => {
    try {
      return Object.values(JSON.parse(details)).some((one) => JSON.parse(one).status === "accept");
    } catch {
      return false;
    }
  };
  button.addEventListener("success", (event) => {
    said.textContent = accepted(event.detail.subscribeDetails) ? data.accepted : data.declined;
  });
  button.addEventListener("error", () => {
    said.textContent = data.failed;
  });
})();
