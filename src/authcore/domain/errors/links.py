"""Accounts that must not be linked."""

from typing import ClassVar

from authcore.domain.errors.base import RejectedError


class LinkRejectedError(RejectedError):
    """
    The two accounts must not be linked.

    Attributes:
        legacy_uid: The account in question; None where none is known.
    """

    code: ClassVar[str] = "link_rejected"

    def __init__(
        self, message: str, *, legacy_uid: str | None = None, detail: str | None = None
    ) -> None:
        self.legacy_uid = legacy_uid
        super().__init__(message, detail=detail)


class AmbiguousAccountError(LinkRejectedError):
    """Several legacy accounts match."""

    code: ClassVar[str] = "link_ambiguous"


class AccountTakenError(LinkRejectedError):
    """One of the two is linked to another account already."""

    code: ClassVar[str] = "link_taken"


class AccountLockedError(LinkRejectedError):
    """The legacy system locked the account, so it must not be used."""

    code: ClassVar[str] = "link_account_locked"


class IssuerRejectedError(LinkRejectedError):
    """The identity has no issuer, or another one than its provider must have."""

    code: ClassVar[str] = "link_issuer"


class StaleProofError(LinkRejectedError):
    """Migration vouched for the account as it was; its address has changed, or it is gone."""

    code: ClassVar[str] = "link_stale"


class UnprovenLinkError(LinkRejectedError):
    """The pool user claims an account, and nothing proves that it is theirs."""

    code: ClassVar[str] = "link_unproven"


class OneSidedLinkError(LinkRejectedError):
    """The legacy account names the pool user, and the pool user does not name the account."""

    code: ClassVar[str] = "link_one_sided"


class BlindRetryRefusedError(LinkRejectedError):
    """An earlier attempt may or may not have created the account; an operator must check."""

    code: ClassVar[str] = "link_blind_retry"


class ConnectTicketError(LinkRejectedError):
    """The browser carries no fresh proof of an external identity for this app client."""

    code: ClassVar[str] = "connect_ticket"


class ConnectSignInError(LinkRejectedError):
    """The browser's session is none of a native user, or its sign-in is too long ago."""

    code: ClassVar[str] = "connect_sign_in"


class ConnectAddressError(LinkRejectedError):
    """The pool did not verify the same e-mail address for both users."""

    code: ClassVar[str] = "connect_address"
