"""Photos through the real decoding child."""

from __future__ import annotations

import io
import json

import pytest
from isengard.core.captions import apply_plan, training_caption
from isengard.core.characters import CharacterStore
from isengard.core.errors import ConflictError, InvalidError, NotFoundError, NotReadyError
from isengard.core.forgetting import forget
from isengard.core.library import Library
from isengard.core.photo_decoding.decoder import PhotoDecoder
from isengard.core.photos import PhotoStore
from isengard.core.records.character import CharacterDraft
from isengard.core.records.photo import CaptionPlan, PhotoPatch
from PIL import Image, ImageDraw


@pytest.fixture(scope="module")
def decoder():
    decoder = PhotoDecoder()
    yield decoder
    decoder.close()


@pytest.fixture
def library(paths):
    library = Library(paths)
    yield library
    library.close()


@pytest.fixture
def characters(library, paths, clock):
    return CharacterStore(library, paths, clock)


@pytest.fixture
def photos(library, paths, clock, decoder):
    return PhotoStore(library, paths, clock, decoder)


@pytest.fixture
def ann(characters):
    return characters.create(CharacterDraft(name="Ann", trigger_word="annqvx"))


def drawing(seed: int = 0, size=(900, 700)) -> Image.Image:
    """A picture with edges everywhere, different for each seed."""
    image = Image.new("RGB", size, (40 + seed * 9 % 200, 120, 200 - seed * 7 % 150))
    draw = ImageDraw.Draw(image)
    for step in range(0, size[0], 23):
        x = (step * (seed + 3)) % size[0]
        draw.ellipse(
            (x, step % size[1], x + 60, step % size[1] + 90),
            fill=((step * 7) % 255, (step * 3 + seed * 40) % 255, 90),
        )
    return image


def saved(paths, image, name="upload", **options):
    file = paths.tmp / name
    image.save(file, **options)
    return file


def add(photos, paths, ann, seed=0, **options):
    options.setdefault("format", "JPEG")
    return photos.add(ann.id, saved(paths, drawing(seed), **options), f"IMG_{seed}.jpg")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_format_is_kept_clean(photos, paths, ann, kind):
    photo = add(photos, paths, ann, format=kind)
    kept = Image.open(photos.image_path(photo, "full"))
    assert (kept.format, kept.size) == ("PNG" if kind == "PNG" else "JPEG", (900, 700))
    assert not kept.getexif() and "icc_profile" not in kept.info
    assert max(Image.open(photos.image_path(photo)).size) == 256


def test_orientation_is_applied_and_metadata_left_behind(photos, paths, ann):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home by Alice"
    photo = photos.add(ann.id, saved(paths, drawing(), format="JPEG", exif=exif), "a.jpg")
    assert (photo.width, photo.height) == (700, 900)
    assert b"Alice" not in photos.image_path(photo, "full").read_bytes()


def test_transparency_is_laid_on_white(photos, paths, ann):
    image = drawing().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 300, 300))
    photo = photos.add(ann.id, saved(paths, image, format="PNG"), "a.png")
    assert Image.open(photos.image_path(photo, "full")).getpixel((5, 5)) == (255, 255, 255)


def test_the_same_picture_is_refused_with_the_first_ones_name(photos, paths, ann):
    add(photos, paths, ann, 0)
    add(photos, paths, ann, 1, format="PNG")
    with pytest.raises(ConflictError) as caught:
        add(photos, paths, ann, 0)
    assert caught.value.code == "photo_duplicate" and "photo 1 (IMG_0.jpg)" in caught.value.message
    with pytest.raises(ConflictError) as caught:  # the same pixels in another file
        photos.add(ann.id, saved(paths, drawing(1), format="PNG", compress_level=1), "copy.png")
    assert "photo 2" in caught.value.message
    assert len(photos.list(ann.id)) == 2 and list(paths.tmp.glob("*.full")) == []


def test_findings_say_what_is_wrong(photos, paths, ann):
    small = photos.add(ann.id, saved(paths, drawing(0, (300, 280)), format="JPEG"), "s.jpg")
    dark = photos.add(ann.id, saved(paths, Image.new("RGB", (800, 800), (9, 9, 9)), format="JPEG"), "d.jpg")
    long = photos.add(ann.id, saved(paths, drawing(5, (2000, 600)), format="JPEG"), "l.jpg")
    assert [f.code for f in small.findings] == ["small"]
    assert {"dark", "blurred"} <= {f.code for f in dark.findings}
    assert "extreme_shape" in {f.code for f in long.findings}
    clean = add(photos, paths, ann, 3)
    twin = photos.add(ann.id, saved(paths, drawing(3), format="JPEG", quality=60), "t.jpg")
    assert clean.findings == [] and [f.code for f in twin.findings] == ["twin"]


