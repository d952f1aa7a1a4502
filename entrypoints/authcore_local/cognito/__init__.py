"""
A local Cognito user pool: managed login, OAuth endpoints, tokens, triggers, part of the API.

It is our reading of Amazon's documentation of Cognito, not Amazon's code, and no proof of how
Amazon's behaves.  Where that documentation is silent or contradicts itself, this pool chose:

- An explicit ``finalUserStatus`` other than ``CONFIRMED`` fails the migration.
- A trigger that runs into the 5 second limit is invoked 3 times; one that raises, once.
- Post authentication fires for password sign-ins in managed login, too; a setting stops it.
- Attributes that a trigger writes show in the tokens of the next sign-in.
- A failing pre token generation trigger is an ``invalid_grant`` at the token endpoint.
- A function that names ``groupOverrideDetails`` replaces the groups, one that does not leaves them.
- The first sign-in of an account that was linked before counts as a later one.
- Linking an account twice is an InvalidParameterException, whoever it was linked to.
- Nobody is signed in by a confirmation code alone.
- ``invalid_client`` is answered with status 400.
- Error redirects carry no ``state``, except for ``login_required``.
- Writing ``email`` unverifies it, even with the value it had.
- Signed API calls must carry a signature, which nobody verifies.

Users have no aliases and sign in with the name they were created with.  Not here yet: refresh,
sign-out, challenges and SRP, sign-up and forgotten passwords over the API.  Users, codes and mail
live in memory and end with the process.
"""

from authcore_local.cognito.app import LocalCognito
from authcore_local.cognito.config import PoolConfig, SchemaAttribute
from authcore_local.cognito.triggers import TriggerHandler, Triggers


__all__ = ["LocalCognito", "PoolConfig", "SchemaAttribute", "TriggerHandler", "Triggers"]
