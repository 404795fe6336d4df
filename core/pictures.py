"""Pictures that people send: looked at and drawn anew in a process of its own, so that only what is seen stays.

What is kept is never the file that was sent: where it was taken, by which telephone, what hides behind its end, all
that is gone.
"""

import json
import signal
import tempfile
from dataclasses import asdict, dataclass
from typing import IO

from . import child
from .picture_child import Limits

__all__ = ["LIMITS", "NotAPicture", "Picture", "redrawn"]

LIMITS = Limits()
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
PLAIN = (
    "This file is not a picture that can be read, or it is damaged. Save it as JPEG, PNG or WebP and choose that file."
)
TOO_MUCH = "This picture takes too long or too much memory to open. Save it smaller and try again."


class NotAPicture(Exception):
    """The file cannot be taken; the message says why and what to do, in one line."""


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    content: bytes
    content_type: str
    width: int
    height: int


def redrawn(content: bytes) -> Picture:
    """The picture in `content` (JPEG, PNG or WebP), upright, no larger than needed, without anything but its dots.

    Raises NotAPicture, within LIMITS.seconds.
    """
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return _answer(file)


def _answer(file: IO[bytes]) -> Picture:
    task = json.dumps(asdict(LIMITS))
    with child.started("core.picture_child", task, seconds=LIMITS.seconds, stdin=file) as process:
        head = process.stdout.readline(1000)
        try:
            said = json.loads(head)
        except ValueError:
            killed = process.wait() in (-signal.SIGXCPU, -signal.SIGKILL)
            raise NotAPicture(TOO_MUCH if killed else PLAIN) from None
        if "problem" in said:
            raise NotAPicture(said["problem"])
        drawn = process.stdout.read(LIMITS.answer + 1)
        if len(drawn) != said["bytes"]:
            raise NotAPicture(PLAIN)
    return Picture(drawn, TYPES[said["format"]], said["width"], said["height"])
