"""How often questions about tables are computed rightly, left alone, and got wrong, on tables that are made up.

    python -m bench.computation [--count ROUNDS] [--json]

Each round draws five tables and asks every question below of all five at once; the right values are worked out
here in plain Python. Questions without a value can't be answered from the tables, and nothing should be said.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from bench.measuring import Measures, options, percentile, progress, report
from lamplight.library.records import Table
from lamplight.rag.computation import compute

ROUNDS = 20
SEED = 11
CATEGORIES = ("Travel", "Meals", "Software", "Office supplies", "Training", "Rent")
SUPPLIERS = ("Aeon Co", "Northwind Traders", "Blue Harbour Ltd", "Kite & Sons", "Fernhill Press")
ITEMS = ("Hammer", "Cordless drill", "Bolts M6", "Wood glue", "Step ladder", "Paint roller", "Tape measure")
REGIONS = ("Europe", "North America", "Asia Pacific", "Latin America")
PEOPLE = ("Anna Berg", "Omar Haddad", "Li Wei", "Sofia Rossi", "Jonas Klein", "Priya Nair", "Tom Baker", "Eva Novak")
DEPARTMENTS = ("Sales", "Engineering", "Support")
Asked = tuple[str, float | str | None]


def _expenses(chance: random.Random) -> tuple[Table, list[Asked]]:
    rows = [
        (
            f"2024-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            chance.choice(SUPPLIERS),
            chance.choice(CATEGORIES),
            round(chance.uniform(3, 900), 2),
        )
        for _ in range(200)
    ]
    cells = [[day, supplier, category, f"£{amount:,.2f}"] for day, supplier, category, amount in rows]
    table = Table(1, "expenses", ["Date", "Supplier", "Category", "Amount"], cells)
    amounts = [amount for *_, amount in rows]
    category, supplier = chance.choice(CATEGORIES), chance.choice(SUPPLIERS)
    spent = [row[3] for row in rows if row[2] == category]
    paid = [row[3] for row in rows if row[1] == supplier]
    by_category: dict[str, float] = defaultdict(float)
    for row in rows:
        by_category[row[2]] += row[3]
    march = [row[3] for row in rows if row[0][5:7] == "03"]
    limit = chance.choice((50, 100, 250))
    dearest = max(by_category, key=lambda name: by_category[name])
    return table, [
        ("What is the total amount?", sum(amounts)),
        ("What do all the amounts add up to?", sum(amounts)),
        (f"How much did we spend on {category}?", sum(spent)),
        (f"What was spent on {category.lower()} in total?", sum(spent)),
        (f"Total amount for {category}", sum(spent)),
        (f"What is the sum of the amounts in the {category} category?", sum(spent)),
        (f"How much have we spent with {supplier}?", sum(paid)),
        (f"What is the average amount for {supplier}?", statistics.fmean(paid)),
        (f"What's the mean amount paid to {supplier}?", statistics.fmean(paid)),
        (f"What is the median amount in {category}?", statistics.median(spent)),
        (f"How many expenses are there for {category}?", len(spent)),
        (f"How many rows have the category {category}?", len(spent)),
        (f"How many expenses were over £{limit}?", sum(amount > limit for amount in amounts)),
        (f"How many expenses with an amount under {limit} are there?", sum(amount < limit for amount in amounts)),
        ("What is the largest amount?", max(amounts)),
        (f"What was the smallest amount paid to {supplier}?", min(paid)),
        ("How many expenses were there in March 2024?", len(march)),
        ("What is the total amount in March?", sum(march)),
        ("How many different suppliers are there?", len(SUPPLIERS)),
        ("Which category has the highest total amount?", dearest),
        ("On which category did we spend the most?", dearest),
        (f"What share of the total amount is {category}?", 100 * sum(spent) / sum(amounts)),
        (f"What percentage of the amount was spent on {category}?", 100 * sum(spent) / sum(amounts)),
        *_not_in_expenses(category, supplier),
    ]


def _not_in_expenses(category: str, supplier: str) -> list[Asked]:
    """What the table doesn't say, or says of something else."""
    return [
        (question, None)
        for question in (
            f"How much has {supplier} paid?",
            "How much did we spend on advertising?",
            f"How much will we spend on {category} next month?",
            f"Why did we spend so much on {category}?",
            f"How much did we spend on {category} excluding {supplier}?",
            f"How much did we spend on {category} in 2019?",
            f"How much did we spend per month on {category}?",
            "What is the total amount including VAT?",
            "Which category should we cut?",
            "How many suppliers were late?",
            "Who approved the largest expense?",
            "What was the average amount of unpaid invoices?",
        )
    ]


