"""Does a text read like a language? Measures that tell writing from the rubbish of a font without its characters."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# The pairs of letters that make up much of any text in the languages of Western Europe, names and pinyin included.
_LISTED = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri "
    "ro ic ne ea ra ce li ch ll be ma si om ur el la ei ie un di ge au it us ta no os ad do da ia sa na ai ua iu "
    "ui ao hu zh sh ho tr ec et ns pr pe so il ss ee ac tu mo am id em op wi po sc ol ca ut rt by nc ct lo im mi "
    "ul va fo "
)
_PAIRS = frozenset(_LISTED.split())
# The characters that make up much of any Chinese text, Simplified and Traditional.
COMMON_HAN = frozenset(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好"
    "都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把"
    "法此实回二理美点月明其种声全工己话者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西"
    "再平真听世气信北少关并内加化由却代军产入先山五太水万市期品合户客单订价款额付收签章表号档案份请元费店房函件您项财务"
    "這來國個說們為時會過學對裡後麼沒於還發當無開從動兩長樣現將與進實點種聲話給業間電門東氣關產戶單訂價額簽號檔請費項財務"
)
_WORD = re.compile(r"[A-Za-z]{2,}")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENOUGH_PAIRS, _LEAST_PAIRS = 40, 0.2
_ENOUGH_HAN, _LEAST_HAN = 40, 0.06
_ENOUGH_SIGNS, _MOST_SIGNS = 30, 0.45
_SAMPLE = 4000
_ALIKE = 0.6


def unlike(text: str) -> bool:
    """Tell whether a text is long enough to judge and reads like no language that is known here."""
    bare = "".join(text[:_SAMPLE].split())
    signs = sum(c.isascii() and not c.isalnum() for c in bare)
    if len(bare) >= _ENOUGH_SIGNS and signs > _MOST_SIGNS * len(bare):
        return not _is_ruled(bare)
    han = _HAN.findall(bare)
    if len(han) >= _ENOUGH_HAN:
        return sum(c in COMMON_HAN for c in han) < _LEAST_HAN * len(han)
    pairs = _pairs(text)
    if len(pairs) < _ENOUGH_PAIRS:
        return False
    return sum(p in _PAIRS for p in pairs) < _LEAST_PAIRS * len(pairs)


def judged(text: str) -> bool:
    """Tell whether there is enough of a text for :func:`unlike` to judge it."""
    return len(_HAN.findall(text[:_SAMPLE])) >= _ENOUGH_HAN or len(_pairs(text)) >= _ENOUGH_PAIRS


def _pairs(text: str) -> list[str]:
    return [w[i : i + 2].lower() for w in _WORD.findall(text[:_SAMPLE]) for i in range(len(w) - 1)]


def _is_ruled(bare: str) -> bool:
    """Lines of dots, dashes and underscores are drawn with signs, and no rubbish."""
    return sum(bare.count(c) for c in "._-=*|+") > len(bare) / 3


def alike(left: str, right: str) -> bool:
    """Tell whether two readings of one page agree, apart from what each of them misread."""
    one, other = ("".join(t.split())[:_SAMPLE] for t in (left, right))
    return SequenceMatcher(None, one, other, autojunk=False).quick_ratio() > _ALIKE and _shared_pieces(one, other)


def _shared_pieces(one: str, other: str) -> bool:
    pieces = {one[i : i + 3] for i in range(len(one) - 2)}
    theirs = {other[i : i + 3] for i in range(len(other) - 2)}
    return len(pieces & theirs) > 0.3 * max(1, min(len(pieces), len(theirs)))
