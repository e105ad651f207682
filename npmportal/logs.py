"""Log lines as JSON: one object a line, with the request's id and no personal content (security R-55, R-56)."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="")

# The only extra fields a log call may add; whatever else is passed is dropped, so that content cannot slip in.
ALLOWED_EXTRA = ("job_id", "job_kind", "attempt", "state", "status", "method", "view", "milliseconds", "error_class")


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger, message, request id and the allowed extra fields; tracebacks without values."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= {key: getattr(record, key) for key in ALLOWED_EXTRA if hasattr(record, key)}
        if record.exc_info and record.exc_info[0]:
            line["error_class"] = record.exc_info[0].__name__
            if not record.name.startswith("django.security"):  # refused, as it should be: nothing failed anywhere
                line["where"] = _places(record.exc_info[2])
        # json.dumps escapes line breaks, so that nobody can forge a line of their own.
        return json.dumps(line, ensure_ascii=False, default=str)


def _message(record: logging.LogRecord) -> str:
    """Return the message, but none of Django's own about requests: they quote the path and what was sent.

    A path can name a visit or hold the secret of an invitation (R-55); the logger's name still says what it is about.
    """
    if record.name == "django.request":
        return "request failed"
    return "request refused" if record.name.startswith("django.security") else record.getMessage()


def _places(traceback: object) -> list[str]:
    """Return file and line of each frame: enough to find the fault, without messages that quote what was typed."""
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code  # type: ignore[attr-defined]
        places.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")  # type: ignore[attr-defined]
        traceback = traceback.tb_next  # type: ignore[attr-defined]
    return places


def configuration(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: one line of JSON an event on the standard error, from ``level`` on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "npmportal.logs.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            # Refused and missing pages stand in our own line for each request; here only what went wrong.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": False},
            "fontTools": {"level": "ERROR"},
            "pikepdf": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
