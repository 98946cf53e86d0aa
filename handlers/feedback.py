"""答非所问, 人工: kept for staff, handed over where seats are manned, and a phone to call meanwhile."""

from __future__ import annotations

import re

from bot.context import Context, Note
from bot.messages import Clicked
from bot.policies import Policy
from bot.replies import Answer, HandOver, Say, say_link
from handlers import grievances, wording

REPORT = re.compile("举报|骗补|骗取|套取|造假")
UNPAID = re.compile("不发|没发|没到账|还没到|未到账|不兑现|没兑现|拖着不给|迟迟不|拖欠|不给钱|没给钱|不到账")
# What somebody says they asked who was told of something else: 不是这个，我问的是招大学生.
MEANT = re.compile(
    r"(?:我?(?:刚才|刚刚|明明)?(?:问|说|要|想问|要问|想要|找|想知道|讲)(?:你|您)?的(?:明明)?(?:是|不是.{1,12}[，,]?(?:而?是))|我是(?:想|要)?问)[：:，,]?(.{2,})"
)
# What was understood amiss, and what it is: 我说的不是平度，是崂山的技改.
CORRECTED = re.compile(
    r"^(?:不对|不是)?[，,。 ]{0,3}[我俺咱]们?(?:刚才)?(?:说|问|要|指|想问|讲)的可?不是"
    r"[^，,。；是]{1,12}[，,。； ]{1,3}而?是(.{2,})"
)
ASKING = "请先问这项政策的责任单位（发“政策名＋找谁”，比如“技改找谁”）"
BELOW = "请先问下面的责任单位"
TOLD = frozenset(
    {"policy", "conditions", "contact", "amount", "expiry", "list", "more", "help", "greeting", "offtopic", "complaint"}
)
# Somebody who can talk is called for: 给我叫个懂行的来.
CALLED = re.compile(
    "(?:叫|换|派|喊|转给?|接|安排|请|来|找(?=.{2,9}[跟和给][我俺咱]))(?:一?[个位名])?"
    "能?(?:拍板|做主|作主|说了算|懂行|内行|懂政策|懂业务|明白|管事|主事|负责|专业|能说清楚?|说得清楚?|懂点?|靠谱)的?"
    "(?:人|老师|同志|干部|师傅|工作人员)?"
    "(?:过?来|出来|接|[跟和给][我俺咱]们?[说谈讲聊唠]|回我|回话|联系我|说|讲|聊|答|解释)*+"
    "(?:一?下|两句|几句)?(?:吧|呗|行吗|好吗|行不行?|可以吗|谢谢)*+$"
    "|^(?:那|喂|哎)*(?:人|客服|人工|工作人员)(?:呢|在哪儿?|去哪儿?了?|在不在|在吗|咋还不来|怎么还不来)+$"
)
# The press wants to speak with somebody, whatever it is about.
PRESS = re.compile(
    "(?:记者|报社|日报|晚报|早报|商报|电视台|电台|广播|媒体|新闻社|通讯社|栏目组|杂志社).{0,24}(?:采访|约访|专访|拍摄|报道)"
    "|(?:想|要|能|可以|约|希望|打算)(?:不能|否|不可以)?.{0,6}(?:采访|专访|约访)(?!企业|名人)"
)
OFFICES = re.compile("投诉|打不通|没人接|没人管|没人理|占线|空号|踢皮球|推诿|推来推去|不作为|态度|拖拉")


async def complain(ctx: Context) -> Answer | None:
    """答非所问, 投诉, and what is told without such a word."""
    finding = ctx.finding
    if not ctx.words or finding.intent not in TOLD or "bait" in finding.question.signs or finding.question.elsewhere:
        return None
    corrected = CORRECTED.match(ctx.words)
    if corrected and ctx.find(corrected[1]).question.naming:  # a place alone is put right where places are
        ctx.words = corrected[1]
        return None
    kind = grievances.kind(finding.question.folded.text)
    if finding.intent != "complaint" and not kind:
        return None
    about = _named(ctx) if kind not in ("", grievances.ASTRAY) else None
    ctx.note(Note(kind="complaint", text=ctx.words, about=about.id if about else ctx.focus))
    meant = MEANT.search(ctx.words)
    if meant and ctx.find(meant[1]).ids:  # it is asked anew, and whoever answers that answers
        ctx.words = meant[1]
        return None
    lines = [
        *_answered(finding.question.folded.text, kind, asks=ASKING if about is None else BELOW),
        *_desk(ctx, about),
    ]
    return Answer(reply=Say(text="\n".join(lines)), intent="complaint")


