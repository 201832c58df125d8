"""Videos lose what tells their place, keep every other byte in its place, and never mislead the reader."""

import io
import struct

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.utils.translation import override
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examined
from hypothesis import strategies as st

from portal.files import videos
from portal.files.uploads import check_upload
from portal.files.videos import VideoDamaged, empty_boxes, read_video

PLACE = b"+33.8736+007.8833/"  # Nefta, as a phone writes it
DAMAGED = "The video cannot be read: the file is damaged or cut off."


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def box(kind, *contents):
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def long_box(kind, *contents):
    """The same with its size in eight bytes."""
    content = b"".join(contents)
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


FTYP = box(b"ftyp", b"mp42\0\0\0\0mp42isom")
QUICKTIME = box(b"ftyp", b"qt  \0\0\0\0qt  ")
PICTURES = box(b"mdat", b"\x01\x02pictures\xff" * 50)


def track(handler=b"vide", *others, in_media=()):
    head = box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12)
    info = box(b"minf", box(b"vmhd", b"\0" * 12), box(b"stbl", box(b"stco", b"\0\0\0\x01")))
    media = box(b"mdia", box(b"mdhd", b"\0" * 24), head, info, *in_media)
    return box(b"trak", box(b"tkhd", b"\0" * 84), media, *others)


def video(*others, tracks=None, start=FTYP, at_file=(), content=PICTURES):
    tracks = [track(), track(b"soun")] if tracks is None else tracks
    return start + content + box(b"moov", box(b"mvhd", b"\0" * 100), *tracks, *others) + b"".join(at_file)


def check(content, name="جلسة.mp4"):
    return check_upload(SimpleUploadedFile(name, content))


def kept(checked):
    return b"".join(checked.as_file().chunks())


def refusal(content, name="a.mp4"):
    with pytest.raises(ValidationError) as refused:
        check(content, name)
    return refused.value.messages[0]


XYZ = box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7), PLACE)
LOCI = box(b"loci", b"\0\0\0\0\x15\xc7" + PLACE)
KEYS = box(
    b"meta",
    box(b"hdlr", b"\0" * 8 + b"mdta" + b"\0" * 12),
    box(b"keys", b"\0" * 7 + b"\x01", box(b"mdta", b"com.apple.quicktime.location.ISO6709")),
    box(b"ilst", box(b"\0\0\0\x01", box(b"data", b"\0\0\0\x01\0\0\0\0", PLACE))),
)
XMP = box(b"uuid", bytes(range(16)), b"<x:xmpmeta>GPSLatitude ", PLACE)

# Each way a camera writes the place into a file, and where.
WAYS = {
    "©xyz in moov/udta": video(box(b"udta", XYZ)),
    "loci in moov/udta": video(box(b"udta", LOCI)),
    "the keys of QuickTime": video(KEYS, start=QUICKTIME),
    "meta in udta": video(box(b"udta", box(b"meta", b"\0\0\0\0", KEYS))),
    "meta in the file": video(at_file=[KEYS]),
    "XMP in the file": video(at_file=[XMP]),
    "XMP in moov": video(XMP),
    "udta in the file": video(at_file=[box(b"udta", XYZ)]),
    "udta in a track": video(tracks=[track(b"vide", box(b"udta", LOCI)), track(b"soun")]),
    "meta in a track": video(tracks=[track(b"vide", KEYS)]),
    "meta in a track's media": video(tracks=[track(in_media=[KEYS])]),
    "what was only renamed": video(box(b"free", XYZ), at_file=[box(b"skip", LOCI)]),
    "a size of eight bytes": video(long_box(b"udta", XYZ)),
    "the last box, to the end": video(at_file=[struct.pack(">I4s", 0, b"udta") + XYZ]),
}


@pytest.mark.parametrize("content", WAYS.values(), ids=WAYS)
def test_what_tells_the_place_is_emptied_and_nothing_moves(content):
    assert PLACE in content
    checked = check(content, "a.mov" if content.startswith(QUICKTIME) else "a.mp4")
    after = kept(checked)
    assert PLACE not in after
    assert not checked.may_hold_place
    assert len(after) == len(content)
    assert after[: content.index(b"moov")] == content[: content.index(b"moov")]
    assert not read_video(io.BytesIO(after), len(after)).may_hold_place


@pytest.mark.parametrize(
    ("name", "start", "content_type"),
    [
        ("جلسة عامة.mp4", FTYP, "video/mp4"),
        ("a.M4V", FTYP, "video/mp4"),
        ("IMG_0042.MOV", QUICKTIME, "video/quicktime"),
        ("a.mp4", box(b"ftyp", b"XXXX\0\0\0\0isom"), "video/mp4"),
    ],
)
def test_a_video_without_a_place_is_kept_to_the_byte(name, start, content_type):
    content = video(start=start)
    checked = check(content, name)
    assert (checked.name, checked.content_type, checked.size) == (name, content_type, len(content))
    assert kept(checked) == content
    assert not checked.may_hold_place


