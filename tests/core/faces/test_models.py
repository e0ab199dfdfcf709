"""The models beside dlib: what their networks are given, what is made of their answers, and which of them reads a picture."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import math

import numpy
import pytest
from hosts import fixtures
from isengard.core.faces.calibration import DLIB
from isengard.core.faces.face import Face
from isengard.core.faces.flexibility import difference
from isengard.core.faces.likeness import alike
from isengard.core.faces.models.choice import is_here, reading_of
from isengard.core.faces.models.records import FOLDER, calibration_of, records
from isengard.core.faces.reader import FaceReader
from isengard.core.faces.reading import arcface, five_points, interface, yunet
from PIL import Image
from support.face_fixtures import face_tools, importable, onnx_library, put_face_library  # noqa: F401 - fixtures
from support.face_models import put_model, tiny_models  # noqa: F401 - fixture

READING = FOLDER.parent / "reading"
FIVE = ((40.0, 50.0), (80.0, 50.0), (60.0, 75.0), (44.0, 95.0), (76.0, 95.0))


def picture(where, *squares, size=(640, 640), colour=(0, 0, 255)):
    image = Image.new("RGB", size)
    for left, top, side in squares:
        image.paste(colour, (left, top, left + side, top + side))
    image.save(where)
    return where


@pytest.fixture
def runtime(onnx_library, monkeypatch):
    """In the test's own process."""
    monkeypatch.syspath_prepend(str(onnx_library))


@pytest.fixture
def detector(runtime, tiny_models, tmp_path):
    (tmp_path / "yunet.onnx").write_bytes(tiny_models["yunet"])
    return yunet.YuNetDetector({"model": str(tmp_path / "yunet.onnx")})


def test_records_name_what_is_there_and_the_default_is_what_is_calibrated():
    known = records()
    assert next(iter(known)) == "dlib" and set(known) == {"dlib", "yunet", "auraface", "sscd", "dinov2_small"}
    for record in known.values():
        text = (READING / f"{record.adapter}.py").read_text()
        assert all(f'"{role}"' in text for role in record.roles) and record.licence
        assert bool(record.files) == (record.key != "dlib")
    assert calibration_of("dlib_resnet_v1") == DLIB and calibration_of("auraface_v1_glintr100") is None
    assert [file.file for file in known["auraface"].files] == ["glintr100.onnx"], "the others are not free"


def test_a_face_is_turned_to_where_its_five_points_belong():
    pixels = numpy.zeros((200, 200, 3), "u1")
    turned_by = math.radians(25)
    spin = numpy.asarray(
        [[math.cos(turned_by), -math.sin(turned_by)], [math.sin(turned_by), math.cos(turned_by)]]
    )
    five = [tuple(100 + 1.3 * spin @ (numpy.asarray(point) - 60)) for point in arcface.PLACES]
    for (x, y), colour in zip(
        five, ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)), strict=True
    ):
        pixels[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3] = colour
    chip = five_points.turned(pixels, five, arcface.PLACES, arcface.SIDE)
    assert chip.shape == (112, 112, 3)
    for (x, y), colour in zip(
        arcface.PLACES, ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)), strict=True
    ):
        assert numpy.abs(chip[round(y), round(x)].astype(int) - colour).max() < 60


def test_whole_pixels_stay_where_they_are():
    pixels = numpy.random.default_rng(1).integers(0, 255, (112, 112, 3)).astype("u1")
    assert (five_points.turned(pixels, arcface.PLACES, arcface.PLACES, 112) == pixels).all()


def test_a_square_is_drawn_round_five_points_as_dlib_draws_it():
    square = five_points.square_round([(100 + 200 * x, 50 + 200 * y) for x, y in five_points.IN_SQUARE])
    edges = (square.left, square.top, square.right, square.bottom)
    assert edges == pytest.approx((100, 50, 300, 250)) and len(square.five) == 5


