"""钱公示仨月了一分没见着, 跑了三趟都说缺材料, 点提交就闪退: a complaint that is told and not called one."""

from __future__ import annotations

import re

UNPAID, SILENT, SENT_AWAY, BROKEN, ASTRAY = "unpaid", "silent", "sent away", "broken", "astray"
WRONG = "wrong"

NUMBER = r"(?:[一二两三四五六七八九十半几仨俩\d]|好几|好多|无数|多少|大半|老多){1,4}+"
LONG = (
    rf"(?:{NUMBER}个?多?(?:月|年|天|周|星期|礼拜|季度)"
    "|半天|好久|老久|很久|这么久|多少天|年前|去年|上半年|年初)"
)
MONEY = "(?:钱|款|奖金|补贴|补助|奖补|奖励|资金|扶持)"
# Money that is theirs already, and that it does not come.
GRANTED = re.compile("公示|公布|公告|审核|审过|批了|批下|通过|验收|评上|下文|发文|拨|答应|承诺|说好|定了")
NOTHING = "一分钱?(?:也|都)?(?:没|未|不)"
NOT_COME = (
    "(?:没|未|不)(?:见着?|见到|看到|看见|拿到|收到|到位|到账|打过来|打款|下来|发下|拨下|影)"
    "|影[子儿]?都|毛都|信儿?都|连个[影信响]|泡汤|打水漂|不了了之|没下文|没着落"
)
NO_MONEY = re.compile(f"{MONEY}.{{0,24}}?(?:{NOTHING}|{NOT_COME})|一分钱?(?:也|都)?[没未][见拿收给发到]")
DRAGGED = re.compile(f"{MONEY}.{{0,14}}?拖[了着到]?[都快有]?{LONG}|拖[了着]?{LONG}.{{0,10}}?{MONEY}")
# Nobody says anything: only what somebody handed in, or demands, makes a complaint of it.
NO_ANSWER = re.compile(
    "没有?(?:动静|音信?|信儿?|消息|下文|结果|回音|回信|回复|答复|着落|反应|反馈|进展|说法|人(?:[管理问接回]|吭声))"
    "|[没无]人(?:[管理问接]|吭声)|石沉大海|杳无音信|不了了之|(?:还|一直|总)在?(?:审核中|等消息)"
    "|[不没]给?(?:个|一个)(?:准话|准信|说法|回复|答复)|拖着|一拖再拖"
)
HANDED_IN = re.compile(
    "(?:材料|资料|申请|申报|表|件|东西)(?:早就|都|已经)?(?:交|递|报|送|提交|寄|传|填)(?:上去|上|过去|去|了|完|进去)"
    "|(?:交|递|报|送|提交)(?:上去|过去|上来|了材料|完材料)"
)
BUSINESS = re.compile("客户|甲方|买家|回款|货款|应收|垫资|欠款|对方|工程款|上游|下游|采购商")  # owes it, and no office
WAITED = re.compile(f"{LONG}多?(?:了|过去|都|还|也|没)")
DEMANDED = re.compile(
    "管不管|有没有人管|谁来?管管|到底(?:给|管|办|怎么|咋|还|啥|什么)|什么时候是个头|凭什么|凭啥|讨个说法|给个(?:说法|准)"
)
# Who was sent from place to place or came in vain: how often, and what was said each time.
OFTEN = re.compile(
    f"[跑去来打催找改补退交报填传问][了过]?(?!一[趟遍回次]){NUMBER}来?多?[趟遍回次]"
    "|一趟(?:一趟|又一趟|趟)|来回跑|跑断腿|跑来跑去|腿都跑"
)
IN_VAIN = re.compile(
    "(?:每|回|次)(?:趟|次|回|回回)?都[说缺让不是推没要]|都说(?:缺|不|没|材料|少)"
    "|[又还][说让要是](?:缺|补|少|不行|不对|不给|等|重)|就不能|不能一次|打回|退回来|驳回|白跑|推[给到来]"
    "|没人[接管理办]|不[给肯让]办|[办盖批弄拿]不(?:了|成|下来?|到|动)|说法不一|说的不一样|一人一个说法"
    "|一次说[清全完]|折腾|刁难|为难"
)
FEARED = re.compile("省得|免得|以免|避免|防止|怕|不想|别让|会不会|用不用|要不要")  # it has not happened
# Pages that do not work.
SITE = "(?:网页|网站|系统|平台|页面|入口|网址|链接|小程序|网上|申报网|客户端|app|后台)"
FAILS = (
    "(?:闪退|打不开|进不去|登不[上进了]|登录不[上了]|卡死|卡住|卡在|崩|报错|白屏(?!检)|黑屏(?!检)|转圈|死机|瘫|挂了(?!牌|号|钩|名)|点不[动了开]"
    "|没反应|(?:提交|上传|保存|注册|填)(?:不[了上成进]|失败|就|老是|总是?)|传不[上了]|加载不|用不了|出错)"
)
DOES_NOT_WORK = re.compile(f"{SITE}.{{0,14}}?{FAILS}")
APPLYING = re.compile("报奖|申报|填报|报名|申请|补贴|奖补|政策|惠企|材料|项目|兑现|认定|奖励|政务")
# This talk itself.
MISSES = re.compile(
    "八竿子打不着|驴头不对马嘴|风马牛不相及|鸡同鸭讲|对牛弹琴"
    "|(?:你|恁|给我|发我|回|答|说)的?.{0,8}(?:不沾边|不搭边|不搭界|不挨边|不着边|不相干|不对路|不是一回事)"
    f"|[问说讲][了过]?[你恁]?{NUMBER}[遍次回]了?.{{0,6}}(?:还是?|也|都|你|就|总|老)[没不答给听是说]"
)
# What was told before was wrong: 上回给我说的数是错的，害我白跑一趟.
TOLD_WRONG = re.compile(
    "(?:上[回次]|那[回次天]|前[天几]天?|昨天|之前|刚才|你们?|恁|您).{0,6}?(?:说|讲|告诉|答|回复?|给|发|查|报)(?:我|俺|咱|的|过|了|说|出来)*"
    ".{0,8}?(?:是错的?|错了|不对|有误|不准|假的|对不上|搞错|弄错|打不通)"
    "|(?:数|金额|电话|号码|日期|时间|比例|标准|答案|信息|政策|回复)(?:给|告诉|说|写|发|答)(?:我|俺|咱|得|的|给)*(?:是|都|全)?(?:错|不对|不准)"
)
DISTRUSTED = re.compile(
    "(?:我|俺|咱)?(?:[不没]敢?|没法|信不过|谁敢?|很难)(?:相信|信得过|信任|信)?(?:你|恁|您)(?:们|了|的话|说的)*$"
    "|^(?:我|俺|咱)?(?:真|还是|就是|才)?不(?:敢|太)?(?:相)?信$"
    "|(?:你|恁|您)们?(?:就是?|净|是不是|是|都|又|在)*(?:骗人|瞎说|胡说|瞎编|编的|胡扯|忽悠)"
)
HARMED = re.compile("[害坑](?:得|死|苦|惨)?(?:我|俺|咱)|白跑|白忙|白高兴|误事|耽误|误导|坑人|上当")
OURS = re.compile("你|恁|您|机器|客服|这个号|公众号|遍|竿子")