def test_deleting_and_restoring_moves_the_files(photos, paths, ann):
    photo = add(photos, paths, ann)
    file = photos.image_path(photo, "full")
    photos.delete(photo.id)
    assert photos.list(ann.id) == [] and not file.exists()
    with pytest.raises(NotFoundError):
        photos.get(photo.id)
    photos.restore(photo.id)
    assert photos.list(ann.id)[0].id == photo.id and file.exists() and photos.image_path(photo).exists()


def test_captions_are_planned_but_what_a_person_wrote_stays(photos, paths, ann, library, characters):
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.update(first.id, PhotoPatch(caption="annqvx on a red sofa"))
    plan = CaptionPlan(plan="template", template="{trigger}, a photo of a {class}")
    after = apply_plan(plan, ann, photos=photos, library=library, paths=paths)
    assert [p.caption for p in after] == ["annqvx on a red sofa", "annqvx, a photo of a person"]
    after = apply_plan(
        CaptionPlan(plan="trigger", overwrite=True), ann, photos=photos, library=library, paths=paths
    )
    assert [p.caption for p in after] == ["annqvx", "annqvx"]
    sidecar = json.loads((paths.character(ann.id) / "character.json").read_text())
    assert [p["caption"] for p in sidecar["photos"]] == ["annqvx", "annqvx"] and second.id == after[1].id
    with pytest.raises(NotReadyError):
        apply_plan(CaptionPlan(plan="captioner"), ann, photos=photos, library=library, paths=paths)


@pytest.mark.parametrize("template", ["{trigger} ${HF_TOKEN}", "{secret}", "{trigger.__class__}", "  "])
def test_templates_hold_known_words_only(photos, paths, ann, library, template):
    with pytest.raises(InvalidError) as caught:
        plan = CaptionPlan(plan="template", template=template)
        apply_plan(plan, ann, photos=photos, library=library, paths=paths)
    assert caught.value.code in ("caption_placeholder", "caption_empty") and caught.value.hint


def test_a_training_caption_is_never_empty_and_always_has_the_trigger(photos, paths, ann):
    photo = add(photos, paths, ann)
    assert training_caption(photo, ann) == "annqvx, person"
    assert training_caption(photo.model_copy(update={"caption": "in a park"}), ann) == "annqvx, in a park"
    assert training_caption(photo.model_copy(update={"caption": "annqvx smiles"}), ann) == "annqvx smiles"


def test_a_killed_child_is_replaced(photos, paths, ann, decoder):
    add(photos, paths, ann, 0)
    decoder._child.kill()
    decoder._child.wait()
    assert add(photos, paths, ann, 1).width == 900


def test_forgetting_leaves_nothing(photos, paths, ann, library, characters, clock):
    import logging

    from isengard.core.logs import setup_logging

    handler = setup_logging("api", paths.logs, "INFO", clock)
    kept, gone = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.delete(gone.id)
    other = characters.create(CharacterDraft(name="Bob"))
    logging.getLogger("isengard").removeHandler(handler)
    report = forget(library, paths, characters, ann.id, [])
    assert report.photos == 2 and report.bytes > 10_000 and report.logs >= 2
    needles = [ann.id.encode(), kept.id.encode(), gone.id.encode()]
    library.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    left = [
        file
        for file in paths.root.rglob("*")
        if file.is_file()
        and file.name != "isengard.db"
        and any(n in file.read_bytes() or n.decode() in str(file) for n in needles)
    ]
    assert left == [] and [c.id for c in characters.list().items] == [other.id]


def test_a_display_p3_heic_keeps_its_colours(photos, paths, ann):
    import pillow_heif
    from colours import delta_e_2000_mean, display_p3_profile, p3_to_srgb

    p3 = drawing(2, (640, 512))
    pillow_heif.register_heif_opener()
    file = saved(
        paths, p3, "p3.heic", format="HEIF", quality=98, chroma=444, icc_profile=display_p3_profile()
    )
    kept = Image.open(photos.image_path(photos.add(ann.id, file, "p3.heic"), "full")).convert("RGB")
    assert delta_e_2000_mean(kept, p3_to_srgb(p3)) < 2
    assert delta_e_2000_mean(kept, p3) > 2  # without conversion the colours would be off: the check can fail


def test_memory_stays_flat_and_an_oversized_png_is_refused_by_its_header(photos, paths, ann):
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    bomb = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    bomb.seek(0, 2)
    bomb.write(chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)))
    bomb.write(chunk(b"IDAT", zlib.compress(bytes(60_001 * 200))) + chunk(b"IEND", b""))
    file = paths.tmp / "bomb"
    file.write_bytes(bomb.getvalue())
    from isengard.core.errors import TooLargeError

    with pytest.raises(TooLargeError) as caught:
        photos.add(ann.id, file, "bomb.png")
    assert caught.value.code == "photo_too_many_pixels"