def _inventory(chance: random.Random) -> tuple[Table, list[Asked]]:
    items = chance.sample(ITEMS, 6)
    stock = chance.sample(range(3, 1400), 6)
    prices = [round(chance.uniform(1, 90), 2) for _ in items]
    rows = [
        [item, f"{count:,}", f"€{price:.2f}", chance.choice(("A1", "B2", "C3"))]
        for item, count, price in zip(items, stock, prices, strict=True)
    ]
    table = Table(1, "Stock!A1:D7", ["Item", "In stock", "Unit price", "Shelf"], rows)
    item, other = chance.sample(range(6), 2)
    gap = prices[item] - prices[other]
    return table, [
        (f"How many {items[item]} are in stock?", stock[item]),
        (f"What is the unit price of the {items[item]}?", prices[item]),
        (f"How much does a {items[item].lower()} cost?", prices[item]),
        (f"On which shelf is the {items[item]}?", rows[item][3]),
        ("What is the most expensive item?", items[prices.index(max(prices))]),
        ("Which item is the cheapest?", items[prices.index(min(prices))]),
        ("Which item has the lowest unit price?", items[prices.index(min(prices))]),
        ("What is the average unit price?", statistics.fmean(prices)),
        ("Which item do we have the most of in stock?", items[stock.index(max(stock))]),
        ("How many items are there on the list?", 6),
        (f"How much more expensive is the {items[item]} than the {items[other]}?", gap),
        (f"What is the difference in unit price between {items[item]} and {items[other]}?", gap),
        ("How many screwdrivers are in stock?", None),
        (f"How much does a {items[item]} weigh?", None),
        (f"How many {items[item]} were sold?", None),
        (f"How much did a {items[item]} cost in 2019?", None),
        (f"How many {items[item]} are not in stock?", None),
        (f"What colour is the {items[item]}?", None),
        (f"Is the {items[item]} in stock?", None),
        (f"Who makes the {items[item]}?", None),
    ]


def _statement(chance: random.Random) -> tuple[Table, list[Asked]]:
    years = ["2020", "2021", "2022", "2023"]
    product, service = ([chance.randint(2000, 9000) for _ in years] for _ in range(2))
    total = [a + b for a, b in zip(product, service, strict=True)]
    cost = [int(value * chance.uniform(0.5, 0.8)) for value in total]
    net = [chance.randint(-900, 900) for _ in years]
    lines = {"Product sales": product, "Service sales": service, "Total net sales": total, "Cost of sales": cost}
    rows = [[label, *(f"{value:,}" for value in values)] for label, values in lines.items()]
    rows.append(["Net income (loss)", *(f"({-value:,})" if value < 0 else f"{value:,}" for value in net)])
    rows.append(["Diluted earnings per share", *(f"{value / 500:.2f}" for value in net)])
    table = Table(3, "Income statement ($ in millions, except per share data)", ["", *years], rows)
    year = chance.randrange(4)
    first, last = sorted(chance.sample(range(4), 2))
    span = f"from {years[first]} to {years[last]}"
    return table, [
        (f"What were total net sales in {years[year]}?", total[year]),
        (f"How much was the cost of sales in {years[year]}?", cost[year]),
        (f"What was the net income in FY{years[year]}?", net[year]),
        (f"What was the net loss in {years[year]}?", None),
        (f"How did product sales change {span}?", product[last] - product[first]),
        (f"By how much did service sales increase {span}?", service[last] - service[first]),
        (f"By what percentage did product sales grow {span}?", 100 * (product[last] / product[first] - 1)),
        ("Which year had the highest total net sales?", years[total.index(max(total))]),
        ("In which year was the cost of sales lowest?", years[cost.index(min(cost))]),
        ("What is the average cost of sales?", statistics.fmean(cost)),
        (
            f"What is the difference between product sales and service sales in {years[year]}?",
            product[year] - service[year],
        ),
        (
            f"How much higher were product sales in {years[last]} than in {years[first]}?",
            product[last] - product[first],
        ),
        (f"What were the sales in {years[year]}?", None),
        (f"What was the revenue in {years[year]}?", None),
        ("What were total net sales in 2017?", None),
        (f"What was the gross margin in {years[year]}?", None),
        (f"What drove the change in product sales {span}?", None),
        (f"What were product sales in Europe in {years[year]}?", None),
        (f"What was the operating income in {years[year]}?", None),
        (f"What was the net income in the third quarter of {years[year]}?", None),
        (f"What percentage of sales was cost of sales in {years[year]}?", None),
        (f"What is the total for {years[year]}?", None),
    ]


def _regions(chance: random.Random) -> tuple[Table, list[Asked]]:
    quarters = {region: [chance.randint(10, 990) for _ in range(4)] for region in REGIONS}
    rows = [[region, *map(str, values), str(sum(values))] for region, values in quarters.items()]
    columns = [sum(values[index] for values in quarters.values()) for index in range(4)]
    rows.append(["Total", *map(str, columns), str(sum(columns))])
    table = Table(2, "Units shipped by region", ["Region", "Q1", "Q2", "Q3", "Q4", "Year"], rows)
    region, other = chance.sample(REGIONS, 2)
    quarter = chance.randrange(4)
    best = max(REGIONS, key=lambda name: quarters[name][quarter])
    return table, [
        (f"How many units were shipped in {region} in Q{quarter + 1}?", quarters[region][quarter]),
        (f"What is the Q{quarter + 1} figure for {region}?", quarters[region][quarter]),
        (f"Which region had the highest Q{quarter + 1}?", best),
        (f"What is the total of Q{quarter + 1}?", columns[quarter]),
        (f"What is the average Q{quarter + 1}?", statistics.fmean(quarters[name][quarter] for name in REGIONS)),
        (f"How many more units were shipped in {region} than in {other}?", None),
        (f"What is the Q{quarter + 1} figure for Africa?", None),
        (f"How many units were returned in {region} in Q{quarter + 1}?", None),
        (f"What is the forecast for {region} in Q{quarter + 1}?", None),
    ]


