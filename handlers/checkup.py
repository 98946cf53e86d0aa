"""What the doctor says for each of its findings: what is so, what to do about it, and who must."""

CHECKUP: dict[str, str] = {
    "placeholders": "设置里还是示例值：{detail}。请换成本公众号的真实值（微信开发者平台→基本信息）。",
    "corpus": "政策资料可用：{detail}条",
    "corpus_bad": "政策资料读不了：{detail}。请按提示改正该文件后重试。",
    "database": "数据库可用（{detail}），版本正确",
    "database_missing": (
        "数据库还没有建，或还是旧版本，请先运行 migrate：.venv/bin/python main.py migrate --config 设置文件"
    ),
    "database_newer": "数据库是更新版本的程序建的，请换回新版本的程序。",
    "database_unfinished": (
        "有一次数据库搬迁（copy）正在写入这个数据库，或者中途断了。如果没有在搬，请删掉这个库，换一个空库重新搬。"
    ),
    "database_away": "连不上数据库，或数据库拒绝访问。请检查数据库是否在运行，以及设置里的地址、用户名和密码。",
    "database_bad": "数据库地址不对：{detail}",
    "platform_away": "连不上微信接口：{detail}（{reason}）。请运维检查服务器能否访问外网、DNS和出口防火墙。",
    "clock": "服务器时间正常，与微信相差{detail}秒",
    "clock_unknown": "微信没有返回时间，无法核对服务器时间",
    "clock_bad": "服务器时间与微信相差{detail}秒，超过5分钟消息会被拒收。请运维开启时间同步（NTP）。",
    "token": "接口凭证可用（微信推送来源{detail}个地址）",
    "token_away": "取接口凭证时微信没有应答，请稍后再查一次。",
    "token_bad": "取不到接口凭证：{detail}",
    "address_refused": (
        "服务器出口IP不在白名单：{detail}。请公众号管理员到“微信开发者平台→基本信息→API IP白名单”加上报错里的IP。"
    ),
    "secret_bad": "AppSecret不对：{detail}。请管理员到“微信开发者平台”重置并更新 app_secret。",
    "secret_frozen": "AppSecret已被冻结：{detail}。请管理员到“微信开发者平台”解冻。",
    "app_id_bad": "AppID不对：{detail}。请核对 app_id。",
    "address": "公网地址：{detail}",
    "address_plain": "公网地址：{detail}（建议改用https）",
    "address_missing": "没有设置 public_url，回复里不会有“全文”链接，也没有核对回调地址。需要的话请填公网地址，如 https://bot.example.gov.cn。",
    "address_port": "公网地址带了端口：{detail}。微信只推送到80或443端口。",
    "proxies_unset": (
        "公网地址是https，前面应当有反向代理，但 [console] proxies = 0：管理台会把所有人当成来自同一个地址。"
        "请填自己的反向代理层数。"
    ),
    "callback": "回调地址能通过微信的验证：{detail}",
    "callback_away": "回调地址打不开：{detail}（{reason}）。请确认服务已启动、反向代理已转发 /wechat。",
    "no_such_name": "域名解析不了",
    "not_trusted": "证书不被信任",
    "too_slow": "太久没有应答",
    "no_connection": "连接不上",
    "broken_off": "连接中断",
    "callback_bad": "回调地址没有正确应答：{detail}。请核对 token，并确认 /wechat 直达本程序。",
}
