"""The handbook of Fernhill: `handbook.md` set as a PDF with a real text layer."""

from __future__ import annotations

import io
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

SOURCE = Path(__file__).with_suffix(".md")
GREEN, INK, PALE, RULE = HexColor("#265e46"), HexColor("#242c28"), HexColor("#eef3ec"), HexColor("#c3d0c3")
MARGIN = 25 * mm
WIDTH = A4[0] - 2 * MARGIN

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11.5, leading=16.5, spaceAfter=8, textColor=INK)
ITEM = ParagraphStyle("item", BODY, leftIndent=14, bulletIndent=2, spaceAfter=4)
CELL = ParagraphStyle("cell", BODY, fontName="Helvetica", fontSize=9.5, leading=12.5, spaceAfter=0)
HEAD_CELL = ParagraphStyle("head cell", CELL, fontName="Helvetica-Bold", textColor=HexColor("#ffffff"))
HEADINGS = {
    "h2": ParagraphStyle(
        "h2",
        fontName="Helvetica-Bold",
        fontSize=17,
        leading=22,
        spaceBefore=16,
        spaceAfter=8,
        textColor=GREEN,
    ),
    "h3": ParagraphStyle(
        "h3", fontName="Helvetica-Bold", fontSize=12, leading=16, spaceBefore=8, spaceAfter=4, textColor=GREEN
    ),
}


def write() -> bytes:
    """The PDF's bytes, the same on every call with the same reportlab."""
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(SOURCE.read_text("utf-8")))
    title, subtitle, *rest = tree.children
    written = io.BytesIO()
    document = BaseDocTemplate(
        written, pagesize=A4, title=f"{inline(title)}: handbook", author=inline(title), invariant=1, lang="en"
    )
    frame = Frame(MARGIN, 24 * mm, WIDTH, A4[1] - 46 * mm, 0, 0, 0, 0)

    def first_page(canvas: Canvas, _: BaseDocTemplate) -> None:
        cover(canvas, inline(title), inline(subtitle))

    document.addPageTemplates(
        [
            PageTemplate("cover", [frame], onPage=first_page, autoNextPageTemplate="text"),
            PageTemplate("text", [frame], onPage=footer),
        ]
    )
    document.build([PageBreak(), *flow(rest)])
    return written.getvalue()


def flow(nodes: list[SyntaxTreeNode]) -> list[Flowable]:
    """The Markdown blocks as things to set on pages; a heading stays with what follows it."""
    parts: list[Flowable] = []
    headings: list[Flowable] = []
    for node in nodes:
        if node.type == "heading":
            headings.append(Paragraph(inline(node), HEADINGS[node.tag]))
            continue
        blocks = block(node)
        parts += [KeepTogether([*headings, blocks[0]]), *blocks[1:]] if headings else blocks
        headings = []
    return parts


def block(node: SyntaxTreeNode) -> list[Flowable]:
    """A paragraph, list or table.

    Raises:
        ValueError: for any other kind of block, which the handbook does not use.
    """
    if node.type == "paragraph":
        return [Paragraph(inline(node), BODY)]
    if node.type == "bullet_list":
        return [*(Paragraph(inline(item), ITEM, bulletText="•") for item in node.children), Spacer(1, 5)]
    if node.type == "table":
        return [table(node), Spacer(1, 12)]
    raise ValueError(f"{SOURCE.name}: no layout for {node.type}")


def table(node: SyntaxTreeNode) -> Table:
    """A table over the whole width, its first row as the heading."""
    rows = [row for part in node.children for row in part.children]
    cells = [
        [Paragraph(inline(cell), HEAD_CELL if place == 0 else CELL) for cell in row.children]
        for place, row in enumerate(rows)
    ]
    columns = len(cells[0])
    style = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, 0), GREEN),
            ("ROWBACKGROUNDS", (0, 1), (-1, -1), [HexColor("#ffffff"), PALE]),
            ("LINEBELOW", (0, 0), (-1, -1), 0.5, RULE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return Table(cells, [WIDTH / columns] * columns, style=style, repeatRows=1)


def inline(node: SyntaxTreeNode) -> str:
    """The words inside a block."""
    return " ".join(part.content for part in node.walk() if part.type == "text")


def cover(canvas: Canvas, title: str, subtitle: str) -> None:
    """The first page: name, year, and hills with furrows under a low sun."""
    width, height = A4
    canvas.setFillColor(HexColor("#f4efe0"))
    canvas.rect(0, 0, width, height, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#e9b44c"))
    canvas.circle(width * 0.7, height * 0.43, 62, stroke=0, fill=1)
    hills = [
        (0.40, 0.52, "#a9c0a6"),
        (0.36, 0.30, "#7ba383"),
        (0.22, 0.38, "#4c8063"),
        (0.20, 0.10, "#265e46"),
    ]
    for left, right, color in hills:
        hill = canvas.beginPath()
        hill.moveTo(0, 0)
        hill.lineTo(0, height * left)
        hill.curveTo(width * 0.35, height * (left + 0.1), width * 0.6, height * (right - 0.1), width, height * right)
        hill.lineTo(width, 0)
        hill.close()
        canvas.setFillColor(HexColor(color))
        canvas.drawPath(hill, stroke=0, fill=1)
    canvas.setStrokeColor(HexColor("#4c8063"))
    canvas.setLineWidth(2)
    for furrow in range(9):
        x = width * (furrow - 1) / 6
        canvas.bezier(
            x,
            0,
            x + 20,
            height * 0.05,
            width * 0.25 + x * 0.45,
            height * 0.1,
            width * 0.3 + x * 0.3,
            height * 0.125,
        )
    canvas.setFillColor(GREEN)
    canvas.setFont("Helvetica-Bold", 38)
    first, rest = title.split(" ", 1)
    canvas.drawString(MARGIN, height - 72 * mm, first)
    canvas.drawString(MARGIN, height - 88 * mm, rest)
    canvas.setFillColor(INK)
    canvas.setFont("Times-Italic", 18)
    canvas.drawString(MARGIN, height - 102 * mm, subtitle)


def footer(canvas: Canvas, document: BaseDocTemplate) -> None:
    """A rule, the society's name and the page's number."""
    canvas.setStrokeColor(RULE)
    canvas.line(MARGIN, 16 * mm, A4[0] - MARGIN, 16 * mm)
    canvas.setFillColor(GREEN)
    canvas.setFont("Helvetica", 8.5)
    canvas.drawString(MARGIN, 11 * mm, "Fernhill Allotment Society")
    canvas.drawRightString(A4[0] - MARGIN, 11 * mm, str(document.page))
