"""
A local Cognito user pool: managed login, OAuth endpoints, tokens, triggers, part of the API.

It follows our reading of Amazon's documentation; it is not Amazon's code and proves nothing about
Amazon's service.  Where that documentation is silent or contradicts itself, this pool chose:

- An explicit ``finalUserStatus`` other than ``CONFIRMED`` fails the migration.
- A trigger that runs into the 5 second limit is invoked 3 times; one that raises, once.
- Post authentication fires for password sign-ins in managed login, too; a setting stops it.
- Attributes that a trigger writes show in the tokens of the next sign-in.
- A failing pre token generation trigger is an ``invalid_grant`` at the token endpoint.
- A function that names ``groupOverrideDetails`` replaces the groups, one that does not leaves them.
- The first sign-in of an account that was linked before counts as a later one.
- Linking an account twice is an InvalidParameterException, whichever user it was linked to.
- A confirmation code alone signs no user in.
- While a recovery runs, a write is refused with OperationNotEnabledException, or what the caller of
  ``begin_recovery`` names; a federated sign-in then leaves the attributes as they are.
- ``invalid_client`` is answered with status 400.
- A rotated client secret is active at once, and its copy in Secrets Manager is there at once; how
  long the old one stays active, and when the copy is there, are arguments of the rotation.
- Error redirects carry no ``state``, except for ``login_required``.
- Writing ``email`` unverifies it, even with the value it had.
- Signed API calls must carry a signature, which is not verified.
- Where refresh tokens are rotated, the grace period of each begins with its first use.  Within it
  every further use yields one more refresh token, and all of these are honoured.
- A use after the grace period is refused and ends nothing else: the session's newer tokens stay
  good.  At the token endpoint it is an ``invalid_grant``.
- A refresh whose pre token generation trigger fails leaves the refresh token as good as it was.
- Refreshes at the token endpoint fire ``TokenGeneration_RefreshTokens``.
- Revoking a refresh token that was rotated away ends its session like any other of its tokens.
- What looks like a JWT is an ``unsupported_token_type`` to revoke; all else was never issued.
- ``/logout`` hands only its documented parameters on to the sign-in page, and where it refuses a
  request no user is signed out.
- A scope that a program's app client has not is an ``invalid_scope``.
- PASSWORD_VERIFIER has no ``Session``: its SECRET_BLOCK names the sign-in.  Both the answer and its
  TIMESTAMP must be within the same few seconds of the pool's clock.
- An unknown user's SRP challenge has a salt that stays the same, and no answer to it is right.
- A challenge ends with its right answer, with the fifth wrong code, and at every other error.
- The lockout after wrong passwords counts names, known or not, over all flows together.
- Pre authentication fires when a sign-in begins, post authentication after its last challenge.  An
  unknown user's fires after a migration that found none.
- Managed login asks the same challenges as the API, all on one path, and offers passwords only as
  the first factor.
- Codes by mail have six digits, belong to one ``Session``, and are EMAIL_OTP as either factor.
- A code of an authenticator app counts once.  Taking one is a write, as during a recovery.
- USER_AUTH migrates no user, and answers SELECT_CHALLENGE even where one factor is available.  A
  user with an active second factor is offered passwords only.
- A passkey whose counter goes back signs no user in.
- A changed or forgotten password ends no session.
- What an import job does where Amazon's guide is silent: see ``user_imports`` and ``import_file``.
- A verified address that another user has as an alias is a UsernameExistsException to
  AdminCreateUser, whose errors in the service model lack AliasExistsException.
- A write moves UserLastModifiedDate, a sign-in does not.
- Users write every attribute, unless the client lists them (``write_attributes``), and
  ``email_verified`` never.  A provider's attributes are written, also where the client may not.

Telephone numbers and ``preferred_username`` are no aliases.  There is one app client for users,
confidential or public, for which token revocation is enabled, and any number for programs
(MachineClient).  Not here: SMS, devices, custom challenges, passkeys as a second factor.  Users,
sessions, codes and mail live in memory and end with the process.
"""

from authcore_local.cognito.app import LocalCognito
from authcore_local.cognito.config import MachineClient, PoolConfig, SchemaAttribute
from authcore_local.cognito.lambda_triggers.triggers import TriggerHandler, Triggers


__all__ = [
    "LocalCognito",
    "MachineClient",
    "PoolConfig",
    "SchemaAttribute",
    "TriggerHandler",
    "Triggers",
]
