"""Checks of a move: whether both systems agree, and everything that was begun has ended."""

from collections.abc import Iterator, Mapping
from typing import Final

from authcore.domain.model.checks import UNREAD
from authcore.domain.model.counts import format_count
from authcore.domain.model.deployment import NothingToAskError, Reading, UnreadPartError
from authcore.domain.model.readiness import Evidence, ReadinessCheck
from authcore.domain.services.moves.evidence_reading import read, select_counts


_ONE_SIDED: Final = ("legacy_lacks_cognito_id", "cognito_lacks_legacy_uid", "unproven")
_CROSSED: Final = ("duplicate", "sub_changed", "crossed", "sub_gone", "dangling")
_MESSAGES: Final = ("profile_sync", "profile_sync.message", "profile.webhook")
LINKS: Final = "the variables and permissions of authcore links audit"
LINES: Final = "--history FILE with the audit lines of auth service and functions"
_WITHOUT_PASSWORD: Final = ("created", "linked")
_UNFINISHED: Final = "ing"
"""How stages of a run end that were begun and not finished."""


def _links(evidence: Evidence, *reasons: str) -> Iterator[str]:
    found: Mapping[str, int] = read(evidence.links)
    named = [f"{found[each]} {each}" for each in reasons if found.get(each)]
    if named:
        yield ", ".join(named)


def _one_sided_links(evidence: Evidence) -> Iterator[str]:
    return _links(evidence, *_ONE_SIDED)


def _crossed_links(evidence: Evidence) -> Iterator[str]:
    return _links(evidence, *_CROSSED)


def _look_alikes(evidence: Evidence) -> Iterator[str]:
    return _links(evidence, "same_person")


def _creates(evidence: Evidence) -> Iterator[str]:
    """A user whose create is in doubt names no account and is named by none: ``missing``."""
    if not (without := read(evidence.links).get("missing", 0)):
        return
    lines = list(select_counts(evidence, "account_linking."))
    if not lines:
        raise UnreadPartError(
            f"without an account: {format_count(without, 'user')}; and the history has no line of "
            "account linking"
        )
    if refused := sum(each.count for each in lines if each.reason == "link_blind_retry"):
        sign_ins = format_count(refused, "sign-in")
        yield f"not linked, because an earlier create may have worked: {sign_ins}"


def _dead_letters(evidence: Evidence) -> Iterator[str]:
    queues = evidence.setup.dead_letters
    if queues is None:
        raise UnreadPartError("AUTHCORE_READY_DEAD_LETTERS is not set")
    if not queues:
        raise NothingToAskError
    unread: list[UnreadPartError] = []
    for url in queues:
        try:
            number = read(evidence.queues.get(url, Reading(url, failure="not read")))
        except UnreadPartError as error:
            unread.append(error)
        else:
            if number:
                yield f"{format_count(number, 'message')} in {url.rpartition('/')[2]}"
    if unread:
        raise unread[0]


def _parked_messages(evidence: Evidence) -> Iterator[str]:
    lines = list(select_counts(evidence, *_MESSAGES))
    if not lines:
        if evidence.setup.has_profile_messages or evidence.setup.dead_letters != ():
            raise UnreadPartError("the history has no line of a message about a profile")
        raise NothingToAskError
    parked = [each for each in lines if each.outcome == "rejected"]
    reasons = sorted({each.reason for each in parked if each.count})
    if reasons:
        messages = format_count(sum(each.count for each in parked), "message")
        yield f"{messages}: {', '.join(reasons)}"


def _runs(evidence: Evidence) -> Iterator[str]:
    for each in read(evidence.runs):
        if each.run.stage.endswith(_UNFINISHED):
            yield f"run {each.run.run_id} is {each.run.stage}"


def _closed_users(evidence: Evidence) -> Iterator[str]:
    """A user whom AdminCreateUser made has a password that no one knows, and cannot reset it."""
    for each in read(evidence.runs):
        closed = sum(
            number for (kind, _), number in each.counts.items() if kind in _WITHOUT_PASSWORD
        )
        if closed and each.run.target == "create":
            yield f"run {each.run.run_id} created {format_count(closed, 'user')} who cannot sign in"


def _doctor(evidence: Evidence) -> Iterator[str]:
    report = read(evidence.doctor)
    found = sorted({each.id for each in report.findings if each.id != UNREAD})
    if found:
        yield f"{format_count(len(found), 'check')} of authcore doctor: {', '.join(found)}"
    elif not report.is_complete:
        unread = next(each for each in report.findings if each.id == UNREAD)
        raise UnreadPartError(f"authcore doctor: {unread.evidence}")


