"""A corpus small enough to know by heart, as the files of a folder."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from bot.corpus import Corpus, read_corpus

CITY = """
[papers.city]
title = "支持先进制造业若干政策"
number = "青政发〔2024〕11号"
end = 2026-12-31

[[policy]]
id = "q91-1"
title = "鼓励技术改造"
level = "city"
district = "市"
chapter = "制造业"
topics = ["技术改造"]
paper = "city"
summary = "买新设备按投资的12%给补助，一家一年最多600万元。"
who = ["规模以上工业企业"]
conditions = ["设备投资1000万元以上"]
keywords = ["技改", "买设备", "换新设备"]
contacts = [{ unit = "市工信局投资处", phone = "85911248" }]
related = ["q91-10"]

[[policy.benefits]]
kind = "rate"
name = "技改补助"
percent = 12
base = "设备投资"
fact = "equipment"
cap_year = 6_000_000

[[policy]]
id = "q91-2"
title = "支持首台套"
level = "city"
district = "市"
chapter = "制造业"
topics = ["首台套"]
paper = "city"
summary = "认定为首台套的，给100万元。"
who = ["装备企业"]
keywords = ["首台套", "套装", "备用电源", "AI芯片"]
contacts = [{ unit = "市工信局投资处", phone = "85911248" }]
"""

DISTRICT = """
[papers.laoshan]
title = "崂山区实体经济意见"
start = 2023-01-01

[[policy]]
id = "q91-10"
title = "崂山区技改配套"
level = "district"
district = "崂山区"
chapter = "区"
topics = ["技术改造"]
paper = "laoshan"
summary = "拿到市里技改补助的，区里再给一半。"
who = ["崂山区工业企业"]
keywords = ["技改", "技改配套"]
contacts = [{ unit = "崂山区工信局" }]
related = ["q91-1"]
"""

DEPARTMENTS = """
[hours]
morning = ["09:00", "12:00"]
afternoon = ["13:30", "17:00"]

[[department]]
name = "市工信局投资处"
short = "投资处"
district = "市"
aliases = ["技改处"]
phones = [{ number = "85911248" }]

[[department]]
name = "崂山区工信局"
short = "区工信局"
district = "崂山区"
"""

LEXICON = """
[intents]
contact = ["找谁", "电话"]
amount = ["能补多少"]

[stop]
words = ["请问", "的", "我们"]

[districts]
"崂山区" = ["崂山"]

[places]
uncovered = ["即墨"]
elsewhere = ["北京"]
ours = ["崂山"]

[levels]
city = ["市级"]

[foreign]
words = ["天气"]

[sources]
"q91" = ["汇编"]

[[synonym]]
say = ["机器换人"]
mean = ["技改"]

[[collection]]
paper = "city"
words = ["制造业十条"]
"""

FACTS = """
[[fact]]
key = "equipment"
name = "设备投资"
kind = "money"
ask = "设备投了多少？"
words = ["设备", "设备投资"]
"""

FILES = {
    "policies/city.toml": CITY,
    "policies/district.toml": DISTRICT,
    "departments.toml": DEPARTMENTS,
    "topics.toml": '[[topic]]\nname = "技术改造"\nwords = ["技改"]\n\n[[topic]]\nname = "首台套"\n',
    "facts.toml": FACTS,
    "lexicon.toml": LEXICON,
    "edition.toml": 'name = "试用版"\n',
}


def write_files(folder: Path, files: dict[str, str] = FILES) -> Path:
    """The folder, with the files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@cache
def small_corpus() -> Corpus:
    """The corpus of FILES."""
    with tempfile.TemporaryDirectory() as folder:
        return read_corpus(write_files(Path(folder)))
