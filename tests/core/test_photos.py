"""Photos through the real decoding child."""

from __future__ import annotations

import os
import signal

import pytest
from isengard.core.errors import ConflictError, InvalidError, NotFoundError, StorageError
from isengard.core.records.character import CharacterPatch
from isengard.core.records.photo import CaptionEdit, PhotoPatch
from PIL import Image, ImageFilter
from support.pictures import add, drawing, saved


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
    flat = photos.add(
        ann.id, saved(paths, Image.new("RGB", (800, 800), (90, 99, 99)), format="JPEG"), "f.jpg"
    )
    assert [f.code for f in dark.findings] == ["dark"] and "blurred" in [f.code for f in flat.findings]
    assert "extreme_shape" in {f.code for f in long.findings}
    clean = add(photos, paths, ann, 3)
    twin = photos.add(ann.id, saved(paths, drawing(3), format="JPEG", quality=60), "t.jpg")
    assert clean.findings == [] and [f.code for f in twin.findings] == ["twin"]


def test_a_portrait_before_a_soft_background_is_not_called_blurred(photos, paths, ann):
    """As phones and portrait lenses take them: a fifth is sharp. The whole picture was measured as one."""
    sharp = drawing(3, (900, 900)).filter(ImageFilter.UnsharpMask(3, 90))
    soft = sharp.filter(ImageFilter.GaussianBlur(14))
    portrait = soft.copy()
    portrait.paste(sharp.crop((280, 170, 640, 620)), (280, 170))
    assert photos.add(ann.id, saved(paths, portrait, format="JPEG"), "p.jpg").findings == []
    missed = photos.add(ann.id, saved(paths, soft, format="JPEG"), "m.jpg")
    assert "blurred" in [finding.code for finding in missed.findings]


def test_a_burnt_photo_and_an_animation_say_so(photos, paths, ann):
    from PIL import ImageEnhance

    burnt = ImageEnhance.Brightness(drawing(3)).enhance(8)
    assert [f.code for f in photos.add(ann.id, saved(paths, burnt, format="JPEG"), "b.jpg").findings] == [
        "bright"
    ]
    studio = Image.new("RGB", (900, 900), "white")
    studio.paste(drawing(4, (560, 800)), (170, 100))  # a person before a white wall is none of it
    assert photos.add(ann.id, saved(paths, studio, format="JPEG"), "s.jpg").findings == []
    frames = {"format": "WEBP", "save_all": True, "append_images": [drawing(6)], "quality": 95}
    animated = photos.add(ann.id, saved(paths, drawing(5), **frames), "a.webp")
    assert [f.code for f in animated.findings] == ["animated"]


def test_deleting_and_restoring_moves_the_files(photos, paths, ann):
    photo = add(photos, paths, ann)
    file = photos.image_path(photo, "full")
    photos.delete(photo.id)
    assert photos.list(ann.id) == [] and not file.exists()
    with pytest.raises(NotFoundError):
        photos.get(photo.id)
    photos.restore(photo.id)
    assert photos.list(ann.id)[0].id == photo.id and file.exists() and photos.image_path(photo).exists()


def test_a_killed_child_is_replaced(photos, paths, ann, decoder):
    add(photos, paths, ann, 0)
    pid = decoder.children.pids[0]
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert add(photos, paths, ann, 1).width == 900


def test_a_display_p3_heic_keeps_its_colours(photos, paths, ann):
    import pillow_heif
    from support.colours import delta_e_2000_mean, display_p3_profile, p3_to_srgb

    p3 = drawing(2, (640, 512))
    pillow_heif.register_heif_opener()
    file = saved(
        paths, p3, "p3.heic", format="HEIF", quality=98, chroma=444, icc_profile=display_p3_profile()
    )
    kept = Image.open(photos.image_path(photos.add(ann.id, file, "p3.heic"), "full")).convert("RGB")
    assert delta_e_2000_mean(kept, p3_to_srgb(p3)) < 2
    assert delta_e_2000_mean(kept, p3) > 2  # without conversion the colours would be off: the check can fail


def test_a_photo_that_cannot_be_written_leaves_no_row_and_no_file(photos, paths, ann, monkeypatch):
    from isengard.core import atomic

    calls = []

    def fail_at_second(source, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        source.replace(target)

    monkeypatch.setattr(atomic, "replace", fail_at_second)
    with pytest.raises(StorageError) as caught:
        add(photos, paths, ann)
    assert caught.value.code == "photo_not_kept" and photos.list(ann.id) == []
    left = [f.name for f in paths.root.rglob("*") if f.is_file() and not f.name.startswith("isengard.db")]
    assert sorted(left) == ["character.json", "upload"]


@pytest.mark.parametrize("caption", ["${HF_TOKEN}", "annqvx ${HOME} there", "$${x}"])
def test_captions_that_a_trainer_would_fill_from_its_environment_are_refused(photos, paths, ann, caption):
    photo = add(photos, paths, ann)
    with pytest.raises(InvalidError) as caught:
        photos.update(photo.id, PhotoPatch(caption=caption))
    assert caught.value.code == "caption_placeholder" and photos.get(photo.id).caption == ""


def test_what_a_patch_does_not_name_stays(photos, paths, ann):
    photo = add(photos, paths, ann)
    photos.update(photo.id, PhotoPatch(caption=" annqvx laughs ", held_out=True))
    changed = photos.update(photo.id, PhotoPatch(included=False))
    assert (changed.caption, changed.held_out, changed.included) == ("annqvx laughs", True, False)
    assert photos.update(photo.id, PhotoPatch(caption="")).caption_source == ""


def test_the_mark_that_windows_puts_before_a_text_is_not_part_of_it():
    assert PhotoPatch(caption="\ufeffannqvx laughs").caption == "annqvx laughs"
    assert CaptionEdit(caption="\ufeffannqvx\r\nlaughs \ufeff").caption == "annqvx\nlaughs \ufeff"
    assert CharacterPatch(name="\ufeff Ann", notes="\ufeffx").model_dump(exclude_unset=True) == {
        "name": "Ann",
        "notes": "x",
    }


def test_photos_of_a_deleted_character_are_out_of_reach(photos, paths, ann, characters):
    photo = add(photos, paths, ann)
    characters.delete(ann.id)
    for refused in (photos.delete, photos.restore, lambda i: photos.update(i, PhotoPatch(included=False))):
        with pytest.raises(NotFoundError):
            refused(photo.id)
    with pytest.raises(NotFoundError):
        photos.image_path(photos.get(photo.id))
    characters.restore(ann.id)
    assert photos.image_path(photos.list(ann.id)[0], "full").is_file()


def test_the_cover_is_the_first_photo_until_one_is_chosen(photos, paths, ann, characters):
    from isengard.core.records.character import CharacterPatch

    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    assert characters.get(ann.id).cover_photo_id == first.id and characters.get(ann.id).photo_count == 2
    assert characters.update(ann.id, CharacterPatch(cover_photo_id=second.id)).cover_photo_id == second.id
    photos.delete(second.id)
    assert characters.get(ann.id).cover_photo_id == first.id


def test_many_threads_share_the_store(photos, paths, ann):
    from concurrent.futures import ThreadPoolExecutor

    files = [saved(paths, drawing(n, (200 + n, 200)), f"u{n}", format="JPEG") for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda file: photos.add(ann.id, file, file.name).name, files))
    assert sorted(added) == sorted(photo.name for photo in photos.list(ann.id)) and len(set(added)) == 8
