"""The auth service with every route that its description has."""

from typing import Any

from dependency_injector import providers

from authcore.domain.model.challenges import Code
from authcore.testing.fakes.password_authentication import InMemoryPasswordAuthenticator, Step
from authcore.testing.fakes.system import FrozenClock, RecordedAsyncPause
from doors.hook_world import HookWorld
from doors.live_web_world import CALLER_KEY
from doors.old_login_web_world import OldLoginWebWorld


class DescribedWorld(HookWorld, OldLoginWebWorld):
    """Ada has a password, and one of two users a second factor."""

    per_user = per_caller = 10_000

    def __init__(self, **changes: str) -> None:
        self.cognito = InMemoryPasswordAuthenticator(lambda _: self.tokens())
        self.cognito.enrol("ada", "Right-Password-1")
        self.cognito.enrol("bea", "Right-Password-1", steps=[Step("EMAIL_OTP", Code("123456"))])
        password = {"SIGN_IN": "on", "FLOW": "USER_AUTH", "PER_USER": "1000"}
        given = {f"PASSWORD_{name}": value for name, value in password.items()}
        old_login = {"OLD_LOGIN_CALLER_KEYS": f"legacy={CALLER_KEY}"}
        super().__init__(**{**given, **old_login, **changes})

    def parts(self) -> dict[str, Any]:
        """The pool in memory beside the rest."""
        return {
            **super().parts(),
            "password_authenticator": providers.Object(self.cognito),
            "async_pause": providers.Object(RecordedAsyncPause(FrozenClock())),
        }
