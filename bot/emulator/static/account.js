// What an official account is, in the words its console uses.

const KINDS = { service: "服务号", subscription: "订阅号", test: "测试号" };
const MODES = { safe: "安全模式", compatible: "兼容模式", plain: "明文模式" };

/** Its kind and whether it is certified; with `technical` also how its pushes are encrypted. */
export function traits(account, { technical = false } = {}) {
  const known = [KINDS[account.kind] ?? account.kind, account.certified ? "已认证" : "未认证"];
  return technical ? [...known, MODES[account.mode] ?? account.mode] : known;
}
