"""Makes a picture small enough to travel inside a card."""

import io

BYTES = 24_000  # as base64 and UTF-16 this is 64 KB of the 80 KB a card may have
WIDTHS = (720, 560, 420)


def shrink(png: bytes) -> bytes | None:
    """The picture, with fewer colours and smaller if need be; None if that does not help."""
    if len(png) <= BYTES:
        return png
    from PIL import Image

    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            if picture.width * picture.height > 8_000_000:
                return None
            flat = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None
    for width in WIDTHS:
        made = io.BytesIO()
        height = max(1, flat.height * width // flat.width)
        smaller = flat.resize((width, height)) if width < flat.width else flat
        smaller.quantize(32).save(made, "PNG", optimize=True)
        if made.tell() <= BYTES:
            return made.getvalue()
    return None
