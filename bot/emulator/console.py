"""What somebody set by hand on the platform's own console: replies by keyword, a menu of before, seats of staff."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Console:
    """The settings, as their calls tell them. `buttons` is the console's menu: followers see it until one is created by
    the API. `reachable` is whether the platform's machines get through to the account's server."""

    def __init__(self) -> None:
        self.buttons: list[Json] = []
        self.welcome = ""
        self.default = ""
        self.rules: list[Json] = []
        self.seats: list[str] = []
        self.has_seats = True  # whether the account has switched customer service on
        self.reachable = True
        self.resolves = True  # whether they find its name

    def add_rule(self, name: str, keywords: dict[str, str], *replies: Json, mode: str = "random_one") -> None:
        """A rule: what is typed, each with how it is matched (contain or equal), and what is said."""
        typed = [{"type": "text", "match_mode": match, "content": word} for word, match in keywords.items()]
        rule = {"rule_name": name, "create_time": 1_423_028_166, "reply_mode": mode}
        self.rules.append({**rule, "keyword_list_info": typed, "reply_list_info": list(replies)})

    def replies(self) -> Json:
        """What get_current_autoreply_info says: what is not set is not there."""
        found: Json = {"is_add_friend_reply_open": int(bool(self.welcome))}
        found["is_autoreply_open"] = int(bool(self.default or self.rules))
        if self.welcome:
            found["add_friend_autoreply_info"] = {"type": "text", "content": self.welcome}
        if self.default:
            found["message_default_autoreply_info"] = {"type": "text", "content": self.default}
        if self.rules:
            found["keyword_autoreply_info"] = {"list": self.rules}
        return found

    def check(self) -> Json:
        """What callback/check says of the server's name and of the way to it."""
        loss, time = ("0%", "23.079ms") if self.reachable else ("100%", "")
        ping = {"ip": "192.0.2.1", "from_operator": "CAP", "package_loss": loss, "time": time}
        dns = [{"ip": "192.0.2.1", "real_operator": "UNICOM"}] if self.resolves else []
        return {"dns": dns, "ping": [ping]}
