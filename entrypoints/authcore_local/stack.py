"""The whole system in one process: four servers on loopback, joined by settings alone."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.adapters.http import HttpClient
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.ports.system import Clock, Entropy
from authcore.testing.mint import TokenMint
from authcore_guard.container import guard_container
from authcore_local.addresses import HOSTS, Addresses, Ports
from authcore_local.administrator import Administrator
from authcore_local.clock import MovableClock
from authcore_local.cms import cms, guarded_cms
from authcore_local.cognito import LocalCognito, PoolConfig
from authcore_local.environment import (
    CREATION,
    MOVE,
    OWN_SIGN_IN_PAGE,
    environment_of,
    fresh_secrets,
    manage_secret,
)
from authcore_local.flow import Actor, FlowLog
from authcore_local.flow_controls import Controls
from authcore_local.flow_page import FLOW_PATH
from authcore_local.functions import attach_functions, legacy_clients
from authcore_local.history import History
from authcore_local.legacy import SEED_USERS, LegacySystem, SeedUser
from authcore_local.legacy.link_lookup import Mode
from authcore_local.legacy.outbox import ANSWER_LIMIT, MAX_ANSWER_BYTES, WebhookSender
from authcore_local.legacy.pool_passwords import AuthServicePasswords
from authcore_local.lifetimes import Lifetimes
from authcore_local.own_application import OwnApplication
from authcore_local.own_hosts import OwnHosts
from authcore_local.pool import pool_config
from authcore_local.recording import Begun, Recorded
from authcore_local.servers import AsgiApp, LoopbackServer, Running, bind
from authcore_local.shared_state import Decisions, Shared, share
from authcore_local.visits import Visits
from authcore_web.app import create_app
from authcore_web.container import web_container


NAMES: Final = ("cms", "auth", "cognito", "legacy")
REPLICA: Final = "replica"
OLD_SESSIONS: Final = "AUTHCORE_LEGACY_SESSIONS_COOKIE"
OF_FUNCTIONS: Final = ("AUTHCORE_LINKING_TABLE",)
"""Variables whose table exists in the functions' process only."""

CALLERS_OF_AUTH: Final[Mapping[str, Actor]] = {
    "/auth/verify": "guard",
    "/auth/verify/batch": "guard",
    "/auth/password/verify": "legacy",
    "/auth/password/changed": "legacy",
    "/auth/profile-changed": "legacy",
}
"""Callers of the auth service by path, where they are not browsers."""


