"""What the seeded ERP holds: typed in by JSON-RPC, as its users would."""

import datetime as dt

from hub.testing.tryton.logins import Login
from hub.testing.tryton.rpc import TrytonRpc
from hub.testing.tryton.seed.books import keep_books
from hub.testing.tryton.seed.customers import welcome_customers
from hub.testing.tryton.seed.goods import stock_goods
from hub.testing.tryton.seed.people import admit_people


def plant(erp: TrytonRpc, year: int, logins: list[Login]) -> None:
    """Fill an empty database, as its administrator, with a company that works in the year and the next."""
    opening = dt.date(year, 1, 1)
    books = keep_books(erp, (year, year + 1))
    products = stock_goods(erp, books, opening)
    welcome_customers(erp, books, products, opening)
    admit_people(erp, books.company, logins)
