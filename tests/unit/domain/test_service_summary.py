"""What service knows of a customer, in short."""

from hub.domain.documents import Doc
from hub.domain.service_summary import Facts, summary_of, with_summary

AS_OF = "2026-03-09T00:00:00+00:00"


def ticket(at: str, **more: str) -> Doc:
    return {"created_at": at, **more}


def test_a_summary_says_what_is_open_when_somebody_was_there_and_what_is_owed() -> None:
    facts = Facts(
        open_tickets=[ticket("2026-03-02T01:00:00+00:00")],
        past_tickets=[ticket("2026-03-04T01:00:00+00:00", opened_at="2026-03-01T01:00:00+00:00")],
        visits=[{"checked_in_at": "2026-03-01T03:00:00+00:00"}, {}, {"checked_in_at": "2026-02-01T03:00:00+00:00"}],
        answers=[{"score": 5}, {"score": 4}, {"score": 4}, {}],
        assets=[{"warranty": {"ends_on": "2027-01-31"}}, {"warranty": {"ends_on": "2026-01-31"}}, {}],
        contracts=[{"ends_on": "2026-12-31"}],
        invoices=[
            {"currency": "CNY", "payment": {"open_amount": "120.00"}},
            {"currency": "CNY", "kind": "credit_note", "payment": {"open_amount": "20.00"}},
            {"currency": "EUR", "payment": {"open_amount": "0.00"}},
            {"currency": "USD"},
            {"currency": "AED", "payment": {"open_amount": "5"}},
        ],
    )
    assert summary_of(facts) == {
        "open_tickets": 1,
        "last_ticket_at": "2026-03-02T01:00:00+00:00",
        "last_visit_at": "2026-03-01T03:00:00+00:00",
        "satisfaction": "4.3",
        "warranty_ends_on": "2027-01-31",
        "contract_ends_on": "2026-12-31",
        "balances": [{"currency": "AED", "amount": "5"}, {"currency": "CNY", "amount": "100.00"}],
        "balance": "5 AED; 100.00 CNY",
    }


def test_of_a_customer_that_nobody_served_there_is_nothing_to_say() -> None:
    customer: Doc = {"id": "c1", "name": "Huaxin"}
    assert with_summary(customer, summary_of(Facts()), AS_OF) is customer


def test_a_summary_that_says_the_same_leaves_the_customer_as_it_is() -> None:
    customer = with_summary({"id": "c1"}, {"open_tickets": 1}, AS_OF)
    assert customer == {"id": "c1", "service": {"open_tickets": 1, "as_of": AS_OF}}
    assert with_summary(customer, {"open_tickets": 1}, "2026-03-10T00:00:00+00:00") is customer
    emptied = with_summary(customer, summary_of(Facts()), "2026-03-10T00:00:00+00:00")
    assert emptied["service"] == {"open_tickets": 0, "as_of": "2026-03-10T00:00:00+00:00"}
