"""多久能拿到钱, 谁给发钱, 材料交到哪个窗口: what is asked again and again and the papers do not say of any policy."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.context import Context
from bot.policies import Policy
from bot.ranking import Finding
from bot.replies import Answer, Say
from handlers import lists, places, texts, wording
from handlers.cards import edition

BRIEF = 24  # characters: who says more asks more
LINES = 3
WHEN_PAID = re.compile(
    "(?:多久|多长时间|几天|几个月)(?:能|可以|才|会)*(?:拿到|到账|批下来|发下来|下来|发下?|批下?|办完|办下来|给)"
    "|(?:什么|啥)时候(?:能|可以|才|会)*(?:到账|打款|拨付|拨款|发钱|发放|拿到钱|给钱|兑现|下来)"
)
WHO_PAYS = re.compile(
    "谁(?:来|给|负责)*(?:发钱|出钱|打款|掏钱|给钱|拨款|拨钱)|钱(?:是|由|从)?(?:谁|哪个?(?:局|单位|部门|财政)?)(?:来)?(?:给|出|发|拨)"
)
# 哪个平台能报 asks which platforms may, 在哪个平台报 where to file.
WHERE_FILED = re.compile(
    "(?:哪个?|什么)(?:窗口|网站|网址|小程序)(?:上)?(?:交|递|报|申报|申请|填|办)?"
    "|(?<=[在到上去过用从])(?:哪个?|什么)(?:平台|系统)(?:上)?(?:交|递|报|申报|申请|填|办)?(?:材料)?"
    "|(?:哪个?|什么)(?:平台|系统)(?:上(?:交|递|报|申报|申请|填|办)|(?:交|递|报送|填|办理)|(?:能|可以)?(?:交|递|报)材料)"
    "|(?:材料)?(?:交|递|送)(?:到|去|给)?(?:哪个?|谁|什么)(?:窗口|地方|部门|单位|里|儿)?|网上(?:能|可以)*(?:报|申报|申请|办)(?:吗|不|么)|交材料"
)
UNTIL = re.compile("截止|截至|到期|期限|(?:什么|啥)时候|哪天|几号|多久|来得及|晚了")  # a day is asked for, and no place
TAXED = re.compile(
    "(?:奖|补|钱|款|这个|那个)[^，。]{0,4}(?:要|用|需要)(?:不要|不用)?(?:交|缴|扣)(?:企业所得|所得|个)?税"
    "|^(?:那|还|这)*(?:要不要|用不用|需不需要|要|用|需要)(?:交|缴|扣|上)(?:企业所得|所得|个)?税(?:吗|么|呢|不)?$"
)
CHANCE = re.compile("通过率|(?:容易|好|难)(?:不[好难容易]{1,2})?(?:批|过|评)(?:下来)?(?:吗|么|不|$)")
ADVANCE = re.compile(
    "先垫|垫钱|垫资|先建后补|先花钱|(?:先|提前)(?:给|拨|付)[^，。]{0,4}(?:吗|还是|不)|预(?:拨|付|支)|事后(?:给|补)|做完(?:再|才)给"
)
# Whoever wants to apply, and says no more.
APPLY = re.compile(
    "^(?:那|就|我|俺|咱|我们|想|现在|也)*[要想来](?:申报|申请|报名|报|办)(?:这个|这条|这项|它|了|一?下|吧|啊)*$"
)
# What a text does say of when money comes.
TIMES = re.compile(
    "即申即享|先投后股|(?:后|(?<=[后，])才|分[期年次批]|次年|第[二三]年)[^，。；]{0,6}(?:给|兑现|拨付|奖|补)|(?:投产|竣工|认定|验收|备案)后"
)

PAYERS = re.compile(
    "(?:市级?|区级?|省级?|国家|中央|各级|两级)[^，。；、]{0,4}(?:财政|资金|补助|出资)|财政出资|财政[^，。；]{0,4}资金|负担|分担"
)
NOTHING = re.compile("(?!)")
ALIKE = 0.95  # of the best score


class Kind(NamedTuple):
    """What is asked, what a text near it would speak of, how it is said that none does, and what goes on beside."""

    asks: re.Pattern[str]
    near: re.Pattern[str]
    said: str


KINDS = (
    Kind(
        APPLY,
        NOTHING,
        "这里只答政策，收不了申报；在哪里报、什么时候报，资料里没有写，请打责任单位电话问，对照“申报条件”先备材料。",
    ),
    Kind(ADVANCE, TIMES, "是先给还是做完再给，资料里没有写，请问责任单位。"),
    Kind(WHEN_PAID, TIMES, "多久批下来、什么时候到账，资料里没有写，请问责任单位。"),
    Kind(WHO_PAYS, PAYERS, "钱由哪一级出、从哪里拨，资料里没有写，请问责任单位。"),
    Kind(
        WHERE_FILED,
        re.compile("窗口|网上|网站|提交|报送|受理"),
        "材料交到哪个窗口、能不能网上报，资料里没有写，请问责任单位。",
    ),
    Kind(TAXED, re.compile("税(?!收优惠)"), "这笔钱要不要交税，资料里没有写，请问税务部门。"),
    Kind(
        CHANCE,
        re.compile("择优|名额|评选|评审|不超过[0-9]+[家个]"),
        "好不好批、通过率多少，资料里没有写；条件是写明的，发“申报条件”就能看。",
    ),
)
NAMELESS = 1  # characters beside it that no policy is named by
TAIL = re.compile("，(?:[钱款]|补贴|奖金|补助)?[吗呢么不啊呀的？?]*")


async def answer(ctx: Context) -> Answer | None:
    """Of the policy that is named, else of the one at hand, else of any."""
    question = ctx.finding.question
    text = question.folded.text
    if not ctx.words or len(text) > BRIEF or question.elsewhere or question.named("foreign") or question.sums:
        return None
    match = next(((kind, found) for kind in KINDS if (found := kind.asks.search(text))), None)
    if match is None:
        return None
    kind, found = match
    if kind.asks is WHERE_FILED and "contact" in ctx.finding.wants and ctx.finding.ids:
        return None  # 技改材料交哪个处，座机多少: whose phone is asked for is told their desk
    if "amount" in ctx.finding.wants and (other := await _beside_sum(ctx, found, kind)):
        return other
    plain = TAIL.sub("，", text.replace(found[0], "，"))
    if kind.asks is WHERE_FILED and UNTIL.search(text):
        return await places.asked_aside(ctx, ctx.aside(plain.strip("，")))
    named = ctx.find(plain)
    ids = _meant(ctx, named) if named.ids and named.question.naming else ()
    if len(ids) > 1:
        return _of_several(ctx, ids, kind)
    policy = ctx.corpus.policies.get(ids[0] if ids else ctx.focus)
    beside = len("".join(text[place] for place in question.unexplained if place not in range(*found.span())))
    if policy is None and beside <= NAMELESS:
        said = f"{_of_all(ctx, kind)}责任单位各条不同：发“政策名＋找谁”，比如“技改找谁”，或打政务服务便民热线12345。"
        return Answer(reply=Say(text=said), intent="help")
    return _of_policy(ctx, policy, kind) if policy else None


async def _beside_sum(ctx: Context, found: re.Match[str], kind: Kind) -> Answer | None:
    """小巨人奖励多少，什么时候到账: the sum that is asked for too, under what is not stated."""
    aside = ctx.aside(ctx.finding.question.folded.text.replace(found[0], "，").strip("，"))
    return places.led(await places.asked_aside(ctx, aside), kind.said) if aside.finding.intent == "amount" else None


def _meant(ctx: Context, named: Finding) -> tuple[str, ...]:
    """The policy that is named; of several that are, the city's, or all of them that hold where it has none."""
    ids = lists.in_force_first(ctx, named)
    if not named.undecided or named.question.named("district"):
        return ids[:1]
    corpus = ctx.corpus.policies
    close = tuple(i for i in ids if i in lists.alike(named) and not ctx.corpus.is_over(corpus[i], ctx.today))
    scores = {one.id: one.score for one in named.ranked}
    of_city = (i for i in close if corpus[i].level == "city" and scores[i] >= ALIKE * max(scores.values()))
    return next(((i,) for i in of_city), close or ids[:1])


