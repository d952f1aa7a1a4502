"""
A local Cognito user pool: managed login, OAuth endpoints, tokens, triggers, part of the API.

It is our reading of Amazon's documentation of Cognito, not Amazon's code, and no proof of how
Amazon's behaves.  Where that documentation is silent or contradicts itself, this pool chose:

- An explicit ``finalUserStatus`` other than ``CONFIRMED`` fails the migration.
- A trigger that runs into the 5 second limit is invoked 3 times; one that raises, once.
- ``invalid_client`` is answered with status 400.
- Error redirects carry no ``state``, except for ``login_required``.
- Writing ``email`` unverifies it, even with the value it had.
- Signed API calls must carry a signature, which nobody verifies.

Users have no aliases and sign in, case-sensitively, with the name they were created with.  Not
here yet: refresh, sign-out, sign-up, forgotten passwords, federation, challenges and SRP, and
every trigger but user migration.  Users and codes live in memory and end with the process.
"""

from authcore_local.cognito.app import LocalCognito
from authcore_local.cognito.config import PoolConfig, SchemaAttribute
from authcore_local.cognito.triggers import TriggerHandler, Triggers


__all__ = ["LocalCognito", "PoolConfig", "SchemaAttribute", "TriggerHandler", "Triggers"]