@pytest.mark.parametrize(
    "content",
    [
        *(video(tracks=[track(), track(kind)]) for kind in (b"meta", b"mebx", b"camm", b"gpmd", b"text")),
        video(box(b"gps ", PLACE)),
        video(at_file=[box(b"moof", b"\0" * 20)]),
        video(box(b"mvex", b"")),
        video(at_file=[box(b"sefd", PLACE)]),
        video(tracks=[track(b"vide", box(b"XtrA", PLACE))]),
        video(tracks=[track(in_media=[box(b"odd ", PLACE)])]),
        video(at_file=[box(b"moov", box(b"trak", box(b"moov", PLACE)))]),
    ],
)
def test_a_track_of_data_or_what_is_not_understood_may_hold_the_place(content):
    assert check(content).may_hold_place


@pytest.mark.parametrize(
    "content",
    [
        FTYP,
        FTYP + PICTURES,
        FTYP + box(b"moov", track()),
        video(tracks=[]),
        video(tracks=[box(b"trak")]),
        video()[:-1],
        video()[: len(FTYP) + 20],
        video() + b"\0" * 7,
        video() + b"\0\0\0\x07junk",
        FTYP + struct.pack(">I4s", 2**32 - 1, b"moov") + b"\0" * 100,
        FTYP + struct.pack(">I4sQ", 1, b"mdat", 2**63) + b"\0" * 100,
        FTYP + struct.pack(">I4sQ", 1, b"mdat", 3) + b"\0" * 100,
        FTYP + struct.pack(">I4s", 1, b"mdat"),
        video(struct.pack(">I4s", 0, b"trak")),
        video(tracks=[box(b"trak", struct.pack(">I4s", 900, b"mdia"))]),
        video(tracks=[box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8)))]),
    ],
)
def test_boxes_that_do_not_fit_are_refused(content):
    assert refusal(content) == DAMAGED


def test_more_boxes_than_any_camera_writes_are_refused():
    assert refusal(video(at_file=[box(b"free") * (videos.MOST_BOXES + 1)])) == DAMAGED


def test_boxes_in_boxes_are_opened_only_where_they_belong():
    nested = b""
    for _depth in range(5000):
        nested = box(b"trak", nested)
    assert check(video(nested)).may_hold_place


@pytest.mark.parametrize("name", ["a.mov", "a.jpg", "a.pdf", "a"])
def test_a_name_that_ends_otherwise(name):
    assert refusal(video(), name).startswith("The name ends otherwise than its content")


@pytest.mark.parametrize("brand", [b"avif", b"crx ", b"M4A ", b"jp2 ", b"\0\0\0\0"])
def test_other_files_that_begin_like_a_video_are_not_accepted(brand):
    content = box(b"ftyp", brand + b"\0\0\0\0" + brand) + PICTURES
    assert refusal(content).startswith("This type of file is not accepted.")


def test_a_video_has_a_limit_of_its_own(settings):
    settings.UPLOAD_MAX_BYTES = 100
    settings.UPLOAD_MAX_VIDEO_BYTES = len(video())
    assert check(video()).size == len(video())
    settings.UPLOAD_MAX_VIDEO_BYTES -= 1
    assert refusal(video()).startswith("The file is larger than")


def test_a_large_video_is_never_in_the_memory_at_once(settings):
    """It is read and rewritten where it lies, in pieces."""

    class InPieces(TemporaryUploadedFile):
        largest = 0

        def read(self, size=-1):
            self.largest = max(self.largest, size if size >= 0 else 10**9)
            return self.file.read(size)

    content = video(box(b"udta", XYZ), content=box(b"mdat", b"\0" * 3_000_000))
    upload = InPieces("a.mp4", "video/mp4", len(content), None)
    upload.write(content)
    upload.seek(0)
    checked = check_upload(upload)
    assert checked.size == len(content)
    assert 0 < upload.largest <= upload.DEFAULT_CHUNK_SIZE
    upload.seek(0)
    assert PLACE not in upload.file.read()


@given(
    cut=st.integers(0, 400),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8),
)
@example(cut=0, changes=[])
@examined(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_changed_is_read_or_refused(cut, changes):
    """And what is emptied leaves a file that is read in the same way."""
    content = bytearray(WAYS["udta in a track"])
    for place, value in changes:
        content[place % len(content)] = value
    content = content[: len(content) - cut]
    file = io.BytesIO(content)
    try:
        reading = read_video(file, len(content))
    except VideoDamaged:
        return
    empty_boxes(file, reading.emptied)
    assert len(file.getvalue()) == len(content)
    again = read_video(file, len(content))
    assert again.may_hold_place == reading.may_hold_place
    assert [part.start for part in again.emptied] == [part.start for part in reading.emptied]
    assert {part.kind for part in again.emptied} <= {b"free"}
