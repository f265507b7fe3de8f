"""Files: told by their content, stored under their hash, handed out as attachments only."""

import io
import os
import stat
import struct
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from PIL import Image

from ledger.entries import evidence, submission
from ledger.entries.evidence import Attachment
from ledger.models import Evidence
from tests import builders
from tests.pdfs import PDF, pdf, pdf_of
from units.ground.refusal import Refusal
from units.models import Role


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "evidence"
    return settings.MEDIA_ROOT


def picture(kind="PNG", size=(20, 10), **options):
    target = io.BytesIO()
    Image.new("RGB", size, "white").save(target, kind, **options)
    return target.getvalue()


def archive():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        zipped.writestr("run.js", "alert(1)")
    return target.getvalue()


def huge_png(width=10_000, height=5_000):
    """Fifty megapixels in a few bytes, every checksum right."""

    def chunk(name, body):
        crc = zlib.crc32(name + body)
        return len(body).to_bytes(4, "big") + name + body + crc.to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([1, 0, 0, 0, 0])
    rows = zlib.compress(bytes((width // 8 + 1) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def upload(content, name="回单.pdf"):
    return SimpleUploadedFile(name, content, "application/pdf")


def names():
    return sorted(p.name for p in Path(settings.MEDIA_ROOT).rglob("*") if p.is_file())


# What is accepted


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, evidence.PDF),
        (picture("JPEG"), evidence.JPEG),
        (picture("JPEG", progressive=True, size=(900, 700)), evidence.JPEG),
        (picture("PNG"), evidence.PNG),
    ],
)
def test_the_type_is_told_by_the_content_whatever_the_name_says(content, media_type):
    """quality 18"""
    assert evidence.store(upload(content, "a.exe")).media_type == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><html><body>hi</body></html>",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + bytes(20),
        b"MZ" + bytes(100),
        b"\x4c\x00\x00\x00\x01\x14\x02\x00" + bytes(60),
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
        b" %PDF-1.4\n%%EOF",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        archive(),
    ],
)
def test_other_types_are_refused(content):
    """quality 18"""
    with pytest.raises(Refusal) as refused:
        evidence.store(upload(content))

    assert refused.value.field == "evidence"
    assert names() == []


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n<html><script>alert(1)</script></html>\n%%EOF\n",
        PDF + b"<script>alert(1)</script>\n%%EOF\n",
        PDF + archive(),
        picture("JPEG") + b"<script>alert(1)</script>",
        picture("PNG") + archive(),
        picture("JPEG")[:2] + b"\xff\xfe\x00\x0c<svg onload" + picture("JPEG")[2:],
        picture("JPEG") + b"<?php system($_GET[0]);",
    ],
)
def test_files_of_two_kinds_and_files_with_programs_are_refused(content):
    """quality 18"""
    with pytest.raises(Refusal):
        evidence.store(upload(content))

    assert names() == []


ACTIVE = {
    "JavaScript": b"<</S/JavaScript/JS(app.alert(1))>>",
    "escaped": b"<</S/J#61vaScript/J#53(app.alert(1))>>",
    "launch": b"<</Type/Action/S /Launch /F (cmd.exe)>>",
    "submit": b"<</S/SubmitForm/F(http://evil.example/)>>",
    "other file": b"<</S/GoToR/F(//evil.example/share/a.pdf)/D[0/Fit]>>",
    "embedded": b"<</Type/Filespec/F(a.exe)/EF<</F 2 0 R>>>>",
    "embedded stream": b"<</Type/EmbeddedFile/Length 1>>stream\nx\nendstream",
    "form of a program": b"<</AcroForm<</XFA[(a) 2 0 R]>>>>",
    "inside": b"[[<</A<</B[<</S/JavaScript>>]>>>>]]",
    "film": b"<</Subtype/RichMedia>>",
}


def packed(content, **options):
    """The same PDF as a modern program saves it."""
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.Root.Kept = document.get_object(3, 0)
        document.save(file, **options)
    return file.getvalue()


@pytest.mark.parametrize("name", ACTIVE)
def test_no_pdf_with_a_program_or_another_file_is_kept(name):
    """quality 18: as it is, and inside a compressed stream of objects."""
    plain = pdf(b"x", ACTIVE[name], catalog=b"/OpenAction 3 0 R")
    hidden = packed(plain, object_stream_mode=pikepdf.ObjectStreamMode.generate)

    for content in (plain, hidden):
        with pytest.raises(Refusal, match="contains a program"):
            evidence.store(upload(content))
    assert names() == []
    if name != "embedded stream":
        assert b"JavaScript" not in hidden


def test_a_catalogue_or_trailer_that_acts_is_found_too():
    for catalog in (b"/OpenAction<</S/JavaScript/JS(x)>>", b"/Names<</EmbeddedFiles<<>>>>"):
        with pytest.raises(Refusal, match="contains a program"):
            evidence.store(upload(pdf(catalog=catalog)))


