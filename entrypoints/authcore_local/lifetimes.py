"""How long tokens of the local stack live, short enough to see them end."""

from datetime import timedelta

import attrs


@attrs.frozen(kw_only=True)
class Lifetimes:
    """
    What the local pool is set up with.  The bounds are PoolConfig's.

    Attributes:
        access: Of access and ID tokens.
        refresh: Of refresh tokens, from sign-in; browsers keep the session as long.
        is_rotating: Whether each refresh yields another refresh token.
        grace: How long a refresh token that was traded goes on to be good.
    """

    access: timedelta = timedelta(minutes=5)
    refresh: timedelta = timedelta(minutes=60)
    is_rotating: bool = True
    grace: timedelta = timedelta(seconds=30)
