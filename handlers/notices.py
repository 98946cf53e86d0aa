"""What people are told of their own accord: a new policy, what has changed in one, a last day, a correction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.chinese import day, money, share
from bot.differences import Difference
from bot.notices import CHANGED, CORRECTED, EXPIRING, NEW, Criterion, News, Told, Wording
from bot.policies import AnyBenefit, Paper, Policy
from bot.replies import fitting, say_link, web_link
from handlers import wording

ALL, REMINDED = "全部政策", "到期提醒"  # what one says to subscribe to these
NAMES = {"all": ALL, "expiring": REMINDED}
HEADS = {NEW: "🆕 新政策", CHANGED: "🔔 政策有变化", EXPIRING: "⏰ 快到期", CORRECTED: "❗ 更正"}
SHORT = {NEW: "新政策", CHANGED: "有变化", EXPIRING: "快到期", CORRECTED: "更正"}
FIGURES = {"amount": "金额", "cap": "上限", "cap_year": "一家一年最多", "cap_total": "一家累计最多"}
LINES = {
    "who": "谁能报",
    "condition": "条件",
    "offer": "支持方式",
    "unit": "责任单位",
    "given_to": "对象",
    "note": "说明",
}
MOST = 4  # subscriptions named below a message
BRIEFLY = 3  # facts named where several stand beneath an answer
LONGEST = 60  # characters of one line in a list of several
NO_END = "未列截止日期"
OTHER_RULES = "发放的条件有调整，详情看全文"


def name_of(kind: str, value: str) -> str:
    """A subscription as people say it."""
    return NAMES.get(kind) or ("市级" if (kind, value) == ("district", "市") else value)


def gives(policy: Policy) -> tuple[str, ...]:
    """What a new policy gives, and who qualifies."""
    who = (f"谁能报：{'；'.join(policy.who)}",) if policy.who else ()
    return (policy.summary, *who)


def changes(found: Sequence[Difference]) -> tuple[str, ...]:
    """What has changed, each as what it was and what it is."""
    return tuple(dict.fromkeys(_change(difference) for difference in found))


def _change(one: Difference) -> str:
    head = f"{one.of}：" if one.of else ""
    match one.field:
        case "end" | "start":
            label, form = ("有效期", "至{}") if one.field == "end" else ("施行日期", "{}")
            none = NO_END if one.field == "end" else "未列"
            return f"{label}：{_day(one.before, form, none)}→{_day(one.after, form, none)}"
        case "percent":
            return head + _from_to("比例", share, one)
        case "amount" | "cap" | "cap_year" | "cap_total":
            return head + _from_to(FIGURES[one.field], money, one)
        case "phone":
            return f"{one.of}电话：{_phones(one.before)}→{_phones(one.after)}"
        case "paper":
            return f"依据：{_paper(one.before)}→{_paper(one.after)}"
        case "tier":
            return f"{head}{wording.tier(*one.before)}→{wording.tier(*one.after)}"
        case "benefit":
            return _came_and_went("", _rule(one.before), _rule(one.after))
        case "terms":
            before, after = _rule(one.before), _rule(one.after)
            return f"{before}→{after}" if before != after else f"{head}{OTHER_RULES}"
        case "rules":
            return f"{head}{OTHER_RULES}"
        case field:
            return head + _came_and_went(LINES[field], one.before or "", one.after or "")


def _from_to(label: str, write: object, one: Difference) -> str:
    assert callable(write)
    before, after = (None if value is None else str(write(value)) for value in (one.before, one.after))
    if before is None:
        return f"{label}定为{after}"
    return f"{label}{before}→{after}" if after is not None else f"{label}不再写明（原{before}）"


def _came_and_went(label: str, before: str, after: str) -> str:
    if before and after:
        return f"{label}{'：' if label else ''}{before}→{after}"
    return (
        f"{label}{'增加' if label else '新增'}：{after}" if after else f"{label}{'去掉' if label else '取消'}：{before}"
    )


def _day(value: date | None, form: str, none: str) -> str:
    return form.format(day(value)) if value else none


def _phones(value: tuple[str, ...]) -> str:
    return "、".join(value) or wording.NO_PHONE


def _paper(value: Paper) -> str:
    return wording.paper(value)


def _rule(value: AnyBenefit | None) -> str:
    return wording.benefit(value) if value is not None else ""


def notice(told: Sequence[Told], today: date, public_url: str) -> Wording:
    """One fact in full, or several in a list."""
    return _single(told[0], today, public_url) if len(told) == 1 else _several(told, today, public_url)


def _single(told: Told, today: date, public_url: str) -> Wording:
    news, why = told.news, told.why
    head = f"{HEADS[news.kind]}：【{news.title}】（{_place(news)}）"
    lead = [f"🎉 您要的“{name_of(why.kind, why.value)}”有政策了。"] if why.wish else []
    if news.kind == CORRECTED:
        lead = ["之前答复您的内容有误，向您更正，以这次的为准。"]
    links = [say_link("看这条政策", news.title, news.policy)]
    if public_url:
        links.append(web_link("全文", f"{public_url}/p/{news.policy}"))
    tail = [*_period(news, today), *_desk(news), "👉 " + " ｜ ".join(links), *_way_out([why])]
    lines = [f"· {line}" for line in news.lines] if news.kind == CHANGED else list(news.lines)
    kept = lines[: fitting(lines, [*lead, head, *tail])]
    if len(kept) < len(lines):
        kept.append("· ……其余看这条政策" if news.kind == CHANGED else "……其余看这条政策")
    return Wording(
        text="\n".join([*lead, head, *kept, *tail]),
        brief=_corrected(news) if news.kind == CORRECTED else _brief(told, today),
        title=f"{SHORT[news.kind]}：{news.title}",
        fields=_fields(news, today),
    )


def _several(told: Sequence[Told], today: date, public_url: str) -> Wording:
    """Wishes first, then changes, then what is new, then last days by nearness; what does not fit is counted."""
    order = sorted(told, key=lambda one: (not one.why.wish, _rank(one.news), one.news.end or date.max))
    head = f"您订阅的内容有{len(told)}条消息："
    tail = [*_way_out([one.why for one in order]), "要改：" + say_link("我的订阅", "我的订阅")]
    if public_url:
        tail.insert(0, web_link("网页版全部政策", f"{public_url}/policies"))
    lines = [f"· {_brief(one, today)}" for one in order]
    fit = fitting(lines, [head, *tail], spare=120)
    rest = [f"……还有{len(lines) - fit}条，问“哪些政策快到期了”或看网页版。"] if fit < len(lines) else []
    first = order[0].news
    fields = {**_fields(first, today), "title": f"{first.title}等{len(told)}条", "kind": "政策消息"}
    few = lines[:BRIEFLY]
    brief = "\n".join([head, *few, *([f"……还有{len(lines) - len(few)}条"] if len(lines) > len(few) else [])])
    text = "\n".join([head, *lines[:fit], *rest, *tail])
    return Wording(text=text, brief=brief, title=f"{len(told)}条政策消息", fields=fields)


def _rank(news: News) -> int:
    return (CORRECTED, CHANGED, NEW, EXPIRING).index(news.kind)


def _brief(one: Told, today: date) -> str:
    """One line of a list: which policy, and the gist."""
    news = one.news
    link = say_link(news.title, news.title, news.policy)
    kind = f"您要的“{name_of(one.why.kind, one.why.value)}”" if one.why.wish else SHORT[news.kind]
    gist = (
        _left(news, today)
        if news.kind == EXPIRING
        else "；".join(news.lines[:2] if news.kind == CHANGED else news.lines[:1])
    )
    if news.kind != EXPIRING and news.end is not None and news.end < today:
        gist = f"已于{day(news.end)}到期"
    cut = gist if len(gist) <= LONGEST else gist[: LONGEST - 1] + "…"
    return f"{kind}｜{link}（{_place(news)}）：{cut}"


def _corrected(news: News) -> str:
    """A correction in brief: what was wrong and where it stands right. What it says is never cut, so it is said only
    where it is short."""
    note = news.lines[0] if news.lines and len(news.lines[0]) <= LONGEST else ""
    link = say_link(news.title, news.title, news.policy)
    return f"❗ 更正：之前答复您的{link}（{_place(news)}）内容有误，以现在的为准。{note}"


def _place(news: News) -> str:
    return "市级" if news.place == "市" else news.place


def _left(news: News, today: date) -> str:
    """How long it is still in force, by today."""
    if news.end is None:
        return f"资料{NO_END}"
    left = (news.end - today).days
    if left < 0:
        return f"已于{day(news.end)}到期"
    return f"还剩{left}天，最后一天是{day(news.end)}" if left else f"今天（{day(news.end)}）是最后一天"


def _period(news: News, today: date) -> list[str]:
    if news.end is None:
        return []
    over = news.end < today
    return [
        f"{'❌ ' if over else '⏰ '}{_left(news, today)}{'' if over or news.kind != EXPIRING else '，要报请抓紧'}。"
    ]


def _desk(news: News) -> list[str]:
    return [f"☎ {wording.desk(news.unit, news.phone)}"] if news.unit else []


def _way_out(reasons: Sequence[Criterion]) -> list[str]:
    """Why they are told, and how to stop it."""
    names = dict.fromkeys(name_of(why.kind, why.value) for why in reasons if why.kind != "answered")
    if not names:
        return []
    links = [say_link(f"退订{name}", f"退订 {name}") for name in names]
    listed, more = "、".join(f"“{name}”" for name in list(names)[:MOST]), "等" if len(links) > MOST else ""
    return [f"您订阅了{listed}{more}；不想再收：{'　'.join(links[:MOST])}"]


def _fields(news: News, today: date) -> dict[str, str]:
    """The values that templates may name."""
    return {
        "kind": SHORT[news.kind],
        "title": news.title,
        "change": news.lines[0] if news.lines else _left(news, today),
        "date": day(news.end) if news.end else "",
        "unit": news.unit,
        "phone": news.phone,
        "place": _place(news),
    }
