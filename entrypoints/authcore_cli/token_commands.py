"""``authcore token …``."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final, Literal

import attrs
from cyclopts import Parameter
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

import authcore
from authcore.domain.model.tokens import AccessClaims, IdentityClaims
from authcore.domain.services.pools_validation import AnyValidator
from authcore.settings import load, variable_name
from authcore.settings.cognito import CognitoSettings
from authcore.wiring.program_tokens import jwks_urls_of
from authcore_cli.process import CommandContext, ExitStatus
from authcore_cli.terminal_text import moment, printable, value
from authcore_cli.unverified_token import STDIN, decode, read_token


TIMES: Final = frozenset({"exp", "iat", "nbf", "auth_time"})


def _no_option(_: object, token: str) -> None:
    if token.startswith("-") and token != STDIN:
        raise ValueError("no such option, and no token begins with a hyphen")


Token = Annotated[
    str, Parameter(allow_leading_hyphen=True, show_default=False, validator=_no_option)
]
Use = Literal["access", "id"]


@attrs.frozen
class _Pool:
    cognito: CognitoSettings


@attrs.frozen
class TokenCommands:
    """Inspects or verifies one token."""

    context: CommandContext

    def inspect(self, token: Token = STDIN, /) -> ExitStatus:
        """
        Show what a token says about itself.  NOTHING IS VERIFIED.

        Args:
            token: Left out or ``-``: read from standard input, which is better: other users of
                this machine can read the arguments of a command.
        """
        unverified = decode(self._read(token))
        self.context.warnings.print(
            Text("NOTHING IS VERIFIED: any attacker can write a token that says this.", "bold red")
        )
        answers = self.context.answers
        answers.print(self._table("header", unverified.header))
        answers.print(self._table("claims", unverified.claims))
        answers.print(Text(f"signature: {unverified.signature_length} characters, NOT VERIFIED"))
        return ExitStatus.OK

    def verify(
        self,
        token: Token = STDIN,
        /,
        *,
        use: Use = "access",
        region: str | None = None,
        user_pool_id: str | None = None,
        client_id: str | None = None,
        issuer: str | None = None,
        jwks_url: str | None = None,
    ) -> ExitStatus:
        """
        Check a token as entrypoints check those that programs send.

        So tokens of AUTHCORE_COGNITO_FURTHER_CLIENT_IDS and AUTHCORE_COGNITO_FURTHER_POOLS are
        valid; as a browser's session only those of AUTHCORE_COGNITO_CLIENT_ID are.

        Exit status: 0 valid, 1 rejected, 2 wrong usage or settings, 3 the keys cannot be fetched.

        Args:
            token: Left out or ``-``: read from standard input, which is better: other users of
                this machine can read the arguments of a command.

            use: Whether it must be an access token or an ID token.

            region: Instead of AUTHCORE_COGNITO_REGION.

            user_pool_id: Instead of AUTHCORE_COGNITO_USER_POOL_ID.

            client_id: Instead of AUTHCORE_COGNITO_CLIENT_ID.

            issuer: Instead of AUTHCORE_COGNITO_ISSUER; several are separated by spaces.

            jwks_url: Instead of AUTHCORE_COGNITO_JWKS_URL.
        """
        validator = self._validator(
            region=region,
            user_pool_id=user_pool_id,
            client_id=client_id,
            issuer=issuer,
            jwks_url=jwks_url,
        )
        candidate = self._read(token)
        is_access = use == "access"
        verify = validator.verify_access_token if is_access else validator.verify_id_token
        claims = verify(candidate)
        self.context.answers.print(Text(f"valid: {_NAMES[use]} of {_origin(claims)}", "bold green"))
        self.context.answers.print(self._table("claims", claims.claims))
        return ExitStatus.OK

    def _read(self, token: str) -> str:
        if token == STDIN:
            self.context.announce_wait("the token")
        return read_token(token, self.context.stdin)

    def _validator(self, **flags: str | None) -> AnyValidator:
        """Build the validator; flags replace variables, so that both follow the same rules."""
        given = {
            variable_name(("cognito", name)): text
            for name, text in flags.items()
            if text is not None
        }
        pool = load(_Pool, {**self.context.environment, **given}).cognito
        build = partial(self.context.build_validator, leeway=pool.leeway, audience=pool.audience)
        own = build(
            user_pool_id=pool.user_pool_id,
            client_id=(pool.client_id, *pool.further_client_ids),
            issuer=pool.issuer or None,
            jwks_url=jwks_urls_of(pool),
        )
        others = [
            build(user_pool_id=user_pool_id, client_id=clients)
            for user_pool_id, clients in pool.further_pools.items()
        ]
        return authcore.pools_validator([own, *others]) if others else own

    def _table(self, title: str, members: Mapping[str, object]) -> Table:
        table = Table("name", "value", title=title, title_justify="left", box=SIMPLE)
        now = self.context.clock.now()
        for name, member in members.items():
            shown = moment(member, now=now) if name in TIMES else value(member)
            table.add_row(Text(printable(name)), Text(shown))
        return table


def _origin(claims: AccessClaims | IdentityClaims) -> str:
    """Name the pool and the actor, if the token has one."""
    actor = f", used by {printable(claims.actor.name)}" if claims.actor else ""
    return f"the pool {printable(claims.pool_id)}{actor}"


_NAMES: Final[Mapping[Use, str]] = {"access": "an access token", "id": "an ID token"}
