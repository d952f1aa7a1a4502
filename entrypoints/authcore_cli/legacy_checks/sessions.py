"""Rules of ``session`` and ``endSession``."""

from collections.abc import Iterator

from authcore_cli.legacy_checks.check import Check, require
from authcore_cli.legacy_checks.target import LegacyTarget


def session_checks(target: LegacyTarget) -> Iterator[Check]:
    """Yield the checks; the session that was given is ended by the last ones, and only if asked."""
    lacks = None if target.request.session else "--session"
    session = target.request.session or "-"
    yield Check(
        "session-unknown",
        "session",
        "a value that is no session is `signed_out`",
        lambda: _is_signed_out(target, target.unknown(), "a made-up value is a session"),
    )
    yield Check(
        "session-odd",
        "session",
        "a value that no session can have is `signed_out`",
        lambda: _is_signed_out(target, "' OR '1'='1;\t" + "a" * 4000, "a made-up value is one"),
    )
    yield Check(
        "session-open",
        "session",
        "the session is `signed_in`",
        lambda: require(target.account_of(session) is not None, "the session is signed out"),
        lacks,
    )
    yield Check(
        "end-unknown",
        "endSession",
        "a value that is no session is `ended`",
        lambda: target.end(target.unknown()),
    )
    yield Check(
        "end-session",
        "endSession",
        "an ended session is `ended` again, and `signed_out` from then on",
        lambda: _ends(target, session),
        lacks or (None if target.request.writes else "--write"),
    )


def _is_signed_out(target: LegacyTarget, session: str, finding: str) -> None:
    require(target.account_of(session) is None, finding)


def _ends(target: LegacyTarget, session: str) -> None:
    target.end(session)
    target.end(session)
    _is_signed_out(target, session, "the session is still signed in after its end")
