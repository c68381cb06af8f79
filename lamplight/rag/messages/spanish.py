"""What Lamplight says in Spanish, and words that tell Spanish requests."""

from __future__ import annotations

WORDS = (
    "el la los las del un una todos todas todo mis mi es son qué cuál cuáles quién cuántos cuántas lista muestra "
    "muéstrame dame tengo tienes con y para sobre al por favor hola gracias escribe resume compara puedes tú yo "
    "no en de ordena sólo solo segundo segunda primero primera último última"
)
MESSAGES: dict[str, str | tuple[str, str]] = {
    "hello": "¡Hola! Pregúntame lo que quieras sobre tus documentos; cada respuesta indica la página de la que viene.",
    "welcome": "De nada.",
    "abilities": "Respondo a partir de tus propios documentos e imágenes, en este ordenador, y cada respuesta indica "
    "su página: datos, sumas sobre tablas, resúmenes, listas, comparaciones y lo que hay en tu biblioteca.",
    "privacy": "No. Tus documentos se leen en este ordenador y nunca salen de él, ni tampoco tus preguntas; Lamplight "
    "no necesita internet. Solo un modelo que decidas descargar viene de fuera, y con eso no se envía nada.",
    "model": "Responde {name}, en este ordenador. En «Models» puedes elegir o descargar uno más grande.",
    "privacy elsewhere": "Sí: has elegido un modelo en {place}. Tus preguntas y los pasajes que necesita una "
    "respuesta, para un resumen el documento entero, se envían allí. Nada más sale de este ordenador: los "
    "documentos se guardan, se leen y se buscan aquí. En «Models» puedes elegir uno que responda en este ordenador.",
    "model elsewhere": "Responde {name}, en otro ordenador. En «Models» puedes elegir uno en este.",
    "try": "Podrías preguntar:",
    "try summary": "Resume {name}",
    "ask section of": "¿Qué dice {title} sobre {what}?",
    "ask section": "¿Qué se dice sobre {what}?",
    "try documents": "¿Qué documentos tengo?",
    "add": "Añade primero algunos documentos o imágenes.",
    "empty library": "Tu biblioteca está vacía. Añade documentos o imágenes y vuelve a preguntar.",
    "empty collection": "Esta colección está vacía. Añádele documentos o pregunta a todos tus documentos.",
    "nothing read yet": "Todavía no se ha leído ninguno de sus archivos.",
    "other places": "Otros lugares que podrían responder:",
    "nearest": "Estas líneas son las más cercanas:",
    "unsure": "No estoy seguro. Lo más cercano:",
    "name unheard": "Ninguno de tus documentos dice {what}. Lo más cercano:",
    "no other places": "Ningún otro lugar parece responder.",
    "not said": "Tus documentos no lo dicen.",
    "nothing found": "No encontré nada sobre esto en tus documentos.",
    "needs larger": "Para escribir, explicar y traducir hace falta un modelo de lenguaje más grande que el que viene "
    "con Lamplight; en «Models» puedes conseguir uno.",
    "rests on": "Estas son las líneas de tus documentos en las que se apoyaría:",
    "document": ("{n} documento", "{n} documentos"),
    "page": ("{n} página", "{n} páginas"),
    "picture": ("{n} imagen", "{n} imágenes"),
    "passage": ("{n} pasaje", "{n} pasajes"),
    "place": ("{n} lugar", "{n} lugares"),
    "row": ("{n} fila", "{n} filas"),
    "difference": ("{n} diferencia:", "{n} diferencias:"),
    "in": "{what} en {where}:",
    "silent": (", {n} de los cuales no lo dice todo", ", {n} de los cuales no lo dicen todo"),
    "only first": "Solo se muestran los primeros {n}.",
    "documents unseen": ("{n} documento no se pudo consultar.", "{n} documentos no se pudieron consultar."),
    "sum": "Suma",
    "column document": "Documento",
    "column item": "Elemento",
    "same": "{one} y {other} dicen lo mismo, línea por línea.",
    "own words": "{name}, {pages}, con sus propias palabras:",
    "written": "{name}, {pages}:",
    "all own words": "{documents}, con sus propias palabras:",
    "no text": "no se leyó ningún texto.",
    "more documents": ("y {n} documento más.", "y {n} documentos más."),
    "more by name": (
        "y {n} documento más; pregunta por él por su nombre.",
        "y {n} documentos más; pregunta por uno de ellos por su nombre.",
    ),
    "yes": "Sí",
    "no": "No",
    "in thousand": "en miles",
    "points": "puntos porcentuales",
    "in million": "en millones",
    "in billion": "en miles de millones",
    "in all": "Hay **{documents}**, **{pages}** en total{pictures}: {kinds}.",
    "with": " con {pictures}",
    "of kind": ("**{n}** de {all} documentos: {words}.", "**{n}** de {all} documentos: {words}."),
    "newest first": "{documents}, los más recientes primero:",
    "added": "añadido el {when}",
    "mentions": (
        "{n} documento de {all} menciona «{words}»:",
        "{n} documentos de {all} mencionan «{words}»:",
    ),
    "none mentions": "Ninguno de tus documentos ({documents}) menciona «{words}».",
    "failed": ("{n} archivo no se pudo leer:", "{n} archivos no se pudieron leer:"),
    "waiting": ("{n} archivo se está leyendo todavía: {names}.", "{n} archivos se están leyendo todavía: {names}."),
    "not failed": "Todo lo que se añadió se ha leído.",
    "left out": "Omitido al leer:",
    "nothing like it": "Nada de lo que se mostró encaja con eso.",
    "fitting": "{n} de {all} encajan:",
    "sorted": "Ordenado por {column}:",
    "number": "Número {n}:",
    "in short": "En resumen",
    "stopped after": "Detenido tras la parte {done} de {total}; pregunta otra vez para seguir desde ahí.",
}
