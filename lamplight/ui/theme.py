"""Colours and type: warm paper by day, a lit room by night, system fonts only."""

from __future__ import annotations

from html import escape
from pathlib import Path

import gradio as gr

ASSETS = Path(__file__).parent / "assets"
STYLESHEETS = ("colours.css", "layout.css", "chat.css", "panels.css", "models.css", "trust.css")
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Ubuntu", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Gradio's theme; what it can't say is in the stylesheets, which use its variables."""
    return gr.themes.Base(
        primary_hue="amber", secondary_hue="amber", neutral_hue="stone", font=list(SANS), font_mono=list(MONO)
    ).set(
        body_background_fill="#faf7f2",
        body_background_fill_dark="#191613",
        body_text_color="#2b2620",
        body_text_color_dark="#efe8de",
        body_text_color_subdued="#685e53",
        body_text_color_subdued_dark="#b5a99a",
        background_fill_primary="#fffdf9",
        background_fill_primary_dark="#221e1a",
        background_fill_secondary="#f4eee5",
        background_fill_secondary_dark="#2b2621",
        border_color_primary="#e4dacb",
        border_color_primary_dark="#3d352d",
        color_accent="#a84d08",
        color_accent_soft="#fbeed8",
        color_accent_soft_dark="#3d2f1c",
        block_border_width="0px",
        block_shadow="none",
    )


def head() -> str:
    """The stylesheets for the page's head; as Gradio's `css` they would be sent twice."""
    styles = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in STYLESHEETS)
    description = "Chat with your own documents, on your own computer."
    return f'<meta name="description" content="{escape(description)}">\n<style>{styles}</style>'
