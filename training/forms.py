"""Made-up forms, bills and letters as lists of labels and values: what people keep besides books and reports."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date

from training.examples import Example

LINES = (5, 12)  # of a form
NO_ANSWER = 0.2
Value = Callable[[random.Random, Sequence[str]], str]


def money(chance: random.Random, _: Sequence[str]) -> str:
    size = chance.choice((chance.randint(2, 90), chance.randint(90, 9_000), chance.randint(10_000, 90_000)))
    amount = f"{size:,}"
    amount += chance.choice((f".{chance.randint(0, 99):02}", f".{chance.randint(0, 99):02}", ""))
    return chance.choice(("€{}", "EUR {}", "${}", "£{}", "{} EUR", "{} CHF", "{}")).format(amount)


def day(chance: random.Random, _: Sequence[str]) -> str:
    drawn = date(chance.randint(1995, 2026), chance.randint(1, 12), chance.randint(1, 28))
    return drawn.strftime(chance.choice(("%d %B %Y", "%B %d, %Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d %b %Y")))


def code(chance: random.Random, _: Sequence[str]) -> str:
    digits = [str(chance.randint(100, 999)) for _ in range(chance.randint(2, 3))]
    letters = "".join(chance.choice("ABCDEFGHKLMNPRSTVWXZ") for _ in range(chance.randint(1, 2)))
    joined = f"{letters}-{''.join(digits)}"
    return chance.choice((" ".join(digits), "-".join(digits), joined, f"{digits[0]}/{digits[1]}{letters}"))


def person(chance: random.Random, names: Sequence[str]) -> str:
    return chance.choice(("", "", "Dr. ", "Ms ", "Mr ")) + " ".join(chance.sample(names, 2))


def duration(chance: random.Random, _: Sequence[str]) -> str:
    unit = chance.choice(("days", "weeks", "months", "years"))
    return f"{chance.choice((chance.randint(2, 36), 'two', 'three', 'four', 'six', 'twelve'))} {unit}"


def quantity(chance: random.Random, _: Sequence[str]) -> str:
    unit = chance.choice(("kWh", "m²", "km", "kg", "litres", "hours", "%", "°C", "rpm", "pages"))
    return f"{chance.randint(2, 9_000):,} {unit}"


def place(chance: random.Random, names: Sequence[str]) -> str:
    street = chance.choice(("Street", "Road", "Lane", "Square"))
    return f"{chance.choice(names)} {street} {chance.randint(1, 180)}, {chance.choice(names)}"


FIELDS: tuple[tuple[str, Value, tuple[str, ...]], ...] = (
    ("Monthly rent", money, ("how much is the rent", "what do we pay a month for the flat", "rent per month")),
    ("Deposit", money, ("how high is the deposit", "what deposit was paid", "deposit")),
    ("Service charges", money, ("what are the service charges", "how much are the additional costs")),
    ("Amount due", money, ("how much do I have to pay", "what is the amount due", "sum to be paid")),
    ("Annual premium", money, ("what does the insurance cost a year", "how much is the premium")),
    ("Excess", money, ("how much is the excess", "what do I pay myself in case of damage")),
    ("Gross salary", money, ("how much is the salary", "what does the employee earn")),
    ("Discount", money, ("what discount was given", "how much is taken off")),
    ("Old balance", money, ("what was the balance before", "opening balance")),
    ("New balance", money, ("what is the balance now", "closing balance")),
    ("Limit of cover", money, ("up to what sum am I insured", "what is the maximum the insurance pays")),
    ("Due date", day, ("when is it due", "by when must it be paid", "payment deadline")),
    ("Start of contract", day, ("when does the contract begin", "since when does it run")),
    ("End of contract", day, ("when does the contract end", "until when does it run")),
    ("Date of birth", day, ("when was the patient born", "date of birth", "birthday of the insured")),
    ("Invoice date", day, ("when was the invoice written", "date of the invoice")),
    ("Appointment", day, ("when is the appointment", "on which day do I have to be there")),
    ("Next inspection", day, ("when is the next inspection", "when must it be checked again")),
    ("Departure", day, ("when do we leave", "departure date")),
    ("Return", day, ("when do we come back", "date of the return journey")),
    ("Invoice number", code, ("what is the invoice number", "number of the bill")),
    ("Customer number", code, ("what is my customer number", "our customer no")),
    ("Policy number", code, ("what is the number of the policy", "policy no")),
    ("Serial number", code, ("what is the serial number of the machine", "serial no")),
    ("Meter number", code, ("which number does the meter have",)),
    ("Booking reference", code, ("what is the booking code", "reservation number")),
    ("IBAN", code, ("to which account do I pay", "what is the IBAN")),
    ("Phone", code, ("what is the phone number", "how can I call them")),
    ("Landlord", person, ("who is the landlord", "who lets the flat", "name of the owner")),
    ("Tenant", person, ("who is the tenant", "who rents the flat")),
    ("Policyholder", person, ("who is insured", "in whose name is the policy")),
    ("Doctor", person, ("who is the doctor", "who treated the patient", "which doctor signed")),
    ("Class teacher", person, ("who is the class teacher", "who teaches the class")),
    ("Chair of the meeting", person, ("who chaired the meeting", "who led the meeting")),
    ("Contact", person, ("whom can I ask", "who is the contact person")),
    ("Issued by", person, ("who issued it", "who signed the document")),
    ("Notice period", duration, ("how long is the notice period", "how many months' notice must be given")),
    ("Warranty", duration, ("how long is the warranty", "for how long is it guaranteed")),
    ("Probation", duration, ("how long is the probation", "how long is the trial period")),
    ("Holiday a year", duration, ("how much holiday is there", "how many days off are there a year")),
    ("Minimum term", duration, ("what is the minimum term", "for how long is one bound at least")),
    ("Dose interval", duration, ("how long must one wait between doses",)),
    ("Consumption", quantity, ("how much was used", "what was the consumption")),
    ("Old reading", quantity, ("what was the meter reading at the beginning",)),
    ("New reading", quantity, ("what was the meter reading at the end",)),
    ("Living space", quantity, ("how large is the flat", "what is the floor area")),
    ("Temperature", quantity, ("at what temperature", "how hot must it be")),
    ("Load", quantity, ("how much may be loaded", "maximum load")),
    ("Address", place, ("what is the address", "where is it", "where do they live")),
    ("Place of delivery", place, ("where is it delivered", "delivery address")),
    ("Venue", place, ("where does it take place", "where is the meeting")),
)  # fmt: skip
ON_RECEIPTS = frozenset(
    [
        *(
            "Amount due",
            "Discount",
            "Invoice date",
            "Due date",
            "Invoice number",
            "Customer number",
            "Phone",
            "Address",
        ),
        *("Place of delivery", "Venue", "Contact", "Issued by", "Old balance", "New balance", "Consumption"),
        "Booking reference",
    ]
)
NOT_ON_RECEIPTS = (
    "what is the licence plate of the car", "which seat do I have", "what is the flight number",
    "when does the train leave", "how old is the patient", "what is the weather like", "who wrote the letter",
    "what is the password of the wireless network", "how tall is the tower", "what was the profit of the company",
    "how many employees are there", "who is the chief executive", "what colour is the car",
    "which floor is the flat on", "what was decided at the meeting", "how many pages does the book have",
    "what are the side effects", "who may terminate the contract", "what is the speed limit",
    "when was the company founded",
)  # fmt: skip
SENTENCES = (
    "{label} is {value}.",
    "The {low} is {value}.",
    "{label}: {value}.",
    "We confirm {value} as {low}.",
    "The {low} of {value} applies.",
)


def forms(count: int, names: Sequence[str], chance: random.Random) -> list[Example]:
    """Each asks for one field among others of its kind."""
    return [_form(names, chance) for _ in range(count)]


def _form(names: Sequence[str], chance: random.Random) -> Example:
    fields = chance.sample(FIELDS, chance.randint(*LINES))
    style = chance.choice((" | ", ": ", "   ", "  ", "sentence"))
    asked = chance.randrange(len(fields))
    lines, span = [], (0, 0)
    for number, (label, value, _) in enumerate(fields):
        written = value(chance, names)
        text = f"{label}{style}{written}"
        if style == "sentence":
            text = chance.choice(SENTENCES).format(label=label, low=label.lower(), value=written)
        if number == asked:
            span = (text.rindex(written), text.rindex(written) + len(written))
        lines.append(text)
    label, _, questions = fields[asked]
    low = label.lower()
    question = chance.choice((*questions, f"what is the {low}", low, f"which {low} is stated"))
    if chance.random() < NO_ANSWER:
        del lines[asked]
        return Example("form", f"{question}?", "", tuple(lines), (), ())
    return Example("form", f"{question}?", "", tuple(lines), (asked,), (span,))


def asked_elsewhere(chance: random.Random) -> str:
    """What a form may hold but a shop's receipt doesn't."""
    label, _, questions = chance.choice([field for field in FIELDS if field[0] not in ON_RECEIPTS])
    return chance.choice((*questions, f"what is the {label.lower()}", *NOT_ON_RECEIPTS)) + "?"
