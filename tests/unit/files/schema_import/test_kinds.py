"""Each kind of document becomes a schema that says what the document said; hostile ones are refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.files.fingerprint import fingerprint, tree_of
from hub.files.schema_import import KINDS, import_schemas
from hub.files.schema_import.source import Source

Fields = dict[str, Any]


def imported(kind: str, text: object, wanted: str | None = None, **beside: str) -> dict[str, Any]:
    told = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    return import_schemas(Source(told, kind, "thing", wanted, beside.get), "acme")


def fields(kind: str, text: object, wanted: str | None = None) -> Fields:
    found: Fields = next(iter(imported(kind, text, wanted).values()))["properties"]
    return found


# --- OData

V2 = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" xmlns:s="http://www.sap.com/Protocols/SAPData">
 <edmx:DataServices><Schema Namespace="ACME" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">
  <EntityType Name="Billing" s:label="开票凭证">
   <Key><PropertyRef Name="No"/></Key>
   <Property Name="No" Type="Edm.String" Nullable="false" MaxLength="10" s:creatable="false" s:updatable="false"/>
   <Property Name="Party" Type="Edm.String" Nullable="false" MaxLength="10" s:label="售达方"/>
   <Property Name="Net" Type="Edm.Decimal" Precision="16" Scale="3"/>
   <Property Name="Day" Type="Edm.DateTime" s:display-format="Date"/>
   <Property Name="At" Type="Edm.DateTimeOffset" s:updatable="false"/>
   <Property Name="Long" Type="Edm.String" MaxLength="Max"/>
   <Property Name="Seat" Type="ACME.Address"/>
   <NavigationProperty Name="to_Item" Relationship="ACME.Rel" FromRole="one" ToRole="many"/>
  </EntityType>
  <EntityType Name="Item"><Key><PropertyRef Name="No"/><PropertyRef Name="Line"/></Key>
   <Property Name="No" Type="Edm.String" Nullable="false"/><Property Name="Line" Type="Edm.String" Nullable="false"/>
   <NavigationProperty Name="to_Head" Relationship="ACME.Rel" FromRole="many" ToRole="one"/></EntityType>
  <ComplexType Name="Address"><Property Name="City" Type="Edm.String" Nullable="false"/></ComplexType>
  <Association Name="Rel"><End Type="ACME.Billing" Multiplicity="1" Role="one"/>
   <End Type="ACME.Item" Multiplicity="*" Role="many"/></Association>
  <EntityContainer Name="C"><EntitySet Name="A_Billing" EntityType="ACME.Billing"/></EntityContainer>
 </Schema></edmx:DataServices></edmx:Edmx>"""

V4 = """<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
 <Schema Namespace="N" xmlns="http://docs.oasis-open.org/odata/ns/edm">
  <EnumType Name="Colour"><Member Name="red"/><Member Name="blue"/></EnumType>
  <EntityType Name="Base"><Key><PropertyRef Name="Id"/></Key>
   <Property Name="Id" Type="Edm.Guid" Nullable="false">
    <Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/></Property></EntityType>
  <EntityType Name="Car" BaseType="N.Base">
   <Property Name="Colour" Type="N.Colour"/><Property Name="Doors" Type="Edm.Int32" Nullable="false"/>
   <Property Name="Tags" Type="Collection(Edm.String)"/><Property Name="Made" Type="Edm.Date"/>
   <Property Name="Total" Type="Edm.Decimal" Scale="2"/>
   <NavigationProperty Name="Wheels" Type="Collection(N.Wheel)"/></EntityType>
  <EntityType Name="Wheel"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int64" Nullable="false"/>
   <NavigationProperty Name="Car" Type="N.Car"/></EntityType>
  <Annotations Target="N.Car/Total"><Annotation Term="Org.OData.Core.V1.Permissions"
    EnumMember="Org.OData.Core.V1.Permission/Read"/>
   <Annotation Term="com.sap.vocabularies.Common.v1.Label" String="总额"/></Annotations>
 </Schema></edmx:DataServices></edmx:Edmx>"""


