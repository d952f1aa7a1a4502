"""How often users may try to sign in with a password or a code."""

import ipaddress
import unicodedata
from typing import Final

import attrs

from authcore.domain.services.sign_in.authorization import digest_of
from authcore.ports.attempt_limits import AttemptLimiter


IPV6_PREFIX: Final = 56
"""Bits of an IPv6 address that count: a provider gives one customer a /56 or more (RIPE-690)."""

_UNKNOWN: Final = "unknown"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignInLimits:
    """
    Limits the attempts of each user and of each address, before anything is checked.

    Passwords and answers to challenges count alike, successful ones too.  Unknown users count as
    known ones do, so that a refusal says nothing about a user.  A limit that cannot be counted
    admits no attempt: guesses without a limit are worse than an outage of this sign-in.

    Attributes:
        users: Counts by user name; spellings that differ in letter case or form count as one.
        addresses: Counts by IPv4 address, or by the first IPV6_PREFIX bits of an IPv6 address.
    """

    users: AttemptLimiter
    addresses: AttemptLimiter

    def admit(
        self, candidate_username: str, address: str | None, *, username: str | None = None
    ) -> None:
        """
        Count one attempt.

        An attempt that the address's limit refuses does not count for the user: one address cannot
        use up the limits of any number of users.

        Args:
            candidate_username: As the user typed it.

            address: Of the browser; None where it is unknown.  Unknown ones count as one.

            username: As the pool's challenge names the user, whom several aliases may mean; None
                (the default) for a first attempt.

        Raises:
            TooManyAttemptsError: One of the limits is reached.

            CoordinationUnavailableError: The limits cannot be counted.
        """
        self.addresses.admit(digest_of(f"address\n{network_of(address)}"))
        names = (candidate_username, username) if username else (candidate_username,)
        for name in dict.fromkeys(map(_fold, names)):
            self.users.admit(digest_of(f"user\n{name}"))


def network_of(address: str | None) -> str:
    """Return the network whose attempts count as one; ``unknown`` for what is no IP address."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return _UNKNOWN
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{int(found) >> (128 - IPV6_PREFIX):x}/{IPV6_PREFIX}"


def _fold(candidate_username: str) -> str:
    """Fold what Cognito may take for one user, and perhaps more than that."""
    return unicodedata.normalize("NFKC", candidate_username.strip()).casefold()
