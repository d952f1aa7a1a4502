"""Go from one factor to the next challenge or to tokens."""

from collections.abc import Mapping
from typing import Protocol

import attrs

from authcore.ports.system import Clock
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.idp_api.questions import Questions
from authcore_local.cognito.idp_api.sign_in_attempt import Output
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.token_issuer import API_SCOPE, IssuedTokens, SignedIn, TokenIssuer
from authcore_local.cognito.user_flows.required_challenges import (
    Required,
    required_challenge,
    second_factor,
)
from authcore_local.cognito.user_pool.users import PoolUser


Metadata = Mapping[str, str] | None


class Conclusion(Protocol):
    """What follows the last challenge."""

    def __call__(self, user: PoolUser, metadata: Metadata, *, new_password: bool) -> Output:
        """Fire post authentication, where it fires, and return the outcome."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignInCompletion:
    """
    Asks what is still missing, and concludes the sign-in when nothing is.

    *metadata* is the ClientMetadata of the answer, None after InitiateAuth: triggers get it.
    """

    config: PoolConfig
    questions: Questions
    conclude: Conclusion

    def after_first_factor(self, user: PoolUser, metadata: Metadata = None) -> Output:
        """Continue a sign-in whose first factor is proved."""
        return self._ask(required_challenge(self.config, user), user, metadata)

    def after_new_password(self, user: PoolUser, metadata: Metadata = None) -> Output:
        """Continue a sign-in in which the user has chosen a password."""
        return self._ask(second_factor(self.config, user), user, metadata, new_password=True)

    def finish(
        self, user: PoolUser, metadata: Metadata = None, *, new_password: bool = False
    ) -> Output:
        """Conclude the sign-in: nothing is missing."""
        return self.conclude(user, metadata, new_password=new_password)

    def _ask(
        self,
        missing: Required | None,
        user: PoolUser,
        metadata: Metadata,
        *,
        new_password: bool = False,
    ) -> Output:
        if missing is not None:
            return self.questions.ask(missing, user)
        return self.finish(user, metadata, new_password=new_password)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TokensOverTheApi:
    """The conclusion of InitiateAuth and RespondToAuthChallenge: tokens."""

    lifecycle: Lifecycle
    issuer: TokenIssuer
    clock: Clock

    def __call__(self, user: PoolUser, metadata: Metadata, *, new_password: bool) -> Output:
        """Fire post authentication, and return tokens."""
        self.lifecycle.post_authentication(user, metadata)
        signed_in = SignedIn(
            user=user,
            scopes=(API_SCOPE,),
            at=self.clock.now(),
            metadata=metadata,
            new_password=new_password,
        )
        return authentication_result(self.issuer.issue(signed_in))


def authentication_result(tokens: IssuedTokens) -> Output:
    """Return the output of an operation that issued *tokens*."""
    optional = {"IdToken": tokens.id_token, "RefreshToken": tokens.refresh_token}
    result = {
        **{name: token for name, token in optional.items() if token is not None},
        "AccessToken": tokens.access_token,
        "ExpiresIn": tokens.expires_in,
        "TokenType": "Bearer",
    }
    return {"ChallengeParameters": {}, "AuthenticationResult": result}