def test_odata_2_gives_labels_lengths_places_and_what_may_be_written() -> None:
    schema = imported("edmx", V2, "Billing")["billing"]
    told = schema["properties"]
    assert schema["x-title"] == {"zh": "开票凭证"}
    assert schema["required"] == ["Party"]
    assert told["No"]["readOnly"] is True
    assert told["Party"] == {"title": "售达方", "x-title": {"zh": "售达方"}, "type": "string", "maxLength": 10}
    assert told["Net"]["format"] == "decimal"
    assert (told["Net"]["x-places"], told["Net"]["x-digits"]) == (3, 16)
    assert told["Day"]["format"] == "date"
    assert told["At"]["x-create-only"] is True
    assert "maxLength" not in told["Long"]
    assert told["Seat"]["required"] == ["City"]


def test_navigation_is_a_list_of_lines_with_their_key_and_does_not_run_back() -> None:
    lines = fields("edmx", V2, "A_Billing")["to_Item"]
    assert (lines["type"], lines["x-key"]) == ("array", "Line")
    assert set(lines["items"]["properties"]) == {"No", "Line"}


def test_an_object_may_be_asked_for_by_its_entity_set() -> None:
    assert list(imported("edmx", V2, "A_Billing")) == ["a_billing"]
    assert sorted(imported("edmx", V2)) == ["billing", "item"]


def test_odata_4_gives_bases_enums_collections_and_annotations_beside_and_elsewhere() -> None:
    told = fields("edmx", V4, "Car")
    assert told["Id"]["readOnly"] is True
    assert told["Colour"] == {"type": ["string", "null"], "enum": ["red", "blue", None]}
    assert told["Tags"] == {"type": "array", "items": {"type": "string"}}
    assert told["Total"]["readOnly"] is True
    assert told["Total"]["x-title"] == {"zh": "总额"}
    assert told["Wheels"]["items"]["properties"]["Id"]["type"] == "integer"
    assert "Car" not in told["Wheels"]["items"]["properties"]


# --- SOAP

WSDL = """<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"
  xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t"
  targetNamespace="urn:t"><types><x:schema targetNamespace="urn:t"><x:include schemaLocation="more.xsd"/>
  <x:element name="CreateOrder"><x:complexType><x:sequence>
    <x:element name="order" type="t:Order"/></x:sequence></x:complexType></x:element>
  <x:complexType name="Order"><x:complexContent><x:extension base="t:Document"><x:sequence>
    <x:element name="note" type="t:Short" minOccurs="0"/><x:element name="state" type="t:State"/>
    <x:element name="line" maxOccurs="unbounded" minOccurs="0"><x:complexType><x:sequence>
      <x:element name="qty" type="x:decimal"/></x:sequence><x:attribute name="unit" type="x:string" use="required"/>
    </x:complexType></x:element>
    <x:element name="parent" type="t:Order" minOccurs="0"/>
    <x:element name="due" type="x:date" nillable="true"><x:annotation>
      <x:documentation>交货日期</x:documentation></x:annotation></x:element>
    <x:choice><x:element name="mail" type="x:string"/><x:element name="fax" type="x:string"/></x:choice>
  </x:sequence></x:extension></x:complexContent></x:complexType>
  <x:simpleType name="Short"><x:restriction base="x:string"><x:maxLength value="20"/></x:restriction></x:simpleType>
  <x:simpleType name="State"><x:restriction base="x:string"><x:enumeration value="open"/><x:enumeration value="shut"/>
  </x:restriction></x:simpleType></x:schema></types>
  <message name="In"><part name="body" element="t:CreateOrder"/></message>
  <portType name="P"><operation name="CreateOrder"><input message="t:In"/></operation></portType></definitions>"""
MORE = """<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">
  <x:complexType name="Document"><x:sequence><x:element name="number" type="x:string"/></x:sequence></x:complexType>
  </x:schema>"""


def test_a_service_gives_what_its_operations_are_told_with_facets_and_files_beside_it() -> None:
    order = imported("wsdl", WSDL, **{"more.xsd": MORE})["create_order"]["properties"]["order"]
    told = order["properties"]
    assert order["required"] == ["due", "number", "state"]
    assert told["note"]["maxLength"] == 20
    assert told["state"]["enum"] == ["open", "shut"]
    assert told["line"]["items"]["required"] == ["qty", "unit"]
    assert told["line"]["items"]["properties"]["qty"]["format"] == "decimal"
    assert told["due"] == {
        "title": "交货日期",
        "x-title": {"zh": "交货日期"},
        "type": ["string", "null"],
        "format": "date",
    }
    assert told["parent"] == {"type": "object"}


def test_a_type_may_be_asked_for_by_name() -> None:
    assert "state" in fields("wsdl", WSDL, "Order")


