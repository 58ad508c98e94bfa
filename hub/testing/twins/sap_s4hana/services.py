"""The services of SAP S/4HANA that the hub speaks to, as far as their public metadata documents say.

Properties that nothing here uses are left out. The debit memo request is written after the credit memo request, whose
metadata is public; field names of both are.
"""

from hub.testing.twin.odata.types import Kind, Nav, kind, service

BUSINESS_PARTNER = service(
    "API_BUSINESS_PARTNER",
    kind(
        "A_BusinessPartner",
        """
        BusinessPartner S10 key u
        Customer S10 ro
        BusinessPartnerCategory S1 must
        BusinessPartnerFullName S81 ro
        BusinessPartnerGrouping S4 u
        CorrespondenceLanguage S2 u
        CreationDate D ro
        CreationTime T ro
        LastChangeDate D ro
        LastChangeTime T ro
        FirstName S40
        LastName S40
        OrganizationBPName1 S40
        OrganizationBPName2 S40
        SearchTerm1 S20 u
        BusinessPartnerIsBlocked B
        ETag S26 ro
        """,
        navs={
            "to_BusinessPartnerAddress": Nav("A_BusinessPartnerAddress", {"BusinessPartner": "BusinessPartner"}),
            "to_BusinessPartnerTax": Nav("A_BusinessPartnerTaxNumber", {"BusinessPartner": "BusinessPartner"}),
            "to_BusinessPartnerRole": Nav("A_BusinessPartnerRole", {"BusinessPartner": "BusinessPartner"}),
            "to_BuPaIdentification": Nav("A_BuPaIdentification", {"BusinessPartner": "BusinessPartner"}),
        },
        methods="POST PATCH",
        etag="ETag",
    ),
    kind(
        "A_BusinessPartnerAddress",
        """
        BusinessPartner S10 key u
        AddressID S10 key
        StreetName S60
        HouseNumber S10
        District S40
        CityName S40
        PostalCode S10
        Region S3 u
        Country S3 u must
        """,
        navs={
            "to_PhoneNumber": Nav("A_AddressPhoneNumber", {"AddressID": "AddressID"}, {"PhoneNumberType": "1"}),
            "to_MobilePhoneNumber": Nav("A_AddressPhoneNumber", {"AddressID": "AddressID"}, {"PhoneNumberType": "3"}),
            "to_EmailAddress": Nav("A_AddressEmailAddress", {"AddressID": "AddressID"}),
        },
        methods="NAV PATCH DELETE",
    ),
    kind(
        "A_AddressPhoneNumber",
        """
        AddressID S10 key
        Person S10 key
        OrdinalNumber S3 key
        DestinationLocationCountry S3 u
        IsDefaultPhoneNumber B
        PhoneNumber S30 must
        InternationalPhoneNumber S30 ro
        PhoneNumberType S1
        """,
        methods="NAV PATCH DELETE",
    ),
    kind(
        "A_AddressEmailAddress",
        """
        AddressID S10 key
        Person S10 key
        OrdinalNumber S3 key
        IsDefaultEmailAddress B
        EmailAddress S241 must
        """,
        methods="NAV PATCH DELETE",
    ),
    kind(
        "A_BusinessPartnerTaxNumber",
        "BusinessPartner S10 key u\nBPTaxType S4 key u must\nBPTaxNumber S20 u\nBPTaxLongNumber S60 u",
        methods="NAV PATCH DELETE",
    ),
    kind("A_BusinessPartnerRole", "BusinessPartner S10 key u\nBusinessPartnerRole S6 key u must", methods="NAV DELETE"),
    kind(
        "A_BuPaIdentification",
        "BusinessPartner S10 key u\nBPIdentificationType S6 key u must\nBPIdentificationNumber S60 key must",
        methods="NAV DELETE",
    ),
)

