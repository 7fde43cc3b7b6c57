"""`shapes32`: ten classes of small colour pictures, drawn on the spot, with seven difficulties that can be dialled.

Each picture shows one shape on a background. Seven dials in [0, 1] make the task harder in the seven ways in which
recognising things in photographs is hard: viewpoint, scale, deformation, occlusion, illumination, clutter and variation
within a class. With every dial at 0 all pictures of a class are alike; `DEFAULTS` are tuned so that the usual
classifiers rank as they do on CIFAR-10 (measured by ``python -m benchmarks.shapes32``).

How a picture comes about: a shape is stored as a table of signed distances to its outline. For each pixel we ask where
it lies in the shape's own coordinates (moved, turned, foreshortened, bent), look up the distance there and blend two
colours over one pixel's width at distance zero. Light and occluders come last.

Why classifiers rank as they do: position, light and clutter move a picture far in the space of pixels, which misleads
k-NN. Each class leans towards certain hues, and a linear model can find that by averaging over many pictures. A shape
may be darker or lighter than its ground, so no single template fits a class, but two do: a hidden layer helps. Edges
tell shapes apart whatever their sign and roughly wherever they are: histograms of gradients. Convolution sees it all.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

import numpy as np

__all__ = ["CLASS_NAMES", "DEFAULTS", "DIALS", "shapes32", "shapes32_splits"]

CLASS_NAMES = ("circle", "square", "triangle", "star", "cross", "ring", "heart", "moon", "arrow", "bolt")

#: The tuned dials. Everything at 0 is the easiest set there is, everything at 1 the hardest.
DEFAULTS = MappingProxyType(
    {
        "viewpoint": 0.5,
        "scale": 0.5,
        "deformation": 0.5,
        "occlusion": 0.5,
        "illumination": 0.5,
        "clutter": 0.5,
        "intra_class": 0.5,
    }
)
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


def _moon(thickness: float) -> np.ndarray:
    """Between an arc of the unit circle and a flatter one; the tips lie 60° off the horizontal axis."""
    t = np.radians(np.linspace(60, 300, 32))
    outer = np.stack([np.cos(t), np.sin(t)], axis=1)
    inner = outer[-2:0:-1].copy()
    inner[:, 0] = 0.5 + (1 - thickness) * (inner[:, 0] - 0.5)
    return np.concatenate([outer, inner]) + np.array([0.2, 0.0])


def _plus(arm: float) -> np.ndarray:
    """Two bars of width 2·arm crossing at right angles."""
    quarter = np.array([(arm, arm), (arm, 1), (-arm, 1)])
    turns = [np.linalg.matrix_power(np.array([[0, 1], [-1, 0]]), k) for k in range(4)]
    return np.concatenate([quarter @ turn for turn in turns])


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
    "moon": [_moon(0.5), _moon(0.35), _moon(0.65)],
    "arrow": [_ARROW, _ARROW * [1.15, 0.7], _ARROW * [0.9, 1.15]],
    "bolt": [_BOLT, _BOLT * [1.35, 0.95], _BOLT * [0.85, 1.1]],
}
RING_WIDTHS = (0.26, 0.14, 0.3)  # half of the widths
ROUNDING = 0.05  # of the moon's tips, which would be thinner than a pixel


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
    tables[CLASS_NAMES.index("moon")] -= ROUNDING
    return tables.astype(np.float32)


# ---------------------------------------------------------------------------------------------------------------------
# Drawing. There are m pictures in a chunk. What differs from pixel to pixel has shape (m, 32, 32), what differs from
# picture to picture only (m, 1, 1); colours have a last axis of length 3 more.

PIECES = 6  # things that lie about
TEXTURE = 8  # the texture of the ground is drawn on 8 × 8 points and interpolated
RADIUS = 0.62  # of a shape, where the picture spans [-1, 1]

#: How many uniform random numbers a picture uses for each dial.
COLUMNS = {
    "viewpoint": 5,
    "scale": 1,
    "deformation": 9,
    "occlusion": 5,
    "illumination": 6,
    "clutter": 3 * TEXTURE**2 + 8 * PIECES,
    "intra_class": 12,
}

#: Hues to which the classes lean, in degrees.
GROUND_HUES = 36.0 * np.arange(10)
SHAPE_HUES = 36.0 * np.array([5, 8, 1, 4, 7, 0, 3, 6, 9, 2])


def _draw(y: np.ndarray, chance: dict[str, np.ndarray], dials: dict[str, float]) -> np.ndarray:
    """Pictures of the classes `y`, shape (m, 32, 32, 3) uint8, from uniform numbers in [0, 1), (m, COLUMNS[dial])."""
    u = {name: np.moveaxis(numbers, 1, 0)[:, :, None, None] for name, numbers in chance.items()}  # (columns, m, 1, 1)
    axis = np.linspace(-1 + PIXEL / 2, 1 - PIXEL / 2, SIDE, dtype=np.float32)
    px, py = axis[None, None, :], -axis[None, :, None]  # y points up

    centre_x, centre_y = 0.62 * dials["viewpoint"] * (2 * u["viewpoint"][:2] - 1)
    radius = RADIUS * np.exp2(0.6 * dials["scale"] * (2 * u["scale"][0] - 1.3))
    x, y_ = _seen_from(px - centre_x, py - centre_y, u["viewpoint"][2:], dials["viewpoint"])
    x, y_ = _bend(x / radius, y_ / radius, u["deformation"], dials["deformation"])
    distance = _outline(y, x, y_, u["intra_class"][:2], dials["intra_class"]) * radius

    ground, shape = _looks(y, u["intra_class"][2:8], dials["intra_class"])
    shape = shape + _stripes(x, y_, u["intra_class"][8:], dials["intra_class"])
    shape = shape + (0.06 * np.clip(-distance / 0.3, 0, 1))[..., None]  # lighter in the middle, as if rounded
    picture = ground + _texture(chance["clutter"][:, : 3 * TEXTURE**2], dials["clutter"])
    picture = _lay_pieces(picture, px, py, u["clutter"][3 * TEXTURE**2 :], dials["clutter"])
    picture = _paint(picture, distance, shape)
    picture = _occlude(picture, px - centre_x, py - centre_y, u["occlusion"], dials["occlusion"])
    picture = _light(picture, px, py, u["illumination"], dials["illumination"])
    return np.rint(255 * np.clip(picture, 0, 1)).astype(np.uint8)


def _paint(picture, distance, colour):
    """Cover with a colour what has negative signed distance; the edge is blended over one pixel."""
    return picture + np.clip(0.5 - distance / PIXEL, 0, 1)[..., None] * (colour - picture)


def _rotate(x, y, angle):
    """Coordinates in axes turned by an angle."""
    cos, sin = np.cos(angle), np.sin(angle)
    return cos * x + sin * y, cos * y - sin * x


def _seen_from(x, y, u, dial):
    """Turn by up to 42°, and foreshorten to half along some direction."""
    turn, direction, squash = u
    x, y = _rotate(x, y, np.radians(42) * dial**2 * (2 * turn - 1))
    x, y = _rotate(x, y, np.pi * direction)
    return _rotate(x / (1 - 0.5 * dial * squash), y, -np.pi * direction)


def _bend(x, y, u, dial):
    """Displace each point by three waves of random direction, phase and strength."""
    dx, dy = 0.0, 0.0
    for k, (direction, phase, strength) in enumerate(u.reshape(3, 3, *u.shape[1:])):
        cos, sin = np.cos(2 * np.pi * direction), np.sin(2 * np.pi * direction)
        wave = np.sin((1.5 + 0.8 * k) * (cos * x + sin * y) + 2 * np.pi * phase)
        wave = dial**1.5 * 0.28 * (0.4 + 0.6 * strength) * wave
        dx, dy = dx - sin * wave, dy + cos * wave
    return x + dx, y + dy


def _outline(y, x, y_, u, dial):
    """Signed distance to an outline between the class's first and another, looked up with bilinear interpolation."""
    column, row = (np.clip((c + REACH) * ((GRID - 1) / (2 * REACH)), 0, GRID - 1.001) for c in (x, y_))
    j, i = column.astype(np.int32), row.astype(np.int32)
    right, down = column - j, row - i
    tables, at = _tables().ravel(), i * GRID + j

    def look_up(which):
        k = at + ((3 * y + which) * GRID**2)[:, None, None]
        above = (1 - right) * tables[k] + right * tables[k + 1]
        below = (1 - right) * tables[k + GRID] + right * tables[k + GRID + 1]
        return (1 - down) * above + down * below

    share = dial * u[1]
    return (1 - share) * look_up(0) + share * look_up(np.minimum(3 * u[0, :, 0, 0], 2).astype(np.int64))