# --- OpenAPI

API: Fields = {
    "openapi": "3.0.3",
    "paths": {
        "/orders/{id}": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}}
                }
            }
        }
    },
    "components": {
        "schemas": {
            "Base": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "readOnly": True}}},
            "Order": {
                "allOf": [
                    {"$ref": "#/components/schemas/Base"},
                    {
                        "type": "object",
                        "required": ["state"],
                        "properties": {
                            "state": {"type": "string", "enum": ["open", "shut"], "title": "状态", "nullable": True},
                            "amount": {"type": "number", "minimum": 0},
                            "parent": {"$ref": "#/components/schemas/Order"},
                            "outside": {"$ref": "https://example.org/schema.json"},
                        },
                    },
                ]
            },
            "Text": {"type": "string"},
        }
    },
}


def test_openapi_merges_all_of_follows_local_references_and_reads_nullable() -> None:
    schema = imported("openapi", API, "Order")["order"]
    told = schema["properties"]
    assert schema["required"] == ["id", "state"]
    assert told["id"]["readOnly"] is True
    assert told["state"]["enum"] == ["open", "shut", None]
    assert told["state"]["x-title"] == {"zh": "状态"}
    assert told["state"]["type"] == ["string", "null"]
    assert told["parent"]["type"] == "object"
    assert told["outside"] == {}


def test_openapi_gives_objects_alone_and_answers_of_a_path() -> None:
    assert sorted(imported("openapi", API)) == ["base", "order"]
    assert fields("openapi", API, "GET /orders/{id}") == fields("openapi", API, "Order")


def test_openapi_3_1_says_null_among_the_types() -> None:
    text = "openapi: 3.1.0\ncomponents: {schemas: {A: {type: object, properties: {b: {type: [string, 'null']}}}}}\n"
    assert fields("openapi", text)["b"] == {"type": ["string", "null"]}


# --- Frappe

DOCTYPES = [
    {
        "name": "Sales Invoice",
        "fields": [
            {"fieldname": "customer", "fieldtype": "Link", "options": "Customer", "label": "客户", "reqd": 1},
            {"fieldname": "status", "fieldtype": "Select", "options": "\nDraft\nPaid"},
            {"fieldname": "total", "fieldtype": "Currency", "read_only": 1, "precision": "2"},
            {"fieldname": "paid", "fieldtype": "Check"},
            {"fieldname": "secret", "fieldtype": "Data", "permlevel": 1, "length": 30},
            {"fieldname": "sb", "fieldtype": "Section Break"},
            {"fieldname": "items", "fieldtype": "Table", "options": "Sales Invoice Item", "reqd": 1},
        ],
    },
    {"name": "Sales Invoice Item", "istable": 1, "fields": [{"fieldname": "qty", "fieldtype": "Float", "reqd": 1}]},
]


def test_a_doctype_gives_links_options_child_tables_and_permissions() -> None:
    schema = imported("frappe", DOCTYPES)["sales_invoice"]
    told = schema["properties"]
    assert schema["required"] == ["customer", "items"]
    assert told["customer"]["x-refers-to"] == "Customer"
    assert told["customer"]["maxLength"] == 140
    assert told["status"]["enum"] == ["Draft", "Paid", None]
    assert (told["total"]["readOnly"], told["total"]["x-places"]) == (True, 2)
    assert told["paid"]["enum"] == [0, 1]
    assert (told["secret"]["maxLength"], told["secret"]["x-permission-level"]) == (30, 1)
    assert told["items"]["items"]["required"] == ["qty"]
    assert "sb" not in told


# --- Odoo and Tryton


def test_odoo_gives_pairs_selections_sizes_and_its_own_fields_read_only() -> None:
    told = fields(
        "odoo",
        {
            "partner_id": {"type": "many2one", "relation": "res.partner", "string": "客户", "required": True},
            "state": {"type": "selection", "selection": [["draft", "草稿"], ["posted", "已过账"]]},
            "ref": {"type": "char", "size": 64},
            "line_ids": {"type": "one2many", "relation": "account.move.line"},
            "amount": {"type": "monetary", "readonly": True},
            "write_date": {"type": "datetime"},
        },
    )
    assert (told["partner_id"]["type"], told["partner_id"]["x-refers-to"]) == ("array", "res.partner")
    assert told["state"]["enum"] == ["draft", "posted", None]
    assert told["state"]["x-enum"]["posted"] == {"zh": "已过账"}
    assert told["ref"]["maxLength"] == 64
    assert told["line_ids"]["type"] == "array"
    assert told["amount"] == {"type": "number", "readOnly": True}
    assert (told["write_date"]["readOnly"], told["write_date"]["x-zone"]) == (True, "UTC")


