"""`shapes32`: ten classes of small colour pictures, drawn on the spot, with seven difficulties that can be dialled.

Each picture shows one shape on a background. Seven dials in [0, 1] make the task harder in the seven ways in which
recognising things in photographs is hard: viewpoint, scale, deformation, occlusion, illumination, clutter and variation
within a class. With every dial at 0 all pictures of a class are alike; `DEFAULTS` are tuned so that the usual
classifiers rank as they do on CIFAR-10 (measured by ``python -m benchmarks.shapes32``).

How a picture comes about: a shape is stored as a table of signed distances to its outline. For each pixel we ask where
it lies in the shape's own coordinates (moved, turned, foreshortened, bent), look up the distance there and blend two
colours over one pixel's width at distance zero. Light and occluders come last.

Colours help, but do not settle it: each class has two looks, a light shape on a dark ground and a dark shape on a light
ground of the complementary hue. The average picture of a class therefore says little, and a mixture of two says more.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

__all__ = ["CLASS_NAMES", "DEFAULTS", "DIALS", "shapes32", "shapes32_splits"]

CLASS_NAMES = ("circle", "square", "triangle", "star", "cross", "ring", "heart", "moon", "arrow", "bolt")

#: The tuned dials. Everything at 0 is the easiest set there is, everything at 1 the hardest.
DEFAULTS = {
    "viewpoint": 0.5,
    "scale": 0.5,
    "deformation": 0.5,
    "occlusion": 0.5,
    "illumination": 0.5,
    "clutter": 0.5,
    "intra_class": 0.5,
}
DIALS = tuple(DEFAULTS)

SIDE = 32
PIXEL = 2 / SIDE  # width of a pixel where the picture spans [-1, 1]
CHUNK = 250  # pictures drawn at once; their arrays fit in the processor's cache


def shapes32(
    n: int,
    *,
    seed: int = 0,
    viewpoint: float | None = None,
    scale: float | None = None,
    deformation: float | None = None,
    occlusion: float | None = None,
    illumination: float | None = None,
    clutter: float | None = None,
    intra_class: float | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw `n` pictures.

    The random numbers behind a picture depend on `seed` and its position only. So a longer set begins with the shorter
    one, and turning a dial changes the same pictures in that one respect, leaving all else as it was.

    Parameters
    ----------
    n : int
        How many. Every ten in a row hold each class once, in random order.
    seed : int
        Non-negative.
    viewpoint : float in [0, 1], as every dial; None takes the value in `DEFAULTS`
        The shape is turned, moved off the centre and seen from the side.
    scale : float
        Its size varies.
    deformation : float
        It is bent, as if drawn on cloth.
    occlusion : float
        Something lies in front of it.
    illumination : float
        Strength, colour and direction of the light vary.
    clutter : float
        The background is textured and other things lie about.
    intra_class : float
        Outlines, colours and patterns vary within a class.

    Returns
    -------
    X : ndarray, shape (n, 32, 32, 3), uint8
        Red, green, blue.
    y : ndarray, shape (n,), int64
        Class, an index into `CLASS_NAMES`.

    Raises
    ------
    ValueError
        n < 1, a negative seed, or a dial outside [0, 1].
    TypeError
        `n` or `seed` is not an integer, or a dial is not a number.
    """
    given = {k: v for k, v in locals().items() if k in DEFAULTS and v is not None}
    n, seed = _integer("n", n, 1), _integer("seed", seed, 0)
    dials = DEFAULTS | {name: _dial(name, value) for name, value in given.items()}
    streams = {name: np.random.default_rng([seed, i]) for i, name in enumerate(("labels", *DIALS))}
    # the order of ten uniform numbers is a random order of the ten classes
    y = np.argsort(streams["labels"].random((-(-n // 10), 10)), axis=1).ravel()[:n].astype(np.int64)
    X = np.empty((n, SIDE, SIDE, 3), dtype=np.uint8)
    for start in range(0, n, CHUNK):
        labels = y[start : start + CHUNK]
        chance = {name: streams[name].random((len(labels), COLUMNS[name])).astype(np.float32) for name in DIALS}
        X[start : start + CHUNK] = _draw(labels, chance, dials)
    return X, y


def shapes32_splits(
    num_train: int = 10_000, num_val: int = 1_000, num_test: int = 1_000, *, seed: int = 0, **dials
) -> dict[str, np.ndarray]:
    """Training, validation and test set in the form in which CIFAR-10 is commonly cut up.

    Parameters
    ----------
    num_train, num_val, num_test : int
        Pictures in each part.
    seed, **dials
        As for `shapes32`. One seed gives disjoint parts of one stream of pictures.

    Returns
    -------
    dict
        ``X_train, X_val, X_test`` of shape (·, 32, 32, 3) uint8 and ``y_train, y_val, y_test`` of shape (·,) int64.

    Raises
    ------
    ValueError, TypeError
        As `shapes32`.
    """
    sizes = {
        "train": _integer("num_train", num_train, 1),
        "val": _integer("num_val", num_val, 1),
        "test": _integer("num_test", num_test, 1),
    }
    X, y = shapes32(sum(sizes.values()), seed=seed, **dials)
    ends = np.cumsum(list(sizes.values()))[:-1]
    parts = {f"X_{part}": piece for part, piece in zip(sizes, np.split(X, ends), strict=True)}
    return parts | {f"y_{part}": piece for part, piece in zip(sizes, np.split(y, ends), strict=True)}


# ---------------------------------------------------------------------------------------------------------------------
# Outlines: each class has three, the first is what all members look like while `intra_class` is 0.

GRID, REACH = 96, 1.6  # the tables of distances have 96 × 96 entries and span [-1.6, 1.6]


def _regular(corners: int, radii=(1.0,), turn: float = 90.0, stretch=(1.0, 1.0)) -> np.ndarray:
    """Corners of a polygon on circles of the given radii taken in turn, shape (corners, 2); y points up."""
    angle = np.radians(turn + 360 * np.arange(corners) / corners)
    radius = np.resize(radii, corners)
    return np.stack([stretch[0] * radius * np.cos(angle), stretch[1] * radius * np.sin(angle)], axis=1)


def _heart(width: float, height: float) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x, y = 16 * np.sin(t) ** 3, 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return np.stack([width * x / 17, height * (y + 2.5) / 15], axis=1)


def _moon(thickness: float, side: float) -> np.ndarray:
    """Between an arc of the unit circle and a flatter one, tips at ±60° off the vertical axis."""
    t = np.radians(np.linspace(60, 300, 32))
    outer = np.stack([np.cos(t), np.sin(t)], axis=1)
    inner = outer[::-1] * [1, 1]
    inner[:, 0] = 0.5 - (0.5 - inner[:, 0]) * (1 - thickness)
    return (np.concatenate([outer, inner[1:-1]]) + [0.2, 0]) * [side, 1]


def _plus(arm: float) -> np.ndarray:
    a = arm
    quarter = [(a, a), (a, 1), (-a, 1)]
    return np.array([(x, y) for k in range(4) for x, y in (_quarter_turn(p, k) for p in quarter)])


def _quarter_turn(point, times):
    x, y = point
    for _ in range(times):
        x, y = -y, x
    return x, y


_ARROW = np.array([(1, 0), (0.1, 0.85), (0.1, 0.32), (-1, 0.32), (-1, -0.32), (0.1, -0.32), (0.1, -0.85)])
_BOLT = np.array([(0.25, 1.05), (-0.65, -0.1), (-0.08, -0.1), (-0.3, -1.05), (0.65, 0.22), (0.06, 0.22)])

OUTLINES = {
    "circle": [_regular(48, [0.9]), _regular(48, [1.0], stretch=(1.0, 0.72)), _regular(48, [1.0], stretch=(0.72, 1.0))],
    "square": [_regular(4, [1.1], 45), _regular(4, [1.25], 45, (1.0, 0.66)), _regular(4, [1.25], 45, (0.66, 1.0))],
    "triangle": [
        np.array([(0, 1), (-1, -0.8), (1, -0.8)]),
        np.array([(0, 1.1), (-0.65, -0.9), (0.65, -0.9)]),
        np.array([(-0.9, 0.9), (-0.9, -0.9), (1.0, -0.9)]),
    ],
    "star": [_regular(10, [1.15, 0.5]), _regular(12, [1.15, 0.58]), _regular(8, [1.2, 0.42])],
    "cross": [_plus(0.33), _plus(0.2), _plus(0.45)],
    "ring": [_regular(48, [0.7]), _regular(48, [0.8]), _regular(48, [0.72], stretch=(1.0, 0.75))],
    "heart": [_heart(1.0, 1.0), _heart(1.15, 0.85), _heart(0.8, 1.1)],
    "moon": [_moon(0.5, 1.0), _moon(0.35, 1.0), _moon(0.5, -1.0)],
    "arrow": [_ARROW, _ARROW * [1.15, 0.7], _ARROW * [-1, 1]],
    "bolt": [_BOLT, _BOLT * [1.3, 0.95], _BOLT * [-1, 1]],
}
RING_WIDTHS = (0.26, 0.14, 0.3)


def _signed_distance(corners: np.ndarray) -> np.ndarray:
    """Distance of each grid point to a closed polygon, negative inside; shape (GRID, GRID), rows by y."""
    axis = np.linspace(-REACH, REACH, GRID)
    x, y = axis[None, :, None], axis[:, None, None]
    (ax, ay), (bx, by) = corners.T, np.roll(corners, -1, axis=0).T
    ex, ey = bx - ax, by - ay
    t = np.clip(((x - ax) * ex + (y - ay) * ey) / (ex**2 + ey**2), 0, 1)
    distance = np.sqrt(((x - ax - t * ex) ** 2 + (y - ay - t * ey) ** 2).min(axis=-1))
    # a point is inside when a ray to the right crosses an odd number of edges
    crosses = ((ay > y) != (by > y)) & (x < ax + (y - ay) * ex / np.where(ey == 0, 1, ey))
    return np.where(crosses.sum(axis=-1) % 2 == 1, -distance, distance)


@lru_cache(maxsize=1)
def _tables() -> np.ndarray:
    """Signed distances of every outline, shape (10 classes, 3 outlines, GRID, GRID), float32."""
    tables = np.stack([[_signed_distance(corners) for corners in OUTLINES[name]] for name in CLASS_NAMES])
    ring = CLASS_NAMES.index("ring")
    tables[ring] = np.abs(tables[ring]) - np.reshape(RING_WIDTHS, (3, 1, 1))
    return tables.astype(np.float32)


# ---------------------------------------------------------------------------------------------------------------------
# Drawing. Shapes below: m pictures in a chunk; fields are (m, 32, 32), colours (m, 3), what is one a picture (m, 1, 1).

PIECES = 6  # things that lie about
TEXTURE = 8  # the background texture is drawn on 8 × 8 points

#: How many uniform random numbers a picture uses for each dial.
COLUMNS = {
    "viewpoint": 5,
    "scale": 1,
    "deformation": 9,
    "occlusion": 6,
    "illumination": 6,
    "clutter": 8 * PIECES + 3 * TEXTURE**2,
    "intra_class": 14,
}

# How much a dial at 1 does.
TURN = np.radians(50.0) / 2
SHIFT = 0.4
SQUASH = 0.5
SHRINK = 0.9
BEND = 0.3
HUE_SPREAD = 150.0
RADIUS = 0.62
DARK = 0.5
CONTRAST = 0.18
MIDDLE = 0.3
FLIP = 0.0
HUESTEP = 18.0
TEX = 0.1


def _draw(y: np.ndarray, chance: dict[str, np.ndarray], dials: dict[str, float]) -> np.ndarray:
    """Pictures of the classes `y`, shape (m, 32, 32, 3) uint8, from uniform numbers in [0, 1), (m, COLUMNS[dial])."""
    axis = np.linspace(-1 + PIXEL / 2, 1 - PIXEL / 2, SIDE, dtype=np.float32)
    px, py = np.meshgrid(axis, -axis)  # y points up
    px, py = px[None], py[None]

    # where each pixel lies in the shape's own coordinates
    view = _columns(chance["viewpoint"], dials["viewpoint"])
    turn, lean, squash, shift_x, shift_y = view
    radius = RADIUS * np.exp2(dials["scale"] * SHRINK * (2 * chance["scale"][:, 0, None, None] - 1.3))
    x, y_ = px - SHIFT * shift_x, py - SHIFT * shift_y
    centre_x, centre_y = SHIFT * shift_x, SHIFT * shift_y
    x, y_ = _rotate(x, y_, TURN * turn)
    x, y_ = _rotate(x, y_, np.pi * lean)
    x = x / (1 - SQUASH * np.abs(squash))
    x, y_ = _rotate(x, y_, -np.pi * lean)
    x, y_ = _bend(x / radius, y_ / radius, chance["deformation"], dials["deformation"])

    # outline
    w = dials["intra_class"]
    inner = chance["intra_class"]
    outline = np.minimum((inner[:, 0] * 3).astype(int), 2)
    morph = (w * inner[:, 1]).astype(np.float32)
    distance = _look_up(y, outline, morph[:, None, None], x, y_) * radius
    cover = np.clip(0.5 - distance / PIXEL, 0, 1)

    # colours
    ground, shape = _looks(y, inner, w)
    pattern = _pattern(x, y_, inner, w)
    texture, pieces = np.split(chance["clutter"], [3 * TEXTURE**2], axis=1)
    picture = ground[:, None, None, :] + dials["clutter"] * _texture(texture)
    picture = _lay_pieces(picture, pieces, px, py, dials["clutter"])
    glow = 0.06 * np.clip(-distance / 0.3, 0, 1)  # rounds the shape a little
    paint = shape[:, None, None, :] + (pattern + glow)[..., None]
    picture = picture + cover[..., None] * (paint - picture)
    picture = _occlude(picture, px - centre_x, py - centre_y, chance["occlusion"], dials["occlusion"])
    picture = _light(picture, px, py, chance["illumination"], dials["illumination"])
    return np.rint(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def _columns(uniform: np.ndarray, dial: float) -> list[np.ndarray]:
    """The columns of numbers in [0, 1) as numbers in [-dial, dial), each of shape (m, 1, 1)."""
    return list((dial * (2 * uniform - 1)).astype(np.float32).T[:, :, None, None])


def _rotate(x, y, angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return cos * x + sin * y, cos * y - sin * x


def _bend(x, y, uniform, dial):
    """Move each point by three waves of random direction and phase."""
    u = uniform[:, :, None, None]
    dx, dy = np.zeros_like(x), np.zeros_like(y)
    for k in range(3):
        direction, phase, strength = (u[:, 3 * k + j] for j in range(3))
        direction = 2 * np.pi * direction
        wave = np.sin((1.5 + 0.8 * k) * (np.cos(direction) * x + np.sin(direction) * y) + 2 * np.pi * phase)
        wave = (dial * BEND * (0.4 + 0.6 * strength)) * wave
        dx, dy = dx - np.sin(direction) * wave, dy + np.cos(direction) * wave
    return x + dx, y + dy


def _look_up(y, outline, morph, x, y_):
    """Signed distance, between the class's first outline and another, by bilinear interpolation in the tables."""
    tables = _tables()
    column = np.clip((x + REACH) * ((GRID - 1) / (2 * REACH)), 0, GRID - 1.001)
    row = np.clip((y_ + REACH) * ((GRID - 1) / (2 * REACH)), 0, GRID - 1.001)
    i, j = row.astype(np.int32), column.astype(np.int32)
    a, b = row - i, column - j
    flat = i * GRID + j
    result = 0.0
    for which, weight in ((np.zeros_like(outline), 1 - morph), (outline, morph)):
        table = tables.reshape(-1)
        base = ((y * 3 + which) * GRID * GRID)[:, None, None] + flat
        top = table[base] * (1 - b) + table[base + 1] * b
        bottom = table[base + GRID] * (1 - b) + table[base + GRID + 1] * b
        result = result + weight * (top * (1 - a) + bottom * a)
    return result


def _colour(hue, lightness, chroma):
    """Red, green, blue, shape (..., 3), of a hue in degrees."""
    angle = np.radians(np.stack([hue, hue - 120, hue + 120], axis=-1))
    return (lightness[..., None] + chroma[..., None] * np.cos(angle)).astype(np.float32)


GROUND_HUES = 18.0 * np.arange(10)
SHAPE_HUES = 18.0 * np.array([5, 8, 1, 4, 7, 0, 3, 6, 9, 2])


def _looks(y, uniform, dial):
    """Colours of ground and shape, each (m, 3)."""
    u = uniform
    dark = u[:, 2] < DARK * min(1.0, 1.6 * dial)  # a dark shape on a light ground
    swing = HUE_SPREAD * dial
    flip = np.where(u[:, 13] < FLIP * min(1.0, 1.6 * dial), 180, 0)
    ground = HUESTEP / 18 * GROUND_HUES[y] + flip + swing * (2 * u[:, 3] - 1)
    shape = HUESTEP / 18 * SHAPE_HUES[y] + flip + swing * (2 * u[:, 4] - 1)
    contrast = CONTRAST * (1 - 0.5 * dial * u[:, 5]) * np.where(dark, -1, 1)
    middle = 0.5 + MIDDLE * dial * (2 * u[:, 6] - 1)
    chroma = 0.16 * (1 - 0.6 * dial * u[:, 7])
    return _colour(ground, middle - contrast, chroma), _colour(shape, middle + contrast, chroma)


def _pattern(x, y, uniform, dial):
    """Stripes on some shapes."""
    u = uniform[:, :, None, None]
    angle = np.pi * u[:, 8]
    stripes = np.sin((4 + 5 * u[:, 9]) * (np.cos(angle) * x + np.sin(angle) * y) + 2 * np.pi * u[:, 10])
    return dial * 0.14 * np.where(u[:, 11] < 0.5, u[:, 12], 0) * stripes


@lru_cache(maxsize=1)
def _upsampling() -> np.ndarray:
    """Linear interpolation from TEXTURE points to SIDE, shape (SIDE, TEXTURE)."""
    at = np.linspace(0, TEXTURE - 1, SIDE)
    return np.clip(1 - np.abs(at[:, None] - np.arange(TEXTURE)), 0, 1).astype(np.float32)


def _texture(uniform):
    noise = (2 * uniform - 1).reshape(len(uniform), 3, TEXTURE, TEXTURE)
    noise = noise[:, :1] * 0.75 + noise * 0.25
    up = _upsampling()
    return TEX * np.moveaxis(up @ noise @ up.T, 1, -1)


def _lay_pieces(picture, uniform, px, py, dial):
    for u in np.split(uniform, PIECES, axis=1):
        present, at_x, at_y, size, aspect, angle, hue, lightness = u.T[:, :, None, None]
        x, y = _rotate(px - 2.2 * (at_x - 0.5), py - 2.2 * (at_y - 0.5), np.pi * angle)
        half = 0.08 + 0.2 * size
        distance = np.hypot(x / half, y / (half * (0.5 + 2.0 * aspect))) - 1
        cover = np.clip(0.5 - distance * half / PIXEL, 0, 1) * (present < dial**1.5)
        paint = _colour(360 * hue, 0.15 + 0.7 * lightness, 0.15 + 0 * hue)
        picture = picture + cover[..., None] * (paint - picture)
    return picture


def _occlude(picture, x, y, uniform, dial):
    """A bar across the shape."""
    width, angle, offset, hue, lightness, _ = uniform.T[:, :, None, None]
    across = _rotate(x, y, np.pi * angle)[0] - 0.4 * (2 * offset - 1)
    cover = np.clip(0.5 + (dial * (0.08 + 0.18 * width) - np.abs(across)) / PIXEL, 0, 1) * (dial > 0)
    paint = _colour(360 * hue, 0.2 + 0.6 * lightness, 0.12 + 0 * hue)
    return picture + cover[..., None] * (paint - picture)


def _light(picture, x, y, uniform, dial):
    gain, contrast, direction, slope, hue, cast = uniform.T[:, :, None, None]
    ramp = _rotate(x, y, 2 * np.pi * direction)[0]
    factor = np.exp2(dial * (1.7 * (gain - 0.5) + 1.1 * slope * ramp))
    tint = 1 + dial * 0.42 * cast[..., None] * (_colour(360 * hue, 0 * hue, 1 + 0 * hue))
    grey = 0.5 + (1 - dial * 0.6 * contrast[..., None]) * (picture - 0.5)
    return grey * factor[..., None] * tint


def _integer(name: str, value, least: int) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, found {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, found {value}")
    return int(value)


def _dial(name: str, value) -> float:
    if isinstance(value, (bool, str)) or not np.isscalar(value):
        raise TypeError(f"the dial {name} must be a number, found {value!r}")
    if not 0 <= value <= 1:  # also true of NaN
        raise ValueError(f"the dial {name} must lie in [0, 1], found {value}")
    return float(value)
