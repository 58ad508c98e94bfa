"""What other systems call our fields, where words alone do not tell: ``untaxed_amount`` is our totals.net."""

from collections.abc import Mapping

ALIASES: Mapping[str, str] = {
    "kind": "company type, customer type, partner type, party type, account type, 客户类型, 类型",
    "totals.net": "untaxed amount, net amount, amount untaxed, net total, 不含税金额, 未税金额, 净额",
    "totals.tax": "tax amount, amount tax, total tax, total taxes and charges, vat amount, 税额",
    "totals.gross": "total amount, grand total, gross amount, amount total, total, 价税合计, 含税金额, 总金额",
    "payment.open_amount": "amount to pay, outstanding amount, amount residual, amount due, open amount, 未收金额",
    "payment.paid_amount": "paid amount, amount paid, 已收金额",
    "payment.status": "payment status, payment state, paid state, 收款状态, 付款状态",
    "payment.paid_at": "payment date, paid date, 收款日期",
    "issued_on": "invoice date, posting date, document date, billing date, bill date, voucher date, 单据日期, 过账日期",
    "due_at": "due date, date due, invoice date due, payment due date, 到期日, 到期日期",
    "customer_id": "sold to party, sold to, bill to, party, partner, account, 客户, 客户编码, 往来单位, 售达方, 购买方",
    "tax_id": "vat, vat number, vat id, tax number, tax code, tax no, 税号, 统一社会信用代码, 税务登记号",
    "phone": "mobile, mobile phone, mobile no, cell, phone number, 手机, 手机号, 手机号码, 移动电话, 联系电话",
    "landline": "office phone, telephone, 座机, 固话, 固定电话",
    "email": "email id, email address, e mail, smtp addr, 电子邮件, 电子邮箱, 邮件",
    "name": "company name, customer name, full name, display name, organization name, 公司名称, 客户名称, 全称",
    "sku": "item code, product code, material number, matnr, default code, 物料编码, 商品编码, 货号",
    "quantity": "qty, 数量",
    "unit": "uom, unit of measure, base unit, stock uom, 计量单位, 单位",
    "rate": "unit price, price unit, price, 单价",
    "tax_rate": "vat percent, tax percent, vat rate, 税率",
    "serial_number": "serial no, serial, sn, 序列号, 机身号",
    "postal_code": "zip, zip code, postcode, pincode, 邮政编码, 邮编",
    "line1": "street, address line 1, address 1, 详细地址, 街道",
    "line2": "street 2, address line 2, address 2",
    "region": "province, state, county, 省, 省份",
    "district": "county, area, 区, 区县, 县",
    "number": "document number, invoice number, bill no, order number, doc no, 单据编号, 单据号, 凭证号, 发票号",
    "reference": "external reference, your reference, client order ref, po no, 外部单号, 参考号",
    "description": "subject, short text, 摘要, 描述, 说明, 主题",
    "fault.symptom": "problem, problem description, 故障描述, 故障现象",
    "warranty_until": "warranty end, warranty expiry date, 质保到期, 保修截止",
}
"""By the canonical path, or the last name in it."""
