"""Ways to break the legacy HTTP API: what is wrong, of which operation, and which checks say so."""

from typing import Any, Final

from authcore.adapters.http import HttpAnswer
from contract.legacy_log_in_faults import JANE, LOG_IN_FAULTS, Planted, trimming
from support.legacy_faults import Exchange, Fault, asking, changing, on, said, saying, with_user


API_KEY: Final = "key-of-the-check"
FIND: Final = "/api/cognito_helper"
MATCH: Final = "/api/cognito_helper/match"
ATTACH: Final = "/api/cognito_helper/attach"
DETACH: Final = "/api/cognito_helper/detach"
LIST: Final = "/api/cognito_helper/list"
PROFILES: Final = "/api/cognito_helper/profiles"
UPDATE: Final = "/api/cognito_helper/update"
CREATE: Final = "/api/create_legacy_account"
SESSION: Final = "/api/session"
END: Final = "/api/session/end"


def answering(members: object, status: int = 200, media_type: str = "application/json") -> Any:
    return lambda _: saying(members, status, media_type)


def without_key(exchange: Exchange) -> HttpAnswer:
    return exchange.send(x_api_key=API_KEY)


def keyed_by_403(exchange: Exchange) -> HttpAnswer:
    return saying({}, 403) if exchange.key != API_KEY else exchange.send()


