"""boto3 clients with a deadline for every call and without personal data in their logs."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import timedelta
from functools import cache
from typing import Any, Final

import botocore.handlers
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.hooks import HierarchicalEmitter

from authcore.adapters.aws_calls import observe_calls
from authcore.domain.errors import ConfigurationError
from authcore.domain.model.urls import ServiceUrl


MAX_CONNECTIONS: Final = 64

_TALKATIVE: Final = ("botocore.auth", "botocore.endpoint", "botocore.parsers")
"""At DEBUG these log request bodies, responses and the session token of the credentials."""


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
    A client for one API.  Credentials come from the AWS credential chain, never from a caller.

    A plain http URL is on loopback (see ServiceUrl) and belongs to a stand-in: it gets fixed
    credentials, and real ones are not even looked up.

    Args:
        service: Name of the service in boto3.

        region: AWS region of the API.

        endpoint_url: URL of the API; by default that of AWS.

        within: Time limit of one call: one third for connecting, the rest for each read.  A call is
            sent once; the caller decides about retries.

        max_connections: Size of the connection pool, by default 64.

        signed: False for operations that need no IAM credentials: none are looked up, which could
            otherwise wait for the metadata service of an instance.  True by default.

    Raises:
        ConfigurationError: AWS's own variables or files are unusable.
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
            registered = _register_builtin_handlers(len(botocore.handlers.BUILTIN_HANDLERS))
            session = botocore.session.Session(
                event_hooks=copy(registered), include_builtin_handlers=False
            )
            client = session.create_client(
                service,
                region_name=region,
                endpoint_url=endpoint_url,
                aws_access_key_id=made_up,
                aws_secret_access_key=made_up,
                config=config,
            )
    except BotoCoreError as error:
        raise ConfigurationError([f"no AWS client can be made: {error}"]) from None
    observe_calls(client, service)
    return client


@cache
def _register_builtin_handlers(_number: int) -> HierarchicalEmitter:
    """
    Register botocore's own handlers once: for each session it takes a third of the time.

    Args:
        _number: How many those are: a library that is imported later, as moto, may add some.
    """
    handlers = HierarchicalEmitter()
    botocore.session.Session(event_hooks=handlers)
    return handlers


@contextmanager
def _without_looking_for_garbage() -> Iterator[None]:
    """Suspend garbage collection: for some 100,000 lasting objects it takes a third of the time."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_looking:
            gc.enable()


def silence_botocore() -> None:
    """Drop botocore's DEBUG records that hold bodies, at any log level."""
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_above_debug)


def _above_debug(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG
