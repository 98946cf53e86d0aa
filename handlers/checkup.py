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
        "服务器出口IP不在白名单。请公众号管理员到“微信开发者平台→基本信息→API IP白名单”加上这个IP：{detail}。"
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
        "请填自己的反向代理层数；代理不在本机的，还要把它的地址写进 [server] trusted_proxies。"
    ),
    "proxy_distrusted": (
        "请求是经代理 {detail} 来的，可是 [server] trusted_proxies 里没有它："
        "所有访客会被当成来自同一个地址，一个人试错密码会拖慢所有人。"
        "请把这个地址写进 trusted_proxies，重启程序。"
    ),
    "proxy_silent": (
        "[console] proxies 写了有反向代理，可是请求里没有 X-Forwarded-For：所有访客会被当成来自同一个地址。"
        "请让代理加上这一项（照 deploy/nginx.conf），没有代理的话写 proxies = 0。"
    ),
    "proxy_doubtful": (
        "程序监听 {detail}，前面应当有反向代理，可是 [server] trusted_proxies 只信任本机的。"
        "代理在别的机器或容器里的，请把它的地址写进去；在本机的，不用改。"
    ),
    "callback": "回调地址能通过微信的验证：{detail}",
    "callback_away": "回调地址打不开：{detail}（{reason}）。请确认服务已启动、反向代理已转发 /wechat。",
    "no_such_name": "域名解析不了",
    "not_trusted": "证书不被信任",
    "too_slow": "太久没有应答",
    "no_connection": "连接不上",
    "broken_off": "连接中断",
    "sealing": "加密方式（{detail}）和密钥与正在运行的程序一致",
    "sealing_bad": (
        "正在运行的程序解不开按这份设置加密的消息（{detail}）：mode、EncodingAESKey 或 Token 不一致。"
        "请核对设置，改过之后重启程序；三项还须与“微信开发者平台→消息推送”里的相同，由公众号管理员核对。"
    ),
    "sealing_unsure": "加密方式没有查成，回调地址返回{detail}。请查看程序日志。",
    # 公众号
    "account": "公众号的类型和权限与设置相符（{reason}）",
    "account_unsure": "公众号的权限没有查成：{detail}。请稍后再查一次。",
    "account_uncertified": (
        "设置写的是已认证，但微信不给菜单权限：公众号没有认证，或认证已过期。"
        "请公众号管理员到“公众平台→设置与开发→微信认证”办理，或在设置里写 certified = false。"
    ),
    "account_certified": "公众号有认证后的权限，但设置写的是 certified = false，所以不主动推送。请核对。",
    "account_without_templates": (
        "设置写的是已认证的服务号，但微信不给模板消息权限：是订阅号，或没有开通模板消息。"
        "请公众号管理员到“公众平台→广告与服务→模板消息”申请，或核对 account。"
    ),
    "account_service": "公众号能发模板消息，是服务号，但设置里的 account 不是 service。请核对。",
    "kind_service": "服务号",
    "kind_subscription": "订阅号",
    "kind_test": "测试号",
    "template": "模板消息的模板可用：{detail}",
    "template_unsure": "模板消息的模板没有查成：{detail}",
    "template_missing": (
        "公众号里没有设置的模板：{detail}。请公众号管理员到“公众平台→广告与服务→模板消息”选用，并更新 template_id。"
    ),
    "template_fields": "模板消息的字段与设置不符（+ 是设置多出的，- 是设置缺少的）：{detail}。请改 template_fields。",
    "notice": "订阅通知的模板可用：{detail}",
    "notice_unsure": "订阅通知的模板没有查成：{detail}",
    "notice_missing": (
        "公众号里没有设置的订阅通知：{detail}。请公众号管理员到“公众平台→广告与服务→订阅通知”选用，并更新 notice_id。"
    ),
    "notice_fields": "订阅通知的字段与设置不符（+ 是设置多出的，- 是设置缺少的）：{detail}。请改 notice_fields。",
    "notice_lasting": "订阅通知是不是长期的，与设置不符。请写 notice_lasting = {detail}。",
    "quota": "{reason}今天已用{detail}次",
    "quota_low": "{reason}今天已用{detail}次，快用完了。余下的明天零点后再发。",
    "quota_spent": (
        "{reason}今天的次数已用完（{detail}）。明天零点恢复；急用时公众号管理员可到“微信开发者平台→接口管理”清零。"
    ),
    "quota_unsure": "{reason}的剩余次数没有查成：{detail}",
    "channel_custom": "客服消息",
    "channel_template": "模板消息",
    "channel_subscribe": "订阅通知",
    "channel_mass": "群发",
    "menu": "公众号菜单与本程序的一致",
    "menu_unsure": "公众号菜单没有查成：{detail}",
    "menu_bad": "菜单资料不能用：{detail}。请改正。",
    "menu_missing": "公众号还没有通过接口设置菜单。请运行 menu，或由审核员在管理台“公众号菜单”里上传。",
    "menu_differs": (
        "公众号上的菜单与本程序的不一样（{detail}）。改过没有上传的，请运行 menu；别人改的，先问清再覆盖。"
    ),
    "seats": "人工客服有{detail}个座席",
    "seats_none": "设置了 transfer = true，但没有客服座席，没有人接。请公众号管理员到“公众平台→客服”添加。",
    "seats_off": "设置了 transfer = true，但公众号没有开通客服功能：{detail}。请公众号管理员到“公众平台→客服”开通。",
    "seats_unsure": "客服座席没有查成：{detail}",
    "transfer_idle": "设置了 transfer = true，但没有认证的公众号不能转人工。请改为 false，或先认证。",
    "reached": "微信能解析到服务器：{detail}",
    "unresolved": "微信解析不到服务器的域名。请运维核对域名解析，管理员核对“微信开发者平台→消息推送”里的URL。",
    "unreached": "微信 ping 不通服务器。防火墙不答 ping 时也会这样；如果收不到消息，请运维放行微信的地址。",
    # 日常
    "queues": "没有积压的消息和通知",
    "queue_late": "{reason}有一条已经等了{detail}分钟。请运维看 serve 或 worker 是否在运行，日志里有没有 job failed。",
    "queue_inbox": "收到的消息",
    "queue_notices": "待发的通知",
    "channel_halted": (
        "{reason}已停用，要等人处理（{detail}）。按原因处理好后运行 outbox --resume，冒号前是通道名；"
        "restored 是刚从备份恢复，请先看清还有什么要发。"
    ),
    "channel_paused": "{reason}暂停中，会自动恢复（{detail}）。",
    "news_failed": "有{detail}条政策变化没有能通知订阅的人，原因在日志里。",
    "sends_unknown": "有{detail}条发送结果不明，不会自动重发。请用 outbox --state unknown 查看，核实后 --retry。",
    "nothing_received": "还没有收到过任何消息。请管理员在“微信开发者平台→消息推送”启用服务器配置，再用手机发一句试试。",
    "edition_held_back": (
        "现在的政策资料（{detail}）是以前公布过、后来换掉的，所以不通知任何人，也不提醒截止日。"
        "如果是旧文件，请换回新的；如果有意退回：用管理台的“版本→起草退回”，或以文件为准时运行 publish。"
    ),
    "console_plain": "管理台的地址不是https（{detail}），密码会被人看到。请运维配置证书并把 public_url 改为https。",
    "staff": "管理台有{detail}个账号，审核员和管理员都有第二重验证",
    "staff_none": "管理台还没有账号。请运行 staff add 加一个管理员。",
    "staff_bare": "这些账号还没有第二重验证：{detail}。请本人登录管理台，在“我的账号”里设置。",
    "disk": "磁盘空间够用（{detail}）",
    "disk_tight": "磁盘空间不多了（{detail}）。请运维清理或扩容。",
    "disk_full": "磁盘快满了（{detail}），满了就收不下消息。请运维马上清理或扩容。",
    "backup": "最近的备份：{detail}",
    "backup_elsewhere": "备份由别的办法做（backup_hours = 0），这里不检查",
    "backup_failed": "上一次备份没有做成（{detail}）。请运维按原因处理，马上重新备份。",
    "backup_never": "数据库用到现在还没有备份过。请运维运行 backup，并启用 huiqi-backup.timer。",
    "backup_unset": "还没有备份过。请运维设好每天备份，并在 [database] backups 填备份的文件夹。",
    "backup_unread": "备份的文件夹打不开：{detail}。请运维核对 [database] backups 和权限。",
    "backup_none": "备份的文件夹里没有备份：{detail}。请运维运行 backup，并启用 huiqi-backup.timer。",
    "backup_bad": "最近的备份读不了：{detail}。请运维马上重新备份。",
    "backup_old": "最近的备份已经太旧：{detail}。请运维看 huiqi-backup.timer 是否在运行。",
    "callback_bad": "回调地址没有正确应答：{detail}。请核对 token，并确认 /wechat 直达本程序。",
}
