"""Comments: written once, on tickets in any state, seen on the ticket that survives a merge."""

import pytest

from hub.domain.errors import InvalidError, NotFoundError
from hub.ports.records import Record
from hub.services import comments, records
from hub.services.context import Actor, Hub
from tests.unit.services.world import World


def ticket(hub: Hub, **facts: object) -> Record:
    doc = {"type": "repair", "status": "new", "subject": "Alarm", **facts}
    return hub.store.run(lambda tx: records.create(hub, tx, hub.actor("li"), "ticket", doc))


def write(hub: Hub, actor: Actor, on: str, text: str, visibility: str = "internal") -> Record:
    given = {"text": text, "visibility": visibility}
    return hub.store.run(lambda tx: comments.comment_on_ticket(hub, tx, actor, on, given))


def seen(hub: Hub, on: Record) -> list[str]:
    return [one.doc["text"] for one in hub.store.read(lambda tx: comments.of_ticket(tx, on))]


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        (Actor("li", "c", roles=frozenset({"agent"})), "agent"),
        (Actor("zhang", "c", roles=frozenset({"technician"}), technician_id="t1"), "technician"),
        (Actor("key:shop", "c", roles=frozenset({"api"})), "system"),
    ],
)
def test_a_comment_says_who_wrote_it_and_when(world: World, actor: Actor, kind: str) -> None:
    on = ticket(world.hub)
    made = write(world.hub, actor, on.id, "已联系客户").doc
    assert (made["author"], made["author_kind"], made["visibility"]) == (actor.name, kind, "internal")
    assert made["at"] == world.hub.clock.now().isoformat()
    assert "system" not in made


def test_a_closed_ticket_takes_a_comment_and_stays_as_it_is(world: World) -> None:
    on = ticket(world.hub, status="closed")
    write(world.hub, world.hub.actor("li"), on.id, "Thanks")
    assert world.hub.store.read(lambda tx: tx.records.need("ticket", on.id)) == on


@pytest.mark.parametrize("text", ["", "  \n\t", "\u3000"])
def test_nothing_is_no_comment(world: World, text: str) -> None:
    on = ticket(world.hub)
    with pytest.raises(InvalidError):
        write(world.hub, world.hub.actor("li"), on.id, text)
    assert seen(world.hub, on) == []


def test_a_comment_needs_its_ticket(world: World) -> None:
    with pytest.raises(NotFoundError):
        write(world.hub, world.hub.actor("li"), "nowhere", "Hello")


def test_a_text_of_32000_chinese_characters_is_kept_and_one_more_is_refused(world: World) -> None:
    on, most = ticket(world.hub), "备" * 32_000
    write(world.hub, world.hub.actor("li"), on.id, most)
    with pytest.raises(InvalidError):
        write(world.hub, world.hub.actor("li"), on.id, most + "注")
    assert seen(world.hub, on) == [most]


def test_the_survivor_of_a_merge_shows_what_was_written_on_the_others(world: World) -> None:
    hub, li = world.hub, world.hub.actor("li")
    survivor = ticket(hub)
    middle = ticket(hub, status="merged", merged_into=survivor.id)
    first = ticket(hub, status="merged", merged_into=middle.id)
    other = ticket(hub)
    for on, text in ((first, "one"), (other, "elsewhere"), (survivor, "two"), (middle, "three")):
        write(hub, li, on.id, text)
    assert seen(hub, survivor) == ["one", "two", "three"]
    assert seen(hub, middle) == ["one", "three"]


def test_a_circle_of_merged_tickets_ends(world: World) -> None:
    hub = world.hub
    one = ticket(hub, id="A", status="merged", merged_into="B")
    ticket(hub, id="B", status="merged", merged_into="A")
    write(hub, hub.actor("li"), "B", "Hello")
    assert seen(hub, one) == ["Hello"]


def test_a_comment_from_outside_names_its_system(world: World) -> None:
    hub, on = world.hub, ticket(world.hub)
    actor = Actor("system:crm", "c", system="crm")
    told = {
        "ticket_id": on.id,
        "text": "Hi",
        "visibility": "public",
        "author": "Wang",
        "at": "2026-03-02T01:00:00+00:00",
    }
    made = hub.store.run(lambda tx: comments.take_in(hub, tx, actor, told, action="sync.crm"))
    assert made.doc["system"] == "crm"
