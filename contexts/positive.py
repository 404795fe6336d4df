"""Whether a goal says what should stop rather than what should be so: for a hint, never for a refusal."""

import re

# Words that begin or carry a goal which takes something away. "Without fear" and "nobody is alone" say something good.
_TAKES_AWAY = re.compile(
    r"^\W*(?:to\s+)?(?:end|not?|never|nobody|none)\b"
    r"|\b(?:(?<!bus )stop(?:s|ped|ping)?|no\s+(?:more|longer)|reduc(?:e[sd]?|ing|tion)"
    r"|decreas(?:e[sd]?|ing)"
    r"|fewer|less|prevent(?:s|ed|ing|ion)?|avoid(?:s|ed|ing)?|cease[sd]?|don[’']t|do\s+not|does\s+not|must\s+not"
    r"|eliminat(?:e[sd]?|ing)|ban(?:s|ned|ning)?)\b",
    re.IGNORECASE,
)
HINT = (
    "This goal says what should end. It is easier to work for, and to measure, what will be so instead: not “stop "
    "fights in the corridor” but “girls use the corridor without fear”. It is saved as you wrote it."
)


def reads_negative(words: str) -> bool:
    """Whether these words of a goal speak of stopping, reducing or avoiding something."""
    return bool(_TAKES_AWAY.search(words))
