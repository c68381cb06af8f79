"""Pages that are written as HTML in English, said in another language."""

from __future__ import annotations

import re

from lamplight.languages import ENGLISH, direction, gettext, language

MESSAGE = re.compile(r"\[\[(.+?)\]\]", re.DOTALL)
"""A message in a page, which may hold tags: `<h1>[[Sign in]]</h1>`."""


def page_in_language(html: str) -> str:
    """The page with its messages in the language that is spoken here, which its first tag then names."""
    code = language()
    said = MESSAGE.sub(lambda match: gettext(message_of(match)), html)
    return said.replace(f'<html lang="{ENGLISH}">', f'<html lang="{code}" dir="{direction(code)}">', 1)


def message_of(match: re.Match[str]) -> str:
    """What `MESSAGE` has found, on one line."""
    return " ".join(match[1].split())
