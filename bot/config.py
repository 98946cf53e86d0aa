"""Settings: a TOML file becomes typed sections, or a ConfigError that says key, value and the nearest right one."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from bot.errors import ConfigError


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the file."""


class Server(Section, frozen=True, kw_only=True):
    """Where to listen, and the address people and the platform see.

    `trusted_proxies` are the addresses and networks of reverse proxies of our own; of nobody else X-Forwarded-For is
    believed.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    trusted_proxies: list[str] = msgspec.field(default_factory=lambda: ["127.0.0.0/8", "::1/128"])


class WeChat(Section, frozen=True, kw_only=True):
    """The official account. `mode` and `account` as the platform's console shows them."""

    app_id: str
    app_secret: str
    token: str
    encoding_aes_key: str = ""
    original_id: str
    mode: str = "safe"
    account: str = "service"
    certified: bool = True
    api_base_url: str = "https://api.weixin.qq.com"

    @property
    def may_push(self) -> bool:
        """Whether the account may write first; one without certification may only answer."""
        return self.certified or self.account == "test"


class Database(Section, frozen=True, kw_only=True):
    """sqlite:///relative.sqlite3, sqlite:////absolute.sqlite3 or postgresql://user@host/name.

    `backups` is the folder where the files of `backup` are, for `check` to look into the last one; `backup_hours` how
    old it may be before operators and staff are told, 0 where backups are made otherwise.
    """

    url: str = "sqlite:///huiqi.sqlite3"
    backups: str = ""
    backup_hours: int = 36


class Corpus(Section, frozen=True, kw_only=True):
    """The folder with policies/, departments.toml, topics.toml, lexicon.toml, edition.toml and menu.toml.

    `source` is what is the truth: the database, of which the folder is the first edition, or the files themselves.
    """

    path: str = "data"
    source: str = "database"


class Replies(Section, frozen=True, kw_only=True):
    """How long a follower waits, how long we remember, and whether people sit at the customer-service seats.

    `deadline` is in seconds, below the platform's 5; `keep_days` is how long answered messages are kept.
    """

    deadline: float = 4.5
    keep_days: int = 90
    transfer: bool = False


class Console(Section, frozen=True, kw_only=True):
    """The staff's pages at /console. `secret` seals second factors and signs cookies; whoever changes it, must set the
    second factors up anew.

    `proxies` is how many reverse proxies of our own stand in front, each adding to X-Forwarded-For; the last of them is
    one that `[server] trusted_proxies` names.
    """

    enabled: bool = False
    secret: str = ""
    session_hours: int = 12
    idle_minutes: int = 60
    totp_required: bool = True
    proxies: int = 0
    audit_days: int = 1095


class Push(Section, frozen=True, kw_only=True):
    """How people are told of what they subscribed to, and how often.

    `pace` is calls a second on each channel. `template_fields` and `notice_fields` say which named value of a notice
    (title, change, date, unit …) each key of the template shows; `notice_lasting` where one grant allows many sends.
    Nobody is written to from `quiet_from` until `quiet_until`, HH:MM in Shanghai.
    """

    pace: float = 50.0
    template_id: str = ""
    template_fields: dict[str, str] = {}
    notice_id: str = ""
    notice_fields: dict[str, str] = {}
    notice_lasting: bool = False
    per_day: int = 2
    per_week: int = 6
    quiet_from: str = "20:30"
    quiet_until: str = "08:30"
    workdays: bool = True


class Log(Section, frozen=True, kw_only=True):
    """What is logged, and how."""

    level: str = "info"
    format: str = "json"


class Config(Section, frozen=True, kw_only=True):
    """All settings."""

    server: Server = Server()
    wechat: WeChat
    database: Database = Database()
    corpus: Corpus = Corpus()
    replies: Replies = Replies()
    console: Console = Console()
    push: Push = Push()
    log: Log = Log()