def test_links_forms_and_bookmarks_of_an_ordinary_pdf_are_accepted():
    links = b"<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.cn/)>>>>"
    jump = b"<</S/GoTo/D[2 0 R/Fit]>>"
    field = b"<</FT/Tx/T(name)/V(value)>>"

    assert evidence.store(upload(pdf(b"x", links, jump, field))).media_type == evidence.PDF


def test_a_pdf_under_a_password_or_beyond_repair_is_refused_with_a_sentence():
    locked = packed(pdf(b"x", b"<<>>"), encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Refusal, match="password"):
        evidence.store(upload(locked))
    with pytest.raises(Refusal, match="cannot be read"):
        evidence.store(upload(b"%PDF-1.4\nnothing\n%%EOF\n"))


def test_a_pdf_that_unpacks_to_the_machines_memory_is_refused():
    """quality 19: a MB of compressed zeros, a gigabyte unpacked, where objects are packed."""
    bomb = zlib.compressobj(9)
    zeros = bomb.compress(b"4 0 <</Type/Kept>> ")
    zeros += b"".join(bomb.compress(bytes(1 << 20)) for _part in range(1_000)) + bomb.flush()
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
    packed_objects = stream % (len(zeros), zeros)

    content = pdf(b"x", packed_objects)
    xref = content.rindex(b"xref\n0", 0, content.rindex(b"startxref"))
    as_stream = _with_packed_object(content[:xref])

    with pytest.raises(Refusal, match="cannot be read"):
        evidence.store(upload(as_stream))


def _with_packed_object(body):
    """A table of objects in which number 4 lies in the packed stream, number 3."""
    entries = [(0, 0, 65535)]
    entries += [(1, body.index(b"%d 0 obj" % number), 0) for number in (1, 2, 3)]
    entries += [(2, 3, 0), (1, len(body), 0)]
    rows = b"".join(struct.pack(">BIH", *entry) for entry in entries)
    head = b"5 0 obj<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Kept 4 0 R/Length %d>>stream\n%s\nendstream"
    table = head % (len(rows), rows)
    return body + table + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def test_cut_off_files_are_refused():
    noisy = io.BytesIO()
    Image.effect_noise((400, 300), 90).convert("RGB").save(noisy, "JPEG")

    for content in (PDF[:-8], picture("PNG")[:-20], noisy.getvalue()[:2000]):
        with pytest.raises(Refusal):
            evidence.store(upload(content))


def test_random_bytes_inside_a_long_scan_are_no_reason_to_refuse():
    """Twenty megabytes of noise stand for compressed streams; a false alarm would cost a clerk a day."""
    noise = [zlib.compress(os.urandom(950_000), 0) for _number in range(20)]
    streams = [b"<</Length %d>>stream\n%s\nendstream" % (len(part), part) for part in noise]

    assert evidence.store(upload(pdf(noise[0], *streams))).media_type == evidence.PDF
    assert evidence.store(upload(pdf(bytes(range(256)) * 4096))).media_type == evidence.PDF


def test_pixels_have_a_limit():
    """quality 19"""
    with pytest.raises(Refusal, match="40 million"):
        evidence.store(upload(huge_png()))
    with pytest.raises(Refusal, match="40 million"):
        evidence.store(upload(huge_png(20_000, 6_000)))


def test_the_size_has_a_limit_and_nothing_is_left_behind():
    """quality 15"""
    exact = pdf_of(evidence.MAX_BYTES)
    evidence.store(upload(exact))

    with pytest.raises(Refusal, match="20 MB"):
        evidence.store(upload(exact + b"\n"))
    with pytest.raises(Refusal, match="empty"):
        evidence.store(upload(b""))

    assert len(names()) == 1


# Where it lies


def test_a_file_lies_under_its_hash_closed_to_others():
    """quality 19"""
    stored = evidence.store(upload(PDF))
    path = evidence.path_of(stored.sha256)

    assert path == Path(settings.MEDIA_ROOT) / stored.sha256[:2] / stored.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert evidence.is_intact(stored.sha256)


def test_the_same_content_lies_there_once_and_a_damaged_copy_is_healed():
    stored = evidence.store(upload(PDF))
    path = evidence.path_of(stored.sha256)
    path.write_bytes(b"damaged")
    assert not evidence.is_intact(stored.sha256)

    again = evidence.store(upload(PDF, "同一张.pdf"))

    assert again.sha256 == stored.sha256
    assert evidence.is_intact(stored.sha256)
    assert names() == [stored.sha256]


