"""Reasons of migration, sign-up and account linking."""

from typing import Final

from authcore.domain.model.reasons.connect_reasons import PRESSED
from authcore.domain.model.reasons.reason import ACCEPTED, REJECTED, Reason


_MIGRATION: Final = ("user_migration.authenticate", "user_migration.forgot_password")
_REFUSED: Final = ("account_linking.refused",)
_LINKED: Final = ("account_linking.linked",)
_REPAIR: Final = ("links.repair",)
_NOT_MOVED: Final = "The message for a wrong password; at a password reset no code is sent."
_SYNC: Final = ("profile_sync",)
_OLD_LOGIN: Final = ("password.verify", "password.change")
_UNLINKED: Final = (
    "Signed in without a legacy id; with `AUTHCORE_LINKING_ON_FAILURE=block` a sentence to try "
    "again later."
)

MIGRATION: Final[tuple[Reason, ...]] = (
    Reason(
        "credentials_rejected",
        REJECTED,
        ("user_migration.authenticate", "password.verify"),
        "The message for a wrong password.",
        "Nothing: unknown user, wrong password, or an account that the legacy system or the pool "
        "does not let in. Many of them at `password.verify`: passwords are guessed at the old "
        "login.",
    ),
    Reason(
        "second_factor_required",
        REJECTED,
        ("user_migration.authenticate",),
        "The message for a wrong password.",
        "The user of the old pool has a second factor, which cannot move. The user switches it off "
        "at the old pool, or `AUTHCORE_OLD_POOL_MFA=drop` lets such users move without it.",
    ),
    Reason(
        "account_not_found",
        REJECTED,
        (
            "user_migration.forgot_password",
            "sign_out.everywhere",
            "sign_out.allow",
            *_REFUSED,
            *_OLD_LOGIN,
            *_REPAIR,
            *_SYNC,
        ),
        "At a password reset: no code is sent. Linking: signed in without a legacy id.",
        "Migration: nothing. Linking and repair: user or account no longer exists, or another "
        "user has the user name now. Profile sync: the legacy system knows no such account, or "
        "names a user whom the pool does not have.",
    ),
    Reason(
        "account_locked",
        REJECTED,
        (*_MIGRATION, "sign_up"),
        f"{_NOT_MOVED} A sign-up is refused.",
        "Nothing, or unlock the account in the legacy system.",
    ),
    Reason(
        "already_linked",
        REJECTED,
        _MIGRATION,
        _NOT_MOVED,
        "The account stores a Cognito id. The user signs in the way of the first sign-in. Many of "
        "them: ids of deleted users or of another pool; empty those ids.",
    ),
    Reason(
        "username_differs",
        REJECTED,
        _MIGRATION,
        _NOT_MOVED,
        "Many of them: users type another kind of name than `AUTHCORE_MIGRATION_POOL` or "
        "`AUTHCORE_MIGRATION_CASE_SENSITIVE` expects.",
    ),
    Reason(
        "email_differs",
        REJECTED,
        _MIGRATION,
        _NOT_MOVED,
        "The typed name is not the account's address. Many of them: the pool's kind is wrong, or "
        "the legacy system does not tell addresses.",
    ),
    Reason(
        "email_not_verified",
        REJECTED,
        _MIGRATION,
        _NOT_MOVED,
        "The legacy system did not verify the address, so no code may be sent to it. The user "
        "verifies it there first.",
    ),
    Reason(
        "resets_in_legacy",
        REJECTED,
        ("user_migration.forgot_password",),
        "No code is sent; the user has to use the legacy system's own reset page.",
        "Nothing: `AUTHCORE_MIGRATION_RESETS=legacy`. Many of them: link the old reset page on the "
        "sign-in page.",
    ),
    Reason(
        "legacy_mismatch",
        REJECTED,
        (*_MIGRATION, "sign_up", *_REFUSED, *_SYNC),
        "As for a wrong password. A sign-up is refused; a link is not made.",
        "The legacy system answers about another account than it was asked for: it must compare "
        "names exactly, blanks included.",
    ),
    Reason(
        "ok_unreachable",
        ACCEPTED,
        ("user_migration.authenticate",),
        "Signed in.",
        "No code can reach the user: the address is missing or not verified. Ask these users to "
        "verify one before they forget their password.",
    ),
    Reason(
        "weak_password_kept",
        ACCEPTED,
        ("user_migration.authenticate",),
        "Signed in with the old password.",
        "The password is weaker than the policy, and no code could reach the user to replace it. "
        "Ask these users to verify an address.",
    ),
    Reason(
        "too_long",
        REJECTED,
        ("user_migration.attributes",),
        "Nothing: the user moves without the attribute.",
        "A legacy field is longer than an attribute of Cognito can be; shorten it there.",
    ),
    Reason(
        "claims_legacy_uid",
        REJECTED,
        ("sign_up",),
        "The sign-up is refused.",
        "A client sent an attribute that only the triggers write. Take its write access away from "
        "the app client.",
    ),
    Reason(
        "lives_in_legacy",
        REJECTED,
        ("sign_up",),
        "The sentence to sign in instead.",
        "Nothing: name or address belongs to a user who has not moved yet.",
    ),
)

