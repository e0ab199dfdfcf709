"""What is said of a training before it starts, in plain words, each with what mends it: of the person, the photos, the prompts,
the place and the machine. Pure functions over facts; numbers of photos from identity-training section 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ...core.characters.caption_lint import leaks
from ...core.characters.photo_findings import NOTES
from ...core.characters.trigger_words import is_ordinary
from ...core.faces.face_findings import OF_STRANGERS, UNCLEAR
from ...core.families.base_choice import RankedBase
from ...core.families.families import Family
from ...core.records.photo import Photo
from ...core.records.training import Finding
from ...core.said import Memory, Said, joined, listed, said
from .facts import BaseModel, Person
from .placement import Place

MIN_PHOTOS = 1
FEW_PHOTOS = 10
GOOD_PHOTOS = 20
MANY_PHOTOS = 60


def person_findings(person: Person, *, practice: bool) -> list[Finding]:
    """Permission is asked for what can really be recognised: in practice mode nothing of the photos is learned."""
    character, findings = person.character, []
    if not (character.consent or practice):
        message = said(
            "Permission to use {name}'s photos isn't confirmed yet. Confirm it before you train.",
            name=character.name,
        )
        findings.append(
            Finding(severity="error", code="consent_missing", message=message, fix="confirm_consent")
        )
    if person.namesakes:
        message = said(
            "{name} also has the trigger word {trigger}, so in one picture it would mean both. Give one of them another word before you train.",
            name=person.namesakes[0],
            trigger=character.trigger_word,
        )
        findings.append(
            Finding(severity="warning", code="trigger_shared", message=message, fix="change_trigger")
        )
    return findings


def photo_findings(photos: Sequence[Photo], trigger: str = "", class_word: str = "") -> list[Finding]:
    """Findings about number and quality of the included photos."""
    included = [photo for photo in photos if photo.included]
    count = len(included)
    if count < MIN_PHOTOS:
        message = "There are no photos to train on." if not photos else "No photo is used for training."
        return [Finding(severity="error", code="no_photos", message=message, fix="add_photos")]
    if all(photo.held_out for photo in included):
        message = "Every photo is set aside for checking, so none is left to train on."
        return [Finding(severity="error", code="no_photos", message=message, fix="show_photos")]
    findings = []
    if count < FEW_PHOTOS:
        message = (
            said("One photo is too few: 20 varied ones give a much better likeness.")
            if count == 1
            else said("{photos} photos are few: 20 varied ones give a much better likeness.", photos=count)
        )
        findings.append(Finding(severity="warning", code="few_photos", message=message, fix="add_photos"))
    elif count < GOOD_PHOTOS:
        message = said("{photos} photos work; 20 varied ones work better.", photos=count)
        findings.append(Finding(severity="info", code="more_photos", message=message, fix="add_photos"))
    elif count > MANY_PHOTOS:
        message = said(
            "{photos} photos are a lot: 25 varied ones usually do as well in less time.", photos=count
        )
        findings.append(Finding(severity="info", code="many_photos", message=message))
    findings += _caption_findings(included, trigger, class_word)
    return findings + _quality_findings(included)


def _quality_findings(included: Sequence[Photo]) -> list[Finding]:
    """Photos that teach little, little of the face, or the wrong one; a few in profile, from afar or behind glasses are good to have."""
    findings, count = [], len(included)
    weak = _with_other_than(included, NOTES | OF_STRANGERS | UNCLEAR)
    unclear, strange = _with(included, UNCLEAR), _with(included, OF_STRANGERS)
    if len(weak) * 3 > count:
        message = said(
            "{weak} of {photos} photos are small, dark, too bright, blurred or near-duplicates.",
            weak=len(weak),
            photos=count,
        )
        findings.append(Finding(severity="warning", code="weak_photos", message=message, fix="show_photos"))
    if len(unclear) * 2 > count:
        message = said(
            "{unclear} of {photos} photos hardly show the face: it is missing, very small or turned away, or its eyes are hidden. Add photos from the front and closer up.",
            unclear=len(unclear),
            photos=count,
        )
        findings.append(Finding(severity="warning", code="unclear_faces", message=message, fix="show_photos"))
    if strange:
        message = (
            said(
                "One photo shows several people or somebody else: that may teach the wrong face. Have a look before you "
                "train."
            )
            if len(strange) == 1
            else said(
                "{strange} of {photos} photos show several people or somebody else: that may teach the wrong face. "
                "Have a look before you train.",
                strange=len(strange),
                photos=count,
            )
        )
        findings.append(Finding(severity="warning", code="other_faces", message=message, fix="show_photos"))
    return findings


def _with(photos: Sequence[Photo], codes: AbstractSet[str]) -> list[Photo]:
    return [photo for photo in photos if any(one.code in codes for one in photo.findings)]


def _with_other_than(photos: Sequence[Photo], codes: AbstractSet[str]) -> list[Photo]:
    return [photo for photo in photos if any(one.code not in codes for one in photo.findings)]


def _caption_findings(included: Sequence[Photo], trigger: str, class_word: str) -> list[Finding]:
    """Captions that describe the person, and a trigger word with digits (letters alone worked better: Phosphene#62)."""
    findings = []
    leaking = {photo.id: leaks(photo.caption, (trigger, class_word)) for photo in included if photo.caption}
    words = sorted({leak.word.lower() for photo_leaks in leaking.values() for leak in photo_leaks})
    if words:
        count, found = sum(1 for one in leaking.values() if one), ", ".join(words[:5])
        message = (
            said(
                "One caption describes the person ({words}). Training doesn't learn what captions name as part of the person: describe place, clothes, pose and light instead.",
                words=found,
            )
            if count == 1
            else said(
                "{captions} captions describe the person ({words}). Training doesn't learn what captions name as part of the person: describe place, clothes, pose and light instead.",
                captions=count,
                words=found,
            )
        )
        findings.append(
            Finding(severity="warning", code="caption_leaks", message=message, fix="show_captions")
        )
    if trigger and is_ordinary(trigger, class_word):
        message = said(
            "The trigger word {trigger} is an ordinary word. The model already knows it, so it would bring up others too. A made-up word works better.",
            trigger=trigger,
        )
        findings.append(
            Finding(severity="warning", code="trigger_ordinary", message=message, fix="change_trigger")
        )
    if any(letter.isdigit() for letter in trigger):
        message = said(
            "The trigger word {trigger} contains digits. Words made only of letters work better.",
            trigger=trigger,
        )
        findings.append(Finding(severity="info", code="trigger_digits", message=message))
    return findings


def prompt_findings(prompts: Sequence[str]) -> list[Finding]:
    if any("${" in prompt for prompt in prompts):
        message = "A sample prompt holds '${', which the trainer would replace."
        return [Finding(severity="error", code="prompt_placeholder", message=message, fix="edit_prompts")]
    return []


def place_findings(where: Place, *, backend: str, file_here: str) -> list[Finding]:
    """Findings about the place. `file_here`: the name of a model file that only this machine is known to have."""
    if where.waits is not None:
        message = joined(where.waits.sentence("message"), where.waits.sentence("hint"))
        return [Finding(severity="warning", code="no_able_worker", message=message, fix="check_again")]
    if where.worker is None:
        return []
    host, gpus = where.worker.host, where.worker.gpus
    message = (
        said(
            "The worker on {machine} ({gpu}, {memory}) trains this.",
            machine=host,
            gpu=gpus[0].name,
            memory=Memory(gpus[0].total_bytes),
        )
        if gpus
        else said("The worker on {machine} trains this.", machine=host)
    )
    findings = [Finding(severity="info", code="trains_elsewhere", message=message)]
    details = (state.sentence("detail") for state in where.worker.backends if state.name == backend)
    detail = next(details, "")
    if detail:
        message = said("The worker on {machine}: {detail}", machine=host, detail=detail)
        findings.append(
            Finding(severity="warning", code="backend_untested", message=message, fix="check_again")
        )
    if file_here:
        message = said(
            "{file} lies on this machine: the worker on {machine} must have it under the same path.",
            file=file_here,
            machine=host,
        )
        findings.append(
            Finding(severity="warning", code="model_elsewhere", message=message, fix="check_again")
        )
    return findings


def checkpoint_findings(model: BaseModel, family: Family) -> list[Finding]:
    """Say what keeps a training from its base; where the trainer loads a checkpoint of the user's, which one that is."""
    if model.flaw is not None:
        return [model.flaw]
    if model.base is None or family.trains_from != "file":
        return []
    same = model.comfy_name == model.base.name
    drawn = (
        said("the same checkpoint")
        if same
        else (model.comfy_name or said("whichever checkpoint ComfyUI has"))
    )
    known = _known(model.base)
    message = (
        said(
            "Training uses {file} ({known}); pictures are made with {drawn}.",
            file=model.base.name,
            known=listed(known),
            drawn=drawn,
        )
        if known
        else said("Training uses {file}; pictures are made with {drawn}.", file=model.base.name, drawn=drawn)
    )
    return [Finding(severity="info", code="checkpoint_chosen", message=message)]


def _known(base: RankedBase) -> list[Said]:
    """What is known of a checkpoint, and whence."""
    traits, known = base.file.traits, []
    if base.why in ("hash", "name"):
        known.append(said("the original model"))
    if traits.style != "unknown":
        known.append(
            said("{style}, going by its {source}", style=said(traits.style), source=said(traits.style_from))
        )
    if base.other is not None:
        known.append(said("{model}, going by its name", model=base.label))
    if traits.prediction == "v":
        known.append(said("v-prediction, going by its {source}", source=said(traits.prediction_from)))
    return known
