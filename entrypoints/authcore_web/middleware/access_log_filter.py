"""Servers' access logs without queries: codes, states and e-mail addresses stand in those."""

import logging
import re
from typing import Final


ACCESS_LOGS: Final = ("uvicorn.access", "uvicorn.error", "gunicorn.access")
"""uvicorn notes WebSockets in the second one, refused ones too."""

_GUNICORNS_QUERY: Final = "q"
_QUERY: Final = re.compile(r"\?\S*")


class AccessLogFilter(logging.Filter):
    """Takes what follows a question mark out of every value that a record mentions."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, shortened."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_shortened, record.args))
        elif isinstance(record.args, dict):  # gunicorn's, of a class of its own
            for name, value in record.args.items():
                record.args[name] = "" if name == _GUNICORNS_QUERY else _shortened(value)
        return True


def _shortened(value: object) -> object:
    return _QUERY.sub("", value) if isinstance(value, str) else value


_WITHOUT_QUERIES: Final = AccessLogFilter()


def forget_queries() -> None:
    """Keep queries out of ACCESS_LOGS from now on, whatever is configured for them later."""
    for name in ACCESS_LOGS:
        logging.getLogger(name).addFilter(_WITHOUT_QUERIES)
