"""``AUTHCORE_READY_*``: when the old login may be switched off."""

from typing import Final

import attrs

from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import integer, words
from authcore.settings.reader import setting
from authcore.settings.url_parsers import service_urls


MAX_QUEUES: Final = 8
NO_QUEUES: Final = "none"


def queue_urls(text: str) -> tuple[ServiceUrl, ...]:
    """Parse URLs of queues; or ``none``."""
    if words(text) == (NO_QUEUES,):
        return ()
    found = service_urls(text)
    if not 0 < len(found) <= MAX_QUEUES:
        raise ValueError(f"must be 1 to {MAX_QUEUES} URLs, or {NO_QUEUES}")
    return found


@attrs.frozen(kw_only=True, eq=False)
class ReadySettings:
    """The commands ``authcore move ready`` and ``authcore move rollback``."""

    quiet_days: int = setting(
        integer(1, 366),
        "days, 1-366",
        "whole days, in UTC, in which the old login must not have been used: more than a session "
        "of it lasts",
        default=30,
    )
    census_hours: int = setting(
        integer(1, 744),
        "hours, 1-744",
        "how old the last count of both systems may be",
        default=24,
    )
    left_behind: int = setting(
        integer(0, 1_000_000_000),
        "number",
        "persons whom you leave in the legacy system for good: so many more may not have moved",
        default=0,
    )
    dead_letters: tuple[ServiceUrl, ...] | None = setting(
        queue_urls,
        "list of URLs, or none",
        "SQS queues of messages that could not be applied, which must be empty; none where the "
        "legacy system sends none",
        default=None,
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of SQS's API, if it is not Amazon's", default=None
    )
