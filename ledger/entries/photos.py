"""Photos of phones: HEIC is turned into JPEG, upright and without the place where it was taken."""

from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from units.ground.refusal import Refusal

try:
    import pillow_heif
except ImportError:  # no wheel for this machine
    pillow_heif = None  # type: ignore[assignment]

# Brands in the first box of a file of the HEIF family.
_BRANDS: Final = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"}
QUALITY: Final = 88


def is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _BRANDS


def as_jpeg(source: Path, target: Path, max_pixels: int) -> None:
    """Write the photo as JPEG. Raises Refusal with what to do where it cannot be decoded."""
    if pillow_heif is None:
        raise Refusal(_NOT_HERE, "evidence")
    try:
        photo = pillow_heif.open_heif(source, convert_hdr_to_8bit=True)
        if photo.size[0] * photo.size[1] > max_pixels:
            raise Refusal(_TOO_LARGE, "evidence")
        picture: Image.Image = ImageOps.exif_transpose(photo.to_pillow())
        picture.convert("RGB").save(target, "JPEG", quality=QUALITY)
    except (ValueError, OSError, SyntaxError, RuntimeError, EOFError) as error:
        raise Refusal(_UNREADABLE, "evidence") from error


_NOT_HERE: Final = _(
    "This photo is in the HEIC format, which cannot be read here. On an iPhone choose Settings, "
    "Camera, Formats, “Most Compatible”, or send the photo to the computer as JPG."
)
_UNREADABLE: Final = _("The picture cannot be read. Photograph or scan it again.")
_TOO_LARGE: Final = _("The picture has more than 40 million pixels. Scan it smaller.")
