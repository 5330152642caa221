"""What names of authors are made of besides names: particles, suffixes, titles, degrees; what marks a group."""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTICLES: Final = _words(
    "af al ap aus'm av d' da dal dalla de del dela della delle dem den der des di do dos du e el het i ibn in la las "
    "le les lo los 's 't te ten ter tot van vande vanden vander vom von y zu zum zur"
)
CAPITAL_PARTICLES: Final = _words("da de del della den der di dos du la le los ten ter van vander von")
"""Particles that are written with a capital as well: De La Cruz."""

JOINING: Final = _words("y e i")
"""The words between two family names: Ortega y Gasset."""

SUFFIXES: Final = _words("jr sr jnr snr junior senior ii iii iv")
TITLES: Final = _words(
    "dr prof professor professeur priv-doz privdoz pd doz univ-prof apl hon mr mrs ms mx sir dame herr frau"
)
DEGREES: Final = _words(
    "MD PHD DPHIL MSC MS MPH MBBS MBBCH MBCHB MB BCH CHB BCHIR BAO BS BSC FRCS FRCP FRCPC FRCSC FRCR FACS FACP FASCO "
    "FACC FRACP FRACS MRCP MRCS FFPM DDS DMD DVM PHARMD RN BSN MSN DNP MBA JD DRPH SCD DSC MHS MHSC MPHIL MRES EDD "
    "PSYD MMED MMEDSC MSCI MSCE MSCR CCRP RD NP PA PT DPT OD MACP FESC FAHA FCCP MCH MCHIR DCH HABIL"
)
"""Degrees, in capitals and without dots."""

DEGREES_LIKE_NAMES: Final = _words("MA BA DO BE SC AM")
"""Degrees that are names as well ("Yo-Yo MA", "Jun DO"): they count after a comma only."""

GERMAN_DEGREE: Final = re.compile(r"(dr|dipl|mag)\.?[ -](med|rer|phil|sc|biol|ing|psych|nat|stat|math|hum|h)\b.*", re.I)
DEGREE_SHAPE: Final = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Z][A-Za-z]*(?:\.[A-Za-z]+)*\.?(?: ?\([A-Za-z]+\))?")
GROUP: Final = re.compile(
    r"\b(group|consortium|collaboration|collaborat(ors|ive)|investigators|committee|network|society|association|team|"
    r"initiative|council|foundation|task force|registry|alliance|centre|center|institute|working party|study|trial|"
    r"project|intergroup|gruppe|arbeitsgruppe|gesellschaft|groupe|société)\b|^(on behalf of|for the|the) ",
    re.IGNORECASE,
)
# What no name holds: other persons, marks, addresses, markup.
FOREIGN: Final = re.compile(r"[0-9@<>{}()\[\]*^~_\\|=+#;\"`$%¹²³†‡§]|/| and | und | et |&", re.IGNORECASE)
SPANISH: Final = re.compile(
    r"\w+[eé]z|Garc[ií]a|D[ií]az|Mu[nñ]oz|Moreno|Alonso|Romero|Navarro|Torres|Ramos|Gil|Serrano|Blanco|Molina|Morales|"
    r"Ortega|Delgado|Castro|Ortiz|Rubio|Mar[ií]n|Iglesias|Medina|Garrido|Castillo|Cort[eé]s|Lozano|Guerrero|Cano|Prieto|"
    r"Cruz|Flores|Herrera|Reyes|Rojas|Vargas|Mendoza|Aguilar|Vega|Soto|Pe[nñ]a|R[ií]os|Salazar|Fuentes"
)
# Family names that Chinese, Korean and Vietnamese authors have, and syllables of the names given with them.
EASTERN: Final = _words(
    "bai cai cao chang chen cheng cho choi chung cui dai deng ding dong du duan fan fang feng fu gao gong gu guo han "
    "hao he hong hou hu huang jeong jia jiang jin jung kang kim kong kwon lai le lei li liang liao lim lin liu long lu "
    "luo lv ma mao meng mo ngo nguyen pan park peng pham phan qian qiao qin qiu ren shao shen shi shin song su sun tan "
    "tang tao tian tran wan wang wei wen wu xi xia xiang xiao xie xin xiong xu xue yan yang yao ye yi yin yoon yu yuan "
    "yun zeng zhai zhang zhao zheng zhong zhou zhu zou"
)
_SYLLABLE: Final = (
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(?:i?ang|i?ong|uang|[iu]?an|i?ao|u?ai|ei|eng?|eo|ye?on|i[aeu]?|ing?|oo?|ou|"
    r"u[aeino]?|[ae])|an|ai|ao|ang|en|er|ou)"
)
FAMILY_FIRST: Final = re.compile(
    rf"(?:{'|'.join(sorted(EASTERN))}) (?!(?:{'|'.join(sorted(EASTERN))})$)"
    rf"(?:{_SYLLABLE}(?:{_SYLLABLE})?|\w+[-’]\w+)",
    re.IGNORECASE,
)
FUNCTIONS: Final = re.compile(
    r"\b(director|professor|chair(man|woman|person)?|fellow|student|resident|consultant|head|chief|statistician|"
    r"physician|surgeon|registrar|lecturer|manager|author)\b",
    re.IGNORECASE,
)
INITIALS: Final = re.compile(r"(?:[^\W\d_]\.[- ]?)+|[^\W\d_]|[A-ZÀ-Þ]{2,3}")
CJK: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
