from __future__ import annotations

import pytest
from isengard.core.redaction import redact, redact_value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hf_AbC123", "hf_***REDACTED***"),
        ("hf_" + "abcdefghij" * 3 + "_x", "hf_***REDACTED***_x"),
        ("HF_TOKEN='hf_q7' and hf_q8.", "HF_TOKEN='hf_***REDACTED***' and hf_***REDACTED***."),
        (
            "in hf_hub_download, hf_transfer, hf_home=x, hf_xet1_get",
            "in hf_hub_download, hf_transfer, hf_home=x, hf_xet1_get",
        ),
        ("sk-abc123", "sk-***REDACTED***"),
        ("key=sk-abc123 _sk-abc", "key=sk-***REDACTED*** _sk-***REDACTED***"),
        ("Anna Frisk-Jones, mask-1.png, disk-full", "Anna Frisk-Jones, mask-1.png, disk-full"),
        ("/Users/alice/x", "/[HOME]/x"),
        ("/home/alice/x", "/[HOME]/x"),
        (r"C:\Users\Bob\x", r"\[HOME]\x"),
        (r"in 'C:\Users\Jane Q. Public\AppData\x.txt'", r"in '\[HOME]\AppData\x.txt'"),
        (r"C:\\Users\\Sinéad O'Brien\\x", r"\[HOME]\x"),
        ("C:/Users/Jane Public/ComfyUI/x", "C:/[HOME]/ComfyUI/x"),
        (r"C:\Users is full, D:\a b\x is not", r"C:\Users is full, D:\a b\x is not"),
        ("/Users is full, and /data/x is not", "/Users is full, and /data/x is not"),
        ("?token=abc&x=1", "?token=***&x=1"),
        ("password=a b c", "password=***"),
        ("redis://:secret@host:1/0", "redis://:***@host:1/0"),
        ("rediss://u:p@ss@host/0, a@b", "rediss://u:***@host/0, a@b"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_rules(text, expected):
    assert redact(text) == expected


def test_nested_values_and_keys():
    assert redact_value({"hf_a1": ["/home/x/y", {"k": ("sk-1",)}], "n": 3}) == {
        "hf_***REDACTED***": ["/[HOME]/y", {"k": ["sk-***REDACTED***"]}],
        "n": 3,
    }