LINKING: Final[tuple[Reason, ...]] = (
    Reason("cognito_id", ACCEPTED, _LINKED, "Signed in.", "Nothing: found by its Cognito id."),
    Reason("identity", ACCEPTED, _LINKED, "Signed in.", "Nothing: found by the provider's id."),
    Reason("email", ACCEPTED, _LINKED, "Signed in.", "Nothing: found by the verified address."),
    Reason("legacy_uid", ACCEPTED, _LINKED, "Signed in.", "Nothing: a migrated user is attached."),
    Reason(
        "email_taken",
        ACCEPTED,
        ("account_linking.created",),
        "Signed in with a new legacy account.",
        "Another account has the address, unproven; the new one was created without it. Look "
        "whether the two are one person.",
    ),
    Reason(
        "link_unverified",
        REJECTED,
        ("native.link",),
        "Signed in as a user of their own, not as the existing one.",
        "Several users have the address, or its owner has not verified it. Look whether they are "
        "one person.",
    ),
    Reason(
        "link_ambiguous",
        REJECTED,
        (*_REFUSED, *_MIGRATION, "sign_up"),
        f"{_UNLINKED} Migration: the message for a wrong password. A sign-up is refused.",
        "Several legacy accounts match. Merge them, or make the address or identity unique.",
    ),
    Reason(
        "link_taken",
        REJECTED,
        (*_REFUSED, *_REPAIR, "native.link", "sign_in.complete", *PRESSED, *_SYNC, *_OLD_LOGIN),
        "No session, and a page that says how to sign in; with `AUTHCORE_LINKING_ON_FAILURE=block` "
        "a sentence to try again later. At the button: the page that the two were not connected.",
        "Account or user is linked to another one already. `authcore links audit` shows both "
        "sides.",
    ),
    Reason(
        "link_account_locked",
        REJECTED,
        (*_REFUSED, *_REPAIR),
        _UNLINKED,
        "Nothing, or unlock the account in the legacy system.",
    ),
    Reason(
        "link_issuer",
        REJECTED,
        _REFUSED,
        _UNLINKED,
        "The identity comes from another issuer than `AUTHCORE_LINKING_ISSUERS` demands: another "
        "tenant, or a wrong setting.",
    ),
    Reason(
        "link_stale",
        REJECTED,
        _REFUSED,
        _UNLINKED,
        "Nothing: the account's address has changed since migration or the plan, or the account is "
        "gone. A sign-in deletes the pool user that was made from it, and the owner's right "
        "password moves the owner; `authcore move link` deletes no user.",
    ),
    Reason(
        "link_unproven",
        REJECTED,
        _REFUSED,
        _UNLINKED,
        "The user claims a legacy account without a proof. Set `AUTHCORE_LINK_PROOF_KEYS` for the "
        "migration function too, and take write access to `custom:legacy_uid` away from app "
        "clients. If the account is the user's, write the `sub` to it; if not, empty both "
        "attributes.",
    ),
    Reason(
        "link_blind_retry",
        REJECTED,
        _REFUSED,
        _UNLINKED,
        "An earlier create may have worked. Look into the legacy system, then attach the account "
        "or run `authcore links allow-create`.",
    ),
    Reason(
        "link_rejected",
        REJECTED,
        (*_REFUSED, "native.link", *_REPAIR, "connect.offer", *PRESSED),
        f"{_UNLINKED} At the button: the page that the two were not connected.",
        "An id or identity is outside the limits of the contract or of Cognito, the insecure "
        "dialect cannot say it, or the user has five identities. At the button also: one of the "
        "two users is disabled, not confirmed or gone.",
    ),
    Reason(
        "attributes_rejected",
        REJECTED,
        (*_REFUSED, "account_linking.unmarked", *_REPAIR, *_SYNC),
        _UNLINKED,
        "The pool refuses the values of the attributes. Profile sync: often another user has the "
        "address.",
    ),
    Reason(
        "link_one_sided",
        REJECTED,
        (*_SYNC, *_OLD_LOGIN),
        "Nothing: nothing was written. The old login takes no password of the user.",
        "The account names a pool user who does not name the account. `authcore links repair` "
        "writes the missing half where it is proven.",
    ),
    Reason(
        "profile_message",
        REJECTED,
        ("profile_sync.message", "profile.webhook"),
        "Nothing: the message was put aside. A webhook: 200 and `parked`.",
        "A message is not one of docs/profile-sync.md. Correct the sender; `authcore sync run` "
        "makes good what was missed.",
    ),
    Reason(
        "changed_meanwhile",
        REJECTED,
        _REPAIR,
        "Nothing.",
        "User or account names another one than before; the next audit shows which.",
    ),
    Reason(
        "not_found_by_cognito_id",
        REJECTED,
        _REPAIR,
        "Nothing.",
        "The account was listed with the user's `sub` but is not found by it: compare the two and "
        "write `custom:legacy_uid`.",
    ),
)
