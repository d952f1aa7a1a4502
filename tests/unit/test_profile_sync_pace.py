"""Ten thousand queued changes, and a pool that takes 25 writes a second; the clock is virtual."""

import pytest

from unit.profile_sync_queue import QUOTA, Queue


@pytest.mark.parametrize("others", [0, 5])
@pytest.mark.parametrize("changes", [500, pytest.param(10_000, marks=pytest.mark.whole)])
def test_none_is_lost_none_is_doubled_and_the_quota_is_used(changes: int, others: int) -> None:
    queue = Queue(changes, others)

    took = queue.empty()

    assert len(queue.directory.written) == changes
    assert {*queue.directory.written.values()} == {1}
    assert {user.attributes["name"] for user in queue.directory.everybody()} == {"New"}
    assert changes / (took.total_seconds() * (QUOTA - others)) >= 0.95
    assert others or queue.directory.rates.count_refused("UserUpdate") == 0
