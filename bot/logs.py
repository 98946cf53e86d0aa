"""How this program logs: facts, as key and value, without openids, secrets or what people wrote."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog
from aiohttp import BadContentDispositionHeader, BadContentDispositionParam
from aiohttp.http_exceptions import HttpProcessingError
from structlog.dev import plain_traceback  # the default shows local variables: openids, secrets, what people wrote
from structlog.stdlib import ProcessorFormatter


class StandardError(io.TextIOBase):
    """Standard error, which may be a file on a full disk: what cannot be written is not worth an answer that fails."""

    def write(self, text: str) -> int:
        """Write it, if that can be."""
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Have it written, if that can be."""
        with suppress(OSError):
            sys.stderr.flush()


def set_up_logs(level: str, style: str) -> None:
    """Log to standard error from `level` on, as JSON lines or as text; what libraries log too, from warnings on."""
    facts: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    spelling: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if style == "json"
        else [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain_traceback)]
    )
    structlog.configure(
        processors=[*facts, *spelling],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=cast(TextIO, StandardError())),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(StandardError())
    handler.setFormatter(
        ProcessorFormatter(foreign_pre_chain=facts, processors=[ProcessorFormatter.remove_processors_meta, *spelling])
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("aiohttp.server").addFilter(without_request_lines)
    for warning in (BadContentDispositionHeader, BadContentDispositionParam):
        warnings.simplefilter("ignore", warning)  # they quote what somebody sent


def without_request_lines(record: logging.LogRecord) -> bool:
    """Take from a record of aiohttp's what it quotes of a request that is none: it may hold openid and signature."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.msg, record.args, record.exc_info, record.exc_text = "request is not HTTP", (), None, None
    return True
