"""Users of a pool, created in memory."""

import threading
from collections.abc import Collection

from authcore.adapters.cognito.limits import can_be_username
from authcore.domain.errors import (
    AccountTakenError,
    AttributesRejectedError,
    ProviderUnavailableError,
    TriggerRejectedError,
)
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import NewPoolUser
from authcore.ports.user_creation import UserCreation
from authcore.testing.fakes.user_directory import InMemoryUserDirectory


class InMemoryUserCreation(UserCreation):
    """
    Creates users of an InMemoryUserDirectory.

    Attributes:
        unavailable: While True every call raises ProviderUnavailableError; so it does while the
            directory is unavailable.
        loses_answers: How many of the next calls create their users and raise
            ProviderUnavailableError; 0 by default.
        refused_by_trigger: User names that a trigger of the pool refuses; none by default.
        asked: The user names of all calls, in order.
    """

    def __init__(self, directory: InMemoryUserDirectory) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self.unavailable = False
        self.loses_answers = 0
        self.refused_by_trigger: Collection[str] = ()
        self.asked: list[str] = []

    def create_user(self, user: NewPoolUser) -> DirectoryUser:
        """See the port."""
        with self._lock:
            self.asked.append(user.username)
            if self.unavailable:
                raise ProviderUnavailableError("the pool is set to be unavailable")
            created = self._create(user)
            if self.loses_answers:
                self.loses_answers -= 1
                raise ProviderUnavailableError("the answer is set to be lost")
            return created

    def _create(self, user: NewPoolUser) -> DirectoryUser:
        everybody = self._directory.everybody()
        if user.username in self.refused_by_trigger:
            raise TriggerRejectedError("a trigger refuses the user")
        if not can_be_username(user.username) or not self._directory.accepts(user.attributes):
            raise AttributesRejectedError("no name, or unknown, too long or too many attributes")
        is_named = any(each.username == user.username for each in everybody)
        if is_named or self._directory.has_alias(user.attributes):
            raise AccountTakenError("another user has the name or the address")
        held = {name: value for name, value in user.attributes.items() if value}
        return self._directory.add(user.username, held, status="FORCE_CHANGE_PASSWORD")
