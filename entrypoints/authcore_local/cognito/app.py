"""Assemble one user pool, its domain and its API."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito.app_client_secrets import NO_TIME, AppClientSecrets
from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.config import IssuerType, PoolConfig
from authcore_local.cognito.hosted_ui.account_pages import AccountPages
from authcore_local.cognito.hosted_ui.challenge_assembly import challenge_pages
from authcore_local.cognito.hosted_ui.hosted_ui import CodeGrant, HostedPages
from authcore_local.cognito.hosted_ui.logout import Logout
from authcore_local.cognito.hosted_ui.managed_login import ManagedLogin
from authcore_local.cognito.hosted_ui.provider_pages import ProviderPages
from authcore_local.cognito.idp_api.api_parts import ApiParts
from authcore_local.cognito.idp_api.assembly import build_api
from authcore_local.cognito.idp_api.function_descriptions import FunctionDescriptions
from authcore_local.cognito.idp_api.idp_endpoint import Revisions
from authcore_local.cognito.idp_api.import_jobs import ImportJobs
from authcore_local.cognito.idp_api.request_rates import RequestRates
from authcore_local.cognito.idp_api.token_bearer import TokenBearer
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.lambda_triggers.token_changes import PreTokenGeneration
from authcore_local.cognito.lambda_triggers.triggers import TriggerRunner, Triggers
from authcore_local.cognito.oauth.client_credentials import ClientCredentialsGrant
from authcore_local.cognito.oauth.one_time_tokens import OneTimeTokens
from authcore_local.cognito.oauth.revocation_endpoint import Revocation
from authcore_local.cognito.oauth.session_refresh import SessionRefresh
from authcore_local.cognito.oauth.token_endpoint import TokenEndpoint
from authcore_local.cognito.regions import Region
from authcore_local.cognito.routing import Doors, function_routes, pool_app, published_routes
from authcore_local.cognito.token_issuer import IssuedTokens, SignedIn, TokenIssuer
from authcore_local.cognito.user_flows.confirmation_codes import ConfirmationCodes
from authcore_local.cognito.user_flows.federation import FederatedSignIn
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_flows.lockout import Lockout
from authcore_local.cognito.user_flows.on_demand_migration import UserMigration
from authcore_local.cognito.user_flows.outbox import Outbox, OutboxPage
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_flows.sign_up import SignUp
from authcore_local.cognito.user_flows.user_imports import UserImports
from authcore_local.cognito.user_pool.users import PoolUser, UserStore
from authcore_local.cognito.user_pool.write_block import DEFAULT_EXCEPTION, DEFAULT_MESSAGE
from authcore_local.flow import FlowLog


SIGN_IN_CALLS: Final = ("InitiateAuth", "RespondToAuthChallenge")
"""Calls that are hops of the flow; those of an administrator are recorded where they are made."""


@attrs.frozen
class RecoveryPoint:
    """
    The pool at one moment.

    Attributes:
        users: By user name.
    """

    users: Mapping[str, PoolUser] = attrs.field(repr=False)


class LocalCognito:
    """
    A user pool on this machine.

    Attributes:
        app: Serves the pool's domain, its issuers and the ``cognito-idp`` API, in the primary
            region.
        replica: Serves the same in another region, and refuses writes.
        users: The pool's users, for set-up and checks.
        sessions: Sessions of the pool and their refresh tokens.
        outbox: The mail that the pool would have sent.
        client_secrets: Of the app client, and their copy in Secrets Manager.
        lockout: Counts wrong passwords.
        revisions: Changes to what describing operations answer, by name of the operation; for
            settings that this pool does not have.
        functions: Describes the functions of the triggers.
        imports: CSV import jobs.
        rates: Of the API's calls; no call is refused for its rate until a throttle is set.
    """

    def __init__(
        self,
        config: PoolConfig,
        *,
        clock: Clock,
        entropy: Entropy,
        mint: TokenMint,
        triggers: Triggers,
        flow: FlowLog | None = None,
    ) -> None:
        """
        Open an empty pool.

        Args:
            config: The pool, its domain and its app client.

            clock: For lifetimes; the limit of triggers is real time.

            entropy: Makes codes, cookies and ids.

            mint: Signs; its own issuer and client id are not used.

            triggers: The functions attached to the pool.

            flow: Records every hop; a log of its own by default.
        """
        flow = flow or FlowLog(clock)
        self.users: UserStore = UserStore(
            clock,
            entropy,
            pool_name=config.pool_name,
            case_sensitive=config.case_sensitive,
            sign_in_names=config.sign_in_names,
        )
        self.sessions: AuthSessions = AuthSessions(config, clock=clock, entropy=entropy)
        self.outbox: Outbox = Outbox(clock, flow)
        self.client_secrets: AppClientSecrets = AppClientSecrets(
            config, clock=clock, entropy=entropy
        )
        self.rates: RequestRates = RequestRates(clock)
        self.revisions: Revisions = {}
        self.functions: FunctionDescriptions = FunctionDescriptions(
            config=config, triggers=triggers
        )
        self.lockout: Lockout = Lockout(clock)
        self.imports: UserImports = UserImports(
            config, users=self.users, clock=clock, entropy=entropy
        )
        self._config = config
        self._clock = clock
        self._entropy = entropy
        self._flow = flow
        self._runner = TriggerRunner(triggers, entropy=entropy, flow=flow)
        self._lifecycle = Lifecycle(config, self._runner)
        self._migration = UserMigration(
            config, users=self.users, runner=self._runner, lifecycle=self._lifecycle
        )
        self._sign_in = PasswordSignIn(
            config,
            users=self.users,
            migration=self._migration,
            lifecycle=self._lifecycle,
            lockout=self.lockout,
        )
        self._issuer = TokenIssuer(
            config,
            mint=mint,
            trigger=PreTokenGeneration(self._lifecycle, triggers.pre_token_version),
            sessions=self.sessions,
            clock=clock,
            entropy=entropy,
        )
        self._refresh = SessionRefresh(
            users=self.users, sessions=self.sessions, issuer=self._issuer
        )
        bearer = TokenBearer(self._issuer, self.users)
        self._revocation = Revocation(
            config,
            self.client_secrets,
            bearer=bearer,
            sessions=self.sessions,
            flow=flow,
        )
        self._codes = ConfirmationCodes(clock, entropy)
        self._sign_up = SignUp(
            config,
            users=self.users,
            lifecycle=self._lifecycle,
            codes=self._codes,
            outbox=self.outbox,
        )
        self._forgotten = ForgottenPasswords(
            config,
            users=self.users,
            migration=self._migration,
            lifecycle=self._lifecycle,
            codes=self._codes,
            outbox=self.outbox,
        )
        published = published_routes(config, self._issuer)
        described = function_routes(self.functions, self.revisions)
        app = pool_app(self._doors(), [*published, *described])
        self.app: Region = Region(app, is_replica=False)
        self.replica: Region = Region(app, is_replica=True)

    def begin_session(self, user: PoolUser) -> IssuedTokens:
        """Issue the tokens of a sign-in that *user* completes in managed login now."""
        scopes, now = self._config.scopes, self._clock.now()
        return self._issuer.issue(SignedIn(user=user, scopes=scopes, at=now, hosted=True))

    def rotate_keys(self, *, keep_old: bool) -> None:
        """
        Sign with new keys from now on.

        Args:
            keep_old: False stops publishing the old ones: tokens they signed become worthless.
        """
        self._issuer.rotate_keys(keep_old=keep_old)

    def switch_issuer(self, form: IssuerType) -> None:
        """
        Issue tokens with the issuer of *form* from now on, also to sessions that live.

        ``ORIGINAL`` at first.  The keys are published below both issuers all the time.
        """
        self._issuer.switch_issuer(form)

    def recovery_point(self) -> RecoveryPoint:
        """Return the pool's users and links as they are now, to recover them later."""
        return RecoveryPoint(self.users.snapshot())

    def begin_recovery(
        self, *, exception: str = DEFAULT_EXCEPTION, message: str = DEFAULT_MESSAGE
    ) -> None:
        """Refuse every write with *exception* until ``finish_recovery``; sign-ins continue."""
        self.users.writes.begin(exception, message)

    def finish_recovery(self, to: RecoveryPoint | None = None) -> tuple[str, ...]:
        """
        Accept writes again, in the state of *to*; in the present state without it.

        Returns:
            The ``sub`` of every user who is gone; their sessions have ended.
        """
        gone = () if to is None else self.users.restore(to.users)
        for user in gone:
            self.sessions.end_all_of(user.subject)
        self.users.writes.end()
        return tuple(user.subject for user in gone)

    def rotate_client_secret(
        self, *, keep_old_for: timedelta = NO_TIME, published_after: timedelta = NO_TIME
    ) -> str:
        """Replace the app client's secret, as Cognito does every 7 days; see AppClientSecrets."""
        return self.client_secrets.rotate(
            keep_old_for=keep_old_for, published_after=published_after
        )

    def _doors(self) -> Doors:
        config, users, clock, entropy = self._config, self.users, self._clock, self._entropy
        codes: OneTimeTokens[CodeGrant] = OneTimeTokens(
            clock, entropy, lifetime=config.code_lifetime
        )
        hosted = HostedPages(
            config, users=users, codes=codes, clock=clock, entropy=entropy, flow=self._flow
        )
        parts = self._parts()
        login = ManagedLogin(
            hosted, sign_in=self._sign_in, challenges=challenge_pages(parts, hosted)
        )
        federation = FederatedSignIn(config, users=users, lifecycle=self._lifecycle, clock=clock)
        return Doors(
            login=login,
            accounts=AccountPages(
                hosted, login=login, sign_up=self._sign_up, forgotten=self._forgotten
            ),
            providers=ProviderPages(hosted, federation=federation, clock=clock, entropy=entropy),
            outbox=OutboxPage(config, self.outbox),
            tokens=TokenEndpoint(
                config,
                self.client_secrets,
                users=users,
                codes=codes,
                issuer=self._issuer,
                refresh=self._refresh,
                machines=ClientCredentialsGrant(config, self._issuer),
                flow=self._flow,
            ),
            revocation=self._revocation,
            logout=Logout(hosted),
            imports=ImportJobs(config=config, imports=self.imports),
            api=build_api(parts, self._note_call),
        )

    def _note_call(self, operation: str, answer: str) -> None:
        if operation in SIGN_IN_CALLS:
            self._flow.record("auth", "cognito", operation, answer)

    def _parts(self) -> ApiParts:
        return ApiParts(
            config=self._config,
            users=self.users,
            sessions=self.sessions,
            secrets=self.client_secrets,
            lifecycle=self._lifecycle,
            sign_in=self._sign_in,
            sign_up=self._sign_up,
            forgotten=self._forgotten,
            imports=self.imports,
            codes=self._codes,
            outbox=self.outbox,
            issuer=self._issuer,
            bearer=TokenBearer(self._issuer, self.users),
            refresh=self._refresh,
            revocation=self._revocation,
            rates=self.rates,
            functions=self.functions,
            revisions=self.revisions,
            clock=self._clock,
            entropy=self._entropy,
        )
