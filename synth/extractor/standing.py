"""What keeps a sentence from being a claim of its own paper: it points, describes, motivates, hangs on others, or was read in pieces."""

from __future__ import annotations

import re

_PLACE = r"(?:table|tab\.|figures?|figs?\.|section|sec\.|appendix|algorithm|equation|eq\.)s?\s*[\dA-Z(][\w.()]*"
_POINT = (
    r"(?:shows?|presents?|reports?|summari[sz]es?|lists?|compares?|gives?|provides?|depicts?|illustrates?|displays?|plots?|details?"
    r"|contains?|visuali[sz]es?|describes?|includes?|corresponds? to)"
)
_POINTER = re.compile(
    rf"^(?:(?:the|our)\s+\w+\s+(?:of|in)\s+)?{_PLACE}(?:\s*(?:,|and|&|-)\s*[\w().]+)?(?:\s*\([^)]*\))?\s+(?:also\s+)?{_POINT}\b"
    r"(?!(?:\s+[\w,]+){0,4}?\s+that\b)(?!\s+how\b)"
    rf"|\bwe\s+(?:also\s+|further\s+|then\s+)?{_POINT}\b[^.]*\bin\s+(?:the\s+)?{_PLACE}"
    rf"|\b(?:is|are|was|were|can be)\s+(?:also\s+)?(?:shown|reported|given|listed|presented|provided|summari[sz]ed|found|depicted"
    rf"|illustrated|visuali[sz]ed|plotted|detailed|described)\s+(?:in|by)\s+(?:the\s+)?{_PLACE}"
    rf"|^(?:please\s+)?(?:see|refer to)\s+(?:the\s+)?{_PLACE}"
    rf"|^(?:the\s+)?(?:results?|numbers|scores|values|figures)\s+(?:in|of)\s+{_PLACE}\s+(?:is|are|was|were)\s",
    re.I,
)
_DOING = (
    r"(?:pre-?train(?:ed)?|fine-?tuned?|train(?:ed)?|benchmark(?:ed)?|experiment(?:ed)?|used?|calculated?|compute[d]?|conduct(?:ed)?"
    r"|measured?|run|ran|perform(?:ed)?|follow(?:ed)?|adopt(?:ed)?|employ(?:ed)?|evaluated?|compare[d]?|split|sampled?|select(?:ed)?"
    r"|set|initiali[sz]ed?|implement(?:ed)?|appl(?:y|ied)|choose|chose|consider(?:ed)?|test(?:ed)?|var(?:y|ied)|repeat(?:ed)?"
    r"|investigated?|stud(?:y|ied)|explored?|analy[sz]ed?|examined?|focus(?:ed)?|report(?:ed)?|design(?:ed)?|propose[d]?|present(?:ed)?"
    r"|introduced?|construct(?:ed)?|define[d]?|describe[d]?|replaced?|start(?:ed)?)"
)
_WE_DO = re.compile(
    rf"^(?:[^,]{{0,110}},\s+)?we\s+(?:\w+ly\s+|also\s+|then\s+|first\s+|further\s+|only\s+|further\s+|next\s+|now\s+)?{_DOING}\b", re.I
)
_IS_DONE = re.compile(
    r"\b(?:is|are|was|were)\s+(?:\w+ly\s+)?(?:calculated|computed|obtained|averaged|evaluated|measured|performed|conducted|collected"
    r"|initiali[sz]ed|sampled|chosen|selected|trained|pre-?trained|fine-?tuned|normali[sz]ed|implemented)\s"
    r"(?:over|on|by|with|from|using|for|in|as|across|via)\b",
    re.I,
)
_RESULT = re.compile(
    r"\b(?:(?:outperform|surpass|exceed|beat|achiev|reach|attain|obtain|yield)\w*|result(?:s|ed|ing) in (?!tab|fig|sec|app)"
    r"|improv(?:es?|ed)|reduc(?:es?|ed)"
    r"|increas(?:es?|ed)|decreas(?:es?|ed)|degrad(?:es?|ed)|finds?|found|observed?|higher|lower|faster|slower|better|worse|fewer"
    r"|drop(?:s|ped)?|gain(?:s|ed)|correlate[sd]?)\b(?!\s+(?:and merged|from|by an?\b))",
    re.I,
)
_DEFINES = re.compile(
    r"\b(?:is|are) (?:defined|denoted|given) (?:as|by)\b|\bdenotes?\b|\brefers? to (?:a|an|the)\b"
    r"|\b(?:is|are) (?:an?|the) (?:\w+[ -]){0,3}(?:model|method|data ?set|benchmark|metric|task|measure|technique|process)s? "
    r"(?:that|which|for|of|to|used|consisting|with)\b",
    re.I,
)
_MOTIVATES = re.compile(
    r"\b(?:has|have)\s+(?:recently\s+|also\s+)?been\s+(?:\w+ly\s+)?(?:proposed|introduced|shown|used|studied|explored|developed|suggested"
    r"|adopted|applied|demonstrated|investigated)\b"
    r"|\b(?:most|many|several|some|recent|prior|previous|existing|other|earlier)\s+(?:\w+\s+)?(?:works?|stud(?:y|ies)|papers?|authors?"
    r"|researchers)\s+(?:\w+ly\s+)?(?:report|propose|use|rel[yi]|focus|ha(?:s|ve)|show|find|stud|explor|aim|attempt|assum|consider)\w*"
    r"|\bremains?\s+(?:an?\s+)?(?:\w+\s+)?(?:challeng\w+|not (?:fully|well) understood|unclear|open|unknown|difficult)\b"
    r"|\brequir\w+ further (?:investigation|study|research)\b|\b(?:leads?|led|motivates?|motivated|inspires?|allows?) us to\b"
    r"|^(?:recently|typically|traditionally|nowadays|historically|in recent years|commonly|usually|so far|in practice)\b"
    r"|\bin (?:our|their) (?:recent|previous|earlier) works?\b|\b(?:is|are) (?:being )?(?:proposed|released|releasing)\b|\bwe show how\b"
    r"|\bfor reference\b|\bby default\b|\bthe default (?:\w+\s+)?is\b|\balready included\b"
    r"|\bto (?:further |better |fully )?(?:validate|understand|investigate|quantify|verify|evaluate|assess|study|test|examine)\s[^,]*,"
    r"\s+(?:we|it)\b",
    re.I,
)
_SAYS_THAT = re.compile(
    r"^(?:this|these|those|such)\s+(?:\w+\s+){0,2}?(?:results?|findings?|experiments?|figures?|numbers|comparisons?|summary|analys[ie]s"
    r"|evaluations?)\s+(?:\w+ly\s+)?(?:show|demonstrate|indicate|confirm|reveal|suggest|prove|verify)s?\s+that\b",
    re.I,
)
_DANGLES = re.compile(
    r"^(?:(?:moreover|furthermore|however|thus|hence|therefore|in addition|additionally|also|overall|finally|notably)\s*,\s*)?"
    r"(?:(?:this|these|those|it|they|such)\b(?!\s+(?:paper|work|study|article)\b)(?!\s+(?:is|was|can be)\s+(?:\w+\s+)?(?:that|to|clear"
    r"|worth|shown|found|observed|seen|noted)\b)|that is\b|the (?:same|opposite|latter|former)\b|here\b|for instance\b|the two\b)"
    r"|\bin (?:this|that|these|those|such|both of these) (?:\w+ )?(?:cases?|settings?|scenarios?|regimes?|setups?|experiments?|tables?)\b"
    r"|\b(?:this|these) (?!results|findings|paper|work|study|article)\w+ (?:is|are|was|were|has|have)\b"
    r"|\b(?:this|these|both) (?:scores?|models|observations?|behaviou?rs?|phenomen\w+|trends?|effects?|gains|improvements)\b"
    r"|\b(?:found|find|observed?) (?:this|these|it)\b|\bthe following\b|\bthis finding\b|\babove-?mentioned\b|\baforementioned\b",
    re.I,
)
_PIECED = re.compile(
    r"(?<=[a-z\d]) (?:With|The|In|Our|We|These|This|However|For|Measured"
    r"|Referring|While|When|Much|As|Since|Although|It|At|From|Most|Many)(?= [a-z])"
    r"|^\d+[A-Z][a-z]|\b(?:achieves?|achieved|runs?|has|have|is|are|the|a|an|of|with|and) than\b|\bthan et al\b"
    r"|\b(?:the|a|an) (?:the|a|an|and|of|is|are|than)\b|\b(?:faster|slower|higher|lower|better|worse) (?:similar|comparable|the)\s+\w+\.?$"
    r"|\b[A-Z][a-z]where\b|\b\w+(?:self-attention|to[A-Z][a-z]+)\b|\(\s*\)|\s/\d|\d K\b"
    r"|\b(?:of|by|to|than|from) \d+\.\d+$"
)
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|can|cannot|will|[a-z]{2,}(?:s|ed)|beat|lost?|gave|give|match|perform|outperform|show"
    r"|find|found|achieve|obtain|reach|improve|reduce|increase|decrease|gain|observe|see|saw|run|ran|need|use|require|get|got|exceed"
    r"|surpass|underperform|drop|fall|fell|remain|lead|led|yield|attain|transfer|trail|correlate|suffer|perform)\b"
)