def breaking(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send()
    return saying({}, 500) if answer.status == 400 else answer


def exact_names_only(exchange: Exchange) -> HttpAnswer:
    asked = exchange.asked.get("username", "")
    answer = exchange.send()
    if answer.status != 200 or said(answer).get("user", {}).get("username") in (asked, None):
        return answer
    return saying({"status": "not_found"})


def hiding_the_locked(answer: dict[str, Any]) -> object:
    is_locked = answer.get("user", {}).get("locked")
    return {"status": "not_found"} if is_locked else answer


def unlocking(answer: dict[str, Any]) -> object:
    return with_user(locked=False)(answer)


def folding_addresses(exchange: Exchange) -> HttpAnswer:
    email = exchange.asked.get("email")
    return exchange.send({**exchange.asked, "email": email.lower()}) if email else exchange.send()


def matching_nothing(answer: dict[str, Any]) -> object:
    return {"status": "matches", "by_cognito_id": None, "by_identity": None, "by_email": None}


def paging_in_circles(answer: dict[str, Any]) -> object:
    return {**answer, "next": "1" if answer["next"] is None else answer["next"]}


def repeating_a_page(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send({"after": None} if exchange.asked else None)
    after = exchange.asked.get("after")
    return (
        saying({**said(answer), "next": None if after else "2"}) if answer.status == 200 else answer
    )


class Turning:
    """Answers of one kind, in turn, are in the other order."""

    def __init__(self) -> None:
        self.turn = 0

    def __call__(self, answer: dict[str, Any]) -> object:
        self.turn += 1
        return {**answer, "users": answer["users"][:: 1 if self.turn % 2 else -1]}


def creating_again(exchange: Exchange) -> HttpAnswer:
    """Make an account for each request, as a system without a unique id does."""
    answer = exchange.send()
    if answer.status != 200 or said(answer)["status"] != "created":
        return answer
    exchange.timer.seconds += 1
    user = {**said(answer)["user"], "userid": f"copy-{exchange.timer.seconds:.0f}"}
    return saying({"status": "created", "user": user})


def creating_without_key(exchange: Exchange) -> HttpAnswer:
    return (
        exchange.send()
        if "idempotency-key" in exchange.headers
        else exchange.send(idempotency_key="made-up")
    )


def sharing_identities(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send()
    if answer.status == 200 and said(answer) == {"status": "taken"}:
        user = {
            "userid": "9999",
            "username": "second",
            "display_name": None,
            "email": None,
            "email_verified": False,
            "cognito_id": exchange.asked["cognito_id"],
            "locked": False,
        }
        return saying({"status": "created", "user": user})
    return answer


def attaching(to: str, status: str) -> Fault:
    """Say ``attached`` where the honest answer is *status*."""

    def fault(exchange: Exchange) -> HttpAnswer:
        answer = exchange.send()
        if answer.status != 200 or said(answer) != {"status": status}:
            return answer
        user = {
            "userid": exchange.asked["userid"],
            "username": "x",
            "display_name": None,
            "email": None,
            "email_verified": False,
            "cognito_id": exchange.asked["cognito_id"],
            "locked": False,
        }
        return saying({"status": to, "user": user})

    return fault


def detaching_always(exchange: Exchange) -> HttpAnswer:
    """Take the link of any user back."""
    answer = exchange.send()
    if answer.status != 200 or said(answer) != {"status": "taken"}:
        return answer
    user = {
        "userid": exchange.asked["userid"],
        "username": "x",
        "display_name": None,
        "email": None,
        "email_verified": False,
        "cognito_id": None,
        "locked": False,
    }
    return saying({"status": "detached", "user": user})


def detaching_never(answer: dict[str, Any]) -> object:
    if answer["status"] != "detached":
        return answer
    return {**answer, "user": {**answer["user"], "cognito_id": "sub-that-stays"}}


def keeping_sessions(exchange: Exchange) -> HttpAnswer:
    return (
        saying({"status": "ended"})
        if exchange.key == API_KEY and exchange.asked
        else exchange.send()
    )


def reading_another(exchange: Exchange) -> HttpAnswer:
    well_formed = exchange.key == API_KEY and exchange.asked
    return exchange.send({"userids": [JANE.userid]}) if well_formed else exchange.send()


def reading_none(_: dict[str, Any]) -> object:
    return {"status": "profiles", "users": [], "deleted": []}


def taking_once(answer: dict[str, Any]) -> object:
    return {"status": "taken"} if answer["status"] == "attached" else answer


def updating_always(answer: dict[str, Any]) -> object:
    return {**answer, "status": "updated"} if answer["status"] == "unchanged" else answer


def as_plain_text(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send()
    return HttpAnswer(answer.status, (("content-type", "text/plain"),), answer.body)


def cut_short(exchange: Exchange) -> HttpAnswer:
    answer = exchange.send()
    return HttpAnswer(answer.status, answer.headers, answer.body[:-1])


def crashing_at_long_names(exchange: Exchange) -> HttpAnswer:
    return saying({}, 500) if len(exchange.asked.get("username", "")) > 64 else exchange.send()


FAULTS: Final[tuple[Planted, ...]] = (
    *LOG_IN_FAULTS,
    ("the key is not checked", "find", on(FIND, without_key), {"key-find"}),
    ("a wrong key gets 403", "find", on(FIND, keyed_by_403), {"key-find"}),
    ("the operation is not there", "match", on(MATCH, answering({}, 404)), {"key-match"}),
    ("malformed requests crash", "list", on(LIST, breaking), {"malformed-list"}),
    (
        "names are compared exactly",
        "find",
        on(FIND, exact_names_only),
        {"find-letter-case", "find-address"},
    ),
    ("looked-up names are trimmed", "find", asking(FIND, username=trimming), {"find-other-name"}),
    ("locked accounts are hidden", "find", changing(FIND, hiding_the_locked), {"find-locked"}),
    ("locks are not told", "find", changing(FIND, unlocking), {"find-locked"}),
    (
        "an empty text for a missing value",
        "find",
        changing(FIND, with_user(cognito_id="")),
        {"find-name"},
    ),
    ("a number for an id", "find", changing(FIND, with_user(userid=1847)), {"find-name"}),
    ("long names crash", "find", on(FIND, crashing_at_long_names), {"find-longest"}),
    ("everyone is found", "find", asking(FIND, username=lambda _: JANE.username), {"find-unknown"}),
    (
        "addresses match in any letter case",
        "match",
        on(MATCH, folding_addresses),
        {"match-letter-case"},
    ),
    (
        "addresses do not match",
        "match",
        changing(MATCH, matching_nothing),
        {"match-address", "match-created"},
    ),
    ("pages lead in circles", "list", changing(LIST, paging_in_circles), {"list-pages"}),
    ("a page is repeated", "list", on(LIST, repeating_a_page), {"list-pages"}),
    ("the order changes", "list", changing(LIST, Turning()), {"list-order"}),
    ("unasked profiles", "profiles", on(PROFILES, reading_another), {"profiles-unknown"}),
    ("profiles are missing", "profiles", changing(PROFILES, reading_none), {"profiles-user"}),
    (
        "any value is a session",
        "session",
        changing(SESSION, lambda _: {"status": "signed_in"}),
        {"session-unknown", "session-odd"},
    ),
    (
        "no value is a session",
        "session",
        changing(SESSION, lambda _: {"status": "signed_out"}),
        {"session-open"},
    ),
    (
        "an unknown session is an error",
        "endSession",
        changing(END, lambda _: {"status": "unknown"}),
        {"end-unknown"},
    ),
    ("sessions go on", "endSession", on(END, keeping_sessions), {"end-session"}),
    ("a second account for one user", "create", on(CREATE, creating_again), {"create-again"}),
    ("no key is needed to create", "create", on(CREATE, creating_without_key), {"create-key"}),
    ("one identity, two accounts", "create", on(CREATE, sharing_identities), {"create-taken"}),
    ("a new account is locked", "create", changing(CREATE, with_user(locked=True)), {"create-new"}),
    ("links are replaced", "attach", on(ATTACH, attaching("attached", "taken")), {"attach-taken"}),
    (
        "links to nothing",
        "attach",
        on(ATTACH, attaching("attached", "not_found")),
        {"attach-unknown"},
    ),
    (
        "locked accounts are linked",
        "attach",
        on(ATTACH, attaching("attached", "locked")),
        {"attach-locked"},
    ),
    ("a repeated link is taken", "attach", changing(ATTACH, taking_once), {"attach-again"}),
    (
        "links of others are taken back",
        "detach",
        on(DETACH, detaching_always),
        {"detach-other"},
    ),
    ("a link that stays", "detach", changing(DETACH, detaching_never), {"detach-again"}),
    ("an echo of each update", "update", changing(UPDATE, updating_always), {"update-name"}),
    (
        "updates of other users",
        "update",
        on(UPDATE, attaching("updated", "not_linked")),
        {"update-other"},
    ),
    ("redirects", "find", on(FIND, answering(b"", 302)), {"find-name"}),
    (
        "pages of HTML",
        "find",
        on(FIND, answering(b"<p>Welcome", 200, "text/html")),
        {"find-name", "key-find"},
    ),
    ("a body of another type", "find", on(FIND, as_plain_text), {"find-name"}),
    ("a truncated body", "find", on(FIND, cut_short), {"find-name"}),
    ("brackets without end", "find", on(FIND, answering(b"[" * 100_000)), {"find-name"}),
    (
        "a member twice",
        "find",
        on(FIND, answering(b'{"status":"not_found","status":"found"}')),
        {"find-name"},
    ),
    (
        "too long an answer",
        "find",
        changing(FIND, lambda answer: {**answer, "x": "y" * 2000}),
        {"find-name"},
    ),
)
