"""A session as the texts that are sealed."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from authcore.domain.model.tokens import RefreshToken, TokenSet


_SECONDS: Final = re.compile(r"[0-9]{1,11}")


def texts_of(session: TokenSet) -> tuple[str | None, ...]:
    """
    List the three tokens, and the seconds from 1970 to the sign-in where they do not tell it.

    Earlier versions read three texts only.  So the fourth is left out where it is not needed, which
    is everywhere at Amazon.
    """
    tokens = (session.access_token, session.id_token, session.refresh_token)
    began = session.signed_in_at
    return tokens if began is None else (*tokens, str(int(began.timestamp())))


def tokens_in(texts: Sequence[str | None]) -> TokenSet | None:
    """Read what ``texts_of`` listed; None where *texts* are something else."""
    match texts:
        case (str(access), str(identity), refresh):
            return _token_set(access, identity, refresh)
        case (str(access), str(identity), refresh, str(began)) if _SECONDS.fullmatch(began):
            return _token_set(access, identity, refresh, datetime.fromtimestamp(int(began), UTC))
        case _:
            return None


def _token_set(
    access: str, identity: str, refresh: str | None, began: datetime | None = None
) -> TokenSet:
    return TokenSet(access, identity, None if refresh is None else RefreshToken(refresh), began)