def _described(text: str, doing: re.Match[str] | None) -> bool:
    """Whether a sentence says what was done, and not what came of it."""
    if doing is not None:
        return _RESULT.search(text, doing.end()) is None
    done = _IS_DONE.search(text)
    return done is not None and _RESULT.search(text[: done.start()] + text[done.end() :]) is None


def standing(text: str) -> frozenset[str]:
    """
    The ways in which a sentence fails to stand as a claim; empty for one that may.

    "pointer"    says where results are to be found, not what they are
    "described"  tells what was done, or defines a thing
    "motivation" speaks of what others did, or why one should look
    "dangling"   cannot be read without the sentence before it
    "pieced"     columns, footnotes or headings ran into one another, or it breaks off
    "verbless"   an item of a list, a heading
    """
    text = " ".join(text.split())
    found = set()
    if _POINTER.search(text):
        found.add("pointer")
    if _described(text, _WE_DO.match(text)) or _DEFINES.search(text):
        found.add("described")
    if _MOTIVATES.search(text):
        found.add("motivation")
    if _DANGLES.search(text) and not _SAYS_THAT.match(text):
        found.add("dangling")
    if _PIECED.search(text) or text.count("(") != text.count(")") or text.endswith((":", ",", " and", " the", " of")):
        found.add("pieced")
    if not _VERB.search(text):
        found.add("verbless")
    return frozenset(found)
