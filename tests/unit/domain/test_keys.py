"""Keys come from what is owed."""

from hub.domain.sync.keys import key_of


def test_the_key_of_a_create_is_the_record_and_nothing_else() -> None:
    """opencompany#2136, openlinker#2060: neither the attempt, nor the version, nor the route is in it."""
    assert key_of("charge", "01H", "create") == "charge:01H:create"


def test_what_may_be_owed_twice_of_a_record_is_told_apart_by_its_content() -> None:
    first, second = ({"name": "A", "code": "1"}, {"name": "B", "code": "1"})
    assert key_of("customer", "01H", "update", first) != key_of("customer", "01H", "update", second)
    turned = dict(reversed(first.items()))
    assert key_of("customer", "01H", "update", first) == key_of("customer", "01H", "update", turned)
