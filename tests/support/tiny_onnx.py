"""Networks in ONNX's format written byte by byte, with the inputs and outputs of the real ones: no package makes them for us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

_FLOAT, _INT64 = 1, 7
_KINDS = {numpy.dtype("float32"): _FLOAT, numpy.dtype("int64"): _INT64}


def _number(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    content = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | 2) + _number(len(content)) + content


def _tensor(name: str, values: numpy.ndarray) -> bytes:
    dims = b"".join(_field(1, size) for size in values.shape)
    return dims + _field(2, _KINDS[values.dtype]) + _field(8, name) + _field(9, values.tobytes())


def _value(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(_field(1, _field(1, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, dims)))


def node(kind: str, inputs: Sequence[str], output: str, **numbers: int | Sequence[int]) -> bytes:
    """One step; its attributes are whole numbers, or lists of them."""
    attributes = b""
    for name, value in numbers.items():
        many = not isinstance(value, int)
        told = b"".join(_field(8, one) for one in value) if many else _field(3, value)
        attributes += _field(5, _field(1, name) + told + _field(20, 7 if many else 2))
    return b"".join(_field(1, one) for one in inputs) + _field(2, output) + _field(4, kind) + attributes


def model(
    nodes: Sequence[bytes],
    constants: Mapping[str, numpy.ndarray],
    inputs: Mapping[str, Sequence[int]],
    outputs: Mapping[str, Sequence[int]],
) -> bytes:
    graph = b"".join(_field(1, one) for one in nodes) + _field(2, "tiny")
    graph += b"".join(_field(5, _tensor(name, values)) for name, values in constants.items())
    graph += b"".join(_field(11, _value(name, shape)) for name, shape in inputs.items())
    graph += b"".join(_field(12, _value(name, shape)) for name, shape in outputs.items())
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 13))


def yunet(faces: Mapping[int, Mapping[tuple[int, int], tuple[Sequence[float], Sequence[float]]]]) -> bytes:
    """By grid and cell (row, column) a box and ten numbers of points. A cell of such a grid is a face as far as it is blue."""
    nodes, constants, outputs = [], {}, {}
    for grid in (8, 16, 32):
        cells = 640 // grid
        boxes, points = numpy.zeros((1, cells**2, 4), "f4"), numpy.zeros((1, cells**2, 10), "f4")
        for (row, column), (box, five) in faces.get(grid, {}).items():
            boxes[0, row * cells + column], points[0, row * cells + column] = box, five
        kernel = numpy.zeros((1, 3, grid, grid), "f4")
        kernel[0, 0] = (grid in faces) / (255 * grid * grid)
        constants |= {f"kernel_{grid}": kernel, f"shape_{grid}": numpy.asarray([1, cells**2, 1])}
        constants |= {f"boxes_{grid}": boxes, f"points_{grid}": points}
        nodes += [
            node("Conv", ["input", f"kernel_{grid}"], f"map_{grid}", strides=[grid, grid]),
            node("Reshape", [f"map_{grid}", f"shape_{grid}"], f"cls_{grid}"),
            node("Identity", [f"cls_{grid}"], f"obj_{grid}"),
            node("Identity", [f"boxes_{grid}"], f"bbox_{grid}"),
            node("Identity", [f"points_{grid}"], f"kps_{grid}"),
        ]
        outputs |= {
            f"{kind}_{grid}": (1, cells**2, wide)
            for kind, wide in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
        }
    return model(nodes, constants, {"input": (1, 3, 640, 640)}, outputs)


def arcface() -> bytes:
    """The first 512 means of 7 x 7 pixels: red ones, then green ones."""
    nodes = [
        node("AveragePool", ["input.1"], "means", kernel_shape=[7, 7], strides=[7, 7]),
        node("Flatten", ["means"], "flat", axis=1),
        node("Slice", ["flat", "start", "end", "axis"], "1333"),
    ]
    constants = {name: numpy.asarray([number]) for name, number in (("start", 0), ("end", 512), ("axis", 1))}
    return model(nodes, constants, {"input.1": (1, 3, 112, 112)}, {"1333": (1, 512)})


def dinov2() -> bytes:
    """The first token is 384 mixtures of the first patch's mean colour."""
    weights = numpy.random.default_rng(3).standard_normal((3, 384)).astype("f4")
    nodes = [
        node("AveragePool", ["pixel_values"], "means", kernel_shape=[14, 14], strides=[14, 14]),
        node("Reshape", ["means", "rows"], "colours"),
        node("Transpose", ["colours"], "patches", perm=[0, 2, 1]),
        node("MatMul", ["patches", "weights"], "tokens"),
        node("Slice", ["tokens", "start", "end", "axis"], "first"),
        node("Concat", ["first", "tokens"], "last_hidden_state", axis=1),
    ]
    constants = {name: numpy.asarray([number]) for name, number in (("start", 0), ("end", 1), ("axis", 1))}
    constants |= {"rows": numpy.asarray([1, 3, 256]), "weights": weights}
    return model(nodes, constants, {"pixel_values": (1, 3, 224, 224)}, {"last_hidden_state": (1, 257, 384)})
