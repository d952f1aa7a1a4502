"""Reasons for which a row of a source is no user to move."""

from typing import Final

from authcore.domain.model.reasons.reason import Reason


_PLAN: Final = ("move.source",)
_NO_USER: Final = "Nothing: the row is not moved. The user can still sign in with the old password."


def _row(code: str, operator: str) -> Reason:
    return Reason(code, (), _PLAN, _NO_USER, operator)


SOURCES: Final[tuple[Reason, ...]] = (
    _row(
        "row_unreadable",
        "The pool describes the user in a form that authcore cannot read: look at `identities`.",
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
