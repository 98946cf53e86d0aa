"""What a follower, or the platform on its own account, can send us.

Field meanings follow the platform's pages on receiving messages and events; `created` is in seconds since 1970,
coordinates are in degrees. `key` is the same for every delivery of one message, and for no two messages: it is what
the engine recognises a retry by. It is its second and a hash, so that it names nobody.
"""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """What all of them have: who sent it (`openid`), to which account (`gh_…`), when, and its identity."""

    key: str
    openid: str
    account: str
    created: int


class Text(Message, tag=True, frozen=True, kw_only=True):
    """Words. `menu_id` is set where the follower tapped a link that speaks for them."""

    text: str
    menu_id: str = ""


class Image(Message, tag=True, frozen=True, kw_only=True):
    """A picture."""

    media_id: str = ""
    url: str = ""


class Voice(Message, tag=True, frozen=True, kw_only=True):
    """A recording; `recognition` holds its words where the platform still recognises them."""

    media_id: str = ""
    format: str = ""
    recognition: str = ""


class Video(Message, tag=True, frozen=True, kw_only=True):
    """A film; `short` for the kind recorded in the chat."""

    media_id: str = ""
    thumb_media_id: str = ""
    short: bool = False


class Location(Message, tag=True, frozen=True, kw_only=True):
    """A place the follower chose to send."""

    latitude: float
    longitude: float
    scale: int = 0
    label: str = ""


class Link(Message, tag=True, frozen=True, kw_only=True):
    """An article or page."""

    title: str = ""
    description: str = ""
    url: str = ""


class File(Message, tag=True, frozen=True, kw_only=True):
    """A file; the platform sends its name and a key, not its bytes."""

    title: str = ""
    description: str = ""
    file_key: str = ""


class Followed(Message, tag=True, frozen=True, kw_only=True):
    """The follower came; `scene` names the QR code they scanned, without the platform's prefix."""

    scene: str = ""
    ticket: str = ""


class Left(Message, tag=True, frozen=True, kw_only=True):
    """The follower went. No reply reaches them, and their data must go."""


class Scanned(Message, tag=True, frozen=True, kw_only=True):
    """A follower scanned one of our QR codes."""

    scene: str = ""
    ticket: str = ""


class Clicked(Message, tag=True, frozen=True, kw_only=True):
    """A menu button with a key."""

    button: str


class Viewed(Message, tag=True, frozen=True, kw_only=True):
    """A menu button that opened a page."""

    url: str
    menu_id: str = ""


class OpenedMiniProgram(Message, tag=True, frozen=True, kw_only=True):
    """A menu button that opened a mini-program."""

    path: str
    menu_id: str = ""


class ScannedCode(Message, tag=True, frozen=True, kw_only=True):
    """A menu button that opened the scanner; `waiting` where the chat shows a waiting line."""

    button: str
    scan_type: str = ""
    result: str = ""
    waiting: bool = False


class PickedPictures(Message, tag=True, frozen=True, kw_only=True):
    """A menu button that opened the camera or album; each picture also arrives as an Image."""

    button: str
    count: int = 0


class PickedLocation(Message, tag=True, frozen=True, kw_only=True):
    """A menu button that opened the map."""

    button: str
    latitude: float
    longitude: float
    label: str = ""
    place: str = ""


class Position(Message, tag=True, frozen=True, kw_only=True):
    """Where the follower is, as the platform reports it on entering the chat; `precision` in metres."""

    latitude: float
    longitude: float
    precision: float = 0.0


class TemplateReport(Message, tag=True, frozen=True, kw_only=True):
    """What became of a template message; `msgid` may exceed 2^53."""

    msgid: int
    status: str


class MassReport(Message, tag=True, frozen=True, kw_only=True):
    """What became of a mass send. Counts are the platform's own and approximate."""

    msgid: int
    status: str
    total: int = 0
    filtered: int = 0
    sent: int = 0
    errors: int = 0


class PublishReport(Message, tag=True, frozen=True, kw_only=True):
    """What became of a publication; `status` 0 is published."""

    publish_id: str
    status: int
    article_id: str = ""
    failed: tuple[int, ...] = ()


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A follower's word on one notice template."""

    template_id: str
    accepted: bool
    scene: str = ""


class Granted(Message, tag=True, frozen=True, kw_only=True):
    """The follower answered a request to receive notices."""

    grants: tuple[Grant, ...]


class GrantsChanged(Message, tag=True, frozen=True, kw_only=True):
    """The follower changed notices in the settings; the platform only tells of refusals."""

    grants: tuple[Grant, ...]


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one subscription notice."""

    template_id: str
    msgid: int
    error_code: int
    status: str = ""


class NoticeReport(Message, tag=True, frozen=True, kw_only=True):
    """What became of subscription notices."""

    deliveries: tuple[Delivery, ...]


class AccountNotice(Message, tag=True, frozen=True, kw_only=True):
    """News of the account itself: certification, naming, renewal. `name` is the platform's event name in lower case."""

    name: str
    expires: int = 0
    failed: int = 0
    reason: str = ""


class ConsentNotice(Message, tag=True, frozen=True, kw_only=True):
    """A person changed or withdrew what they allowed our pages to know."""

    name: str
    person: str
    revoked: str = ""


class StaffSession(Message, tag=True, frozen=True, kw_only=True):
    """A customer-service session began, ended or moved."""

    name: str
    staff: str = ""
    to: str = ""


class Unknown(Message, tag=True, frozen=True, kw_only=True):
    """Anything else, kept as flat fields."""

    kind: str
    fields: dict[str, str] = {}


AnyMessage = (
    Text | Image | Voice | Video | Location | Link | File | Followed | Left | Scanned | Clicked | Viewed
    | OpenedMiniProgram | ScannedCode | PickedPictures | PickedLocation | Position | TemplateReport | MassReport
    | PublishReport | Granted | GrantsChanged | NoticeReport | AccountNotice | ConsentNotice | StaffSession | Unknown
)  # fmt: skip
