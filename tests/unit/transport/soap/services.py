"""Small services, each with one habit of real ones; and answers to them."""

from pathlib import Path

from hub.transport.http import Answer
from hub.transport.soap import Service, Sources

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
NAMES = (
    'xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:w="http://schemas.xmlsoap.org/wsdl/" xmlns:t="urn:t"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/"'
    ' targetNamespace="urn:t"'
)
KINDS = {"1.1": "http://schemas.xmlsoap.org/wsdl/soap/", "1.2": "http://schemas.xmlsoap.org/wsdl/soap12/"}
ENCODED = 'use="encoded" namespace="urn:t" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"'
ITEM = (
    '<xs:complexType name="Item"><xs:sequence><xs:element form="unqualified" name="sku" type="xs:string"/>'
    '<xs:element form="unqualified" name="qty" type="xs:decimal"/></xs:sequence></xs:complexType>'
)
ARRAY = (
    f'<xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>{ITEM}<xs:complexType name="Items">'
    '<xs:complexContent><xs:restriction base="enc:Array"><xs:attribute ref="enc:arrayType" w:arrayType="t:Item[]"/>'
    "</xs:restriction></xs:complexContent></xs:complexType>"
)
DO = (
    '<xs:element name="Do"><xs:complexType><xs:sequence>{given}</xs:sequence></xs:complexType></xs:element>'
    '<xs:element name="DoResponse"><xs:complexType><xs:sequence>{told}</xs:sequence></xs:complexType></xs:element>'
)


def wsdl(schema: str, *, parts: tuple[str, str] | None = None, version: str = "1.1", head: str = "") -> str:
    """A WSDL with one operation, ``Do``; with ``parts`` it is rpc/encoded, else document/literal."""
    given, told = parts or ('element="t:Do"', 'element="t:DoResponse"')
    use = ENCODED if parts else 'use="literal"'
    return f"""{head}<?xml version="1.0" encoding="UTF-8"?>
<definitions {NAMES} xmlns:soap="{KINDS[version]}">
 <types><xs:schema targetNamespace="urn:t" elementFormDefault="qualified">{schema}</xs:schema></types>
 <message name="in"><part name="p" {given}/></message><message name="out"><part name="p" {told}/></message>
 <portType name="P"><operation name="Do"><input message="t:in"/><output message="t:out"/></operation></portType>
 <binding name="B" type="t:P">
  <soap:binding style="{"rpc" if parts else "document"}" transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="Do"><soap:operation soapAction="urn:t/Do"/>
   <input><soap:body {use}/></input><output><soap:body {use}/></output></operation>
 </binding>
 <service name="S"><port name="P" binding="t:B"><soap:address location="https://erp.example.com/"/></port></service>
</definitions>"""


def service(folder: Path, text: str) -> Service:
    """The service of a WSDL that lies in the folder."""
    file = folder / "service.wsdl"
    file.write_text(text, encoding="utf-8")
    return Service("erp", Sources(str(file)), "http://127.0.0.1:9/")


def doing(folder: Path, *, given: str = "", told: str = "", types: str = "", version: str = "1.1") -> Service:
    """A document/literal service, by the elements of its two messages."""
    return service(folder, wsdl(types + DO.format(given=given, told=told), version=version))


def answer(inner: str, *, namespace: str = SOAP11, status: int = 200, kind: str = "text/xml") -> Answer:
    """An answer with this in its body."""
    body = (
        f'<e:Envelope xmlns:e="{namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:enc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:t="urn:t" xmlns:o="urn:other"'
        f' xmlns:xs="http://www.w3.org/2001/XMLSchema"><e:Body>{inner}</e:Body></e:Envelope>'
    )
    return Answer(status, {"Content-Type": kind}, body.encode())