def test_salesforce_tells_lengths_references_and_what_a_new_record_needs() -> None:
    told = {"nillable": True, "createable": True, "updateable": True}
    schema = imported(
        "salesforce",
        {
            "name": "Contact",
            "label": "联系人",
            "fields": [
                {"name": "Id", "type": "id", "length": 18, "nillable": False, "createable": False, "updateable": False},
                {**told, "name": "LastName", "type": "string", "length": 80, "nillable": False, "label": "Last Name"},
                {**told, "name": "AccountId", "type": "reference", "length": 18, "referenceTo": ["Account"]},
                {**told, "name": "WhatId", "type": "reference", "length": 18, "referenceTo": ["Account", "Case"]},
                {**told, "name": "OwnerId", "type": "reference", "nillable": False, "defaultedOnCreate": True},
                {**told, "name": "HasOptedOutOfEmail", "type": "boolean", "nillable": False},
                {**told, "name": "Birthdate", "type": "date", "updateable": False},
                {**told, "name": "Score__c", "type": "double", "length": 0},
                {
                    **told,
                    "name": "Level__c",
                    "type": "picklist",
                    "length": 255,
                    "restrictedPicklist": True,
                    "picklistValues": [
                        {"value": "gold", "label": "金牌", "active": True},
                        {"value": "old", "label": "old", "active": False},
                    ],
                },
            ],
        },
    )["contact"]
    fields = schema["properties"]
    assert (schema["title"], schema["required"]) == ("联系人", ["LastName"])
    assert (fields["LastName"]["type"], fields["LastName"]["maxLength"]) == ("string", 80)
    assert fields["Id"]["readOnly"]
    assert fields["AccountId"]["x-refers-to"] == "Account"
    assert "x-refers-to" not in fields["WhatId"]
    assert (fields["Birthdate"]["format"], fields["Birthdate"]["x-create-only"]) == ("date", True)
    assert fields["Score__c"] == {"type": ["number", "null"]}
    assert fields["Level__c"]["enum"] == ["gold", None]


def test_tryton_tells_decimals_and_ids_as_text_and_rows_as_the_connector_makes_them() -> None:
    schema = imported(
        "tryton",
        {
            "party": {"type": "many2one", "relation": "party.party", "required": True},
            "state": {"type": "selection", "selection": [["draft", "Draft"]], "required": True, "readonly": True},
            "total": {"type": "numeric", "digits": [16, 2]},
            "lines": {"type": "one2many", "fields": {"quantity": {"type": "float"}}},
            "logo": {"type": "binary"},
        },
    )["thing"]
    told = schema["properties"]
    assert schema["required"] == ["party"]
    assert told["total"] == {"type": ["string", "null"], "format": "decimal", "x-places": 2}
    assert set(told["lines"]["items"]["properties"]) == {"id", "quantity"}
    assert "logo" not in told


# --- samples


def test_samples_tell_how_often_what_forms_and_which_values_were_seen() -> None:
    records: list[Fields] = [
        {"id": n, "day": "2026-01-31", "at": "2026-01-31T08:00:00+08:00", "local": "2026-01-31 08:00:00",
         "mail": "a@example.org", "web": "https://example.org", "tel": "+86 138 1234 5678", "price": f"{n}.50",
         "changed": 1769842800000 + n,
         "state": "open" if n % 2 else "shut", "name": f"名称 {n}", "lines": [{"qty": n + 0.5}]}
        for n in range(10)
    ]  # fmt: skip
    del records[0]["name"]
    records[1]["mail"] = None
    told = fields("sample", "\n".join(json.dumps(each, ensure_ascii=False) for each in records))
    forms = {name: node.get("format") for name, node in told.items()}
    assert forms["day"] == "date"
    assert forms["at"] == "date-time"
    assert forms["local"] == "local-date-time"
    assert forms["mail"] == "email"
    assert forms["web"] == "uri"
    assert told["tel"]["x-look"] == "phone"
    assert told["changed"]["x-look"] == "epoch(ms)"
    assert "x-look" not in told["id"]
    assert (told["price"]["format"], told["price"]["x-places"]) == ("decimal", 2)
    assert told["state"]["enum"] == ["open", "shut"]
    assert told["name"]["x-seen"] == "9/10"
    assert told["name"]["x-longest"] == 4
    assert told["mail"]["type"] == ["string", "null"]
    assert told["lines"]["items"]["properties"]["qty"]["type"] == "number"


