"""Draws the faces of a picture again, each with its own person's LoRA: a new picture, the old one stays."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ....core.errors import ConflictError, NotFoundError, NotReadyError
from ....core.executor import in_thread
from ....core.faces.drawing_words import asks_for_drawing
from ....core.faces.face import Face
from ....core.faces.mending.needing import FaceToMend, faces_to_mend
from ....core.families.families import Families, Family
from ....core.generations.picture_changes import image_of, picture_gone
from ....core.records.checkpoint import Version
from ....core.records.generation import CharacterUse, GeneratedImage, Generation
from ....core.records.job import JobError
from ....generation.image.from_picture.start import gallery_start
from ....generation.image.interface import Person
from ....generation.mending.face_passes import FacePasses
from ....generation.mending.region import Region, gains, region_of
from ....generation.service import GenerationService
from ..likeness.drawn_with import base_of, files_of, graph_of
from ..likeness.person_faces import PersonFaces

#: A generation's id and the number of one of its pictures.
Place = tuple[str, int]
_log = logging.getLogger("isengard.mending")


@dataclass(frozen=True)
class _Found:
    """A picture, who is in it, and where their faces are drawn again."""

    generation: Generation
    image: GeneratedImage
    people: list[Person]
    family: Family
    base: str
    regions: Sequence[tuple[int, Region]]


@dataclass(frozen=True)
class FaceMender:
    """A mender of the pictures of one data folder. Where a face is, is known while it works and in the regions of the graph that is
    sent, whole cells wide: nothing else of a face is kept."""

    generations: GenerationService
    families: Families
    faces: PersonFaces

    async def mend(self, place: Place, correlation_id: str, *, asked: bool = True) -> Generation:
        """Start a second pass over a picture; `asked`: somebody wants it whatever the faces' size.

        NotFoundError where picture or LoRA is gone; NotReadyError as `FaceReader.look`; ConflictError `no_face_to_mend`,
        `faces_fine`, `drawn_without_lora` where there is nothing to draw again; as `GenerationService.create` besides.
        """
        found = await in_thread(self._find, place, asked=asked)
        pipeline, recipe = await self.generations.resolve(found.family.recipe)
        passes = FacePasses(pipeline, found.family, found.regions, found.base)
        change = found.family.face_mending.denoise
        start = await in_thread(gallery_start, self.generations.store, place, "mend", change=change)
        request = found.generation.request.model_copy(
            update={"count": 1, "seed": found.image.seed, "mend_faces": False}
        )
        await self.note_error(place, None)  # before it can fail again
        made = await self.generations.create(
            request, correlation_id, resolved=(passes, recipe), start=start, people=found.people
        )
        context = {"generation_id": made.id, "of": place[0], "n": place[1], "faces": len(found.regions)}
        _log.info("Faces are drawn again", extra={"context": context})
        return made

    async def note_error(self, place: Place, error: JobError | None) -> None:
        """Keep with the picture why its faces could not be redrawn, or that they are redrawn now, and tell it."""

        def note() -> None:
            store = self.generations.store
            try:
                generation = store.get(place[0])
                if image_of(generation, place[1]).mending_error == error:
                    return
                changed = store.note_mending_error(*place, error)
            except NotFoundError:
                return  # in the trash meanwhile, where nobody asks
            told = changed.as_told()
            self.generations.emit("generation.state", changed.id, told, changed.correlation_id)

        await in_thread(note)

    def _find(self, place: Place, *, asked: bool) -> _Found:
        store = self.generations.store
        generation, picture = store.get(place[0]), store.image_path(*place)
        image = next(one for one in generation.images if one.n == place[1])
        people = self._people(generation)
        family = self._family(people)
        faces = self._seen(picture)
        chosen = self._chosen(generation, people, faces, asked=asked)
        mended = [one for one in chosen if _is_of(people[one.place], family)]
        regions = _regions(mended, faces, (image.width, image.height), family)
        if not regions:
            raise _nothing(faces)
        base = base_of(graph_of(store, generation, image.n))
        return _Found(generation, image, people, family, base, regions)

    def _seen(self, picture: Path) -> Sequence[Face]:
        try:
            return self.faces.reader.faces(picture)
        except FileNotFoundError as gone:  # just now
            raise picture_gone() from gone
        except NotReadyError as missing:
            if missing.code != "face_tools_missing":
                raise
            raise NotReadyError(
                "face_tools_missing",
                "Isengard can't fix faces yet: the tools that find them aren't set up.",
                "Set them up in the settings, then press Fix faces again.",
            ) from missing

    def _people(self, generation: Generation) -> list[Person]:
        """Those of the request with the very files that drew them."""
        files = files_of(self.generations.store, generation)
        uses = generation.request.characters
        return [self._person(use, file) for use, file in zip(uses, [*files, *[""] * len(uses)], strict=False)]

    def _person(self, use: CharacterUse, file: str) -> Person:
        character = self.generations.characters.get(use.id)
        versions = self.generations.versions.list(character.slug) if file and use.strength > 0 else []
        version = next((one for one in versions if one.file == file), None)
        return Person(character, version, use.strength, use.reference, use.words)

    def _family(self, people: Sequence[Person]) -> Family:
        """All were drawn with one model."""
        versions: list[Version] = [one.version for one in people if one.version is not None]
        drawn = [one for one in versions if not one.placeholder and one.family in self.families]
        if not drawn:
            raise ConflictError(
                "drawn_without_lora",
                "This picture was drawn without a trained person, or their LoRA is gone.",
                "Train the person and make the picture with them; then you can fix its faces.",
            )
        return self.families.get(drawn[0].family)

    def _chosen(
        self, generation: Generation, people: Sequence[Person], faces: Sequence[Face], *, asked: bool
    ) -> list[FaceToMend]:
        yardsticks = [
            self.faces.of(one.character, [one.version] if one.version is not None else [])[0]
            for one in people
        ]
        words = " ".join([generation.request.prompt, *(one.words for one in people)])
        return faces_to_mend(faces, yardsticks, drawing=asks_for_drawing(words), asked=asked)


def _is_of(person: Person, family: Family) -> bool:
    version = person.version
    return version is not None and not version.placeholder and version.family == family.key


def _regions(
    mended: Sequence[FaceToMend], faces: Sequence[Face], size: tuple[int, int], family: Family
) -> list[tuple[int, Region]]:
    how = family.face_mending
    regions = [
        (one.place, region_of(one.face.box, size, how, [face.box for face in faces if face is not one.face]))
        for one in mended
    ]
    return [(place, region) for place, region in regions if gains(region, how)]


def _nothing(faces: Sequence[Face]) -> ConflictError:
    if not faces:
        return ConflictError(
            "no_face_to_mend",
            "No face was found in this picture, so there is nothing to fix.",
            "Choose a picture that shows the face.",
        )
    return ConflictError(
        "faces_fine",
        "Every face of these people is large enough already: redrawing it would add nothing.",
        "Make a new picture, or change the strength.",
    )
