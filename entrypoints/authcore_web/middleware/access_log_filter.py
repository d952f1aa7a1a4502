"""Remove queries from the server's access logs: they hold codes, states and e-mail addresses."""

import logging
import re
from typing import Final


ACCESS_LOGS: Final = ("uvicorn.access", "uvicorn.error", "gunicorn.access")
"""uvicorn logs WebSockets to the second one, refused ones too."""

_GUNICORNS_QUERY: Final = "q"
_QUERY: Final = re.compile(r"\?\S*")


class AccessLogFilter(logging.Filter):
    """Removes the text after a question mark from every value of a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass every record, without queries."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_remove_query, record.args))
        elif isinstance(record.args, dict):  # a subclass of gunicorn's
            for name, value in record.args.items():
                record.args[name] = "" if name == _GUNICORNS_QUERY else _remove_query(value)
        return True


def _remove_query(value: object) -> object:
    return _QUERY.sub("", value) if isinstance(value, str) else value


_WITHOUT_QUERIES: Final = AccessLogFilter()


def hide_queries() -> None:
    """Keep queries out of ACCESS_LOGS from now on, for every later configuration of them."""
    for name in ACCESS_LOGS:
        logging.getLogger(name).addFilter(_WITHOUT_QUERIES)
