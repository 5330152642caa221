"""Build templates/reference.docx, the styles and the page of the Word file, from templates/reference.toml.

The file is written from nothing, so that it carries no theme colour, revision mark or property of any machine, and the
same definition gives the same bytes.
"""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..base.resources import TEMPLATES
from .reference_styles import W, element, style_id, styles_xml, twips, xml_attributes

A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
THEME_TYPE: Final = "application/vnd.openxmlformats-officedocument.theme"
XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def reference_parts(definition: Mapping[str, Any]) -> dict[str, str]:
    """Return the parts of reference.docx by name."""
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    parts = {
        "word/document.xml": (f"{WORD_TYPE}.document.main+xml", document_xml(definition)),
        "word/styles.xml": (f"{WORD_TYPE}.styles+xml", styles_xml(definition)),
        "word/settings.xml": (f"{WORD_TYPE}.settings+xml", settings_xml(definition)),
        "word/fontTable.xml": (f"{WORD_TYPE}.fontTable+xml", font_table_xml(definition)),
        "word/footnotes.xml": (f"{WORD_TYPE}.footnotes+xml", footnotes_xml()),
        "word/header1.xml": (f"{WORD_TYPE}.header+xml", margin_xml("hdr", "Header", run_of_text("Running title"))),
        "word/header2.xml": (f"{WORD_TYPE}.header+xml", margin_xml("hdr", "Header", "")),
        "word/footer1.xml": (f"{WORD_TYPE}.footer+xml", margin_xml("ftr", "Footer", page_x_of_y())),
        "word/theme/theme1.xml": (f"{THEME_TYPE}+xml", theme_xml(definition)),
    }
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, (kind, _) in parts.items())
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{rels}"/>{overrides}</Types>',
        "_rels/.rels": relationships({"rId1": ("officeDocument", "word/document.xml")}),
        "word/_rels/document.xml.rels": relationships(
            {
                "rId1": ("styles", "styles.xml"),
                "rId2": ("settings", "settings.xml"),
                "rId3": ("fontTable", "fontTable.xml"),
                "rId4": ("footnotes", "footnotes.xml"),
                "rId5": ("theme", "theme/theme1.xml"),
                "rId6": ("header", "header1.xml"),
                "rId7": ("header", "header2.xml"),
                "rId8": ("footer", "footer1.xml"),
            }
        ),
        **{name: xml for name, (_, xml) in parts.items()},
    }


