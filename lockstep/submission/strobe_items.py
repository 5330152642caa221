"""The items of the STROBE statement for cohort studies.

von Elm E, Altman DG, Egger M, Pocock SJ, Gøtzsche PC, Vandenbroucke JP; STROBE Initiative. The Strengthening the
Reporting of Observational Studies in Epidemiology (STROBE) statement: guidelines for reporting observational studies.
PLoS Med 2007;4(10):e296. doi:10.1371/journal.pmed.0040296. Open access, Creative Commons Attribution License.

The wording is that of its Table 1, of which items 6, 12d, 14c and 15 have the part for cohort studies. The forms on the
site of the initiative say a few items in other words, and are under no such licence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Item:
    """An item or sub-item: number ("12c"), part of the article, topic, what it recommends.

    `by_group`: whether information is wanted separately for exposed and unexposed groups.
    """

    number: str
    part: str
    topic: str
    recommendation: str
    by_group: bool = False


_FRONT, _INTRODUCTION, _METHODS = "Title and abstract", "Introduction", "Methods"
_RESULTS, _DISCUSSION, _OTHER = "Results", "Discussion", "Other information"
_METHODS_OF_STATISTICS: Final = "Statistical methods"

SOURCE: Final = (
    "von Elm E, Altman DG, Egger M, Pocock SJ, Gøtzsche PC, Vandenbroucke JP; STROBE Initiative. The Strengthening the "
    "Reporting of Observational Studies in Epidemiology (STROBE) statement: guidelines for reporting observational "
    "studies. PLoS Med 2007;4(10):e296. doi:10.1371/journal.pmed.0040296. Wording of its Table 1 for cohort studies, "
    "under the Creative Commons Attribution License."
)

ITEMS: Final[tuple[Item, ...]] = (
    Item("1a", _FRONT, "Title and abstract",
         "Indicate the study’s design with a commonly used term in the title or the abstract"),
    Item("1b", _FRONT, "Title and abstract",
         "Provide in the abstract an informative and balanced summary of what was done and what was found"),
    Item("2", _INTRODUCTION, "Background/rationale",
         "Explain the scientific background and rationale for the investigation being reported"),
    Item("3", _INTRODUCTION, "Objectives", "State specific objectives, including any prespecified hypotheses"),
    Item("4", _METHODS, "Study design", "Present key elements of study design early in the paper"),
    Item("5", _METHODS, "Setting",
         "Describe the setting, locations, and relevant dates, including periods of recruitment, exposure, follow-up, "
         "and data collection"),
    Item("6a", _METHODS, "Participants",
         "Give the eligibility criteria, and the sources and methods of selection of participants. Describe methods of "
         "follow-up"),
    Item("6b", _METHODS, "Participants",
         "For matched studies, give matching criteria and number of exposed and unexposed"),
    Item("7", _METHODS, "Variables",
         "Clearly define all outcomes, exposures, predictors, potential confounders, and effect modifiers. Give "
         "diagnostic criteria, if applicable"),
    Item("8", _METHODS, "Data sources/measurement",
         "For each variable of interest, give sources of data and details of methods of assessment (measurement). "
         "Describe comparability of assessment methods if there is more than one group", by_group=True),
    Item("9", _METHODS, "Bias", "Describe any efforts to address potential sources of bias"),
    Item("10", _METHODS, "Study size", "Explain how the study size was arrived at"),
    Item("11", _METHODS, "Quantitative variables",
         "Explain how quantitative variables were handled in the analyses. If applicable, describe which groupings "
         "were chosen, and why"),
    Item("12a", _METHODS, _METHODS_OF_STATISTICS,
         "Describe all statistical methods, including those used to control for confounding"),
    Item("12b", _METHODS, _METHODS_OF_STATISTICS,
         "Describe any methods used to examine subgroups and interactions"),
    Item("12c", _METHODS, _METHODS_OF_STATISTICS, "Explain how missing data were addressed"),
    Item("12d", _METHODS, _METHODS_OF_STATISTICS, "If applicable, explain how loss to follow-up was addressed"),
    Item("12e", _METHODS, _METHODS_OF_STATISTICS, "Describe any sensitivity analyses"),
    Item("13a", _RESULTS, "Participants",
         "Report the numbers of individuals at each stage of the study—e.g., numbers potentially eligible, examined "
         "for eligibility, confirmed eligible, included in the study, completing follow-up, and "
         "analysed", by_group=True),
    Item("13b", _RESULTS, "Participants", "Give reasons for non-participation at each stage", by_group=True),
    Item("13c", _RESULTS, "Participants", "Consider use of a flow diagram", by_group=True),
    Item("14a", _RESULTS, "Descriptive data",
         "Give characteristics of study participants (e.g., demographic, clinical, social) and information on "
         "exposures and potential confounders", by_group=True),
    Item("14b", _RESULTS, "Descriptive data",
         "Indicate the number of participants with missing data for each variable of interest", by_group=True),
    Item("14c", _RESULTS, "Descriptive data",
         "Summarise follow-up time (e.g., average and total amount)", by_group=True),
    Item("15", _RESULTS, "Outcome data",
         "Report numbers of outcome events or summary measures over time", by_group=True),
    Item("16a", _RESULTS, "Main results",
         "Give unadjusted estimates and, if applicable, confounder-adjusted estimates and their precision (e.g., 95% "
         "confidence interval). Make clear which confounders were adjusted for and why they were included"),
    Item("16b", _RESULTS, "Main results",
         "Report category boundaries when continuous variables were categorized"),
    Item("16c", _RESULTS, "Main results",
         "If relevant, consider translating estimates of relative risk into absolute risk for a meaningful time "
         "period"),
    Item("17", _RESULTS, "Other analyses",
         "Report other analyses done—e.g., analyses of subgroups and interactions, and sensitivity analyses"),
    Item("18", _DISCUSSION, "Key results", "Summarise key results with reference to study objectives"),
    Item("19", _DISCUSSION, "Limitations",
         "Discuss limitations of the study, taking into account sources of potential bias or imprecision. Discuss both "
         "direction and magnitude of any potential bias"),
    Item("20", _DISCUSSION, "Interpretation",
         "Give a cautious overall interpretation of results considering objectives, limitations, multiplicity of "
         "analyses, results from similar studies, and other relevant evidence"),
    Item("21", _DISCUSSION, "Generalisability",
         "Discuss the generalisability (external validity) of the study results"),
    Item("22", _OTHER, "Funding",
         "Give the source of funding and the role of the funders for the present study and, if applicable, for the "
         "original study on which the present article is based"),
)  # fmt: skip
"""Every item with its sub-items, in the order of the statement."""
