"""Kingdee 金蝶云星空: one WebAPI for all forms, signed call by call; most errors are a 200 with a Result in it.

Documented: the signature, the calls and their answers, rows as lists, the 2,000, states and what leads to them, the
MsgCodes, what base data look like. Stricter than the product may be: a field that it does not know is refused in a
write, a time stamp may be five minutes off, and a receipt leaves the time of change of the receivable as it is.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any, ClassVar
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Flask, Response, jsonify, request

from hub.domain.documents import Doc
from hub.testing.twin.refusals import RefusedError
from hub.testing.twin.rows import Row
from hub.testing.twin.twin import Clock, Twin
from hub.testing.twins.kingdee.forms import CONSTANTS, FORMS, INVALID, WRONG, Form, Key, form_of, only_known, value_of
from hub.testing.twins.kingdee.queries import conditions_of, key_of, meets, order_of

APP_ID = "123456_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4"
APP_SECRET = "secret-of-the-twin"  # noqa: S105 - of a fake
CLIENT_SECRET = "UVJWUANVXl8KXFlfWV1YSBNCShcUQRNL"  # noqa: S105 - what the library of the vendor makes of the id
WHO = "acct-1,hub,2052,100"
ZONE = ZoneInfo("Asia/Shanghai")
SERVICE = "Kingdee.BOS.WebApi.ServicesStub.DynamicFormService"
MOST = 2000
OFF = timedelta(minutes=5)
NO_SESSION, NO_RIGHT, NOT_FOUND, NOT_NOW, BUSY = "1", "2", "10", "12", "13"
SAVED = frozenset(
    {"NeedUpDateFields", "NeedReturnFields", "IsDeleteEntry", "NumberSearch", "IsAutoSubmitAndAudit", "Model"}
)
NAMED = frozenset({"CreateOrgId", "Numbers", "Ids", "UseOrgId", "NetworkCtrl", "InterationFlags"})
ASKED = frozenset(
    {"FormId", "FieldKeys", "FilterString", "OrderString", "TopRowCount", "StartRow", "Limit", "SubSystemId"}
)
STEPS: Mapping[str, tuple[str, str]] = {
    "Submit": ("AD", "B"),
    "Audit": ("B", "C"),
    "UnAudit": ("C", "D"),
    "CancelAssign": ("B", "A"),
    "Delete": ("ADZ", ""),
}
CENT = Decimal("0.01")


class Kingdee(Twin):
    """One data centre; ``locked`` writes find it locked by somebody, ``failing`` ones happen and tell an exception."""

    connector = "kingdee"
    settings: ClassVar[Mapping[str, Any]] = {
        "account": "acct-1",
        "user": "hub",
        "organization": "100",
        "part_group": "BJ",
        "product_group": "SB",
        "price_list": "XSJMB0001",
        "department": "BM000001",
    }
    secrets: ClassVar[Mapping[str, str]] = {"app_id": APP_ID, "app_secret": APP_SECRET}
    wrong: ClassVar[str] = "500"  # unverified, as all that it says of what no client sends

    def __init__(self, clock: Clock | None = None) -> None:
        super().__init__(clock)
        self.rows.grain = timedelta(milliseconds=1)
        self.gateway = self.clock  # what it holds time stamps of signatures against
        self.locked = 0
        self.failing = 0
        self.refused: list[str] = []
        self._entries = count(100001)
        for kind, doc in FIRST:
            self.add(kind, **doc)

    def routes(self, app: Flask) -> None:
        """The calls; they are told apart by the last word of the service."""
        calls: dict[str, Callable[[Doc], Any]] = {"ExecuteBillQuery": self._query, "Save": self._save}
        calls |= {step: self._stepping(step) for step in STEPS}
        for name, call in calls.items():
            app.add_url_rule(f"/{SERVICE}.{name}.common.kdsvc", name, self._called(call), methods=["POST"])

    def refusal(self, error: RefusedError) -> Response:
        """A 519 of the gateway; else a 200, in a query as a row."""
        self.refused.append(f"{error.code} {error.reason}")
        if error.status != 200:  # noqa: PLR2004 - of the gateway
            told = jsonify({"errcode": int(error.code), "description": error.reason, "description_cn": error.reason})
            told.status_code = error.status
            return told
        failure = {"FieldName": error.field, "Message": error.reason, "DIndex": 0}
        result = {"Result": {"ResponseStatus": status_of(error_code=500, errors=[failure], code=int(error.code))}}
        return jsonify([[result]] if "ExecuteBillQuery" in request.path else result)

    # --- what people do over there

    def add(self, kind: str, **doc: Any) -> Row:
        """A record that somebody enters; its entry under the name of the entry."""
        form = FORMS[kind]
        rows = [{**row, "FEntryID": next(self._entries)} for row in doc.pop(form.entry, [])] if form.entry else []
        row = self.rows.add(kind, {"FDocumentStatus": "C", "FForbidStatus": "A", "FCancelStatus": "A", **doc})
        row.doc |= {form.pk: int(row.id) if form.number != "FID" else f"inv-{row.id}", "rows": rows}
        return row

    def bill(self, kind: str, number: str) -> Row:
        """A record by its number; KeyError where there is none."""
        return next(row for row in self.rows.of(kind) if row.doc.get(FORMS[kind].number) == number)

    def pay(self, number: str, amount: str) -> Row:
        """A receipt of a customer for one receivable, which says then how far it is cleared."""
        bill = self.bill("AR_receivable", number)
        source = {"FSRCBILLNO": number, "FREALRECAMOUNTFOR_S": float(amount)}
        receipts = [each for row in self.rows.of("AR_RECEIVEBILL") for each in row.doc["rows"]]
        paid = sum(each["FREALRECAMOUNTFOR_S"] for each in (*receipts, source) if each["FSRCBILLNO"] == number)
        bill.doc["FWRITTENOFFSTATUS"] = "C" if paid >= bill.doc["FALLAMOUNTFOR"] else "B"
        day = self.clock().astimezone(ZONE).date().isoformat()
        return self.add(
            "AR_RECEIVEBILL",
            FBillNo=f"SKD{next(self._entries)}",
            FDOCUMENTSTATUS="C",
            FCONTACTUNITTYPE="BD_Customer",
            FCONTACTUNIT=bill.doc["FCUSTOMERID"],
            FCURRENCYID=bill.doc["FCURRENCYID"],
            FDATE=f"{day}T00:00:00",
            FRECEIVEBILLSRCENTRY=[source],
        )

    def stock(self, material: str, place: str) -> float:
        """How much of a material is in a warehouse."""
        levels = (row.doc for row in self.rows.of("STK_Inventory"))
        return sum(float(d["FBaseQty"]) for d in levels if (d["FMaterialId"], d["FStockId"]) == (material, place))

    # --- who calls

    def _called(self, call: Callable[[Doc], Any]) -> Callable[[], Response]:
        def answered() -> Response:
            self._known()
            told = request.get_json(silent=True)
            if not isinstance(told, dict):
                raise RefusedError(200, WRONG, "请求体不是 JSON 对象")
            with self.rows.lock:
                return jsonify(call(told))

        return answered

    def _known(self) -> None:
        sent = request.headers
        if sent.get("X-Api-ClientID") != APP_ID.partition("_")[0]:
            raise RefusedError(519, "4002", "Unauthorized, APP_ID is empty[GW]")
        stamp, nonce = sent.get("x-api-timestamp", ""), sent.get("x-api-nonce", "")
        if not stamp.isdecimal() or abs(self.gateway().timestamp() - int(stamp)) > OFF.total_seconds():
            raise RefusedError(519, "4006", f"Unauthorized, X-Api-TimeStamp is invalid: {stamp}[GW]")
        over = f"POST\n{quote(request.path, safe='')}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{stamp}\n"
        signed = sent.get("X-Api-Signature") == signature(over, CLIENT_SECRET)
        names = (sent.get("X-Api-Auth-Version"), sent.get("x-api-signheaders"))
        if not nonce or not signed or names != ("2.0", "x-api-timestamp,x-api-nonce"):
            raise RefusedError(519, "4003", "Unauthorized, signature is invalid[GW]")
        told = b64decode(sent.get("X-Kd-Appdata", "")).decode()
        who = (sent.get("X-Kd-Appkey"), told, sent.get("X-Kd-Signature"))
        if who != (APP_ID, WHO, signature(APP_ID + WHO, APP_SECRET)):
            raise RefusedError(200, NO_SESSION, "会话信息已丢失，请重新登录")

    # --- queries

    def _query(self, told: Doc) -> list[list[Any]]:
        asked = only_known(only_known(told, {"data"}).get("data"), ASKED)
        name, form = asked.get("FormId"), form_of(asked.get("FormId"))
        start, limit = asked.get("StartRow", 0), asked.get("Limit", MOST)
        if not isinstance(start, int) or not isinstance(limit, int) or start < 0 or not 0 < limit <= MOST:
            raise RefusedError(200, WRONG, "Limit 不能超过 2000")
        names = str(asked.get("FieldKeys", "")).split(",")
        for field in names:
            key_of(form, field)
        wanted = conditions_of(form, asked.get("FilterString", ""))
        order = order_of(form, asked.get("OrderString", ""))
        used = {*names, *order, *(field for field, _, _ in wanted)}
        by_row = any(field.partition(".")[0] in form.rows or field.startswith(f"{form.entry}_") for field in used)
        found = [line for row in self.rows.of(str(name)) for line in lines_of(form, row, used, by_row=by_row)]
        for field, sign, values in wanted:
            key = key_of(form, field)
            found = [line for line in found if meets(key, sign, values, line[field])]
        for field in reversed(order):
            found.sort(key=lambda line, field=field: (line[field] is not None, line[field]))  # type: ignore[misc] # bound now
        return [[shown(line[field]) for field in names] for line in found[start : start + limit]]

    # --- writes

    def _save(self, told: Doc) -> Doc:
        form, data = self._written(told, SAVED)
        model = dict(data["Model"])
        self._free()
        pk = model.pop(form.pk, 0)
        if pk:
            row = self._changed(told["formid"], form, pk, model, data.get("NeedUpDateFields", []))
        else:
            row = self._made(told["formid"], form, model)
            if data.get("IsAutoSubmitAndAudit"):
                self._step("Submit", told["formid"], row)
                self._step("Audit", told["formid"], row)
        return self._done(form, row)

    def _made(self, kind: str, form: Form, model: Doc) -> Row:
        entries = model.pop(form.entry, []) if form.entry else []
        part = model.pop(form.part, {}) if form.part else {}
        head = self._checked(form.head, model)
        self._checked(form.of_part, part)
        if not isinstance(entries, list) or (form.entry and not entries):
            raise RefusedError(200, INVALID, "单据体不能为空", field=form.entry)
        rows = [self._checked(form.rows, row) for row in entries]
        number = head.get(form.number) or f"{form.prefix}{next(self._entries):08}"
        if any(row.doc.get(form.number) == number for row in self.rows.of(kind)):
            raise RefusedError(
                200, INVALID, f"违反字段唯一性要求：编码唯一。{number}在当前系统已经被使用。", field=form.number
            )
        first = {name: " " for name, key in form.head.items() if key.kind == "text"}  # nothing is a blank
        doc = {**first, **head, form.number: number, "FDocumentStatus": "A"}
        doc |= {"FForbidStatus": "A"} if "FForbidStatus" in form.head else totals_of(rows)
        row = self.rows.add(kind, doc)
        row.doc |= {form.pk: int(row.id), "rows": [{**each, "FEntryID": next(self._entries)} for each in rows]}
        return row

    def _changed(self, kind: str, form: Form, pk: Any, model: Doc, named: Any) -> Row:
        row = next((each for each in self.rows.of(kind) if each.doc[form.pk] == pk), None)
        if row is None:
            raise RefusedError(200, NOT_FOUND, "未找到对应数据")
        if row.doc["FDocumentStatus"] not in "ADZ":
            raise RefusedError(200, NOT_NOW, "单据已审核，不允许修改")
        if not isinstance(named, list) or {*model} != {*named}:
            raise RefusedError(200, WRONG, "NeedUpDateFields 与数据包不一致")
        values = {name: self._value(name, form.head, value) for name, value in model.items()}
        return self.rows.change(kind, row.id, {name: value or " " for name, value in values.items()})

    def _stepping(self, step: str) -> Callable[[Doc], Doc]:
        def call(told: Doc) -> Doc:
            form, data = self._written(told, NAMED)
            numbers = data.get("Numbers")
            if not isinstance(numbers, list) or len(numbers) != 1:
                raise RefusedError(200, WRONG, "Numbers 应为数组")
            self._free()
            row = next((each for each in self.rows.of(told["formid"]) if each.doc[form.number] == numbers[0]), None)
            if row is None:
                raise RefusedError(200, NOT_FOUND, "未找到对应数据")
            self._step(step, told["formid"], row)
            return self._done(form, row)

        return call

    def _step(self, step: str, kind: str, row: Row) -> None:
        """Bring a bill to its next state; what is audited moves stock."""
        before, after = STEPS[step]
        if row.doc["FDocumentStatus"] not in before:
            raise RefusedError(200, NOT_NOW, f"单据状态为{row.doc['FDocumentStatus']}，不允许执行此操作")
        if step == "Delete":
            self.rows.remove(kind, row.id)
            return
        if kind.startswith("STK_") and step in {"Audit", "UnAudit"}:
            self._move(row, 1 if step == "Audit" else -1)
        self.rows.change(kind, row.id, {"FDocumentStatus": after})

    def _move(self, row: Row, sign: int) -> None:
        for entry in row.doc["rows"]:
            material, amount = entry["FMaterialId"], sign * entry["FQty"]
            source = entry.get("FSrcStockId") or entry["FStockId"]
            moves = [(source, -amount)] + ([(entry["FDestStockId"], amount)] if "FDestStockId" in entry else [])
            if any(self.stock(material, place) + change < 0 for place, change in moves):
                raise RefusedError(200, INVALID, f"物料“{material}”更新库存后将出现负库存")
            for place, change in moves:
                self._put(material, place, change)

    def _put(self, material: str, place: str, change: float) -> None:
        levels = self.rows.of("STK_Inventory")
        row = next((r for r in levels if (r.doc["FMaterialId"], r.doc["FStockId"]) == (material, place)), None)
        if row is None:
            self.add("STK_Inventory", FMaterialId=material, FStockId=place, FBaseQty=change, FBaseLockQty=0.0)
        else:
            self.rows.change("STK_Inventory", row.id, {"FBaseQty": row.doc["FBaseQty"] + change})

    # --- what all writes share

    def _written(self, told: Doc, known: frozenset[str]) -> tuple[Form, Doc]:
        only_known(told, {"formid", "data"})
        form = form_of(told.get("formid"))
        if not form.prefix:
            raise RefusedError(200, NO_RIGHT, "您没有该功能的操作权限")
        return form, only_known(told.get("data"), known)

    def _free(self) -> None:
        if self.locked:
            self.locked -= 1
            raise RefusedError(200, BUSY, "网络控制冲突，请稍后再试")

    def _done(self, form: Form, row: Row) -> Doc:
        if self.failing:
            self.failing -= 1
            raise RefusedError(200, "4", "服务器发生异常")
        entity = {"Id": row.doc[form.pk], "Number": row.doc[form.number], "DIndex": 0}
        status = status_of(is_success=True, entities=[entity])
        return {"Result": {"ResponseStatus": status, "Id": row.doc[form.pk], "Number": row.doc[form.number]}}

    def _checked(self, keys: Mapping[str, Key], given: Any) -> Doc:
        only_known(given, {*keys})
        for name, key in keys.items():
            if key.required and given.get(name) in (None, ""):
                raise RefusedError(200, INVALID, f"字段“{name}”是必填项", field=name)
        return {name: self._value(name, keys, value) for name, value in given.items()}

    def _value(self, name: str, keys: Mapping[str, Key], given: Any) -> Any:
        only_known({name: given}, {*keys})
        value, kind = value_of(name, keys[name], given), keys[name].kind
        if keys[name].is_reference and value not in CONSTANTS.get(kind, ()):
            known = (row.doc for row in self.rows.of(kind))
            if not any(d["FNumber"] == value and d.get("FDocumentStatus", "C") == "C" for d in known):
                raise RefusedError(200, INVALID, f"{name}：编码为“{value}”的基础资料不存在或未审核", field=name)
        return value


def lines_of(form: Form, row: Row, names: set[str], *, by_row: bool) -> list[Doc]:
    """What is asked of a record: once, or for each row of its entry."""
    dated = {"FModifyDate": row.changed_at, "FUpdateTime": row.changed_at}
    doc = {**dict.fromkeys((*form.head, *form.rows)), **row.doc}
    doc |= {name: at.astimezone(ZONE).replace(tzinfo=None) for name, at in dated.items()}
    entries = (row.doc["rows"] or [{}]) if by_row else [{}]
    return [
        {
            name: each.get(name.rpartition("_")[2] if name.endswith("_FEntryID") else name.partition(".")[0])
            for name in names
        }
        for each in ({**doc, **entry} for entry in entries)
    ]


def shown(value: Any) -> Any:
    """A value as it stands in an answer."""
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value


def totals_of(rows: list[Doc]) -> Doc:
    """What the rows of a receivable come to; nothing for another bill."""
    if not rows or "FPriceQty" not in rows[0]:
        return {}
    nets = [(Decimal(str(each["FPriceQty"])) * Decimal(str(each["FPrice"]))) for each in rows]
    taxes = [net * Decimal(str(each.get("FEntryTaxRate") or 0)) / 100 for net, each in zip(nets, rows, strict=True)]
    net, tax = (sum((one.quantize(CENT, ROUND_HALF_UP) for one in each), Decimal(0)) for each in (nets, taxes))
    told = {"FNoTaxAmountFor": float(net), "FTaxAmountFor": float(tax), "FALLAMOUNTFOR": float(net + tax)}
    return {**told, "FWRITTENOFFSTATUS": "A"}


def status_of(
    *,
    is_success: bool = False,
    error_code: int | str = "",
    errors: list[Doc] | None = None,
    entities: list[Doc] | None = None,
    code: int = 0,
) -> Doc:
    """The status that every answer to a write has."""
    return {
        "ErrorCode": error_code,
        "IsSuccess": is_success,
        "Errors": errors or [],
        "SuccessEntitys": entities or [],
        "SuccessMessages": [],
        "MsgCode": code,
    }


def signature(over: str, key: str) -> str:
    """Base64 of the hex digits of an HMAC."""
    return b64encode(hmac.new(key.encode(), over.encode(), hashlib.sha256).hexdigest().encode()).decode()


def material(number: str, name: str, group: str) -> tuple[str, Doc]:
    """A material of the first data."""
    told = {"FNumber": number, "FName": name, "FMaterialGroup": group, "FSpecification": " "}
    return "BD_MATERIAL", {**told, "FBaseUnitId": "Pcs", "FUseOrgId": "100"}


FIRST: tuple[tuple[str, Doc], ...] = (
    ("ORG_Organizations", {"FNumber": "100", "FName": "华信服务"}),
    ("BD_Currency", {"FNumber": "PRE001", "FName": "人民币", "FCODE": "CNY"}),
    ("BD_Department", {"FNumber": "BM000001", "FName": "服务部"}),
    (
        "BD_Customer",
        {
            "FNumber": "CUST0001",
            "FName": "东方诊所 Dongfang",
            "FTEL": "021-12345678",
            "FADDRESS": " ",
            "FTAXREGISTERCODE": "91310115MA1K3XQ27U",
            "FUseOrgId": "100",
            "F_TICKETHUB_KEY": " ",
        },
    ),
    *(material(number, number, "FW") for number in ("CALL-OUT", "LABOUR", "TRAVEL", "INSPECTION")),
    material("P-FAN-01", "风扇 Fan", "BJ"),
    material("P-CTRL-01", "控制板 Controller", "BJ"),
    material("VENT-5", "呼吸机 Ventilator", "SB"),
    (
        "BD_SAL_PriceList",
        {
            "FNumber": "XSJMB0001",
            "FCurrencyId": "PRE001",
            "FSALPRICELISTENTRY": [{"FMaterialId": "P-FAN-01", "FPrice": 320.5}],
        },
    ),
    ("BD_STOCK", {"FNumber": "CK001", "FName": "主仓 Main", "FUseOrgId": "100"}),
    ("BD_STOCK", {"FNumber": "VAN-LI", "FName": "李伟车 Van", "FUseOrgId": "100"}),
    ("STK_Inventory", {"FMaterialId": "P-FAN-01", "FStockId": "CK001", "FBaseQty": 12.0, "FBaseLockQty": 1.0}),
    (
        "SAL_SaleOrder",
        {
            "FBillNo": "XSDD000001",
            "FCustId": "CUST0001",
            "FDate": "2026-01-31T00:00:00",
            "FSettleCurrId": "PRE001",
            "FCloseStatus": "A",
            "FBillAmount": 596.04,
            "FBillTaxAmount": 36.76,
            "FBillAllAmount": 632.8,
        },
    ),
)

TWIN = Kingdee
