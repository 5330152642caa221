"""Terms of models: which variables enter, and in which form. Those of a propensity score are written alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from ..base.wording import shown
from ..syntax.conditions import VariableType
from ..syntax.names import slug
from ..syntax.sections import Section
from ..variables.named_variables import varying
from .analysis import ALL_TERMS

PRODUCT: Final = ":"
"""What stands between the two variables of a product: ``arm:sex``."""

Transform: TypeAlias = Literal["log", "log2", "log10"]
"""A logarithm that a number enters a model by: natural, per doubling, per tenfold."""

KNOTS: Final = range(3, 8)
"""How many knots a spline can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What enters a model: a category, a number in some form, or the product of two such.

    `name` is the variable, of a product both: ``arm:sex``. A number enters per `per` units, by its logarithm
    (`transform`), or by a restricted cubic spline with `spline` knots. A category that is `time_dependent` has its
    first level until its own is known.
    """

    name: str
    per: float = 1.0
    transform: Transform | None = None
    spline: int | None = None
    time_dependent: bool = False

    @property
    def variables(self) -> tuple[str, ...]:
        """The variable, or the two of a product."""
        return tuple(self.name.split(PRODUCT))


def read_terms(section: Section, types: Mapping[str, VariableType], *, each: bool = False) -> tuple[Term, ...]:
    """Read the key `terms`; `each`: every term is in a model of its own.

    Raises
    ------
    StudyError
        If there is none, one is there twice, or a product is without its parts, or of a spline.
    """
    found: dict[str, Term] = {}
    for part in section.rows("terms", short="variable"):
        term = _term(part, types)
        if term.name in found:
            raise section.error("terms", f"has {shown(term.name)} twice; a variable enters a model once")
        found[term.name] = term
    if not found:
        example = '["arm", { variable = "age", per = 10 }, "arm:sex"]'
        raise section.error("terms", f"is empty; expected the variables of the model, such as {example}")
    for term in found.values():
        if len(term.variables) == 1:
            continue
        if each:
            raise section.error("terms", f"has the product {shown(term.name)}, which `each` leaves without its parts")
        for name in term.variables:
            if name in found and found[name].spline is not None:
                found_spline = f"has the product {shown(term.name)}, of which {shown(name)} is a spline"
                raise section.error("terms", f"{found_spline}; let it enter as it is")
            if name not in found:
                raise section.error(
                    "terms",
                    f"has the product {shown(term.name)} without {shown(name)}; add it as a term of its own, since a "
                    "product means the difference from it",
                )
    return tuple(found.values())


def _term(section: Section, types: Mapping[str, VariableType]) -> Term:
    """Read a term: a variable, a product of two, or a number in some form."""
    section.allow("variable", "per", "transform", "spline", "time_dependent", of="a term")
    text = section.text("variable")
    names = [name.strip() for name in text.split(PRODUCT)]
    if len(names) > 2 or len(set(names)) != len(names):
        raise section.error(
            "variable", f"is {shown(text)}; expected a variable, or the product of two, such as 'arm:sex'"
        )
    kinds = {types[_entering(section, name, types)].kind for name in names}
    for key in ("per", "transform", "spline"):
        if section.has(key) and (kinds != {"number"} or len(names) > 1):
            raise section.error(
                key, f"is for a number, and {shown(text)} is none; a product takes its parts as they are"
            )
    if section.has("per") and section.has("transform"):
        raise section.error("per", "does not go with `transform`: log2 is per doubling, log10 per tenfold increase")
    if section.has("spline") and (section.has("per") or section.has("transform")):
        raise section.error("spline", "does not go with `per` or `transform`: a spline has no ratio per so many units")
    per = section.number("per", 1.0)
    if per <= 0:
        raise section.error("per", f"is {per:g}; expected how many units the ratio is per, such as 10")
    transform: Any = section.choice("transform", get_args(Transform)) if section.has("transform") else None
    return Term(
        name=PRODUCT.join(names),
        per=per,
        transform=transform,
        spline=_knots(section) if section.has("spline") else None,
        time_dependent=section.flag("time_dependent"),
    )


def _knots(section: Section) -> int:
    knots = section.number("spline")
    if knots not in KNOTS:
        raise section.error("spline", f"is {knots:g}; expected how many knots it has, from {KNOTS[0]} to {KNOTS[-1]}")
    return int(knots)


def _entering(section: Section, name: str, types: Mapping[str, VariableType]) -> str:
    """Return the name of a variable that can enter a model."""
    varying(section, "variable", name, types, "number", "category")
    if slug(name) == ALL_TERMS:
        found = f"names {shown(name)}, which in results is the test of all terms of the model"
        raise section.error(
            "variable", f"{found}; give the variable another name (`header` says what the file calls it)"
        )
    return name
