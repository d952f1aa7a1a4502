"""The challenge WEB_AUTHN and its answer."""

from typing import Final

import attrs

from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.challenge_sessions import Pending
from authcore_local.cognito.idp_api.questions import Questions
from authcore_local.cognito.idp_api.sign_in_attempt import Answer, Output, user_of
from authcore_local.cognito.idp_api.sign_in_completion import SignInCompletion
from authcore_local.cognito.user_flows.passkey_ceremonies import PasskeyCeremonies
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_pool.passkeys import Passkey
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


OPTIONS: Final = "CREDENTIAL_REQUEST_OPTIONS"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PasskeyAnswers:
    """Signs a user in by an assertion of one of the user's passkeys."""

    users: UserStore
    sign_in: PasswordSignIn
    questions: Questions
    completion: SignInCompletion
    ceremonies: PasskeyCeremonies

    def ask(self, user: PoolUser) -> Output:
        """Return WEB_AUTHN with PublicKeyCredentialRequestOptionsJSON as text."""
        options, ceremony = self.ceremonies.request(user.passkeys)
        pending = Pending(
            challenge="WEB_AUTHN",
            username=user.username,
            subject=user.subject,
            state=ceremony,
        )
        return self.questions.pose(pending, {"USER_ID_FOR_SRP": user.username, OPTIONS: options})

    def answer(self, answer: Answer) -> Output:
        """Check the assertion in ``CREDENTIAL``."""
        user = self.sign_in.require_active(user_of(self.users, answer.pending))
        ceremony = answer.pending.state
        credential = answer.text("CREDENTIAL")
        used = (
            self.ceremonies.find_asserted(ceremony, user.passkeys, credential)
            if isinstance(ceremony, dict)
            else None
        )
        if used is None:
            raise CognitoError("NotAuthorizedException", "Incorrect username or password.")
        answer.accept()
        self._remember(user, used)
        return self.completion.after_first_factor(user, answer.metadata)

    def _remember(self, user: PoolUser, used: Passkey) -> None:
        def counted(each: PoolUser) -> PoolUser:
            same = used.credential_id
            passkeys = (used if key.credential_id == same else key for key in each.passkeys)
            return attrs.evolve(each, passkeys=tuple(passkeys))

        if used.sign_count:
            self.users.change(user.username, counted)
