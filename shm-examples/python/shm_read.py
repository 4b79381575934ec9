#!/usr/bin/env python3
"""Reads shm regions: lists them, shows what is in one, prints values.

    shm_read.py list [DIR]                      the regions of a directory
    shm_read.py show REGION                     header, participants and objects of one
    shm_read.py get REGION NAME [INDEX|FIELD]   what an object holds

REGION is a name, looked for in $SHM_DIR, else /dev/shm, else the directory for temporary files;
or a path, if there is a slash in it. Files are mapped read-only: whatever this program does, it
cannot change a region. It does not join: see docs/format.md for what that means.

Needs Python 3.8 or newer on a little-endian machine, and nothing else.
"""
import datetime
import mmap
import os
import stat
import struct
import sys
import tempfile

LINE = 128

# The header.
MAGIC = b"shm-regn"
VERSION = 1
INIT, READY = 0, 1
CHECKSUM = 80
HEADER = struct.Struct("<8sIIQQQQIIIIIIQQ")

# Participants.
PARTICIPANT_STATUS = {0: "FREE", 1: "ACTIVE", 2: "DEAD", 3: "RETIRED"}
PARTICIPANT = struct.Struct("<QqqqqqI76s")
MAX_PARTICIPANTS = 4095

# The directory.
MAX_OBJECTS = 65536
ENTRY_STATUS = {0: "FREE", 1: "CREATING", 2: "READY", 3: "DELETED"}
ENTRY_READY = 2
ENTRY = struct.Struct("<QqiIIIqq16xB63s")
BUFFER, VALUE, ARRAY, STRUCT, ADDER = 1, 2, 3, 4, 5
KINDS = {
    BUFFER: "buffer",
    VALUE: "SharedValue",
    ARRAY: "SharedArray",
    STRUCT: "SharedStruct",
    ADDER: "SharedAdder",
}

# Type codes, and what memoryview and struct call them where the name differs.
CODES = {
    "?": "B", "b": "b", "B": "B", "c": "B", "h": "h", "H": "H", "i": "i", "I": "I",
    "l": "q", "L": "Q", "q": "q", "Q": "Q", "u": "I", "f": "f", "d": "d",
}

# A struct's commit word.
VERSION_SHIFT = 31
CURRENT = 1 << 30
MAX_SPEC_BYTES = 1 << 14


class FormatError(Exception):
    """A file is not a region that this program can read."""


def fnv1a(data):
    """The 64-bit FNV-1a hash."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def signed(value):
    """An unsigned 64-bit number as Java prints it."""
    return value - (1 << 64) if value >> 63 else value


def align(offset, width):
    """The least multiple of the width that is not below the offset."""
    return (offset + width - 1) // width * width


class Entry:
    """One entry of the directory, copied while its state stood still."""

    def __init__(self, region, index, state, fields):
        self.index = index
        self.state = state
        self.status = state >> 30 & 0xF
        (_, self.offset, self.bytes, self.kind, self.flags, _, self.config_a, self.config_b,
         name_bytes, name) = fields
        self.name = name[:name_bytes].decode("ascii", "replace")
        self.region = region

    def check(self):
        """Refuses what lies outside the heap."""
        region = self.region
        if (self.bytes < 1 or self.offset % LINE != 0 or self.offset < region.heap
                or self.offset + align(self.bytes, LINE) > region.file_bytes):
            raise FormatError(
                "%s: directory entry=%d: expected an extent inside the heap, found offset=%d "
                "bytes=%d" % (region.path, self.index, self.offset, self.bytes))
        return self

    def describe(self):
        """What the object was made with, in words."""
        if self.kind == VALUE:
            return code_text(self.config_a)
        if self.kind == ARRAY:
            return "%s x %d" % (code_text(self.config_a), self.config_b)
        if self.kind == STRUCT:
            return '"%s"' % StructReader(self).spec
        if self.kind == ADDER:
            return "%d cells" % self.config_a
        return ""

    def kind_name(self):
        """The type's name, or its number."""
        return KINDS.get(self.kind, "type %d" % self.kind)


def code_text(config):
    """A type code in quotes, or what stands there instead."""
    return "'%c'" % config if 0 < config < 128 and chr(config) in CODES else "code %d" % config


