"""The public pages over real HTTP and the real corpus: what they say and never say, and what a wrong address gets."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import SHANGHAI, ManualClock
from bot.corpus import Corpus, read_corpus
from bot.pages import TEXT_LIMIT, Pages
from bot.policies import SOON, Policy, Status
from handlers import wording
from tests.handlers.talk import Talk, said

CORPUS = read_corpus(Path(__file__).parents[2] / "data")
POLICIES = list(CORPUS.policies.values())
PUBLIC = "https://huiqi.example.gov.cn"
PAPER = "qzf-2024-11"
TODAY = date(2026, 11, 22)  # where ManualClock begins
Client: TypeAlias = TestClient[web.Request, web.Application]
Connect: TypeAlias = Callable[[web.Application], Awaitable[Client]]

DAYS = st.dates(date(2022, 1, 1), date(2029, 12, 31))
WITH_FIXTURES = settings(max_examples=60)
ROW = re.compile(r'<li class="row.*?</li>', re.DOTALL)
CHIP = re.compile(r'<a class="chip" href="([^"]*)"[^>]*><span>([^<]*) <b>(\d+)</b>')


class Site:
    """The pages on a server of their own, with a clock that can be set to a day."""

    def __init__(self, corpus: Corpus = CORPUS) -> None:
        self.clock = ManualClock()
        pages = Pages(corpus=lambda: corpus, clock=self.clock, describe=wording.benefit, public_url=PUBLIC)
        self.app = web.Application()
        self.app.add_routes(pages.routes())
        self.client: Client

    async def on(self, day: date) -> None:
        """Move the clock, backwards too, to a moment of this day in Shanghai."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).astimezone(UTC)
        await self.clock.advance(noon.timestamp() - self.clock.time())

    async def text(self, address: str, status: int = 200) -> str:
        """A page as its reader gets it."""
        async with self.client.get(address) as response:
            assert response.status == status
            return await response.text()


@pytest.fixture
async def site(aiohttp_client: Connect) -> Site:
    """The pages, served."""
    site = Site()
    site.client = await aiohttp_client(site.app)
    return site


def words(page: str) -> str:
    """What a page says, without its tags."""
    spaced = re.sub(r"(</t[dh]>)", r"\1 ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", spaced)).split())


def hero(page: str) -> str:
    """What stands above the first section of a policy's page."""
    return words(page[page.index('<header class="hero">') : page.index('<div class="body">')])


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
async def test_each_policy_has_a_page_with_its_facts(site: Site, policy: Policy) -> None:
    """Every policy of the corpus has a page with its title, paper, units, phones and every line of its benefits."""
    page = await site.text(f"/p/{policy.id}")
    said = words(page)
    paper = CORPUS.paper(policy)
    expected = [policy.title, policy.summary, paper.title, paper.number, paper.period, CORPUS.edition, CORPUS.version]
    expected += [contact.unit for contact in policy.contacts]
    expected += [*policy.who, *policy.conditions, *policy.offers, policy.funding]
    expected += [text for benefit in policy.benefits for text in (benefit.name, benefit.who, benefit.note)]
    expected += [tier.label for benefit in policy.benefits for tier in getattr(benefit, "tiers", ())]
    expected += [CORPUS.policies[other].title for other in (*policy.related, *policy.restates)]
    expected += [CORPUS.papers[key].title for key in policy.also_papers]
    assert [text for text in expected if " ".join(text.split()) not in said] == []
    phones = {contact.phone for contact in policy.contacts if contact.phone}
    assert set(re.findall(r'href="tel:([^"]*)"', page)) == phones
    assert said.count("资料未列电话") == sum(not contact.phone for contact in policy.contacts)


