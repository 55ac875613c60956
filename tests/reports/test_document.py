"""How a number is written: alike on the page, on paper, and in a spreadsheet, which has number formats of its own."""

import datetime as dt
import io
import re

import pytest
from openpyxl import load_workbook

from reports.document import Amount, Row, Section, SummaryDocument, Table
from reports.editions import HIDDEN, Edition
from reports.workbook import render_xlsx

WRITTEN = [
    (Amount(0), "0"),
    (Amount(53492), "53,492"),
    (Amount(1251.5), "1,252"),
    (Amount(None), "–"),
    (Amount(HIDDEN), "*"),
    (Amount(0.0, "percent"), "0.0%"),
    (Amount(0.00022, "percent"), "0.1%"),
    (Amount(0.805, "percent"), "80.5%"),
    (Amount(0.99978, "percent"), "99.9%"),
    (Amount(1.0, "percent"), "100.0%"),
    (Amount(1251.5, "ratio"), "1 : 1,252"),
    (Amount(30, "minutes"), "30 分钟"),
    (Amount(1440, "minutes"), "24.0 小时"),
    (Amount(4320, "minutes"), "3.0 天"),
    (Amount(-1234, "change"), "−1,234"),
    (Amount(0, "change"), "0"),
    (Amount(7, "change"), "+7"),
    (Amount(0.8, "points"), "+80.0 个百分点"),
    (Amount(-0.0123, "points"), "−1.2 个百分点"),
    (Amount(0.0, "points"), "0.0 个百分点"),
]


@pytest.mark.parametrize(("amount", "text"), WRITTEN)
def test_amount_is_written(amount, text):
    assert str(amount) == text


def test_spreadsheet_shows_every_amount_as_the_page_does():
    rows = [Row(str(number), [amount]) for number, (amount, _text) in enumerate(WRITTEN)]
    section = Section("one", 1, "One", "", tables=[Table("t", "Amounts", ["", "Amount"], rows)])
    document = SummaryDocument(
        "甲", "", "", "", "zh-hans", dt.date(2026, 3, 18), dt.datetime.now(), Edition.WORK, [section]
    )
    sheet = load_workbook(io.BytesIO(render_xlsx(document, stamp="沈 & 2026-03-18")))["Amounts"]
    assert sheet.oddFooter.left.text == "沈 && 2026-03-18"
    assert [shown(sheet.cell(number, 2)) for number in range(2, len(rows) + 2)] == [text for _amount, text in WRITTEN]


def shown(cell):
    """What a spreadsheet makes of a cell, as far as our number formats go."""
    if isinstance(cell.value, str):
        return cell.value
    looks = cell.number_format.split(";")
    look = looks[0 if len(looks) == 1 or cell.value > 0 else 1 if cell.value < 0 else 2]
    before, digits, after = re.fullmatch(r"(.*?)(#,##0|0\.0%|0\.0|0)(.*)", look).groups()
    form = {"#,##0": "{:,.0f}", "0": "{:.0f}", "0.0": "{:.1f}", "0.0%": "{:.1%}"}[digits]
    return re.sub(r'["\\]', "", before) + form.format(abs(cell.value)) + after.replace('"', "")
