"""The nine steps of the demo, and how the flow log shows that each has happened."""

import threading
from collections.abc import Iterable
from typing import Final

import attrs

from authcore_local.addresses import Addresses
from authcore_local.flow import FlowLog, Hop
from authcore_local.flow_page import FLOW_PATH
from authcore_local.legacy import SEED_USERS


GUARDED: Final = "/new-post?draft=7&tab=2"
ARTICLES: Final = "/articles"
RETURNED: Final = "GET /oauth2/idpresponse"


@attrs.frozen
class Mark:
    """A hop, by the beginnings of its parts."""

    receiver: str
    request: str
    answer: str = ""
    detail: str = ""

    def fits(self, hop: Hop) -> bool:
        """Whether *hop* is such a hop."""
        return (
            hop.receiver == self.receiver
            and hop.request.startswith(self.request)
            and hop.answer.startswith(self.answer)
            and hop.detail.startswith(self.detail)
        )


@attrs.frozen(kw_only=True)
class Step:
    """
    One thing to do.

    Attributes:
        title: What to do, in short.
        text: What to do.
        look: What to look at.
        links: Texts and URLs.
        marks: The hops, in this order, that show it; none where the server tells.  The last one out
            of turn starts over.
    """

    title: str
    text: str
    look: str
    links: tuple[tuple[str, str], ...] = ()
    marks: tuple[Mark, ...] = ()


def guided_steps(addresses: Addresses) -> tuple[Step, ...]:
    """Return the steps, the first one first."""
    jane, _, gregor = SEED_USERS[:3]
    guarded, articles = addresses.cms_url + GUARDED, addresses.cms_url + ARTICLES
    begin, outbox = ("Open the articles", articles), ("Open the outbox", addresses.outbox_url)
    created = Mark("legacy", "POST /api/create_legacy_account", "200 created")
    return (
        Step(
            title="Watch the flow",
            text="Open the flow page in another tab and keep it visible.",
            look="Each message between browser, services, functions and the legacy system.",
            links=(("Open the flow", addresses.cms_url + FLOW_PATH),),
        ),
        Step(
            title="Ask for a page that needs a user",
            text="Open a link into the editor, as from a mail.",
            look="The guard answers with a redirect, and Cognito's sign-in page opens.",
            links=(("Open the editor", guarded),),
            marks=(Mark("cms", f"GET {GUARDED}", "302"),),
        ),
        Step(
            title="Sign in with the old password",
            text=f"Sign in as {jane.username}: with a wrong password first, then with "
            f"{jane.password}",
            look="Cognito does not know her: the user migration function asks the legacy system, "
            "and both sides know each other from then on.",
            marks=(Mark("legacy", "POST /api/login", "200 authenticated"),),
        ),
        Step(
            title="Arrive where you wanted to go",
            text="You are back on the page that you asked for, query and all.",
            look=f"The greeting names legacy id {jane.userid}; draft is 7.",
            marks=(Mark("cms", f"GET {GUARDED}", "302"), Mark("cms", f"GET {GUARDED}", "200")),
        ),
        Step(
            title="Come with Google, and be the same person",
            text=f"In a private window: Continue with Google, as {jane.display_name}. Google asks "
            "twice, because Cognito breaks off the sign-in that links her.",
            look=f"Legacy id {jane.userid} again: one person, one account.",
            links=(begin,),
            marks=(
                Mark("cognito", RETURNED, detail="AliasExistsException"),
                Mark("cognito", RETURNED, "302 to the callback", "code "),
            ),
        ),
        Step(
            title="Claim an address that is not proven",
            text="In a private window: Continue with Google, as Not Really Jane.",
            look="The address is Jane's, but Google did not verify it: a legacy id of its own, "
            f"not {jane.userid}.",
            links=(begin,),
            marks=(
                Mark("cognito", "POST Google"),
                created,
                Mark("cognito", RETURNED, "302 to the callback"),
            ),
        ),
        Step(
            title="Come without any address",
            text="In a private window: Continue with Facebook, as Bartleby.",
            look="No e-mail address at all, and a legacy id of its own.",
            links=(begin,),
            marks=(
                Mark("cognito", "POST Facebook"),
                created,
                Mark("cognito", RETURNED, "302 to the callback"),
            ),
        ),
        Step(
            title="Sign up",
            text="In a private window: Sign up as a new user; the code is in the outbox.",
            look="The new user gets a legacy account at once.",
            links=(begin, outbox),
            marks=(
                Mark("cognito", "POST /signup", "200"),
                created,
                Mark("cognito", "POST /confirmUser", "200"),
            ),
        ),
        Step(
            title="Forget a password",
            text=f"In a private window: Forgot your password? Say {gregor.username}; the code is "
            "in the outbox. Sign in with the new password.",
            look=f"Legacy id {gregor.userid}: he moved without his old password.",
            links=(begin, outbox),
            marks=(
                Mark("lambda", "UserMigration_ForgotPassword"),
                Mark("cognito", "POST /confirmforgotPassword", "200"),
                Mark("cognito", "POST /login", "302"),
            ),
        ),
    )


class Progress:
    """
    Which steps have happened; one that has stays so.

    The hops are read when asked, so that at most the last MAX_HOPS between two questions count.
    Safe to share between threads.
    """

    def __init__(self, steps: Iterable[Step], flow: FlowLog) -> None:
        self._steps = tuple(steps)
        self._flow = flow
        self._lock = threading.Lock()
        self._reached = [0] * len(self._steps)
        self._done: set[int] = set()
        self._last = 0

    def note(self, number: int) -> None:
        """Step *number*, from 1, has happened."""
        with self._lock:
            self._done.add(number)

    def done(self) -> tuple[int, ...]:
        """Return the numbers of the steps that have happened."""
        with self._lock:
            for hop in self._flow.since(self._last):
                self._last = hop.number
                for place, step in enumerate(self._steps):
                    self._reached[place] = _advance(step.marks, self._reached[place], hop)
                    if step.marks and self._reached[place] == len(step.marks):
                        self._done.add(place + 1)
            return tuple(sorted(self._done))


def _advance(marks: tuple[Mark, ...], reached: int, hop: Hop) -> int:
    if reached == len(marks):
        return reached
    if marks[reached].fits(hop):
        return reached + 1
    return 0 if marks[-1].fits(hop) else reached
