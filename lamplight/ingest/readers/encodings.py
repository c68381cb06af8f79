"""Which encoding a text is in when nothing says so: the one that makes of its bytes words of some language.

Each candidate is judged by the characters it gives: letters of one language's alphabet beside letters are right, a
letter of another, a sign inside a word or a capital behind a small letter is wrong.
"""

from __future__ import annotations

import codecs
import functools
import re
import unicodedata

from charset_normalizer import from_bytes

SAMPLE = 60_000  # bytes of those around what is not ASCII
AROUND = 24  # bytes on either side
GOOD_ENOUGH = 0.2  # of 1 for every byte right; below it charset_normalizer, which knows more encodings, is asked
BROKEN_SHARE = 0.2  # of the characters beyond ASCII
HOPELESS = -0.5
DECLARED = re.compile(
    rb"""(?i)<\?xml[^>]{0,80}encoding\s*=\s*["']([\w.:-]+)|<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)"""
)
DECLARED_WITHIN = 2048  # bytes, as browsers do (HTML standard, 13.2.3.2, has 1024)
SUPERSETS = {  # what such a label means in practice (WHATWG Encoding standard, "names and labels")
    "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "shift_jis": "cp932", "gb2312": "gb18030",
    "gbk": "gb18030", "euc_kr": "cp949", "ksc5601": "cp949", "iso8859-11": "cp874", "tis_620": "cp874",
    "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8",
}  # fmt: skip
SINGLE = (
    "cp1252", "cp1250", "iso8859-2", "mac_roman", "cp850", "cp437", "cp852", "mac_latin2", "cp1254", "cp1257",
    "cp1251", "koi8-u", "cp866", "iso8859-5", "mac_cyrillic", "cp1253", "cp1255", "cp1256", "cp874",
)  # fmt: skip
JAPANESE = ("cp932", "euc_jp")
DOUBLE = ("cp932", "euc_jp", "gb18030", "big5", "cp949")
LATIN = tuple(
    frozenset(letters + letters.upper().replace("SS", ""))
    for letters in (
        "äöüß", "éèêëàâçîïôûùüœæ", "áéíóúñüªº", "ãõáâàéêíóôúçü", "àèéìòùî", "åäöéæø", "áðéíóúýþæö", "ąćęłńóśźż",
        "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "âçğıîöşüû", "čćđšž", "äõöüšž",
        "āčēģīķļņšūž", "ąčęėįšųūž", "ëïéèöüáó", "àéèíïóòúüç·",
    )
)  # fmt: skip
CYRILLIC = tuple(
    frozenset(letters + letters.upper())
    for letters in (
        "абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгдежзийклмнопрстуфхцчшщьюяґєіїўыэё",
        "абвгдежзиклмнопрстуфхцчшђјљњћџѓќѕ",
    )
)  # fmt: skip
FREQUENT = frozenset("оеаинтсрвлкмдпуыяіїαοιετσνηρκπμυλάόίέήύώςاليمنتهورבעיולאהמרתבנשרנกาอเงมยลว่ี้ดทสตคบปห")
"""Letters that make four fifths of a text in their script."""
HIGHEST_IN_USE = 0xD7  # of GB 2312's first bytes: down to here are the 3,755 signs in everyday use
TYPOGRAPHIC = frozenset("’“”„«»–—…€£§°©®™•·¿¡、。「」\u2018\u201a\u2039\u203a\u3000\xa0№¥") | frozenset(
    map(chr, range(0xFF01, 0xFF20))  # punctuation and digits as wide as a sign
)
WITHIN_WORDS = frozenset("’·—、。ー・\uff0c\uff1a\uff1b\uff01\uff1f")
SIGN_IN_PLACE = re.compile(
    r"""(?<=[^\W\d_])(?:[’\xb4·—](?=[^\W\d_]) | –(?=[A-Z]))  # inside a word, or between two
    | (?<=[^\s])[’“”…™®»\u203a\xb4](?![^\W\d_])                   # behind a word or its punctuation
    | (?<=[^\W\d_])[–—](?![^\W\d_])
    | (?<=[\dA-Za-z)])²(?![^\W\d_]) | (?<=[\dm)])³(?![^\W\d_]) | (?<=[\d)])¹(?![^\W\d_]) | ^[¹²³](?=\s)
    | (?<=[\dNM])[ºª](?![^\W\d_])
    | (?<![^\W\d_])(?:
        [\u2018“„\u201a\u2039«»…•–—](?![@\\^_`{~]) | µ(?=[A-Z]?[a-z]*\b) | [¿¡](?=[A-Z][^\n]{1,200}[?!])
        | (?<![€£¥¢°±×÷½¼¾©®‰])[€£¥¢§°±×÷½¼¾©‰]
          (?![^\W\d_]{3} | [@\\^_`{~] | [€£¥¢°±½¼¾©®‰À-ÿ])  # a word's first letter, half a sign of Japanese, Cyrillic
      )
    | (?<![^\W\d_])\xa0 | (?<=[^\W\d_])\xa0(?=[\dA-Z:;!?%(€»–—])""",
    re.VERBOSE | re.MULTILINE,
)
MISPLACED_SHARE = 0.1  # of the signs
WIDE = {"CJK": 2.0, "HIRAGANA": 2.0, "KATAKANA": 2.0, "HANGUL": 2.1}
"""Two bytes a sign; all of a Korean text can be taken for Chinese, but hardly any Chinese for Korean."""
KANA = ("HIRAGANA", "KATAKANA")
WITHOUT_KANA = 0.7  # times the score: hardly a Japanese sentence does without them
DRAWN = range(0x2500, 0x25FF)  # lines and blocks, of which DOS programs drew frames


