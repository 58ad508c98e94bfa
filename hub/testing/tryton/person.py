"""People of the ERP at work, for the demo and for tests: what they do there, the hub must notice."""

import time
from decimal import Decimal

import requests

from hub.testing.tryton.rpc import AGAIN, TrytonRpc
from hub.testing.tryton.series import TRYTON_80, Series


class ErpPerson:
    """One user of the ERP, working in it without knowing of the hub; ``patience``: seconds that it may be away."""

    def __init__(self, url: str, login: str, password: str, *, patience: float = 0, series: Series = TRYTON_80) -> None:
        self.rpc, self._patience = TrytonRpc(url, login, password, patience=patience, series=series), patience

    def pay_invoice(self, number: str, amount: Decimal | None = None) -> None:
        """Record a cash payment with the payment wizard: of what is still open, or of an amount."""
        invoice = self.rpc.one("account.invoice", [["number", "=", number]])
        open_amount = self.rpc.read("account.invoice", invoice, "amount_to_pay")["amount_to_pay"]
        paid = open_amount if amount is None else amount  # the form proposes only what is due today
        with self.rpc.wizard("account.invoice.pay", "account.invoice", invoice) as wizard:
            method = self.rpc.one("account.invoice.payment.method", [])
            start = {**wizard.form("start"), "description": None, "payment_method": method, "amount": paid}
            wizard.execute("choice", start=start)
            if paid < open_amount:
                wizard.execute("pay", ask={**wizard.form("ask"), "type": "partial"})

    def pay_rest(self, number: str) -> None:
        """Record a cash payment of what is open; when the ERP went away meanwhile, look first whether it is paid."""
        invoice, until = self.rpc.one("account.invoice", [["number", "=", number]]), time.monotonic() + self._patience
        while self.rpc.read("account.invoice", invoice, "amount_to_pay")["amount_to_pay"]:
            try:
                self.pay_invoice(number)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                if time.monotonic() > until:
                    raise
                time.sleep(AGAIN)

    def change_phone(self, party: int, value: str, kind: str = "mobile") -> None:
        """Correct the telephone number of a party: its first one of the kind."""
        first, *_ = self.rpc.call("party.contact_mechanism.search", [["party", "=", party], ["type", "=", kind]])
        self.rpc.call("party.contact_mechanism.write", [first], {"value": value})

    def phone_of(self, party: int, kind: str = "mobile") -> str:
        """The telephone number of a party, as the ERP shows it."""
        first, *_ = self.rpc.call("party.contact_mechanism.search", [["party", "=", party], ["type", "=", kind]])
        value: str = self.rpc.read("party.contact_mechanism", first, "value")["value"]
        return value

    def stock_of(self, part: str, location: str) -> int:
        """How many of a part, by its code, lie in a location, by its code."""
        place = self.rpc.one("stock.location", [["code", "=", location]])
        product = self.rpc.one("product.product", [["code", "=", part]])
        read = self.rpc.read("product.product", product, "quantity", locations=[place], with_childs=False)
        return int(read["quantity"])

    def take_stock_away(self, part: str, location: str, left: int) -> None:
        """Count the stock of a part to a smaller number, as after a loss."""
        place = self.rpc.one("stock.location", [["code", "=", location]])
        product = self.rpc.one("product.product", [["code", "=", part]])
        lines = [["create", [{"product": product, "quantity": float(left)}]]]
        inventory = self.rpc.create("stock.inventory", company=self.rpc.context["company"], location=place, lines=lines)
        self.rpc.press("stock.inventory", "confirm", inventory)