def _colour(hue, lightness, chroma):
    """Red, green, blue on a new last axis; hue in degrees."""
    angles = np.radians(np.stack([hue, hue - 120, hue + 120], axis=-1))
    return (np.asarray(lightness)[..., None] + np.asarray(chroma)[..., None] * np.cos(angles)).astype(np.float32)


def _looks(y, u, dial):
    """Colours of ground and shape, each (m, 1, 1, 3)."""
    polarity, ground_hue, shape_hue, contrast, middle, chroma = u
    sign = np.where(polarity < min(0.5, 0.8 * dial), -1, 1)  # of the shape's lightness against the ground's
    contrast = sign * 0.15 * (1 - 0.5 * dial * contrast)
    middle = 0.5 + 0.2 * dial * (2 * middle - 1)
    chroma = 0.16 * (1 - 0.6 * dial * chroma)
    ground_hue, shape_hue = (
        leaning[y][:, None, None] + 188 * dial * (2 * hue - 1)
        for leaning, hue in ((GROUND_HUES, ground_hue), (SHAPE_HUES, shape_hue))
    )
    return _colour(ground_hue, middle - contrast, chroma), _colour(shape_hue, middle + contrast, chroma)


def _stripes(x, y, u, dial):
    """Stripes on half of the shapes, more or less marked."""
    direction, width, phase, strength = u
    across, _ = _rotate(x, y, np.pi * direction)
    stripes = np.sin((4 + 5 * width) * across + 2 * np.pi * phase)
    return (0.14 * dial * np.maximum(0, 2 * strength - 1) * stripes)[..., None]


