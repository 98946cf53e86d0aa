"""The arithmetic of an award in one line, and what stands against one, in words."""

from __future__ import annotations

from decimal import Decimal

from bot.chinese import money, share
from bot.corpus import Corpus
from bot.person import FactValue
from bot.policies import Fact, Need, PerUnit, Policy, Rate, Step, Tiers
from bot.reckoning.awards import Part
from bot.reckoning.benefits import Limit, Outcome, State

LIMITS = {
    "cap": "{}上限",
    "cap_year": "一年{}上限",
    "cap_total": "累计{}上限",
    "tier": "这一档{}上限",
}
FEN = Decimal("0.01")
WHOLE = 100  # percent
YES, NO = "是", "否"
WHETHER = "是否"  # within the name of a fact
STATES = ("有", "已", "在", "纳入", "完成", "注册", "剥离", "从", "由")  # how a name begins that needs no 是 before it


def yuan(value: Decimal | float) -> str:
    """A sum; what is said to be more than a round one is told as the round one."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if exact % 1 == FEN:
        exact -= FEN
    return money(float(exact))


def short(value: Decimal) -> str:
    """A sum within a line of arithmetic: 3000万, 5000元."""
    said = yuan(value)
    return said[:-1] if said.endswith(("万元", "亿元")) else said


def plain(fact: Fact) -> str:
    """What a fact of yes and no is about: 重大技改项目 of 是否重大技改项目."""
    return fact.name.removeprefix("是否")


def denied(fact: Fact) -> str:
    """The contrary of a fact of yes and no: 没有完成倍增目标, 不是科技型中小企业入库企业."""
    said = plain(fact)
    if WHETHER in said:
        return said.replace(WHETHER, "不是", 1)
    done = next((word for word in ("已通过", "已", "纳入", "完成", "注册", "剥离") if said.startswith(word)), "")
    return f"没有{said.removeprefix('已')}" if done else f"不是{said}"


def affirmed(fact: Fact) -> str:
    """A fact of yes and no as it is said to be so: 云服务商是市名录里的驻区企业, 是高新区企业的机器人."""
    said = plain(fact)
    if WHETHER in said:
        return said.replace(WHETHER, "是", 1)
    return said if said.startswith(STATES) else f"是{said}"


def told(fact: Fact, value: FactValue) -> str:
    """A fact with its value: 设备投资额3000万元, 所在区（市）：崂山区."""
    if isinstance(value, str):
        return (
            value if fact.kind == "choice" or value not in (YES, NO) else plain(fact) if value == YES else denied(fact)
        )
    match fact.kind:
        case "money":
            return f"{fact.name}{yuan(value)}"
        case "percent":
            return f"{fact.name}{share(value)}"
        case _:
            return f"{fact.name}{value:g}{fact.unit}"


def need(asked: Need, fact: Fact) -> str:
    """What a need asks: 年营业收入2000万元以上."""
    if asked.one_of in ((YES,), (NO,)):
        return plain(fact) if asked.one_of == (YES,) else denied(fact)
    if asked.one_of:
        return f"{fact.name}：{'或'.join(asked.one_of)}"

    def said(bound: float) -> str:
        if fact.kind == "money":
            return yuan(bound)
        return share(bound) if fact.kind == "percent" else f"{bound:g}{fact.unit}"

    parts = []
    if asked.at_least is not None:
        parts.append(f"{said(asked.at_least)}（含）以上")
    if asked.above is not None:
        parts.append(f"超过{said(asked.above)}")
    if asked.below is not None:
        parts.append(f"不到{said(asked.below)}")
    if asked.at_most is not None:
        parts.append(f"不超过{said(asked.at_most)}")
    return f"{fact.name}{'、'.join(parts)}"


def clause(corpus: Corpus, policy: Policy, part: str = "") -> str:
    """Where the compilation states it: 汇编第1条第2句."""
    source, number = corpus.item(policy)
    return f"{source}第{number}条{part}" if source else ""


def line(corpus: Corpus, part: Part) -> str:
    """The whole arithmetic of a part that pays, in one line."""
    outcome = part.outcome
    said = _product(corpus, outcome) + _limited(corpus, outcome)
    trace = outcome.trace
    if trace.deducted:
        paid = f"低一档的{short(trace.deducted)}（当作已拿过）" if trace.supposed else f"已拿的{short(trace.deducted)}"
        said += f"，扣掉{paid}，补差额{yuan(outcome.sum)}"
    if part.shortened:
        said += f"；和其他项共用上限，这项只计{yuan(part.sum)}"
    return said


def _product(corpus: Corpus, outcome: Outcome) -> str:
    benefit, trace = outcome.benefit, outcome.trace
    fact = corpus.facts.get(trace.fact)
    most = "最多" if outcome.state is State.UP_TO else ""
    if trace.percent is not None and trace.base is not None:
        upto = "最高" if isinstance(benefit, Rate) and benefit.upto else ""
        lead = f"{trace.tier}一档：" if trace.tier else ""
        if trace.parts:
            shares = "＋".join(short(part) for part in trace.parts)
            rate = f"各×{upto}{share(float(trace.percent))}" if trace.percent != WHOLE else "据实"
            total = yuan(sum(trace.parts, Decimal(0)))
            cap = f"，每份最多{yuan(trace.ceiling)}" if trace.ceiling else ""
            return f"{lead}{short(trace.base)}分{len(trace.parts)}份，{rate}{cap}：{shares}={most}{total}"
        return f"{lead}{short(trace.base)}×{upto}{share(float(trace.percent))}={most}{yuan(trace.raw)}"
    each = trace.each or Decimal(0)
    if isinstance(benefit, Tiers):
        said = f"{trace.tier}一档：{most}{yuan(each)}"
        return said if trace.times == 1 else f"{said}×{trace.times:f}={yuan(trace.raw)}"
    if isinstance(benefit, Step) and trace.base is not None:
        step = short(Decimal(repr(benefit.step))) if benefit.step >= 10_000 else f"{benefit.step:g}"
        base = short(trace.base) if fact is None or fact.kind == "money" else f"{trace.base:f}{fact.unit}"
        return f"{base}，每满{step}奖{short(each)}：{_count(trace.times)}×{short(each)}={yuan(trace.raw)}"
    if isinstance(benefit, PerUnit):
        return f"{_count(trace.times)}{benefit.unit}×{short(each)}={yuan(trace.raw)}"
    if trace.times != 1:
        return f"{_count(trace.times)}×{short(each)}={most}{yuan(trace.raw)}"
    once = "，一次性" if benefit.once else ""
    return f"{'最高' if most else ''}{yuan(trace.raw)}{once}"


def _count(times: Decimal) -> str:
    return f"{times.normalize():f}"


def _limited(corpus: Corpus, outcome: Outcome) -> str:
    """Which limit bit, else the nearest one that did not."""
    trace = outcome.trace
    if trace.bitten is not None:
        total = trace.bitten.amount
        return f"，超过{_limit(corpus, outcome, trace.bitten)}，按{yuan(total)}"
    over = [limit for limit in trace.limits if limit.amount > trace.raw]
    if not over or (trace.percent is None and trace.times == 1):
        return (
            "" if trace.percent is None or not trace.limits else f"，正好到{_limit(corpus, outcome, trace.limits[0])}"
        )
    return f"，未超{_limit(corpus, outcome, min(over, key=lambda limit: limit.amount))}"


def _limit(corpus: Corpus, outcome: Outcome, limit: Limit) -> str:
    benefit = outcome.benefit
    if limit.kind == "cap_each" and isinstance(benefit, Rate) and benefit.cap_each:
        unit, count = corpus.facts[benefit.each].unit, limit.amount / benefit.cap_each
        return f"每{unit}{yuan(benefit.cap_each)}×{_count(count)}{unit}={yuan(limit.amount)}的上限"
    return LIMITS[limit.kind].format(yuan(limit.amount))