async def test_a_scale_is_a_table(site: Site) -> None:
    """The seven steps of q91-73 stand in a table, each with its sum."""
    page = await site.text("/p/q91-73")
    rows = [words(row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert len(rows) == 8
    assert "首次超过200亿元 400万元" in rows
    assert "首次超过10亿元 20万元" in rows


async def test_every_sum_of_a_scale_is_shown(site: Site) -> None:
    """Shares and caps of q91-27's three scales are in its tables, with the yearly limits above them."""
    said = words(await site.text("/p/q91-27"))
    for fact in ("完成II期临床试验 30% 600万元", "2类 20% 100万元", "一家一年最多5000万元", "比例按实际投入研发费用算"):
        assert fact in said


async def test_a_policy_in_force_counts_its_days(site: Site) -> None:
    """The days left are those after today, and the last day is named as such."""
    assert "有效 · 还剩39天" in hero(await site.text("/p/q91-1"))
    await site.on(date(2026, 12, 31))
    assert "有效 · 今天是最后一天" in hero(await site.text("/p/q91-1"))
    await site.on(date(2027, 1, 1))
    assert "已于2026年12月31日到期，现在不能再报" in hero(await site.text("/p/q91-1"))


async def test_a_status_turns_at_midnight_in_shanghai(site: Site) -> None:
    """One second before midnight in Shanghai a policy holds for its last day; at midnight it is over."""
    midnight = datetime(2027, 1, 1, tzinfo=SHANGHAI).timestamp()
    await site.clock.advance(midnight - 1 - site.clock.time())
    assert "今天是最后一天" in hero(await site.text("/p/q91-1"))
    await site.clock.advance(1)
    assert "已到期" in hero(await site.text("/p/q91-1"))


async def test_an_expired_policy_names_what_is_in_force(site: Site) -> None:
    """q91-86 is over: the first thing on its page says so and links the related policies that hold today."""
    page = await site.text("/p/q91-86")
    notice = page[page.index('<div class="notice expired">') : page.index("<h1>")]
    assert "已于2025年4月29日到期，现在不能再报" in words(notice)
    assert re.findall(r'href="/p/([^"]*)"', notice) == ["q91-2", "q91-69", "xh49-9"]
    assert "<title>【已到期】" in page


@WITH_FIXTURES
@given(policy=st.sampled_from(POLICIES), day=DAYS)
async def test_no_expired_policy_ever_looks_valid(site: Site, policy: Policy, day: date) -> None:
    """Whatever the day: a page says that a policy is over exactly where it is, and then nowhere that it holds."""
    await site.on(day)
    said = hero(await site.text(f"/p/{policy.id}"))
    status = CORPUS.status(policy, day)
    assert ("现在不能再报" in said) == (status is Status.EXPIRED)
    assert ("有效 · " in said) == (status is Status.VALID)
    assert ("施行中" in said) == (status is Status.OPEN)
    assert ("还没施行" in said) == (status is Status.UPCOMING)
    assert ("资料未列有效期" in said) == (status is Status.NOT_STATED)


@WITH_FIXTURES
@given(day=DAYS)
async def test_no_row_of_the_list_shows_an_expired_policy_as_valid(site: Site, day: date) -> None:
    """Whatever the day, each of the rows carries the status of its policy and no other."""
    await site.on(day)
    rows = ROW.findall(await site.text("/policies"))
    assert len(rows) == len(POLICIES)
    for row in rows:
        policy = CORPUS.policies[re.findall(r'href="/p/([^"]*)"', row)[0]]
        over = CORPUS.status(policy, day) is Status.EXPIRED
        assert ("已到期" in row) == over
        assert not (over and ("有效 · " in row or "施行中" in row or re.search(r">最高", row)))


@WITH_FIXTURES
@given(
    district=st.sampled_from(["", *dict.fromkeys(policy.district for policy in POLICIES)]),
    status=st.sampled_from(["", "valid", "soon", "expired", "not_stated"]),
    topic=st.sampled_from(["", *CORPUS.topics]),
    text=st.sampled_from(["", "技改", "崂山区有哪些", "首台套", "青政发〔2024〕11号"]),
)
async def test_every_filter_shows_as_many_as_it_promises(
    site: Site, district: str, status: str, topic: str, text: str
) -> None:
    """Behind each chip stand as many policies as its number says, whatever else is chosen."""
    query = {"q": text, "district": district, "status": status, "topic": topic}
    page = await site.text("/policies?" + "&".join(f"{key}={quote(value)}" for key, value in query.items()))
    for address, name, count in CHIP.findall(page)[:6]:
        target = await site.text(html.unescape(address))
        if html.unescape(address).count("=") >= sum(map(bool, query.values())):  # sets, and does not take away
            assert len(ROW.findall(target)) == int(count), name


async def test_the_counts_of_the_filters_add_up(site: Site) -> None:
    """Districts share out all policies, and so do the four standings; what ends soon is part of what is valid."""
    chips = [(name, int(count)) for _, name, count in CHIP.findall(await site.text("/policies"))]
    counts = dict(chips)
    assert sum(counts[name] for name in ("市级", "崂山区", "平度市", "高新区", "西海岸新区")) == len(POLICIES)
    assert counts["有效"] + counts["已到期"] + counts["未列期限"] == len(POLICIES)
    assert counts[f"快到期（{SOON}天内）"] <= counts["有效"]
    topics = [count for name, count in chips if name in CORPUS.topics]
    assert len(topics) == len(CORPUS.topics)
    assert topics == sorted(topics, reverse=True)


async def test_filters_combine_and_stay_with_a_search(site: Site) -> None:
    """A district, a standing and a topic narrow together; the search form carries them on."""
    page = await site.text("/policies?district=高新区&status=expired&topic=做大做强")
    shown = {re.findall(r'href="/p/([^"]*)"', row)[0] for row in ROW.findall(page)}
    assert shown == {p.id for p in POLICIES if p.district == "高新区" and "做大做强" in p.topics}
    assert '<input type="hidden" name="district" value="高新区">' in page
    assert '<input type="hidden" name="status" value="expired">' in page


async def test_a_paper_lists_its_policies(site: Site) -> None:
    """The link from a policy to its paper's others leads to all of them and nothing else."""
    page = await site.text("/p/q91-55")
    address = html.unescape(re.findall(r'<a class="onward" href="([^"]*)"', page)[0])
    shown = {re.findall(r'href="/p/([^"]*)"', row)[0] for row in ROW.findall(await site.text(address))}
    assert shown == {policy.id for policy in POLICIES if policy.paper == "ltc-2024-4"}


async def test_a_search_ranks_and_counts(site: Site) -> None:
    """A search shows what the chat would find, best first, and how many."""
    page = await site.text("/policies?q=首台套")
    rows = ROW.findall(page)
    assert rows
    assert f"“首台套”找到 {len(rows)} 条" in words(page)
    assert any("首台套" in CORPUS.policies[i].topics for i in re.findall(r'href="/p/([^"]*)"', rows[0]))


async def test_a_search_for_a_topic_leads_to_all_of_it(site: Site) -> None:
    """A search shows the best alone; where the words are a topic, the whole of it is one tap away."""
    page = await site.text("/policies?q=海洋")
    address = html.unescape(re.findall(r'<a class="onward topic" href="([^"]*)"', page)[0])
    assert len(ROW.findall(await site.text(address))) == sum("海洋" in policy.topics for policy in POLICIES)


async def test_a_search_in_vain_says_so(site: Site) -> None:
    """Where nothing fits the page says that, shows no policy, and offers the whole list."""
    page = await site.text("/policies?q=zzzzqqqq")
    assert "没有找到“zzzzqqqq”的政策" in words(page)
    assert ROW.findall(page) == []
    assert f"看全部{len(POLICIES)}条" in words(page)


@WITH_FIXTURES
@given(text=st.text(max_size=60), value=st.text(max_size=20))
async def test_no_query_breaks_the_list(site: Site, text: str, value: str) -> None:
    """Any characters at all in any field get a page."""
    fields = "&".join(f"{key}={quote(value, errors='replace')}" for key in ("district", "topic", "status", "paper"))
    page = await site.text(f"/policies?q={quote(text, errors='replace')}&{fields}")
    assert "</html>" in page


@pytest.mark.parametrize(
    "query", ["q=%00%01%1f", "q=%ff%fe%80", "q=%ed%a0%80", "district=%00", "topic=&topic=&q", "q=a&q=b", "%00=%00", "="]
)
async def test_broken_queries_get_the_list(site: Site, query: str) -> None:
    """Control characters, bytes that are no UTF-8, fields given twice: still a page."""
    assert "</html>" in await site.text(f"/policies?{query}")


async def test_an_unknown_filter_is_named_and_left_out(site: Site) -> None:
    """A district that does not exist changes nothing, and the reader is told."""
    page = await site.text("/policies?district=月球")
    assert "没有“月球”这个筛选条件" in words(page)
    assert len(ROW.findall(page)) == len(POLICIES)


async def test_a_text_far_too_long_is_cut_and_said_so() -> None:
    """Ten thousand characters are read up to the limit where the server lets them in, and are never a fault."""
    query = "/policies?q=" + "长" * 10_000
    site = Site()
    server = TestServer(site.app)
    await server.start_server(max_line_size=200_000)
    async with TestClient(server) as client:
        site.client = client
        assert f"只按前{TEXT_LIMIT}个字来找" in words(await site.text(query))
    server = TestServer(Site().app)
    async with TestClient(server) as client, client.get(query) as response:
        assert response.status in (400, 414)


async def test_what_is_typed_is_only_ever_text(site: Site) -> None:
    """Markup in a search, a filter or an address comes back as text."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    for address, status in (
        (f"/policies?q={quote(evil)}", 200),
        (f"/policies?district={quote(evil)}", 200),
        (f"/p/{quote(evil, safe='')}", 404),
    ):
        page = await site.text(address, status)
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script" in page or "&#34;&gt;&lt;" in page


@pytest.mark.parametrize("wanted", ["nope", "q91-0", "Q91-1", "%00", "%ff", "a" * 300, "..%2f..%2fetc%2fpasswd", "%20"])
async def test_an_unknown_policy_leads_on(site: Site, wanted: str) -> None:
    """A wrong id is a 404 page with a search box and the way to the list."""
    page = await site.text(f"/p/{wanted}", 404)
    assert "没有这一页" in page
    assert '<form class="search" action="/policies"' in page
    assert 'href="/policies"' in page


@pytest.mark.parametrize("address", ["/p/q91-1", "/policies", "/p/nope", "/static/pages.css", "/static/nope"])
async def test_every_answer_is_locked_down(site: Site, address: str) -> None:
    """Pages run no script, load nothing from elsewhere, and may be framed by the same origin alone; HEAD agrees."""
    async with site.client.get(address) as response:
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        for rule in ("style-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'self'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        status, text = response.status, await response.text()
    assert "<script" not in text
    assert not re.search(r'\s(?:style|on\w+)="', text)
    async with site.client.head(address) as response:
        assert response.status == status
        assert await response.read() == b""


async def test_styles_are_kept_for_good_and_pages_are_not(site: Site) -> None:
    """A style asked for by its hash never changes; a page must be fresh, since its status turns at midnight."""
    page = await site.text("/policies")
    for address in re.findall(r'<link rel="stylesheet" href="([^"]*)"', page):
        async with site.client.get(address) as response:
            assert response.status == 200
            assert response.content_type == "text/css"
            assert "immutable" in response.headers["Cache-Control"]
        async with site.client.get(address.partition("?")[0]) as response:
            assert response.headers["Cache-Control"] == "no-cache"
    async with site.client.get("/policies") as response:
        assert response.headers["Cache-Control"] == "no-cache"


async def test_no_file_outside_is_served(site: Site) -> None:
    """An address that climbs out of the folder of styles finds nothing."""
    for name in ("..%2fpages.py", "%2e%2e%2fpages.py", "..%5cpages.py"):
        await site.text(f"/static/{name}", 404)


async def test_a_paper_copy_says_where_the_page_is(site: Site) -> None:
    """A print carries its date and the address to look the status up again."""
    said = words(await site.text("/p/q91-1"))
    assert f"2026年11月22日打印，以当天的资料为准。最新情况见 {PUBLIC}/p/q91-1" in said
    assert TODAY + timedelta(days=39) == date(2026, 12, 31)


async def test_policies_of_one_title_are_told_apart(site: Site) -> None:
    """In lists, searches and on their own pages no two policies are called alike where people call them differently."""
    assert "<h1>鼓励企业加大研发投入·技改</h1>" in await site.text("/p/q91-65")
    rows = ROW.findall(await site.text(f"/policies?district={quote('平度市')}"))
    titles = [re.sub("<.*?>", "", row.partition("</h4>")[0]).strip() for row in rows]
    assert len(titles) > 5
    assert len(set(titles)) == len(titles)
    assert "鼓励企业加大研发投入·技改" in await site.text(f"/policies?q={quote('技改')}")


async def test_what_is_over_comes_after_what_fits_nearly_as_well(site: Site) -> None:
    """A search for 技改 shows the zone's policy that is over below those in force."""
    rows = ROW.findall(await site.text(f"/policies?q={quote('技改')}"))
    over = next(n for n, row in enumerate(rows) if "已到期" in row)
    pingdu = next(n for n, row in enumerate(rows) if "/p/q91-65" in row)
    assert pingdu < over


async def test_restatements_are_counted_and_named(site: Site) -> None:
    """Where the list holds the same money twice, it says so: the chat tells it once."""
    page = words(await site.text("/policies?status=soon"))
    again = [p for p in POLICIES if p.restates and CORPUS.status(p, TODAY) is Status.VALID]
    assert again
    assert re.search(r"共 40 条，连同区（市）转述的4条一起列出，同一笔钱不重复拿", page)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (f"paper={PAPER}", "青政发〔2024〕11号有哪些政策"),
        ("topic=绿色低碳", "绿色低碳有哪些政策"),
        ("district=崂山区", "崂山区有哪些"),
        ("status=valid", "还有效的政策有哪些"),
    ],
)
async def test_the_list_counts_as_the_chat_does(site: Site, query: str, asked: str) -> None:
    """The same wish has the same number here and there; what the chat leaves out is counted beside it."""
    told = re.findall(r"政策共(\d+)条", said(await Talk().say(asked)))
    assert told
    assert told == re.findall(r"共 (\d+) 条", words(await site.text(f"/policies?{query}")))


async def test_a_policy_leads_to_all_of_its_paper(site: Site) -> None:
    """With the number that the chat tells of that paper, and how many restate others."""
    assert "这份文件的全部25条，连同转述的4条" in words(await site.text("/p/q91-1"))


async def test_a_limit_for_each_unit_is_shown(site: Site) -> None:
    """What one mu of ponds gets at most stands on the page."""
    assert "每亩最多6000元" in await site.text("/p/xh49-38")
