"""What one call of a password sign-in proves on its own: a password and a device, by SRP."""

import hashlib
from collections.abc import Mapping

import attrs

from authcore.adapters.cognito.limits import can_be_username
from authcore.adapters.cognito.srp import SrpClient, SrpServer
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.challenges import MIGRATING, Challenge, Device, PasswordFlow
from authcore.ports.system import Clock, Entropy


@attrs.define(kw_only=True)
class PasswordExchange:
    """
    Answers the challenges that need no user.  Each SRP exchange serves one proof.

    Attributes:
        flow: That the sign-in began with.
        metadata: ``ClientMetadata``.
        pool_name: The pool id after its ``_``.
        clock: Tells the time that a proof signs.
        entropy: For the ephemeral secrets.
        password: As typed; None where the user typed none.
        device: A remembered one; None where none is known.
    """

    flow: PasswordFlow
    metadata: Mapping[str, str] = attrs.field(repr=False)
    pool_name: str
    clock: Clock
    entropy: Entropy
    password: str | None = attrs.field(default=None, repr=False)
    device: Device | None = None
    _of_user: SrpClient | None = attrs.field(default=None, init=False, repr=False)
    _of_device: SrpClient | None = attrs.field(default=None, init=False, repr=False)

    def first_factor(self) -> Mapping[str, str]:
        """Make the ``AuthParameters`` that prove, or begin to prove, the password."""
        if self.flow in MIGRATING:
            return {"PASSWORD": self.password or ""}
        wish = {"PREFERRED_CHALLENGE": "PASSWORD_SRP"} if self.flow == "USER_AUTH" else {}
        return {**wish, **self.begin_srp()}

    def begin_srp(self) -> Mapping[str, str]:
        """Begin to prove the password."""
        self._of_user = self._client()
        return {"SRP_A": self._of_user.srp_a}

    def begin_device_srp(self) -> Mapping[str, str]:
        """Begin to prove the device."""
        self._of_device = self._client()
        return {"SRP_A": self._of_device.srp_a}

    def device_key(self) -> Mapping[str, str]:
        """Name the device, where one is known."""
        return {} if self.device is None else {"DEVICE_KEY": self.device.key}

    def own_answer(self, step: Challenge) -> Mapping[str, str] | None:
        """
        Answer *step*; None where the user has to.

        Raises:
            ProviderUnavailableError: It asks for the proof of an exchange that was not begun, or
                its numbers are no honest server's.
        """
        match step.name:
            case "PASSWORD_VERIFIER":
                return self._prove_password(step)
            case "DEVICE_PASSWORD_VERIFIER":
                return self._prove_device(step)
            case "PASSWORD_SRP" if self.password is not None:
                return self.begin_srp()
            case "DEVICE_SRP_AUTH" if self.device is not None:
                return self.begin_device_srp()
            case _:
                return None

    def _prove_password(self, step: Challenge) -> Mapping[str, str]:
        client, self._of_user = self._of_user, None
        identity = step.parameters.get("USER_ID_FOR_SRP", "")
        if client is None or self.password is None or not can_be_username(identity):
            raise _make_error()
        return client.prove(
            SrpServer.read(step.parameters),
            scope=self.pool_name,
            identity=identity,
            password=self.password,
            at=self.clock.now(),
        )

    def _prove_device(self, step: Challenge) -> Mapping[str, str]:
        client, self._of_device = self._of_device, None
        if client is None or self.device is None:
            raise _make_error()
        return client.prove(
            SrpServer.read(step.parameters),
            scope=self.device.group_key,
            identity=self.device.key,
            password=self.device.password,
            at=self.clock.now(),
        )

    def _client(self) -> SrpClient:
        digest = hashlib.sha256(self.entropy.token().encode()).digest()
        return SrpClient(int.from_bytes(digest, "big"))


def _make_error() -> ProviderUnavailableError:
    return ProviderUnavailableError("Cognito's challenge was not expected", detail="answer srp")
