"""Files that are not read, by name: what each is by its bytes, and how its program writes one that is read."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Protocol

_START: Final = 4096  # bytes in which a text shows what it is


@dataclass(frozen=True, slots=True)
class Foreign:
    """A format that is not read: its name with its article, and what to do."""

    name: str
    advice: str


class _Unpacker(Protocol):
    def decompress(self, data: bytes, /) -> bytes: ...


_CSV: Final = "Export it as CSV UTF-8"
_R: Final = Foreign(
    "a file of R",
    'In R, load it and write the data frame: write.csv(x, "cohort.csv", row.names = FALSE), or with its labels '
    'haven::write_sav(x, "cohort.sav")',
)
_WORKBOOK: Final = "Open it in a spreadsheet program and save it as .xlsx"
_DATABASE: Final = "Export the table of patients as CSV UTF-8"
_NO_TABLE: Final = "The data file is the table itself: a workbook, CSV, or a file of a statistics program"
_UNPACK: Final = "Unpack it, and name the file that was in it"
_PANDAS: Final = 'In Python, pandas reads it: then to_csv("cohort.csv", index=False)'

_PROTECTED: Final = Foreign(
    "a workbook that is protected by a password",
    "Save it without the password; the folder of the study must be as safe",
)
_OLE: Final = (  # what names a stream of the container in UTF-16
    ("EncryptedPackage", _PROTECTED),
    ("WordDocument", Foreign("a Word document", _NO_TABLE)),
    ("PowerPoint Document", Foreign("a presentation", _NO_TABLE)),
    ("__substg1.0_", Foreign("a message of Outlook", "Save the file that is attached to it")),
)
_ZIP: Final = (  # (what the name of a member looks like, what it is then)
    (r"xl/workbook\.bin", Foreign("a binary workbook (.xlsb)", _WORKBOOK)),
    (r"word/.*", Foreign("a Word document", _NO_TABLE)),
    (r"ppt/.*", Foreign("a presentation", _NO_TABLE)),
    (
        r"Index/.*|Index\.zip|.*\.iwa",
        Foreign("a document of Numbers or Pages", "In Numbers, export it as .xlsx or CSV"),
    ),
    (r"(.*/)?data\.pkl", Foreign("a file of Python", _PANDAS)),
    (r"META-INF/odf.*|content\.xml", Foreign("an OpenDocument file that is no spreadsheet", _NO_TABLE)),
)

_FEATHER: Final = Foreign(
    "an Arrow or Feather file",
    'In R, arrow::write_parquet(x, "cohort.parquet"); in Python, to_parquet("cohort.parquet")',
)
_MATLAB: Final = Foreign("a Matlab file", 'In Matlab, writetable(t, "cohort.csv")')
_PICTURE: Final = Foreign("a picture", _NO_TABLE)
_OLD_EXCEL: Final = Foreign("a workbook of Excel 4 or older", _WORKBOOK)

_SIGNATURES: Final[tuple[tuple[bytes, int, Foreign], ...]] = (  # (bytes, where they stand, what it is)
    *((sign, 0, _R) for sign in (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"X\n\0\0\0", b"A\n2\n2", b"A\n3\n2")),
    (b"ASCII SPSS PORT FILE", 0, Foreign("an SPSS portable file (.por)", "In SPSS, save it as .sav")),
    (
        bytes(12) + bytes.fromhex("c2ea8163b31411cfbd92080009c7318c181f1011"),
        0,
        Foreign("a catalogue of formats of SAS (.sas7bcat)", "Name the file of the data, .sas7bdat or .xpt"),
    ),
    (
        b"**COMPRESSED** **COMPRESSED**",
        0,
        Foreign(
            "a file of SAS's PROC CPORT", "In SAS, write it with the XPORT engine (.xpt), or as .csv by PROC EXPORT"
        ),
    ),
    (b"SQLite format 3\0", 0, Foreign("an SQLite database", _DATABASE)),
    (b"Standard Jet DB", 4, Foreign("an Access database", _DATABASE)),
    (b"Standard ACE DB", 4, Foreign("an Access database", _DATABASE)),
    (b"%PDF-", 0, Foreign("a PDF", "Ask for the table that it was made from: what is copied from a PDF loses cells")),
    (b"{\\rtf", 0, Foreign("a Word document (RTF)", _NO_TABLE)),
    (b"\x28\xb5\x2f\xfd", 0, Foreign("a compressed file (zstd)", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", 0, Foreign("an archive (7z)", _UNPACK)),
    (b"Rar!\x1a\x07", 0, Foreign("an archive (rar)", _UNPACK)),
    (b"ustar", 257, Foreign("an archive (tar)", _UNPACK)),
    (b"ARROW1\0\0", 0, _FEATHER),
    (b"\x89HDF\r\n\x1a\n", 0, Foreign("an HDF5 file, of Matlab or of Python", _CSV)),
    (b"MATLAB 5.0 MAT-file", 0, _MATLAB),
    (b"\xff\xff\0\0\x07\0\0\0", 0, Foreign("a file of JMP", "In JMP, save it as .xlsx or CSV")),
    (b"\x93NUMPY", 0, Foreign("an array of NumPy", _PANDAS)),
    *((bytes([128, protocol]), 0, Foreign("a file of Python (pickle)", _PANDAS)) for protocol in range(2, 6)),
    (b"\x89PNG\r\n", 0, _PICTURE),
    (b"\xff\xd8\xff", 0, _PICTURE),
    *((sign, 0, _OLD_EXCEL) for sign in (b"\x09\0\x04\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0")),
)
_AT_BOTH_ENDS: Final = (  # a text may begin like one of these, and does not end so as well
    (b"FEA1", _FEATHER),
    (b"PARE", Foreign("an encrypted Parquet file", "Write it without the encryption")),
)
_COMPRESSED: Final[tuple[tuple[bytes, str, Callable[[], _Unpacker]], ...]] = (
    (b"\x1f\x8b", "gzip", lambda: zlib.decompressobj(wbits=31)),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", "xz", lzma.LZMADecompressor),
)
_TEXTS: Final = (  # of a text, by its first characters
    (r"<\?xml.*urn:schemas-microsoft-com:office:spreadsheet", Foreign("an XML spreadsheet of Excel 2003", _WORKBOOK)),
    (r"<\?xml.*<ODM", Foreign("an ODM file of CDISC", _CSV)),
    (r"<\?xml.*office:document", Foreign("a flat OpenDocument file", _WORKBOOK)),
    (r"<\?xml", Foreign("an XML file", _CSV)),
    (r"<!doctype html|<html|<head|<table|<meta|<body", Foreign("a web page (HTML), whatever its name says", _WORKBOOK)),
    (r"\{\s*[\"}]|\[\s*[\[{]", Foreign("a JSON file", _CSV)),
)


def named_by(content: bytes) -> Foreign | None:
    """Return what a file is that is not read; None where it may be a text file or is one that is read."""
    for sign, place, foreign in _SIGNATURES:
        if content.startswith(sign, place):
            return foreign
    for sign, foreign in _AT_BOTH_ENDS:
        if content.startswith(sign) and content.endswith(sign):
            return foreign
    for sign, name, unpacker in _COMPRESSED:
        if content.startswith(sign):
            try:
                inside = unpacker().decompress(content[:_START])
            except (zlib.error, OSError, lzma.LZMAError):
                continue
            return _R if named_by(inside) is _R else Foreign(f"a compressed file ({name})", _UNPACK)
    start = content[:_START].decode("utf-8-sig", errors="replace").lstrip()
    return next((foreign for sign, foreign in _TEXTS if re.match(sign, start, re.IGNORECASE | re.DOTALL)), None)


def ole_kind(content: bytes) -> Foreign | None:
    """Return what a container of older Office programs holds, but for a workbook (None)."""
    found = (foreign for stream, foreign in _OLE if stream.encode("utf-16-le") in content)
    workbook = any(name.encode("utf-16-le") in content for name in ("Workbook", "Book\0"))
    return next(found, None if workbook else Foreign("a file of an older Office program", _CSV))


def zip_kind(members: Collection[str]) -> Foreign:
    """Return what a zip archive with these members is, where none of them is a workbook's."""
    return next(
        (foreign for form, foreign in _ZIP if any(re.fullmatch(form, name) for name in members)),
        Foreign("a zip archive", _UNPACK),
    )
