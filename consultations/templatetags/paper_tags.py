"""How what people wrote is set on paper: line by line, each in its own direction, what was left out marked."""

import re
import unicodedata
from dataclasses import dataclass

from django import template

register = template.Library()
_LEFT_OUT = re.compile(
    r"(\[(?:(?:Person|Place) [A-Z]+(?:(?:, [A-Z]+)* or [A-Z]+)?|one of several|e-mail address|web address|user name|"
    r"telephone number|postcode|words in another script)\])"
)


@dataclass(frozen=True)
class Line:
    """One line of a text: its pieces (words, whether they stand for what was left out), and its direction."""

    pieces: list[tuple[str, bool]]
    rtl: bool


@register.filter
def lines(text: str) -> list[Line]:
    """`text` line by line; empty lines stay, as they part paragraphs."""
    return [
        Line([(piece, bool(_LEFT_OUT.fullmatch(piece))) for piece in _LEFT_OUT.split(line) if piece], _is_rtl(line))
        for line in text.split("\n")
    ]


def _is_rtl(line: str) -> bool:
    """Whether the first letter that has a direction is written from right to left."""
    for letter in line:
        direction = unicodedata.bidirectional(letter)
        if direction in ("R", "AL"):
            return True
        if direction == "L":
            return False
    return False


@register.filter
def times(number: int) -> range:
    """A range to loop over: lines to write on."""
    return range(number)