# Who asks what there is of money is asking about a policy, whatever they tell beside it.
ASKS = re.compile(
    "(?:有没有|有无|有啥|有什么|有哪些|能不能|能否|可以)[^，]{0,10}?(?:补贴|补助|政策|奖|资金|支持|扶持|融资|担保|贷款|贴息|优惠)"
    "|(?:补贴|补助|奖补|奖励|支持|扶持|政策|资助)(?:吗|么|没有?|不)?$|(?:奖|补|给|拿|领|报|是)(?:励|贴|助)?多少(?!天|次|趟|遍)|多少(?:钱|奖|补|万)|怎么算|咋算|几个点"
)
OUTCRY = re.compile("管不管|有没有人管|没人管|凭什么|凭啥|讨个说法|气死|投诉|八竿子|闪退|登不上|打不开")
QUESTION = re.compile("吗|么$|多少|怎么|咋|哪|谁|几|补|奖|申报")


def kind(text: str) -> str:
    """What a folded text complains of; empty where it does not."""
    if ASKS.search(text) and not OUTCRY.search(text):
        return ""
    if MISSES.search(text) and OURS.search(text):
        return ASTRAY
    if DISTRUSTED.search(text):
        return WRONG
    wrong = TOLD_WRONG.search(text) and not FEARED.search(text)
    if wrong and not BUSINESS.search(text) and (HARMED.search(text) or not QUESTION.search(text)):
        return WRONG
    if DOES_NOT_WORK.search(text) and APPLYING.search(text):
        return BROKEN
    waited = WAITED.search(text) or DEMANDED.search(text)
    owed = BUSINESS.search(text) is not None
    if not owed and (DRAGGED.search(text) or (NO_MONEY.search(text) and (waited or GRANTED.search(text)))):
        return UNPAID
    if NO_ANSWER.search(text) and waited and (HANDED_IN.search(text) or DEMANDED.search(text)):
        return SILENT
    happened = OFTEN.search(text) and IN_VAIN.search(text) and not FEARED.search(text)
    return SENT_AWAY if happened else ""