def declared_encoding(content: bytes) -> str:
    """What an HTML or XML file says it is in, as a codec's name; empty when it says nothing known."""
    found = DECLARED.search(content[:DECLARED_WITHIN])
    if found is None:
        return ""
    try:
        name = codecs.lookup((found[1] or found[2]).decode("ascii", "replace")).name
    except LookupError:
        return ""
    return SUPERSETS.get(name, name)


def decoded(content: bytes) -> str | None:
    """The text; None where no encoding makes it one. UTF-8 and what the file declares come first."""
    for encoding in ("utf-8-sig", declared_encoding(content)):
        try:
            if encoding and not (encoding == "utf-8-sig" and b"\x1b$" in content):  # ISO 2022 is ASCII with escapes
                return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            pass
    guessed = _guessed(content)
    return content.decode(guessed, "replace") if guessed else None


def _guessed(content: bytes) -> str:
    if b"\x1b$" in content and _decodes(content, "iso2022_jp"):
        return "iso2022_jp"
    if _decodes(content, "utf-8"):
        return "utf-8"
    sample = _telling(content)
    if _is_broken_utf_8(sample):
        return "utf-8"
    if _is_signs_alone(sample.decode("cp1252", "replace")):
        return "cp1252"
    scores = {encoding: _score(sample, encoding) for encoding in (*SINGLE, *DOUBLE)}
    best = max(scores, key=lambda encoding: scores[encoding])
    if scores[best] >= GOOD_ENOUGH:
        return best
    match = from_bytes(content).best()
    if match is not None:
        return str(match.encoding)
    return best if scores[best] > HOPELESS else ""


