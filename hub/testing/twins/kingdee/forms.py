"""The forms of Kingdee as the twin has them: fields of head and entry, and what must be there.

Fields are known by the keys of documents; a field that is not here is refused, which the product does in queries, and
not in all writes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError

WRONG = "8"  # MsgCode: a parameter is wrong
MISSING = "9"  # there is no such field or value
INVALID = "11"  # the check of the bill failed
DAY = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")
BILL_TYPES = frozenset({"YSD01_SYS", "ZJDB01_SYS", "QTCKD01_SYS"})
CONSTANTS: Mapping[str, frozenset[str]] = {
    "bill type": BILL_TYPES,
    "rate type": frozenset({"HLTX01_SYS"}),
    "stock status": frozenset({"KCZT01_SYS"}),
}


@dataclass(frozen=True)
class Key:
    """One field: text, number, date, bool, time (of change), or the form whose records it names."""

    kind: str = "text"
    required: bool = False
    read_only: bool = False
    values: frozenset[str] | None = None

    @property
    def is_reference(self) -> bool:
        """Whether it is written as an object with a number."""
        return self.kind not in {"text", "number", "date", "bool", "time"}


@dataclass(frozen=True)
class Form:
    """One form: the fields of its head, of a part of the head, and of its entry."""

    head: Mapping[str, Key]
    pk: str = "FID"
    number: str = "FBillNo"
    entry: str = ""
    rows: Mapping[str, Key] = field(default_factory=dict)
    part: str = ""
    of_part: Mapping[str, Key] = field(default_factory=dict)
    prefix: str = ""  # of numbers that it gives itself; none: it is not written here


def told(*names: str, **kinds: str) -> dict[str, Key]:
    """Fields that are read alone."""
    return {name: Key(read_only=True) for name in names} | {
        name: Key(kind, read_only=True) for name, kind in kinds.items()
    }


ORG, CURRENCY, MATERIAL, STOCK = "ORG_Organizations", "BD_Currency", "BD_MATERIAL", "BD_STOCK"
KEPT = told("FDocumentStatus", FModifyDate="time")
BILL = KEPT | {"FBillNo": Key()}
OWNER = {"FOwnerTypeIdHead": Key(required=True, values=frozenset({"BD_OwnerOrg"})), "FOwnerIdHead": Key(ORG)}
GENERAL = Key(required=True, values=frozenset({"GENERAL", "RETURN"}))
FORMS: Mapping[str, Form] = {
    ORG: Form(told("FNumber", "FName"), "FORGID", "FNumber"),
    CURRENCY: Form(told("FNumber", "FName", "FCODE"), "FCURRENCYID", "FNumber"),
    "BD_Department": Form(told("FNumber", "FName"), "FDEPTID", "FNumber"),
    "BD_Customer": Form(
        KEPT
        | told("FForbidStatus")
        | {
            "FNumber": Key(),
            "FName": Key(required=True),
            "FTEL": Key(),
            "FADDRESS": Key(),
            "FTAXREGISTERCODE": Key(),
            "F_TICKETHUB_KEY": Key(),
            "FCreateOrgId": Key(ORG, required=True),
            "FUseOrgId": Key(ORG, required=True),
            "FTRADINGCURRID": Key(CURRENCY, required=True),
        },
        "FCUSTID",
        "FNumber",
        prefix="CUST",
    ),
    MATERIAL: Form(
        KEPT
        | told("FNumber", "FName", "FSpecification", "FForbidStatus")
        | told(FBaseUnitId="unit", FMaterialGroup="group", FUseOrgId=ORG),
        "FMATERIALID",
        "FNumber",
    ),
    "BD_SAL_PriceList": Form(
        KEPT | told("FNumber", FCurrencyId=CURRENCY),
        "FID",
        "FNumber",
        "FSALPRICELISTENTRY",
        told(FMaterialId=MATERIAL, FPrice="number"),
    ),
    STOCK: Form(KEPT | told("FNumber", "FName", "FForbidStatus", FUseOrgId=ORG), "FStockId", "FNumber"),
    "STK_Inventory": Form(
        told("FID", FUpdateTime="time", FMaterialId=MATERIAL, FStockId=STOCK, FBaseQty="number", FBaseLockQty="number"),
        "FID",
        "FID",
    ),
    "SAL_SaleOrder": Form(
        KEPT
        | told("FBillNo", "FCloseStatus", "FCancelStatus", FDate="date", FCustId="BD_Customer")
        | told(FSettleCurrId=CURRENCY, FBillAmount="number", FBillTaxAmount="number", FBillAllAmount="number")
    ),
    "AR_receivable": Form(
        BILL
        | told("FWRITTENOFFSTATUS", FNoTaxAmountFor="number", FTaxAmountFor="number", FALLAMOUNTFOR="number")
        | {
            "FBillTypeID": Key("bill type", required=True),
            "FDATE": Key("date", required=True),
            "FENDDATE_H": Key("date", required=True),
            "FCUSTOMERID": Key("BD_Customer", required=True),
            "FCURRENCYID": Key(CURRENCY, required=True),
            "FSETTLEORGID": Key(ORG, required=True),
            "FPAYORGID": Key(ORG, required=True),
            "FSALEORGID": Key(ORG),
            "FISTAX": Key("bool"),
            "FCancelStatus": Key(required=True, values=frozenset({"A", "B"})),
            "FBUSINESSTYPE": Key(values=frozenset({"BZ"})),
            "FAR_Remark": Key(),
        },
        entry="FEntityDetail",
        rows={
            "FMATERIALID": Key(MATERIAL, required=True),
            "FMaterialDesc": Key(),
            "FComment": Key(),
            "FPriceQty": Key("number", required=True),
            "FPrice": Key("number", required=True),
            "FEntryTaxRate": Key("number"),
        },
        part="FsubHeadFinc",
        of_part={
            "FACCNTTIMEJUDGETIME": Key("date", required=True),
            "FMAINBOOKSTDCURRID": Key(CURRENCY, required=True),
            "FEXCHANGETYPE": Key("rate type", required=True),
        },
        prefix="AR",
    ),
    "AR_RECEIVEBILL": Form(
        told("FDOCUMENTSTATUS", "FBillNo", "FCONTACTUNITTYPE", FModifyDate="time", FDATE="date")
        | told(FCONTACTUNIT="BD_Customer", FCURRENCYID=CURRENCY),
        entry="FRECEIVEBILLSRCENTRY",
        rows=told("FSRCBILLNO", FREALRECAMOUNTFOR_S="number"),
    ),
    "STK_TransferDirect": Form(
        BILL
        | OWNER
        | {
            "FBillTypeID": Key("bill type", required=True),
            "FBizType": Key(required=True, values=frozenset({"NORMAL"})),
            "FTransferDirect": GENERAL,
            "FTransferBizType": Key(required=True, values=frozenset({"InnerOrgTransfer"})),
            "FStockOutOrgId": Key(ORG, required=True),
            "FStockOrgId": Key(ORG, required=True),
            "FOwnerTypeOutIdHead": Key(required=True, values=frozenset({"BD_OwnerOrg"})),
            "FOwnerOutIdHead": Key(ORG, required=True),
            "FDate": Key("date", required=True),
            "FNote": Key(),
        },
        entry="FBillEntry",
        rows={
            "FMaterialId": Key(MATERIAL, required=True),
            "FQty": Key("number", required=True),
            "FSrcStockId": Key(STOCK, required=True),
            "FDestStockId": Key(STOCK, required=True),
            "FSrcStockStatusId": Key("stock status"),
            "FDestStockStatusId": Key("stock status"),
        },
        prefix="ZJDB",
    ),
    "STK_MisDelivery": Form(
        BILL
        | OWNER
        | {
            "FBillTypeID": Key("bill type", required=True),
            "FStockDirect": GENERAL,
            "FStockOrgId": Key(ORG, required=True),
            "FPickOrgId": Key(ORG, required=True),
            "FDeptId": Key("BD_Department", required=True),
            "FBaseCurrId": Key(CURRENCY, required=True),
            "FDate": Key("date", required=True),
            "FNote": Key(),
        },
        entry="FEntity",
        rows={
            "FMaterialId": Key(MATERIAL, required=True),
            "FQty": Key("number", required=True),
            "FStockId": Key(STOCK, required=True),
            "FStockStatusId": Key("stock status"),
            "FOwnerTypeId": Key(values=frozenset({"BD_OwnerOrg"})),
            "FOwnerId": Key(ORG),
        },
        prefix="QTCK",
    ),
}


def form_of(name: Any) -> Form:
    """A form by its id, letter by letter."""
    if name not in FORMS:
        raise RefusedError(200, WRONG, "业务对象不存在")
    return FORMS[name]


def only_known(given: Any, known: frozenset[str] | set[str]) -> Doc:
    """An object that has no other members; RefusedError names the first one that nobody knows."""
    if not isinstance(given, dict):
        raise RefusedError(200, WRONG, "数据包不是 JSON 对象")
    for name in given:
        if name not in known:
            raise RefusedError(200, MISSING, f"元数据中标识为{name}的字段不存在", field=name)
    return given


def value_of(name: str, key: Key, given: Any) -> Any:
    """A value as it is kept: a reference as its number."""
    if key.read_only:
        raise RefusedError(200, INVALID, f"字段{name}不允许修改", field=name)
    if key.is_reference:
        wrapper = "FNUMBER" if key.kind == "bill type" else "FNumber"
        if not isinstance(given, dict) or given.keys() != {wrapper} or not isinstance(given[wrapper], str):
            raise RefusedError(200, WRONG, f"基础资料字段{name}的格式不正确", field=name)
        return given[wrapper]
    forms = {
        "text": lambda: isinstance(given, str),
        "number": lambda: isinstance(given, (int, float)) and not isinstance(given, bool),
        "date": lambda: isinstance(given, str) and DAY.fullmatch(given) is not None,
        "bool": lambda: isinstance(given, bool),
    }
    if not forms[key.kind]() or (key.values is not None and given not in key.values):
        raise RefusedError(200, INVALID, f"字段{name}的值不正确", field=name)
    return f"{given[:10]}T00:00:00" if key.kind == "date" else given
