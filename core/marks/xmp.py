"""The mark as XMP, which picture agencies, search engines and networks read; and where it stands in PNG, JPEG and WebP."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

from ..version import VERSION

#: The keyword of PNG's iTXt chunk that holds XMP.
PNG_KEYWORD = "XML:com.adobe.xmp"
_JPEG_HEADER = b"http://ns.adobe.com/xap/1.0/\x00"
_SAID = re.compile(r"DigitalSourceType>\s*(http://cv\.iptc\.org/newscodes/digitalsourcetype/\w+)\s*<")
_START, _JFIF, _APP1 = b"\xff\xd8", b"\xff\xe0", b"\xff\xe1"


def packet(source_type: str) -> str:
    """XMP that says how the picture was made and with what; nothing of who, where and when."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>"
        f"<xmp:CreatorTool>Isengard {VERSION} (ComfyUI)</xmp:CreatorTool>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )


def in_jpeg(picture: bytes, source_type: str) -> bytes:
    """A JPEG with the packet behind its JFIF header: Pillow writes XMP into JPEG from release 11 on alone."""
    if not picture.startswith(_START):
        raise ValueError("not a JPEG")
    place = len(_START)
    if picture.startswith(_JFIF, place):
        place += 2 + int.from_bytes(picture[place + 2 : place + 4], "big")
    body = _JPEG_HEADER + packet(source_type).encode("utf-8")
    return picture[:place] + _APP1 + struct.pack(">H", len(body) + 2) + body + picture[place:]


def said_in(info: Mapping[object, object]) -> str:
    """The word that an opened picture's XMP says (Pillow's `info`); '' where it says none."""
    kept = info.get(PNG_KEYWORD) or info.get("xmp") or ""
    found = _SAID.search(kept.decode("utf-8", "replace") if isinstance(kept, bytes) else str(kept))
    return found[1] if found else ""
