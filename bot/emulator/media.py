"""Pictures, recordings and films that the platform holds."""

from __future__ import annotations

import io
from collections import OrderedDict

import msgspec
import segno

from bot.clock import Clock
from bot.emulator.refusals import Refusal
from bot.emulator.serials import Serials

LIFE = 3 * 86_400  # seconds a temporary asset lives
KEPT = 500  # assets; the oldest go first

# Type -> bytes at most, and the file name endings taken.
LIMITS = {
    "image": (10 * 1024 * 1024, (".png", ".jpg", ".jpeg", ".gif")),
    "voice": (2 * 1024 * 1024, (".amr", ".mp3")),
    "video": (10 * 1024 * 1024, (".mp4",)),
    "thumb": (64 * 1024, (".jpg", ".jpeg")),
}
TYPES = {".png": "image/png", ".gif": "image/gif", ".amr": "audio/amr", ".mp3": "audio/mpeg", ".mp4": "video/mp4"}


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One of them. `kind` is image, voice, video or thumb; `expires` in seconds since 1970."""

    media_id: str
    kind: str
    name: str
    content: bytes
    expires: float

    @property
    def content_type(self) -> str:
        """The MIME type its file name stands for."""
        return TYPES.get(_ending(self.name), "image/jpeg")


def address(media_id: str) -> str:
    """Where the phone page shows an asset."""
    return f"/emulator/api/media/{media_id}"


class Media:
    """All assets by media_id."""

    def __init__(self, clock: Clock, serials: Serials) -> None:
        self._clock = clock
        self._serials = serials
        self._assets: OrderedDict[str, Asset] = OrderedDict()

    def put(self, kind: str, name: str, *, content: bytes) -> Asset:
        """Keep an asset for three days."""
        media_id = self._serials.letters(64)
        asset = Asset(media_id=media_id, kind=kind, name=name, content=content, expires=self._clock.time() + LIFE)
        self.keep(asset)
        return asset

    def keep(self, asset: Asset) -> None:
        """Keep one that has its id, as long as it lives."""
        self._assets[asset.media_id] = asset
        while len(self._assets) > KEPT:
            self._assets.popitem(last=False)

    def all(self) -> list[Asset]:
        """Every asset, the oldest first."""
        return list(self._assets.values())

    def find(self, media_id: str) -> Asset | None:
        """The asset, unless unknown or expired."""
        asset = self._assets.get(media_id)
        return asset if asset and asset.expires > self._clock.time() else None

    def need(self, media_id: str, kind: str) -> Asset:
        """The asset; Refusal 40007 where there is none of that kind."""
        asset = self.find(media_id)
        if asset is None or asset.kind != kind:
            raise Refusal(40007)
        return asset

    def drop(self, media_id: str) -> None:
        """Forget an asset."""
        self._assets.pop(media_id, None)

    def upload(self, kind: str, name: str, *, content: bytes) -> Asset:
        """Keep what the account uploads, checked as the platform checks it: 40004, 40005, 40006, 44001."""
        if kind not in LIMITS:
            raise Refusal(40004)
        limit, endings = LIMITS[kind]
        if _ending(name) not in endings:
            raise Refusal(40005)
        if not content:
            raise Refusal(44001, "empty media data")
        if len(content) > limit:
            raise Refusal(40006)
        return self.put(kind, name, content=content)


def sample_picture(words: str) -> bytes:
    """A small PNG to send where a follower chose no picture: a QR code of `words`."""
    buffer = io.BytesIO()
    segno.make(words, error="m").save(buffer, kind="png", scale=6)
    return buffer.getvalue()


def _ending(name: str) -> str:
    return "." + name.rpartition(".")[2].lower() if "." in name else ""
