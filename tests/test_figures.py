"""What a report's figures promise: the right line and year, the working shown and cited, and silence when in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished
from lamplight.rag.measures.definitions import definitions
from lamplight.rag.measures.evaluation import Evaluation, growth
from lamplight.rag.measures.expression import Named
from lamplight.rag.measures.question import parse_figure_question
from lamplight.rag.measures.statements import FinancialStatements

REPORT = """<html><head><title>Brightwater annual report 2023</title></head><body><h1>Brightwater annual report</h1>
<h2>Consolidated statements of income (in millions, except per share data)</h2><table>
<tr><th></th><th>2023</th><th>2022</th><th>2021</th></tr>
<tr><td>Net sales</td><td>$ 2,400</td><td>$ 2,000</td><td>$ 1,800</td></tr>
<tr><td>Cost of sales</td><td>1,500</td><td>1,300</td><td>1,150</td></tr>
<tr><td>Operating profit</td><td>420</td><td>360</td><td>300</td></tr>
<tr><td>Income before income taxes</td><td>400</td><td>350</td><td>290</td></tr>
<tr><td>Provision for income taxes</td><td>90</td><td>70</td><td>58</td></tr>
<tr><td>Net income</td><td>$ 310</td><td>$ 280</td><td>$ 232</td></tr>
<tr><td>Diluted earnings per share</td><td>$ 3.10</td><td>$ 2.75</td><td>$ 2.20</td></tr></table>
<h2>Consolidated balance sheets (in millions)</h2><table>
<tr><th></th><th>2023</th><th>2022</th></tr>
<tr><td>Cash and cash equivalents</td><td>$ 150</td><td>$ 120</td></tr>
<tr><td>Accounts receivable, net of allowances of $5 and $4</td><td>300</td><td>260</td></tr>
<tr><td>Inventories</td><td>210</td><td>190</td></tr>
<tr><td>Total current assets</td><td>700</td><td>600</td></tr>
<tr><td>Property, plant and equipment, net</td><td>1,100</td><td>900</td></tr>
<tr><td>Total assets</td><td>$ 2,500</td><td>$ 2,100</td></tr>
<tr><td>Accounts payable</td><td>250</td><td>230</td></tr>
<tr><td>Total current liabilities</td><td>500</td><td>480</td></tr></table>
<h2>Consolidated statements of cash flows (in millions)</h2><table>
<tr><th></th><th>2023</th><th>2022</th><th>2021</th></tr>
<tr><td>Net cash provided by operating activities</td><td>480</td><td>430</td><td>390</td></tr>
<tr><td>Depreciation and amortization</td><td>130</td><td>120</td><td>110</td></tr>
<tr><td>Additions to property and equipment</td><td>(240)</td><td>(180)</td><td>(150)</td></tr>
<tr><td>Grants received</td><td>33</td><td>30</td><td>25</td></tr>
<tr><td>Cash dividends paid</td><td>(60)</td><td>(50)</td><td>(45)</td></tr>
<tr><td>Net cash used in investing activities</td><td>(250)</td><td>(190)</td><td>(160)</td></tr></table>
<p>Our customers are water suppliers in eleven countries.</p></body></html>"""


@pytest.fixture(scope="module")
def reports(models: Models, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("reports")
    (folder / "Brightwater_2023.html").write_text(REPORT, encoding="utf-8")
    (folder / "Notes.txt").write_text("The garden shed needs a new roof before winter.\n", encoding="utf-8")
    with Library(folder / "library") as library:
        for name in ("Brightwater_2023.html", "Notes.txt"):
            assert index_file(folder / name, library, models).status == "added"
        yield library


def asked(library: Library, models: Models, text: str) -> Finished:
    return next(event for event in Answerer(library, models).answer(text) if isinstance(event, Finished))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the FY2023 capital expenditure (in USD millions) for Brightwater?", "$240 million"),
        (
            "You are an analyst: what is Brightwater's year end 2022 net PPNE? Answer in billions.",
            "$0.90 billion",
        ),
        ("What were Brightwater's diluted earnings per share in 2022?", "$2.75"),
        ("What is Brightwater's gross profit for 2023?", "$900 million"),
        ("What is the FY2023 EBITDA less capex for Brightwater?", "$310 million"),
        (
            "What is Brightwater's FY2023 inventory turnover? Inventory turnover is defined as: FY2023 COGS / "
            "(average inventory between FY2022 and FY2023). Round your answer to one decimal place.",
            "7.5",
        ),
        ("What is Brightwater's three year average of capex as a % of revenue from 2021 to 2023?", "9.1%"),
        ("How much did Brightwater's net sales grow from 2022 to 2023?", "20.0%"),
        ("What is Brightwater's effective tax rate in 2023?", "22.5%"),
        (
            "Did Brightwater's operating margin improve between 2022 and 2023?",
            "No: 17.5% (2023), 18.0% (2022): ▼ 0.5 percentage points",
        ),
        (
            "How much has Brightwater's effective tax rate changed from 2022 to 2023?",
            "22.5% (2023), 20.0% (2022): ▲ 2.5 percentage points",
        ),
        (
            "How often was its stock sold by Brightwater? Calculate inventory turnover for 2023; else say so.",
            "7.50",
        ),
        ("brightwater quick ratio FY23, one decimal", "0.9"),
        (
            "Calculate Brightwater's cash ratio at year-end 2023, defined as cash and cash equivalents / total assets. "
            "Round to two decimals.",
            "0.06",
        ),
        (
            "Calculate Brightwater's quick ratio at fiscal year-end 2023, defined as (cash and cash equivalents + "
            "accounts receivable, net) / total current liabilities. Round to two decimals.",
            "0.90",
        ),
        (
            "What gross margin did Brightwater earn in 2023, taking net sales less cost of sales? 1 decimal pls.",
            "37.5%",
        ),
        ("brightwater inventories dec 31 2022", "$190 million"),
        ("Brightwater's profit", "$310 million"),
        ("Brightwater inventories", "$210 million"),
        (
            "How often did Brightwater turn its stock over in 2023? (cost of sales / average inventories, 2 dp)",
            "7.50",
        ),
        (
            "What was Brightwater's free cash flow in 2023, taking net cash provided by operating activities minus "
            "additions to property and equipment?",
            "$240 million",
        ),
        (
            "Brightwater's return on assets in 2023, using net income divided by its average total assets? In %.",
            "13.5%",
        ),
        ("gross margin Brightwater 2022, i.e. net sales less cost of sales over net sales, in percent", "35.0%"),
        ("DSO for Brightwater FY2023 please: 365 × year-end receivables ÷ net sales, one decimal place", "45.6"),
        (
            "How leveraged is Brightwater? Give cash and cash equivalents over total assets at December 31, 2022 "
            "(cash and cash equivalents over total assets), to two decimals.",
            "0.06",
        ),
        (
            "Work out Brightwater's cash ratio in 2023: (cash and cash equivalents + inventories) / total current "
            "liabilities. Two decimals please.",
            "0.72",
        ),
        (
            "What return did Brightwater make in 2023? Use net income divided by the average of beginning- and "
            "end-of-year total assets, in percent with one decimal.",
            "13.5%",
        ),
        ("What's the current ratio of Brightwater at the end of fiscal 2023, to two decimal places?", "1.40"),
        ("We define Brightwater's quick ratio as 2023 cash / 2023 current liabilities. So what is it?", "0.30"),
        ("Brightwater 2-year revenue CAGR, 2021 to 2023 (%, one decimal)", "15.5%"),
        ("Did Brightwater's net income go down in 2023 compared to 2022?", "No: 10.7%"),
        ("Brightwater's grants received: growth 2022 to 2023 in %", "10.0%"),
        ("change in Brightwater diluted EPS FY22 -> FY23, % one decimal", "12.7%"),
        ("By what percentage did Brightwater's income before income taxes rise from 2022 to 2023?", "14.3%"),
        ("Capex as a % of revenue for Brightwater in FY2022 (one decimal)", "9.0%"),
        (
            "Does Brightwater have positive working capital at the end of 2023?",
            "Yes: $200 million (2023), $120 million (2022): ▲ $80 million",
        ),
        (
            "Did Brightwater's effective tax rate come down in 2023?",
            "No: 22.5% (2023), 20.0% (2022): ▲ 2.5 percentage points",
        ),
        ("What was Brightwater's net income in 2022 and 2023?", "$310 million (2023), $280 million (2022)"),
        (
            "By how much did Brightwaters revenue grow from 2022 to 2023, in dollars?",
            "$2,400 million (2023), $2,000 million (2022): ▲ $400 million",
        ),
        (
            "By how many dollars did Brightwater's net sales grow from 2022 to 2023?",
            "$2,400 million (2023), $2,000 million (2022): ▲ $400 million",
        ),
    ],
)
def test_a_figure_is_looked_up_or_worked_out(reports: Library, models: Models, question: str, answer: str) -> None:
    finished = asked(reports, models, question)
    assert finished.short == answer
    assert not finished.refused and finished.rows is not None and finished.citations


def test_a_figure_of_two_reports_stands_side_by_side(models: Models, tmp_path: Path) -> None:
    (tmp_path / "Brightwater_2023.html").write_text(REPORT, encoding="utf-8")
    other = REPORT.replace("Brightwater", "Stillmoor").replace("2,400", "3,900").replace("1,500", "2,900")
    (tmp_path / "Stillmoor_2023.html").write_text(other, encoding="utf-8")
    with Library(tmp_path / "library") as library:
        for name in ("Brightwater_2023.html", "Stillmoor_2023.html"):
            assert index_file(tmp_path / name, library, models).status == "added"
        more = asked(library, models, "Who makes more revenue, Brightwater or Stillmoor?")
        margin = asked(library, models, "Compare the gross margin of Brightwater and Stillmoor in 2023")
        text = asked(library, models, "Compare the revenue recognition of Brightwater and Stillmoor")
        after = asked(library, models, "Who had more revenue, Brightwater in 2022 or Stillmoor in 2023?")
        before = asked(library, models, "In 2022 Brightwater or in 2023 Stillmoor: who had more revenue?")
    assert more.answer.index("$3,900 million (2023)") < more.answer.index("$2,400 million (2023)"), "the largest first"
    assert {citation.document for citation in more.citations} == {"Brightwater_2023.html", "Stillmoor_2023.html"}
    assert "37.5% (2023)" in margin.answer
    assert "25.6% (2023)" in margin.answer
    assert "3,900" not in text.answer.partition("\n")[0], "another thing is asked for"
    for each in (after, before):
        first, second = each.answer.split("\n")[:2]
        assert "Stillmoor_2023.html: $3,900 million (2023)" in first.replace("\\", "")
        assert "Brightwater" in second and "(2022)" in second, "each in the year that is said of it"


def test_the_working_names_each_line_with_its_cells_and_cites_it(reports: Library, models: Models) -> None:
    finished = asked(reports, models, "What is Brightwater's quick ratio in 2023?")
    assert finished.short == "0.90" and "(150 + 0 + 300) ÷ 500 (in millions)" in finished.answer
    assert finished.rows is not None and [row[0] for row in finished.rows.rows] == [
        "Cash and cash equivalents",
        "Accounts receivable, net of allowances of $5 and $4",
        "Total current liabilities",
    ]
    assert {citation.document for citation in finished.citations} == {"Brightwater_2023.html"}
    assert "Total current liabilities | 500" in finished.citations[-1].text


@pytest.mark.parametrize(
    "question",
    [
        "What was Brightwater's net sales in Asia in 2023?",  # no line says so
        "What was Brightwater's net income in 2019?",  # no such column
        "What drove the increase in Brightwater's net sales in 2023?",  # a reason is no figure
        pytest.param("Who are Brightwater's customers?", marks=pytest.mark.long),
        pytest.param("Which operating expense of Brightwater grew fastest in 2023?", marks=pytest.mark.long),
        pytest.param("Why did Brightwater's operating margin fall in 2023?", marks=pytest.mark.long),
    ],
)
def test_what_statements_do_not_say_is_left_to_the_text(reports: Library, models: Models, question: str) -> None:
    finished = asked(reports, models, question)
    assert "÷" not in finished.answer and not (finished.short and finished.quote is None)


def test_any_line_of_a_statement_can_be_asked_for_its_change(reports: Library, models: Models) -> None:
    assert "grants received" not in definitions().lines
    finished = asked(reports, models, "By how much did the grants received by Brightwater grow in 2023?")
    assert finished.short == "10.0%" and "(33 \u2212 30) ÷ 30" in finished.answer


@pytest.mark.parametrize("year", ["2018", "2030"])
def test_a_figure_of_a_year_that_the_report_does_not_have_is_refused(
    reports: Library, models: Models, year: str
) -> None:
    finished = asked(reports, models, f"What were Brightwater's net sales in fiscal {year}?")
    assert finished.refused and finished.passages


@pytest.mark.long
def test_a_part_that_names_the_report_is_not_the_whole(models: Models, tmp_path: Path) -> None:
    part = "<h2>Segments</h2><table><tr><th></th><th>2023</th><th>2022</th></tr><tr><td>Aqualine net sales</td>"
    report = REPORT.replace("<p>", f"{part}<td>700</td><td>500</td></tr></table><p>Aqualine grows. Aqualine rents. ")
    (tmp_path / "Brightwater_2023.html").write_text(report, encoding="utf-8")
    (tmp_path / "Notes.txt").write_text("The garden shed needs a new roof before winter.\n", encoding="utf-8")
    with Library(tmp_path / "library") as library:
        for name in ("Brightwater_2023.html", "Notes.txt"):
            assert index_file(tmp_path / name, library, models).status == "added"
        assert "20.0%" not in asked(library, models, "Aqualine net sales growth 2022 to 2023 in %").answer


def passage(text: str) -> Passage:
    return Passage(1, 1, "a.pdf", 3, "table", "Statements", text, [])


def test_columns_that_come_twice_are_told_apart_by_their_span_of_time() -> None:
    text = (
        "(In thousands)\nThree months ended Twelve months ended\n2023 2022 2023 2022\n"
        "Net sales $ 10 $ 9 $ 40 $ 38\nOperating income 2 1 8 7\nNet income (loss) 1 (1) 5 4\n"
        "Interest expense, including fees on\nunused credit (1) (1) (4) (3)"
    )
    statements = FinancialStatements([passage(text)], definitions())
    line = definitions().lines
    whole, quarter = (statements.cell(line["net income"], 2022, months) for months in (12, 3))
    assert whole is not None and (whole.value, whole.scale, whole.sign) == (4.0, "thousand", "$")
    assert quarter is not None and quarter.value == -1.0
    interest = statements.cell(line["interest expense"], 2023)
    assert interest is not None and interest.value == 4.0 and interest.row.label.endswith("unused credit")


def test_a_page_that_does_not_say_its_unit_has_that_of_the_other_statements() -> None:
    income = "(in millions)\n2023 2022\nNet sales $ 10 $ 9\nOperating income 2 1\nNet income 1 1"
    flows = (
        "2023 2022\nNet income 1 1\nNet cash provided by operating activities 7 6\n"
        "Capital expenditures (3) (2)\nDividends paid (1) (1)"
    )
    pages = [passage(income), replace(passage(flows), id=2, page=4)]
    flow = FinancialStatements(pages, definitions()).cell(definitions().lines["capital expenditure"], 2023)
    assert flow is not None and (flow.value, flow.scale) == (3.0, "million")


def test_what_the_question_defines_counts_before_what_is_known() -> None:
    read = parse_figure_question(
        "What is Aster's 2023 cash ratio? Define cash ratio as cash divided by total assets.",
        definitions(),
        frozenset({"aster"}),
    )
    assert read is not None and read.definitions.measures["cash ratio"].expression == "cash divided by total assets"
    assert definitions().measures["cash ratio"].expression != "cash divided by total assets"


BRACKETED = (
    "(In thousands)\n2024 2023\nRevenue 5,200 4,700\nCost of sales (3,120) (2,914)\n"
    "Administrative expenses (1,290) (1,233)\nOperating profit 790 553\nIncome before income taxes 700 469\n"
    "Income tax expense (175) (117)\nNet profit 525 352\n"
)
DEBTS = (
    "2024 2023\nTotal current assets 1,800 1,630\nTotal assets 3,900 3,600\nTrade payables (410) (395)\n"
    "Total current liabilities (900) (870)\nTotal liabilities (1,700) (1,750)\n"
)


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("gross profit", 2_080_000),
        ("gross margin", 0.4),
        ("cost of sales", 3_120_000),
        ("effective tax rate", 0.25),
        ("working capital", 900_000),
        ("current ratio", 2.0),
    ],
)
def test_costs_and_debts_in_brackets_are_taken_without_their_sign(name: str, amount: float) -> None:
    known = definitions()
    pages = [passage(BRACKETED), replace(passage(DEBTS), id=2, page=4)]
    statements = FinancialStatements(pages, known)
    value = Evaluation(statements, known).value(Named(name), 2024)
    assert value is not None and value.amount == pytest.approx(amount)


@pytest.mark.parametrize(
    ("rows", "taxes"),
    [
        ("Cost of sales (9) (8)\nIncome before income taxes 700 469\nIncome tax (175) 30\nNet profit 525 499",
         [175, -30]),
        ("Cost of sales 9 8\nInterest expense (2) (1)\nIncome before income taxes 5,676 4,176\n"
         "Provision for income taxes 370 (1,084)\nNet income 5,306 5,260", [370, -1084]),
        ("Cost of sales 9 8\nIncome before income taxes 3,806 3,892\nProvision for income taxes (769) (1,425)\n"
         "Equity-method investment activity, net of tax (4) (96)\nNet income 3,033 2,371", [769, 1425]),
    ],
    ids=["all costs in brackets", "interest alone in brackets", "taxes in brackets"],
)  # fmt: skip
def test_a_tax_is_below_zero_only_where_it_is_a_gain(rows: str, taxes: list[float]) -> None:
    known = definitions()
    statements = FinancialStatements([passage(f"2024 2023\nRevenue 9,999 9,998\n{rows}\n")], known)
    told = [statements.cell(known.lines["income taxes"], year) for year in (2024, 2023)]
    assert [cell.value for cell in told if cell is not None] == taxes


def test_a_cost_of_a_document_of_its_own_that_stands_in_brackets_grows_where_it_gets_larger() -> None:
    statements = FinancialStatements([passage(BRACKETED)], definitions())
    known = definitions().with_lines(statements.lines)
    evaluation = Evaluation(statements, known)
    before, after = (evaluation.value(Named("Administrative expenses"), year) for year in (2023, 2024))
    assert before is not None and after is not None
    grown = growth(before, after)
    assert grown is not None and grown.amount == pytest.approx(57 / 1233)


def test_thousands_that_a_report_parts_by_points_are_no_decimals() -> None:
    known = definitions()
    text = "(in millions)\n2024 2023\nRevenue {} 987\nCost of sales 802 655\nGross profit 432 332\nNet profit 88 71\n"
    statements = FinancialStatements([passage(text.format("1.234"))], known)
    value = Evaluation(statements, known).value(Named("gross margin"), 2024)
    assert value is not None and value.amount == pytest.approx(432 / 1234)
    large = FinancialStatements([passage(text.format("1.234.567"))], known).cell(known.lines["revenue"], 2024)
    assert large is not None and large.value == 1_234_567


def test_what_may_be_thousands_or_decimals_is_no_figure() -> None:
    text = "2024 2023\nRevenue 1.234 1.100\nGross profit 1.102 1.001\nOperating income 1.002 1.001\n"
    statements = FinancialStatements([passage(text)], definitions())
    assert statements.years and statements.cell(definitions().lines["revenue"], 2024) is None
