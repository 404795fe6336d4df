"""Pictures that people send: what is refused, what is taken out, and within which time and memory."""

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from core import pictures
from tests.safety_factories import a_png

GPS = {1: "N", 2: (51.0, 32.0, 41.0), 3: "W", 4: (0.0, 3.0, 19.0)}


def refused(content: bytes) -> str:
    with pytest.raises(pictures.NotAPicture) as caught:
        pictures.redrawn(content)
    return str(caught.value)


def opened(picture: pictures.Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.content))
    image.load()
    return image


def a_photograph(orientation: int = 1) -> bytes:
    """A JPEG with its place, its camera, a comment and a profile."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SecretCamera", orientation
    exif.get_ifd(0x8825).update(GPS)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return a_png(kind="JPEG", exif=exif, comment=b"taken by SecretPerson", icc_profile=profile, quality=95)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def a_huge_png(width: int, height: int, rows: int | None = None) -> bytes:
    """A PNG of so many dots, black and white, in a few thousand bytes."""
    packed = zlib.compressobj(9)
    line = b"\x00" + bytes((width + 7) // 8)
    data = b"".join(packed.compress(line) for _ in range(height if rows is None else rows)) + packed.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_where_a_picture_was_taken_and_by_whom_is_gone():
    sent = a_photograph()
    before = Image.open(io.BytesIO(sent))
    assert before.getexif().get_ifd(0x8825) and b"SecretCamera" in sent and before.info["icc_profile"]
    kept = pictures.redrawn(sent)
    image = opened(kept)
    assert not image.getexif() and "comment" not in image.info and "icc_profile" not in image.info
    for words in (b"Exif", b"Secret", b"GPS", b"ICC_PROFILE"):
        assert words not in kept.content
    assert (kept.content_type, kept.width, kept.height) == ("image/jpeg", 300, 200)


def test_texts_in_a_png_are_gone():
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "SecretPerson")
    said.add_itxt("Comment", "SecretPlace", zip=True)
    kept = pictures.redrawn(a_png(pnginfo=said, dpi=(300, 300)))
    assert b"Secret" not in kept.content and b"tEXt" not in kept.content and b"iTXt" not in kept.content
    assert not opened(kept).info


@pytest.mark.parametrize(
    ("orientation", "size", "dark"),
    [
        (1, (300, 200), (0.1, 0.1)),
        (3, (300, 200), (0.9, 0.9)),
        (6, (200, 300), (0.9, 0.1)),
        (8, (200, 300), (0.1, 0.9)),
    ],
)
def test_a_picture_taken_sideways_stands_upright(orientation, size, dark):
    image = opened(pictures.redrawn(a_photograph(orientation))).convert("L")
    assert image.size == size
    assert image.getpixel((int(size[0] * dark[0]), int(size[1] * dark[1]))) < 50
    assert image.getpixel((size[0] // 2 + 30, size[1] // 2 + 30)) > 200 or orientation != 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_three_kinds_are_taken(kind, mode):
    kept = pictures.redrawn(a_png(kind=kind, mode=mode))
    assert kept.content_type in ("image/png", "image/jpeg")
    assert opened(kept).size == (kept.width, kept.height) == (300, 200)


def test_what_was_see_through_is_white():
    file = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(file, "PNG")
    assert opened(pictures.redrawn(file.getvalue())).getpixel((50, 50)) == (255, 255, 255)


def test_a_large_one_is_made_smaller():
    kept = pictures.redrawn(a_png(4000, 1000))
    assert (kept.width, kept.height) == (2400, 600)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"This is no picture at all, whatever it is called.", "not a picture"),
        (b"", "empty"),
        (b"\x00" * 5000, "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"  \n<!-- x --><svg/>", "SVG"),
        (b"%PDF-1.7\n", "PDF"),
        (a_png(kind="GIF"), "GIF"),
        (a_png(kind="BMP"), "BMP"),
        (a_png(kind="TIFF"), "TIFF"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "HEIC"),
        (a_png(kind="JPEG")[:700], "damaged"),
        (a_png()[:200], "damaged"),
        (a_png(20, 20), "smaller"),
        (a_png() + b"PK\x03\x04 an archive", "another file"),
        (a_png(kind="JPEG") + b"<script>alert(1)</script>", "another file"),
        (a_png(kind="WEBP") + b"%PDF-1.7", "another file"),
        (b"GIF89a/*" + a_png(), "GIF"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_what_is_no_picture_is_refused_with_the_reason(content, why):
    assert why in refused(content)


def test_moving_pictures_are_refused():
    frames = [Image.new("RGB", (200, 200), colour) for colour in ("red", "blue", "green")]
    for kind in ("WEBP", "PNG"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
        assert "moves" in refused(file.getvalue()), kind


def test_what_stands_behind_the_end_is_cut_off():
    kept = pictures.redrawn(a_png(kind="JPEG") + b"Samsung trailer SecretPlace")
    assert b"Secret" not in kept.content


@pytest.mark.parametrize("size", [(7200, 7200), (20_000, 15_000), (65_000, 65_000), (2_000_000, 26)])
def test_more_than_fifty_megapixels_in_few_bytes_are_refused_before_they_are_unpacked(size):
    bomb = a_huge_png(*size, rows=min(size[1], 7200) if size[0] < 10_000 else 10)
    assert len(bomb) < 50_000
    began = time.monotonic()
    assert "50 megapixels" in refused(bomb)
    assert time.monotonic() - began < 10


def test_a_picture_that_says_that_it_is_small_unpacks_to_no_more():
    """2 GB of zeros behind a head of 300 by 200 dots: what follows the last line is not unpacked."""
    packed = zlib.compressobj(9)
    data = b"".join(packed.compress(bytes(2**20)) for _ in range(300)) + packed.flush()
    head = struct.pack(">IIBBBBB", 300, 200, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    kept = pictures.redrawn(bomb)
    assert (kept.width, kept.height) == (300, 200) and len(kept.content) < 10_000


def test_texts_that_unpack_to_much_are_refused():
    said = zlib.compress(bytes(200 * 2**20), 9)
    whole = a_png()
    bomb = whole[:33] + chunk(b"zTXt", b"Comment\x00\x00" + said) + whole[33:]
    assert refused(bomb)


def test_time_and_memory_are_bounded(monkeypatch):
    large = a_huge_png(7000, 7000)  # 49 megapixels: allowed, and work enough
    assert pictures.redrawn(large).width == 2400
    monkeypatch.setattr(pictures, "LIMITS", pictures.Limits(memory=150 * 2**20))
    assert "memory" in refused(a_png(7000, 7000))  # 200 MB of dots
    monkeypatch.setattr(pictures, "LIMITS", pictures.Limits(seconds=0.01))
    began = time.monotonic()
    assert "too long" in refused(large)
    assert time.monotonic() - began < 5


def test_the_process_that_opens_it_knows_no_secret(monkeypatch, tmp_path):
    """What the child finds in its environment: where programs are, and nothing else."""
    from core import child

    monkeypatch.setenv("SECRET_KEY", "planted")
    with child.started("tests.core.says_its_environment", seconds=20) as process:
        said = process.stdout.read(10_000)
    assert b"PATH" in said and b"SECRET_KEY" not in said and b"DATABASE" not in said


def test_too_many_bytes_are_refused():
    assert "20 MB" in refused(a_png() + bytes(20 * 2**20))
