"""标展9800元联系李经理, 求一份活, 经营备案在哪办, 房租减不减: what no policy is for, though it has a word of one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.context import Context
from bot.replies import Answer, Say, say_link
from handlers.enterprise import MATCH
from handlers.leaving import judged

SUPPORT = re.compile("补(?![习课办交缴考货漏])|奖(?!项)|政策|申报|扶持|资助|减免|优惠|贴息|支持")
# Who asks for a sum, or names what is paid for, is asking about a policy.
MONEY = re.compile(
    r"(?:给|拿|领|奖|补|报|得)(?:我们?|到|励|贴|助)?(?:多少|几个?钱|几万|钱|\d+万)|多少钱|几个点|补贴|给钱|有钱|领钱|费算|算(?:设备)?投资"
)
WORKS = re.compile(
    "技改|技术改造|改造|换新|换设备|设备更新|更新换代|升级|智能工厂|数字化|智能化|服务型制造|预测性|诊断|故障率|研发|上云|招商"
)
QUESTION = re.compile("怎么|咋|如何|吗|么$|能不能|能否报|请问|想问|咨询一?下|找谁|多少|哪[个些里儿家]")
# Somebody who sells: places at a fair, tickets, themselves, a visit.
FAIR = re.compile(
    r"招展|标展|光地(?=.{0,6}(?:平|展|㎡))|标准?展位|特装展|展位(?:预[订定]|火热|有限|剩余|费|\d)|(?:名额|席位|展位)(?:有限|仅剩|火热)"
    "|(?:诚邀|欢迎|邀您|恭请)(?:您|贵司|贵单位)?(?:莅临|参展|参会|光临)|参展(?:热线|报名|联系|咨询)"
)
DEALER = re.compile(
    "(?:联系|找|详询|咨询|电话|微信)[:：]?[一-鿿]{1,2}(?:经理|总|女士|先生|小姐|老师)(?!局|体|部|工程师)"
)
PRICE = re.compile(r"\d(?:元|块|万元?|折)")
TICKET = re.compile(r"早鸟(?:价|票|优惠|特惠|\d)|门票\d|原价.{0,8}现价|自提")
OFFER = re.compile(
    "一手货|现货|免费上门|上门(?:出方案|量尺|测量|安装|服务)|欢迎(?:来电|咨询|选购)"
    "|(?:专注|专业|主营|承接|供应|批发|提供)(?!特)[^，]{2,16}"
)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
VISIT = re.compile(
    "(?:上门|登门|前来|到访|当面)(?:拜访|推介|演示|洽谈|交流|介绍)|拜访(?:贵|您|交流|一下|下)"
    "|(?:盼|望|希望|期待|想|能否|可否)能?[与和跟]?(?:贵单位|贵局|贵处|您|你们)?.{0,6}(?:拜访|洽谈|合作|面谈)"
    "|(?:推介|推荐|推广|介绍)(?:一下)?我(?:司|们|公司)的?(?:产品|方案|服务|系统|平台|软件)"
)
# Who comes to invest is a guest.
INVESTS = re.compile(
    "投资(?!基金|公司|咨询|管理|机构|顾问)|落户|建[^，]{0,8}厂|设厂|办厂|新建|扩产|增资|迁[到来入]|搬[到来]|设(?:立)?(?:总部|分公司|子公司|基地)|重大[^，]{0,6}项目|产业项目"
)
OURSELVES = re.compile("我司|我公司|我们公司|我们是|本公司|敝司|我们做|我们专注|我是.{2,10}(?:的|公司)")
# Somebody who looks for work, not an enterprise that hires.
WORK = (
    "(?:活儿?(?![动力性人体])|工作(?!站|室|经费|者|量|流|日|方案|指引|母机|机构|平台|居住)"
    "|岗位?(?!补|培训|津)|职位|差事|营生|饭碗)"
)
OUTRIGHT = re.compile(
    f"[求找寻谋](?:一份|份|一个)[^，补奖]{{0,8}}?{WORK}|求职|应聘|投简历|[找换](?:一?[份个])?工作(?!站|室|服|母机|流|平台|方案)"
)
HIRES = "(?:招人|招工|招聘|收人|缺人|要人)"
JOB = re.compile(
    f"(?:求|找|寻|谋|想找|想要|想求|介绍)(?:一?[份个]|点|到)?[^，补奖]{{0,8}}?{WORK}|求职|应聘|投简历"
    "|[找换](?:一?[份个])?工作(?!站|室|服|母机|流|平台|方案)|(?:收|要|招)(?:不收|不要|不招)?实习生?"
    f"|(?:哪些|哪家|哪个|哪里|哪儿|有没有|有)的?(?:厂子?|公司|企业|单位|地方)?(?:在|还|要)?{HIRES}"
    f"|(?:哪|哪里|哪儿)招(?:人|工)?$|{HIRES}(?:吗|么|不|没)$"
)
# Whoever hires, or what brings people here, is paid for by policies.
EMPLOYS = re.compile(
    "(?:应聘|求职|入职|来|到|进)[^，]{0,4}?(?:我们|俺们?|咱们?|本|我)(?:厂|公司|企业|单位|这)|工作站|引进|博士后|引才|招引"
)
SKILLED = re.compile("干[过了]|做[了过]|学|实习|会(?:plc|开|修|焊|编程|电工|cad)|毕业|应届|经验|专业|大专|本科|岁")
# Permits and filings, which other offices give; a project of technical renewal is put on file elsewhere.
PERMIT = re.compile(
    "(?P<name>(?:经营|生产|销售|零售|批发|流通|进口|出口|进出口|运输|使用|网络销售|卫生|食品|药品|(?<!网络)(?<!数据)(?<!信息)安全|排污|特种设备"
    "|餐饮|劳务派遣|施工|危化品|危险化学品)的?(?:企业|单位|产品|场所|人员)?(?:备案|许可|登记)(?:凭证|证书?|手续)?)"
    "(?P<how>.{0,10}?(?:在哪|去哪|到哪|上哪|哪里|哪儿|怎么|咋|如何|找谁|归谁|归哪|谁管|窗口|多久|流程|要什么|需要"
    "|材料|过期|到期|延续|换证|变更|办(?![好下了完妥到出])|领(?![了到下])|申请(?![了下到过])))"
)
LEISURE = re.compile(
    "(?:钓鱼|垂钓|海钓|赶海|采摘|游玩|观光|门票|船票|住宿|野餐|露营|烧烤|泡温泉).{0,10}?"
    "(?:多少钱|一天|一位|一人|票价|几点|开放|开门|好玩|在哪|哪里|哪儿|怎么去|咋去|预约|预订|收费)"
)
BROKEN = re.compile("坏了?|坏掉|故障|不(?:亮|转|工作|制冷|动)了?|报修")
REPAIR = re.compile(
    "找谁(?:来)?(?:报修|维?修|修理)|报修|(?:谁|哪里?|哪儿|怎么|咋|电话|上哪)[^，]{0,4}(?:维修|修理|修)|(?:维修|修理|修)(?:一下)?(?:找谁|电话|谁|去哪|哪)"
    "|(?:坏了?|坏掉|故障|不(?:亮|转|工作|制冷)了?).{0,8}(?:来修|修一?下|维修|修理|修)$"
)


@dataclass(frozen=True, kw_only=True)
class Absent:
    """What many ask support for and no policy gives, as long as none speaks of it.

    name   what it is called
    asked  how it is asked for
    words  of which a policy that had it would use one
    beside  which words of policies may stand beside it and ask of nothing else
    """

    name: str
    asked: re.Pattern[str]
    words: re.Pattern[str]
    beside: re.Pattern[str]


HELPS = "(?:减免?|免|补贴?|补助|优惠|返还?|支持|扶持|奖|报销|给报)"
RENT = "(?:厂房租金?|租金|房租|厂租|场租|租房|(?:厂房|房屋|办公室?|场地|办公用房)的?租赁费)"
BILLS = "(?:水电费?|水费|电费|电价|用电成本|燃气费|天然气费|取暖费|暖气费)"
GAP = "[^，上做搞建换买改投低高贵赚]"  # where another thing is done, that is what support is asked for
ABSENT = (
    Absent(
        name="厂房、办公用房租金",
        asked=re.compile(
            f"(?!.*的(?:孵化|园|基地|载体|楼宇|平台))(?:{RENT}{GAP}{{0,8}}?{HELPS}|{HELPS}{GAP}{{0,4}}?{RENT}"
            f"|租(?:厂房|办公室|办公楼|办公用房|场地|车间){GAP}{{0,8}}?{HELPS})"
        ),
        words=re.compile("租金|房租|租赁|租用(?:厂房|场地|办公)"),
        beside=re.compile("园|孵化|基地|载体|楼|厂房|空间"),
    ),
    Absent(
        name="水费、电费、燃气费",
        asked=re.compile(f"(?:{BILLS}{GAP}{{0,8}}?{HELPS}|{HELPS}{GAP}{{0,4}}?{BILLS})"),
        words=re.compile("水费|电费|电价|水价|水电费|燃气费|气费"),
        beside=re.compile("^$"),
    ),
)


GUEST = (
    f"想来投资、面谈，要由工作人员来约：回复{say_link('人工', '人工')}，把企业、项目和联系方式一起发来；"
    "也可以打政务服务便民热线12345，转投资促进部门。",
    f"有哪些政策可用，先看看：👉 {say_link(MATCH, MATCH)}",
)
# What is said to this account is answered as that, whatever it is about.
LEFT_TO_OTHERS = ("complaint", "unsubscribe", "subscriptions", "subscribe")
CALLS = re.compile("转?人工(?:客服|服务)?$|(?:转|找|要|接|请)(?:一?下|个)?人工(?!智能)")


async def answer(ctx: Context) -> Answer | None:
    """Said for what it is, by its name; nobody is shown a policy for a word in passing."""
    question = ctx.finding.question
    if not ctx.words or question.elsewhere or ctx.finding.intent in LEFT_TO_OTHERS:
        return None
    text = question.folded.text
    if CALLS.search(text) or judged(ctx).grade:
        return None
    if VISIT.search(text) and INVESTS.search(text) and not ctx.finding.ids:
        return Answer(reply=Say(text="\n".join(GUEST)), intent="help")
    said = _sold(text) or _sought(text) or _permitted(ctx, text) or _broken(text) or _played(text) or _absent(ctx, text)
    return Answer(reply=Say(text=said), intent="offtopic") if said else None


def _sold(text: str) -> str:
    """An advertisement, or a call for a visit."""
    offered = FAIR.search(text) and (PRICE.search(text) or DEALER.search(text) or "招展" in text)
    offered = offered or TICKET.search(text) or (OFFER.search(text) and MOBILE.search(text))
    offered = offered and not QUESTION.search(text)
    calls = VISIT.search(text) and OURSELVES.search(text) and not INVESTS.search(text)
    if not (offered or calls) or SUPPORT.search(text):
        return ""
    return "这里只答惠企政策，不接招展、推销和上门拜访的约请。要问政策，请直接说想办的事。"


def _sought(text: str) -> str:
    """Somebody who looks for work."""
    seeks = OUTRIGHT.search(text) or (JOB.search(text) and SKILLED.search(text))
    if not seeks or SUPPORT.search(text) or MONEY.search(text) or EMPLOYS.search(text):
        return ""
    return (
        "这里不介绍工作，也不知道哪家企业招人，只答给企业的政策。"
        "找工作请问人力资源社会保障部门的公共就业服务，或打12345转问。"
    )


def _permitted(ctx: Context, text: str) -> str:
    """A permit or a filing of another office: where no policy has it."""
    found = PERMIT.search(text)
    if (
        found is None
        or SUPPORT.search(text)
        or MONEY.search(text)
        or WORKS.search(text)
        or _has(ctx, re.compile(re.escape(found["name"])))
    ):
        return ""
    return (
        f"“{found['name']}”是审批、备案的事，不归这里管，资料里也没有怎么办；"
        "请问政务服务大厅，或打12345。我只答惠企政策。"
    )


def _broken(text: str) -> str:
    """Something that is to be repaired."""
    if not (BROKEN.search(text) and REPAIR.search(text)) or any(p.search(text) for p in (SUPPORT, MONEY, WORKS)):
        return ""
    return "报修、维修不归这里管，请找厂家、物业或经营单位，或打12345。我只答惠企政策。"


def _played(text: str) -> str:
    """What somebody does for pleasure, and what it costs."""
    if not LEISURE.search(text) or SUPPORT.search(text):
        return ""
    return "游玩、门票、住宿的事不归这里管，请问经营单位，或打12345。我只答惠企政策。"


def _absent(ctx: Context, text: str) -> str:
    """What no paper has, said by its name."""
    missing = next((one for one in ABSENT if one.asked.search(text) and not _has(ctx, one.words)), None)
    if missing and any(not missing.beside.search(hit.entry.word) for hit in ctx.finding.question.naming):
        return ""
    if missing is None:
        return ""
    link = say_link(MATCH, MATCH)
    return f"资料里没有减免或补贴{missing.name}的政策；别的单位有没有，可以打12345问。\n看看您的企业能报什么：👉 {link}"


def _has(ctx: Context, words: re.Pattern[str]) -> bool:
    """Whether any policy speaks of it."""
    return any(
        words.search("".join((p.title, p.summary, *p.who, *p.conditions, *p.offers, *p.keywords)))
        for p in ctx.corpus.policies.values()
    )