class Region:
    """A region file, mapped read-only and checked."""

    def __init__(self, path):
        self.path = path
        # Neither follows a link nor waits for the other end of a pipe.
        flags = os.O_RDONLY
        for name in "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY":
            flags |= getattr(os, name, 0)
        fd = os.open(path, flags)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise FormatError("%s: expected a regular file" % path)
            self._check_header(os.read(fd, HEADER.size), status.st_size)
            self.memory = mmap.mmap(fd, self.file_bytes, access=mmap.ACCESS_READ)
        finally:
            os.close(fd)
        # One view per width: an element is read by one load of that width, never in parts.
        view = memoryview(self.memory)
        self.views = {code: view.cast(code) for code in "bBhHiIqQfd"}

    def _check_header(self, head, length):
        if len(head) < HEADER.size or head[:8] != MAGIC:
            raise FormatError("%s: expected magic=%r, found %r" % (self.path, MAGIC, head[:8]))
        (_, self.version, self.state, self.features, self.file_bytes, low, high,
         self.max_participants, self.max_objects, self.participants, self.directory,
         self.open_masks, self.heap, self.heap_bytes, checksum) = HEADER.unpack(head)
        self.nonce = "%016x%016x" % (high, low)
        self._expect("version", VERSION, self.version)
        if self.state == INIT:
            raise FormatError("%s: its creation was not finished" % self.path)
        self._expect("state", READY, self.state)
        self._expect("unknown features", 0, self.features)
        self._expect("checksum", fnv1a(head[16:CHECKSUM]), checksum)
        if not (1 <= self.max_participants <= MAX_PARTICIPANTS
                and 1 <= self.max_objects <= MAX_OBJECTS
                and self.heap_bytes >= LINE and self.heap_bytes % LINE == 0):
            raise FormatError("%s: maxParticipants=%d maxObjects=%d heapBytes=%d: out of range" % (
                self.path, self.max_participants, self.max_objects, self.heap_bytes))
        self.mask_bytes = align(self.max_participants, 64) // 8
        self._expect("participants", 2 * LINE, self.participants)
        self._expect("directory", self.participants + self.max_participants * LINE, self.directory)
        self._expect("openMasks", self.directory + self.max_objects * LINE, self.open_masks)
        self._expect(
            "heap", align(self.open_masks + self.max_objects * self.mask_bytes, LINE), self.heap)
        self._expect("fileBytes", self.heap + self.heap_bytes, self.file_bytes)
        self._expect("file length", self.file_bytes, length)

    def _expect(self, field, expected, found):
        if expected != found:
            raise FormatError(
                "%s: expected %s=%d, found %d" % (self.path, field, expected, found))

    def load(self, code, offset):
        """One aligned load."""
        return self.views[code][offset // struct.calcsize("<" + code)]

    def slots(self):
        """The participants: (tag, status, pid, start in ms, command)."""
        for slot in range(self.max_participants):
            at = self.participants + slot * LINE
            while True:
                state = self.load("Q", at)
                fields = PARTICIPANT.unpack(self.memory[at:at + LINE])
                if self.load("Q", at) == state:
                    break
            status = state >> 24 & 0xFF
            tag = (state >> 32 & 0x3FFFF) << 12 | slot + 1
            command = fields[7][:min(fields[6], 76)].decode("utf-8", "replace")
            yield tag, PARTICIPANT_STATUS.get(status, str(status)), fields[1], fields[5], command

    def entries(self):
        """The entries of the directory that are not FREE."""
        for index in range(self.max_objects):
            entry = self._entry(index)
            if entry.status != 0:
                yield entry

    def _entry(self, index):
        at = self.directory + index * LINE
        while True:
            state = self.load("Q", at)
            fields = ENTRY.unpack(self.memory[at:at + LINE])
            if self.load("Q", at) == state:
                return Entry(self, index, state, fields)

    def find(self, name):
        """The entry of an object that is whole."""
        for entry in self.entries():
            if entry.status == ENTRY_READY and entry.name == name:
                return entry.check()
        raise LookupError("%s: there is no object of name=%s" % (self.path, name))

    def is_still(self, entry):
        """Whether the entry has not been removed since it was read."""
        return self.load("Q", self.directory + entry.index * LINE) == entry.state

    def get(self, name, key=None):
        """What an object holds: a number, a list, a dict, or one element of these."""
        while True:
            entry = self.find(name)
            value = self._read(entry, key)
            # Had it been removed and its memory used again, this would be somebody else's.
            if self.is_still(entry):
                return value

    def _read(self, entry, key):
        if entry.kind == VALUE:
            self._no_key(entry, key)
            return self.element(entry, code_of(entry), 0)
        if entry.kind == ARRAY:
            return self._array(entry, code_of(entry), key)
        if entry.kind == STRUCT:
            record = StructReader(entry).read()
            if key is not None and key not in record:
                raise LookupError("%s: name=%s has no field=%s, but %s" % (
                    self.path, entry.name, key, " ".join(record)))
            return record if key is None else record[key]
        if entry.kind == ADDER:
            self._no_key(entry, key)
            return self._adder(entry)
        if entry.kind == BUFFER:
            content = self.memory[entry.offset:entry.offset + entry.bytes]
            return content.hex() if key is None else content[index_of(key, entry.bytes)]
        raise LookupError("%s: name=%s is of %s, which this program cannot read" % (
            self.path, entry.name, entry.kind_name()))

    def _no_key(self, entry, key):
        if key is not None:
            raise LookupError("%s: name=%s is a %s and has no parts" % (
                self.path, entry.name, entry.kind_name()))

    def element(self, entry, code, index):
        """One element, by one load."""
        width = struct.calcsize("<" + CODES[code])
        if (index + 1) * width > entry.bytes:
            raise FormatError("%s: name=%s: bytes=%d is too small" % (
                self.path, entry.name, entry.bytes))
        value = self.load(CODES[code], entry.offset + index * width)
        return value != 0 if code == "?" else value

    def _array(self, entry, code, key):
        length = entry.config_b
        width = struct.calcsize("<" + CODES[code])
        if length < 1 or align(length * width, 8) != entry.bytes:
            raise FormatError("%s: name=%s: length=%d does not fit bytes=%d" % (
                self.path, entry.name, length, entry.bytes))
        if key is not None:
            return self.element(entry, code, index_of(key, length))
        return [self.element(entry, code, index) for index in range(length)]

    def _adder(self, entry):
        cells = entry.config_a
        if cells != self.max_participants or cells * LINE != entry.bytes:
            raise FormatError("%s: name=%s: cells=%d do not fit bytes=%d" % (
                self.path, entry.name, cells, entry.bytes))
        total = sum(self.load("q", entry.offset + cell * LINE) for cell in range(cells))
        return signed(total & 0xFFFFFFFFFFFFFFFF)


def code_of(entry):
    """The type code of a value or an array."""
    code = chr(entry.config_a) if 0 < entry.config_a < 128 else ""
    if code not in CODES:
        raise FormatError("%s: name=%s: expected a type code, found %d" % (
            entry.region.path, entry.name, entry.config_a))
    return code


def index_of(key, length):
    """An index from the command line, in range."""
    if not key.isdigit() or int(key) >= length:
        raise LookupError("index=%s: must be 0 to %d" % (key, length - 1))
    return int(key)


class StructReader:
    """The record of a SharedStruct, read whole."""

    def __init__(self, entry):
        self.entry = entry
        region, spec_bytes = entry.region, entry.config_a
        if not 1 <= spec_bytes <= min(MAX_SPEC_BYTES, entry.bytes - LINE):
            raise FormatError("%s: name=%s: specBytes=%d is out of range" % (
                region.path, entry.name, spec_bytes))
        at = entry.offset + LINE
        text = region.memory[at:at + spec_bytes]
        if signed(fnv1a(text)) != entry.config_b:
            raise FormatError("%s: name=%s: the spec is not the one that it was created with" % (
                region.path, entry.name))
        self.spec = text.decode("ascii", "replace")
        self.fields, end = [], 0
        for field in self.spec.split(" "):
            name, _, code = field.rpartition(":")
            if code not in CODES:
                raise FormatError("%s: name=%s: field=%s has no type code" % (
                    region.path, entry.name, field))
            width = struct.calcsize("<" + CODES[code])
            self.fields.append((name, code, align(end, width)))
            end = align(end, width) + width
        self.data_bytes = align(end, 8)
        self.copies = (entry.offset + align(LINE + spec_bytes, LINE),
                       entry.offset + align(LINE + spec_bytes, LINE) + align(self.data_bytes, LINE))
        if self.copies[1] + align(self.data_bytes, LINE) > entry.offset + entry.bytes:
            raise FormatError("%s: name=%s: bytes=%d is too small" % (
                region.path, entry.name, entry.bytes))

    def read(self):
        """The record that was published last: copied, and copied again if one came meanwhile."""
        region = self.entry.region
        commit = region.load("Q", self.entry.offset)
        while True:
            at = self.copies[1 if commit & CURRENT else 0]
            words = [region.load("q", at + i) for i in range(0, self.data_bytes, 8)]
            again = region.load("Q", self.entry.offset)
            if again >> VERSION_SHIFT == commit >> VERSION_SHIFT:
                return self._record(struct.pack("<%dq" % len(words), *words))
            commit = again

    def _record(self, data):
        record = {}
        for name, code, offset in self.fields:
            value, = struct.unpack_from("<" + CODES[code], data, offset)
            record[name] = value != 0 if code == "?" else value
        return record


def directory():
    """Where regions are looked for by name."""
    configured = os.environ.get("SHM_DIR")
    if configured:
        return configured
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else tempfile.gettempdir()


def path_of(region):
    """The file of a region given by name or path."""
    return region if os.sep in region else os.path.join(directory(), region + ".shm")


def time_of(millis):
    """A time as text; the number itself when it is no time."""
    try:
        return datetime.datetime.fromtimestamp(millis / 1000).isoformat(" ", "seconds")
    except (ValueError, OverflowError, OSError):
        return str(millis)


def show_list(folder):
    """One line for each region of a directory."""
    for file in sorted(os.listdir(folder)):
        if not file.endswith(".shm"):
            continue
        name = file[:-len(".shm")]
        try:
            region = Region(os.path.join(folder, file))
            active = sum(1 for slot in region.slots() if slot[1] == "ACTIVE")
            objects = sum(1 for entry in region.entries() if entry.status == ENTRY_READY)
            print("%s: %d bytes, %d of %d participants, %d of %d objects" % (
                name, region.heap_bytes, active, region.max_participants, objects,
                region.max_objects))
        except (FormatError, OSError) as e:
            print("%s: %s" % (name, e))


def show(region):
    """Everything about one region but the contents of its objects."""
    print("file %s" % region.path)
    print("version %d  features %d  bytes %d  heap %d at %d" % (
        region.version, region.features, region.file_bytes, region.heap_bytes, region.heap))
    print("nonce %s" % region.nonce)
    print("participants (at most %d):" % region.max_participants)
    for tag, status, pid, started, command in region.slots():
        if status != "FREE":
            print("  %-8s tag %d  pid %d  started %s  %s" % (
                status, tag, pid, time_of(started), command))
    print("objects (at most %d):" % region.max_objects)
    for entry in region.entries():
        status = ENTRY_STATUS.get(entry.status, str(entry.status))
        text = entry.check().describe() if entry.status == ENTRY_READY else ""
        print("  %-8s %s  %s %s  %d bytes at %d" % (
            status, entry.name, entry.kind_name(), text, entry.bytes, entry.offset))


def text(value):
    """A value as one line, or a few."""
    if isinstance(value, dict):
        return "\n".join("%s=%s" % (name, text(part)) for name, part in value.items())
    if isinstance(value, list):
        return " ".join(text(part) for part in value)
    return str(value).lower() if isinstance(value, bool) else repr(value).strip("'")


def main(arguments):
    """Runs one command; returns the exit status."""
    if sys.byteorder != "little":
        print("shm_read: needs a little-endian machine", file=sys.stderr)
        return 2
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if command == "list" and len(rest) <= 1:
            show_list(rest[0] if rest else directory())
        elif command == "show" and len(rest) == 1:
            show(Region(path_of(rest[0])))
        elif command == "get" and 2 <= len(rest) <= 3:
            print(text(Region(path_of(rest[0])).get(*rest[1:])))
        else:
            print(__doc__.strip(), file=sys.stderr)
            return 2
    except (FormatError, LookupError, ValueError, OSError) as e:
        print("shm_read: %s" % e, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
