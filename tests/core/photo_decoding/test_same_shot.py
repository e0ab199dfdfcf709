"""Crops of one photograph are known as such; different photographs of one person before one wall are not."""

from __future__ import annotations

import random

import pytest
from isengard.core.photo_decoding.same_shot import marks_of, same_shot
from isengard.core.photo_decoding.sample import draw
from PIL import Image, ImageEnhance, ImageOps
from support.pictures import photograph, saved


def crops_of(photo: Image.Image, count: int, seed: int = 1) -> list[Image.Image]:
    """As somebody with one good portrait makes a set of it: cut closer, mirrored, brighter and darker."""
    chance, found = random.Random(seed), [photo]
    while len(found) < count:
        side = int(photo.width * chance.uniform(0.45, 0.9))
        x, y = chance.randrange(photo.width - side), chance.randrange(photo.height - side)
        crop = photo.crop((x, y, x + side, y + int(side * chance.uniform(0.8, 1))))
        crop = ImageOps.mirror(crop) if chance.random() < 0.5 else crop
        found.append(ImageEnhance.Brightness(crop).enhance(chance.uniform(0.75, 1.3)))
    return found


def test_twenty_crops_of_one_photograph_are_one_photo(photos, paths, ann):
    for number, crop in enumerate(crops_of(photograph(3), 20)):
        photos.add(ann.id, saved(paths, crop, format="JPEG", quality=90), f"{number}.jpg")
    kept = photos.list(ann.id)
    told = [{finding.code for finding in photo.findings} & {"same_shot", "twin"} for photo in kept]
    assert told[0] == set() and all(told[1:]), told
    found = next(f for photo in kept for f in photo.findings if f.code == "same_shot")
    assert found.other in {photo.id for photo in kept} and "photo" in found.message


def test_different_photographs_are_not(photos, paths, ann):
    for number in range(20):
        photos.add(ann.id, saved(paths, photograph(100 + number), format="JPEG"), f"{number}.jpg")
    assert all(not photo.findings for photo in photos.list(ann.id))


@pytest.mark.parametrize("moved", [60, 150])
def test_another_pose_before_the_same_wall_is_another_photograph(moved):
    wall, person = photograph(5), photograph(6, 380)
    scenes = []
    for x, turned in ((120, person), (120 + moved, person.rotate(25))):
        scene = wall.copy()
        scene.paste(turned, (x, 300))
        scenes.append(marks_of(scene))
    assert not same_shot(*scenes)


def test_the_same_face_in_another_place_is_another_photograph():
    marks = [marks_of(draw(number)) for number in range(12)]
    assert not [(a, b) for a in range(12) for b in range(a) if same_shot(marks[a], marks[b])]


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (40, 30)])
def test_tiny_and_plain_pictures_are_of_no_photograph(size):
    plain = marks_of(Image.new("RGB", size, (90, 120, 30)))
    assert not same_shot(plain, plain) and not same_shot(plain, marks_of(photograph(1)))
