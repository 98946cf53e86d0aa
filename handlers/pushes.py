"""What stands over news and announcements beneath an answer, and what the outbox command says."""

from __future__ import annotations

from handlers.declining import DECLINE

# Over what was subscribed to and over announcements alike; it takes room from both, so it has no link.
HEADING = f"📌 给您的消息（不收单位公告：回复“{DECLINE}”）："

# And at the end of an announcement that leaves by itself, where whoever writes it leaves it there.
ENDING = f"不收单位公告：回复“{DECLINE}”"

CHANNELS = {"custom": "客服消息", "template": "模板消息", "subscribe": "订阅通知", "mass": "群发"}

STATES = {
    "waiting": "等待发送",
    "sending": "发送中",
    "sent": "已发出",
    "failed": "失败",
    "skipped": "跳过",
    "unknown": "结果不明",
}

REASONS = {
    "window": "对方48小时内没有来过消息，或客服消息条数已用完",
    "refused": "对方没有同意或已拒收这类通知",
    "blocked": "对方关闭了本号的消息，或被拉黑",
    "gone": "对方已取消关注",
    "left": "对方已取消关注，资料已删除",
    "late": "过了有效时间",
    "interrupted": "发送途中程序中断",
    "few": "名单上只剩不到两人",
    "unknown": "微信说找不到这位关注者",
}

NOTICES = {
    "new": "新政策",
    "changed": "政策有变化",
    "expiring": "到期提醒",
    "corrected": "更正",
    "wish": "要过的政策",
    "digest": "几条合在一起的",
    "announced": "公告",
    "gathered": "按天按周汇总的（人数）",
}

OUTBOX: dict[str, str] = {
    **{f"channel {name}": word for name, word in CHANNELS.items()},
    **{f"state {name}": word for name, word in STATES.items()},
    **{f"reason {name}": word for name, word in REASONS.items()},
    **{f"notice {name}": word for name, word in NOTICES.items()},
    "pending": "等着排进发件箱的通知：{detail}；最早{when}起发（夜里和休息日不打扰，见设置 [push]）",
    "following": "等对方下次来消息时附上的：{detail}",
    "at once": "现在",
    "comma": "，",
    "counts": "发件箱：{detail}",
    "empty": "发件箱是空的",
    "stands": "{channel}：今天已发{used}次{state}",
    "paused": "，暂停到{until}（{reason}）",
    "halted": "，已停用，需要处理后恢复（{reason}）",
    "line": "{id}  {when}  {channel}  {state}  试了{attempts}次  {reason}",
    "none": "没有“{state}”的消息",
    "more": "只列出最新的{many}条，加 --many 可以多列",
    "advice": "“结果不明”的请先核实对方有没有收到，再用 --retry 编号 重发；“失败”的改正后也用它重发。",
    "retried": "{many}条将重新发送：{ids}",
    "not_retried": "这些编号没有重发（不存在，或不是“失败”“结果不明”）：{ids}",
    "announced": "这些编号属于群发公告，没有重发，请用 broadcast retry 重发公告中失败的人：{ids}",
    "resumed": "{channel}已恢复发送",
    "no_channel": "没有这个通道：{name}。可以写：{known}",
    "no_state": "没有这个状态：{name}。可以写：{known}",
}
