"""Assemble one user pool, its domain and its API."""

from authcore.ports.system import Clock, Entropy
from authcore.testing.mint import TokenMint
from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.config import IssuerType, PoolConfig
from authcore_local.cognito.hosted_ui.account_pages import AccountPages
from authcore_local.cognito.hosted_ui.hosted_ui import CodeGrant, HostedPages
from authcore_local.cognito.hosted_ui.logout import Logout
from authcore_local.cognito.hosted_ui.managed_login import ManagedLogin
from authcore_local.cognito.hosted_ui.provider_pages import ProviderPages
from authcore_local.cognito.idp_api.administration import Administration
from authcore_local.cognito.idp_api.authentication import Authentication
from authcore_local.cognito.idp_api.idp_endpoint import Api
from authcore_local.cognito.idp_api.provider_links import ProviderLinking
from authcore_local.cognito.idp_api.user_listing import UserListing
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.lambda_triggers.token_changes import PreTokenGeneration
from authcore_local.cognito.lambda_triggers.triggers import TriggerRunner, Triggers
from authcore_local.cognito.oauth.one_time_tokens import OneTimeTokens
from authcore_local.cognito.oauth.revocation_endpoint import Revocation
from authcore_local.cognito.oauth.session_refresh import SessionRefresh
from authcore_local.cognito.oauth.token_endpoint import TokenEndpoint
from authcore_local.cognito.regions import Region
from authcore_local.cognito.routing import Doors, pool_app, published_routes
from authcore_local.cognito.token_issuer import TokenIssuer
from authcore_local.cognito.user_flows.confirmation_codes import ConfirmationCodes
from authcore_local.cognito.user_flows.federation import FederatedSignIn
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_flows.on_demand_migration import UserMigration
from authcore_local.cognito.user_flows.outbox import Outbox, OutboxPage
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_flows.sign_up import SignUp
from authcore_local.cognito.user_pool.users import UserStore
from authcore_local.flow import FlowLog


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
        self.users = UserStore(clock, entropy, case_sensitive=config.case_sensitive)
        self.sessions = AuthSessions(config, clock=clock, entropy=entropy)
        self.outbox = Outbox(clock, flow)
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
            config, users=self.users, migration=self._migration, lifecycle=self._lifecycle
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
        self._revocation = Revocation(
            config, issuer=self._issuer, sessions=self.sessions, flow=flow
        )
        app = pool_app(self._doors(), published_routes(config, self._issuer))
        self.app = Region(app, is_replica=False)
        self.replica = Region(app, is_replica=True)

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

    def _doors(self) -> Doors:
        config, users, clock, entropy = self._config, self.users, self._clock, self._entropy
        codes: OneTimeTokens[CodeGrant] = OneTimeTokens(
            clock, entropy, lifetime=config.code_lifetime
        )
        hosted = HostedPages(
            config, users=users, codes=codes, clock=clock, entropy=entropy, flow=self._flow
        )
        login = ManagedLogin(hosted, sign_in=self._sign_in)
        federation = FederatedSignIn(config, users=users, lifecycle=self._lifecycle, clock=clock)
        return Doors(
            login=login,
            accounts=self._account_pages(hosted, login),
            providers=ProviderPages(hosted, federation=federation, clock=clock, entropy=entropy),
            outbox=OutboxPage(config, self.outbox),
            tokens=TokenEndpoint(
                config,
                users=users,
                codes=codes,
                issuer=self._issuer,
                refresh=self._refresh,
                flow=self._flow,
            ),
            revocation=self._revocation,
            logout=Logout(hosted),
            api=self._api(),
        )

    def _account_pages(self, hosted: HostedPages, login: ManagedLogin) -> AccountPages:
        codes = ConfirmationCodes(self._clock, self._entropy)
        return AccountPages(
            hosted,
            login=login,
            sign_up=SignUp(
                self._config,
                users=self.users,
                lifecycle=self._lifecycle,
                codes=codes,
                outbox=self.outbox,
            ),
            forgotten=ForgottenPasswords(
                self._config,
                users=self.users,
                migration=self._migration,
                lifecycle=self._lifecycle,
                codes=codes,
                outbox=self.outbox,
            ),
        )

    def _api(self) -> Api:
        config, users = self._config, self.users
        authentication = Authentication(
            config,
            sign_in=self._sign_in,
            issuer=self._issuer,
            refresh=self._refresh,
            clock=self._clock,
        )
        administration = Administration(
            config, users=users, sessions=self.sessions, lifecycle=self._lifecycle
        )
        return Api(
            unsigned={
                "InitiateAuth": authentication.initiate,
                "GetTokensFromRefreshToken": authentication.get_tokens,
                "RevokeToken": self._revocation.revoke_token,
                "GlobalSignOut": self._revocation.global_sign_out,
            },
            signed={
                "AdminInitiateAuth": authentication.admin_initiate,
                "AdminLinkProviderForUser": ProviderLinking(
                    config, users=users, clock=self._clock
                ).link,
                "ListUsers": UserListing(config, users=users).list_users,
                **administration.operations(),
            },
        )
