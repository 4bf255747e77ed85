"""A file is what its content says, and is called so that nothing about its name can harm."""

from __future__ import annotations

import pytest

from app.desk.file_kinds import FileKind, fit_name, kind_of

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 20
PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
GOOD = {
    FileKind.png: PNG,
    FileKind.jpeg: b"\xff\xd8\xff\xe0" + b"\x00" * 20,
    FileKind.webp: b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    FileKind.heic: b"\x00\x00\x00\x18ftypheic\x00\x00",
    FileKind.pdf: PDF,
    FileKind.text: "\ufeff진술서: 화분이 깨졌습니다".encode(),
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_taken_is_known_by_its_content(kind: FileKind) -> None:
    assert kind_of(GOOD[kind]) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"MZ\x90\x00",
        b"PK\x03\x04\xff",
        b"%PDF-1.7 cut off",
        b"GIF89a\xff",
        b"  \n",
        b"text\x00more",
        "\ufeff <!doctype html><script>alert(1)</script>".encode(),
        b"\x00\x00\x00\x18ftypmp42\x00\x00",
        b"RIFF\x00\x00\x00\x00AVI LIST",
    ],
)
def test_whatever_else_is_not(content: bytes) -> None:
    assert kind_of(content) is None


@pytest.mark.parametrize(
    ("name", "fit"),
    [
        ("욕실 사진.PNG", "욕실 사진.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\Users\\나\\증빙.exe", "증빙.png"),
        ('a"b\r\nSet-Cookie: x.jpg', "a b Set-Cookie x.png"),
        ("invoice\u202egnp.exe", "invoice gnp.png"),
        ("", "file.png"),
        (".htaccess", "file.png"),
        ("x" * 500, "x" * 114 + ".png"),
    ],
)
def test_a_name_is_made_harmless_and_keeps_what_people_read(name: str, fit: str) -> None:
    assert fit_name(name, FileKind.png) == fit