def _named(ctx: Context) -> Policy | None:
    """The policy that the words name beside what they complain of: one in force, if there is one."""
    question = ctx.finding.question
    words = "".join((*question.named("district")[:1], *(hit.entry.word for hit in question.naming)))
    ids = ctx.find(words).ids if question.naming else ()
    over = [i for i in ids if ctx.is_over(i)]
    first = next((i for i in ids if i not in over), next(iter(ids), ""))
    return ctx.corpus.policies.get(first)


def _answered(text: str, kind: str, *, asks: str = ASKING) -> list[str]:
    """By what is complained of: a fraud, money that does not come, an office, or this very talk."""
    kept = "您的话已经原样记下，供工作人员查看。"
    if REPORT.search(text):
        return [f"{kept}这里不受理举报，请直接打政务服务便民热线12345，或向发放资金的主管部门举报。"]
    if kind == grievances.WRONG:
        return [
            f"对不住，{kept}这里的数都照资料写，也可能理解错您的意思：请说是哪条政策、哪个数，我把依据的文件和责任单位再发给您核对；"
            f"要找人说回复{say_link('人工', '人工')}，或打12345。"
        ]
    if kind == grievances.BROKEN:
        return [f"{kept}申报网站、系统不归这个公众号管，请把出错的页面截图发给这项政策的责任单位；没人管就打12345。"]
    if kind in (grievances.SILENT, grievances.SENT_AWAY):
        return [f"让您着急了，{kept}这里查不到办理进度，{asks}，让他们一次说清缺什么；没人管就打12345投诉。"]
    if kind == grievances.UNPAID or UNPAID.search(text):
        return [f"{kept}补贴没发到位，{asks}；没人管就打12345投诉。"]
    if OFFICES.search(text):
        return [f"{kept}电话打不通、没人管，可以打政务服务便民热线12345，由他们转办。"]
    here = (
        f"听得懂的是政策名、行业或事项，比如“技改”“算力券”“单项冠军”；要找人就回复{say_link('人工', '人工')}或打12345。"
    )
    return [f"抱歉没帮上忙，{kept}", here]


async def call_staff(ctx: Context) -> Answer | None:
    """人工: to a seat in office hours, else kept and told when they open."""
    calls = CALLED.search(ctx.finding.question.folded.text) if ctx.words and not ctx.finding.ids else None
    press = ctx.words and PRESS.search(ctx.finding.question.folded.text) and "bait" not in ctx.finding.question.signs
    if not ctx.words or (ctx.finding.intent != "staff" and calls is None and not press):
        return None
    state = ctx.opening
    if state.open and ctx.office.can_transfer:
        if isinstance(ctx.message, Clicked):  # the platform hands over messages, and no events
            return Answer(reply=Say(text=f"点这里为您转接：{say_link('转人工', '转人工')}"), intent="staff")
        return Answer(reply=HandOver(), intent="staff")
    ctx.note(Note(kind="staff", text=ctx.words, about=ctx.focus))
    policy = _focus(ctx)
    lines = ["现在没有在线人工，您的话已经记下，供工作人员查看。", *_desk(ctx)]
    if press:
        lines.insert(1, "采访的事要由工作人员答复，请把单位、想了解的内容和联系方式一起发来；也可以打12345转问。")
    if policy is None:
        lines.append("要找人办事，请直接打责任处室电话：发“政策名＋找谁”，比如“技改找谁”。")
    has_phone = policy is None or any(contact.phone for contact in policy.contacts)
    if has_phone and (note := wording.hours(ctx)):
        lines.append(note)
    return Answer(reply=Say(text="\n".join(lines)), intent="staff")


def _focus(ctx: Context) -> Policy | None:
    return ctx.corpus.policies.get(ctx.focus)


def _desk(ctx: Context, named: Policy | None = None) -> list[str]:
    policy = named or _focus(ctx)
    seen = "您说的" if named else "您刚才看的"
    return (
        [f"{seen}“{wording.title(ctx, policy)}”可直接问：", *(f"☎ {d}" for d in wording.desks(policy))]
        if policy
        else []
    )
