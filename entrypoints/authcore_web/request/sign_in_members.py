"""Read what a page of sign-in sends: a password, or the answer to a challenge."""

import re
from collections.abc import Callable, Mapping
from typing import Final, get_args

import attrs
from starlette.requests import HTTPConnection

from authcore.domain.errors import ChallengeMismatchError
from authcore.domain.model.challenges import (
    ANSWERS,
    Challenge,
    ChallengeAnswer,
    Choice,
    Code,
    CustomAnswer,
    FirstFactor,
    NewPassword,
    PasskeyAssertion,
    Password,
    TotpSetup,
)
from authcore.domain.model.pending_challenge import PUBLIC_ID_LENGTH
from authcore_web.request.body import BodyMalformedError


MAX_SIGN_IN_BYTES: Final = 8_192
MAX_ANSWER_BYTES: Final = 32_768
"""Of a body; a passkey's answer is the longest."""

MAX_USERNAME: Final = 128
MAX_PASSWORD: Final = 256
MAX_CODE: Final = 64
MAX_FACTOR: Final = 32
MAX_TEXT: Final = 2_048
"""Characters of a redirect target, an attribute, or a custom answer."""

MAX_CREDENTIAL: Final = 16_384

ATTRIBUTE: Final = "attributes."
"""Begins the name of a member with the value of an attribute."""

Members = Mapping[str, object]

_FACTORS: Final[Mapping[str, FirstFactor]] = {name: name for name in get_args(FirstFactor)}
_ATTRIBUTE: Final = re.compile(r"attributes\.([A-Za-z0-9_:-]{1,32})")


@attrs.frozen
class SignInForm:
    """
    The first step of a sign-in.

    Attributes:
        username: As typed.
        password: As typed; None for a sign-in that begins with another factor.
        factor: What it begins with instead of a password; None leaves the choice to the user.
        redirect: Where the sign-in shall end, unchecked; None for the default.
    """

    username: str = attrs.field(repr=False)
    password: str | None = attrs.field(repr=False)
    factor: FirstFactor | None
    redirect: str | None = attrs.field(repr=False)


def address_of(request: HTTPConnection) -> str | None:
    """
    Return the browser's address; None where the server does not know it.

    A server behind a proxy takes it from ``X-Forwarded-For`` of the proxies that it is set to
    trust; this code reads no such header.
    """
    return request.client.host if request.client else None


def sign_in_form(members: Members) -> SignInForm:
    """
    Read the first step.

    Raises:
        BodyMalformedError: A member is missing, unknown, too long, or no text.
    """
    if not {"username", "password", "factor", "redirect"}.issuperset(members):
        raise BodyMalformedError("an unknown member")
    username = _text(members, "username", MAX_USERNAME)
    password = _text(members, "password", MAX_PASSWORD)
    factor = _text(members, "factor", MAX_FACTOR)
    if username is None or (password is None and factor is None):
        raise BodyMalformedError("no user name, or nothing to sign in with")
    return SignInForm(username, None if factor else password, _factor(factor), redirect_in(members))


def redirect_in(members: Members) -> str | None:
    """
    Read where the sign-in shall end, unchecked; None for the default.

    Raises:
        BodyMalformedError: Too long, or no text.
    """
    return _text(members, "redirect", MAX_TEXT)


def public_id_in(members: Members) -> str:
    """
    Read which challenge is answered.

    Raises:
        BodyMalformedError: Missing, too long, or no text.
    """
    found = _text(members, "id", PUBLIC_ID_LENGTH)
    if found is None:
        raise BodyMalformedError("no id of a challenge")
    return found


def answer_in(challenge: Challenge, members: Members) -> ChallengeAnswer:
    """
    Read the answer to *challenge*.

    Raises:
        ChallengeMismatchError: There is none that the challenge takes.

        BodyMalformedError: A member is too long, or no text.
    """
    for kind in ANSWERS[challenge.name]:
        read = _READERS.get(kind)
        answer = read(members) if read else None
        if answer is not None:
            return answer
    raise ChallengeMismatchError("no member that answers the challenge")


def can_answer(challenge: Challenge) -> bool:
    """Whether a page can answer *challenge* at all."""
    return any(kind in _READERS for kind in ANSWERS[challenge.name])


def _reader(
    make: Callable[[str], ChallengeAnswer], name: str, longest: int
) -> Callable[[Members], ChallengeAnswer | None]:
    def read(members: Members) -> ChallengeAnswer | None:
        text = _text(members, name, longest)
        return None if text is None else make(text)

    return read


def _new_password(members: Members) -> NewPassword | None:
    password = _text(members, "new_password", MAX_PASSWORD)
    if password is None:
        return None
    named = {name: _ATTRIBUTE.fullmatch(name) for name in members}
    attributes = {
        found[1]: _text(members, name, MAX_TEXT) or "" for name, found in named.items() if found
    }
    return NewPassword(password, attributes)


_READERS: Final[Mapping[type[ChallengeAnswer], Callable[[Members], ChallengeAnswer | None]]] = {
    Code: _reader(lambda text: Code(_digits(text)), "code", MAX_CODE),
    TotpSetup: _reader(lambda text: TotpSetup(_digits(text)), "code", MAX_CODE),
    NewPassword: _new_password,
    Choice: _reader(Choice, "choice", MAX_FACTOR),
    Password: _reader(Password, "password", MAX_PASSWORD),
    PasskeyAssertion: _reader(PasskeyAssertion, "credential", MAX_CREDENTIAL),
    CustomAnswer: _reader(CustomAnswer, "answer", MAX_TEXT),
}


def _digits(text: str) -> str:
    """Users copy codes in groups."""
    return "".join(text.split())


def _factor(text: str | None) -> FirstFactor | None:
    if text in (None, "choose"):
        return None
    if text not in _FACTORS:
        raise BodyMalformedError("an unknown factor")
    return _FACTORS[text]


def _text(members: Members, name: str, longest: int) -> str | None:
    """Read a member; empty text and ``null`` count as absent, since forms have no other way."""
    value = members.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise BodyMalformedError("a member that is no text, or too long")
    return value