# --- all kinds


def test_the_fingerprint_stays_when_titles_change_and_moves_with_what_a_mapping_relies_on() -> None:
    first = imported("edmx", V2, "Billing")["billing"]
    assert first["x-fingerprint"] == fingerprint(tree_of(first))
    assert (
        imported("edmx", V2.replace("售达方", "客户"), "Billing")["billing"]["x-fingerprint"] == first["x-fingerprint"]
    )
    shorter = V2.replace('MaxLength="10" s:label', 'MaxLength="9" s:label')
    assert imported("edmx", shorter, "Billing")["billing"]["x-fingerprint"] != first["x-fingerprint"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", "[1]", "<a/>", '{"a": 1}', "[" * 5000, "a: [b", "\x00", '"x"']
)
def test_what_is_no_such_document_is_refused_in_one_line(kind: str, text: str) -> None:
    if (kind, text) == ("sample", '{"a": 1}'):
        return  # a record of one field
    with pytest.raises(HubError) as refused:
        imported(kind, text)
    assert "\n" not in str(refused.value)


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
REACH = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'


@pytest.mark.parametrize("kind", ["edmx", "wsdl"])
@pytest.mark.parametrize("text", [BOMB, REACH, '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>'])
def test_a_dtd_is_refused(kind: str, text: str) -> None:
    with pytest.raises(InvalidError, match="declares a DTD"):
        imported(kind, text)


@pytest.mark.parametrize("kind", ["edmx", "wsdl"])
def test_elements_without_end_are_refused(kind: str) -> None:
    with pytest.raises(InvalidError, match="too large or too deep"):
        imported(kind, "<a>" * 10_000 + "</a>" * 10_000)


def wide_edmx() -> str:
    """Types that hold one another in full: the object would have 12^12 fields."""
    names = [f"T{n}" for n in range(12)]
    parts = "".join(f'<Property Name="p{other}" Type="N.{other}"/>' for other in names)
    types = "".join(f'<ComplexType Name="{name}">{parts}</ComplexType>' for name in names)
    return f'<Schema Namespace="N">{types}<EntityType Name="E">{parts}</EntityType></Schema>'


def wide_api() -> str:
    names = [f"T{n}" for n in range(12)]
    parts = {other: {"$ref": f"#/components/schemas/{other}"} for other in names}
    schemas = {name: {"type": "object", "properties": parts} for name in names}
    return json.dumps({"openapi": "3.0.0", "components": {"schemas": schemas}})


@pytest.mark.parametrize(("kind", "text"), [("edmx", wide_edmx), ("openapi", wide_api)])
def test_types_that_hold_one_another_many_times_are_refused(kind: str, text: Callable[[], str]) -> None:
    with pytest.raises(InvalidError, match="too large or too deep"):
        imported(kind, text())


def test_an_unknown_object_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="There is no object Biling: the document has Billing"):
        imported("edmx", V2, "Biling")


def test_a_circle_of_references_ends() -> None:
    api = {"openapi": "3.0.0", "components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}}
    with pytest.raises(InvalidError, match="it describes no object"):
        imported("openapi", api)


def test_records_without_a_field_in_common_are_read_once() -> None:
    records = json.dumps([{f"k{number}": 1} for number in range(60_000)])
    with pytest.raises(InvalidError, match="too large or too deep"):
        imported("sample", records)


def test_a_pattern_of_another_dialect_is_left_out_and_a_broken_schema_is_not_stored() -> None:
    fields = {"a": {"type": "string", "pattern": "[[:alpha:"}, "b": {"type": "string", "pattern": "^x"}}
    document = {"openapi": "3.0.0", "components": {"schemas": {"O": {"type": "object", "properties": fields}}}}
    told = imported("openapi", json.dumps(document))["o"]["properties"]
    assert ("pattern" in told["a"], told["b"]["pattern"]) == (False, "^x")
    fields["a"] = {"type": "string", "maxLength": "many"}
    with pytest.raises(InvalidError, match=r"remote/.*/o\.json is no schema to work with: properties/a/maxLength"):
        imported("openapi", json.dumps(document))
