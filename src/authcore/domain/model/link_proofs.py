"""
What ``custom:legacy_linked`` says about a pool user, so that only authcore can have said it.

The attribute holds one of three statements, each with an HMAC-SHA256 under the team's keys:

``linked.MAC``: both systems store both ids.  Over pool, ``sub`` and legacy id.

``migrated.MAC.STATE.UID``: migration created the user for the account UID.  Over pool, legacy id
and STATE, a keyed digest of the address that the account had and of whether it was verified; a user
who is not created yet has no ``sub``.  A run of ``authcore move`` writes its id before STATE,
``migrated.MAC.RUN.STATE.UID``, and the MAC is over that, too: so the run knows its own users.

``refused.MAC.REASON.UID``: a link was refused; UID, which can be empty, is the account that the
user must not get.  Over pool, ``sub``, reason and legacy id.

A copied pool has another id, and a client that may write attributes has no key: neither proves
anything.  ``custom:legacy_uid`` beside it stays the plain id that other services read.

See: RFC 2104; docs/adr/0019-link-proofs.md.
"""

import hmac
import re
from typing import Final

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.keyed_mac import KeyedMac


_STATEMENT: Final = re.compile(
    r"(?P<kind>[a-z]{1,8})\.(?P<mac>[0-9a-f]{64})(?:\.(?P<rest>.{0,192}))?", re.DOTALL
)
_VOUCHER: Final = re.compile(
    r"(?:(?P<run_id>[0-9]{8}-[0-9a-f]{6})\.)?(?P<state>[0-9a-f]{64})\.(?P<legacy_uid>.{1,64})"
)
_MAX_ID_LENGTH: Final = 64
"""Characters of a legacy id; no account has a longer one, but a client may write it."""

_REFUSAL: Final = re.compile(
    rf"(?P<reason>[a-z_]{{1,32}})\.(?P<legacy_uid>.{{0,{_MAX_ID_LENGTH}}})", re.DOTALL
)


@attrs.frozen
class Refusal:
    """
    A link that was refused.

    Attributes:
        reason: Code of the error.
        legacy_uid: The account that the user must not get; None where no account was in question.
    """

    reason: str
    legacy_uid: str | None


@attrs.frozen
class Voucher:
    """
    What migration knew of an account.

    Attributes:
        state: Digest of the account's address and of whether it was verified.
        legacy_uid: Id of the account.
        run_id: Of the run that planned the user; None where the user moved by signing in.
    """

    state: str = attrs.field(repr=False)
    legacy_uid: str
    run_id: str | None = None


@attrs.frozen(repr=False, eq=False)
class LinkProofs:
    """
    Writes and checks the statements of one pool.

    Args:
        keys: Key ring: the first one signs, all verify.

        pool_id: Id of the pool.
    """

    keys: tuple[bytes, ...]
    pool_id: str
    _macs: tuple[KeyedMac, ...] = attrs.field(init=False)

    @_macs.default
    def _prepare_keys(self) -> tuple[KeyedMac, ...]:
        return tuple(map(KeyedMac, self.keys))

    def prove_link(self, subject: str, legacy_uid: str) -> str:
        """State that the user *subject* and the account *legacy_uid* name each other."""
        return f"linked.{self._sign('linked', subject, legacy_uid)}"

    def is_linked(self, statement: str | None, subject: str, legacy_uid: str | None) -> bool:
        """Whether *statement* proves the link of *subject* and *legacy_uid*."""
        mac, rest = _read(statement, "linked")
        if legacy_uid is None or rest is not None:
            return False
        return self._is_signed(mac, "linked", subject, legacy_uid)

    def vouch(self, account: LegacyAccount, run_id: str | None = None) -> str:
        """
        State that migration creates a user for *account*, as it is now.

        Args:
            account: The account.

            run_id: Of the run that creates the user; None, the default, for the migration trigger.
        """
        state = _state(self._macs[0], account.email, is_verified=account.email_verified)
        mac = self._sign("migrated", account.legacy_uid, state, *([run_id] if run_id else ()))
        return ".".join(filter(None, ["migrated", mac, run_id, state, account.legacy_uid]))

    def voucher(self, statement: str | None) -> Voucher | None:
        """The voucher of migration that *statement* is; None where it is none."""
        mac, rest = _read(statement, "migrated")
        parts = _VOUCHER.fullmatch(rest or "")
        if parts is None:
            return None
        voucher = Voucher(parts["state"], parts["legacy_uid"], parts["run_id"])
        said = [voucher.legacy_uid, voucher.state, *([voucher.run_id] if voucher.run_id else ())]
        return voucher if self._is_signed(mac, "migrated", *said) else None

    def is_unchanged(self, voucher: Voucher, account: LegacyAccount) -> bool:
        """Whether *account* still has the address, verified or not, that migration saw."""
        return self._is_state(voucher, account.email, is_verified=account.email_verified)

    def saw_address(self, voucher: Voucher, email: str | None) -> bool:
        """Whether *email* is the address, verified or not, that migration saw."""
        return any(self._is_state(voucher, email, is_verified=each) for each in (True, False))

    def refuse(self, subject: str, refusal: Refusal) -> str:
        """State that *subject* was refused a link; of an id that is too long, keep the start."""
        legacy_uid = (refusal.legacy_uid or "")[:_MAX_ID_LENGTH]
        mac = self._sign("refused", subject, refusal.reason, legacy_uid)
        return f"refused.{mac}.{refusal.reason}.{legacy_uid}"

    def refusal(self, statement: str | None, subject: str) -> Refusal | None:
        """The refusal that *statement* holds about *subject*; None where it holds none."""
        mac, rest = _read(statement, "refused")
        parts = _REFUSAL.fullmatch(rest or "")
        if parts is None or not self._is_signed(mac, "refused", subject, *parts.groups()):
            return None
        return Refusal(parts["reason"], parts["legacy_uid"] or None)

    @staticmethod
    def is_statement(text: str | None) -> bool:
        """Whether *text* has the form of a statement, true or not."""
        return _STATEMENT.fullmatch(text or "") is not None

    def _is_state(self, voucher: Voucher, email: str | None, *, is_verified: bool) -> bool:
        states = [_state(mac, email, is_verified=is_verified) for mac in self._macs]
        return any(hmac.compare_digest(voucher.state, each) for each in states)

    def _sign(self, *parts: str) -> str:
        return _mac(self._macs[0], self.pool_id, *parts)

    def _is_signed(self, mac: str, *parts: str) -> bool:
        expected = [_mac(each, self.pool_id, *parts) for each in self._macs]
        return any(hmac.compare_digest(mac, each) for each in expected)


def _read(statement: str | None, kind: str) -> tuple[str, str | None]:
    """The MAC and the rest of *statement*; an empty MAC, which none equals, for another kind."""
    parts = _STATEMENT.fullmatch(statement or "")
    return (parts["mac"], parts["rest"]) if parts and parts["kind"] == kind else ("", None)


def _mac(keyed: KeyedMac, *parts: str) -> str:
    """Sign *parts*; each length stands before its part, so that no two lists read the same."""
    message = "".join([f"{len(part)}:{part}" for part in parts])
    return keyed.sign(message.encode("utf-8", "surrogatepass"))


def _state(keyed: KeyedMac, email: str | None, *, is_verified: bool) -> str:
    return _mac(keyed, "state", email or "", str(is_verified))
