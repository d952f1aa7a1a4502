"""An authenticator app of a local Cognito's user."""

import base64
from datetime import timedelta
from typing import Final

from authcore_local.cognito.user_pool.software_tokens import STEP_SECONDS, SoftwareToken
from support.local_pool import LocalPool
from support.local_sign_in import access_token, bearing


STEP: Final = timedelta(seconds=STEP_SECONDS)


class App:
    """An authenticator app."""

    def __init__(self, pool: LocalPool, secret_code: str) -> None:
        self._pool = pool
        padding = "=" * (-len(secret_code) % 8)
        self._token = SoftwareToken(base64.b32decode(secret_code + padding))

    def code(self, steps: int = 0) -> str:
        """What it shows now, or some steps away."""
        now = int(self._pool.clock.now().timestamp()) // STEP_SECONDS
        return self._token.code_at(now + steps)

    def next_code(self) -> str:
        """What it shows after the next change."""
        self._pool.clock.advance(STEP)
        return self.code()


def register(pool: LocalPool, name: str) -> App:
    """Registers an app and makes it the preferred factor."""
    token = access_token(pool, name)
    app = App(pool, bearing(pool, "AssociateSoftwareToken", token)["SecretCode"])
    assert bearing(pool, "VerifySoftwareToken", token, UserCode=app.code())["Status"] == "SUCCESS"
    setting = {"Enabled": True, "PreferredMfa": True}
    assert bearing(pool, "SetUserMFAPreference", token, SoftwareTokenMfaSettings=setting) == {}
    return app