CHOICES = {
    ("wechat", "mode"): ("safe", "compatible", "plain"),
    ("wechat", "account"): ("service", "subscription", "test"),
    ("corpus", "source"): ("database", "files"),
    ("log", "level"): ("debug", "info", "warning", "error"),
    ("log", "format"): ("json", "text"),
}
SECRETS = {
    ("wechat", "app_secret"),
    ("wechat", "token"),
    ("wechat", "encoding_aes_key"),
    ("database", "url"),
    ("console", "secret"),
}
SHAPES = {
    ("wechat", "app_id"): (r"[A-Za-z0-9]{8,64}", "the AppID of the account, such as wx0123456789abcdef"),
    ("wechat", "token"): (r"[A-Za-z0-9]{3,32}", "3 to 32 letters and digits"),
    ("wechat", "encoding_aes_key"): (r"[A-Za-z0-9]{43}", "43 letters and digits, or empty in plain mode"),
    ("wechat", "original_id"): (r"gh_[0-9A-Za-z]+", "the original id of the account, such as gh_0123456789ab"),
    ("wechat", "api_base_url"): (r"https?://[^\s/]+", "an address without a path, such as https://api.weixin.qq.com"),
    ("server", "public_url"): (r"https?://[^\s]+[^\s/]", "an address without a slash at the end, or empty"),
    ("console", "secret"): (r".{32,}", "32 random characters or more, such as `openssl rand -hex 32` prints"),
    ("push", "quiet_from"): (r"([01]\d|2[0-3]):[0-5]\d", "a time such as 20:30"),
    ("push", "quiet_until"): (r"([01]\d|2[0-3]):[0-5]\d", "a time such as 08:30"),
    ("database", "url"): (r"(sqlite:///|postgresql://).+", "sqlite:///file.sqlite3 or postgresql://user@host/name"),
}
RANGES = {
    ("server", "port"): (1, 65535, ""),
    ("database", "backup_hours"): (0, 8760, " hours"),
    ("console", "session_hours"): (1, 168, " hours"),
    ("console", "idle_minutes"): (5, 1440, " minutes"),
    ("console", "proxies"): (0, 9, ""),
    ("console", "audit_days"): (180, 36500, " days"),
}
FIELD = re.compile(  # the kinds of bot.channels.fields, which a test holds against this
    r"(thing|short_thing|const|enum|number|letter|symbol|character_string|time|date|amount|phone_number|car_number"
    r"|name|phrase)[0-9]+"
)
PLACEHOLDER = re.compile(r"wx0+|gh_0+|put.*here0*", re.IGNORECASE)  # what config.example.toml shows


def placeholders(config: Config) -> list[str]:
    """The settings of the account that still hold what the example shows."""
    names = ("app_id", "app_secret", "token", "encoding_aes_key", "original_id")
    return [name for name in names if PLACEHOLDER.fullmatch(getattr(config.wechat, name))]