@lru_cache(maxsize=1)
def _interpolation() -> np.ndarray:
    """Linear interpolation from TEXTURE points to SIDE, as a matrix of shape (SIDE, TEXTURE)."""
    at = np.linspace(0, TEXTURE - 1, SIDE)
    return np.clip(1 - np.abs(at[:, None] - np.arange(TEXTURE)), 0, 1).astype(np.float32)


def _texture(chance, dial):
    """Smooth noise, mostly grey, (m, 32, 32, 3)."""
    noise = (2 * chance - 1).reshape(-1, 3, TEXTURE, TEXTURE)
    noise = 0.75 * noise[:, :1] + 0.25 * noise
    return 0.1 * dial * np.moveaxis(_interpolation() @ noise @ _interpolation().T, 1, -1)


def _lay_pieces(picture, px, py, u, dial):
    """Ellipses lying about."""
    for size, long, angle, at_x, at_y, hue, lightness, present in u.reshape(PIECES, 8, *u.shape[1:]):
        x, y = _rotate(px - 1.1 * (2 * at_x - 1), py - 1.1 * (2 * at_y - 1), np.pi * angle)
        half = 0.08 + 0.2 * size
        distance = np.hypot(x, y / (0.5 + 2 * long)) - half
        distance = np.where(present < dial**1.5, distance, 1)
        picture = _paint(picture, distance, _colour(360 * hue, 0.15 + 0.7 * lightness, 0.15))
    return picture


def _occlude(picture, x, y, u, dial):
    """A bar across the shape, in front of it."""
    width, angle, offset, hue, lightness = u
    across, _ = _rotate(x, y, np.pi * angle)
    distance = np.abs(across - 0.4 * (2 * offset - 1)) - dial * (0.08 + 0.18 * width)
    return _paint(picture, distance + (dial == 0), _colour(360 * hue, 0.2 + 0.6 * lightness, 0.12))


def _light(picture, px, py, u, dial):
    """Haze, a brighter or darker light, a slope of brightness across the picture and a cast of colour."""
    gain, haze, direction, slope, hue, cast = u
    across, _ = _rotate(px, py, 2 * np.pi * direction)
    brightness = np.exp2(dial * (1.7 * (gain - 0.5) + 1.1 * slope * across))
    picture = 0.5 + (1 - 0.6 * dial * haze)[..., None] * (picture - 0.5)
    return picture * brightness[..., None] * _colour(360 * hue, 1.0, 0.42 * dial * cast)


def _integer(name: str, value, least: int) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, found {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, found {value}")
    return int(value)


def _dial(name: str, value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"the dial {name} must be a number, found {value!r}")
    if not 0 <= value <= 1:  # also true of NaN
        raise ValueError(f"the dial {name} must lie in [0, 1], found {value}")
    return float(value)
