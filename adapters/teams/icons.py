"""The app's two icons, drawn here: a sheet of paper with a tick. Written as PNG without a
drawing library, because a manifest should not need one.
"""

import struct
import zlib
from collections.abc import Callable
from math import hypot

ACCENT = "#0B6E69"
_TEAL, _WHITE, _MINT = (11, 110, 105), (255, 255, 255), (127, 214, 194)

# A shape is a function from a point to its distance from the edge, negative inside.
Shape = Callable[[float, float], float]
Layer = tuple[Shape, tuple[int, int, int]]


def color() -> bytes:
    """192 by 192, in colour, filling the square as Teams asks."""
    layers: list[Layer] = [
        (_box(96, 96, 96, 96, 0), _TEAL),
        (_box(96, 96, 50, 62, 14), _WHITE),
        (_line((66, 68), (108, 68), 5), _MINT),
        (_line((66, 90), (126, 90), 5), _MINT),
        (_line((72, 120), (90, 138), 8), _TEAL),
        (_line((90, 138), (124, 106), 8), _TEAL),
    ]
    return _png(192, layers, ground=(*_TEAL, 255))


def outline() -> bytes:
    """32 by 32, white lines on nothing."""
    sheet = _box(16, 16, 10, 12.5, 3)
    layers: list[Layer] = [
        (lambda x, y: abs(sheet(x, y)) - 1.0, _WHITE),
        (_line((11, 16.5), (14.7, 20.2), 1.2), _WHITE),
        (_line((14.7, 20.2), (21, 12.5), 1.2), _WHITE),
    ]
    return _png(32, layers, ground=(255, 255, 255, 0))


def _box(cx: float, cy: float, half_width: float, half_height: float, radius: float) -> Shape:
    def shape(x: float, y: float) -> float:
        dx, dy = abs(x - cx) - half_width + radius, abs(y - cy) - half_height + radius
        return hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius

    return shape


def _line(start: tuple[float, float], end: tuple[float, float], half_width: float) -> Shape:
    (ax, ay), (bx, by) = start, end
    vx, vy = bx - ax, by - ay

    def shape(x: float, y: float) -> float:
        along = ((x - ax) * vx + (y - ay) * vy) / (vx * vx + vy * vy)
        along = min(1.0, max(0.0, along))
        return hypot(x - ax - along * vx, y - ay - along * vy) - half_width

    return shape


def _png(side: int, layers: list[Layer], ground: tuple[int, int, int, int]) -> bytes:
    lines = (
        b"\0" + b"".join(_pixel(x + 0.5, y + 0.5, layers, ground) for x in range(side))
        for y in range(side)
    )
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*c) for c in chunks)


def _pixel(x: float, y: float, layers: list[Layer], ground: tuple[int, int, int, int]) -> bytes:
    red, green, blue, alpha = (float(v) for v in ground)
    for shape, (r, g, b) in layers:
        cover = min(1.0, max(0.0, 0.5 - shape(x, y)))
        red, green, blue = (o + (n - o) * cover for o, n in ((red, r), (green, g), (blue, b)))
        alpha += (255 - alpha) * cover
    return bytes(round(v) for v in (red, green, blue, alpha))


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