def relationships(targets: Mapping[str, tuple[str, str]]) -> str:
    """Return a .rels part."""
    lines = (f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{to}"/>' for i, (kind, to) in targets.items())
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def page_twips(definition: Mapping[str, Any]) -> dict[str, int]:
    """Return the lengths of the page in twentieths of a point."""
    return {name: twips(length / 25.4 * 72) for name, length in definition["page"].items()}


def run_of_text(words: str) -> str:
    """Return a run of text."""
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def page_field(code: str) -> str:
    """Return a field that Word works out when it lays out the page."""
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def page_x_of_y() -> str:
    """Return the runs of the page number."""
    return run_of_text("Page ") + page_field("PAGE") + run_of_text(" of ") + page_field("NUMPAGES")


def margin_xml(root: str, style: str, runs: str) -> str:
    """Return a header or footer of one paragraph."""
    return f'<w:{root} xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p></w:{root}>'


def document_xml(definition: Mapping[str, Any]) -> str:
    """Return a specimen of every paragraph style, and the page: the first without a running title."""
    page = page_twips(definition)
    specimens = "".join(
        f"<w:p><w:pPr>{element('pStyle', val=style_id(entry['name']))}</w:pPr>{run_of_text(entry['name'])}</w:p>"
        for entry in definition["style"]
        if entry.get("kind", "paragraph") == "paragraph" and entry["name"] not in ("header", "footer")
    )
    sides = dict.fromkeys(("top", "right", "bottom", "left"), page["margin"])
    return (
        f'<w:document xmlns:w="{W}" xmlns:r="{OFFICE}"><w:body>{specimens}<w:sectPr>'
        '<w:headerReference w:type="default" r:id="rId6"/><w:headerReference w:type="first" r:id="rId7"/>'
        '<w:footerReference w:type="default" r:id="rId8"/><w:footerReference w:type="first" r:id="rId8"/>'
        f"{element('pgSz', w=page['width'], h=page['height'])}"
        f"{element('pgMar', **sides, header=page['header'], footer=page['header'], gutter=0)}"
        '<w:cols w:space="720"/><w:titlePg/></w:sectPr></w:body></w:document>'
    )


def settings_xml(definition: Mapping[str, Any]) -> str:
    """Return settings: laid out as a current Word does it, not as Word 2007 did."""
    word = "http://schemas.microsoft.com/office/word"
    return (
        f'<w:settings xmlns:w="{W}">{element("zoom", percent=100)}{element("defaultTabStop", val=720)}'
        f"<w:footnotePr>{element('footnote', id=-1)}{element('footnote', id=0)}</w:footnotePr>"
        f"<w:compat>{element('compatSetting', name='compatibilityMode', uri=word, val=15)}</w:compat>"
        f"{element('themeFontLang', val=definition['defaults']['language'])}"
        f"{element('decimalSymbol', val='.')}{element('listSeparator', val=',')}</w:settings>"
    )


def font_table_xml(definition: Mapping[str, Any]) -> str:
    """Return the typefaces in use, with the family to take another from where one is missing."""
    families = {"serif": ("roman", "variable"), "sans": ("swiss", "variable"), "mono": ("modern", "fixed")}
    fonts = (
        f"<w:font{xml_attributes(name=definition['fonts'][name])}>"
        f"{element('family', val=family)}{element('pitch', val=pitch)}</w:font>"
        for name, (family, pitch) in families.items()
    )
    return f'<w:fonts xmlns:w="{W}">{"".join(fonts)}</w:fonts>'


def footnotes_xml() -> str:
    """Return the rules above footnotes."""
    rules = {-1: ("separator", "separator"), 0: ("continuationSeparator", "continuationSeparator")}
    notes = "".join(
        f"<w:footnote{xml_attributes(type=kind, id=number)}><w:p><w:r><w:{tag}/></w:r></w:p></w:footnote>"
        for number, (kind, tag) in rules.items()
    )
    return f'<w:footnotes xmlns:w="{W}">{notes}</w:footnotes>'


def theme_xml(definition: Mapping[str, Any]) -> str:
    """Return a theme in black and white: pandoc wants one in the file, no style of ours uses it."""
    colours = {"dk1": "000000", "lt1": "FFFFFF", "dk2": "000000", "lt2": "FFFFFF"}
    colours |= dict.fromkeys((f"accent{number}" for number in range(1, 7)), "595959")
    colours |= {"hlink": "1F3864", "folHlink": "1F3864"}
    scheme = "".join(f'<a:{name}><a:srgbClr val="{colour}"/></a:{name}>' for name, colour in colours.items())
    empty = '<a:ea typeface=""/><a:cs typeface=""/>'
    major, minor = definition["fonts"]["sans"], definition["fonts"]["serif"]
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        f'<a:theme xmlns:a="{A}" name="Manuscript"><a:themeElements>'
        f'<a:clrScheme name="Manuscript">{scheme}</a:clrScheme>'
        f'<a:fontScheme name="Manuscript"><a:majorFont><a:latin typeface="{major}"/>{empty}</a:majorFont>'
        f'<a:minorFont><a:latin typeface="{minor}"/>{empty}</a:minorFont></a:fontScheme>'
        f'<a:fmtScheme name="Manuscript"><a:fillStyleLst>{fill * 3}</a:fillStyleLst>'
        f"<a:lnStyleLst>{f'<a:ln>{fill}</a:ln>' * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst>"
        f"<a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def write_archive(parts: Mapping[str, str], path: Path) -> None:
    """Write the parts as an archive without compression or times: the same parts are the same bytes anywhere."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, xml in parts.items():
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0
            archive.writestr(entry, XML + xml)


def main() -> None:
    """Build reference.docx beside reference.toml, in the templates."""
    definition = tomllib.loads((TEMPLATES / "reference.toml").read_text(encoding="utf-8"))
    write_archive(reference_parts(definition), TEMPLATES / "reference.docx")


if __name__ == "__main__":
    main()
