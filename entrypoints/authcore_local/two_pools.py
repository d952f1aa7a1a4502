"""Two user pools on loopback: users move from the old one to the new one, passwords kept."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

import attrs

from authcore.adapters.system import SystemEntropy
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID, MOVED_TO
from authcore.ports.system import Clock, Entropy
from authcore_lambda import account_linking, pre_sign_up, pre_token_generation, user_migration
from authcore_local.cognito import TriggerHandler, Triggers
from authcore_local.cognito.config import Mfa
from authcore_local.legacy.seed_users import SEED_USERS, SeedUser
from authcore_local.pool_file import PoolFile
from authcore_local.served_pool import ServedPool
from authcore_local.servers import Running


OLD_POOL_ID: Final = "eu-local-1_Old000001"
NEW_POOL_ID: Final = "eu-local-1_New000001"
OLD_CLIENT_ID: Final = "oldclient01"
NEW_CLIENT_ID: Final = "newclient01"
SECOND_FACTOR: Final = "gregor"
"""The one of SEED_USERS who has a second factor at the old pool."""

_EMAIL_OTP: Final[frozenset[Mfa]] = frozenset({"EMAIL_OTP"})

Build = Callable[[Mapping[str, str]], Callable[..., Any]]


class TwoPools(Running):
    """
    An old pool with users, and a new one without.

    The old pool counts letter case in user names, which no pool can change later: that is why its
    users move.

    Attributes:
        old: The pool that users leave.
        new: The pool that users move to, with authcore's triggers.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
        fresh_keys: bool = True,
    ) -> None:
        """
        Bind two free ports.

        Args:
            clock: Of both pools; the machine's by default.

            entropy: For codes, ids and secrets; the system's by default.

            fresh_keys: See ServedPool.
        """
        entropy = entropy or SystemEntropy()
        self._key = base64.b64encode(hashlib.sha256(entropy.token().encode()).digest()).decode()
        served = partial(ServedPool, clock=clock, entropy=entropy, fresh_keys=fresh_keys)
        self.old = served(_old_pool(entropy.token()))
        for user in SEED_USERS:
            self._enrol(user)
        try:
            self.new = served(attrs.evolve(_new_pool(), triggers=self.attach()))
        except Exception:
            self.old.stop()
            raise

    @property
    def settings(self) -> Mapping[str, str]:
        """All that a team sets for such a move; the last two lead to this machine."""
        config = self.old.config
        return {
            "AUTHCORE_OLD_POOL_USER_POOL_ID": config.pool_id,
            "AUTHCORE_OLD_POOL_CLIENT_ID": config.client_id,
            "AUTHCORE_OLD_POOL_CLIENT_SECRET": config.client_secrets[-1],
            "AUTHCORE_LINK_PROOF_KEYS": self._key,
            "AUTHCORE_COGNITO_REGION": self.new.config.region,
            "AUTHCORE_MIGRATION_CASE_SENSITIVE": "off",
            "AUTHCORE_OLD_POOL_ENDPOINT_URL": self.old.url,
            "AUTHCORE_COGNITO_ENDPOINT_URL": self.new.url,
        }

    def start(self) -> None:
        """Serve both."""
        self.old.start()
        self.new.start()

    def stop(self) -> None:
        """Stop both; the old one may have stopped before."""
        self.old.stop()
        self.new.stop()

    def _enrol(self, user: SeedUser) -> None:
        email = {"email": user.email, "email_verified": str(user.email_verified).lower()}
        attributes = {**(email if user.email else {}), "name": user.display_name}
        self.old.create_user(
            user.username,
            user.password,
            attributes={name: value for name, value in attributes.items() if value is not None},
        )
        factors = _EMAIL_OTP if user.username == SECOND_FACTOR else frozenset[Mfa]()
        self.old.cognito.users.change(
            user.username,
            lambda found: attrs.evolve(found, enabled=not user.locked, mfa=factors),
        )

    def attach(self) -> Triggers:
        """Attach authcore's functions to the new pool, as a template attaches them."""
        linking = self._function(account_linking.build_handler)
        return Triggers(
            user_migration=self._function(user_migration.build_handler),
            pre_sign_up=self._function(pre_sign_up.build_handler),
            post_confirmation=linking,
            post_authentication=linking,
            pre_token_generation=self._function(pre_token_generation.build_handler),
        )

    def _function(self, build: Build) -> TriggerHandler:
        """Build a function at its first event: the new pool has an address by then."""
        built = cache(lambda: build(self.settings))

        def handler(event: Any, context: Any, started: float | None = None) -> Any:
            return built()(event, context, started)

        handler.__module__ = build.__module__
        return handler


def _old_pool(client_secret: str) -> PoolFile:
    return _pool_file(
        OLD_POOL_ID,
        case_sensitive=True,
        attributes=(MOVED_TO,),
        client={
            "id": OLD_CLIENT_ID,
            "secrets": [client_secret],
            "auth_flows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
            "write_attributes": ["email", "name"],
        },
    )


def _new_pool() -> PoolFile:
    client = {
        "id": NEW_CLIENT_ID,
        "auth_flows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "write_attributes": ["email", "name"],
    }
    return _pool_file(
        NEW_POOL_ID, case_sensitive=False, attributes=(LEGACY_UID, LEGACY_LINKED), client=client
    )


def _pool_file(
    pool_id: str, *, case_sensitive: bool, attributes: tuple[str, ...], client: Mapping[str, Any]
) -> PoolFile:
    pool = {
        "id": pool_id,
        "case_sensitive": case_sensitive,
        "custom_attributes": [{"name": name} for name in attributes],
    }
    return PoolFile.parse(json.dumps({"ports": {"pool": 0}, "pool": pool, "client": client}))
