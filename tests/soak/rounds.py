"""One round: the story is played while hub and ERP are killed, and what both hold in the end is told."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from hub.testing.console_user import ConsoleError
from hub.testing.demo import Stage
from tests.soak.census import Row, at_rest, census
from tests.soak.killer import Kill, Killer, plan


@dataclass
class Round:
    """The story of one seed on a stage that is set up and open; without a seed nobody is killed."""

    stage: Stage
    seed: int | None = None
    kills: list[Kill] = field(default_factory=list)  # that were carried out
    deaths: Mapping[str, int] = field(default_factory=dict)

    def play(self) -> list[Row]:
        """Play, wait until the hub is at rest, and count; nobody is killed any more when the counting begins."""
        story = self.stage.story()
        planned = [] if self.seed is None else plan(self.seed, [step.__name__ for step in story.steps()])
        with self.stage.nurse() as nurse:
            with Killer(self.stage, planned) as killer:
                story.between = killer.hear
                self.kills, self.deaths = killer.done, nurse.deaths
                story.play()
            admin = self.stage.user("admin")
            with suppress(ConsoleError):  # what is still undone is in the table
                admin.wait("the hub to be at rest", lambda: {"at": "rest"} if at_rest(admin, story) else None)
            found = census(admin, story)
        self.stage.hub.run("audit", "verify")
        return found
