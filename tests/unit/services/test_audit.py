"""Sealing goes on at once only while a backlog is left; entries that keep coming do not keep it running."""

import pytest

from hub.services import audit
from tests.unit.services.world import World


@pytest.mark.parametrize(("waiting", "more"), [(audit.AT_ONCE + 1, True), (1, False)])
def test_a_turn_of_sealing_ends_with_the_first_batch_that_is_not_full(
    world: World, waiting: int, *, more: bool
) -> None:
    assert not audit.seal(world.hub)  # what the world wrote
    for _ in range(waiting):
        world.hub.store.run(lambda tx: tx.audit.write("li", "note", "ticket", "t", "k", {}))
    assert audit.seal(world.hub) is more
    assert not audit.seal(world.hub)
