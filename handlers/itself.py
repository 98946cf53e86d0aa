"""真人还是机器, 答案是deepseek编的吗, 会不会把我的信息给别人: what is asked about this account, said as it is."""

from __future__ import annotations

import re

from bot.context import Context
from bot.replies import Answer, Say, say_link
from handlers.leaving import judged

ASKS = "(?:的|了|出来的?)?(?:吗|么|吧|不|没)?$"
MODEL = "(?:deepseek|gpt|chatgpt|openai|豆包|文心|通义|千问|kimi|元宝|大模型|语言模型|ai|人工智能|智能体|模型)"
YOU = "(?:你们?|您|恁|这个?号|公众号|这边|这里|这玩意儿?|答案|回复|回答)"
MADE = re.compile(
    f"{YOU}.{{0,12}}?(?:是|用|靠|由|拿|接|套)(?:不是|没用|的是|了|的)?{MODEL}"
    "(?:.{0,4}?(?:编|写|生成|答|回|造|瞎|弄|胡|搞|产出)|的?[吗么吧不]?$)"
    f"|{YOU}.{{0,12}}?(?:瞎编|现编|胡编|编出来|编造|编的){ASKS}|(?:你|您|恁)是(?:不是)?{MODEL}{ASKS}"
)
HUMAN = "(?:真人|活人|人工(?!智能)|人类|大活人|(?<!机器)人)"
MACHINE = "(?:机器人?|程序|电脑|自动回复|自动的|软件|ai|人工智能|系统)"
THERE = "(?:你们?|您|恁|对面|那头|后台|后面|背后|屏幕后)"
PERSON = re.compile(
    f"(?:^|{THERE}).{{0,4}}?(?:{HUMAN}(?:还是|或者?是?){MACHINE}|{MACHINE}(?:还是|或者?是?){HUMAN}).{{0,4}}$"
    f"|{THERE}(?:到底|究竟)?是(?:不是)?(?:个|一个|位)?(?:真人|活人|人工|机器人?|程序|电脑|自动回复|ai|人工智能)"
    f"(?:在)?(?:回|答|聊|回复|回答|说话|值班)?(?:我)?{ASKS}"
)
SOURCE = re.compile(
    "(?:从哪儿?里?|哪里|哪儿|靠(?:什么|啥)|根据(?:什么|啥))(?:抄|来|查|弄|得|学|编)(?:来|出来|到)?的"
    "|(?:你|恁|您|答案|回复|回答)(?!们|好).{0,8}?(?:准不准|靠不靠谱|可信吗|可靠吗|能信吗|信得过|准吗|准确吗|权威吗)"
)
MINE = (
    "(?:我们?|俺们?|咱们?|公司|企业|个人|客户|用户)(?:的|们的|公司的?|厂的?|企业的?)?(?:个人|公司|企业|联系)?"
    "(?:信息|数据|资料|隐私|电话|号码|手机号|聊天记录|聊天|对话|话|问题|内容|情况|商业秘密|秘密)"
)
SAID = (
    "(?:[我俺咱]们?(?:在这儿?|在这里)?(?:说|问|打|发|写|聊|填|留)(?:过|了)?的?(?:话|字|内容|东西|问题|电话|信息|这些)?)"
)
OWN = f"(?:{MINE}|{SAID})"
LEAKS = (
    "(?:泄露|泄漏|外泄|外传|传出去|说出去|漏出去|卖(?:给|掉|了)?|公开|转给|交给|告诉|透露|保密"
    "|给(?:别人|别的|外人|其他|第三方|同行|税务|人看)|看得?到|看得?见|偷看|监控)"
)
PRIVACY = re.compile(
    f"(?:会不会|会|能不能|是不是|有没有|能|谁|怎么|咋).{{0,10}}?{OWN}.{{0,8}}?{LEAKS}"
    f"|{OWN}.{{0,12}}?{LEAKS}(?:.{{0,12}}?(?:吗|么|不|没|吧))?$"
    f"|{OWN}.{{0,10}}?(?:会不会|会|谁|能不能).{{0,6}}?{LEAKS}"
    f"|(?:会不会|会|是不是|有没有)把?.{{0,4}}?(?:泄露|泄漏|外传|卖掉?).{{0,6}}?(?:{MINE}|隐私|信息)"
    f"|(?:看得?见|看得?到|查得?到|偷看|监控|收集|保存|记录)(?:了|着|不到|不见)?{OWN}|隐私(?:政策|保护(?!技术|计算|产品|系统|软件|项目|研发|平台)|条款|协议)"
)
NATURE = (
    "我是查政策的程序，不是真人在打字，答案也不是DeepSeek这类大模型现编的。",
    "您的话拿来对收录的政策资料，金额、日期、电话都照资料写，并注明依据哪份文件；也可能理解错您的意思，以责任单位答复为准。",
    f"要找真人：回复{say_link('人工', '人工')}，或打政务服务便民热线12345。",
)
PRIVATE = (
    "您发的话存在本单位的这套系统里，用来答复您和改进回答；本单位的工作人员看得到，程序不会把它发给别的企业或个人。",
    "这里没有您的微信昵称和头像；问答过了保存期自动删除，取消关注后全部删除。",
    "问政策用不着身份证号、银行账号，请不要发。",
    f"👉 {say_link('我的数据', '我的数据')} ｜ {say_link('删除我的数据', '删除我的数据')}",
)
PRICED = re.compile(
    "补|奖|申报|扶持|(?<!隐私)政策(?!的?号)|资助|支持|项目|研发|有钱|给钱|多少钱|贷款"
)  # of support for such a thing, and not of this account


LEFT_TO_OTHERS = ("unsubscribe", "subscriptions")


async def answer(ctx: Context) -> Answer | None:
    """Who answers, from what, and what becomes of what they say."""
    question = ctx.finding.question
    text = question.folded.text if ctx.words else ""
    if not text or "bait" in question.signs or PRICED.search(text):
        return None
    if ctx.finding.intent in LEFT_TO_OTHERS or judged(ctx).grade:
        return None
    if PRIVACY.search(text) and not question.naming:
        return _said(PRIVATE)
    if MADE.search(text) or PERSON.search(text) or (SOURCE.search(text) and not question.naming):
        return _said(NATURE)
    return None


def _said(lines: tuple[str, ...]) -> Answer:
    return Answer(reply=Say(text="\n".join(lines)), intent="help")
