"""我的数据, 导出我的数据, 删除我的数据: what is kept of a follower, to see, to take along, to have erased."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from bot.chinese import fold, numeral
from bot.context import Context
from bot.conversation import Conversation
from bot.person import Dossier, Erase, Said
from bot.replies import TEXT_LIMIT, Answer, Say, say_link, web_link
from handlers.enterprise import FORGETTING
from handlers.notices import name_of
from handlers.subscriptions import SPOKEN

ERASING = "erase"  # what 确认删除 answers to
SHANGHAI = timezone(timedelta(hours=8))
SHOWN = 3  # questions shown in the overview
LONGEST = 120  # characters of one answer in a chat's page
OURS = "(?:我|俺|咱|本人|自己|个人|我们|本公司|我公司)的?"
KEPT = "(?:数据|信息|资料|记录|聊天记录|对话记录|隐私|档案)"
HERE = "就在这里看"  # typed as well as tapped
SHOW = re.compile(
    f"(?:查看?|看看?|看一下|显示|我要看|我想看)?(?:一下)?(?:{OURS}{KEPT}|你们?(?:存|留|保存|记录|收集)了?{OURS}?(?:什么|哪些|啥){KEPT}?)(?:有哪些|是什么|呢|吗)?"
)
EXPORT = re.compile(
    f"(?:我要|我想|请|帮我)?(?:导出|下载|备份|打包)(?:一下)?(?:全部|所有)?(?:{OURS})?(?:全部|所有)?{KEPT}([0-9]*|第?[0-9一二三四五六七八九十]+页?)"
)
DELETE = re.compile(
    f"(?:我要|我想|请|帮我|把|给我)*(?:(?:删除|删掉|删了|删|清除|清空|清掉|抹掉|注销|销毁)(?:一下|掉)?(?:{OURS})?(?:全部|所有|一切)?(?:的)?(?:{KEPT}|账号|账户)|"
    f"(?:{OURS})(?:全部|所有)?(?:的)?(?:{KEPT}|账号|账户)(?:都|全部|全)?(?:删除|删掉|删了|删|清除|清空|清掉|注销)(?:了|掉|吧)*)"
)
MINE = "(?:我们?|俺们?|咱们?|本人|自己|个人|本公司|本单位|本企业|敝司)"
LEFT = (
    f"(?:{KEPT}|账号|账户|聊天|对话|问答|痕迹|历史|底子"
    "|(?:问|说|发|聊|填|写|留|存|登记|提交|输入)(?:过|下|的|了)+的?(?:东西|话|内容|问题)?)"
)
GONE = "(?:删|清除|清空|清掉|清理|清干净|抹|注销|销毁|去掉|擦掉|擦除|忘掉|忘了|撤掉|撤销)"
# Erasure in any words: 把我在你这的信息都删干净, 不要保留我的聊天记录, 把我忘了吧.
ERASURE = re.compile(
    f"{MINE}.{{0,10}}?{LEFT}.{{0,10}}?{GONE}|{GONE}.{{0,6}}?{MINE}.{{0,12}}?{LEFT}|{GONE}.{{0,6}}?个人(?:信息|数据|资料|隐私)"
    f"|(?:别|不要|不想|不许|不准|不同意|不允许|停止|禁止)(?:再|你们?|您|让|被|继续|给我)*(?:留存?|存|保存|保留|留着|收集|记录|记|使用)(?:着|下)?.{{0,4}}?{MINE}.{{0,8}}?{LEFT}"
    f"|把?{MINE}(?:彻底|完全|全部|都)*(?:从.{{0,8}}?里?)?(?:忘了|忘掉|抹掉|抹去|清除|清掉|删了|删掉|删除)(?:吧|了|谢谢|行吗|好吗|干净)*$"
)
# A question of it, a subscription, and what other offices hold.
NO_ERASURE = re.compile(
    "会不会|是不是|有没有|多久|什么时候|啥时候|被|删了没|删没删|为什么|为啥|订阅|推送|提醒|公告|名单|列表|群发|补|奖|申报|政策|扶持"
    "|(?:别|不要|不用|甭)(?:再|给|跟|我们?|俺们?)*[发推]|报名|网站|平台上|窗口|工商|税务|营业执照|设备|工业"
)
LONGEST_WISH = 40  # characters: nobody asks for it at length
CONFIRM = "确认删除"
KINDS = {
    "Text": "", "Voice": "语音", "Image": "图片", "Video": "视频", "Location": "位置", "File": "文件", "Link": "链接",
    "Clicked": "菜单", "Followed": "关注", "Scanned": "扫码",
}  # fmt: skip


async def answer(ctx: Context) -> Answer | None:
    """Whatever a follower wants with what is kept of them."""
    words = fold(ctx.words).text.rstrip("吧呗啊呀") if ctx.words else ""
    if not words:
        return None
    if words == CONFIRM:
        return await _erase(ctx)
    if words == HERE:
        return await _export(ctx, "1")
    if found := EXPORT.fullmatch(words):
        return await _export(ctx, found[1])
    return await _show(ctx) if SHOW.fullmatch(words) else None


async def erasing(ctx: Context) -> Answer | None:
    """Whoever wants what is kept of them erased, in whatever words: asked once more before it is."""
    words = fold(ctx.words).text.rstrip("吧呗啊呀") if ctx.words else ""
    if not words or len(words) > LONGEST_WISH or FORGETTING.fullmatch(words):
        return None
    wished = ERASURE.search(words) and not NO_ERASURE.search(words) and "bait" not in ctx.finding.question.signs
    return await _ask(ctx) if DELETE.fullmatch(words) or wished else None


async def _show(ctx: Context) -> Answer:
    """What is kept, and what can be done about it."""
    dossier = await ctx.dossier()
    lines = ["这里存着您的这些数据：", *_overview(ctx, dossier)]
    if asked := _questions(dossier)[:SHOWN]:
        lines += ["最近问过：", *(f"· {_minute(said.time)} {_spoken(said)[:20]}" for said in asked)]
    links = [
        say_link("我的订阅", "我的订阅"),
        say_link("导出我的数据", "导出我的数据"),
        say_link("删除我的数据", "删除我的数据"),
    ]
    lines += ["没有您的微信昵称和头像；取消关注后全部删除。", "👉 " + " ｜ ".join(links)]
    return _said("\n".join(lines))


def _overview(ctx: Context, dossier: Dossier) -> list[str]:
    person = dossier.person
    lines = [f"· 关注时间：{_minute(dossier.followed)}"] if dossier.followed else []
    if dossier.scene:
        lines.append(f"· 关注时扫的码：{dossier.scene[:20]}")
    lines.append(f"· 问答：{len(_questions(dossier))}条，过了保存期自动删除")
    names = [name_of(one.kind, one.value) for one in person.wanted]
    lines.append(f"· 订阅：{'、'.join(names) or '没有'}" + (f"（{SPOKEN[person.rhythm]}）" if names else ""))
    if person.declines:
        lines.append("· 单位公告：您已退订（紧急情况除外）")
    facts = [_fact(ctx, key, value) for key, value in person.facts.items()]
    lines.append(f"· 企业情况：{'；'.join(facts) or '没有'}")
    if person.consented:
        lines.append(f"· 同意保存企业情况：{_minute(person.consented)}")
    if dossier.remarks:
        lines.append(f"· 给工作人员的留言：{len(dossier.remarks)}条")
    if dossier.pending:
        lines.append(f"· 等着发给您的消息：{dossier.pending}条")
    if dossier.sent:
        lines.append(f"· 主动发给您的消息：{dossier.sent}条")
    if dossier.announced:
        lines.append(f"· 发给过您的单位公告：{len(dossier.announced)}条")
    if dossier.grants:
        lines.append(f"· 您同意过、还没用的微信订阅通知：{dossier.grants}次")
    return lines


def _fact(ctx: Context, key: str, value: float | str) -> str:
    fact = ctx.corpus.facts.get(key)
    shown = value if isinstance(value, str) else f"{value:g}{fact.unit if fact else ''}"
    return f"{fact.name if fact else key} {shown}"


async def _export(ctx: Context, page: str) -> Answer:
    """All of it: by a link to a page where there are pages, and in the chat, page by page."""
    dossier = await ctx.dossier()
    number = int(numeral("".join(char for char in page if char not in "第页")) or 1) if page else 0
    if ctx.office.export_link is not None and not number:
        link = web_link("打开我的数据", ctx.office.export_link(ctx.message.openid, ctx.now.timestamp()))
        chat = say_link(HERE, "导出我的数据 1")
        said = f"您的全部数据在这一页，可以保存成文件：{link}\n链接30分钟内有效，谁拿到都能看，请不要转发。\n👉 {chat}"
        return _said(said)
    pages = _pages([*_overview(ctx, dossier), *_talk(dossier)])
    number = min(max(number, 1), len(pages))
    lines = [f"我的数据，第{number}页，共{len(pages)}页：", *pages[number - 1]]
    if number < len(pages):
        lines.append("👉 " + say_link("下一页", f"导出我的数据 {number + 1}"))
    return _said("\n".join(lines))


def _talk(dossier: Dossier) -> list[str]:
    """Every message and answer, and every remark, newest first."""
    lines = []
    for said in dossier.said:
        answer = said.answer.replace("\n", " ")
        cut = answer if len(answer) <= LONGEST else answer[:LONGEST] + "…"
        lines += [f"{_minute(said.time)} 您：{_spoken(said)}", *([f"　答：{cut}"] if cut else [])]
    lines += [f"{_minute(time)} 您给工作人员的留言：{text}" for time, text in dossier.remarks]
    return [*lines, *(f"{_minute(time)} 收到单位公告：{title}" for time, title in dossier.announced)]


def _pages(lines: Sequence[str]) -> list[list[str]]:
    """Lines by pages that each fit into one message."""
    pages: list[list[str]] = [[]]
    room = space = TEXT_LIMIT - 300
    for line in lines:
        while len(line.encode()) > space:  # a message may be as long as a page
            kept = line.encode()[:space].decode(errors="ignore")
            pages += [[kept], []]
            line, room = line[len(kept) :], space
        size = len(line.encode()) + 1
        if size > room:
            pages.append([])
            room = space
        pages[-1].append(line)
        room -= size
    return [page for page in pages if page] or [[]]


async def _ask(ctx: Context) -> Answer:
    """Once, before anything is deleted."""
    dossier = await ctx.dossier()
    ctx.remember(Conversation(focus=ctx.conversation.focus, wanted=ERASING))
    counts = [
        f"{len(_questions(dossier))}条问答",
        f"{len(dossier.person.wanted)}项订阅",
        *(["企业情况"] if dossier.person.facts else []),
        *([f"{len(dossier.remarks)}条留言"] if dossier.remarks else []),
    ]
    lines = [
        f"要删除：{'、'.join(counts)}。删了不能恢复，订阅的消息也不再发。",
        *(["您退订单位公告的要求也会一起删除，之后不想收请再说“退订公告”。"] if dossier.person.declines else []),
        f"确定的话请回复 {say_link(CONFIRM, CONFIRM)}；不删就不用管。",
    ]
    return Answer(reply=Say(text="\n".join(lines)), intent="unsubscribe")


async def _erase(ctx: Context) -> Answer:
    """What was confirmed, if it was asked for."""
    if ctx.conversation.wanted != ERASING:
        return _said(f"还没有要删除的内容等您确认。要删除您的数据，请说：{say_link('删除我的数据', '删除我的数据')}")
    ctx.change(Erase(but=ctx.message.key))
    lines = [
        "已删除：问答记录、订阅、企业情况、留言、等着发给您的消息。",
        f"还留着：您关注了本公众号，以及这一条“{CONFIRM}”和它的回复（过了保存期自动删除）。取消关注，这些也会删除。",
    ]
    return _said("\n".join(lines))


def _questions(dossier: Dossier) -> list[Said]:
    return [said for said in dossier.said if said.text and said.kind not in ("Followed", "Left", "Scanned")]


def _spoken(said: Said) -> str:
    kind = KINDS.get(said.kind, said.kind)
    return f"[{kind}]{said.text}" if kind else said.text


def _moment(time: float) -> datetime:
    return datetime.fromtimestamp(time, UTC).astimezone(SHANGHAI)


def _minute(time: float) -> str:
    moment = _moment(time)
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


def _said(text: str) -> Answer:
    return Answer(reply=Say(text=text), intent="help")
