"""Causes that lie in the photos: what was never shown cannot be learned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .facts import Facts
from .found import Found, Values, between

#: Findings of photos by what they mean here.
OTHERS, GROUPS = ("other_person", "two_people"), ("several_faces",)
WEAK = ("small", "dark", "bright", "blurred", "face_blurred", "face_turned", "dark_glasses", "no_face")
#: Fewer photos than this are few (facts: identity-training section 5: 10 to 40, best 20 to 25).
FEW_PHOTOS = 10
#: A face that takes less of the height than this teaches few pixels of it; in a picture to the waist it takes about 0.15.
SMALL_FACE = 0.12
#: Below this the person's own photos hardly look like each other; of 29 people the lowest reached 0.51 (facts: likeness section 2).
DISAGREEING = 0.45


def photos_disagree(facts: Facts) -> Found | None:
    """Somebody else is among them, or two people half and half."""
    return _by_findings(facts, OTHERS, weights=(48, 88), all_from=0.25)


def photos_unlike(facts: Facts) -> Found | None:
    """The photos look less like each other than any person's do, and none stands out."""
    own = facts.version.scores.get("own_photos") if facts.version is not None else None
    if own is None or own >= DISAGREEING or facts.photos.number(*OTHERS):
        return None
    return Found(between(60, 80, (DISAGREEING - own) / 0.15), "photos", {"own": own})


def group_photos(facts: Facts) -> Found | None:
    return _by_findings(facts, GROUPS, weights=(42, 76), all_from=0.5)


def small_faces(facts: Facts) -> Found | None:
    """Most faces take little of their photo, by the share of its height or by the finding."""
    photos = facts.photos
    small = sum(1 for share in photos.faces if 0 < share < SMALL_FACE)
    number = max(small, photos.number("face_small"))
    if not number or 2 * number < max(len(photos.faces), 1):
        return None
    values: Values = {"n": number, "count": photos.count, "codes": "face_small"}
    return Found(between(58, 76, number / max(photos.count, 1)), "photos", values)


def few_photos(facts: Facts) -> Found | None:
    count = facts.photos.count
    if not 0 < count < FEW_PHOTOS:
        return None
    return Found(between(50, 74, 1 - count / FEW_PHOTOS), "photos", {"n": count})


def weak_photos(facts: Facts) -> Found | None:
    photos = facts.photos
    share = photos.share(*WEAK)
    if share < 1 / 3:
        return None
    values: Values = {
        "n": min(photos.count, photos.number(*WEAK)),
        "count": photos.count,
        "codes": ",".join(WEAK),
    }
    return Found(between(46, 70, share), "photos", values)


def captions_tell(facts: Facts) -> Found | None:
    """Captions that describe the face bind it to those words, not to the trigger word (facts: identity-training section 5)."""
    photos = facts.photos
    if 3 * photos.telling < photos.count or not photos.telling:
        return None
    return Found(
        between(44, 64, photos.telling / photos.count),
        "captions",
        {"n": photos.telling, "count": photos.count},
    )


def _by_findings(
    facts: Facts, codes: Sequence[str], *, weights: tuple[float, float], all_from: float
) -> Found | None:
    """Weigh photos with any of these findings, whose share counts in full from `all_from` on; None where there are none."""
    photos = facts.photos
    number = photos.number(*codes)
    if not number:
        return None
    values: Values = {"n": number, "count": photos.count, "codes": ",".join(codes)}
    return Found(between(*weights, photos.share(*codes) / all_from), "photos", values)


OF_PHOTOS: Sequence[Callable[[Facts], Found | None]] = (
    photos_disagree,
    photos_unlike,
    group_photos,
    small_faces,
    few_photos,
    weak_photos,
    captions_tell,
)
