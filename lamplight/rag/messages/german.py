"""What Lamplight says in German, and words that tell German requests."""

from __future__ import annotations

WORDS = (
    "der die das den dem des ein eine einen alle meine meinen mein ist sind was welche welcher wer wie viele "
    "liste zeig zeige gib mir habe hast mit und für über zu bitte hallo guten tag danke dokumente schreib "
    "schreibe fasse vergleiche kannst du ich nicht auf aus von im nach nur zweite erste dritte letzte davon"
)
MESSAGES: dict[str, str | tuple[str, str]] = {
    "hello": "Hallo! Frag mich etwas über deine Dokumente; jede Antwort zeigt die Seite, von der sie kommt.",
    "welcome": "Gern geschehen.",
    "abilities": "Ich antworte aus deinen eigenen Dokumenten und Bildern, auf diesem Computer, und jede Antwort zeigt "
    "ihre Seite: einzelne Angaben, Summen über Tabellen, Zusammenfassungen, Listen, Vergleiche und was in deiner "
    "Bibliothek ist.",
    "privacy": "Nein. Deine Dokumente werden auf diesem Computer gelesen und verlassen ihn nie, deine Fragen auch "
    "nicht; Lamplight braucht kein Internet. Nur ein Modell, das du selbst herunterlädst, kommt von anderswo, und "
    "dabei wird nichts gesendet.",
    "model": "{name} antwortet, auf diesem Computer. Unter „Models“ kannst du ein größeres wählen oder herunterladen.",
    "privacy elsewhere": "Ja: Du hast ein Modell auf {place} gewählt. Deine Fragen und die Stellen, die eine Antwort "
    "braucht, für eine Zusammenfassung das ganze Dokument, werden dorthin gesendet. Sonst verlässt nichts diesen "
    "Computer: Dokumente werden hier aufbewahrt, gelesen und durchsucht. Unter „Models“ kannst du eines wählen, das "
    "auf diesem Computer antwortet.",
    "model elsewhere": "{name} antwortet, auf einem anderen Computer. Unter „Models“ kannst du eines auf diesem "
    "wählen.",
    "try": "Du könntest fragen:",
    "try summary": "Fasse {name} zusammen",
    "ask section of": "Was sagt {title} über {what}?",
    "ask section": "Was steht da über {what}?",
    "try documents": "Welche Dokumente habe ich?",
    "add": "Füge zuerst ein paar Dokumente oder Bilder hinzu.",
    "empty library": "Deine Bibliothek ist leer. Füge Dokumente oder Bilder hinzu und frage dann noch einmal.",
    "empty collection": "Diese Sammlung ist leer. Füge ihr Dokumente hinzu oder frage alle deine Dokumente.",
    "nothing read yet": "Noch ist keine Ihrer Dateien gelesen.",
    "other places": "Andere Stellen, die antworten könnten:",
    "nearest": "Am nächsten kommen diese Zeilen:",
    "unsure": "Ich bin nicht sicher. Am nächsten kommt:",
    "name unheard": "In keinem deiner Dokumente steht {what}. Am nächsten kommt:",
    "no other places": "Keine andere Stelle scheint das zu beantworten.",
    "not said": "Deine Dokumente sagen dazu nichts.",
    "nothing found": "Dazu habe ich in deinen Dokumenten nichts gefunden.",
    "needs larger": "Schreiben, Erklären und Übersetzen brauchen ein größeres Sprachmodell als das, das mit Lamplight "
    "kommt; unter „Models“ kannst du eines bekommen.",
    "rests on": "Auf diese Zeilen deiner Dokumente würde es sich stützen:",
    "document": ("{n} Dokument", "{n} Dokumente"),
    "page": ("{n} Seite", "{n} Seiten"),
    "picture": ("{n} Bild", "{n} Bilder"),
    "passage": ("{n} Abschnitt", "{n} Abschnitte"),
    "place": ("{n} Stelle", "{n} Stellen"),
    "row": ("{n} Zeile", "{n} Zeilen"),
    "difference": ("{n} Unterschied:", "{n} Unterschiede:"),
    "in": "{what} in {where}:",
    "silent": (", {n} davon sagt nicht alles", ", {n} davon sagen nicht alles"),
    "only first": "Nur die ersten {n} werden gezeigt.",
    "documents unseen": ("{n} Dokument wurde nicht angesehen.", "{n} Dokumente wurden nicht angesehen."),
    "sum": "Summe",
    "column document": "Dokument",
    "column item": "Eintrag",
    "same": "{one} und {other} sagen dasselbe, Zeile für Zeile.",
    "own words": "{name}, {pages}, in eigenen Worten:",
    "written": "{name}, {pages}:",
    "all own words": "{documents}, in ihren eigenen Worten:",
    "no text": "kein Text wurde gelesen.",
    "more documents": ("und {n} weiteres Dokument.", "und {n} weitere Dokumente."),
    "more by name": (
        "und {n} weiteres Dokument; frag nach ihm mit seinem Namen.",
        "und {n} weitere Dokumente; frag nach einem davon mit seinem Namen.",
    ),
    "yes": "Ja",
    "no": "Nein",
    "in thousand": "in Tausend",
    "points": "Prozentpunkte",
    "in million": "in Millionen",
    "in billion": "in Milliarden",
    "in all": "Es sind **{documents}**, zusammen **{pages}**{pictures}: {kinds}.",
    "with": " mit Bildern ({pictures})",
    "of kind": ("**{n}** von {all} Dokumenten: {words}.", "**{n}** von {all} Dokumenten: {words}."),
    "newest first": "{documents}, die neuesten zuerst:",
    "added": "hinzugefügt am {when}",
    "mentions": (
        "{n} Dokument von {all} nennt „{words}“:",
        "{n} Dokumente von {all} nennen „{words}“:",
    ),
    "none mentions": "Keines deiner Dokumente ({documents}) nennt „{words}“.",
    "failed": ("{n} Datei konnte nicht gelesen werden:", "{n} Dateien konnten nicht gelesen werden:"),
    "waiting": ("{n} Datei wird noch gelesen: {names}.", "{n} Dateien werden noch gelesen: {names}."),
    "not failed": "Alles, was hinzugefügt wurde, ist gelesen.",
    "left out": "Beim Lesen ausgelassen:",
    "nothing like it": "Nichts von dem, was gezeigt wurde, passt dazu.",
    "fitting": "{n} von {all} passen:",
    "sorted": "Sortiert nach {column}:",
    "number": "Nummer {n}:",
    "in short": "Kurz gesagt",
    "stopped after": "Angehalten nach Teil {done} von {total}; frag noch einmal, dann geht es dort weiter.",
}