PRODUCT = service(
    "API_PRODUCT_SRV",
    kind(
        "A_Product",
        """
        Product S40 key u
        ProductType S4 u
        BaseUnit S3
        ProductGroup S9 u
        IsMarkedForDeletion B
        CreationDate D ro
        LastChangeDate D ro
        """,
        navs={"to_Description": Nav("A_ProductDescription", {"Product": "Product"})},
    ),
    kind("A_ProductDescription", "Product S40 key u\nLanguage S2 key\nProductDescription S40"),
)

STOCK = service(
    "API_MATERIAL_STOCK_SRV",
    kind(
        "A_MatlStkInAcctMod",
        """
        Material S40 key u
        Plant S4 key u
        StorageLocation S4 key u
        Batch S10 key u
        Supplier S10 key u
        Customer S10 key u
        WBSElementInternalID S8 key
        SDDocument S10 key u
        SDDocumentItem S6 key
        InventorySpecialStockType S1 key u
        InventoryStockType S2 key u
        MaterialBaseUnit S3
        MatlWrhsStkQtyInMatlBaseUnit N31.14
        """,
    ),
)

MATERIAL_DOCUMENT = service(
    "API_MATERIAL_DOCUMENT_SRV",
    kind(
        "A_MaterialDocumentHeader",
        """
        MaterialDocumentYear S4 key
        MaterialDocument S10 key u
        DocumentDate D must
        PostingDate D must
        CreationDate D ro
        CreationTime T ro
        MaterialDocumentHeaderText S25
        ReferenceDocument S16 u
        GoodsMovementCode S2 u must
        """,
        navs={
            "to_MaterialDocumentItem": Nav(
                "A_MaterialDocumentItem",
                {"MaterialDocumentYear": "MaterialDocumentYear", "MaterialDocument": "MaterialDocument"},
            )
        },
        methods="POST",
    ),
    kind(
        "A_MaterialDocumentItem",
        """
        MaterialDocumentYear S4 key
        MaterialDocument S10 key u
        MaterialDocumentItem S4 key
        Material S40 u must
        Plant S4 u must
        StorageLocation S4 u must
        GoodsMovementType S3 u must
        Customer S10 u
        CostCenter S10 u
        QuantityInBaseUnit N13.3 ro
        EntryUnit S3
        QuantityInEntryUnit N13.3
        IssuingOrReceivingPlant S4 u
        IssuingOrReceivingStorageLoc S4 u
        MaterialDocumentItemText S50
        Reservation S10
        ReservationItem S4
        IsAutomaticallyCreated S1 ro
        GoodsMovementIsCancelled B ro
        """,
    ),
    functions={"Cancel": ("MaterialDocumentYear", "MaterialDocument")},
)

RESERVATION = service(
    "API_RESERVATION_DOCUMENT_SRV",
    kind(
        "A_ReservationDocumentHeader",
        """
        Reservation S10 key
        GoodsMovementType S3 u must
        CostCenter S10 u
        GoodsRecipientName S12
        ReservationDate D must
        Customer S10 u
        IssuingOrReceivingPlant S4 u
        IssuingOrReceivingStorageLoc S4 u
        """,
        navs={"to_ReservationDocumentItem": Nav("A_ReservationDocumentItem", {"Reservation": "Reservation"})},
        methods="POST DELETE",
    ),
    kind(
        "A_ReservationDocumentItem",
        """
        Reservation S10 key
        ReservationItem S4 key
        RecordType S1 key u
        Product S40 u must
        Plant S4 u must
        StorageLocation S4 u
        EntryUnit S3
        ResvnItmRequiredQtyInEntryUnit N13.3
        ResvnItmWithdrawnQtyInBaseUnit N13.3 ro
        ReservationItemIsFinallyIssued B ro
        ReservationItmIsMarkedForDeltn B ro
        GoodsMovementIsAllowed B
        ReservationItemText S50
        """,
    ),
)

SALES_ORDER = service(
    "API_SALES_ORDER_SRV",
    kind(
        "A_SalesOrder",
        """
        SalesOrder S10 key u
        SalesOrderType S4 u
        SoldToParty S10 u
        SalesOrderDate D
        LastChangeDateTime O ro
        PurchaseOrderByCustomer S35
        TotalNetAmount N16.3 ro
        TransactionCurrency S5 u currency
        OverallSDProcessStatus S1 ro
        OverallSDDocumentRejectionSts S1 ro
        """,
        etag="LastChangeDateTime",
    ),
)

