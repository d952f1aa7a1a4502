"""Request bodies, read within bounds and to the letter."""

import asyncio
from collections.abc import Mapping
from typing import ClassVar, Final

from starlette.requests import Request

from authcore.adapters.strict_json import json_object
from authcore.domain.errors import RejectedError
from authcore_web.request.query import Parameters, QueryRejectedError, parameters


JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"

BODY_DEADLINE_SECONDS: Final = 10
"""How long a body may be on its way."""


class BodyTooLargeError(RejectedError):
    """More bytes than are read here."""

    code: ClassVar[str] = "body_too_large"


class BodyTooSlowError(RejectedError):
    """Not here within BODY_DEADLINE_SECONDS."""

    code: ClassVar[str] = "body_too_slow"


class MediaTypeRejectedError(RejectedError):
    """Of a type that is not read here."""

    code: ClassVar[str] = "body_media_type"


class BodyMalformedError(RejectedError):
    """Not what its type says, ambiguous, or not as described."""

    code: ClassVar[str] = "body_malformed"


def media_type_of(request: Request) -> str:
    """Type and subtype in lower case; empty where none is named, or more than one."""
    named = request.headers.getlist("content-type")
    return named[0].partition(";")[0].strip().lower() if len(named) == 1 else ""


async def members_of(request: Request, *, limit: int) -> Mapping[str, object]:
    """
    The members of a JSON object, or the fields of a form.

    Raises:
        RejectedError: One of the above.
    """
    media_type = media_type_of(request)
    if media_type == JSON:
        return json_members(await body_of(request, limit=limit))
    if media_type == FORM:
        return form_members(await body_of(request, limit=limit), limit=limit)
    raise MediaTypeRejectedError("neither JSON nor a form")


def json_members(body: bytes) -> Mapping[str, object]:
    """
    The members of the one JSON object that *body* is.

    Raises:
        BodyMalformedError: Anything else, also where readers could disagree on it.
    """
    try:
        return json_object(body)
    except ValueError:
        raise BodyMalformedError("not a JSON object, or ambiguous") from None


def form_members(body: bytes, *, limit: int) -> Mapping[str, str]:
    """
    The fields of the form that *body* is.

    Raises:
        BodyMalformedError: Not a form in UTF-8, or a field that comes twice.
    """
    fields = form_fields(body, limit=limit)
    members = dict(fields)
    if len(members) < len(fields):
        raise BodyMalformedError("a field comes twice")
    return members


def form_fields(body: bytes, *, limit: int) -> Parameters:
    """
    The fields of a form in order, repeated ones repeated.

    Raises:
        BodyMalformedError: Not a form in UTF-8.
    """
    try:
        return parameters(body, longest=limit)
    except QueryRejectedError:
        raise BodyMalformedError("not a form in UTF-8") from None


async def body_of(request: Request, *, limit: int) -> bytes:
    """
    The whole body.

    Raises:
        BodyTooLargeError: More than *limit* bytes, announced or sent; the rest is not read.

        BodyTooSlowError: See there.

        BodyMalformedError: It ended early.
    """
    announced = request.headers.get("content-length", "0")
    if not (announced.isascii() and announced.isdecimal() and len(announced) < 20):
        raise BodyMalformedError("no length")
    if int(announced) > limit:
        raise BodyTooLargeError(f"more than {limit} bytes were announced")
    try:
        async with asyncio.timeout(BODY_DEADLINE_SECONDS):
            return await _received(request, limit)
    except TimeoutError:
        raise BodyTooSlowError("the body did not arrive in time") from None


async def _received(request: Request, limit: int) -> bytes:
    chunks: list[bytes] = []
    left = limit
    while True:
        message = await request.receive()
        if message["type"] != "http.request":
            raise BodyMalformedError("the body ended early")
        chunk: bytes = message.get("body", b"")
        left -= len(chunk)
        if left < 0:
            raise BodyTooLargeError(f"more than {limit} bytes were sent")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
