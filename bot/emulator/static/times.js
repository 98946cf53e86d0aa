// Times as a phone in China says them. All instants are seconds since 1970.

const ZONE = "Asia/Shanghai";
const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const SECONDS = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = format({ year: "numeric", month: "long", day: "numeric" });
const SHORT = format({ month: "long", day: "numeric" });
const WEEKDAY = format({ weekday: "long" });
const ORDINAL = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE }); // 2026-11-22

function format(parts) {
  return new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hourCycle: "h23", ...parts });
}

function daysAgo(seconds, now) {
  const midnight = (instant) => Date.parse(ORDINAL.format(instant));
  return Math.round((midnight(now) - midnight(seconds * 1000)) / 86_400_000);
}

/** 14:05, with seconds where asked. */
export function clock(seconds, { exact = false } = {}) {
  return (exact ? SECONDS : CLOCK).format(seconds * 1000);
}

/** What the chat shows above a message: 14:05, 昨天 14:05, 星期三 14:05, 2026年11月20日 14:05. */
export function spoken(seconds, now = Date.now()) {
  const days = daysAgo(seconds, now);
  if (days <= 0) return clock(seconds);
  if (days === 1) return `昨天 ${clock(seconds)}`;
  if (days < 7) return `${WEEKDAY.format(seconds * 1000)} ${clock(seconds)}`;
  return `${DAY.format(seconds * 1000)} ${clock(seconds)}`;
}

/** 11月24日 14:05. */
export function dated(seconds) {
  return `${SHORT.format(seconds * 1000)} ${clock(seconds)}`;
}
