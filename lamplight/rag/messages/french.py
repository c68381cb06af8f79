"""What Lamplight says in French, and words that tell French requests."""

from __future__ import annotations

WORDS = (
    "de y t qu le la les l des du un une tous toutes tout mes mon ma est sont quel quelle quels quelles qui combien "
    "liste montre donne moi ai as avec et pour sur au aux s il te vous plaît bonjour salut merci écris rédige résume "
    "compare peux tu je ne pas dans par seulement deuxième premier première dernier second ceux celles"
)
MESSAGES: dict[str, str | tuple[str, str]] = {
    "hello": "Bonjour ! Posez-moi une question sur vos documents ; chaque réponse indique la page d’où elle vient.",
    "welcome": "Je vous en prie.",
    "abilities": "Je réponds à partir de vos propres documents et images, sur cet ordinateur, et chaque réponse "
    "indique sa page : faits, sommes sur des tableaux, résumés, listes, comparaisons et contenu de votre bibliothèque.",
    "privacy": "Non. Vos documents sont lus sur cet ordinateur et ne le quittent jamais, vos questions non plus ; "
    "Lamplight n’a pas besoin d’internet. Seul un modèle que vous choisissez de télécharger vient d’ailleurs, et rien "
    "n’est envoyé pour cela.",
    "model": "{name} répond, sur cet ordinateur. Sous « Models », vous pouvez en choisir ou télécharger un plus grand.",
    "privacy elsewhere": "Oui : vous avez choisi un modèle sur {place}. Vos questions et les passages dont une réponse "
    "a besoin, pour un résumé le document entier, y sont envoyés. Rien d’autre ne quitte cet ordinateur : les "
    "documents y sont gardés, lus et fouillés. Sous « Models », vous pouvez en choisir un qui répond sur celui-ci.",
    "model elsewhere": "{name} répond, sur un autre ordinateur. Sous « Models », vous pouvez en choisir un sur "
    "celui-ci.",
    "try": "Vous pourriez demander :",
    "try summary": "Résume {name}",
    "ask section of": "Que dit {title} sur {what} ?",
    "ask section": "Que dit-on sur {what} ?",
    "try documents": "Quels documents ai-je ?",
    "add": "Ajoutez d’abord des documents ou des images.",
    "empty library": "Votre bibliothèque est vide. Ajoutez des documents ou des images, puis demandez de nouveau.",
    "empty collection": "Cette collection est vide. Ajoutez-y des documents, ou interrogez tous vos documents.",
    "nothing read yet": "Aucun de vos fichiers n’a encore été lu.",
    "other places": "D’autres passages qui pourraient répondre :",
    "nearest": "Ces lignes s’en approchent le plus :",
    "unsure": "Je n’en suis pas sûr. Au plus près :",
    "name unheard": "Aucun de vos documents ne dit {what}. Au plus près :",
    "no other places": "Aucun autre passage ne semble répondre.",
    "not said": "Vos documents ne le disent pas.",
    "nothing found": "Je n’ai rien trouvé à ce sujet dans vos documents.",
    "needs larger": "Rédiger, expliquer et traduire demandent un modèle de langue plus grand que celui fourni avec "
    "Lamplight ; vous pouvez en obtenir un sous « Models ».",
    "rests on": "Voici les lignes de vos documents sur lesquelles cela reposerait :",
    "document": ("{n} document", "{n} documents"),
    "page": ("{n} page", "{n} pages"),
    "picture": ("{n} image", "{n} images"),
    "passage": ("{n} passage", "{n} passages"),
    "place": ("{n} endroit", "{n} endroits"),
    "row": ("{n} ligne", "{n} lignes"),
    "difference": ("{n} différence :", "{n} différences :"),
    "in": "{what} dans {where} :",
    "silent": (", dont {n} ne dit pas tout", ", dont {n} ne disent pas tout"),
    "only first": "Seuls les {n} premiers sont montrés.",
    "documents unseen": ("{n} document n’a pas pu être consulté.", "{n} documents n’ont pas pu être consultés."),
    "sum": "Somme",
    "column document": "Document",
    "column item": "Élément",
    "same": "{one} et {other} disent la même chose, ligne par ligne.",
    "own words": "{name}, {pages}, avec ses propres mots :",
    "written": "{name}, {pages} :",
    "all own words": "{documents}, avec leurs propres mots :",
    "no text": "aucun texte n’a été lu.",
    "more documents": ("et {n} autre document.", "et {n} autres documents."),
    "more by name": (
        "et {n} autre document ; demandez-le par son nom.",
        "et {n} autres documents ; demandez-en un par son nom.",
    ),
    "yes": "Oui",
    "no": "Non",
    "in thousand": "en milliers",
    "points": "points de pourcentage",
    "in million": "en millions",
    "in billion": "en milliards",
    "in all": "Il y a **{documents}**, **{pages}** en tout{pictures} : {kinds}.",
    "with": " avec {pictures}",
    "of kind": ("**{n}** sur {all} documents : {words}.", "**{n}** sur {all} documents : {words}."),
    "newest first": "{documents}, les plus récents d’abord :",
    "added": "ajouté le {when}",
    "mentions": (
        "{n} document sur {all} mentionne « {words} » :",
        "{n} documents sur {all} mentionnent « {words} » :",
    ),
    "none mentions": "Aucun de vos documents ({documents}) ne mentionne « {words} ».",
    "failed": ("{n} fichier n’a pas pu être lu :", "{n} fichiers n’ont pas pu être lus :"),
    "waiting": (
        "{n} fichier est encore en cours de lecture : {names}.",
        "{n} fichiers sont encore en cours de lecture : {names}.",
    ),
    "not failed": "Tout ce qui a été ajouté a été lu.",
    "left out": "Laissé de côté à la lecture :",
    "nothing like it": "Rien de ce qui a été montré n’y correspond.",
    "fitting": "{n} sur {all} correspondent :",
    "sorted": "Trié par {column} :",
    "number": "Numéro {n} :",
    "in short": "En bref",
    "stopped after": "Arrêté après la partie {done} sur {total} ; redemandez pour continuer à partir de là.",
}
