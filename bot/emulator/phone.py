"""A follower with a phone: everything they can do to the account, and what they see of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.emulator import pushes
from bot.emulator.chats import Bubble, Chat, Link
from bot.emulator.courier import Delivered
from bot.emulator.followers import Follower, Window
from bot.emulator.media import address, sample_picture
from bot.emulator.pushes import Push
from bot.emulator.world import World

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML cannot hold
NOTHING = "transfer_customer_service"  # the one reply that shows nothing


class NotFollowing(Exception):
    """Only followers have a chat to write in."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a follower sees of one act: the new bubbles. `fault` says why the fault line or nothing came.

    `handed_over` is true where the bot passed the message to staff; `attempts` counts the pushes it took.
    """

    bubbles: tuple[Bubble, ...] = ()
    attempts: int = 0
    fault: str = ""
    handed_over: bool = False

    @property
    def text(self) -> str:
        """The words of all bubbles; of a card its title and description."""
        lines = (line for b in self.bubbles for line in (b.title, b.description, b.text) if line)
        return "\n".join(lines)


class Phone:
    """One person's WeChat, open at this account's chat."""

    def __init__(self, world: World, openid: str) -> None:
        self._world = world
        self.openid = openid

    @property
    def chat(self) -> Chat:
        """The chat, with all its bubbles and links."""
        return self._world.chats.of(self.openid)

    @property
    def bubbles(self) -> Sequence[Bubble]:
        """What stands in the chat, newest last."""
        return self.chat.bubbles

    @property
    def follower(self) -> Follower:
        """What the platform remembers of this person."""
        return self._world.followers.meet(self.openid)

    @property
    def window(self) -> Window:
        """What the account may still send them as customer service."""
        return self._world.followers.window(self.openid)

    async def push(self, push: Push, mine: Bubble | None = None) -> Seen:
        """Send any push, with the bubble it leaves on one's own side, and see what comes back."""
        bubble = self.chat.add(msgspec.structs.replace(mine, sender="me", pending=True)) if mine else None
        try:
            delivered = await self._world.courier.deliver(push, self.openid)
        finally:
            if bubble:
                self.chat.settle(bubble)
        return self._see(push, delivered)

    async def follow(self, scene: str = "") -> Seen:
        """Follow, by the QR code of `scene` where one is given; who follows already has scanned."""
        if self.follower.following:
            return await self.scan(scene) if scene else Seen()
        self._world.followers.follow(self.openid, scene=scene)
        self.chat.add(Bubble(sender="system", kind="system", text=self._world.words.followed))
        return await self.push(pushes.followed(scene, self._world.codes.ticket(scene) if scene else ""))

    async def unfollow(self) -> Seen:
        """Stop following."""
        if not self.follower.following:
            return Seen()
        self._world.followers.leave(self.openid)
        self.chat.add(Bubble(sender="system", kind="system", text=self._world.words.left))
        return await self.push(pushes.left())

    async def scan(self, scene: str) -> Seen:
        """Scan one of the account's QR codes."""
        if not self.follower.following:
            return await self.follow(scene)
        self._world.followers.act(self.openid)
        return await self.push(pushes.scanned(scene, self._world.codes.ticket(scene)))

    async def say(self, text: str, menu_id: str = "") -> Seen:
        """Write words; `menu_id` where a tapped link wrote them."""
        text = CONTROLS.sub("", text)
        known = "" if self._world.account.is_test else menu_id  # the sandbox leaves the id out
        return await self._send(pushes.text(text, known), Bubble(text=text))

    async def tap(self, link: Link | str) -> Seen:
        """Tap a link, or the newest one of that label: one that speaks writes its words, others open a page.

        LookupError where no link of that label is in the chat.
        """
        found = self.chat.find_link(link) if isinstance(link, str) else link
        return await self.say(found.words, found.menu_id) if found.words else Seen()

    async def voice(self, recognition: str | None = None) -> Seen:
        """Speak; `recognition` as the platform understood it, None as it does today: not at all."""
        asset = self._world.media.put("voice", "voice.amr", content=b"#!AMR\n" + bytes(32))
        bubble = Bubble(kind="voice", text=recognition or "", url=address(asset.media_id))
        return await self._send(pushes.voice(asset.media_id, recognition), bubble)

    async def image(self, content: bytes = b"") -> Seen:
        """Send a picture, in PNG."""
        asset = self._world.media.put("image", "image.png", content=content or sample_picture(self.openid))
        push = pushes.image(asset.media_id, f"http://mmbiz.qpic.cn/mmbiz_png/{asset.media_id}/0")
        return await self._send(push, Bubble(kind="image", picture=address(asset.media_id)))

    async def video(self, *, short: bool = False) -> Seen:
        """Send a film."""
        film = self._world.media.put("video", "video.mp4", content=bytes(32))
        thumb = self._world.media.put("thumb", "thumb.jpg", content=bytes(32))
        push = pushes.video(film.media_id, thumb.media_id, short=short)
        return await self._send(push, Bubble(kind="video", url=address(film.media_id)))

    async def location(
        self, latitude: float | None = None, longitude: float | None = None, label: str | None = None
    ) -> Seen:
        """Send a place, in degrees."""
        sample = self._world.words.sample
        latitude = sample.latitude if latitude is None else latitude
        longitude = sample.longitude if longitude is None else longitude
        label = sample.label if label is None else label
        push = pushes.location(latitude, longitude, label=CONTROLS.sub("", label))
        return await self._send(push, Bubble(kind="location", text=label))

    async def link(self, title: str = "", description: str = "", url: str = "") -> Seen:
        """Share an article."""
        sample = self._world.words.sample
        if not url:
            title, description, url = sample.title, sample.description, sample.url
        bubble = Bubble(kind="link", title=title, description=description, url=url)
        return await self._send(pushes.link(title, description, url=url), bubble)

    async def file(self, name: str = "") -> Seen:
        """Send a file."""
        name = name or self._world.words.sample.file
        digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        push = pushes.file(name, self._world.serials.letters(32), md5=digest, size=1024)
        return await self._send(push, Bubble(text=name))

    async def something(self) -> Seen:
        """Send what the platform does not carry: it writes its own line instead."""
        line = self._world.words.unsupported
        return await self._send(pushes.text(line), Bubble(text=line))

    async def report_position(self, latitude: float, longitude: float) -> Seen:
        """Enter the chat with position reports on; only accounts with that right hear of it."""
        return await self.push(pushes.position(latitude, longitude)) if self._world.account.may("location") else Seen()

    async def click(self, button: str | dict[str, Any]) -> Seen:
        """Press a menu button, given whole or by key or name; a key that is in no menu counts as a click button."""
        self._need_following()
        found = self._world.menu.find(button) if isinstance(button, str) else button
        return await self._press(found or {"type": "click", "key": str(button)})

    async def view(self, url: str) -> Seen:
        """Press a menu button that opens a page."""
        self._need_following()
        return await self.push(pushes.viewed(url, self._world.menu.menu_id))

    async def answer_notice(self, template_id: str, *, accept: bool = True) -> Seen:
        """Answer a page's request to send notices. Also people who do not follow can."""
        long_term = self._world.templates.need(template_id, "notice").long_term
        if accept:
            self._world.followers.grant(self.openid, template_id, always=long_term)
        else:
            self._world.followers.refuse(self.openid, template_id)
        return await self.push(pushes.answered_notice({template_id: accept}))

    async def refuse(self, template_id: str) -> Seen:
        """Switch a template or notice off in the settings; of templates the account hears nothing."""
        self._world.followers.refuse(self.openid, template_id)
        notices = {template.template_id for template in self._world.templates.of("notice")}
        return await self.push(pushes.changed_notice([template_id])) if template_id in notices else Seen()

    async def _press(self, button: dict[str, Any]) -> Seen:
        kind, key = str(button.get("type")), str(button.get("key", ""))
        if kind in ("click", "scancode_push", "scancode_waitmsg"):
            self._world.followers.act(self.openid)
        if kind == "click":
            return await self.push(pushes.clicked(key))
        if kind == "view":
            return await self.view(str(button["url"]))
        if kind == "miniprogram":
            return await self.push(pushes.opened(str(button["pagepath"]), self._world.menu.menu_id))
        if kind.startswith("scancode"):
            url = self._world.words.sample.url
            return await self.push(pushes.scanned_code(key, url, waiting=kind == "scancode_waitmsg"))
        if kind.startswith("pic_"):
            digest = hashlib.md5(self.openid.encode(), usedforsecurity=False).hexdigest()
            await self.push(pushes.picked_pictures(kind, key, digests=[digest]))
            return await self.image()
        if kind == "location_select":
            place = self._world.words.sample
            return await self.push(pushes.picked_location(key, place.latitude, place.longitude, label=place.label))
        return Seen()  # buttons that show an asset or article say nothing to the account

    async def _send(self, push: Push, mine: Bubble) -> Seen:
        self._need_following()
        self._world.followers.speak(self.openid)
        return await self.push(push, mine)

    def _need_following(self) -> None:
        if not self.follower.following:
            raise NotFollowing(self._world.words.stranger)

    def _see(self, push: Push, delivered: Delivered) -> Seen:
        answer, attempts = delivered.answer, delivered.attempts
        if answer is None:
            line = Bubble(sender="system", kind="system", text=self._world.words.fault)
            shown = (self.chat.add(line),) if push.audible else ()
            return Seen(bubbles=shown, attempts=attempts, fault=delivered.reason)
        if not answer.kind or answer.kind == NOTHING or not push.answerable:
            return Seen(attempts=attempts, handed_over=answer.kind == NOTHING)
        asset = address(answer.media_id) if answer.media_id else ""
        is_picture = answer.kind in ("image", "music")
        bubble = Bubble(
            kind=answer.kind,
            text=answer.text,
            title=answer.title,
            description=answer.description,
            url=answer.url or ("" if is_picture else asset),
            picture=answer.picture or (asset if is_picture else ""),
        )
        return Seen(bubbles=(self.chat.add(bubble),), attempts=attempts)
