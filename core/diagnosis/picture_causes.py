"""Causes that show in one picture: how it was asked for, by which version, and what was seen in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..faces.choosing import NOTHING
from ..records.diagnosis import Mending
from .facts import Facts, PictureFacts
from .found import Found, Values, between, instead_of
from .hiding_words import distant, hiding

#: A strength is far from the one that suits by more than this; where none was measured, what is usual lies between these.
STRENGTH_APART, USUAL_STRENGTH = 0.12, (0.65, 1.25)
#: A base needs at least this share of its usual steps.
ENOUGH_STEPS = 0.6


def base_broken(facts: Facts, picture: PictureFacts) -> Found | None:
    """The base draws nothing, as its proof or an empty picture says; a LoRA that is proven broken is another cause."""
    version = picture.version
    if version is not None and version.proof.image == "base_broken":
        return Found(100, "base", {"base": picture.base or version.base})
    if not picture.look or (version is not None and version.proof.image == "broken"):
        return None
    return Found(99, "base", {"base": picture.base, "look": picture.look})


def lora_broken(facts: Facts, picture: PictureFacts) -> Found | None:
    version = picture.version
    if version is None or version.proof.image != "broken":
        return None
    return Found(99, *instead_of(facts, version, {"step": version.step}))


def placeholder(facts: Facts, picture: PictureFacts) -> Found | None:
    version = picture.version
    return Found(98, "train") if version is not None and version.placeholder else None


def other_model(facts: Facts, picture: PictureFacts) -> Found | None:
    """A LoRA that does not fit the base: of another family, or with a part of its modules alone."""
    version = picture.version
    if version is None or version.placeholder or version.proof.fit not in ("wrong", "partial"):
        return None
    values: Values = {"family": version.family, "base": picture.base or version.base, "step": version.step}
    return Found(96 if version.proof.fit == "wrong" else 62, "base", values)


def no_effect(facts: Facts, picture: PictureFacts) -> Found | None:
    """The proof drew the same picture with the LoRA and without it."""
    version = picture.version
    if version is None or version.placeholder or version.proof.image != "unchanged":
        return None
    return Found(95, *instead_of(facts, version, {"step": version.step}))


def trigger_missing(facts: Facts, picture: PictureFacts) -> Found | None:
    return Found(94, "put_trigger", {"trigger": picture.trigger}) if picture.has_trigger is False else None


def strength_low(facts: Facts, picture: PictureFacts) -> Found | None:
    usual = _suiting(picture, USUAL_STRENGTH[0])
    if picture.strength is None or picture.strength > usual - _apart(picture):
        return None
    values: Values = {"strength": _wanted(picture), "now": picture.strength}
    return Found(between(60, 89, (usual - picture.strength) / 0.6), "strength", values)


def strength_high(facts: Facts, picture: PictureFacts) -> Found | None:
    """Too much of a LoRA burns the picture; a little more than suits does no harm."""
    usual = _suiting(picture, USUAL_STRENGTH[1])
    if picture.strength is None or picture.strength < usual + 2 * _apart(picture):
        return None
    values: Values = {"strength": _wanted(picture), "now": picture.strength}
    return Found(between(60, 86, (picture.strength - usual) / 0.6), "strength", values)


def face_hidden(facts: Facts, picture: PictureFacts) -> Found | None:
    """Words that cover the face or turn it away; surer where the picture shows no face, or a turned one."""
    words = hiding(picture.prompt)
    if not words:
        return None
    weight = 88 if _why(picture) in ("no_face", "turned") else 78
    return Found(weight, "prompt", {"words": ", ".join(words)})


def face_turned(facts: Facts, picture: PictureFacts) -> Found | None:
    """Turned too far to be measured, and no word asked for it."""
    return Found(76, "prompt") if _why(picture) == "turned" and not hiding(picture.prompt) else None


def face_far(facts: Facts, picture: PictureFacts) -> Found | None:
    """A face of few pixels: measured as too small, or asked for from afar."""
    words, why = distant(picture.prompt), _why(picture)
    if why == "too_small":
        return Found(86, *_larger(facts, picture, {"words": ", ".join(words)}))
    measured = picture.likeness is not None and picture.likeness.score is not None
    if not words or measured:
        return None
    return Found(80 if why == "no_face" else 62, "closer", {"words": ", ".join(words)})


def _larger(facts: Facts, picture: PictureFacts, values: Values) -> tuple[Mending, Values]:
    """The face that was found is drawn again, where faces can still be found and a LoRA is there to draw it; else the picture is asked
    for anew, from nearer."""
    version = picture.version
    if not facts.measures or not picture.generation_id or version is None or version.placeholder:
        return "closer", values
    return "faces", {**values, "generation_id": picture.generation_id, "n": picture.n}


def drawing(facts: Facts, picture: PictureFacts) -> Found | None:
    """A drawing is not measurable: an eye must judge it."""
    return Found(70, "prompt") if _why(picture) == "drawing" else None


def few_steps(facts: Facts, picture: PictureFacts) -> Found | None:
    steps, usual = picture.steps, picture.usual_steps
    if not steps or not usual or steps >= usual * ENOUGH_STEPS:
        return None
    return Found(between(60, 84, 1 - steps / usual), "steps", {"now": steps, "steps": usual})


def other_version(facts: Facts, picture: PictureFacts) -> Found | None:
    """Drawn with a version while another is the best; by how much where both were measured. A person's pick counts as the best."""
    version, best = picture.version, facts.best
    if version is None or best is None or best.file == version.file or best.family != version.family:
        return None
    values: Values = {"file": best.file, "step": best.step, "now": version.step}
    if best.picked or version.likeness is None or best.likeness is None:
        return Found(61, "version", values)
    ahead = best.likeness - version.likeness
    if ahead < NOTHING and not version.faults:
        return None
    scores: Values = {"likeness": version.likeness, "best": best.likeness}
    return Found(between(64, 88, ahead / 0.15), "version", {**values, **scores})


def other_base(facts: Facts, picture: PictureFacts) -> Found | None:
    """Drawn on another checkpoint than the one it was trained on: the face moves with it."""
    trained = picture.version.base if picture.version is not None else ""
    if not trained or not picture.base or _bare(trained) == _bare(picture.base):
        return None
    return Found(60, "base", {"base": trained, "now": picture.base})


def _suiting(picture: PictureFacts, otherwise: float) -> float:
    measured = _measured_strength(picture)
    return otherwise if measured is None else measured


def _measured_strength(picture: PictureFacts) -> float | None:
    version = picture.version
    return version.scores.get("strength") if version is not None and version.measured else None


def _apart(picture: PictureFacts) -> float:
    return 0.0 if _measured_strength(picture) is None else STRENGTH_APART


def _wanted(picture: PictureFacts) -> float:
    return _suiting(picture, 1.0)


def _why(picture: PictureFacts) -> str:
    return picture.likeness.why if picture.likeness is not None else ""


def _bare(name: str) -> str:
    return name.lower().replace("\\", "/").rsplit("/", 1)[-1]


OfPicture = Callable[[Facts, PictureFacts], Found | None]
OF_PICTURE: Sequence[OfPicture] = (
    base_broken,
    lora_broken,
    placeholder,
    other_model,
    no_effect,
    trigger_missing,
    strength_low,
    strength_high,
    face_hidden,
    face_turned,
    face_far,
    drawing,
    few_steps,
    other_version,
    other_base,
)
