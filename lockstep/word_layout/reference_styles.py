"""The styles of the Word file, from lockstep/templates/reference.toml to WordprocessingML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

# The names that Word knows; any other style is marked as a custom one.
BUILT_IN: Final = {
    "Normal", "Body Text", "Title", "Subtitle", "Date", "Block Text", "Bibliography", "TOC Heading", "Hyperlink",
    "Default Paragraph Font", "caption", "footnote text", "footnote reference", "header", "footer", "line number",
    *(f"heading {level}" for level in range(1, 10)),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WordStyle:
    """A paragraph or character style of reference.toml; None is "as the base style"."""

    name: str
    kind: str = "paragraph"
    base: str | None = None
    follow: str | None = None
    font: str | None = None
    size: float | None = None
    bold: bool = False
    italic: bool = False
    color: str | None = None
    raised: bool = False
    before: float | None = None
    after: float | None = None
    line: float | None = None
    left: float | None = None
    right: float | None = None
    hanging: float | None = None
    tab: float | None = None
    align: str | None = None
    keep_next: bool = False
    keep_lines: bool = False
    outline: int | None = None
    border: str | None = None
    fill: str | None = None
    tight: bool = False


def twips(points: float) -> int:
    """Return a length in twentieths of a point."""
    return round(points * 20)


def xml_attributes(**values: str | int | None) -> str:
    """Return attributes in Word's namespace, without those that are None."""
    return "".join(f' w:{name}="{value}"' for name, value in values.items() if value is not None)


def element(tag: str, **values: str | int | None) -> str:
    """Return an empty element, or nothing where none of its attributes has a value."""
    written = xml_attributes(**values)
    return f"<w:{tag}{written}/>" if written else ""


def flags(style: WordStyle, **tags: str) -> str:
    """Return the elements of those fields that are switched on."""
    return "".join(f"<w:{tag}/>" for field, names in tags.items() if getattr(style, field) for tag in names.split())


def scaled(value: float | None, factor: float = 20) -> int | None:
    """Return a length in the file's unit, or None where there is none."""
    return None if value is None else round(value * factor)


def typeface(font: str) -> str:
    """Return one typeface for all scripts, never a theme's."""
    return element("rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font)


def style_id(name: str) -> str:
    """Return the id that pandoc gives to a style of this name."""
    return "".join(word[0].upper() + word[1:] for word in name.split())


def paragraph_properties(style: WordStyle) -> str:
    """Return the children of w:pPr, in the order of the schema."""
    sides = ("top", "left", "bottom", "right")
    line = scaled(style.line, 240)
    return "".join(
        (
            flags(style, keep_next="keepNext", keep_lines="keepLines"),
            "" if style.border is None else "<w:pBdr>",
            *(element(side, val="single", sz=4, space=5, color=style.border) for side in sides if style.border),
            "" if style.border is None else "</w:pBdr>",
            "" if style.fill is None else element("shd", val="clear", color="auto", fill=style.fill),
            "" if style.tab is None else f"<w:tabs>{element('tab', val='left', pos=twips(style.tab))}</w:tabs>",
            element(
                "spacing",
                before=scaled(style.before),
                after=scaled(style.after),
                line=line,
                lineRule=None if line is None else "auto",
            ),
            element("ind", left=scaled(style.left), right=scaled(style.right), hanging=scaled(style.hanging)),
            flags(style, tight="contextualSpacing"),
            element("jc", val=style.align),
            element("outlineLvl", val=None if style.outline is None else style.outline - 1),
        )
    )


def run_properties(style: WordStyle, fonts: Mapping[str, str]) -> str:
    """Return the children of w:rPr, in the order of the schema."""
    size = scaled(style.size, 2)
    return "".join(
        (
            "" if style.font is None else typeface(fonts[style.font]),
            flags(style, bold="b bCs", italic="i iCs"),
            element("color", val=style.color),
            element("sz", val=size) + element("szCs", val=size),
            '<w:vertAlign w:val="superscript"/>' if style.raised else "",
        )
    )


def style_xml(style: WordStyle, fonts: Mapping[str, str]) -> str:
    """Return one style."""
    default_base = "Normal" if style.kind == "paragraph" else "Default Paragraph Font"
    base = default_base if style.base is None else style.base
    ppr, rpr = paragraph_properties(style), run_properties(style, fonts)
    kind = xml_attributes(
        type=style.kind,
        default=1 if base == "" else None,
        customStyle=None if style.name in BUILT_IN else 1,
        styleId=style_id(style.name),
    )
    return "".join(
        (
            f"<w:style{kind}>",
            element("name", val=style.name),
            element("basedOn", val=style_id(base) or None),
            element("next", val=None if style.follow is None else style_id(style.follow)),
            "<w:qFormat/>",
            f"<w:pPr>{ppr}</w:pPr>" if ppr else "",
            f"<w:rPr>{rpr}</w:rPr>" if rpr else "",
            "</w:style>",
        )
    )


def rule(side: str, width: float) -> str:
    """Return a line of this width, in points, at one side."""
    return element(side, val="single", sz=round(8 * width), space=0, color="000000")


def table_styles_xml(table: Mapping[str, float]) -> str:
    """Return Word's plain table and pandoc's "Table": a rule above, one below, one under the heading, none upright."""
    margins = {"top": 0, "left": twips(table["cell_margin"]), "bottom": 0, "right": twips(table["cell_margin"])}
    outer = table["outer_rule"]
    cells = "".join(element(side, w=width, type="dxa") for side, width in margins.items())
    return (
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/>'
        f"<w:tblCellMar>{cells}</w:tblCellMar></w:tblPr></w:style>"
        '<w:style w:type="table" w:customStyle="1" w:styleId="Table"><w:name w:val="Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f"<w:tblPr><w:tblBorders>{rule('top', outer)}{rule('bottom', outer)}</w:tblBorders></w:tblPr>"
        '<w:tblStylePr w:type="firstRow"><w:tcPr>'
        f"<w:tcBorders>{rule('bottom', table['header_rule'])}</w:tcBorders></w:tcPr></w:tblStylePr></w:style>"
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/></w:style>'
    )


def styles_xml(definition: Mapping[str, Any]) -> str:
    """Return all styles; a paragraph has single spacing and widow control unless its style says otherwise."""
    fonts, defaults = definition["fonts"], definition["defaults"]
    base = WordStyle(name="", font=defaults["font"], size=defaults["size"])
    language = element("lang", val=defaults["language"], eastAsia=defaults["language"], bidi="ar-SA")
    styles = (WordStyle(**entry) for entry in definition["style"])
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults>'
        f"<w:rPrDefault><w:rPr>{run_properties(base, fonts)}{language}</w:rPr></w:rPrDefault>"
        "<w:pPrDefault><w:pPr><w:widowControl/>"
        f"{element('spacing', before=0, after=0, line=240, lineRule='auto')}</w:pPr></w:pPrDefault></w:docDefaults>"
        f"{''.join(style_xml(style, fonts) for style in styles)}{table_styles_xml(definition['table'])}</w:styles>"
    )
