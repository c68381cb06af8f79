"""A list in place of a fact: what a question means that might ask for one thing, or compares things in one document."""

from __future__ import annotations

from dataclasses import replace

from lamplight.models.intent import WORD
from lamplight.rag.answer_plan import plan_of
from lamplight.rag.events import ScanProgress
from lamplight.rag.finding import Finding
from lamplight.rag.intent import subject
from lamplight.rag.lexicon.papers import in_english, is_plural
from lamplight.rag.lists.answer import CandidateLists, is_asked
from lamplight.rag.lists.parts import TitledItems
from lamplight.rag.lists.rows import is_table_row
from lamplight.rag.naming import named_documents
from lamplight.rag.paper_fields import may_be_paper
from lamplight.rag.query import stop_words_of
from lamplight.rag.request_language import request_words
from lamplight.rag.requests.counts import stated_count
from lamplight.rag.requests.fields import SEVERAL, TOTAL, FieldValue, answer_of
from lamplight.rag.requests.listing import MEANT, is_meant, part_asked, told_fields, told_kind, told_papers, with_sum
from lamplight.rag.requests.meant import of_kind
from lamplight.rag.requests.paper_extremes import with_extreme
from lamplight.rag.requests.paper_times import (
    none_of_the_time,
    of_the_time,
    prepositions_of_time,
    time_words,
    times_of,
    without_date,
)
from lamplight.rag.requests.paper_totals import fitting_papers, totalled_papers
from lamplight.rag.requests.request import AnswerSteps, DirectAnswer, Materials, Request
from lamplight.rag.requests.shown import in_order
from lamplight.rag.requests.told_lists import told_candidates, told_list
from lamplight.rag.sentences import is_item, is_row

MOST_ASKED = 20  # papers, for a question that may be answered by one line
COMPARED = 0.3  # the probability of the list whose rows are compared, beside single sentences that are nearer
ASKS_FOR_SEVERAL = 0.0  # log-odds, from which on a question that may be one of fact is taken for a list


def list_instead(finding: Finding, request: Request, materials: Materials) -> AnswerSteps:
    """The list that a question means which might ask for one thing; None where it does, or a large model writes it.

    Where no line surely answers, the lists that may be meant.
    """
    if plan_of(materials.models.language_model).structured:
        return None
    if request.compares_rows:
        return _compared_rows(finding, request, materials)
    if not request.may_be_list:
        return None
    if (told := (yield from _of_a_time(request, materials))) is not None:
        return told
    if finding.selection.sure:
        told = (yield from _of_each(request, materials)) or (yield from _of_fitting(finding, request, materials))
        if told is not None:
            return told
    elif (told := (yield from _of_fitting(finding, request, materials))) is not None:
        return told
    told = _list_meant(finding, request, materials)
    if told is None or told.unsure:
        return told
    return (
        yield from in_order(told, subject(request.query, "list", materials.models.intents).split(), request, materials)
    )


def _of_a_time(request: Request, materials: Materials) -> AnswerSteps:
    """ "Show my receipts from June": papers of a kind and a time are asked for, and nothing else, or the dearest."""
    if not any(times_of(request.query)):
        return None
    query = in_english(request.query)
    silent = stop_words_of(request.query) | request_words(request.language) | time_words(query)
    silent |= prepositions_of_time(query)
    words = [word for word in WORD.findall(query) if word.lower() not in silent]
    kind, left = of_kind(" ".join(words), request.documents, materials, papers=True)
    if len(left) == len(words) or len(kind) < SEVERAL:
        return None
    if not left:
        return (yield from told_kind(kind, [], request, materials))
    papers, undated = yield from of_the_time([one for one in kind if may_be_paper(one, materials)], request, materials)
    if undated or not SEVERAL <= len(papers) <= MOST_ASKED:
        return None
    told = yield from told_papers(papers, [TOTAL], request, materials)
    return with_extreme(told, request, materials) if told is not None else None


