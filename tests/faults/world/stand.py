"""The local stack in this process, without servers: pool, legacy system, functions, guard, CLI."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, cast

import attrs
import pytest

from authcore.adapters.coordination.process.leases import ProcessLease
from authcore.adapters.coordination.process.replay_cache import ProcessCreateIntents
from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.domain.model.pools import pool_key
from authcore.domain.services.accounts.account_creation import create_key
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from authcore.testing.mint import TokenMint
from authcore_cli import admin_wiring, links_wiring
from authcore_cli.links_run import LinkTools
from authcore_guard.container import guard_container
from authcore_lambda import (
    account_linking,
    pre_sign_up,
    pre_token_generation,
    user_migration,
)
from authcore_local.addresses import Addresses, Ports
from authcore_local.cognito import LocalCognito, PoolConfig, Triggers
from authcore_local.cognito.idp_api.assembly import build_api
from authcore_local.cognito.user_flows.confirmation_codes import ConfirmationCodes
from authcore_local.cognito.user_flows.federation import FederatedSignIn
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_flows.sign_up import SignUp
from authcore_local.environment import CREATION, environment_of, fresh_secrets
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.legacy.link_lookup import Links
from authcore_local.legacy.operations import Operations
from authcore_local.lifetimes import Lifetimes
from authcore_local.pool import pool_config
from faults.world.variants import Variant
from faults.world.weather import Struck, Weather
from faults.world.wires import POOL_LINE, LegacyLine
from support.unhurried import Unhurried


ADDRESSES: Final = Addresses(Ports())
COPY_ID: Final = "eu-local-1_Copy{number:05}"


@attrs.define
class Flows:
    """What users do at the pool, as its pages do it."""

    sign_up: SignUp
    forgotten: ForgottenPasswords
    federation: FederatedSignIn


class Stand:
    """
    Both systems and all that is between them.

    Attributes:
        variant: How it is configured.
        clock: Of everything.
        weather: Of every outside call.
        audit: Everything that functions and commands record.
        legacy: The legacy system.
        cognito: The pool.
        flows: What users do at it.
        guard: Decides about requests.
        revocations: Sessions that ended before their tokens.
        environment: The ``AUTHCORE_*`` variables.
    """

    def __init__(self, variant: Variant, seeds: tuple[SeedUser, ...]) -> None:
        self.variant = variant
        self.clock = POOL_LINE.clock = FrozenClock()
        self.weather = Weather()
        self.audit = InMemoryAuditLog()
        self._entropy = ScriptedEntropy()
        self._secrets = fresh_secrets(self._entropy)
        self._lifetimes = Lifetimes(refresh=timedelta(hours=24))
        self._lease = Struck(ProcessLease(self.clock), self.weather)
        self._intents = Struck(ProcessCreateIntents(self.clock), self.weather)
        self.revocations = ProcessRevocationList(self.clock)
        self.legacy = LegacySystem(
            seeds, self._secrets.legacy_api_key, mode=variant.legacy_mode, entropy=self._entropy
        )
        self._line = self._legacy_line()
        self._copies = 0
        self._open("")

    def allow_create(self, subject: str) -> None:
        """``authcore links allow-create``: forget what came of the create for *subject*."""
        pool_id = self.environment["AUTHCORE_COGNITO_USER_POOL_ID"]
        self._intents.forget(create_key(pool_key(pool_id), subject))

    def _legacy_line(self) -> LegacyLine:
        system = self.legacy
        store, users, access = system._users._store, system._users, system._access
        links = Links(store, users, access, self.variant.legacy_mode, unique_emails=False)
        operations = Operations(users, links, access, system.passwords).all
        return LegacyLine(
            operations,
            self._secrets.legacy_api_key,
            ADDRESSES.legacy_url,
            self.weather,
            folds_accents=self.variant.folds_accents,
        )

    def open_copy(self) -> LocalCognito:
        """Open an empty pool under another id in place of the old one, which is returned."""
        before = self.cognito
        self._copies += 1
        self._open(COPY_ID.format(number=self._copies))
        return before

    def _open(self, pool_id: str) -> None:
        config = self._config(pool_id)
        self.environment: Mapping[str, str] = {
            **environment_of(
                ADDRESSES, self._secrets, CREATION[self.variant.legacy_mode], self._lifetimes
            ),
            "AUTHCORE_GUARD_REFRESH": "off",
            **self.variant.variables,
            "AUTHCORE_COGNITO_USER_POOL_ID": config.pool_id,
            "AUTHCORE_COGNITO_ISSUER": config.issuer,
        }
        mint = TokenMint(issuer=config.issuer, client_id=config.client_id, clock=self.clock)
        self.cognito = LocalCognito(
            config,
            clock=self.clock,
            entropy=self._entropy,
            mint=mint,
            triggers=self._functions(),
        )
        self.api = build_api(self.cognito._parts(), lambda *_: None)
        self.connect()
        self.flows = self._open_flows(config)
        self.guard = self._build_guard()

    def connect(self) -> None:
        """Make this the stand that AWS clients of this process reach, and whose time it is."""
        POOL_LINE.connect(self.api, self.weather)

    def _config(self, pool_id: str) -> PoolConfig:
        config = pool_config(
            ADDRESSES,
            self._secrets,
            self._lifetimes,
            post_authentication_in_managed_login=self.variant.post_authentication,
        )
        changed: Any = {"pool_id": pool_id, "issuer": f"{ADDRESSES.cognito_server_url}/{pool_id}"}
        return attrs.evolve(
            config,
            case_sensitive=self.variant.case_sensitive,
            identity_providers=cast("Any", ("Google", "Facebook", "Apple")),
            **(changed if pool_id else {}),
        )

    def _functions(self) -> Triggers:
        stores: Any = {"lease": self._lease, "intents": self._intents}
        common: Any = {"audit": self.audit, "http": self._line}
        linking = Unhurried(account_linking.build_handler(self.environment, **common, **stores))
        return Triggers(
            user_migration=Unhurried(user_migration.build_handler(self.environment, **common)),
            pre_sign_up=Unhurried(pre_sign_up.build_handler(self.environment, **common)),
            post_confirmation=linking,
            post_authentication=linking,
            pre_token_generation=Unhurried(
                pre_token_generation.build_handler(self.environment, **common, **stores)
            ),
            pre_token_version=self.variant.token_version,
        )

    def _open_flows(self, config: PoolConfig) -> Flows:
        pool = self.cognito
        codes = ConfirmationCodes(self.clock, self._entropy)
        common: Any = {"users": pool.users, "lifecycle": pool._lifecycle}
        mailed: Any = {**common, "codes": codes, "outbox": pool.outbox}
        return Flows(
            SignUp(config, **mailed),
            ForgottenPasswords(config, migration=pool._migration, **mailed),
            FederatedSignIn(config, clock=self.clock, **common),
        )

    def _build_guard(self) -> SessionGuard:
        container = guard_container(self.environment)
        container.clock.override(self.clock)
        container.revocations.override(self.revocations)
        container.fetcher.override(self.cognito._issuer.published_keys)
        container.legacy_http.override(self._line)
        return container.session_guard()

    def link_tools(self) -> LinkTools:
        """What ``authcore links`` works with."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(links_wiring, "HttpClient", lambda **_: self._line)
            patch.setattr(links_wiring, "LoggingAuditLog", lambda: self.audit)
            patch.setattr(links_wiring, "SystemClock", lambda: self.clock)
            return links_wiring.link_tools(self.environment, 25, lambda *_: None)

    def end_sessions(self, username: str) -> object:
        """``authcore sessions end``."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(admin_wiring, "_revocations", lambda _: self.revocations)
            patch.setattr(admin_wiring, "LoggingAuditLog", lambda: self.audit)
            patch.setattr(admin_wiring, "SystemClock", lambda: self.clock)
            return admin_wiring.session_tools(self.environment).everywhere.end(username)
