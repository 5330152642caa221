"""Numbers of registries: found in every form in which authors write them, and nothing else taken for one."""

from __future__ import annotations

import pytest

from lockstep.anonymisation.identity import find_words
from lockstep.anonymisation.registrations import registrations, without_registrations

NUMBERS = (
    *(
        "NCT01234567",
        "nct01234567",
        "NCT 01234567",
        "NCT-01234567",
        "ISRCTN12345678",
        "ISRCTN 12345678",
        "DRKS00012345",
    ),
    *("2010-022945-52", "2022-500123-12-00", "ChiCTR2000012345", "ChiCTR-TRC-12345678", "UMIN000012345"),
    *("JPRN-UMIN000012345", "jRCTs031180123", "JapicCTI-132059", "ACTRN12605000123456", "CTRI/2020/01/123456"),
    *("IRCT20080831001141N1", "NTR1234", "PACTR201801002888156", "KCT0001234", "RBR-6tvr7d", "TCTR20200101001"),
    *("SLCTR/2010/001", "LBCTR2019020123", "U1111-1234-5678", "CRD42020123456", "CRD 42020123456"),
    *("researchregistry4321", "osf.io/ab3cd"),
)
OTHERS = (
    *("NCT", "NCT012345678", "the trial of 2010", "2010-2015", "2019-12-31", "10.1016/j.radonc.2010-022945", "ISRCTN"),
    *("142 patients", "HR 1.25 (0.98-1.60)", "DANCTON12345678", "0000-0002-1825-0097", "978-3-16-148410-0", "osf.io"),
)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_found_alone_in_a_sentence_and_in_an_address(number: str) -> None:
    """Nothing of it is left, what stands around it is, and it is found again as another may write it."""
    for before, after in (("", ""), ("registered (", ")."), ("https://example.org/", "/view"), ("See ", ", and more")):
        assert without_registrations(f"{before}{number}{after}", "[removed]") == f"{before}[removed]{after}"
    (word,) = registrations(f"It is {number}.")
    assert len(list(find_words(f"{number.upper()} {number.replace(' ', '').replace('-', ' ')}", (word,)))) == 2


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_no_number_of_a_registry_stays(text: str) -> None:
    """Years, dates, ranges, counts, ORCIDs, ISBNs, DOIs, and words with the same letters."""
    assert without_registrations(text, "") == text
    assert list(registrations(text)) == []
