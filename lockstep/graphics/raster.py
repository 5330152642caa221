"""Pictures of pixels as files, written and read (the only module that imports Pillow)."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import ExifTags, Image, ImageDraw, ImageFont, TiffImagePlugin, TiffTags, UnidentifiedImageError

from ..base.errors import ReportError

Image.init()
_COMPRESSION: Final = TiffImagePlugin.COMPRESSION_INFO
_SAID_OTHERWISE: Final = ("dpi", "compression", "aspect", "gamma", "transparency", "resolution", "interlace")
# Tags of TIFF that hold pixels and their meaning, and no word about who made the file, when or with what.
_PLAIN_TAGS: Final = frozenset(
    (
        *range(254, 267),
        273,
        274,
        *range(277, 285),
        *range(290, 298),
        301,
        *range(317, 326),
        *range(338, 342),
        *range(529, 533),
    )
)
_STRIP: Final = 1 << 22  # bytes of pixels that are compressed as one: a third smaller than with the usual 64 KB
_UNITS: Final = {2: 1.0, 3: 2.54}  # dots per inch and per centimetre
_UNREADABLE: Final = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
_ALPHA: Final = ("RGBA", "LA", "PA", "RGBa", "La")


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterFacts:
    """What a file of pixels is.

    Attributes
    ----------
    format : "TIFF", "PNG", "JPEG" ...
    pixels : width and height.
    dpi : horizontal and vertical resolution, None where the file does not say.
    mode : "RGB", "CMYK", "L" (grey), "P" (palette), "1"; without a letter for transparency.
    alpha : whether it has a channel or a colour of transparency.
    compression : "LZW", "deflate", "JPEG", "none" ...
    metadata : texts and profiles in it, by name.
    pages : how many pictures it holds.
    """

    format: str
    pixels: tuple[int, int]
    dpi: tuple[float, float] | None
    mode: str
    alpha: bool
    compression: str
    metadata: Mapping[str, str]
    pages: int


def png(size: tuple[int, int], pixels: Any, *, dpi: int) -> bytes:
    """Return RGBA pixels as a PNG without transparency."""
    buffer = io.BytesIO()
    _opaque(size, pixels).save(buffer, "PNG", dpi=(dpi, dpi), compress_level=3)
    return buffer.getvalue()


def tiff(size: tuple[int, int], pixels: Any, *, dpi: int) -> bytes:
    """Return RGBA pixels as a TIFF: RGB, LZW, one layer, no alpha channel, no tag on its making."""
    buffer = io.BytesIO()
    _opaque(size, pixels).save(buffer, "TIFF", dpi=(dpi, dpi), compression="tiff_lzw", strip_size=_STRIP)
    return buffer.getvalue()


def png_of_words(words: str, *, font: Path, size: int) -> bytes:
    """Return a line of words as a PNG, in letters of so many pixels."""
    letters = ImageFont.truetype(font, size)
    image = Image.new("L", (round(letters.getlength(words)) + 2 * size, 3 * size), "white")
    ImageDraw.Draw(image).text((size, size), words, fill="black", font=letters)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def read_raster(path: Path) -> RasterFacts:
    """Read what a file of pixels is; its pixels are decoded, so that a damaged file is found.

    Raises
    ------
    ReportError
        If the file is missing or not a whole picture.
    """
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            image.load()  # what is damaged fails here
            mode = image.mode
            return RasterFacts(
                format=str(image.format),
                pixels=image.size,
                dpi=_dpi(image),
                mode="RGB" if mode in ("RGBA", "RGBa") else "L" if mode in ("LA", "La") else mode.removesuffix("A"),
                alpha=mode in _ALPHA or "transparency" in image.info,
                compression=_compression(image),
                metadata=_metadata(image),
                pages=int(getattr(image, "n_frames", 1)),
            )
    except FileNotFoundError:
        raise ReportError(f"{path} does not exist, so it cannot be measured.") from None
    except _UNREADABLE as error:
        raise ReportError(f"{path} cannot be read as a picture ({error}). Make it again.") from None


def _opaque(size: tuple[int, int], pixels: Any) -> Image.Image:
    return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    """Return the resolution that the file states, in dots per inch."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        # Pillow takes 1 for a resolution that is not there.
        per_inch = _UNITS.get(int(image.tag_v2.get(TiffImagePlugin.RESOLUTION_UNIT, 2)))
        found = [image.tag_v2.get(tag) for tag in (TiffImagePlugin.X_RESOLUTION, TiffImagePlugin.Y_RESOLUTION)]
        if per_inch is None or None in found:
            return None
        x, y = (float(value) * per_inch for value in found if value is not None)
        return x, y
    stated = image.info.get("dpi")
    return (float(stated[0]), float(stated[1])) if stated else None


def _compression(image: Image.Image) -> str:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        name = _COMPRESSION.get(int(image.tag_v2.get(TiffImagePlugin.COMPRESSION, 1)), "unknown")
        return {"tiff_lzw": "LZW", "raw": "none", "tiff_adobe_deflate": "deflate", "jpeg": "JPEG"}.get(name, name)
    return {"PNG": "deflate", "JPEG": "JPEG"}.get(str(image.format), "unknown")


def _metadata(image: Image.Image) -> dict[str, str]:
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        return {TiffTags.lookup(tag).name: _short(image.tag_v2[tag]) for tag in image.tag_v2 if tag not in _PLAIN_TAGS}
    found = {str(key): _short(value) for key, value in image.info.items() if key not in _SAID_OTHERWISE}
    jfif = {key for key in found if key.startswith("jfif")}
    exif = {ExifTags.TAGS.get(tag, str(tag)): _short(value) for tag, value in image.getexif().items()}
    return {key: value for key, value in (found | exif).items() if key not in jfif}


def _short(value: object) -> str:
    if isinstance(value, bytes):
        return value[:2000].decode("utf-8", errors="replace")
    return str(value)[:2000]


def tag_texts(content: bytes, *, name: str) -> list[tuple[str, str]]:
    """Return every tag of a picture's file as text: of TIFF and EXIF, comments, XMP and profiles, of each of its pages.

    Raises
    ------
    ReportError
        If it is no picture, a damaged one, or one of more pixels than are ever read; `name` is how it is called.
    """
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as image:
            return list(_tags(image))
    except UnidentifiedImageError:
        raise ReportError(f"{name} cannot be read as a picture, so it cannot be searched. Make it again.") from None
    except _UNREADABLE as error:
        raise ReportError(f"{name} cannot be read as a picture ({error}), so it cannot be searched.") from None


def _tags(image: Image.Image) -> Iterator[tuple[str, str]]:
    for page in range(getattr(image, "n_frames", 1)):
        image.seek(page)
        for key, value in image.info.items():
            yield f"tag {key}", _as_text(value)
        if isinstance(image, TiffImagePlugin.TiffImageFile):
            for number, value in image.tag_v2.items():
                yield f"tag {ExifTags.TAGS.get(number, number)}", _as_text(value)
        exif = image.getexif()
        for part in (exif, *(exif.get_ifd(ifd) for ifd in ExifTags.IFD)):
            for number, value in part.items():
                yield f"tag {ExifTags.TAGS.get(number, number)}", _as_text(value)


def _as_text(value: object) -> str:
    """Return a tag's value as text; bytes in each way in which they may be text."""
    if isinstance(value, bytes):
        wide = value[len(value) % 2 :]
        return "\n".join(
            (value.decode("latin-1"), value.decode("utf-8", "replace"), wide.decode("utf-16-le", "replace"))
        )
    if isinstance(value, (tuple, list)):
        return "\n".join(map(_as_text, value))
    return str(value)
