"""A pool with password users for the tests of the service; nothing leaves the process."""

from typing import Any

from authcore.domain.model.accounts import Credentials
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.testing.fakes.password_authentication import InMemoryPasswordAuthenticator
from unit.validator_world import MINT, VALIDATOR


ANNA = Credentials("anna", "canary-Password-1")


def tokens_of(username: str, **access: Any) -> TokenSet:
    """What the pool issues; *access* are claims of the access token."""
    token = MINT.access(username=username, **access)
    return TokenSet(token, MINT.identity(), RefreshToken("refresh-canary"))


class World:
    """A pool in which anna has a password."""

    def __init__(self, **anna: Any) -> None:
        self.issued: dict[str, Any] = {}
        self.cognito = InMemoryPasswordAuthenticator(lambda name: tokens_of(name, **self.issued))
        self.cognito.enrol("anna", ANNA.password, **anna)

    def sign_in(self, **changes: Any) -> PasswordSignIn:
        usual: dict[str, Any] = {
            "authenticator": self.cognito,
            "validator": VALIDATOR,
            "flow": "USER_SRP_AUTH",
        }
        return PasswordSignIn(**{**usual, **changes})
