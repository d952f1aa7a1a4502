"""
What the server's logs leave out.

Queries hold codes, states and e-mail addresses, texts of exceptions may hold any secret, and probes
ask every few seconds.
"""

import logging
import re
from typing import Final

from authcore.adapters.log_format import MEMBERS, exception_text


ACCESS_LOGS: Final = ("uvicorn.access", "uvicorn.error", "gunicorn.access")
"""uvicorn logs WebSockets to the second one, refused ones too."""

PROBES: Final = ("/healthz", "/readyz", "/metrics")
"""Routes whose requests are not logged."""

_GUNICORNS_QUERY: Final = "q"
_GUNICORNS_PATH: Final = "U"
_ACCESS: Final = ("client", "method", "path", "http_version", "status")
"""What the five values of a record of ``uvicorn.access`` are."""

_QUERY: Final = re.compile(r"\?\S*")


class AccessLogFilter(logging.Filter):
    """
    Removes the text after a question mark from every value of a record; drops those of PROBES.

    An exception is logged by its class and the lines that it came from.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass records, without queries and texts of exceptions; False for a probe's."""
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = exception_text(record.exc_info[1])
        if isinstance(record.args, tuple):
            record.args = tuple(map(_remove_query, record.args))
        elif isinstance(record.args, dict):  # a subclass of gunicorn's
            for name, value in record.args.items():
                record.args[name] = "" if name == _GUNICORNS_QUERY else _remove_query(value)
            return record.args.get(_GUNICORNS_PATH) not in PROBES
        return _describe_access(record).get("path") not in PROBES


def _describe_access(record: logging.LogRecord) -> dict[str, object]:
    """Name the values of a request's record, for JSON; empty for any other record."""
    if record.name != "uvicorn.access" or not isinstance(record.args, tuple):
        return {}
    members = dict(zip(_ACCESS, record.args, strict=False))
    setattr(record, MEMBERS, {"event": "access", **members})
    return members


def _remove_query(value: object) -> object:
    return _QUERY.sub("", value) if isinstance(value, str) else value


_WITHOUT_QUERIES: Final = AccessLogFilter()


def hide_queries() -> None:
    """Keep queries out of ACCESS_LOGS from now on, for every later configuration of them."""
    for name in ACCESS_LOGS:
        logging.getLogger(name).addFilter(_WITHOUT_QUERIES)
