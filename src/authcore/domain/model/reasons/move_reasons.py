"""Why a run creates no user of a row: the reasons of a plan."""

from collections.abc import Mapping
from typing import Final, Literal

from authcore.domain.model.reasons import REASONS


PlanReason = Literal[
    "account_locked",
    "already_linked",
    "attribute_not_in_pool",
    "attribute_not_valid",
    "attribute_reserved",
    "attribute_too_long",
    "claimed_twice",
    "email_missing",
    "email_not_verified",
    "import_row_too_long",
    "name_not_allowed",
    "phone_not_verified",
    "required_attribute_missing",
    "row_text_unusable",
    "value_not_in_csv",
]
"""Codes that planning gives; a source has further ones for rows that it cannot read."""

PLAN_REASONS: Final[Mapping[PlanReason, str]] = {
    "account_locked": "The account is locked. Unlock it in the legacy system, or leave it.",
    "already_linked": (
        "The account stores a Cognito id: its user has moved. If the pool has no such user, empty "
        "the Cognito id."
    ),
    "attribute_not_in_pool": (
        "The source gives an attribute that the pool's schema does not have. Add it to the pool, "
        "or leave it out of the source."
    ),
    "attribute_not_valid": (
        "An attribute has a form that Cognito refuses: an address, a telephone number (+ and "
        "digits), a date of birth (YYYY-MM-DD), a number, or a text that is too short. Correct it "
        "in the source."
    ),
    "attribute_reserved": (
        "The source gives an attribute that only authcore or Cognito writes, as sub, email or "
        "custom:legacy_uid. Leave it out of the source."
    ),
    "attribute_too_long": "An attribute is longer than the pool's schema allows. Shorten it.",
    "claimed_twice": (
        "Another row has the same legacy id, the same user name or the same verified address or "
        "telephone number. No one of them is created: decide whose it is, and correct the others."
    ),
    "email_missing": (
        "The account has no address, so no code can reach its user. The user moves at a sign-in "
        "with the old password, through the migration trigger."
    ),
    "email_not_verified": (
        "The legacy system did not verify the address, so no code may be sent to it. The user "
        "moves at a sign-in with the old password, or verifies the address first."
    ),
    "name_not_allowed": (
        "Cognito takes no such user name: it is empty, longer than 128 characters, has white "
        "space, or looks like an alias of the pool. In a pool of addresses the address is meant."
    ),
    "phone_not_verified": (
        "The pool verifies telephone numbers, and the source gives none that is verified. Set "
        "phone_number and phone_number_verified, or create users without a file "
        "(AUTHCORE_MOVE_TARGET=create)."
    ),
    "required_attribute_missing": (
        "The pool requires an attribute that neither the account nor the source has."
    ),
    "import_row_too_long": (
        "The row would be longer than the 16,000 characters that an import takes. Create the user "
        "without a file (AUTHCORE_MOVE_TARGET=create)."
    ),
    "row_text_unusable": "A value holds half a character (a lone surrogate). Correct it.",
    "value_not_in_csv": (
        "A value has a character that an import file cannot hold: a line feed or another control "
        "character, a quotation mark, a backslash, or white space at its begin or end. Correct "
        "it, or create the user without a file (AUTHCORE_MOVE_TARGET=create)."
    ),
}
"""What an operator does about each."""

_SENTENCES: Final[Mapping[str, str]] = {
    **{code: reason.operator for code, reason in REASONS.items()},
    **{str(code): text for code, text in PLAN_REASONS.items()},
}


def sentence_of(reason: str) -> str:
    """
    Say what an operator does about a rejected row; an empty text where that is not known.

    Args:
        reason: Of a plan, or of a source.
    """
    return _SENTENCES.get(reason, "").replace("`", "")