def _of_each(request: Request, materials: Materials) -> AnswerSteps:
    """ "When are my invoices due?": what each paper of a kind that is called in the plural answers.

    None where documents are named besides, or most of the kind don't surely say it.
    """
    inside = request.documents
    plural = [word for word in WORD.findall(request.query) if is_plural(word)]
    kind, left = of_kind(in_english(" ".join(plural)), inside, materials, papers=True)
    if len(left) >= len(plural) or not SEVERAL <= len(kind) <= MOST_ASKED:
        return None
    naming = named_documents(request.query, inside, request.lookup.holding)
    if naming.words - naming.shared:
        return None
    words = subject(in_english(request.query), "list", materials.models.intents).split()
    asked = " ".join(word for word in words if not is_plural(word)) or request.say("column item")
    read = []
    for number, document in enumerate(sorted(kind, key=lambda document: document.name)):
        yield ScanProgress(number, len(kind))
        cell = answer_of(request.query, asked, document, materials, request.lookup)
        read.append((document, [cell if cell.sure else FieldValue()]))
        unsure = sum(not cell.sure for _, (cell,) in read)
        if request.lease.cancelled() or unsure * 2 >= len(kind):
            return None
    return told_fields(read, [asked], len(kind), request, materials)


def _of_fitting(finding: Finding, request: Request, materials: Materials) -> AnswerSteps:
    """ "Total spent at Gin Kee": the totals of all receipts that the question speaks of as much as of the likeliest.

    Where no line is sure, of those whose shop it names.
    """
    is_timed = any(times_of(request.query))
    papers = fitting_papers(finding.selection, request, materials) if finding.selection.sure else []
    if not papers and (is_timed or not finding.selection.sure):
        papers = totalled_papers(finding.selection, request, materials)
    every = len(papers)
    papers, undated = (yield from of_the_time(papers, request, materials)) if every >= SEVERAL else ([], [])
    if is_timed and not papers and len(undated) < every:
        return DirectAnswer(none_of_the_time(every, undated, request))
    if not (1 if is_timed else SEVERAL) <= len(papers) <= MOST_ASKED:
        return None
    told = yield from told_papers(papers, [TOTAL], request, materials)
    if told is not None and is_timed and (extreme := with_extreme(told, request, materials)) is not None:
        return extreme
    # Who asks for the total of "the receipt" may mean one of them; what was spent in a month is the sum.
    if not undated and (is_timed or stated_count(request.query) == len(papers)):
        told = with_sum(told, len(papers))
    return replace(told, text=f"{told.text}{without_date(undated, request)}") if told is not None else None


def _list_meant(finding: Finding, request: Request, materials: Materials) -> DirectAnswer | None:
    models, search = materials.models, finding.selection.search
    wanted = subject(request.query, "list", models.intents)
    lists = CandidateLists(search, wanted, materials.library, models)
    if lists.several < ASKS_FOR_SEVERAL or _asks_for_documents(in_english(wanted), request, materials):
        return None
    ranked = lists.ranked()
    if ranked and finding.selection.sure and _is_prose(ranked[0].found):
        return None  # "are barbecues allowed?" is told by one sentence of what stands under "Barbecues"
    if ranked and is_meant(ranked[0], request.query) and len(ranked[0].found.items) > 1:
        return told_list(part_asked(ranked[0].found, wanted, materials), request)
    if ranked and finding.selection.answerable and not finding.selection.sure:
        return told_candidates(ranked, request)
    return None


def _is_prose(found: TitledItems) -> bool:
    """Whether it is what a heading stands over, of which several sentences share a line: no list by its layout."""
    lines = {line.strip() for item in found.items for line in item.passage.text.split("\n")}
    begun = {item.text for item in found.items if any(line.startswith(item.text) for line in lines)}
    whole = found.kind != "heading" or any(is_item(item.text) or is_row(item.text) for item in found.items)
    return not whole and len(begun) < len(found.items)


def _compared_rows(finding: Finding, request: Request, materials: Materials) -> DirectAnswer | None:
    """ "Compare the three offers": the table whose rows they surely are; None where some of them surely answer."""
    if finding.selection.sure and is_table_row(finding.selection.lines[0].sentence.text):
        return None
    wanted = subject(request.query, "list", materials.models.intents)
    ranked = CandidateLists(finding.selection.search, wanted, materials.library, materials.models).ranked()
    # One sentence may say that there are three offers, and compares nothing.
    several = [one for one in ranked if len(one.found.items) >= SEVERAL]
    best = max(several, key=lambda one: one.together, default=None)
    if best is None or best.together < COMPARED or not is_asked(best.found, request.query):
        return None
    if best.together < MEANT * sum(one.together for one in several):
        return None
    is_table = all(is_table_row(item.text) for item in best.found.items)
    return told_list(best.found, request) if is_table else None


def _asks_for_documents(wanted: str, request: Request, materials: Materials) -> bool:
    """ "Which receipts did I pay by card?" asks for documents, not for what stands in one."""
    _, left = of_kind(wanted, request.documents, materials, papers=True)
    return len(left) < len(WORD.findall(wanted))
