"""Reasons for which a row of a source is no user to move."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.reasons.reason import Reason


_PLAN: Final = ("move.source",)
_NO_USER: Final = "Nothing: the row is not moved. The user can still sign in with the old password."


def _row(code: str, operator: str) -> Reason:
    return Reason(code, (), _PLAN, _NO_USER, operator)


SOURCES: Final[tuple[Reason, ...]] = (
    _row(
        "row_without_id",
        "`legacy_uid` is empty or NULL. Rows of a query are numbered by `legacy_uid`, and those "
        "without one come last.",
    ),
    _row(
        "row_id_unusable",
        "`legacy_uid` is longer than 64 characters, holds control characters, or is no text and no "
        "whole number.",
    ),
    _row(
        "row_id_repeated",
        "Several rows have this `legacy_uid`, and which one is right is not known: none is moved. "
        "A join that repeats rows is the usual cause.",
    ),
    _row(
        "row_text_unusable",
        "A text is missing, too long, not UTF-8, or holds control characters: `username` (1 to 128 "
        "characters), `cognito_id` (64), `password_hash` (1024 of ASCII), or another one (2048).",
    ),
    _row(
        "row_email_unusable",
        "`email` is no address: one `@`, no blank, at most 254 characters. Write NULL, or leave it "
        "empty, where there is none.",
    ),
    _row(
        "row_flag_unusable",
        "`email_verified`, `locked` or `phone_number_verified` is none of true, false, t, f, 1, 0. "
        "NULL is none either, unless there is no address.",
    ),
    _row(
        "row_incomplete",
        "A CSV row has more or fewer fields than the header, or an object lacks a column or has an "
        "unknown one.",
    ),
    _row("row_too_long", "A line of JSON is longer than 65,536 bytes."),
    _row(
        "row_unreadable",
        "A line is no JSON object, or the pool describes the user's `identities` in a form that "
        "authcore cannot read.",
    ),
    _row(
        "user_external",
        "Nothing to do: the user signs in with the provider in the new pool, where linking finds "
        "the account. Such a user has no password, and an import would make a second user.",
    ),
    _row(
        "user_linked_unverified",
        "A provider signs the user in, and no verified address links the provider again in the new "
        "pool. Verify the address in the old pool, and plan once more.",
    ),
    _row(
        "user_never_confirmed",
        "The user never confirmed the sign-up, so the address may be another person's. The user "
        "signs up in the new pool.",
    ),
    _row(
        "user_status",
        "The old pool does not let the user sign in. Reset the password there, and plan once more.",
    ),
)

SOURCE_REASONS: Final[Mapping[str, str]] = {reason.code: reason.operator for reason in SOURCES}
"""What to do about a row, by code."""
