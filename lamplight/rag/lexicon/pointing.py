"""Words with which people point at what was shown before: "the second one", "only those over 50", "sort by date"."""

from __future__ import annotations


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "last letzte letzten letzter letztes dernier dernière último última",
            "first 1st erste ersten erster erstes premier première primero primera primer",
            "second 2nd zweite zweiten zweiter zweites deuxième second seconde segundo segunda",
            "third 3rd dritte dritten dritter drittes troisième tercero tercera tercer",
            "fourth 4th vierte vierten vierter viertes quatrième cuarto cuarta",
            "fifth 5th fünfte fünften fünfter fünftes cinquième quinto quinta",
            "sixth 6th sechste sechsten sechster sechstes sixième sexto sexta",
            "seventh 7th siebte siebten siebter siebtes septième séptimo séptima",
            "eighth 8th achte achten achter achtes huitième octavo octava",
            "ninth 9th neunte neunten neunter neuntes neuvième noveno novena",
            "tenth 10th zehnte zehnten zehnter zehntes dixième décimo décima",
        )
    )
    for word in words.split()
}
"""0 is the last."""
NUMBERS = _set(
    "item line no nr number nummer numéro número row zeile",
)
SORT = _set(
    "ordena ordenado ordenar order ordered sort sorted sortiere sortieren sortiert trie trier trié",
)
DOWN = _set(
    "absteigend biggest descendente descending décroissant grands größte highest höchste largest latest mayor",
    "mayores neueste newest recientes récents",
)
UP = _set(
    "ascendant ascendente ascending aufsteigend cheapest croissant earliest frühste kleinste lowest menor niedrigste",
    "oldest smallest älteste",
)
BY = _set(
    "by nach par por",
)
"""With these a request says in what order, if a column is called so."""
LONGEST = _set(
    "biggest grande größte größten größtes larga largest largo long longer longest longue längere längste längsten",
    "längstes 最大 最长",
)
SHORTEST = _set(
    "corta corto court courte kleinste kleinsten kleinstes kürzere kürzeste kürzesten kürzestes shorter shortest",
    "smallest 最小 最短",
)
FIRST_ADDED = _set(
    "ancien ancienne antigua antiguo erste first oldest premier primera primero zuerst älteste ältesten ältestes",
    "最旧 最早",
)
"""With these a question means documents by their pages, and by when they came in."""
OVER = _set(
    "> >= above exceeding greater higher höher larger mehr more más over plus über",
)
UNDER = _set(
    "< <= below fewer kleiner less lower menos moins smaller under unter weniger",
)
MONEY = _set(
    "$ chf dollar dollars eur euro euros francs franken gbp pound pounds rm usd £ ¥ €",
)
OWN = _set(
    "and deren dessen et her his its sa sein seine seinen seines ses son su sus their und y",
)
"""With these a question of a few words goes on with the one that is shown."""
ALL_BUT = _set(
    "außer except excepté excepto excluding fuera hors kein keine keinen nicht no not ohne outside pas salvo sans sauf",
    "sin without",
)
"""With these a request means what it doesn't name."""
THIS = _set(
    "aquí ce ceci ces cet cette dies diese diesem diesen dieser dieses esta estas este esto estos here hier ici",
    "these this",
)
"""With these a question means what is before the person's eyes."""
LITTLE = OWN | _set(
    "a about al all als an are bitte by can celle celles celui ceux cuál d das davon de del dem den denen der des",
    "die do does du el entonces es esa esas ese esos est first-of-all for from how in is ist it jene just l la",
    "las le les lo los me mir mit moi montre muestra nach now nur of ok one one's ones only par please por que",
    "quel quelle s según seulement show sie sind so solo sólo tell than that the them then these this those to",
    "von was welche what which with you zeig zeige",
)
