"""The books of the seeded company: currency, chart of accounts, fiscal years, taxes, payment."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from hub.testing.tryton.rpc import TrytonRpc

ZONE = "Asia/Shanghai"
CHART = "account.account_template_root_en"
STRICT = "ir.sequence.strict"  # without gaps
CASH = ("1.1.1", "Main Cash")  # an account's code in the universal chart of 8.0, its name in the minimal one of 7.0
SALES_TAX = ("2.2.3", "Main Tax")
GOODS = ("4.1.1", "Main Revenue")
SERVICES = ("4.1.2", "Main Revenue")
COST_OF_SALES = ("5.2.1", "Main Expense")


@dataclass(frozen=True)
class Books:
    """What the rest of the seed refers to."""

    company: int
    currency: int
    country: int
    goods_revenue: int
    service_revenue: int
    cost_of_sales: int
    goods_tax: int
    service_tax: int
    payment_term: int


def keep_books(erp: TrytonRpc, years: tuple[int, ...]) -> Books:
    """Found the company, and make it able to post invoices in the years."""
    country = erp.create("country.country", name="China 中国", code="CN", code3="CHN", code_numeric="156")
    currency = erp.create("currency.currency", name="Renminbi 人民币", symbol="¥", code="CNY", numeric_code="156")
    company = _found_company(erp, currency, country)
    _create_chart(erp, company)
    for year in years:
        _open_year(erp, company, year)
    _take_cash(erp, company)
    erp.call("account.configuration.write", [1], {"tax_rounding": "line"})  # as charges are worked out: line by line
    return Books(
        company=company,
        currency=currency,
        country=country,
        goods_revenue=_account(erp, GOODS),
        service_revenue=_account(erp, SERVICES),
        cost_of_sales=_account(erp, COST_OF_SALES),
        goods_tax=_create_tax(erp, company, "VAT 13% 增值税", Decimal("0.13")),
        service_tax=_create_tax(erp, company, "VAT 6% 增值税", Decimal("0.06")),
        payment_term=_create_payment_terms(erp),
    )


def _found_company(erp: TrytonRpc, currency: int, country: int) -> int:
    address = {"street": "88 Keyuan Road 科苑路88号", "city": "Shanghai 上海", "country": country}
    party = erp.create(
        "party.party", name="Tianhe Service Co., Ltd. 天和服务有限公司", addresses=[["create", [address]]]
    )
    company = erp.create("company.company", party=party, currency=currency, timezone=ZONE)
    erp.call("res.user.write", [erp.user], {"companies": [["add", [company]]], "company": company})
    erp.refresh_context()
    return company


def _create_chart(erp: TrytonRpc, company: int) -> None:
    with erp.wizard("account.create_chart") as wizard:
        wizard.execute("account")
        account = {"account_template": erp.xml_id(CHART), "company": company}
        wizard.execute("create_account", account=account)
        owed = {"account_receivable": _account_of(erp, "receivable"), "account_payable": _account_of(erp, "payable")}
        wizard.execute("create_properties", properties={"company": company, **owed})


def _account(erp: TrytonRpc, wanted: tuple[str, str]) -> int:
    code, name = wanted
    return erp.one("account.account", ["OR", ["code", "=", code], ["name", "=", name]])


def _account_of(erp: TrytonRpc, kind: str) -> int:
    found: list[int] = erp.call(
        "account.account.search", [[f"type.{kind}", "=", True], ["closed", "!=", True]], 0, 1, None
    )
    return found[0]


def _open_year(erp: TrytonRpc, company: int, year: int) -> None:
    invoices = _sequence(erp, company, f"Invoices {year}", "Invoice", prefix=f"INV-{year}-", padding=4)
    kinds = ("out_invoice", "in_invoice", "out_credit_note", "in_credit_note")
    numbering = {"company": company, **{f"{kind}_sequence": invoices for kind in kinds}}
    fiscal_year = erp.create(
        "account.fiscalyear",
        name=str(year),
        company=company,
        start_date=dt.date(year, 1, 1),
        end_date=dt.date(year, 12, 31),
        invoice_sequences=[["create", [numbering]]],
        **_numbering_of_moves(erp, company, year),
    )
    erp.press("account.fiscalyear", "create_period", fiscal_year)


def _numbering_of_moves(erp: TrytonRpc, company: int, year: int) -> dict[str, int]:
    """What numbers the moves of a fiscal year: in Tryton 7.0 when they are posted, and with gaps."""
    gapless = "move_sequence" in erp.call("account.fiscalyear.fields_get")
    model = STRICT if gapless else "ir.sequence"
    sequence = _sequence(erp, company, f"Moves {year}", "Account Move", model=model)
    return {"move_sequence" if gapless else "post_move_sequence": sequence}


def _sequence(erp: TrytonRpc, company: int, name: str, kind: str, *, model: str = STRICT, **values: object) -> int:
    sequence_type = erp.one("ir.sequence.type", [["name", "=", kind]])
    return erp.create(model, name=name, company=company, sequence_type=sequence_type, **values)


def _take_cash(erp: TrytonRpc, company: int) -> None:
    cash = _account(erp, CASH)
    journal = erp.one("account.journal", [["type", "=", "cash"]])
    erp.create(
        "account.invoice.payment.method",
        name="Cash 现金",
        company=company,
        journal=journal,
        credit_account=cash,
        debit_account=cash,
    )


def _create_tax(erp: TrytonRpc, company: int, name: str, rate: Decimal) -> int:
    account = _account(erp, SALES_TAX)
    return erp.create(
        "account.tax",
        name=name,
        description=name,
        company=company,
        type="percentage",
        rate=rate,
        invoice_account=account,
        credit_note_account=account,
    )


def _create_payment_terms(erp: TrytonRpc) -> int:
    erp.create("account.invoice.payment_term", name="Immediate 现结", lines=[["create", [{"type": "remainder"}]]])
    month = {"type": "remainder", "relativedeltas": [["create", [{"days": 30}]]]}
    return erp.create("account.invoice.payment_term", name="30 days 月结30天", lines=[["create", [month]]])