@pytest.mark.slow
def test_faces_are_found_where_the_network_says_and_in_its_colours(detector):
    """A cell of 32 pixels at row 4, column 6; the picture is twice as large as what the network sees."""
    pixels = numpy.zeros((960, 1280, 3), "u1")
    pixels[4 * 64 : 5 * 64, 6 * 64 : 7 * 64] = (0, 0, 255)
    (face,) = detector.find(pixels, larger=False)
    assert face.five[0] == pytest.approx(((6 + 0.2) * 64, (4 + 0.2) * 64))
    assert face.five[2] == pytest.approx(((6 + 0.5) * 64, (4 + 0.5) * 64))
    pixels[..., [0, 2]] = pixels[..., [2, 0]]
    assert detector.find(pixels, larger=False) == [], "blue comes first for the network, red last"


@pytest.mark.slow
def test_boxes_that_lie_over_each_other_are_one_face(detector):
    """The tiny faces are two cells wide and three high, so neighbours share a third or more."""
    pixels = numpy.zeros((640, 640, 3), "u1")
    pixels[64:96, 64:160] = pixels[320:352, 320:352] = (0, 0, 255)
    assert len(detector.find(pixels, larger=False)) == 3


@pytest.mark.slow
def test_small_faces_are_looked_for_in_parts(detector):
    """80 pixels of 2,048 are less than a cell of the whole, and more than one of a part."""
    pixels = numpy.zeros((2048, 2048, 3), "u1")
    corner = 2048 - round(0.6 * 2048)
    cell = round(0.6 * 2048) / 20
    left, top = round(corner + 10 * cell), round(corner + 12 * cell)
    pixels[top : top + 61, left : left + 61] = (0, 0, 255)
    (face,) = detector.find(pixels, larger=False)
    assert face.five[2] == pytest.approx((left + cell / 2, top + cell / 2), abs=2)
    assert detector.find(pixels[:1000, :1000], larger=False) == []


@pytest.mark.slow
def test_a_described_face_is_half_a_unit_vector_of_red_green_blue(runtime, tiny_models, tmp_path):
    (tmp_path / "a.onnx").write_bytes(tiny_models["auraface"])
    describer = arcface.ArcFaceDescriber({"model": str(tmp_path / "a.onnx")})
    chip = numpy.random.default_rng(2).integers(0, 255, (112, 112, 3)).astype("u1")
    numbers = numpy.asarray(describer.describe(chip))
    means = ((chip.astype(float) - 127.5) / 127.5).reshape(16, 7, 16, 7, 3).mean(axis=(1, 3))
    wanted = means.transpose(2, 0, 1).ravel()[:512]
    assert numbers == pytest.approx(wanted / numpy.linalg.norm(wanted) / 2, abs=1e-5)
    other = numpy.asarray(describer.describe(chip[::-1]))
    cosine = float(4 * numbers @ other)
    assert math.dist(numbers, other) == pytest.approx(math.sqrt((1 - cosine) / 2), abs=1e-6)


@pytest.fixture
def house(face_tools, paths, onnx_library, tiny_models):
    """dlib and every model beside it, none of them chosen yet."""
    put_face_library(face_tools, paths)
    for key, content in tiny_models.items():
        put_model(paths, key, content, onnx_library)
    chosen, busy = [], []
    reader = FaceReader(paths, chosen=lambda: list(chosen), left_out=lambda: list(busy))
    reader.picked, reader.busy = chosen, busy
    yield reader
    reader.close()


@pytest.mark.slow
def test_a_choice_counts_at_once_and_numbers_of_two_models_never_meet(house, tmp_path):
    man = fixtures.other_people()["man"]
    (before,) = house.faces(man)
    assert (len(before.numbers), before.model) == (128, DLIB.model)
    house.picked.append("auraface")
    (after,) = house.faces(man)
    assert (len(after.numbers), after.model) == (512, "auraface_v1_glintr100")
    assert (after.box, after.yaw) == (before.box, before.yaw), "what finds and marks is dlib still"
    assert math.hypot(*after.numbers) == pytest.approx(0.5, abs=1e-3)
    with pytest.raises(ValueError, match="two models"):
        alike(before, after)
    house.picked.clear()
    assert house.faces(man) == (before,)


