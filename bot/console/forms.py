"""What a form brings: fields and files, read whole within a limit."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError
from multidict import MultiDict

FORM_LIMIT = 256 * 1024  # bytes of a form without files
# What aiohttp raises of a body that is no form: bad or too many headers of a part, an encoding it does not know, a body
# that is not packed as it says. It warns of a name it cannot read, where warnings are errors.
MALFORMED = (
    *(ValueError, LookupError, AssertionError, RuntimeError, RuntimeWarning, HttpProcessingError, RequestPayloadError),
    ConnectionError,  # nobody waits any more
)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as a browser sent it; its name is what the sender calls it, nothing more."""

    name: str
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form as it was sent."""

    fields: MultiDict[str] = field(default_factory=MultiDict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """A field without the blanks around it."""
        return self.fields.get(name, default).strip()

    def raw(self, name: str) -> str:
        """A field as it was typed: a password, a text with meaningful lines."""
        return self.fields.get(name, "")

    def every(self, name: str) -> list[str]:
        """All values of a field, as of boxes that were ticked."""
        return [value.strip() for value in self.fields.getall(name, [])]

    def number(self, name: str, default: int = 0) -> int:
        """A field that holds a whole number; what does not is the default."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

    def upload(self, name: str) -> Upload | None:
        """A file; None where none was chosen."""
        return self.uploads.get(name)


async def read_form(request: web.Request, limit: int = FORM_LIMIT) -> Form:
    """The form of a request; HTTPRequestEntityTooLarge above the limit, HTTPBadRequest where it is none."""
    if (request.content_length or 0) > limit:
        raise web.HTTPRequestEntityTooLarge(max_size=limit, actual_size=request.content_length or 0)
    try:
        posted = await request.clone(client_max_size=limit).post()
    except MALFORMED as error:
        raise web.HTTPBadRequest from error
    form = Form()
    for name, value in posted.items():
        if isinstance(value, web.FileField):
            with value.file as file:
                body = file.read()
            if value.filename or body:
                form.uploads[name] = Upload(name=value.filename, content_type=value.content_type, body=body)
        elif isinstance(value, str):
            form.fields.add(name, value.replace("\0", ""))  # which PostgreSQL cannot hold
    return form
