"""多久能拿到钱, 谁给发钱, 材料交到哪个窗口: what is asked again and again and the papers do not say of any policy."""

from __future__ import annotations

import re

from bot.context import Context
from bot.policies import Policy
from bot.replies import Answer, Say
from handlers import lists, places, wording
from handlers.cards import edition

BRIEF = 24  # characters: who says more asks more
WHEN_PAID = re.compile(
    "(?:多久|多长时间|几天|几个月)(?:能|可以|才|会)*(?:拿到|到账|下来|发下?|批下?|办完|办下来|给)"
    "|(?:什么|啥)时候(?:能|可以|才|会)*(?:到账|打款|拨付|拨款|发钱|发放|拿到钱|给钱|兑现|下来)"
)
WHO_PAYS = re.compile(
    "谁(?:来|给|负责)*(?:发钱|出钱|打款|掏钱|给钱|拨款|拨钱)|钱(?:是|由|从)?(?:谁|哪个?(?:局|单位|部门|财政)?)(?:来)?(?:给|出|发|拨)"
)
WHERE_FILED = re.compile(
    "(?:哪个?|什么)(?:窗口|网站|网址|平台|系统|小程序)(?:上)?(?:交|递|报|申报|申请|填|办)?|(?:交|递|送)(?:到|去|给)?(?:哪|谁)|网上(?:能|可以)*(?:报|申报|申请|办)(?:吗|不|么)|交材料"
)
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
KINDS = (
    (
        APPLY,
        "这里只答政策，收不了申报；在哪里报、什么时候报，资料里没有写，请打责任单位电话问，对照“申报条件”先备材料。",
    ),
    (ADVANCE, "是先给还是做完再给，资料里没有写，请问责任单位。"),
    (WHEN_PAID, "多久批下来、什么时候到账，资料里没有写，请问责任单位。"),
    (WHO_PAYS, "钱由哪一级出、从哪里拨，资料里没有写，请问责任单位。"),
    (WHERE_FILED, "材料交到哪个窗口、能不能网上报，资料里没有写，请问责任单位。"),
    (TAXED, "这笔钱要不要交税，资料里没有写，请问税务部门。"),
    (CHANCE, "好不好批、通过率多少，资料里没有写；条件是写明的，发“申报条件”就能看。"),
)
# What a text does say of when money comes.
TIMES = re.compile(
    "即申即享|(?:后|才|再|分[期年次批]|次年|第[二三]年)[^，。；]{0,6}(?:给|兑现|拨付|奖|补)|(?:投产|竣工|认定|验收|备案)后"
)
NAMELESS = 1  # characters beside it that no policy is named by


async def answer(ctx: Context) -> Answer | None:
    """Of the policy that is named, else of the one at hand, else of any."""
    question = ctx.finding.question
    text = question.folded.text
    if not ctx.words or len(text) > BRIEF or question.elsewhere or question.named("foreign") or question.sums:
        return None
    match = next(((found, said) for kind, said in KINDS if (found := kind.search(text))), None)
    if match is None:
        return None
    if "amount" in ctx.finding.wants and (other := await _beside_sum(ctx, match[0], match[1])):
        return other
    named = ctx.find(text.replace(match[0][0], "，"))
    ids = lists.in_force_first(ctx, named) if named.ids and named.question.naming else ()
    policy = ctx.corpus.policies.get(ids[0] if ids else ctx.focus)
    beside = len("".join(text[place] for place in question.unexplained if place not in range(*match[0].span())))
    if policy is None and beside <= NAMELESS:
        said = f"{match[1]}责任单位各条不同：发“政策名＋找谁”，比如“技改找谁”，或打政务服务便民热线12345。"
        return Answer(reply=Say(text=said), intent="help")
    return _of_policy(ctx, policy, match[0].re, match[1]) if policy else None


async def _beside_sum(ctx: Context, found: re.Match[str], said: str) -> Answer | None:
    """小巨人奖励多少，什么时候到账: the sum that is asked for too, under what is not stated."""
    aside = ctx.aside(ctx.finding.question.folded.text.replace(found[0], "，").strip("，"))
    return places.led(await places.asked_aside(ctx, aside), said) if aside.finding.intent == "amount" else None


def _of_policy(ctx: Context, policy: Policy, kind: re.Pattern[str], said: str) -> Answer:
    """That it is not stated, with what is stated near it, and who knows."""
    lines = [wording.heading(ctx, policy), wording.status(ctx, policy), *wording.caution(ctx, policy), ""]
    if kind is WHO_PAYS and policy.funding:
        said = f"资金：{policy.funding}。怎么拨付，资料里没有写，请问责任单位。"
    times = [f"　· {term}" for term in (*policy.conditions, *policy.offers) if TIMES.search(term)]
    if times and kind is ADVANCE:
        said = "先后在条件里写着："
    lines += [said, *(times if kind in (WHEN_PAID, ADVANCE) else [])]
    lines += [f"☎ {desk}" for desk in wording.desks(policy)]
    ctx.look_at(policy.id)
    return Answer(reply=Say(text="\n".join([*lines, edition(ctx)])), intent="policy", policies=(policy.id,))