def _staff(chance: random.Random) -> tuple[Table, list[Asked]]:
    rows = [
        [name, chance.choice(DEPARTMENTS), str(chance.randint(2009, 2024)), f"{chance.randint(28, 95) * 1000:,}"]
        for name in PEOPLE
    ]
    rows[3][3] = "n/a"
    table = Table(1, "Staff", ["Employee", "Department", "Start year", "Salary (EUR)"], rows)
    salaries = {row[0]: float(row[3].replace(",", "")) for row in rows if row[3] != "n/a"}
    department = rows[0][1]
    inside = [salaries[row[0]] for row in rows if row[1] == department and row[0] in salaries]
    name = chance.choice([name for name in PEOPLE if name in salaries])
    top = max(salaries.values())
    best = next(name for name in salaries if salaries[name] == top)
    one_best = list(salaries.values()).count(top) == 1
    return table, [
        (f"What is the salary of {name}?", salaries[name]),
        (f"What is {name}'s salary?", salaries[name]),
        (f"In which department is {name}?", next(row[1] for row in rows if row[0] == name)),
        (f"How many employees are in {department}?", sum(row[1] == department for row in rows)),
        (f"What is the average salary in {department}?", statistics.fmean(inside)),
        ("What is the average salary in the Staff table?", statistics.fmean(salaries.values())),
        *([("Who has the highest salary?", best), ("Which employee has the highest salary?", best)] * one_best),
        (f"How many people work in {department}?", None),
        ("How many employees have a salary over 50,000?", sum(value > 50_000 for value in salaries.values())),
        ("What is the salary of Sofia Rossi?", None),
        ("What is the salary of Max Muster?", None),
        (f"What will the salary of {name} be next year?", None),
        (f"Where does {name} live?", None),
        (f"When did {name} leave?", None),
        ("What is the total number of employees?", len(PEOPLE)),
        ("What is the average age of employees?", None),
        ("What is the lowest salary in Marketing?", None),
    ]


def measure(rounds: int) -> Measures:
    """Shares of answered, silent and wrong; an answer to a question that has none is wrong."""
    chance = random.Random(SEED)
    outcomes: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    times = []
    for _ in range(rounds):
        made = [make(chance) for make in (_expenses, _inventory, _statement, _regions, _staff)]
        tables = [table for table, _ in made]
        for question, gold in _questions(made):
            started = time.perf_counter()
            found = compute(question, tables)
            times.append(1000 * (time.perf_counter() - started))
            outcome = _judge(found.value if found else None, gold)
            outcomes[outcome] += 1
            if outcome in ("other value", "invented") and found:
                progress(f"wrong: {question} -> {found.answer} (right: {gold})")
            elif outcome == "silent":
                missed[question] += 1
    for question, count in missed.most_common(20):
        progress(f"silent: {question} ({count})")
    answerable = outcomes["right"] + outcomes["silent"] + outcomes["other value"]
    answered = outcomes["right"] + outcomes["other value"] + outcomes["invented"]
    wrong = outcomes["other value"] + outcomes["invented"]
    return {
        "computation_right": round(outcomes["right"] / answerable, 3),
        "computation_silent": round(outcomes["silent"] / answerable, 3),
        "computation_wrong": round(outcomes["other value"] / answerable, 3),
        "computation_invented": round(outcomes["invented"] / (outcomes["invented"] + outcomes["rightly silent"]), 4),
        "computation_precision": round(1 - wrong / answered, 4),
        "computation_p95_ms": round(percentile(times, 0.95), 1),
        "questions": len(times),
    }


def _questions(made: Sequence[tuple[Table, list[Asked]]]) -> Iterator[Asked]:
    for _, asked in made:
        yield from asked


def _judge(value: float | str | None, gold: float | str | None) -> str:
    if gold is None:
        return "rightly silent" if value is None else "invented"
    if value is None:
        return "silent"
    if isinstance(gold, str) or isinstance(value, str):
        return "right" if value == gold else "other value"
    # Shares are given to a tenth of a percent.
    return "right" if abs(value - gold) <= max(0.051, 1e-6 * abs(gold)) else "other value"


def _main() -> int:
    parsed = options("How often questions about tables are computed rightly.").parse_args()
    report(measure(parsed.count or ROUNDS), parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
