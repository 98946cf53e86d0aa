"""What `move-in` says to whoever brings an account that answered by itself before."""

ARRIVING: dict[str, str] = {
    "lost": (
        "在“微信开发者平台→消息推送”启用服务器配置以后，公众平台上设置的自动回复和自定义菜单不再起作用，"
        "由本程序回答。下面是现在有的："
    ),
    "welcome": "关注后自动回复：{text}",
    "default": "收到消息的默认回复：{text}",
    "rules": "关键词回复{many}条，后面是本程序今天会怎么答：",
    "no_rules": "没有关键词回复。",
    "rule": "【{name}】现在回：{text}",
    "exact": "完全相同",
    "part": "包含",
    "answers": "  {word}（{how}）→ 会答：{text}",
    "knows_nothing": "  {word}（{how}）→ 没有对上政策，会答：{text}",
    "menu": "现在的菜单：",
    "no_menu": "现在没有菜单。",
    "not_by_api": "这些菜单项是在公众平台上做的文字、视频或图文，接口放不回去，要人工重做：{names}",
    "kept": "已存：{path}",
    "kept_before": "以前存过，没有改动：{path}",
    "not_kept": "加上 --who 账号名，可以把文字回复存成管理台的“常用答复”，供人工回复时选用；机器人自己不会说。",
    "texts_kept": "存了{many}条常用答复，在管理台“常用答复”里，供人工回复时选用；机器人自己不会说。",
    "too_long": "【{name}】的回复有{many}个字，超过{most}，没有存成常用答复，全文在文件里。",
    "next": (
        "没有对上政策的词，请编辑看是不是要补进政策的关键词。确认后运行 menu 换上新菜单，再启用服务器配置。"
        "要退回：停用服务器配置，再运行 move-in --back --to {folder}。"
    ),
    "cannot_put_back": "这些菜单项接口放不回去：{names}。可以加 --partly 只放回其余的，或在公众平台上人工重做。",
    "who": "--who {name}：要写一个可以编辑的管理台账号，如 --who zhang。",
    "silent": "微信接口没有应答（{url}，{detail}）。请运行 check 查看后再试。",
    "unwritten": "{path}：写不了（{reason}）。请换一个文件夹，或核对权限。",
    "unread": "{path}：读不了（{reason}）。它是 move-in 存下的，请先运行一次，或用 --to 写对文件夹。",
    "damaged": "{path}：内容坏了，里面没有菜单。请用保存时的副本，或在公众平台上人工重做。",
    "away": "微信接口没有应答（{detail}），菜单换没换上不确定。请运行 check 查看后再试。",
    "put_back": "原来的菜单已经放回，五分钟内生效。",
    "no_menu_again": "原来没有菜单，本程序的菜单已经删除。",
    "left_out": "没有放回的：{names}",
    "switch_off": "自动回复要停用服务器配置才恢复：请管理员到“微信开发者平台→消息推送”停用，再用手机发一个关键词核对。",
}