def read_config(path: Path) -> Config:
    """The settings of a file."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error
    try:
        return parse_config(document)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def parse_config(document: dict[str, Any]) -> Config:
    """Typed settings of a parsed file; secrets given as env:NAME or file:PATH are fetched."""
    _known(document, Config, "section")
    resolved: dict[str, Any] = {}
    for section, values in document.items():
        if not isinstance(values, dict):
            raise ConfigError(f"{section} = (hidden): must be a section, written [{section}]")
        kind = next(f.type for f in msgspec.structs.fields(Config) if f.name == section)
        _known(values, kind, "setting", section)
        resolved[section] = {
            key: _secret(section, key, value) if (section, key) in SECRETS else value for key, value in values.items()
        }
    try:
        config = msgspec.convert(resolved, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_plain(error, resolved)) from error
    _check(config)
    return config


def _known(values: dict[str, Any], kind: Any, word: str, section: str = "") -> None:
    names = [f.name for f in msgspec.structs.fields(kind)]
    for key in values:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
            where = f"[{section}] {key}" if section else f"[{key}]"
            raise ConfigError(f"{where}: no such {word}; {hint}")


def fetched(value: str, place: str) -> str:
    """A secret as it is, or from where env:NAME or file:PATH say; ConfigError names the place where they say it."""
    if value.startswith("env:"):
        name = value.removeprefix("env:")
        if name not in os.environ:
            raise ConfigError(f'{place} = "{value}": the environment has no {name}')
        return os.environ[name]
    if value.startswith("file:"):
        path = Path(value.removeprefix("file:"))
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f'{place} = "{value}": the file cannot be read') from error
    return value


def _secret(section: str, key: str, value: Any) -> Any:
    return fetched(value, f"[{section}] {key}") if isinstance(value, str) else value


def _plain(error: msgspec.ValidationError, document: dict[str, Any]) -> str:
    text = str(error)
    missing = re.match(r"Object missing required field `(\w+)`(?: - at `\$\.(\w+)`)?", text)
    if missing:
        where = f"[{missing[2]}] {missing[1]}" if missing[2] else f"[{missing[1]}]"
        return f"{where}: is missing; config.example.toml shows it"
    at = re.search(r"^(.*) - at `\$\.(\w+)\.(\w+)`$", text)
    if at:
        return f"[{at[2]}] {at[3]} = {_shown(at[2], at[3], document[at[2]][at[3]])}: {at[1]}"
    return text


def _shown(section: str, key: str, value: Any) -> str:
    return "(hidden)" if (section, key) in SECRETS else repr(value)


def _check(config: Config) -> None:
    for section in msgspec.structs.fields(Config):
        values = getattr(config, section.name)
        for field in msgspec.structs.fields(type(values)):
            place, value = (section.name, field.name), getattr(values, field.name)
            shown = _shown(*place, value)
            choices, shape = CHOICES.get(place), SHAPES.get(place)
            if value == "" and field.default != "":
                raise ConfigError(f"[{place[0]}] {place[1]}: is empty; config.example.toml shows it")
            if choices and value not in choices:
                near = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.3)
                hint = f"did you mean {near[0]}?" if near else f"must be one of {', '.join(choices)}"
                raise ConfigError(f"[{place[0]}] {place[1]} = {shown}: {hint}")
            span = RANGES.get(place)
            if span and not span[0] <= value <= span[1]:
                must = f"must be from {span[0]} to {span[1]}{span[2]}"
                raise ConfigError(f"[{place[0]}] {place[1]} = {shown}: {must}")
            if shape and value and not re.fullmatch(shape[0], value):
                raise ConfigError(f"[{place[0]}] {place[1]} = {shown}: must be {shape[1]}")
    if config.wechat.mode != "plain" and not config.wechat.encoding_aes_key:
        raise ConfigError(f"[wechat] encoding_aes_key: is missing, and mode = {config.wechat.mode!r} needs it")
    if config.console.enabled and not config.console.secret:
        raise ConfigError("[console] secret: is missing, and enabled = true needs it")
    if not 0.5 <= config.replies.deadline <= 4.8:
        raise ConfigError(f"[replies] deadline = {config.replies.deadline}: must be from 0.5 to 4.8 seconds")
    if config.replies.keep_days < 1:
        raise ConfigError(f"[replies] keep_days = {config.replies.keep_days}: must be at least 1")
    _check_proxies(config.server.trusted_proxies)
    _check_push(config.push)


def _check_proxies(networks: list[str]) -> None:
    for network in networks:
        place = f"[server] trusted_proxies: {network!r}"
        try:
            known = ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise ConfigError(f"{place} must be an address or a network, such as 10.0.0.5 or 10.0.0.0/28") from error
        if not known.prefixlen:
            raise ConfigError(
                f"{place} is everybody, and whoever calls could say that they are anybody; name your proxy"
            )
        if str(known) not in (network, f"{network}/{known.max_prefixlen}"):
            raise ConfigError(f"{place} is no network; did you mean {known}?")


def _check_push(push: Push) -> None:
    if not 0 < push.pace <= 100_000:
        raise ConfigError(f"[push] pace = {push.pace}: must be above 0, and 100000 calls a second at most")
    for name in ("per_day", "per_week"):
        if getattr(push, name) < 1:
            raise ConfigError(f"[push] {name} = {getattr(push, name)}: must be at least 1")
    for name, template, fields in (
        ("template_fields", push.template_id, push.template_fields),
        ("notice_fields", push.notice_id, push.notice_fields),
    ):
        if template and not fields:
            raise ConfigError(f"[push] {name}: is empty; it says what each key of the template shows")
        for key in fields:
            if not FIELD.fullmatch(key):
                raise ConfigError(f"[push] {name}: {key!r} is no key of a template, such as thing1 or date2")
