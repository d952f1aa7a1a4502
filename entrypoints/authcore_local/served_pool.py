"""The local Cognito alone, on loopback."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final

from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.model.urls import host_of, service_url
from authcore.ports.system import Clock, Entropy
from authcore.testing.mint import TokenMint
from authcore_local.addresses import HERE
from authcore_local.clock import MovableClock
from authcore_local.cognito import LocalCognito, Triggers
from authcore_local.cognito.errors import CognitoError, invalid_parameter, no_such_user
from authcore_local.cognito.token_issuer import IssuedTokens
from authcore_local.cognito.user_pool.attributes import for_new_user
from authcore_local.cognito.user_pool.pool_passwords import check_length
from authcore_local.cognito.user_pool.users import PoolUser, UserStatus, is_username
from authcore_local.own_hosts import OwnHosts
from authcore_local.pool_file import DEFAULT_PORT, PoolFile, User
from authcore_local.servers import Running, bind


NO_CREDENTIALS: Final = "local"
"""AWS clients sign with it, and can reach no account of Amazon's."""

AUTH_SERVICE_CALLBACK: Final = "/auth/signin/callback"
"""The path that the auth service requires of its callback URL."""


class ServedPool(Running):
    """
    One local pool, for clients on this machine.

    Attributes:
        clock: Of the pool; tests advance it.
        config: Of the pool, with the port it is served on.
        cognito: The pool, to steer.
        url: Of the API, the token endpoint and the keys, for programs.
    """

    def __init__(
        self,
        file: PoolFile,
        *,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
        fresh_keys: bool = True,
    ) -> None:
        """
        Bind the port and create the users of *file*.

        Args:
            file: The configuration.

            clock: Base of the attribute ``clock``; the machine's by default.

            entropy: For codes and ids; the system's by default.

            fresh_keys: False signs with keys that all pools of this process share, which is
                quicker.

        Raises:
            PortTakenError: Nothing stays bound.

            PoolFileError: A user cannot be created.
        """
        self.clock = MovableClock(clock or SystemClock())
        hosts = (host_of(service_url(file.config(DEFAULT_PORT).domain)), *HERE)
        places = {"pool": OwnHosts(hosts)}
        ports = {"pool": file.port}
        if file.replica is not None:
            places["replica"], ports["replica"] = OwnHosts(hosts), file.replica
        self._servers = bind(places, ports)
        with ExitStack() as undo:
            undo.callback(self.stop)
            self.url = self._servers["pool"].url
            self.config = file.config(self._servers["pool"].port)
            self.cognito = self._local_cognito(
                file.triggers, entropy or SystemEntropy(), fresh_keys=fresh_keys
            )
            for user in file.users:
                self._create(user)
            undo.pop_all()
        places["pool"].app = self.cognito.app
        if "replica" in places:
            places["replica"].app = self.cognito.replica

    @property
    def replica_url(self) -> str | None:
        """The second region, for programs; None where there is none."""
        replica = self._servers.get("replica")
        return replica.url if replica else None

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that lead AWS clients and authcore to this pool; the client secret is there."""
        config = self.config
        newest = config.client_secrets[-1:]
        secret = dict(zip(("AUTHCORE_SIGN_IN_CLIENT_SECRET",), newest, strict=False))
        # An application's own callback is no setting of the auth service, which would refuse it.
        callbacks = [url for url in config.callback_urls if url.endswith(AUTH_SERVICE_CALLBACK)][:1]
        callback = dict(zip(("AUTHCORE_SIGN_IN_CALLBACK_URL",), callbacks, strict=False))
        return {
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": self.url,
            "AWS_DEFAULT_REGION": config.region,
            "AWS_ACCESS_KEY_ID": NO_CREDENTIALS,
            "AWS_SECRET_ACCESS_KEY": NO_CREDENTIALS,
            "AUTHCORE_COGNITO_REGION": config.region,
            "AUTHCORE_COGNITO_USER_POOL_ID": config.pool_id,
            "AUTHCORE_COGNITO_CLIENT_ID": config.client_id,
            "AUTHCORE_COGNITO_ISSUER": " ".join(config.issuers.values()),
            "AUTHCORE_COGNITO_ENDPOINT_URL": self.url,
            "AUTHCORE_SIGN_IN_DOMAIN_URL": config.domain,
            "AUTHCORE_SIGN_IN_TOKEN_URL": self.url,
            **callback,
            **secret,
        }

    def create_user(
        self,
        username: str,
        password: str | None,
        *,
        status: UserStatus = "CONFIRMED",
        attributes: Mapping[str, str] | None = None,
        groups: tuple[str, ...] = (),
    ) -> PoolUser:
        """
        Create a user; no trigger fires.

        Raises:
            CognitoError: As of AdminCreateUser.
        """
        if not is_username(username):
            raise invalid_parameter("Invalid value at 'Username'")
        return self.cognito.users.create(
            username,
            None if password is None else check_length(password),
            status=status,
            attributes=for_new_user(self.config, attributes or {}),
            groups=groups,
        )

    def begin_session(self, username: str) -> IssuedTokens:
        """
        Return the tokens of a sign-in that *username* completes in managed login now.

        Raises:
            CognitoError: UserNotFoundException.
        """
        user = self.cognito.users.find(username)
        if user is None:
            raise no_such_user()
        return self.cognito.begin_session(user)

    def start(self) -> None:
        """Serve from now on."""
        for server in self._servers.values():
            server.start()

    def stop(self) -> None:
        """Stop serving."""
        for server in self._servers.values():
            server.stop()

    def _create(self, user: User) -> None:
        try:
            self.create_user(
                user.username,
                user.password,
                status=user.status,
                attributes=user.attributes,
                groups=user.groups,
            )
        except CognitoError as error:
            user.member.fail(error.message)

    def _local_cognito(
        self, triggers: Triggers, entropy: Entropy, *, fresh_keys: bool
    ) -> LocalCognito:
        mint = TokenMint(
            issuer=self.config.issuer,
            client_id=self.config.client_id,
            clock=self.clock,
            fresh_keys=fresh_keys,
        )
        return LocalCognito(
            self.config, clock=self.clock, entropy=entropy, mint=mint, triggers=triggers
        )
