"""Names that the vocabulary does not know: coined words by their shape, and what they name by where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from synth.extractor.words import word_set
from synth.model import slug

NameKind = Literal["method", "dataset", "backbone", "metric"]

_SIZE = r"(?:-(?:nano|micro|mini|tiny|small|medium|base|large|huge|giant|lite|light|fast|plus)(?![\w-]))"
"""the variant of a model, which is another model: "TCFormer-large" is not TCFormer."""
_COINED = re.compile(
    r"(?<![\w-])(?<!\d\.)(?:[A-Z][\w]*(?:[-+/.][A-Z0-9]\w*)+\+*" + _SIZE + r"?|[A-Z]?[a-z]*[a-z0-9][A-Z]\w*(?:-\w+)*\+*"
    r"|[A-Z]{2,}[\w]*(?:-[A-Z0-9]\w*)*\+*" + _SIZE + r"?|[A-Z][a-z]+\d\w*" + _SIZE + r"?|"
    r"[A-EG-KM-Z]\d{1,3}(?![\w.%])|[A-Z][a-z]+(?:-[A-Z0-9]\w*)*" + _SIZE + r"?)(?![\w])"
)
_NOT_A_NAME = word_set(
    """
    gpu gpus cpu cpus tpu tpus nlp cnn cnns rnn rnns vit vits mlp mlps sota cls flop flops gflop gflops macs gmacs gb gib mb ms
    api iid sgd adam adamw nvidia intel amd v100 a100 h100 h200 t4 rtx i.e e.g table tab figure fig section sec appendix eq
    equation algorithm python pytorch timm github english chinese january february march april june july august september october
    november december transformer transformers vision spearman pearson kendall gaussian bayesian euclidean fp16 fp32 int8 bf16 ai
    ml llm llms id pdf url usa
    """
)
# Capitalised at the start of a sentence without being a name.
_PLAIN = word_set(
    """
    a an the this that these those our we it its their they he she there here in on at by for from to of with without under over
    across between among as when while where whereas although though because since if unless until after before during despite and
    or but nor so yet both either neither not no none all each every any some most many few several more less fewer such other
    another same than then thus hence therefore however moreover furthermore overall finally first second third next also only
    even still just compared using given unlike like based among method methods model models approach approaches pruning merging
    token tokens results result experiments accuracy throughput performance training inference speed latency memory attention
    patches patch images image keep reduction reducing increasing decreasing removing dropping keeping adding learned fixed soft
    hard dynamic adaptive random larger smaller higher lower better worse best worst top bottom fast faster slow deep large small
    clustering fusion what which who how why is are was were do does did has have had can could may might will would should be
    been being compression quantization distillation data dataset datasets networks network layers layer increased reduced despite
    previous prior existing recent interestingly surprisingly notably consistently often sometimes usually generally typically
    regularly mostly rarely never always especially particularly compared relative similarly likewise conversely namely
    additionally importantly specifically
    """
)
_DATASET_BEFORE = re.compile(
    r"\b(?:on|across|for)\s+(?:(?:the|both|all|two)\s+)*(?:challenging\s+|large\s+|small\s+|fine-grained\s+|popular\s+|standard\s+)*$"
)
_DATASET_AFTER = re.compile(r"^\s*(?:data\s?set|benchmark|corpus|challenge|test set|validation set)s?\b", re.I)
_BACKBONE_BEFORE = re.compile(r"\b(?:with|on|using|for)\s+(?:the\s+|an?\s+)?(?:pre-?trained\s+)?$")
_BACKBONE_AFTER = re.compile(r"^\s*(?:backbone|architecture)s?\b", re.I)
_AP = re.compile(r"m?AP(?:bb|mk|box|mask|[SMLbmr]?\d*)?")
_POINTS = re.compile(
    r"\b(?:appendix|section|sec\.|table|tab\.|figure|fig\.|equation|eq\.|run|step|row|rows|column|nvidia|tesla|an?|on)\s+\(?$", re.I
)
_MORE = re.compile(r"(?:\s+[A-Z][a-z]{2,}(?![\w-]))+")
_PHRASE = re.compile(
    r"(?P<noun>\s+(?:initiali[sz]ation|attention|pruning|merging|clustering|regulari[sz]ation|distillation"
    r"|sampling|pooling|quanti[sz]ation|augmentation|"
    r"routing|fusion|selection))\s+(?:\w+ly\s+)?(?:outperform|achiev|reach|reduc|improv|increas|beat"
    r"|surpass|exceed|match|is|are|ranks?|performs?|"
    r"trails?|underperform|yield|obtain|attain|demonstrat|gives|has|uses|requires)"
)
_REST = re.compile(r"(?:\s+(?:/\s+)?[A-Z][\w-]*)+(?=\s+[a-z(]|\s*[,.;)]|\s*$)")
_METRIC_BEFORE = re.compile(r"(?:\d\s*%?\s*(?:in terms of\s+)?|in terms of\s+|\bof \d[\d.]*\s+)$")


def _kind(name: str, before: str, after: str) -> NameKind:
    if _AP.fullmatch(name):
        return "metric"
    if re.match(r"\s+(?:divergence|distance|similarity|error|index|score)s?\b", after):
        return "metric"
    if _BACKBONE_AFTER.match(after):
        return "backbone"
    if _METRIC_BEFORE.search(before) or (
        re.match(r"\s+(?:scores?\s+)?of\s+\d", after) and re.search(r"\w(?:s|ed|ing)\s+(?:an?\s+|the\s+)?$", before)
    ):
        return "metric"
    if (
        _DATASET_AFTER.match(after)
        or _DATASET_BEFORE.search(before)
        or re.search(r"\b(?:on|across)\s+[^,.;]*\ue004+\s*(?:,|and|or)[\s\w,]*$", before)
    ):
        return "dataset"
    return "method"


def _is_name(word: str, at_start: bool, after: str) -> bool:
    low = word.lower().rstrip("+")
    if low in _NOT_A_NAME or low in _PLAIN or re.fullmatch(r"[A-Z]\.?", word):
        return False
    simple = re.fullmatch(r"[A-Z][a-z]+(?:-[a-z]+)*", word) is not None
    if at_start and simple and _PHRASE.match(after):
        return True
    if at_start and simple:
        return re.match(
            r"\s+(?:[a-z]+ly\s+)?[a-z]+(?:s|ed)\b|\s+(?:and|is|has|does|with|at"
            r"|on)\b",
            after,
        ) is not None and not low.endswith("ing")
    return not (simple and low.endswith("ly"))


def unknown_names(text: str, skeleton: str) -> Iterator[tuple[NameKind, str, int, int]]:
    """(kind, slug, start, end) of coined words outside the known spans."""
    last = 0
    for match in _COINED.finditer(text):
        start, end = match.span()
        if start < last or (re.fullmatch(r"[A-Z]\d+", match.group(0)) and _POINTS.search(text[:start])):
            continue
        inside = skeleton[start:end]
        if any("\ue001" <= letter <= "\ue008" for letter in inside) and not _compound(inside):
            continue
        if not _is_name(match.group(0), start == 0, text[end:]):
            continue
        if start == 0 and (phrase := _PHRASE.match(text[end:])):
            end += phrase.end("noun")
        kind = _kind(match.group(0), skeleton[:start], skeleton[end:])
        if kind == "dataset" and (more := _REST.match(text[end:])):
            end += more.end()
        more = _MORE.match(text, end) if kind == "method" else None
        if more and not re.search("[\ue001-\ue008]", skeleton[end : more.end()]):
            end += len(more.group(0))
        last = end
        name = slug(text[start:end])
        if name:
            yield kind, name, start, end


def _compound(inside: str) -> bool:
    """Whether a known name is only part of a longer coined word: "Foo-ToMe" is another method than ToMe, "Mobile-ViT-S" no ViT-S."""
    if re.search("[\ue003\ue004\ue006]", inside):
        return False
    if "\ue005" in inside:
        return re.match(r"(?:[a-z0-9]+-)*(?=[0-9]*[a-z])[a-z0-9]{2,}-\ue005+$", inside) is not None
    return "\ue001" in inside and re.search(r"[a-z0-9]{2,}", inside) is not None
