"""Refusals whose time says nothing."""

from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.ports.system import AsyncPause, Clock


REFUSAL_STEP: Final = timedelta(seconds=1)
"""
A refused user is answered a whole number of these after the request arrived.

Cognito refuses a locked or disabled user sooner than one with a wrong password.
"""


@attrs.frozen
class EvenRefusals:
    """
    Evens out how long refusals take.

    Attributes:
        clock: Tells how long one took.
        pause: Waits for the rest.
        step: See REFUSAL_STEP, the default.
    """

    clock: Clock
    pause: AsyncPause
    step: timedelta = REFUSAL_STEP

    def now(self) -> datetime:
        """When a request arrives, for ``wait``."""
        return self.clock.now()

    async def wait(self, began: datetime) -> None:
        """Wait for the end of the step, counted from *began*."""
        await self.pause.wait(self.step - (self.clock.now() - began) % self.step)
