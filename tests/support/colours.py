"""Colour science for tests: Display P3 made from its published primaries, CIE Lab, CIEDE2000 (Sharma 2005)."""

from __future__ import annotations

import struct

import numpy as np

# Display P3 (SMPTE EG 432-1 primaries, D65 white, sRGB curve), adapted to D50 for an ICC profile.
_P3_TO_XYZ_D65 = np.array(
    [[0.486571, 0.265668, 0.198217], [0.228975, 0.691739, 0.079287], [0.0, 0.045113, 1.043944]]
)
_SRGB_TO_XYZ_D65 = np.array(
    [[0.412391, 0.357584, 0.180481], [0.212639, 0.715169, 0.072192], [0.019331, 0.119195, 0.950532]]
)
_D65_TO_D50 = np.array(
    [[1.047886, 0.022919, -0.050216], [0.029582, 0.990484, -0.017079], [-0.009252, 0.015073, 0.751678]]
)
_D65 = np.array([0.95047, 1.0, 1.08883])


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _tag_xyz(column) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(_fixed(v) for v in column)


def display_p3_profile() -> bytes:
    """An ICC v2 matrix profile with a sampled sRGB curve."""
    matrix = _D65_TO_D50 @ _P3_TO_XYZ_D65
    samples = np.round(_linear(np.linspace(0, 1, 1024)) * 65535).astype(">u2").tobytes()
    curve = b"curv" + bytes(4) + struct.pack(">I", 1024) + samples
    text = b"desc" + bytes(4) + struct.pack(">I", 11) + b"Display P3\0" + bytes(78)
    tags = {
        b"desc": text, b"cprt": b"text" + bytes(4) + b"none\0", b"wtpt": _tag_xyz((0.9642, 1.0, 0.8249)),
        b"rXYZ": _tag_xyz(matrix[:, 0]), b"gXYZ": _tag_xyz(matrix[:, 1]), b"bXYZ": _tag_xyz(matrix[:, 2]),
        b"rTRC": curve, b"gTRC": curve, b"bTRC": curve,
    }  # fmt: skip
    offset, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    rest = struct.pack(">I", len(tags)) + table + body
    header = struct.pack(">I4sI4s4s4s", 128 + len(rest), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + b"".join(_fixed(v) for v in (0.9642, 1.0, 0.8249))
    return header + bytes(128 - len(header)) + rest


def _linear(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def _curve(v):
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * np.clip(v, 0, None) ** (1 / 2.4) - 0.055)


def p3_to_srgb(image):
    """The reference conversion, in floating point."""
    from PIL import Image

    linear = _linear(np.asarray(image.convert("RGB"), dtype=np.float64) / 255)
    srgb = linear @ (np.linalg.inv(_SRGB_TO_XYZ_D65) @ _P3_TO_XYZ_D65).T
    return Image.fromarray((np.clip(_curve(np.clip(srgb, 0, 1)), 0, 1) * 255).round().astype(np.uint8))


def _lab(image):
    xyz = _linear(np.asarray(image.convert("RGB"), dtype=np.float64) / 255) @ _SRGB_TO_XYZ_D65.T / _D65
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return 116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])


def delta_e_2000_mean(one, other) -> float:
    """Mean CIEDE2000 of two pictures of one size."""
    (l1, a1, b1), (l2, a2, b2) = _lab(one), _lab(other)
    c_mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(c_mean**7 / (c_mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    dh = (h2 - h1 + 180) % 360 - 180
    dl, dc = l2 - l1, c2 - c1
    big_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(dh / 2))
    l_mean, c_mean = (l1 + l2) / 2, (c1 + c2) / 2
    h_mean = np.where(np.abs(h1 - h2) > 180, (h1 + h2 + 360) / 2, (h1 + h2) / 2) % 360
    t = (1 - 0.17 * np.cos(np.radians(h_mean - 30)) + 0.24 * np.cos(np.radians(2 * h_mean))
         + 0.32 * np.cos(np.radians(3 * h_mean + 6)) - 0.2 * np.cos(np.radians(4 * h_mean - 63)))  # fmt: skip
    sl = 1 + 0.015 * (l_mean - 50) ** 2 / np.sqrt(20 + (l_mean - 50) ** 2)
    sc, sh = 1 + 0.045 * c_mean, 1 + 0.015 * c_mean * t
    turn = 60 * np.exp(-(((h_mean - 275) / 25) ** 2))
    rt = -2 * np.sqrt(c_mean**7 / (c_mean**7 + 25**7)) * np.sin(np.radians(turn))
    x, y, z = dl / sl, dc / sc, big_h / sh
    return float(np.sqrt(x * x + y * y + z * z + rt * y * z).mean())