BILLING = service(
    "API_BILLING_DOCUMENT_SRV",
    kind(
        "A_BillingDocument",
        """
        BillingDocument S10 key u
        BillingDocumentType S4 u
        SDDocumentCategory S4
        BillingDocumentDate D
        LastChangeDateTime O ro
        BillingDocumentIsCancelled B
        CancelledBillingDocument S10 u
        TotalNetAmount N16.3
        TaxAmount N14.3
        TotalGrossAmount N17.3
        TransactionCurrency S5 u currency
        SoldToParty S10 u
        AccountingPostingStatus S1 u
        InvoiceClearingStatus S1 u
        """,
        etag="LastChangeDateTime",
    ),
)


def memo_request(word: str) -> tuple[Kind, ...]:
    """The sets of credit or debit memo requests, which differ in that word alone."""
    request, own = f"{word}MemoRequest", {f"{word}MemoRequest": f"{word}MemoRequest"}
    item = {**own, f"{word}MemoRequestItem": f"{word}MemoRequestItem"}
    return (
        kind(
            f"A_{request}",
            f"""
            {request} S10 key u
            {request}Type S4 u must
            SalesOrganization S4 u must
            DistributionChannel S2 u must
            OrganizationDivision S2 u must
            SoldToParty S10 u must
            CreationDate D ro
            LastChangeDate D ro
            LastChangeDateTime O ro
            PurchaseOrderByCustomer S35
            {request}Date D
            TotalNetAmount N16.3 ro
            TransactionCurrency S5 u currency
            SDDocumentReason S3 u
            HeaderBillingBlockReason S2 u
            OverallSDProcessStatus S1 ro
            OverallSDDocumentRejectionSts S1 ro
            OverallOrdReltdBillgStatus S1 ro
            """,
            navs={
                "to_Item": Nav(f"A_{request}Item", own),
                "to_SubsequentProcFlowDoc": Nav(f"A_{word}MemoReqSubsqntProcFlow", own),
            },
            methods="POST PATCH",
            etag="LastChangeDateTime",
        ),
        kind(
            f"A_{request}Item",
            f"""
            {request} S10 key u
            {request}Item S6 key
            {request}ItemCategory S4 u
            {request}ItemText S40
            PurchaseOrderByCustomer S35
            Material S40 u must
            RequestedQuantity N15.3
            RequestedQuantityUnit S3
            TransactionCurrency S5 ro currency
            NetAmount N16.3 ro
            SalesDocumentRjcnReason S2 u
            OrderRelatedBillingStatus S1 ro
            """,
            navs={"to_PricingElement": Nav(f"A_{word}MemoReqItemPrcgElmnt", item)},
            methods="NAV PATCH DELETE",
        ),
        kind(
            f"A_{word}MemoReqItemPrcgElmnt",
            f"""
            {request} S10 key u
            {request}Item S6 key
            PricingProcedureStep S3 key
            PricingProcedureCounter S3 key
            ConditionType S4 u must
            ConditionRateValue N24.9
            ConditionCurrency S5 u currency
            ConditionQuantity N5.0
            ConditionQuantityUnit S3
            """,
            methods="NAV PATCH",
        ),
        kind(
            f"A_{word}MemoReqSubsqntProcFlow",
            f"""
            {request} S10 key u
            DocRelationshipUUID S36 key
            SubsequentDocument S10 u
            SubsequentDocumentCategory S4
            """,
        ),
    )


DEBIT = service("API_DEBIT_MEMO_REQUEST_SRV", *memo_request("Debit"))
CREDIT = service("API_CREDIT_MEMO_REQUEST_SRV", *memo_request("Credit"))
ALL = (BUSINESS_PARTNER, PRODUCT, STOCK, MATERIAL_DOCUMENT, RESERVATION, SALES_ORDER, BILLING, DEBIT, CREDIT)
SERVICES = {each.name: each for each in ALL}