@pytest.mark.slow
def test_what_finds_faces_can_be_another_than_what_describes_them(house, tmp_path):
    house.picked.append("yunet")
    (face,) = house.faces(picture(tmp_path / "blue.png", (192, 128, 32)))
    assert len(face.numbers) == 128 and face.model == DLIB.model
    found = five_points.square_round(
        [
            (192 + 32 * x, 128 + 32 * y)
            for x, y in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.5), (0.3, 0.8), (0.7, 0.8))
        ]
    )
    assert face.box == pytest.approx(
        [found.left / 640, found.top / 640, found.right / 640, found.bottom / 640], abs=1e-3
    )


@pytest.mark.slow
@pytest.mark.full
def test_whole_pictures_are_described_where_that_was_chosen(house, tmp_path):
    blue = picture(tmp_path / "blue.png", (0, 0, 640))
    red = picture(tmp_path / "red.png", (0, 0, 640), colour=(255, 0, 0))
    plain = house.look(blue).scene
    assert (plain.copy, plain.variety) == ((), ())
    house.picked.extend(("dinov2_small", "sscd"))
    scene, other = house.look(blue).scene, house.look(red).scene
    assert len(scene.variety) == 384 and math.hypot(*scene.variety) == pytest.approx(1, abs=1e-3)
    colour = (numpy.asarray([0, 0, 1]) - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    assert scene.copy == pytest.approx(colour / numpy.linalg.norm(colour), abs=1e-5)
    assert difference(scene, scene) == pytest.approx(0, abs=1e-5) and difference(scene, other) > 0.2
    house.busy.append("torch")
    assert house.look(blue).scene.copy == () and house.look(blue).scene.variety


@pytest.mark.slow
def test_a_chosen_model_that_is_not_here_is_replaced_by_the_default(
    face_tools, paths, tiny_models, onnx_library
):
    assert reading_of(paths, ()) is None
    put_face_library(face_tools, paths)
    assert reading_of(paths, ("auraface", "nobody")).model == DLIB.model
    put_model(paths, "auraface", tiny_models["auraface"], onnx_library)
    assert is_here(paths, records()["auraface"]) and reading_of(paths, ("auraface",)).model != DLIB.model
    put_model(paths, "dinov2_small", tiny_models["dinov2_small"][:-1], onnx_library)
    assert not is_here(paths, records()["dinov2_small"]), "half a file"


@pytest.mark.slow
def test_the_square_of_five_points_shows_dlib_the_same_person(face_tools, paths, tmp_path):
    """What YuNet would tell of faces that dlib finds: described from there they are still themselves."""
    put_face_library(face_tools, paths)
    reader = FaceReader(paths)
    group = reader.faces(fixtures.other_people()["group"])
    reader.close()
    assert len(group) == 6
    with importable(face_tools / "library"):
        told_again_by_five_points(group, reading_of(paths, ()).parts["describer"]["files"])


def told_again_by_five_points(group, files):
    from isengard.core.faces.reading import dlib_faces

    marker, describer = dlib_faces.ShapeMarker(files), dlib_faces.ResNetDescriber(files)
    with Image.open(fixtures.other_people()["group"]) as image:
        image.thumbnail((1024, 1024))
        pixels = numpy.asarray(image.convert("RGB"))
    wide, high = pixels.shape[1], pixels.shape[0]
    for face in group:
        left, top, right, bottom = face.box
        own = marker.mark(pixels, interface.Found(left * wide, top * high, right * wide, bottom * high))
        again = marker.mark(pixels, five_points.square_round(five_points.five_of(own)))
        numbers = describer.describe(describer.align(pixels, again))
        assert alike(face, Face(1, 1.0, tuple(numbers))) > 0.85
