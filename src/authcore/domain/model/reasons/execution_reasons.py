"""Reasons of what became of the users of a run; see ``UserOutcome``."""

from typing import Final

from authcore.domain.model.reasons.reason import REJECTED, Reason


_CREATE: Final = ("move.create",)
_UNDO: Final = ("move.undo",)
_OPEN: Final = ("move.open",)
_NOT_CREATED: Final = "Nothing: the user has a pool user, or signs in with the old password."
_KEPT: Final = "Nothing: the user stays in the pool, and signs in as before the undo."


def _exists(code: str, operator: str) -> Reason:
    return Reason(code, REJECTED, _CREATE, _NOT_CREATED, operator)


def _kept(code: str, operator: str) -> Reason:
    return Reason(code, REJECTED, _UNDO, _KEPT, operator)


EXECUTION: Final[tuple[Reason, ...]] = (
    _exists(
        "already_moved",
        "Nothing: a pool user names the account, as after a first sign-in. Is that another "
        "person's, empty `custom:legacy_uid` there, and plan once more.",
    ),
    _exists(
        "name_taken",
        "Another pool user has the user name. Find out whose it is; rename one of the two.",
    ),
    _exists(
        "address_taken",
        "Another pool user has verified the address. If it is one person, let the person connect "
        "both accounts; otherwise correct the address.",
    ),
    _exists(
        "user_exists",
        "The pool got a user of this name or address after the comparison, as by a first sign-in. "
        "Nothing, if that user names the account.",
    ),
    _exists(
        "import_refused",
        "The import job did not create the user: its log in CloudWatch says why, by the line of "
        "the file. Correct the source, and plan once more.",
    ),
    _exists(
        "trigger_refused",
        "A pre sign-up trigger of the pool did not let the user be created: its log says why. "
        "Correct that, and plan once more.",
    ),
    _kept("may_have_signed_in", "Nothing: the user has a password of the pool."),
    _kept(
        "changed_since",
        "Look at the user: attributes were written since the run, or the date of the run's last "
        "write is not known. Delete the user by hand if nothing depends on it.",
    ),
    _kept("second_factor", "Nothing: a second factor was set up for the user."),
    _kept("has_identities", "Nothing: the user signs in with a provider."),
    Reason(
        "user_disabled",
        REJECTED,
        _UNDO,
        "The user stays in the pool, and cannot sign in.",
        "An administrator disabled the user since the run, or the undo did, and was killed, or an "
        "administrator changed the user, before it could delete. Decide by hand: enable the user, "
        "or delete the user, which lets the person move again by the old password.",
    ),
    Reason(
        "removal_begun",
        REJECTED,
        _UNDO,
        "The user cannot sign in until the undo is repeated.",
        "The undo was stopped after it disabled the user: repeat it, and it removes the user.",
    ),
    _kept(
        "subject_unknown",
        "The run has no `sub` of the user, or another user has it as a name. Look for the user by "
        "the user name.",
    ),
)
