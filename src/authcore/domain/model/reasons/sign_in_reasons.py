"""Reasons of the sign-in, and of malformed requests."""

from typing import Final

from authcore.domain.model.reasons.reason import (
    ACCEPTED,
    MISCONFIGURED,
    NOTHING,
    REJECTED,
    Reason,
)


_SIGN_IN: Final = ("sign_in.complete",)
_PAGES: Final = ("sign_in.begin", "sign_in.complete", "sign_out")
_BODIES: Final = ("verify", "sign_out", "password.verify", "password.change")
_MALFORMED: Final = "400 with the reason, or the page that the link did not work."

SIGN_IN: Final[tuple[Reason, ...]] = (
    Reason(
        "ok",
        ACCEPTED,
        ("every action",),
        "What was asked for.",
        NOTHING,
    ),
    Reason(
        "login_attempt",
        REJECTED,
        _SIGN_IN,
        "Continues with the session that the browser carries, or begins the sign-in again, once. "
        "Then, and for programs: the page that this sign-in can no longer be finished.",
        "Nothing, if it is rare: the back button, a restored tab, expired, or begun in another "
        "browser. Many of them: the attempt cookie does not come back (domain, key ring, clock), "
        "or a table is missing.",
    ),
    Reason(
        "login_code",
        REJECTED,
        _SIGN_IN,
        "Begins the sign-in again, once; then the same page.",
        "Nothing, if it is rare: Cognito does not know the code, or it was sent twice. Many of "
        "them: the callback URL or PKCE differs between settings and app client.",
    ),
    Reason(
        "login_parameter",
        REJECTED,
        _PAGES,
        "The same page.",
        "`detail` names the parameter. Correct the application that builds the URL; from "
        "strangers, nothing.",
    ),
    Reason(
        "login_provider_refused",
        REJECTED,
        _SIGN_IN,
        "The page that the sign-in was cancelled or refused.",
        "`detail` has Cognito's error code. Users cancel; many with `invalid_request`: look at "
        "the triggers' audit lines of the same time.",
    ),
    Reason(
        "login_client",
        (*REJECTED, *MISCONFIGURED),
        (
            *_SIGN_IN,
            "session.refresh",
            "guard",
            "verify",
            "sign_out.provider",
            "session.successor",
            "machine.token",
            "password.verify",
            "password.session",
        ),
        "At a sign-in 502 and the page that sign-in is not set up correctly. Live sessions stay as "
        "they are; expired ones get 503 and keep their cookies. A sign-out says that it is not "
        "complete.",
        "Cognito refuses the app client. `misconfigured`: the secret, or one of the two, is not "
        "valid, or was rotated where this process does not read it: correct "
        "`AUTHCORE_SIGN_IN_CLIENT_SECRET`, or use `_ARN`. `rejected`: correct callback URL, scopes "
        "or the app client's flows.",
    ),
    Reason(
        "sign_in_loop",
        REJECTED,
        ("sign_in.begin", *_SIGN_IN, "password.begin", "password.challenge"),
        "The page that the application does not accept the session, after several sign-ins.",
        "The application does not see the session: compare cookie domain, key ring and clock.",
    ),
    Reason(
        "redirect_rejected",
        REJECTED,
        ("sign_in.begin", *_SIGN_IN),
        "The page that the target is not one of ours.",
        "Add the origin to `AUTHCORE_SIGN_IN_REDIRECTS` if it is yours; otherwise nothing.",
    ),
)

REQUESTS: Final[tuple[Reason, ...]] = (
    Reason(
        "scope_rejected",
        REJECTED,
        ("machine.token",),
        "Nothing: the program that asks gets no token for itself.",
        "Correct the scopes that the program requests, or give them to its app client.",
    ),
    Reason(
        "caller_rejected",
        REJECTED,
        ("verify.caller",),
        "401 for every request without a valid key.",
        "Give the program a key of `AUTHCORE_VERIFY_CALLER_KEYS`, the legacy system one of "
        "`AUTHCORE_OLD_LOGIN_CALLER_KEYS`; from strangers, nothing.",
    ),
    Reason(
        "cross_site",
        REJECTED,
        ("sign_out",),
        "403 and the page that the request did not come from one of ours; still signed in.",
        "Add the page's origin to the redirects if it is yours; otherwise another site tried to "
        "sign users out.",
    ),
    Reason("query_malformed", REJECTED, _PAGES, _MALFORMED, "Correct the program that asks."),
    Reason("body_malformed", REJECTED, _BODIES, _MALFORMED, "Correct the program that asks."),
    Reason("body_media_type", REJECTED, _BODIES, "415 with the reason.", "Correct its media type."),
    Reason("body_too_large", REJECTED, _BODIES, "413 with the reason.", "Send smaller bodies."),
    Reason(
        "body_too_slow",
        REJECTED,
        _BODIES,
        "408 with the reason.",
        "Nothing, if it is rare; otherwise look at the network between program and service.",
    ),
    Reason("batch_too_large", REJECTED, ("verify",), _MALFORMED, "Send smaller batches."),
    Reason(
        "webhook_rejected",
        REJECTED,
        ("profile.webhook",),
        "401, the same for every cause.",
        "From strangers, nothing. From the legacy system, by `detail`: `signature`: it signs with "
        "a key that `AUTHCORE_WEBHOOK_KEYS` does not hold, or something else than the bytes it "
        "sends. `timestamp`: a clock is wrong by more than five minutes, or a copy was sent. "
        "`headers`, `body`: a header is missing, or the body is too large.",
    ),
    Reason(
        "webhook_repeated",
        ACCEPTED,
        ("profile.webhook",),
        "200; nothing was done again.",
        "Nothing, if it is rare: an answer was lost. Many of them: the legacy system does not take "
        "200 for an answer.",
    ),
    Reason("not_found", (), ("every other path",), "404.", NOTHING),
    Reason("method_not_allowed", (), ("every route",), "405.", NOTHING),
)
