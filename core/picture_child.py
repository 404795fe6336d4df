"""Drawing a picture anew. This module runs in a process of its own: see `pictures`, which starts it.

It reads the file from standard input, and answers with one JSON line, {"problem": …} or {"format", "width", "height",
"bytes"}, and then the picture.
"""

import io
import json
import re
import sys
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from core.child import MB, lower_limits


@dataclass(frozen=True)
class Limits:
    """What a picture may take. 50 megapixels are more than any telephone's ordinary picture."""

    file: int = 20 * MB
    megapixels: int = 50
    side: int = 2400  # the longer side of what is kept: a plan printed on A4 needs no more
    smallest: int = 100
    answer: int = 12 * MB
    lossless: int = 3 * MB  # a drawing stays sharp up to here; beyond, it is kept as a photograph is
    memory: int = 768 * MB
    cpu_seconds: int = 15
    seconds: float = 30


class Refused(Exception):
    """Why the file is not taken, in words for the person who sent it."""


SAVE_AS = "Save it as JPEG, PNG or WebP and choose that file."
# How files begin that are not taken, and what is said of them.
OTHERS = (
    (re.compile(rb"GIF8"), f"GIF pictures may move, so they are not taken. {SAVE_AS}"),
    (re.compile(rb"%PDF"), "This is a PDF. Save the page as a picture (JPEG or PNG) and choose that file."),
    (re.compile(rb"BM|II\*\x00|MM\x00\*"), f"Pictures of this kind (BMP, TIFF) are not taken. {SAVE_AS}"),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1|msf1|avif)", re.S), f"This is a HEIC or AVIF picture. {SAVE_AS}"),
    (re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype svg|svg|!--)", re.I),
     f"This is a drawing (SVG) or another file that may hold a script, so it is not taken. {SAVE_AS}"),
)  # fmt: skip
# What has no business behind the end of a picture: another file that somebody else would open.
HIDDEN = re.compile(rb"PK\x03\x04|%PDF|<\s*(?:script|html|svg|!doctype|\?php)|Rar!|7z\xbc\xaf|MZ\x90", re.I)


def main(limits: Limits) -> None:
    lower_limits(memory=limits.memory, cpu_seconds=limits.cpu_seconds)
    content = sys.stdin.buffer.read(limits.file + 1)
    try:
        kind, image, drawn = redraw(content, limits)
    except Refused as refused:
        _say({"problem": str(refused)})
    except MemoryError:
        _say({"problem": "This picture takes too much memory to open. Save it smaller and try again."})
    except Exception:  # whatever Pillow raises for a file that is damaged or none
        _say({"problem": f"This file is not a picture that can be read, or it is damaged. {SAVE_AS}"})
    else:
        _say({"format": kind, "width": image.width, "height": image.height, "bytes": len(drawn)})
        sys.stdout.buffer.write(drawn)


def redraw(content: bytes, limits: Limits) -> tuple[str, Image.Image, bytes]:
    """The picture of a file as (format, picture, bytes). Raises Refused, or whatever Pillow raises."""
    if len(content) > limits.file:
        raise Refused(f"The picture is larger than {limits.file // MB} MB. Save it smaller and try again.")
    if not content:
        raise Refused("The file is empty. Choose another one.")
    for start, words in OTHERS:
        if start.match(content[:4096]):
            raise Refused(words)
    Image.MAX_IMAGE_PIXELS = limits.megapixels * 1_000_000  # beyond twice that, opening raises
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # between, the line below refuses
    try:
        image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
    except Image.DecompressionBombError:
        raise _too_many(limits) from None
    if image.width * image.height > limits.megapixels * 1_000_000:
        raise _too_many(limits)
    if min(image.size) < limits.smallest:
        raise Refused(f"The picture is smaller than {limits.smallest} by {limits.smallest} dots. Choose a larger one.")
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise Refused(f"This picture moves. {SAVE_AS}")
    if HIDDEN.search(_behind_the_end(content, image.format)):
        raise Refused("There is another file hidden in this picture, so it is not taken. Save the picture anew.")
    lossless = image.format == "PNG"
    image.draft("RGB", (limits.side, limits.side))  # a large photograph is read no larger than needed
    image.load()
    turned = image.getexif().get(0x0112, 1)
    image.thumbnail((limits.side, limits.side))
    clean = _only_dots(image)
    if turned in range(2, 9):
        clean.getexif()[0x0112] = turned
        clean = _only_dots(ImageOps.exif_transpose(clean))
    if lossless:
        drawn = _written(clean, "PNG", optimize=True)
        if len(drawn) <= limits.lossless:
            return "PNG", clean, drawn
    return "JPEG", clean, _written(clean, "JPEG", quality=85)


def _too_many(limits: Limits) -> Refused:
    return Refused(f"The picture has more than {limits.megapixels} megapixels. Save it smaller and try again.")


def _behind_the_end(content: bytes, kind: str | None) -> bytes:
    """What follows where the picture says that it ends."""
    if kind == "PNG":
        end = content.find(b"IEND")
        return content[end + 8 :] if end >= 0 else b""
    if kind == "WEBP":
        return content[8 + int.from_bytes(content[4:8], "little") :]
    end = content.rfind(b"\xff\xd9")
    return content[end + 2 :] if end >= 0 else b""


def _only_dots(image: Image.Image) -> Image.Image:
    """The same dots on white, without profile, comments or places."""
    clean = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        whole = image.convert("RGBA")
        clean.paste(whole, mask=whole.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    return clean


def _written(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _say(answer: dict) -> None:
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")


if __name__ == "__main__":
    main(Limits(**json.loads(sys.argv[1])))
