"""``/auth/profile-changed``: the legacy system says that a user's profile changed."""

from collections.abc import Mapping
from functools import partial

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.legacy.profile_message import MAX_MESSAGE_BYTES
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import RejectedError, UnavailableError, WebhookRejectedError
from authcore.domain.model.webhooks import Webhook
from authcore.domain.services.accounts.profile_webhooks import ACTION, ProfileWebhooks, Receipt
from authcore_web.request.body import body_of
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import as_json


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ProfileChangedRoutes:
    """
    Receive the legacy system's webhooks.

    Attributes:
        webhooks: Applies them; None where no key is configured: then there is no such path.
        error_responses: Answers refusals and outages.
        threads: Of webhooks only, so that many of them do not hold up sign-ins.

    See: Standard Webhooks 1.0.0.
    """

    _webhooks: ProfileWebhooks | None
    _error_responses: ErrorResponses
    _threads: WorkerThreads

    async def profile_changed(self, request: Request) -> Response:
        """
        200 and what became of the message; 503 where it must be sent again.

        The same 401 where it is not signed, too old, too new, too large or not whole.
        """
        if self._webhooks is None:
            return self._error_responses.of_status(request, 404, {})
        try:
            webhook = await _read(request)
            receipt = await self._threads.run(partial(self._webhooks.receive, webhook))
        except (WebhookRejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action=ACTION)
        return as_json(_describe(receipt))


async def _read(request: Request) -> Webhook:
    try:
        body = await body_of(request, limit=MAX_MESSAGE_BYTES)
    except RejectedError:
        raise WebhookRejectedError("body") from None
    return Webhook.read(request.headers.getlist, body)


def _describe(receipt: Receipt) -> Mapping[str, str]:
    reason = {} if receipt.reason is None else {"reason": receipt.reason}
    return {"status": receipt.status, **reason}