@pytest.mark.parametrize("sha256", ["../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", ""])
def test_only_a_hash_is_a_place(sha256):
    """quality 19"""
    with pytest.raises(ValueError):
        evidence.path_of(sha256)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.pdf", "x.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("\x00", ""),
        ("CON.pdf", "CON.pdf"),
        ("发票😀.jpg", "发票😀.jpg"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
        ("." + "x" * 300, "." + "x" * 199),
    ],
)
def test_a_name_is_only_shown_and_only_visible_characters_stay(name, shown):
    """quality 19"""
    assert evidence.display_name(name) == shown


@pytest.mark.django_db
def test_unnamed_files_are_swept_after_a_while():
    kept, orphan = evidence.store(upload(PDF)), evidence.store(upload(picture("PNG")))
    receipt = builders.make_receipt(
        builders.make_project(builders.make_unit(builders.make_county()))
    )
    clerk, now = receipt.entered_by, timezone.now()
    submission.add_evidence(receipt.pk, 1, [Attachment("invoice", kept)], by=clerk, at=now)

    early = evidence.sweep(now - timedelta(days=1))
    late = evidence.sweep(now + timedelta(days=1))

    assert (early, late) == (0, 1)
    assert names() == [kept.sha256]
    assert not evidence.is_intact(orphan.sha256)


@pytest.mark.django_db
def test_files_of_another_database_are_never_swept():
    """A start with the wrong DATABASE_URL must not cost a county its evidence."""
    stored = evidence.store(upload(PDF))

    assert evidence.sweep(timezone.now() + timedelta(days=1)) == 0
    assert names() == [stored.sha256]


# Handing out


@pytest.fixture
def filed(db):
    county = builders.make_county()
    unit = builders.make_unit(county)
    receipt = builders.make_receipt(builders.make_project(unit))
    attachment = Attachment(Evidence.Kind.BANK_SLIP, evidence.store(upload(PDF, "原件;\u201c.pdf")))
    submission.add_evidence(receipt.pk, 1, [attachment], by=receipt.entered_by, at=timezone.now())
    return receipt.evidence.get()


def fetch(client, user, file):
    client.force_login(user)
    return client.get(f"/evidence/{file.pk}/")


def test_a_missing_file_is_told_as_missing_and_logged(client, filed, caplog):
    """everywhere 5"""
    evidence.path_of(filed.sha256).unlink()

    answer = fetch(client, filed.receipt.entered_by, filed)

    assert answer.status_code == 404
    assert filed.original_name in answer.content.decode()
    assert filed.sha256 in answer.content.decode()
    assert [
        filed.sha256 in record.getMessage()
        for record in caplog.records
        if record.levelname == "ERROR"
    ] == [True]


def test_a_file_is_handed_out_as_an_attachment_that_runs_nothing(client, filed):
    """quality 18"""
    answer = fetch(client, filed.receipt.entered_by, filed)

    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert f"{filed.sha256[:8]}.pdf" in answer["Content-Disposition"]
    assert "原件" not in unquote(answer["Content-Disposition"])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "no-store"


def test_a_file_is_handed_out_to_those_who_may_see_the_receipt_only(client, filed):
    """quality 6"""
    county = filed.receipt.county
    stranger = builders.make_clerk(builders.make_unit(county, "试马镇"))
    foreigner = builders.make_verifier(builders.make_county("611024", "山阳县"))
    admin = builders.make_person(county, Role.SYSTEM_ADMIN)

    assert fetch(client, stranger, filed).status_code == 404
    assert fetch(client, foreigner, filed).status_code == 404
    assert fetch(client, admin, filed).status_code == 403
    for user in (builders.make_verifier(county), builders.make_person(county, Role.LEADER)):
        assert b"".join(fetch(client, user, filed).streaming_content) == PDF


def test_a_lost_file_is_a_404_not_a_crash(client, filed):
    evidence.path_of(filed.sha256).unlink()

    assert fetch(client, filed.receipt.entered_by, filed).status_code == 404


def test_a_file_left_out_stays_readable_and_is_no_longer_counted(client, filed):
    receipt = filed.receipt
    client.force_login(receipt.entered_by)

    client.post(f"/evidence/{filed.pk}/remove/", {"version": "2"})

    filed.refresh_from_db()
    assert filed.removed_by == receipt.entered_by
    assert b"".join(fetch(client, receipt.entered_by, filed).streaming_content) == PDF


def test_evidence_is_added_on_the_page_of_the_receipt(client, filed):
    client.force_login(filed.receipt.entered_by)
    address = f"/receipts/{filed.receipt_id}/evidence/"
    files = [SimpleUploadedFile(f"{n}.png", picture("PNG", (n, 9))) for n in (5, 6)]

    stale = client.post(
        address,
        {"version": "1", "evidence_kind": "invoice", "evidence": upload(picture("PNG"))},
    )
    empty = client.post(address, {"version": "2"})
    fine = client.post(address, {"version": "2", "evidence_kind": "invoice", "evidence": files})

    assert (stale.status_code, empty.status_code, fine.status_code) == (409, 422, 302)
    assert filed.receipt.evidence.count() == 3
