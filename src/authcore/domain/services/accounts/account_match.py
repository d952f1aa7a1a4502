"""Chooses the account of a pool user among those that the legacy system found.  Pure."""

from authcore.domain.errors import AccountLockedError, AccountTakenError, AmbiguousAccountError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.linking import AccountMatches, AccountQuery, FoundAccount, PoolAccount


def choose(matches: AccountMatches, query: AccountQuery) -> FoundAccount | None:
    """
    Choose the account that *matches* mean; None if none is the user's.

    An account that an earlier attempt attached may be found by its address only.

    Raises:
        AmbiguousAccountError: Cognito id and identity lead to different accounts.
    """
    known, social, addressed = matches.by_cognito_id, matches.by_identity, matches.by_email
    if known is None and addressed and addressed.cognito_id == query.cognito_id:
        known = addressed
    if known and social and known.legacy_uid != social.legacy_uid:
        raise AmbiguousAccountError("the Cognito id and the identity lead to different accounts")
    if known:
        return FoundAccount(known, "cognito_id")
    if social:
        return FoundAccount(social, "identity")
    if addressed and _is_proven(addressed, query.email):
        return FoundAccount(addressed, "email")
    return None


def _is_proven(account: LegacyAccount, email: str | None) -> bool:
    """Whether the legacy system verified the address of *account*, and it is exactly *email*."""
    return (
        email is not None
        and account.email is not None
        and account.email_verified
        and canonical_email(account.email) == email
    )


def require_usable(account: LegacyAccount, user: PoolAccount) -> None:
    """
    Return if *user* may have *account*, as far as lock and owner go.

    Raises:
        AccountLockedError: The legacy system locked it.

        AccountTakenError: It belongs to another pool user.
    """
    if account.locked:
        raise AccountLockedError(
            "the legacy system locked the account", legacy_uid=account.legacy_uid
        )
    if account.cognito_id not in (None, user.subject):
        raise AccountTakenError(
            "the account belongs to another Cognito user", legacy_uid=account.legacy_uid
        )
