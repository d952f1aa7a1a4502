"""Lambda triggers: call the project's own handlers as Cognito calls them."""

import json
import queue
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal

import attrs
from attrs import validators

from authcore.adapters.system import monotonic
from authcore.ports.system import Entropy
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.users import fresh_uuid
from authcore_local.flow import FlowLog


TRIGGER_LIMIT: Final = timedelta(seconds=5)
MAX_ATTEMPTS: Final = 3
MAX_RUNNING: Final = 100
MAX_ANSWER_CHARACTERS: Final = 262_144
MAX_ERROR_CHARACTERS: Final = 500

TriggerHandler = Callable[[Any, Any], Any]
"""``handler(event, context)``, as a Lambda function has it."""


@attrs.frozen(kw_only=True)
class Triggers:
    """
    The functions attached to the pool.

    Attributes:
        pre_token_version: Which events pre_token_generation gets; V2_0 needs Essentials or Plus.
        limit: How long one invocation may take; 5 seconds at Amazon's, shorter in tests.
    """

    user_migration: TriggerHandler | None = None
    inbound_federation: TriggerHandler | None = None
    pre_sign_up: TriggerHandler | None = None
    post_confirmation: TriggerHandler | None = None
    pre_authentication: TriggerHandler | None = None
    post_authentication: TriggerHandler | None = None
    pre_token_generation: TriggerHandler | None = None
    pre_token_version: Literal["V1_0", "V2_0"] = "V1_0"
    limit: timedelta = attrs.field(
        default=TRIGGER_LIMIT, validator=[validators.gt(timedelta(0)), validators.le(TRIGGER_LIMIT)]
    )

    def attached_to(self, source: str) -> TriggerHandler | None:
        """Return the function for events whose ``triggerSource`` is *source*."""
        attached = {
            "UserMigration": self.user_migration,
            "InboundFederation": self.inbound_federation,
            "PreSignUp": self.pre_sign_up,
            "PostConfirmation": self.post_confirmation,
            "PreAuthentication": self.pre_authentication,
            "PostAuthentication": self.post_authentication,
            "TokenGeneration": self.pre_token_generation,
        }
        return attached[source.partition("_")[0]]


class LambdaContext:
    """The part of Lambda's context object that handlers read."""

    function_name: Final = "authcore-local"
    memory_limit_in_mb: Final = 256

    def __init__(self, request_id: str, limit: timedelta) -> None:
        self.aws_request_id = request_id
        self._ends = monotonic() + limit.total_seconds()

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until this invocation is abandoned."""
        return max(0, int((self._ends - monotonic()) * 1000))


class TriggerRaisedError(Exception):
    """
    The handler raised, or its answer is not JSON.  Not retried.

    Attributes:
        text: Of its exception, cut to MAX_ERROR_CHARACTERS.
    """

    def __init__(self, text: str) -> None:
        self.text: str = text[:MAX_ERROR_CHARACTERS]
        super().__init__("the trigger raised an error")


class TriggerTimedOutError(Exception):
    """No attempt was answered within the limit."""


class TriggerRunner:
    """
    Invokes handlers in threads of their own.

    An attempt without an answer in time is abandoned and repeated, at most MAX_ATTEMPTS attempts;
    late answers are ignored.  Events and answers pass through JSON, so that a handler and the
    pool never share an object.  At most MAX_RUNNING invocations run, the abandoned ones included.
    """

    def __init__(self, triggers: Triggers, *, entropy: Entropy, flow: FlowLog) -> None:
        self._triggers = triggers
        self._entropy = entropy
        self._flow = flow
        self._running = threading.BoundedSemaphore(MAX_RUNNING)

    def fire(self, event: Mapping[str, Any]) -> dict[str, Any] | None:
        """
        Return the handler's answer; None when no handler is attached.

        Raises:
            TriggerRaisedError: The handler raised.

            TriggerTimedOutError: Every attempt ran out of time.

            CognitoError: InvalidLambdaResponseException, or TooManyRequestsException.
        """
        handler = self._triggers.attached_to(event["triggerSource"])
        if handler is None:
            return None
        answer = json.loads(self._first_answer(handler, event))
        if not isinstance(answer, dict):
            raise CognitoError("InvalidLambdaResponseException", "Unrecognizable lambda output")
        return answer

    def _first_answer(self, handler: TriggerHandler, event: Mapping[str, Any]) -> str:
        sent = json.dumps(event)
        for attempt in range(1, MAX_ATTEMPTS + 1):
            began = self._flow.begin()
            outcome = self._attempt(handler, sent)
            self._note(event, attempt, outcome, began)
            if isinstance(outcome, TriggerRaisedError):
                raise outcome
            if outcome is not None:
                return outcome
        raise TriggerTimedOutError

    def _attempt(self, handler: TriggerHandler, sent: str) -> str | TriggerRaisedError | None:
        if not self._running.acquire(blocking=False):
            raise CognitoError("TooManyRequestsException", "Rate exceeded")
        outcomes: queue.SimpleQueue[str | TriggerRaisedError] = queue.SimpleQueue()
        limit = self._triggers.limit
        context = LambdaContext(fresh_uuid(self._entropy), limit)

        def run() -> None:
            try:
                outcomes.put(_invoke(handler, sent, context))
            finally:
                self._running.release()

        threading.Thread(target=run, name="trigger", daemon=True).start()
        try:
            return outcomes.get(timeout=limit.total_seconds())
        except queue.Empty:
            return None

    def _note(
        self,
        event: Mapping[str, Any],
        attempt: int,
        outcome: str | TriggerRaisedError | None,
        began: int,
    ) -> None:
        result = {str: "answered", TriggerRaisedError: "raised an error"}.get(type(outcome))
        self._flow.record(
            "cognito",
            "lambda",
            event["triggerSource"],
            result or "no answer in time",
            f"call {attempt} of {MAX_ATTEMPTS}",
            began=began,
        )


def _invoke(handler: TriggerHandler, sent: str, context: LambdaContext) -> str | TriggerRaisedError:
    try:
        answer = json.dumps(handler(json.loads(sent), context))
    except Exception as error:  # noqa: BLE001 - a Lambda function may raise anything
        return TriggerRaisedError(str(error))
    if len(answer) > MAX_ANSWER_CHARACTERS:
        return TriggerRaisedError("Response payload size exceeded maximum allowed payload size")
    return answer
