"""Chinese, Japanese and Korean letters in a document: which fonts PDF and Word file set them in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

PACKAGE: Final = "noto_cjk_sans_otc"
"""The package that brings Noto Sans CJK: one file, all faces."""

_LETTERS: Final = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fdf\u3000-\u318f\u31a0-\u31bf\u31f0-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
_KANA: Final = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL: Final = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff]")
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_PLACE: Final = re.compile(r"^#let eastern-font = \(\).*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class EasternFonts:
    """How letters of East Asia are set in a document: its language for them, the face of the PDF, that of Word."""

    language: str
    pdf: str
    word: str


_FONTS: Final = {
    "zh-Hans": EasternFonts("zh-CN", "Noto Sans CJK SC", "SimSun"),
    "zh-Hant": EasternFonts("zh-TW", "Noto Sans CJK TC", "PMingLiU"),
    "zh-HK": EasternFonts("zh-HK", "Noto Sans CJK HK", "PMingLiU"),
    "ja": EasternFonts("ja-JP", "Noto Sans CJK JP", "MS Mincho"),
    "ko": EasternFonts("ko-KR", "Noto Sans CJK KR", "Malgun Gothic"),
}


def has_eastern_letters(text: str) -> bool:
    """Return whether a text has letters or punctuation of Chinese, Japanese or Korean."""
    return _LETTERS.search(text) is not None


def eastern_fonts(text: str, language: str) -> EasternFonts | None:
    """Return the fonts for the letters of East Asia in a text, None where it has none.

    Notes
    -----
    One Chinese character has other shapes in Chinese, Japanese and Korean print. The document's language decides; in
    a document of another language kana mean Japanese, hangul without Chinese characters Korean, all else Chinese.
    """
    if not has_eastern_letters(text):
        return None
    main, _, region = language.partition("-")
    if main == "zh":
        return _FONTS.get({"TW": "zh-Hant", "Hant": "zh-Hant", "HK": "zh-HK"}.get(region, "zh-Hans"))
    if main in _FONTS:
        return _FONTS[main]
    if _KANA.search(text):
        return _FONTS["ja"]
    return _FONTS["ko" if _HANGUL.search(text) and not _HAN.search(text) else "zh-Hans"]


def font_folder() -> Path | None:
    """Return the folder of Noto Sans CJK, None where the package is not installed."""
    found = find_spec(PACKAGE)
    return Path(found.origin).parent if found is not None and found.origin else None


def with_eastern_font(source: str, fonts: EasternFonts) -> str:
    """Return a Typst document of the template that sets the letters of East Asia in a face."""
    return _PLACE.sub(f'#let eastern-font = ("{fonts.pdf}",)', source, count=1)
