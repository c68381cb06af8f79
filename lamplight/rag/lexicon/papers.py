"""What people's papers, and what stands on them, are called in other languages: the reader knows English best."""

from __future__ import annotations

import re

# Between blanks, with the stops around it: the word in "Rechnung.pdf" is part of a name.
WORD = re.compile(r"""(?<![^\s("„“«])[^\W\d_]+(?:-[^\W\d_]+)*(?=[,;:.!?)"”“»]*(?!\S))""")
ENGLISH = {
    word: english
    for english, words in {
        "receipts": "quittung quittungen beleg belege kassenbon kassenbons kassenzettel reçu reçus recibo recibos",
        "invoices": "rechnung rechnungen facture factures factura facturas",
        "contracts": "vertrag verträge vertrage contrat contrats contrato contratos",
        "letters": "brief briefe lettre lettres carta cartas",
        "total": "betrag beträge beträgen summe summen gesamtbetrag montant montants importe importes totales totaux",
        "date": "datum fecha fechas",
        "shop": "laden geschäft händler magasin commerce tienda comercio",
        "price": "preis preise prix precio precios",
        "name": "namen nom noms nombre nombres",
        "address": "adresse adressen adresses anschrift dirección direcciones",
        "deadlines": "frist fristen échéance échéances délai délais plazo plazos",
        "appointments": "termin termine rendez-vous cita citas",
        "deposit": "kaution caution fianza",
        "rent": "miete loyer alquiler",
        "consumption": "verbrauch stromverbrauch consommation consumo",
        "revenue": "umsatz erlöse ingresos",
        "notice period": "kündigungsfrist préavis preaviso",
        "telephone numbers": "telefonnummern téléphones teléfonos",
        "electricity": "strom électricité electricidad",
        "electricity bills": "stromrechnung stromrechnungen",
        "lease": "mietvertrag bail alquiler",
        "draft": "entwurf brouillon borrador",
        "insurance": "versicherung assurance seguro",
        "employment contracts": "arbeitsvertrag arbeitsverträge",
        "medicines": "medikamente médicaments medicamentos",
        "parties": "vertragsparteien parties partes",
        "dentist": "zahnarzt dentiste dentista",
        "school": "schule école escuela",
        "recipes": "rezepte recettes recetas",
        "vaccinations": "impfungen vaccinations vaccins vacunas",
    }.items()
    for word in words.split()
}

KINDS = frozenset(
    word
    for words in (
        "receipts receipt invoices invoice bills bill contracts contract letters letter leases lease policies policy",
        "reports report filings filing",
    )
    for word in words.split()
)
"""What kinds of papers are called."""
PAPERS = KINDS | frozenset(
    word
    for words in (
        "documents document files file papers versions version draft final signed old new companies company",
        "both two three",
    )
    for word in words.split()
)
"""What papers and versions of them are called: it says which are meant, not what is asked of them."""

ANY_PAPERS = frozenset(
    word
    for words in (
        "documents document files file papers pdfs pdf pages page pictures images dokumente dokument dateien datei",
        "seiten seite bilder documentos documento archivos archivo páginas fichiers fichier",
    )
    for word in words.split()
)
"""What all of a library is called, and what its documents are made of."""

RECEIPT = "receipt"
LOOKS = {
    RECEIPT: "Receipt. Item, quantity, price. Total, tax included, cash, change. Thank you, please come again.",
    "letter": "Dear Sir or Madam, thank you for your letter of last week. Please let us know. Yours sincerely",
}
"""How scans of each kind read: what is searched by either name is counted by the one it looks like."""


def is_plural(word: str) -> bool:
    """Whether a kind of papers is called in the plural: another of its names is how the word begins."""
    bare = word.lower()
    names = [name for name, english in ENGLISH.items() if english == ENGLISH.get(bare)] if bare in ENGLISH else KINDS
    return bare in KINDS | ENGLISH.keys() and any(bare != name and bare.startswith(name) for name in names)


def in_english(text: str) -> str:
    """`text` with those of its words that are known in another language put into English."""
    return WORD.sub(lambda match: ENGLISH.get(match[0].lower(), match[0]), text)
