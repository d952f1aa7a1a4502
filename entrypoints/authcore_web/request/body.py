"""Read request bodies, within bounds and strictly."""

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
"""From the first read to the end of a body."""


class BodyTooLargeError(RejectedError):
    """More bytes than the limit."""

    code: ClassVar[str] = "body_too_large"


class BodyTooSlowError(RejectedError):
    """The body did not arrive within BODY_DEADLINE_SECONDS."""

    code: ClassVar[str] = "body_too_slow"


class MediaTypeRejectedError(RejectedError):
    """A media type that this route does not accept."""

    code: ClassVar[str] = "body_media_type"


class BodyMalformedError(RejectedError):
    """Not valid for its media type, ambiguous, or with other members than documented."""

    code: ClassVar[str] = "body_malformed"


def media_type_of(request: Request) -> str:
    """Type and subtype in lower case; empty without ``Content-Type``, or with several."""
    types = request.headers.getlist("content-type")
    return types[0].partition(";")[0].strip().lower() if len(types) == 1 else ""


async def members_of(request: Request, *, limit: int) -> Mapping[str, object]:
    """
    Read the members of a JSON object, or the fields of a form.

    Raises:
        RejectedError: One of the classes above.
    """
    media_type = media_type_of(request)
    if media_type == JSON:
        return json_members(await body_of(request, limit=limit))
    if media_type == FORM:
        return form_members(await body_of(request, limit=limit), limit=limit)
    raise MediaTypeRejectedError("neither JSON nor a form")


def json_members(body: bytes) -> Mapping[str, object]:
    """
    Parse *body*, one JSON object.

    Raises:
        BodyMalformedError: Anything else, also JSON that parsers could read differently.
    """
    try:
        return json_object(body)
    except ValueError:
        raise BodyMalformedError("not a JSON object, or ambiguous") from None


def form_members(body: bytes, *, limit: int) -> Mapping[str, str]:
    """
    Parse *body*, a form.

    Raises:
        BodyMalformedError: Not a form in UTF-8, or a repeated field.
    """
    fields = form_fields(body, limit=limit)
    members = dict(fields)
    if len(members) < len(fields):
        raise BodyMalformedError("a repeated field")
    return members


def form_fields(body: bytes, *, limit: int) -> Parameters:
    """
    Parse the fields of a form, in order, repeated ones kept.

    Raises:
        BodyMalformedError: Not a form in UTF-8.
    """
    try:
        return parameters(body, longest=limit)
    except QueryRejectedError:
        raise BodyMalformedError("not a form in UTF-8") from None


async def form_of(request: Request, *, limit: int) -> Parameters:
    """
    Receive the fields of a form, in order, repeated ones kept; none where there is no body.

    Raises:
        MediaTypeRejectedError: Another media type.

        BodyTooLargeError, BodyTooSlowError, BodyMalformedError: As ``body_of`` and ``form_fields``.
    """
    body = await body_of(request, limit=limit)
    if not body:
        return []
    if media_type_of(request) != FORM:
        raise MediaTypeRejectedError("not a form")
    return form_fields(body, limit=limit)


async def body_of(request: Request, *, limit: int) -> bytes:
    """
    Receive the whole body.

    Raises:
        BodyTooLargeError: More than *limit* bytes, announced or sent; the rest is not read.

        BodyTooSlowError: It did not arrive within BODY_DEADLINE_SECONDS.

        BodyMalformedError: It ended early.
    """
    announced = request.headers.get("content-length", "0")
    if not (announced.isascii() and announced.isdecimal() and len(announced) < 20):
        raise BodyMalformedError("Content-Length is not a length")
    if int(announced) > limit:
        raise BodyTooLargeError(f"more than {limit} bytes were announced")
    try:
        async with asyncio.timeout(BODY_DEADLINE_SECONDS):
            return await _receive(request, limit)
    except TimeoutError:
        raise BodyTooSlowError("the body did not arrive in time") from None


async def _receive(request: Request, limit: int) -> bytes:
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
