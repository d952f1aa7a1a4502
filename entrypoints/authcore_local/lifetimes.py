"""Token lifetimes of the local stack, short enough to see tokens expire."""

from datetime import timedelta

import attrs


@attrs.frozen(kw_only=True)
class Lifetimes:
    """
    Lifetimes for the local pool.  The bounds are PoolConfig's.

    Attributes:
        access: Of access and ID tokens.
        refresh: Of refresh tokens, from sign-in; browsers keep the session as long.
        is_rotating: Whether each refresh yields another refresh token.
        grace: How long a used refresh token stays valid after its first use.
    """

    access: timedelta = timedelta(minutes=5)
    refresh: timedelta = timedelta(minutes=60)
    is_rotating: bool = True
    grace: timedelta = timedelta(seconds=30)
