"""Files that are not read: each is refused by its name, with what its owner can do."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pytest

from lockstep.base.errors import DataError
from lockstep.readers.formats import parse_table
from lockstep.variables.data_file import DataFile

MADE = Path(__file__).parent / "files"
"""Files that other programs wrote; README.md there says how."""

CSV = "id,x\n1,2\n"


def refusal(content: bytes) -> str:
    """Return the message with which a file is refused."""
    with pytest.raises(DataError) as error:
        parse_table(content, DataFile(file="cohort.csv", id="id", missing=("",)), expected=["id", "x"])
    return str(error.value)


def archive(**members: bytes) -> bytes:
    """Return a zip archive; in names of its members _ is a slash."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, content in members.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return stream.getvalue()


def database() -> bytes:
    """Return an SQLite database."""
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE cohort (id, x)")
    return base.serialize()


def tar() -> bytes:
    """Return a tar archive with a CSV file."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as made:
        member = tarfile.TarInfo("cohort.csv")
        member.size = len(CSV)
        made.addfile(member, io.BytesIO(CSV.encode()))
    return stream.getvalue()


def ole(stream: str) -> bytes:
    """Return the beginning of a container of Office with a stream of this name."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000) + stream.encode("utf-16-le") + bytes(1000)


FOREIGN = {
    "protected": (ole("EncryptedPackage"), "a workbook that is protected by a password", "without the password"),
    "doc": (ole("WordDocument"), "a Word document", "is the table itself"),
    "docx": (archive(word__document_dot_xml=b""), "a Word document", "is the table itself"),
    "pptx": (archive(ppt__presentation_dot_xml=b""), "a presentation", "is the table itself"),
    "xlsb": (archive(xl__workbook_dot_bin=b""), "a binary workbook (.xlsb)", "save it as .xlsx"),
    "numbers": (archive(Index__Document_dot_iwa=b""), "a document of Numbers or Pages", "In Numbers, export it"),
    "odt": (archive(content_dot_xml=b""), "an OpenDocument file that is no spreadsheet", "is the table itself"),
    "zip": (archive(cohort_dot_csv=CSV.encode()), "a zip archive", "Unpack it"),
    "gzip": (gzip.compress(CSV.encode()), "a compressed file (gzip)", "Unpack it"),
    "bzip2": (bz2.compress(CSV.encode()), "a compressed file (bzip2)", "Unpack it"),
    "xz": (lzma.compress(CSV.encode()), "a compressed file (xz)", "Unpack it"),
    "tar": (tar(), "an archive (tar)", "Unpack it"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(50), "an archive (7z)", "Unpack it"),
    "por": (b"ASCII SPSS PORT FILE" + b" " * 200, "an SPSS portable file (.por)", "save it as .sav"),
    "sas7bcat": (
        bytes(12) + bytes.fromhex("c2ea8163b31411cfbd92080009c7318c181f1011") + bytes(500),
        "a catalogue of formats of SAS (.sas7bcat)",
        "Name the file of the data",
    ),
    "cport": (b"**COMPRESSED** **COMPRESSED** **COMPRESSED**", "a file of SAS's PROC CPORT", "(.xpt)"),
    "sqlite": (database(), "an SQLite database", "Export the table"),
    "accdb": (b"\0\1\0\0Standard ACE DB\0" + bytes(200), "an Access database", "Export the table"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "a PDF", "Ask for the table"),
    "feather": (b"ARROW1\0\0" + bytes(50), "an Arrow or Feather file", "arrow::write_parquet"),
    "feather 1": (b"FEA1" + bytes(50) + b"FEA1", "an Arrow or Feather file", "to_parquet"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(50), "an HDF5 file, of Matlab or of Python", "Export it as CSV"),
    "mat": (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "a Matlab file", "writetable"),
    "jmp": (b"\xff\xff\0\0\7\0\0\0\4\0\0\0", "a file of JMP", "In JMP, save it"),
    "pickle": (pickle.dumps({"id": [1]}), "a file of Python (pickle)", "to_csv"),
    "json": (b'[{"id": 1, "x": 2}]', "a JSON file", "Export it as CSV"),
    "json object": (b'\xef\xbb\xbf {"id": [1]}', "a JSON file", "Export it as CSV"),
    "html": (b"\n<HTML><table><tr><td>id</td></tr>", "a web page (HTML), whatever its name says", "save it as .xlsx"),
    "xml 2003": (
        b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "an XML spreadsheet of Excel 2003",
        "save it as .xlsx",
    ),
    "xml": (b"<?xml version='1.0'?><cohort/>", "an XML file", "Export it as CSV"),
    "png": (b"\x89PNG\r\n\x1a\n", "a picture", "is the table itself"),
    **{
        name: ((MADE / name).read_bytes(), "a file of R", 'write.csv(x, "cohort.csv", row.names = FALSE)')
        for name in ("r.rds", "plain.rds", "xz.rds", "ascii.rds", "r.RData", "plain.RData")
    },
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_refused_by_name(name: str) -> None:
    """Whatever it is called; the second line says what to do with just this one."""
    content, called, advice = FOREIGN[name]
    first, second = refusal(content).split("\n")
    assert first == f"cohort.csv: is {called}; expected a workbook, CSV, Parquet, or a file of SPSS, Stata or SAS."
    assert advice in second
    assert second.endswith(".")


LIKE_OTHERS = ("PARENT", "PAR1", "FEA1", "RDX", "BZh", "A", "MZ", "$FL", "[x]", "{x}", "<5")


@pytest.mark.parametrize("name", LIKE_OTHERS)
def test_a_text_file_may_begin_like_another(name: str) -> None:
    """The name of a column is none of a format."""
    table = parse_table(
        f"{name},id\n1,2\n".encode(), DataFile(file="cohort.csv", id="id", missing=("",)), expected=["id"]
    )
    assert table.header == (name, "id")