def _of_all(ctx: Context, kind: Kind) -> str:
    """Of no policy: that it is not stated, or that only some state anything near it."""
    some = any(_near(policy, kind) for policy in ctx.corpus.policies.values())
    return kind.said.replace("资料里没有写", "大多数政策没有写" if some else "资料里没有写", 1)


def _of_several(ctx: Context, ids: tuple[str, ...], kind: Kind) -> Answer:
    """Of policies of one name: what any of them says near it, or that none does, over the list of them."""
    policies = (ctx.corpus.policies[i] for i in ids)
    said = [f"{wording.title(ctx, policy)}：{text}" for policy in policies for text in _near(policy, kind)]
    lead = ("资料里写到的：", *(f"　· {line}" for line in said[:LINES]), REST) if said else (kind.said,)
    return lists.show(ctx, ids, "这方面的", intent="list", lead=lead)


REST = "别的没有写，请问责任单位。"


def _of_policy(ctx: Context, policy: Policy, kind: Kind) -> Answer:
    """What is stated near it, that nothing else is, and who knows."""
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), *wording.caution(ctx, policy), ""]
    said = [f"　· {text}" for text in _near(policy, kind)[:LINES]]
    if kind.asks is WHO_PAYS and policy.funding:
        lines.append(f"资金：{policy.funding}。怎么拨付，资料里没有写，请问责任单位。")
    elif said and kind.asks is ADVANCE:
        lines += ["先后在条件里写着：", *said]
    elif said and kind.asks is WHEN_PAID:
        lines += [f"{kind.said}写到的只有：", *said]
    else:
        lines += ["资料里写到的：", *said, REST] if said else [kind.said]
    lines += [f"☎ {desk}" for desk in wording.desks(policy)]
    ctx.look_at(policy.id)
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="policy", policies=(policy.id,))


def _near(policy: Policy, kind: Kind) -> list[str]:
    """What any text of a policy says near what is asked; of its summary, which is ours, where no other does."""
    bases = {policy.title, *(getattr(benefit, "base", "") for benefit in policy.benefits)}
    found = [text for text in texts.of(policy) if kind.near.search(text)]
    said = [text for text in found if text not in bases] or [text for text in found if text == policy.title]
    return said or [policy.summary] * bool(not found and kind.near.search(policy.summary))
