from __future__ import annotations

import unicodedata

import pytest
from isengard.core.privacy.anonymize import anonymizer


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Ann Example has no photos.", "[PERSON] has no photos."),
        ("ann-example/ann-example-sd15-000010.safetensors", "[PERSON]/[PERSON]-sd15-000010.safetensors"),
        ("portrait of ANNQVX, smiling", "portrait of [PERSON], smiling"),
        ("only Example here", "only [PERSON] here"),
        ("Annual examples", "Annual examples"),
        (unicodedata.normalize("NFD", "José was here"), "[PERSON] was here"),
        ("Bo has no photos", "[PERSON] has no photos"),
    ],
)
def test_people_are_not_in_it(said, told):
    anonymous = anonymizer(names=["Ann Example", "ann-example", "annqvx", "José", "Bo", " "])
    assert anonymous(said) == told


def test_secrets_and_places_are_not_in_it():
    places = {
        "/data/comfy": "[COMFYUI]",
        "/data/comfy/user/isen": "[DATA]",
        "C:\\Comfy": "[COMFYUI]",
        "": "!",
        "/": "!",
    }
    anonymous = anonymizer(secrets=["s3cret-token", ""], places=places)
    said = {"/data/comfy/x": ["/data/comfy/user/isen/jobs", "see s3cret-token.", 7, None, True]}
    assert anonymous(said) == {"[COMFYUI]/x": ["[DATA]/jobs", "see [SECRET].", 7, None, True]}
    assert anonymous("C:\\Comfy\\a C:/Comfy/b C:\\\\Comfy\\\\c") == "[COMFYUI]\\a [COMFYUI]/b [COMFYUI]\\\\c"
    assert anonymous("hf_abc123") == "hf_***REDACTED***"
    assert anonymizer(places={"vm": "[HOST]"})("vm-01 runs nvml on vm_2") == "[HOST]-01 runs nvml on [HOST]_2"


def test_nobody_and_nothing_known_changes_nothing():
    assert anonymizer()({"a": ["plain words", 1.5]}) == {"a": ["plain words", 1.5]}
