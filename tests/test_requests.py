"""Whole documents, lists, comparisons, the library itself and a conversation, with the real models."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Chunk, Document, Message
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.balance import balance, corrected
from lamplight.rag.events import Event, Evidence, Finished, ScanProgress, Searching
from lamplight.rag.guide import GuideBuilder
from lamplight.rag.intent import RequestKind
from lamplight.rag.lexicon.amounts import only_number
from lamplight.rag.messages import say
from lamplight.rag.requests.fields import summed
from lamplight.rag.requests.two_parts import parts_of
from lamplight.rag.retriever import EVERYWHERE, Scope
from lamplight.samples import HANDBOOK
from lamplight.scheduling import CancelToken
from lamplight.ui.answers import Answer
from lamplight.ui.commands import answer_to_json
from lamplight.ui.document_view import document_value
from lamplight.ui.rendering import answer_html
from tests.test_lookup import put

BULLET = re.compile(r"^- (.*?) \[\d+\]$", re.M)


def asked(
    library: Library, models: Models, text: str, kind: RequestKind | None = None, scope: Scope = EVERYWHERE
) -> Finished:
    """The end of the answer."""
    events = Answerer(library, models).answer(text, kind=kind, scope=scope)
    return next(event for event in events if isinstance(event, Finished))


def asked_until(library: Library, models: Models, text: str, when: type[Event], time: int = 1) -> Finished:
    """The end of an answer that is stopped at an event of one kind, the first or a later one."""
    stop, seen = CancelToken(), 0
    for event in Answerer(library, models).answer(text, stop=stop):
        seen += isinstance(event, when)
        if seen == time:
            stop.cancel()
        if isinstance(event, Finished):
            assert event.stopped
            return event
    raise AssertionError("no end")


def add(library: Library, models: Models, folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        assert index_file(folder / name, library, models).status == "added"


def cited(finished: Finished) -> Sequence[str]:
    return [citation.document for citation in finished.citations]


@pytest.fixture
def receipts(library: Library, models: Models, tmp_path: Path) -> Library:
    add(
        library,
        models,
        tmp_path,
        {
            f"receipt {shop}.txt": f"{shop} Ltd\nReceipt of {day} May 2024\nTea\nTOTAL: EUR {total}\nThanks!\n"
            for shop, day, total in (("Aster", 2, "12.50"), ("Birch", 9, "7.25"), ("Cedar", 11, "100.00"))
        },
    )
    return library


def test_a_greeting_gets_a_sentence_and_things_to_try_even_in_an_empty_library(
    library: Library, models: Models
) -> None:
    finished = asked(library, models, "Hello!")
    assert finished.kind == "talk" and not finished.refused and finished.answer.startswith("Hello!")
    assert asked(library, models, "summarise everything").answer == say("en", "empty library")


def test_what_lamplight_can_do_names_what_the_library_can_answer(sample_library: Library, models: Models) -> None:
    finished = asked(sample_library, models, "What can you do?")
    assert finished.kind == "lamplight" and any(name in finished.answer for name in ("handbook", "harvest", "fees"))


def test_the_library_counts_itself(sample_library: Library, models: Models) -> None:
    answer = asked(sample_library, models, "How many documents do I have?").answer
    documents = sample_library.documents.all()
    assert f"{len(documents)} documents" in answer and f"{sum(one.pages for one in documents)} pages" in answer


def test_documents_that_mention_a_name_are_all_named_and_cited(sample_library: Library, models: Models) -> None:
    finished = asked(sample_library, models, "Which documents mention Hannah Whitlock?")
    assert finished.kind == "library" and HANDBOOK.name in cited(finished)
    assert all("Whitlock" in citation.text for citation in finished.citations)


def test_what_a_collection_mentions_is_found_in_a_library_that_says_it_everywhere(
    library: Library, models: Models
) -> None:
    """More passages say it, and better, than any search for the best would bring."""
    house = "For hail there is an insurance of some kind, which nobody has looked at for many years."
    own = put(library, "house.md", house)
    many = [put(library, f"note {number}.txt", *["insurance"] * 30) for number in range(32)]
    finished = asked(library, models, "Which documents mention insurance?", scope=Scope(frozenset({own.id})))
    assert not finished.refused
    assert cited(finished) == [own.name]
    everywhere = asked(library, models, "Which documents mention insurance?").answer
    assert say("en", "mentions", len(many) + 1, all=len(many) + 1, words="insurance") in everywhere


def test_scans_are_counted_as_what_they_read_like(library: Library, models: Models) -> None:
    """A receipt may begin like a letter, with names, places and numbers: its many amounts tell it."""
    till = "Dear customer, thank you for your visit.\nPlease let us know how it was. Yours, Low & Sons, Jalan Bunga 2"
    items = "GLOVES 3 2.12 6.36\nTOTAL 6.36\nCASH 10.00\nCHANGE 3.64"
    letter = "Dear Mr Low,\nthank you for your letter of last week.\nWe return the fee of 12.50.\nYours sincerely"
    for name, texts in {"001.jpg": (till, items), "002.jpg": (letter,)}.items():
        chunks = [Chunk(1, "image", "", text, [], picture_kind="scan") for text in texts]
        document = Document(0, name, f"/{name}", name, "jpg", "", 1, len(chunks), 0, 1, 1, 1.0)
        library.documents.add(document, [], chunks, models.embedder.encode(list(texts)), models.embedder)
    for question, own, other in (
        ("How many receipts do I have?", "001.jpg", "002.jpg"),
        ("How many letters do I have?", "002.jpg", "001.jpg"),
    ):
        answer = asked(library, models, question).answer
        assert own in answer and other not in answer


def test_documents_are_told_apart_by_their_language(library: Library, models: Models, tmp_path: Path) -> None:
    files = {
        "plot.md": "The tenant keeps the paths free of weeds and closes the gate in the evening.",
        "lease.md": "The rent is due on the third working day of each month, in advance.",
        "garten.md": "Der Pächter hält die Wege frei von Unkraut und schließt abends das Tor.",
        "numbers.md": "12.50",
    }
    add(library, models, tmp_path, files)
    finished = asked(library, models, "Which of my documents are not in English?")
    assert finished.kind == "library" and not finished.refused
    german, english, untold = finished.answer.splitlines()[-3:]
    assert german.startswith("- **Deutsch** (1): garten.md")
    assert english.startswith("- **English** (2)") and "plot.md" in english and "lease.md" in english
    assert "numbers.md" in untold
    assert "garten.md" in asked(library, models, "Welche Dokumente sind auf Deutsch?").answer


LEASES = {
    "lease_shop.md": "# Lease of the shop\n\nThe tenant pays a rent of 900 euros each month. Dogs are not allowed.",
    "huurcontract.md": "# Huurovereenkomst\n\nDe kale huurprijs bedraagt 1375 euro per maand. Een kat is toegestaan.",
    "mietvertrag.md": "# Mietvertrag\n\nDie Miete beträgt 640 Euro im Monat. Haustiere sind nicht gestattet.",
    "contrat_location.md": "# Contrat de location\n\nLe loyer est de 780 euros par mois. Sous-louer est interdit.",
    "umowa_zlecenia.md": "# Umowa zlecenia\n\nWynagrodzenie wynosi 3450 złotych brutto. Praca trwa do końca listopada.",
    "brief.md": "# Brief der Krankenkasse\n\nDer neue Beitrag beträgt 210 Euro. Er wird zum Monatsende abgebucht.",
    "history.md": "# A school book\n\nThe French revolution began in 1789. The king was deposed three years later.",
}


@pytest.fixture
def leases(library: Library, models: Models, tmp_path: Path) -> Library:
    add(library, models, tmp_path, LEASES)
    return library


@pytest.mark.parametrize(
    ("text", "kind", "documents"),
    [
        ("Summarise the Polish contract.", "summary", {"umowa_zlecenia.md"}),
        ("Summarise the Dutch lease", "summary", {"huurcontract.md"}),
        ("Fasse den niederländischen Mietvertrag zusammen", "summary", {"huurcontract.md"}),
        ("Résume le contrat polonais", "summary", {"umowa_zlecenia.md"}),
        ("Summarise the German lease", "summary", {"mietvertrag.md"}),  # of two documents in German
        ("Summarise the French revolution", "summary", {"history.md"}),
        ("compare the French and the German lease", "comparison", {"contrat_location.md", "mietvertrag.md"}),
    ],
)
def test_documents_are_called_by_their_language(
    leases: Library, models: Models, text: str, kind: RequestKind, documents: set[str]
) -> None:
    assert set(cited(asked(leases, models, text, kind))) == documents


def test_a_request_is_understood_with_the_name_of_a_language_in_it(leases: Library, models: Models) -> None:
    finished = asked(leases, models, "Fasse den niederländischen Mietvertrag zusammen")
    assert finished.kind == "summary" and set(cited(finished)) == {"huurcontract.md"}


def test_a_word_that_only_begins_like_a_name_means_what_is_nearest(
    library: Library, models: Models, tmp_path: Path
) -> None:
    files = {
        "contrat_location.md": "# Contrat de location\n\n"
        + "Le loyer est de 780 euros par mois, sans les charges. " * 40,
        "bathroom.md": "# Bathroom\n\n" + "The contractor lays the tiles and paints the ceiling of the room. " * 40,
        "darlehen.md": "# Darlehen\n\n" + "Der Zins beträgt vier Prozent im Jahr, die Rate 300 Euro. " * 40,
    }
    add(library, models, tmp_path, files)
    for text, document in {
        "Summarise the contractor's work": "bathroom.md",
        "Summarise the contract": "contrat_location.md",
        "Fasse den Darlehensvertrag zusammen": "darlehen.md",
    }.items():
        assert set(cited(asked(library, models, text, "summary"))) == {document}


def test_a_summary_on_a_topic_is_of_what_is_about_it(library: Library, models: Models, tmp_path: Path) -> None:
    sections = {
        "Fees": "A plot costs 60 euros a year. Who pays late pays five euros more.",
        "Animals": "Dogs are kept on a lead on all paths. Hens are allowed, six for each plot, but no cock.",
        "Water": "The taps are closed from November to March. Hoses are allowed in the evening only.",
        "Sheds": "A shed may have eight square metres. Its roof is to be green or grey.",
    }
    text = "\n\n".join(f"# {title}\n\n{said * 12}" for title, said in sections.items())
    add(library, models, tmp_path, {"rules.md": text, "letter.md": "Dear members, the open day is in June."})
    finished = asked(library, models, "Summarise what the rules say about hens and dogs")
    assert finished.kind == "summary" and "Hens are allowed" in finished.answer
    assert "60 euros" not in finished.answer and "green or grey" not in finished.answer
    finished = asked(library, models, "summarise rules.md hoses")
    assert finished.kind == "summary" and "Hoses are allowed" in finished.answer
    assert "60 euros" not in finished.answer and "green or grey" not in finished.answer


def test_a_name_that_stands_nowhere_is_said_so(sample_library: Library, models: Models) -> None:
    finished = asked(sample_library, models, "Which documents mention Zaphod Beeblebrox?")
    assert finished.refused and "Zaphod Beeblebrox" in finished.answer


def test_a_summary_is_the_documents_own_sentences_each_with_its_page(sample_library: Library, models: Models) -> None:
    finished = asked(sample_library, models, "Summarise the handbook")
    document = sample_library.documents.named(HANDBOOK.name)[0]
    pages = {
        number: " ".join((page.text if (page := sample_library.documents.page(document.id, number)) else "").split())
        for number in range(1, document.pages + 1)
    }
    assert finished.kind == "summary" and finished.citations
    assert all(" ".join(one.text.split()) in pages[one.page] for one in finished.citations)
    furniture = {
        chunk.text.split("\n")[index] for chunk in sample_library.passages.of(document.id) for index in chunk.furniture
    }
    assert not furniture & {citation.text for citation in finished.citations}


def test_a_summary_has_as_many_points_as_were_asked_for(sample_library: Library, models: Models) -> None:
    assert len(BULLET.findall(asked(sample_library, models, "Summarise the handbook in three points").answer)) == 3


@pytest.mark.parametrize("sections", [14, 40])
def test_a_contract_of_many_short_sections_is_summarised(
    library: Library, models: Models, tmp_path: Path, sections: int
) -> None:
    things = ("rent", "deposit", "heating", "garden", "keys", "pets", "noise", "repairs", "visits", "insurance")
    text = "\n\n".join(
        f"## § {number} The {things[number % 10]}\n\nThe tenant looks after the {things[number % 10]} of flat {number} "
        f"and tells the landlord within {number} days what has happened to it."
        for number in range(1, sections + 1)
    )
    add(library, models, tmp_path, {"lease.md": f"# Lease\n\n{text}\n"})
    summary = asked(library, models, "Summarise the lease in 7 points")
    assert summary.kind == "summary"
    assert len(BULLET.findall(summary.answer)) == 7


def test_a_page_is_summarised_from_that_page_alone(sample_library: Library, models: Models) -> None:
    finished = asked(sample_library, models, "Summarise page 3 of the handbook")
    assert {citation.page for citation in finished.citations} == {3}


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("Fasse Seite 1 der Satzung zusammen", "Seite 1"),
        ("Fasse die Seiten 1 bis 2 der Satzung zusammen", "Seiten 1 bis 2"),
        ("Fasse Garten in der Satzung zusammen", "„Der Garten“"),
        ("Résume la page 1 du document satzung", "page 1 "),
        ("Summarise pages 1 to 2 of the Satzung", "pages 1 to 2"),
    ],
)
def test_the_part_that_is_summarised_is_called_in_the_language_of_the_request(
    library: Library, models: Models, tmp_path: Path, question: str, part: str
) -> None:
    text = "# Satzung\n\n## Der Garten\n\nDer Garten ist im Sommer offen.\n\n## Die Tiere\n\nBienen sind erlaubt.\n"
    add(library, models, tmp_path, {"satzung.md": text})
    assert asked(library, models, question, kind="summary").answer.startswith(f"**satzung.md**, {part}:")


@pytest.mark.parametrize(
    ("question", "says", "not_of_it"),
    [
        ("What is said about gates and opening hours?", "The main gate is on Mill Lane", "dipping tanks"),
        ("What does the handbook say about water?", "nine taps and four dipping tanks", "Mill Lane"),
    ],
)
def test_a_question_that_only_names_a_section_is_told_what_it_says(
    sample_library: Library, models: Models, question: str, says: str, not_of_it: str
) -> None:
    answer = asked(sample_library, models, question)
    assert says in answer.answer
    assert not_of_it not in answer.answer
    assert len(answer.citations) > 2
    assert all(citation.text[:1].isupper() for citation in answer.citations), "no halves of sentences"


def test_a_numbered_heading_is_called_by_its_words(library: Library, models: Models, tmp_path: Path) -> None:
    leaflet = (
        "# Calmarin\n\n## 3. How to take it\n\nTake one tablet with water.\n\n## 4. Possible side effects\n\n"
        "Like all medicines, it can have some.\n\n- Common: heartburn, nausea.\n- Rare: ringing in the ears.\n\n"
        "## 5. Storing\n\nKeep it dry, out of the reach of children.\n"
    )
    add(library, models, tmp_path, {"leaflet.md": leaflet})
    answer = asked(library, models, "What are the possible side effects of Calmarin?").answer
    assert "heartburn, nausea" in answer
    assert "ringing in the ears" in answer
    assert "- -" not in answer


def test_a_heading_among_what_is_asked_tells_its_section_where_no_line_is_sure(
    library: Library, models: Models, tmp_path: Path
) -> None:
    paper = (
        "# Green roofs in Harrowmere\n\n## Abstract\n\nWe measured the runoff of 24 roofs in two summers.\n\n"
        "## 5. Limitations\n\nOur study has several limitations. First, the frames were small. Second, only summers "
        "were measured. Third, all roofs stood on one building.\n\n## Funding\n\nThe authors declare no "
        "competing interests.\n"
    )
    add(library, models, tmp_path, {"roofs.md": paper})
    answer = asked(library, models, "What limitations do the authors of the green roof paper mention?").answer
    assert "the frames were small" in answer
    assert "all roofs stood on one building" in answer


def test_everything_is_told_document_by_document(sample_library: Library, models: Models) -> None:
    answer = asked(sample_library, models, "Summarise all documents").answer
    assert all(document.name.replace("_", r"\_") in answer for document in sample_library.documents.all())


def test_receipts_are_listed_with_their_totals_and_the_sum(receipts: Library, models: Models) -> None:
    finished = asked(receipts, models, "List all receipts with their totals")
    assert finished.kind == "list" and finished.rows is not None
    assert [only_number(row[1]) for row in finished.rows.rows] == [Decimal("12.50"), Decimal("7.25"), Decimal("100.00")]
    assert finished.rows.sums[1].endswith("119.75") and "119.75" in finished.answer
    assert answer_to_json(finished)["rows"]["columns"][0] == "Document"


@pytest.mark.parametrize(
    ("question", "total", "files"),
    [
        ("How much did I spend at Aster in total?", "EUR 20.50", 2),
        ("What is the total of all my receipts?", "EUR 127.75", 4),
        ("Wie viel habe ich bei Aster insgesamt bezahlt?", "EUR 20.50", 2),
        ("What is the total of all my receipts of May 2024?", "EUR 119.75", 3),
    ],
)
def test_what_was_paid_in_all_is_the_sum_of_what_is_meant(
    receipts: Library, models: Models, tmp_path: Path, question: str, total: str, files: int
) -> None:
    add(receipts, models, tmp_path, {"receipt Aster June.txt": "Aster Ltd\nReceipt of 1 June 2024\nTOTAL: EUR 8.00\n"})
    finished = asked(receipts, models, question)
    assert finished.short == total
    assert finished.rows is not None
    assert len(finished.rows.rows) == files


def test_the_total_of_two_receipts_is_not_that_of_all(receipts: Library, models: Models) -> None:
    assert asked(receipts, models, "What do the three receipts add up to?").short == "EUR 119.75"
    assert "119.75" not in asked(receipts, models, "What do the two petrol receipts add up to?", "list").answer


def test_a_total_that_was_stopped_is_not_told_as_the_answer(receipts: Library, models: Models) -> None:
    finished = asked_until(receipts, models, "What is the total of all my receipts?", ScanProgress, 2)
    assert not finished.short
    assert finished.rows is not None
    assert len(finished.rows.rows) == 2
    assert say("en", "documents unseen", 1) in finished.answer
    assert not finished.answer.startswith("**")


@pytest.mark.parametrize(
    "question",
    [
        "List all receipts with their totals",
        "What is the total of all my receipts?",
        "Compare the total of receipt Aster and receipt Birch",
        "Summarise all documents",
        "What was the total at Aster?",
    ],
)
def test_what_was_stopped_before_anything_was_found_ends_without_a_verdict(
    receipts: Library, models: Models, question: str
) -> None:
    finished = asked_until(receipts, models, question, Searching)
    assert not finished.answer
    assert not finished.refused


def test_a_question_that_is_stopped_while_it_is_looked_for_is_not_refused(receipts: Library, models: Models) -> None:
    question = "What is the tariff of the moon base?"
    assert asked(receipts, models, question).refused
    finished = asked_until(receipts, models, question, Evidence)
    assert not finished.answer
    assert not finished.refused


def test_a_stopped_comparison_says_what_was_not_looked_at(receipts: Library, models: Models) -> None:
    question = "Compare the total of receipt Aster and receipt Birch"
    finished = asked_until(receipts, models, question, ScanProgress)
    assert finished.kind == "comparison"
    assert finished.rows is not None
    assert finished.rows.columns == ["", "receipt Aster.txt"]
    assert say("en", "documents unseen", 1) in finished.answer


def test_the_receipts_of_one_shop_are_listed_alone(receipts: Library, models: Models) -> None:
    finished = asked(receipts, models, "List all receipts of Birch with their totals")
    assert finished.rows is not None
    assert [row[0] for row in finished.rows.rows] == ["receipt Birch.txt"]


def test_a_comparison_has_a_column_for_each_document_and_cites_each_cell(
    library: Library, models: Models, tmp_path: Path
) -> None:
    files = {
        "contract Adler.txt": "Contract, Adler.\nThe notice period is four weeks.\nThe pay is EUR 2,000.\n",
        "contract Busch.txt": "Contract, Busch.\nThe notice period is six months.\nThe pay is EUR 3,000.\n",
    }
    add(library, models, tmp_path, files)
    finished = asked(library, models, "Compare the notice period in contract Adler and contract Busch")
    assert finished.rows is not None and finished.rows.columns[1:] == list(files)
    assert "four weeks" in finished.rows.rows[0][1] and "six months" in finished.rows.rows[0][2]
    assert cited(finished) == list(files)


@pytest.mark.parametrize(
    ("question", "chosen"),
    [
        ("Compare the deposit", True),
        ("Compare the deposits in these three", True),
        ("Compare the deposit of the Miller, Smith and Jones leases", False),
        ("Compare the deposit of the Miller, Smith and Jones leases", True),
    ],
)
def test_all_documents_of_a_collection_are_compared_where_they_are_chosen_or_named(
    library: Library, models: Models, tmp_path: Path, question: str, chosen: bool
) -> None:
    leases = {"Jones": "1,500", "Miller": "1,800", "Smith": "2,100"}
    files = {
        f"lease {name}.md": f"# Lease {name}\n\nThis lease is between the landlord and {name}.\n\n"
        f"The deposit is EUR {deposit}.\n\nThe notice period is three months.\n"
        for name, deposit in leases.items()
    }
    add(library, models, tmp_path, {**files, "bakery.md": "# Bakery\n\nBread is baked at five in the morning.\n"})
    inside = frozenset(one.id for one in library.documents.all() if one.name in files)
    finished = asked(library, models, question, scope=Scope(inside, chosen=chosen))
    assert finished.kind == "comparison"
    assert finished.rows is not None
    assert finished.rows.columns[1:] == list(files)
    assert all(deposit in cell for deposit, cell in zip(leases.values(), finished.rows.rows[0][1:], strict=True))


def test_what_changed_between_two_versions_is_said_line_by_line(
    library: Library, models: Models, tmp_path: Path
) -> None:
    same = "The flat has three rooms and a kitchen.\nBicycles stand in the yard.\n"
    add(
        library,
        models,
        tmp_path,
        {
            "lease draft.txt": f"{same}The deposit is 900 euros.\nDogs are forbidden.\n",
            "lease final.txt": f"{same}The deposit is 800 euros.\n",
        },
    )
    finished = asked(library, models, "What changed between the lease draft and the lease final?")
    assert finished.kind == "change" and finished.rows is not None
    assert finished.rows.rows == [
        ["The deposit is 900 euros.", "The deposit is 800 euros."],
        ["Dogs are forbidden.", ""],
    ]


def test_writing_says_that_it_needs_a_larger_model_and_shows_the_facts(sample_library: Library, models: Models) -> None:
    finished = asked(sample_library, models, "Write a letter to the society about the key deposit")
    assert finished.kind == "writing" and "larger language model" in finished.answer and finished.citations


def test_what_would_be_written_from_a_whole_document_is_shown_as_its_summary(leases: Library, models: Models) -> None:
    for text, document in {
        "translate the letter of the Krankenkasse": "brief.md",
        "Translate the Dutch lease into English": "huurcontract.md",
        "Explain the Polish contract to me": "umowa_zlecenia.md",
    }.items():
        finished = asked(leases, models, text, "writing")
        assert finished.answer.startswith(say("en", "needs larger")) and set(cited(finished)) == {document}
        assert say("en", "rests on") not in finished.answer
    letter = asked(leases, models, "an email to my landlord about dogs in the shop", "writing")
    assert say("en", "rests on") in letter.answer and "Dogs are not allowed" in letter.answer


def test_the_other_reading_is_one_click(sample_library: Library, models: Models) -> None:
    finished = asked(sample_library, models, "Summarise the handbook")
    answer = Answer()
    answer.absorb(finished)
    assert finished.other == "fact" and "#as-fact-1-2" in answer_html(answer, "1-2")
    assert asked(sample_library, models, "The handbook", kind="summary").kind == "summary"


def test_a_table_is_kept_with_its_answer(receipts: Library, models: Models) -> None:
    answer = Answer()
    answer.absorb(asked(receipts, models, "List all receipts with their totals"))
    restored = Answer.restored(Message(1, "assistant", answer.text, answer.details()))
    assert restored.rows == answer.rows is not None


def test_a_source_guide_is_kept_with_its_document_and_every_line_has_its_page(library: Library, models: Models) -> None:
    index_file(HANDBOOK, library, models)
    (document,) = library.documents.all()
    assert library.guides.missing() == [document.id] and document_value(library, document.id)["guide"] is None
    guide = GuideBuilder(library, models).make(document.id)
    assert guide is not None and guide == library.guides.get(document.id) and library.guides.missing() == []
    assert guide.lines and guide.outline and guide.questions
    for line in guide.lines:
        page = library.documents.page(document.id, line.page)
        assert page is not None and line.text.rstrip("…") in " ".join(page.text.split())
    library.documents.remove(document.id)
    library.documents.purge(document.id)
    assert library.guides.get(document.id) is None


@pytest.mark.parametrize(
    ("lines", "paid"),
    [
        (["Goods 28.31", "TOTAL: 28.30", "CASH 50.00", "Change 21.70"], "28.30"),
        (["Parking 5.00", "Accepted total 10.00", "Change 5.00"], "5.00"),
        (["Total 100.62", "Rounding -0.02", "Rounded 100.60", "VISA 100.60"], "100.60"),
        (["Net 40.00", "GST 2.40", "Total 42.40", "TOTAL 42.40", "CASH 42.40", "Base and tax 40.00 2.40"], "42.40"),
        (["Excluding tax 94.34", "Tax 5.66", "Total 100.00"], "100.00"),
    ],
)
def test_the_amount_that_was_paid_is_known_by_what_adds_up(lines: list[str], paid: str) -> None:
    weights = balance(lines)
    assert max(weights, key=lambda amount: weights[amount]) == paid


def test_a_mark_read_as_a_digit_before_the_total_is_known_by_what_adds_up() -> None:
    lines = ["Tax 4.16", "Supplies with tax: 73.52", "Supplies without: 20.67", "Total Payable: 194.19"]
    assert corrected("194.19", lines) == "94.19"
    assert corrected("73.52", lines) == "73.52"
    assert corrected("194.19", [*lines, "CASH 200.00", "Change 5.81"]) == "194.19"
    assert corrected("194.19", ["Bread 94.19", "Total 194.19"]) == "194.19"


def test_amounts_are_summed_by_currency() -> None:
    assert summed(["EUR 1.50", "", "EUR 2.00"]) == "EUR 3.50"
    assert summed(["EUR 1.50", "2.00", "USD 3.00"]) == "EUR 3.50 + USD 3.00"
    assert summed(["Total: EUR 1.50", "EUR 2.00"]) == "EUR 3.50"
    assert summed(["1.50", "two"]) == "" and summed(["1.50"]) == ""


@pytest.mark.parametrize(
    ("cells", "total"),
    [
        (["€ 12.00", "EUR 7.25", "€ 1.00"], "€ 20.25"),
        (["USD 12.00", "$ 7.25", "USD 1.00"], "USD 20.25"),
        (["RM 12.00", "MYR 7.25"], "RM 19.25"),
        (["€ 1.00", "EUR 2.00", "3.00", "USD 4.00", "USD 5.00"], "€ 6.00 + USD 9.00"),
        (["₹ 1.00", "INR 2.00", "EUR 3.00"], "₹ 3.00 + EUR 3.00"),
    ],
)
def test_a_currency_is_one_however_it_is_written(cells: list[str], total: str) -> None:
    assert summed(cells) == total


@pytest.fixture
def shelf(library: Library, models: Models, tmp_path: Path) -> Library:
    letter = "St Brendan's Hospital\n\nDischarged: 9 September 2024.\nThe patient takes two medicines."
    rules = "\n\n".join(f"# Rule {number}\n\n{'Keep the gate shut in the evening. ' * 40}" for number in range(6))
    files = {
        "home insurance 2023.md": "# Home insurance\n\nThe premium is 318 euros.",
        "home insurance 2024.md": "# Home insurance\n\nThe premium is 341 euros.",
        "letter.txt": letter,
        "lease.md": "# Lease\n\nMade on 1 July 2022.\n\n- Service the boiler once a year.\n- Insure the building.",
        "rules.md": rules,
    }
    add(library, models, tmp_path, files)
    return library


@pytest.mark.parametrize("question", ["Which of my documents are from 2024?", "Welche Dokumente sind von 2024?"])
def test_documents_of_a_year_are_listed_alone(shelf: Library, models: Models, question: str) -> None:
    finished = asked(shelf, models, question)
    assert set(cited(finished)) == {"home insurance 2024.md", "letter.txt"}


def test_a_time_of_which_nothing_is_is_said(shelf: Library, models: Models) -> None:
    assert asked(shelf, models, "Which of my documents are from 1999?").refused


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("Which document is the longest?", "rules.md"),
        ("Welches Dokument ist das längste?", "rules.md"),
        ("Which document did I add first?", "home insurance 2023.md"),
    ],
)
def test_documents_are_listed_in_the_order_that_is_asked_for(
    shelf: Library, models: Models, question: str, first: str
) -> None:
    finished = asked(shelf, models, question)
    assert finished.kind == "library" and finished.rows is not None and finished.rows.rows[0][0] == first


def test_a_document_of_the_librarys_list_is_what_is_asked_on(shelf: Library, models: Models) -> None:
    question = "Which documents do I have?"
    shown = Answer()
    shown.absorb(asked(shelf, models, question))
    assert shown.rows is not None
    history = [Message(1, "user", question), Message(2, "assistant", shown.text, shown.details())]
    for follow_up in ("summarise the second one", "only the second"):
        events = Answerer(shelf, models).answer(follow_up, history)
        finished = next(event for event in events if isinstance(event, Finished))
        assert set(cited(finished)) == {shown.rows.rows[1][0]}


def test_what_mentions_a_word_is_shown_where_it_was_found(shelf: Library, models: Models) -> None:
    finished = asked(shelf, models, "Which documents are about insurance?")
    told = {citation.document: citation.text for citation in finished.citations}
    assert "Insure" in told["lease.md"] and "letter.txt" not in told and "home insurance 2024.md" in told


TWO_PAPERS = {
    "flat.txt": "Lease of the flat in Mill Lane. The tenants put down a deposit of 1,240 euros with the landlord.\n"
    "The rent of 620 euros is due on the third of each month.",
    "swimming.txt": "Swimming course for children. The course begins on 4 May in the small pool. Caps are lent.",
    "Kurs.txt": "Töpferkurs im Jugendhaus. Der Kurs kostet 85 Euro. Er findet dienstags im Werkraum statt.",
}


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("How much deposit did we put down and when does the swimming course begin?", ("1,240 euros", "4 May")),
        ("Was kostet der Töpferkurs und wo findet er statt?", ("85 Euro", "im Werkraum")),
    ],
)
def test_of_two_questions_in_one_each_has_its_answer(
    question: str, lines: Sequence[str], library: Library, models: Models, tmp_path: Path
) -> None:
    add(library, models, tmp_path, TWO_PAPERS)
    told = asked(library, models, question)
    parts = told.answer.split("?**")[1:]
    assert len(parts) == 2
    assert all(line in part for line, part in zip(lines, parts, strict=True))
    assert {citation.marker for citation in told.citations} <= {passage.marker for passage in told.passages}
    assert all(line in "".join(citation.text for citation in told.citations) for line in lines)


def test_two_questions_that_one_line_answers_are_one(library: Library, models: Models, tmp_path: Path) -> None:
    add(library, models, tmp_path, TWO_PAPERS)
    told = asked(library, models, "How high is the rent of the flat and when is it due?")
    assert "?**" not in told.answer
    assert told.quote is not None
    assert "620 euros is due on the third" in told.quote.text


DEFECTS = {
    "uebergabe.md": (
        "# Übergabe Gartenhaus\n\nDer Schlüssel wird am 3. Mai übergeben.\n\n## Mängel\n\n"
        "| Raum | Mangel | behebt | Frist |\n|---|---|---|---|\n"
        "| Küche | Hahn tropft | Vermieter | 12.05.2025 |\n"
        "| Stube | Fenster klemmt | Vermieter | 30.05.2025 |\n"
        "| Keller | Licht ohne Schalter | Vermieter | 20.06.2025 |\n"
    ),
    "miete.md": (
        "# Mietvertrag\n\nRuhe herrscht von 13 bis 15 Uhr und von 22 bis 6 Uhr.\n\n"
        "Die Kaution zahlt der Mieter bis wann er einzieht, spätestens bis zum 1. Juni."
    ),
}


def test_a_list_whose_rows_answer_both_questions_is_not_taken_apart(
    library: Library, models: Models, tmp_path: Path
) -> None:
    add(library, models, tmp_path, DEFECTS)
    told = asked(library, models, "Welche Mängel muss der Vermieter noch beheben und bis wann?")
    assert "?**" not in told.answer
    for date in ("12.05.2025", "30.05.2025", "20.06.2025"):
        assert date in told.answer


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("who runs it, and in which room?", ["who runs it", "in which room"]),
        ("Was kostet der Kurs und wo findet er statt?", ["Was kostet der Kurs", "wo findet er statt"]),
        ("The Rhine is the border between Austria and what other country?", []),
        ("How often was it sold? If that can't be told then state that and explain why.", []),
        ("What are salt and pepper for?", []),
        ("When and where was he born?", []),
    ],
)
def test_one_question_is_not_taken_apart(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts
