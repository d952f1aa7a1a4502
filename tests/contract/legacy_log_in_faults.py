"""Ways to break the log-in of the legacy HTTP API, and which checks say so."""

from typing import Final, TypeAlias

from authcore.adapters.http import HttpAnswer
from authcore_local.legacy import SEED_USERS
from support.legacy_faults import Exchange, Fault, asking, changing, on, said, saying


Planted: TypeAlias = tuple[str, str, Fault, set[str]]
"""What is wrong, of which operation, how, and the checks that find it."""

LOGIN: Final = "/api/login"
JANE: Final = SEED_USERS[0]
AHAB: Final = next(user for user in SEED_USERS if user.locked)


def trimming(text: str) -> str:
    return text.rstrip(" ")


def deciding_about_anything(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send()
    return saying({"status": "rejected"}) if answer.status == 400 else answer


def telling_users_apart(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send()
    is_known = exchange.asked.get("username", "").startswith(JANE.username)
    rejected = answer.status == 200 and said(answer) == {"status": "rejected"}
    return (
        HttpAnswer(200, answer.headers, b'{ "status": "rejected"}')
        if rejected and is_known
        else answer
    )


def hashing_for_known_users_only(exchange: Exchange) -> HttpAnswer:
    is_known = exchange.asked.get("username", "").startswith(JANE.username)
    exchange.timer.seconds += 0.2 if is_known else 0.002
    return exchange.send()


def admitting_the_locked(exchange: Exchange) -> HttpAnswer:
    if exchange.asked.get("username") != AHAB.username:
        return exchange.send()
    user = said(exchange.send({"username": JANE.username, "password": JANE.password}))["user"]
    return saying({"status": "authenticated", "user": {**user, "username": AHAB.username}})


def admitting_any_password(exchange: Exchange) -> HttpAnswer:
    if exchange.asked.get("username") != JANE.username:
        return exchange.send()
    return exchange.send({"username": JANE.username, "password": JANE.password})


def ignoring_letter_case(exchange: Exchange) -> HttpAnswer:
    same = exchange.asked.get("password", "").casefold() == JANE.password.casefold()
    password = JANE.password if same else "x"
    return (
        exchange.send({**exchange.asked, "password": password})
        if exchange.asked
        else exchange.send()
    )


def crashing_at_quotes(exchange: Exchange) -> HttpAnswer:
    return saying({}, 500) if "'" in exchange.asked.get("password", "") else exchange.send()


def crashing_at_length(exchange: Exchange) -> HttpAnswer:
    return saying({}, 500) if len(exchange.asked.get("password", "")) > 72 else exchange.send()


def refusing_by_401(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send()
    rejected = answer.status == 200 and said(answer) == {"status": "rejected"}
    return saying({}, 401) if rejected else answer


LOG_IN_FAULTS: Final[tuple[Planted, ...]] = (
    (
        "anything gets a decision",
        "authenticate",
        on(LOGIN, deciding_about_anything),
        {"malformed-authenticate"},
    ),
    (
        "right passwords are refused",
        "authenticate",
        changing(LOGIN, lambda _: {"status": "rejected"}),
        {"log-in-right"},
    ),
    (
        "any password is right",
        "authenticate",
        on(LOGIN, admitting_any_password),
        {"log-in-wrong", "log-in-trimmed", "log-in-letter-case"},
    ),
    ("passwords are trimmed", "authenticate", asking(LOGIN, password=trimming), {"log-in-trimmed"}),
    (
        "letter case is ignored",
        "authenticate",
        on(LOGIN, ignoring_letter_case),
        {"log-in-letter-case"},
    ),
    ("names are trimmed", "authenticate", asking(LOGIN, username=trimming), {"log-in-other-name"}),
    ("quotes crash", "authenticate", on(LOGIN, crashing_at_quotes), {"log-in-odd"}),
    ("long passwords crash", "authenticate", on(LOGIN, crashing_at_length), {"log-in-longest"}),
    ("answers tell users apart", "authenticate", on(LOGIN, telling_users_apart), {"log-in-alike"}),
    (
        "time tells users apart",
        "authenticate",
        on(LOGIN, hashing_for_known_users_only),
        {"log-in-time"},
    ),
    ("locked users get in", "authenticate", on(LOGIN, admitting_the_locked), {"log-in-locked"}),
    ("a wrong password is 401", "authenticate", on(LOGIN, refusing_by_401), {"log-in-wrong"}),
    (
        "an extra member",
        "authenticate",
        changing(LOGIN, lambda answer: {**answer, "token": "x"}),
        {"log-in-right", "log-in-unknown"},
    ),
)