def _wrong_settings(evidence: Evidence) -> Iterator[str]:
    today = evidence.now.date()
    newest = [each for each in read(evidence.days) if (today - each.day).days <= 1]
    if all(each.day > today for each in newest):
        raise UnreadPartError("the history has nothing of yesterday and today")
    wrong = [each for each in newest if each.outcome == "misconfigured" and each.count]
    if wrong:
        actions = ", ".join(sorted({f"{each.action} {each.reason}" for each in wrong}))
        times = format_count(sum(each.count for each in wrong), "time")
        yield f"{times} since yesterday: {actions}"


CHECKS: Final = (
    ReadinessCheck(
        id="links_whole",
        question="Do both sides store every link, with its proof?",
        why="Tokens do not name the account, or the old login refuses the user.",
        mend="authcore links repair --dry-run; authcore links repair",
        needs=LINKS,
        anchor="reconcile.md#findings",
        examine=_one_sided_links,
    ),
    ReadinessCheck(
        id="links_unambiguous",
        question="Does every link lead to one user and one account?",
        why="Users see the data of another account, or none.",
        mend="authcore links audit lists them; an operator decides each",
        needs=LINKS,
        anchor="reconcile.md#findings",
        examine=_crossed_links,
    ),
    ReadinessCheck(
        id="persons_single",
        question="Is no person two users?",
        why="Each of the two has a part of the person's data.",
        mend="authcore links audit lists them; where they are two persons, --except persons_single",
        needs=LINKS,
        anchor="reconcile.md#one-person-who-is-two",
        examine=_look_alikes,
    ),
    ReadinessCheck(
        id="creates_settled",
        question="Is no create of an account in doubt?",
        why="The user has no account, or a second one.",
        mend="look for the account in the legacy system; attach it, or authcore links allow-create",
        needs=f"{LINKS}, and {LINES}",
        anchor="linking.md#manual-resolution",
        examine=_creates,
    ),
    ReadinessCheck(
        id="dead_letters_empty",
        question="Is every queue of dead letters empty?",
        why="Changes of the legacy system never reached the pool.",
        mend="remove the cause, then start a redrive in SQS, or authcore sync run",
        needs="set AUTHCORE_READY_DEAD_LETTERS to the URLs of the queues, or to none; and "
        "sqs:GetQueueAttributes",
        anchor="profile-sync.md#the-queue",
        examine=_dead_letters,
    ),
    ReadinessCheck(
        id="messages_applied",
        question="Was every message about a profile applied?",
        why="The pool has an old address or name, and a lock or deletion may not have reached it.",
        mend="authcore sync run; once every user is in step, --except messages_applied",
        needs=LINES,
        anchor="profile-sync.md#messages",
        examine=_parked_messages,
    ),
    ReadinessCheck(
        id="runs_finished",
        question="Has every run of authcore move ended?",
        why="Some of its users exist and others do not, or an undo stopped half-way.",
        mend="authcore move list; continue the run, or undo it; a run that is planning changed "
        "nothing: continue it, or delete its files",
        needs="AUTHCORE_MOVE_RUNS, readable",
        anchor="cut-over.md#users-who-never-came",
        examine=_runs,
    ),
    ReadinessCheck(
        id="created_users_opened",
        question="Can every user whom a run created get in?",
        why="They have no password, and Cognito sends no code to reset one that was never set.",
        mend="authcore move open, for each of these runs; or authcore move undo",
        needs="AUTHCORE_MOVE_RUNS, readable",
        anchor="cut-over.md#users-who-never-came",
        examine=_closed_users,
    ),
    ReadinessCheck(
        id="doctor_content",
        question="Does authcore doctor find nothing to mend?",
        why="The report says it of each finding.",
        mend="authcore doctor",
        needs="the variables and permissions of authcore doctor",
        anchor="doctor.md",
        examine=_doctor,
    ),
    ReadinessCheck(
        id="nothing_misconfigured",
        question="Does no part wait for an operator?",
        why="Users see an outage, and no retry helps.",
        mend="read detail of the audit lines with the outcome misconfigured",
        needs=LINES,
        anchor="observing.md#authcoremisconfigured",
        examine=_wrong_settings,
    ),
)
