"""A boto3 client whose every call ends in time and whose log holds no one's data."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.urls import ServiceUrl


MAX_CONNECTIONS: Final = 64

_TALKATIVE: Final = ("botocore.auth", "botocore.endpoint", "botocore.parsers")
"""At DEBUG these print request bodies, answers and the credentials' session token."""


def aws_client(
    service: str,
    *,
    region: str,
    endpoint_url: ServiceUrl | None = None,
    within: timedelta,
    max_connections: int = MAX_CONNECTIONS,
    signed: bool = True,
) -> Any:
    """
    A client for one API.  Credentials come from the AWS chain, never from a caller.

    Plain http is loopback (ServiceUrl), where a stand-in listens: it gets made-up credentials, so
    that real ones are not even looked for.

    Args:
        service: As boto3 calls it.

        region: Where the API is.

        endpoint_url: Where the API is, if not at the usual place.

        within: A third of it for connecting, the rest for each wait for the answer.  One attempt:
            who called knows better whether there is time for another.

        max_connections: Kept open, and as many calls as can run at once without opening more.

        signed: False for operations that need no IAM credentials: none are looked for, which could
            mean to wait for an instance's metadata service.

    Raises:
        ConfigurationError: What AWS's own variables and files say cannot work.
    """
    silence_botocore()
    seconds = within.total_seconds()
    config = Config(
        connect_timeout=seconds / 3,
        read_timeout=seconds * 2 / 3,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=max_connections,
        signature_version=None if signed else UNSIGNED,
    )
    made_up = "local" if endpoint_url is not None and endpoint_url.startswith("http:") else None
    try:
        with _without_looking_for_garbage():
            return botocore.session.Session().create_client(
                service,
                region_name=region,
                endpoint_url=endpoint_url,
                aws_access_key_id=made_up,
                aws_secret_access_key=made_up,
                config=config,
            )
    except BotoCoreError as error:
        raise ConfigurationError([f"no AWS client can be made: {error}"]) from None


@contextmanager
def _without_looking_for_garbage() -> Iterator[None]:
    """A client is some hundred thousand objects that stay: looking costs a third of building."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()


def silence_botocore() -> None:
    """Drop botocore's DEBUG records that print bodies, whatever level anybody sets later."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_above_debug)


def _above_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG
