"""绑定 and, for staff whose phone is bound, 公告进度, 公告 12, 测试公告 12: announcements from their own chat."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from bot.chinese import fold, numeral
from bot.context import Context
from bot.duty import Duty, Standing
from bot.person import BindPhone, ShowTest
from bot.replies import Answer, Say, fitting, say_link, web_link
from handlers.broadcasts import STATES, WHY

SHANGHAI = timezone(timedelta(hours=8))
ONE = "(?:公告|群发|通知公告)"
NUMBER = "第?([0-9]{1,9}|[一二三四五六七八九十百零两]{1,6})[号条个]?"
HOW = "(?:(?:进度|进展|情况|状态|结果)(?:怎么样了?|如何|呢)?|怎么样了?|发得怎么样了?|发完了?[吗没]|到哪了|发了多少了?)"
LOOK = "(?:看看?|看一下|查看?|查一下|查询)?"
BIND = re.compile("(?:我要|请)?绑定(?:手机|微信|账号|我的微信)?(?:验证码)?([a-z0-9]{6,12})")
ALL = re.compile(f"{LOOK}(?:群发|{ONE}的?{HOW}|(?:正在发|等着发|发送中|等时间)的{ONE}|{ONE}列表)")
SINGLE = re.compile(f"{LOOK}(?:{ONE}{NUMBER}|{NUMBER}{ONE})的?{HOW}?")
TEST = re.compile(
    f"(?:请|给我)?(?:(?:{ONE}(?:测试|试发|试看){NUMBER})|(?:(?:测试|试发|试看)(?:一下)?{ONE}{NUMBER})|(?:(?:测试|试发|试看)(?:一下)?{NUMBER}{ONE})|(?:{ONE}{NUMBER}(?:测试|试发|试看)))"
)
BINDS, KNOWN = re.compile("[绑綁]"), re.compile("公告|群[发發]")  # of everything else no more is asked
LONGEST = 30  # characters: nobody says this at length
NO_CODE = "验证码不对，或者已经过期、用过了。请在管理台“我的账号”里重新显示一个，10分钟内发过来。"
BOUND = "已绑定：您的微信现在是管理台账号“{name}”的手机。"
HELP = (
    "在这里可以说：公告进度、公告 12（12是编号）、测试公告 12（发到您自己手机上试看）。解除绑定请到管理台“我的账号”。"
)


async def bind(ctx: Context) -> Answer | None:
    """A code that the console showed to a member of staff."""
    found = BIND.fullmatch(fold(ctx.words).text) if BINDS.search(ctx.words) else None
    if found is None:
        return None
    duty = await ctx.duty(code=found[1])
    if not duty.binds:
        return None
    if not duty.invited:
        return _said(NO_CODE)
    ctx.change(BindPhone(digest=duty.digest))
    return _said(f"{BOUND.format(name=duty.invited)}\n{HELP}")


async def answer(ctx: Context) -> Answer | None:
    """What staff ask of announcements; everybody else's words are for the next handlers."""
    words = fold(ctx.words).text if KNOWN.search(ctx.words) else ""
    if not words or len(words) > LONGEST:
        return None
    if ALL.fullmatch(words):
        duty = await ctx.duty()
        return _all(ctx, duty) if duty.staff else None
    tested, single = TEST.fullmatch(words), SINGLE.fullmatch(words)
    number = _number(tested or single)
    if not number:
        return None
    duty = await ctx.duty(number)
    if not duty.staff:
        return None
    if duty.asked is None:
        return _said(f"没有{number}号公告。👉 {say_link('公告进度', '公告进度')}")
    return _test(ctx, duty, duty.asked) if tested else _said(_told(ctx, duty.asked))


def _number(found: re.Match[str] | None) -> int:
    """The number of the announcement that is meant; 0 where none is."""
    text = next(filter(None, found.groups()), "") if found else ""
    return int(numeral(text) or 0) if text else 0


def _all(ctx: Context, duty: Duty) -> Answer:
    """What runs, waits or pauses."""
    links = "👉 " + _link(ctx, "")
    if not duty.under_way:
        return _said(f"现在没有发送中或等时间的公告。\n{links}")
    heads = [_line(one) for one in duty.under_way]
    kept = heads[: fitting(heads, [links])]
    return _said("\n".join([*kept, links]))


def _line(one: Standing) -> str:
    skipped = f"，跳过{one.skipped}" if one.skipped else ""
    return f"{say_link(f'{one.id}号', f'公告 {one.id}')} {one.name}：{_state(one)}{_figures(one)}{skipped}"


def _told(ctx: Context, one: Standing) -> str:
    """One announcement, in full."""
    lines = [f"{one.id}号公告：{one.name}", f"状态：{_state(one)}{_figures(one)}"]
    if one.skipped:
        lines.append(f"跳过（退订公告、没有可用的方式等）：{one.skipped}人")
    if one.began:
        ended = f"，{_minute(one.ended)}结束" if one.ended else ""
        lines.append(f"{_minute(one.began)}开始{ended}")
    test = say_link("发到我手机试看", f"测试公告 {one.id}")
    return "\n".join([*lines, f"👉 {test} ｜ {_link(ctx, one.id)}"])


def _state(one: Standing) -> str:
    state = STATES.get(one.state, one.state)
    if one.why and one.state == "paused":
        state += f"（{WHY.get(one.why, one.why)}）"
    return f"{state}，{_minute(one.start)}起发" if one.state == "scheduled" and one.start else state


def _figures(one: Standing) -> str:
    """How far it is, once somebody is in it."""
    if not one.audience:
        return ""
    bad = [f"失败{one.failed}" if one.failed else "", f"结果不明{one.unknown}" if one.unknown else ""]
    return "，".join([f"，已处理{one.settled}/{one.audience}，已发出{one.reached}", *filter(None, bad)])


def _test(ctx: Context, duty: Duty, one: Standing) -> Answer:
    """Send it to their own phone."""
    if not duty.may_test:
        return _said("您的账号只能查看。要发测试，请管理员把角色改成“编辑”。")
    if duty.faults:
        return _said(f"{one.id}号公告的内容还没写好，发不了测试。请先在管理台改好：{_link(ctx, one.id)}")
    if not duty.calls:
        return _said(f"本公众号不能主动发消息，发不了测试。请在管理台看手机预览：{_link(ctx, one.id)}")
    ctx.change(ShowTest(announcement=one.id, staff=duty.staff, who=duty.name, calls=duty.calls))
    several = f"，共{len(duty.calls)}种样子" if len(duty.calls) > 1 else ""
    return _said(f"{one.id}号公告“{one.name}”马上发到您手机上试看{several}，别人收不到。")


def _link(ctx: Context, number: int | str) -> str:
    url = ctx.office.public_url
    where = f"{url}/console/broadcasts/{number}".rstrip("/")
    return web_link("打开管理台", where) if url else "详情见管理台的群发公告"


def _minute(time: float) -> str:
    return f"{datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI):%m-%d %H:%M}"


def _said(text: str) -> Answer:
    return Answer(reply=Say(text=text), intent="help")