def _is_broken_utf_8(sample: bytes) -> bool:
    """A byte that broke on the way leaves the others what they are; by chance they hardly ever look like UTF-8."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(character > "\x7f" for character in text) - broken
    return broken <= BROKEN_SHARE * whole


def _is_signs_alone(text: str) -> bool:
    """Whether nothing beyond ASCII is a letter, and signs stand where signs do.

    No letter tells a language then, and in another encoding the same bytes would be letters in places where none are.
    """
    beyond = [character for character in text if character > "\x7f"]
    if any(character.isalpha() and character not in "µºª" for character in beyond):
        return False
    misplaced = len(beyond) - sum(1 for _ in SIGN_IN_PLACE.finditer(text))
    return misplaced <= MISPLACED_SHARE * len(beyond) and text.count("«") == text.count("»")


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _telling(content: bytes) -> bytes:
    """The parts with bytes beyond ASCII, each line or so by itself."""
    near = re.compile(rb"[^\x80-\xff\n]{0,%d}[\x80-\xff][^\n]{0,%d}" % (AROUND, AROUND))
    parts: list[bytes] = []
    size = 0
    for line in content.split(b"\n"):
        if not line.isascii():
            found = line if len(line) < SAMPLE else b" ".join(near.findall(line[:SAMPLE]))
            parts.append(found)
            size += len(found)
            if size > SAMPLE:
                break
    return b"\n".join(parts)


def _score(sample: bytes, encoding: str) -> float:
    """How much like text the sample is: 1 where every byte beyond ASCII is part of a letter in its place."""
    text = sample.decode(encoding, "replace")
    foreign = sum(byte > 127 for byte in sample)
    if encoding == "big5":  # where µg is a sign in everyday use: its second bytes are often letters of ASCII
        foreign = len(sample) - sum(map(str.isascii, text))
    alphabet = _alphabet(text)
    points = 0.0
    previous = " "
    placed = {found.start() for found in SIGN_IN_PLACE.finditer(text)} if encoding == "cp1252" else ()
    for index, character in enumerate(text):
        if index in placed:
            points += 1.0
        elif character > "\x7f":
            following = text[index + 1] if index + 1 < len(text) else " "
            points += _points(previous, character, following, alphabet)
        previous = character
    bare = encoding in JAPANESE and not any(_script(character) in KANA for character in text)
    return points / (foreign or 1) * (WITHOUT_KANA if bare else 1.0)


def _alphabet(text: str) -> frozenset[str]:
    """The letters of the language that most of these belong to, of those with Latin and of those with Cyrillic."""
    letters = [character for character in text if character > "\x7f" and _script(character) in ("LATIN", "CYRILLIC")]
    best = (max(kind, key=lambda alphabet: sum(letter in alphabet for letter in letters)) for kind in (LATIN, CYRILLIC))
    return frozenset().union(*best)


def _points(before: str, character: str, after: str, alphabet: frozenset[str]) -> float:
    script = _script(character)
    if script in WIDE:
        beside = _script(before)
        mixed = (beside == "LATIN" and before.islower()) or (
            beside in WIDE and (beside == "HANGUL") != (script == "HANGUL")
        )
        return WIDE[script] if _in_everyday_use(character, script) and not mixed else -1.0
    if script == "LATIN":
        if before.islower() and character.isupper() and character not in "ºª":
            return -1.5
        return 1.0 if character in alphabet and before.lower() != character.lower() else -0.7
    if script:
        beside = _script(before) or _script(after) or script
        if beside != script or (before.islower() and character.isupper()):
            return -1.5
        if script == "CYRILLIC" and character not in alphabet:
            return -0.7
        known = character in FREQUENT or (character.isupper() and not before.isalpha())
        word = before.isalpha() or after.isalpha()
        return (0.9 if known else 0.3) if word else 0.2
    inside = before.isalpha() and after.isalpha()
    if ord(character) in DRAWN:
        if before.isalpha() or after.isalpha():
            return -1.5
        # A frame repeats its lines; a text taken for one is a medley of them.
        return 0.9 if character in (before, after) or (before.isspace() or after.isspace()) else 0.3
    if character in TYPOGRAPHIC:
        return 0.5 if not inside or character in WITHIN_WORDS else -1.5
    return -2.0 if inside or not character.isprintable() else -0.5


def _in_everyday_use(character: str, script: str) -> bool:
    if script in KANA:
        return not "\uff61" <= character <= "\uff9f"  # half as wide: what Latin letters look like in Shift JIS
    try:
        lead, trail = character.encode("cp949" if script == "HANGUL" else "gb2312")
    except UnicodeEncodeError:
        return script == "CJK" and _decodes_in_japan(character)
    return lead >= 0xB0 and trail >= 0xA1 if script == "HANGUL" else lead <= HIGHEST_IN_USE


def _decodes_in_japan(character: str) -> bool:
    """Whether it is of the 2,965 signs of JIS level 1."""
    try:
        return character >= "亜" and b"\x88\x9f" <= character.encode("shift_jis") <= b"\x98\x72"
    except UnicodeEncodeError:
        return False


@functools.lru_cache(4096)
def _script(character: str) -> str:
    """The first word of a letter's or mark's name in Unicode; empty for what is neither."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    name = unicodedata.name(character, "").split(" ")
    return name[1] if name[0] in ("HALFWIDTH", "FULLWIDTH") and len(name) > 1 else name[0].split("-")[0]