class LocalStack(Running):
    """
    The sample CMS, the auth service, the local Cognito and the legacy system.

    Auth service, guard and Lambda functions are built from ``environment`` by the code that builds
    them in production.

    Attributes:
        clock: The movable clock of everything but the deadlines of calls.
        lifetimes: Of the pool's tokens.
        revocations: Sessions that ended before their tokens; None where none can.
        flow: Every hop.
        history: What audit logs and guards said, per day.
        addresses: URLs.
        environment: The ``AUTHCORE_*`` variables.
        legacy: The legacy system, for tests to steer.
        cognito: The local pool, for tests to steer.
    """

    def __init__(
        self,
        *,
        ports: Ports | None = None,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
        users: Iterable[SeedUser] = SEED_USERS,
        legacy_mode: Mode = "unique",
        lifetimes: Lifetimes | None = None,
        cuts_off_at_once: bool = True,
        variables: Mapping[str, str] | None = None,
        post_authentication_in_managed_login: bool = True,
        managed_secret: bool = False,
        own_sign_in_page: bool = False,
        own_application: OwnApplication | None = None,
    ) -> None:
        """
        Bind four ports and build their servers, with fresh secrets and keys.

        Args:
            ports: 8400 to 8403 by default, and no replica of the pool.

            clock: Base of the attribute ``clock``; the machine's by default.

            entropy: For everything local; the system's by default.

            users: Of the legacy system; SEED_USERS by default.

            legacy_mode: What the legacy system guarantees; linking is configured to match.

            lifetimes: Access 5 minutes, refresh 60 minutes by default.

            cuts_off_at_once: Whether auth service and CMS share a revocation list; without one a
                session stays usable until its access token expires.

            variables: ``AUTHCORE_*`` variables that add to or replace the usual ones.

            post_authentication_in_managed_login: See PoolConfig.

            managed_secret: Whether the auth service reads the client secret from the stand-in for
                Secrets Manager, so that ``cognito.rotate_client_secret`` needs no restart; by
                default a variable holds it.

            own_sign_in_page: Whether users can sign in at the auth service itself, too.

            own_application: Guarded beside the sample CMS.

        Raises:
            PortTakenError: Nothing stays bound.
        """
        self._entropy = entropy or SystemEntropy()
        self.clock: MovableClock = MovableClock(clock or SystemClock())
        self.lifetimes: Lifetimes = lifetimes or Lifetimes()
        self.revocations: ProcessRevocationList | None = (
            ProcessRevocationList(self.clock) if cuts_off_at_once else None
        )
        self.history: History = History(self.clock)
        self.flow: FlowLog = FlowLog(self.clock, also=self.history.note)
        self._to_legacy = legacy_clients()
        self._closers: list[Callable[[], None]] = [self._to_legacy.close]
        ports = ports or Ports()
        names = NAMES if ports.replica is None else (*NAMES, REPLICA)
        self._places = {name: OwnHosts(HOSTS[name]) for name in names}
        self._servers = bind(self._places, {name: getattr(ports, name) for name in names})
        self.addresses: Addresses = Addresses(
            Ports(**{n: s.port for n, s in self._servers.items()})
        )
        secrets = fresh_secrets(self._entropy)
        usual = environment_of(self.addresses, secrets, CREATION[legacy_mode], self.lifetimes)
        self.environment: Mapping[str, str] = {
            **usual,
            **(own_application.auth_variables(usual) if own_application else {}),
            **(OWN_SIGN_IN_PAGE if own_sign_in_page else {}),
            **(variables or {}),
        }
        self._own_sign_in_url = self.addresses.own_sign_in_url if own_sign_in_page else None
        pool_passwords = AuthServicePasswords.at(
            self.addresses.auth_server_url, secrets.old_login_key
        )
        self._closers.append(pool_passwords.close)
        self.legacy: LegacySystem = LegacySystem(
            users,
            secrets.legacy_api_key,
            mode=legacy_mode,
            flow=self.flow,
            entropy=self._entropy,
            clock=self.clock,
            cms_url=self.addresses.cms_url,
            pool_passwords=pool_passwords,
            send=self._webhook_sender(secrets.webhook_key),
        )
        self.cognito: LocalCognito = self._local_cognito(
            pool_config(
                self.addresses,
                secrets,
                self.lifetimes,
                more_logout_urls=(own_application.signed_out_url,) if own_application else (),
                post_authentication_in_managed_login=post_authentication_in_managed_login,
                publishes_secret=managed_secret,
            )
        )
        if managed_secret:
            self.environment = manage_secret(self.environment, self.cognito.client_secrets.arn)
        self._shared = Shared(self.flow, self.clock, self._entropy, self.revocations, self.history)
        self._controls = self._flow_controls()
        self._places["legacy"].app = Begun(self.legacy.app, self.flow, "legacy")
        self._places["cognito"].app = Begun(self.cognito.app, self.flow, "cognito")
        if REPLICA in self._places:
            self._places[REPLICA].app = Begun(self.cognito.replica, self.flow, "cognito")
        self._is_serving: set[str] = set()
        if managed_secret:  # the auth service reads its secret when it is built
            self._serve("cognito")
        self.rebuild()

    @property
    def cms_url(self) -> str:
        """The CMS, for browsers."""
        return self.addresses.cms_url

    @property
    def auth_url(self) -> str:
        """The auth service, for browsers."""
        return self.addresses.auth_url

    @property
    def command_environment(self) -> Mapping[str, str]:
        """The variables of the command ``authcore`` in another process."""
        given = {**self.environment, **MOVE}
        return {name: text for name, text in given.items() if name not in OF_FUNCTIONS}

    def rebuild(self, changes: Mapping[str, str] | None = None) -> None:
        """
        Replace auth service and CMS by new instances, with nothing in memory.

        *changes* are the variables that differ from ``environment``.
        """
        environment = {**self.environment, **(changes or {})}
        auth, guard = web_container(environment), guard_container(environment)
        for container in (auth, guard):  # before anything is built that tells the time
            container.clock.override(self.clock)
        clients = (auth.http(), auth.legacy_http(), guard.legacy_http(), guard.refresh_http())
        self._closers += [client.close for client in clients]
        if users := auth.pool_users():
            self._closers.append(users.close)
        if parts := auth.sync_parts():
            self._closers.append(parts.close)
        share(auth, self._shared, "auth")
        if old_login := auth.old_login():
            self._closers.append(old_login.close)
        app = create_app(auth)
        self._places["auth"].app = Recorded(app, self.flow, "auth", senders=CALLERS_OF_AUTH)
        self._places["cms"].app = guarded_cms(
            guard, self.addresses, self._shared, self._controls, self._own_sign_in_url
        )

    def close_old_login(self) -> None:
        """Take the old login's form away, and let guards admit its sessions no more."""
        self.legacy.close_login(f"{self.auth_url}/auth/signin")
        given = self.environment.items()
        self.environment = {name: text for name, text in given if name != OLD_SESSIONS}
        self.rebuild()

    def cms_alone(self) -> AsgiApp:
        """Return the CMS without its guard; it expects a User in its scope."""
        visits = Visits(Decisions(), self.clock, self.lifetimes.refresh)
        return cms(visits, self.addresses, self._shared, self._controls)

    def start(self) -> None:
        """Serve from now on."""
        for name in self._servers:
            self._serve(name)

    def _serve(self, name: str) -> None:
        if name not in self._is_serving:
            self._is_serving.add(name)
            self._servers[name].start()

    def stop(self) -> None:
        """Stop all four servers, and close the connections between them."""
        for close in self._closers:
            close()
        for server in self._servers.values():
            server.ask_to_stop()
        for server in self._servers.values():
            server.stop()

    def stop_legacy(self) -> None:
        """Stop the legacy system and close its port."""
        self._servers["legacy"].stop()

    def lose_region(self) -> None:
        """Stop the local Cognito's primary region and close its port; a replica serves on."""
        self._servers["cognito"].stop()

    def restore_region(self) -> None:
        """Serve the primary region again, on the same port, with the state of the pool."""
        port = self._servers["cognito"].port
        self._servers["cognito"] = LoopbackServer(self._places["cognito"], port=port)
        self._servers["cognito"].start()

    def _flow_controls(self) -> Controls:
        administrator = Administrator(self.addresses, self._shared)
        self._closers.append(administrator.close)
        return Controls(
            origin=self.addresses.cms_url,
            back=FLOW_PATH,
            flow=self.flow,
            clock=self.clock,
            lifetimes=self.lifetimes,
            users=self.cognito.users.all_users,
            administrator=administrator,
            close_old_login=self.close_old_login,
            is_old_login_open=lambda: OLD_SESSIONS in self.environment,
        )

    def _webhook_sender(self, key: str) -> WebhookSender:
        http = HttpClient(within=ANSWER_LIMIT, max_bytes=MAX_ANSWER_BYTES)
        self._closers.append(http.close)
        return WebhookSender(self.addresses.profile_changed_url, key, http, self.clock)

    def _local_cognito(self, config: PoolConfig) -> LocalCognito:
        mint = TokenMint(
            issuer=config.issuer, client_id=config.client_id, clock=self.clock, fresh_keys=True
        )
        return LocalCognito(
            config,
            clock=self.clock,
            entropy=self._entropy,
            mint=mint,
            triggers=attach_functions(self.environment, self._to_legacy, self.clock, self.flow),
            flow=self.flow,
        )
