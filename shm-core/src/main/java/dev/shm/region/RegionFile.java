package dev.shm.region;

import dev.shm.memory.KillPoint;
import dev.shm.memory.MappedBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The file of a region: the one place that opens, checks, sizes and maps files. */
final class RegionFile {
    /*
     * Overview.
     *
     *   create  header line with state INIT in one write; zeros up to the full size, which reserves the
     *           blocks; the nonce into the lock file; state READY by one release store
     *   open    read the header line; check every number of it; map the file
     *
     * All of it happens under the creation lock, which the kernel takes from the dead, and from the
     * living only where foreign code closes the lock file; LockFile sees to those. A creator killed
     * before READY leaves an empty file or one that says INIT: nobody has it mapped, so whoever comes
     * next begins again from scratch. A full disk is an IOException of create, never a fault later.
     */

    private static final Set<OpenOption> EXISTING =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> NEW =
            Set.of(
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE_NEW,
                    LinkOption.NOFOLLOW_LINKS);
    private static final int ZEROS_BYTES = 1 << 20;
    private static final int FIRST_SLOT_STATE = RegionLayout.TABLES + ParticipantLayout.STATE;

    /** What is read of a file before it is mapped. */
    private static final int START_BYTES = FIRST_SLOT_STATE + Long.BYTES;

    /**
     * Beginnings of the names of file systems that are not this host's own: of networks, of
     * clusters, of the host of a virtual machine, and of programs (FUSE). Other hosts have other
     * pages there, and locks and mappings are what the server or the program makes of them.
     */
    private static final List<String> UNSUITABLE =
            List.of(
                    ("9p afpfs afs beegfs ceph cifs coda davfs fakeowner fhgfs fuse gfs glusterfs"
                         + " gpfs grpcfuse hgfs kafs lustre macfuse ncp nfs ocfs2 orangefs osxfs"
                         + " osxfuse panfs prl_fs pvfs smb sshfs v9fs vboxsf virtiofs vmhgfs"
                         + " webdav")
                            .split(" "));

    private RegionFile() {}

    /** What lies at a path where a region may be. */
    enum Found {
        /** Nothing. */
        MISSING,
        /** An empty file, or one whose creator did not finish. */
        UNFINISHED,
        /** A whole region. */
        READY
    }

    /**
     * What the header line of a file says.
     *
     * @param found whether there is a region.
     * @param geometry its numbers; null unless READY.
     * @param nonce its nonce; null unless READY.
     */
    record Header(Found found, @Nullable RegionGeometry geometry, @Nullable Nonce nonce) {
        static final Header MISSING = new Header(Found.MISSING, null, null);
        static final Header UNFINISHED = new Header(Found.UNFINISHED, null, null);
    }

    /** Creates an empty file that only its owner, or whom the options name, may use. */
    static void createIfMissing(Path path, RegionOptions options) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path directory = path.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IOException("directory=" + directory + " is not there");
        }
        boolean posix = Files.getFileAttributeView(directory, PosixFileAttributeView.class) != null;
        FileAttribute<?>[] attributes =
                posix
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(options.permissions())
                        }
                        : new FileAttribute<?>[0];
        try {
            Uninterrupted.retry(
                    () -> {
                        FileChannel.open(path, NEW, attributes).close();
                        return null;
                    });
            KillPoint.at("file.create.made");
            completePermissions(path, options);
        } catch (FileAlreadyExistsException e) {
            // Somebody else was quicker, which is as good.
            return;
        }
    }

    /** Refuses a directory where not all processes of all hosts that see it map the same pages. */
    static void checkLocal(Path path) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        String type = directory == null ? "" : fileSystemOf(directory);
        if (!isSuitable(type)) {
            throw new IOException(
                    "directory="
                            + directory
                            + " is of type="
                            + type
                            + ": regions need a local file system, where all processes map the"
                            + " same pages");
        }
    }

    static boolean isSuitable(String fileSystem) {
        String type = fileSystem.toLowerCase(Locale.ROOT);
        return UNSUITABLE.stream().noneMatch(type::startsWith);
    }

    /** Empty where nobody can tell: without /proc, say, or under a changed root. */
    static String fileSystemOf(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException e) {
            return ""; // that it is missing is found out, and said, by who opens a file in it
        }
    }

    /**
     * Gives a file of ours the permissions that the umask took away when it was made. They are set
     * by path: setting them by way of a descriptor, as a view that follows no links does, ends with
     * closing it, and that drops every lock that this JVM has on the file.
     */
    static void completePermissions(Path path, RegionOptions options) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(
                        path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view != null
                && isOwn(path)
                && !view.readAttributes().permissions().equals(options.permissions())) {
            Files.setPosixFilePermissions(path, options.permissions());
        }
    }

    /** Refuses what is no plain file of ours. */
    static void checkTrusted(Path path, RegionOptions options) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new RegionFormatException(
                    "file="
                            + path
                            + ": expected a regular file, found "
                            + (attributes.isSymbolicLink() ? "a symbolic link" : "something else"));
        }
        if (!options.anyOwner() && !isOwn(path)) {
            throw new RegionFormatException(
                    "file="
                            + path
                            + ": expected a file of this user, found one of "
                            + Files.getOwner(path, LinkOption.NOFOLLOW_LINKS)
                            + "; RegionOptions.anyOwner(true) accepts it");
        }
    }

    private static boolean isOwn(Path path) throws IOException {
        try {
            Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            return self.equals(Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            String owner = Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).getName();
            return owner.endsWith(System.getProperty("user.name", ""));
        }
    }

    /** What tells a file from another one that later lies at the same path. */
    static Object identityOf(Path path) throws IOException {
        Object key =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .fileKey();
        return key == null ? path.toRealPath(LinkOption.NOFOLLOW_LINKS) : key;
    }

    static FileChannel openExisting(Path path) throws IOException {
        return Uninterrupted.call(() -> FileChannel.open(path, EXISTING));
    }

    /** Reads and checks the header line. A file that is not a region is refused untouched. */
    static Header readHeader(Path path, RegionOptions options) throws IOException {
        MappedBuffer start = new MappedBuffer(ByteBuffer.allocateDirect(START_BYTES));
        try {
            checkTrusted(path, options);
            long fileBytes = Uninterrupted.retry(() -> readStart(path, start));
            return fileBytes == 0 ? Header.UNFINISHED : parse(path, start, fileBytes);
        } catch (NoSuchFileException e) {
            return Header.MISSING;
        }
    }

    private static long readStart(Path path, MappedBuffer start) throws IOException {
        try (FileChannel channel = FileChannel.open(path, EXISTING)) {
            return readStart(channel, start);
        }
    }

    /**
     * Reads the first slot's state and then the header line. Nobody joins what is not READY: a
     * tenant that was there before INIT was read is damage, one that came later is not.
     *
     * @return the length of the file
     */
    static long readStart(SeekableByteChannel channel, MappedBuffer start) throws IOException {
        read(channel, FIRST_SLOT_STATE, Long.BYTES, start);
        int read = read(channel, 0, RegionLayout.HEADER_BYTES, start);
        // What was empty when it was read is empty, though its creator may have gone on since.
        return read == 0 ? 0 : channel.size();
    }

    private static int read(SeekableByteChannel channel, int from, int length, MappedBuffer to)
            throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        channel.position(from);
        while (target.hasRemaining() && channel.read(target) >= 0) {
            // Read on.
        }
        to.putBytes(from, target.array(), 0, target.position());
        return target.position();
    }

    private static Header parse(Path path, MappedBuffer line, long fileBytes) {
        expect(path, "magic", RegionLayout.MAGIC_VALUE, line.getLong(RegionLayout.MAGIC));
        int version = line.getInt(RegionLayout.VERSION);
        expect(path, "version", RegionLayout.FORMAT_VERSION, version);
        if (fileBytes < RegionLayout.HEADER_BYTES) {
            throw new RegionFormatException(
                    "file="
                            + path
                            + ": expected at least "
                            + RegionLayout.HEADER_BYTES
                            + " bytes, found "
                            + fileBytes);
        }
        int state = line.getInt(RegionLayout.STATE);
        if (state == RegionLayout.INIT) {
            // Nobody joins what is not READY, and the first one takes the first slot.
            expect(path, "participants of an unfinished region", 0, line.getLong(FIRST_SLOT_STATE));
            return Header.UNFINISHED;
        }
        expect(path, "state", RegionLayout.READY, state);
        long unknown = line.getLong(RegionLayout.FEATURES) & ~RegionLayout.KNOWN_FEATURES;
        expect(path, "unknown features", 0, unknown);
        expect(path, "checksum", checksum(line), line.getLong(RegionLayout.CHECKSUM));
        RegionGeometry geometry = geometry(path, line);
        expect(path, "participants", geometry.participants(), line, RegionLayout.PARTICIPANTS);
        expect(path, "directory", geometry.directory(), line, RegionLayout.DIRECTORY);
        expect(path, "openMasks", geometry.openMasks(), line, RegionLayout.OPEN_MASKS);
        expect(path, "heap", geometry.heap(), line, RegionLayout.HEAP);
        expect(path, "fileBytes", geometry.fileBytes(), line.getLong(RegionLayout.FILE_BYTES));
        expect(path, "file length", geometry.fileBytes(), fileBytes);
        Nonce nonce =
                new Nonce(
                        line.getLong(RegionLayout.NONCE_LOW),
                        line.getLong(RegionLayout.NONCE_HIGH));
        return new Header(Found.READY, geometry, nonce);
    }

    private static RegionGeometry geometry(Path path, MappedBuffer line) {
        int maxParticipants = line.getInt(RegionLayout.MAX_PARTICIPANTS);
        int maxObjects = line.getInt(RegionLayout.MAX_OBJECTS);
        long heapBytes = line.getLong(RegionLayout.HEAP_BYTES);
        try {
            return RegionOptions.checkedGeometry(maxParticipants, maxObjects, heapBytes);
        } catch (IllegalArgumentException e) {
            throw new RegionFormatException("file=" + path + ": " + e.getMessage());
        }
    }

    private static void expect(Path path, String field, int expected, MappedBuffer line, int at) {
        expect(path, field, expected, line.getInt(at));
    }

    private static void expect(Path path, String field, long expected, long found) {
        if (expected != found) {
            throw new RegionFormatException(
                    "file=" + path + ": expected " + field + "=" + expected + ", found " + found);
        }
    }

    private static long checksum(MappedBuffer line) {
        return Fnv.hash(line, RegionLayout.FEATURES, RegionLayout.CHECKSUM - RegionLayout.FEATURES);
    }

    /** Maps a whole region. The mapping lasts as long as anything refers to it. */
    static MappedByteBuffer map(Path path, long fileBytes) throws IOException {
        return Uninterrupted.retry(
                () -> {
                    try (FileChannel channel = FileChannel.open(path, EXISTING)) {
                        // Mapping more than there is would make the file longer: it may be another
                        // one than that whose header was read.
                        expect(path, "file length", fileBytes, channel.size());
                        return channel.map(MapMode.READ_WRITE, 0, fileBytes);
                    }
                });
    }

    /**
     * Fills an empty or unfinished file from scratch, up to but not including the state READY. The
     * caller holds the creation lock.
     */
    static MappedByteBuffer fill(Path path, RegionGeometry geometry, Nonce nonce)
            throws IOException {
        return Uninterrupted.retry(
                () -> {
                    try (FileChannel channel = FileChannel.open(path, EXISTING)) {
                        channel.truncate(0);
                        KillPoint.at("region.create.empty");
                        writeFully(channel, headerLine(geometry, nonce), 0);
                        KillPoint.at("region.create.header");
                        reserve(channel, RegionLayout.HEADER_BYTES, geometry.fileBytes());
                        KillPoint.at("region.create.reserved");
                        return channel.map(MapMode.READ_WRITE, 0, geometry.fileBytes());
                    }
                });
    }

    private static ByteBuffer headerLine(RegionGeometry geometry, Nonce nonce) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(RegionLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        MappedBuffer line = new MappedBuffer(bytes);
        line.putLong(RegionLayout.MAGIC, RegionLayout.MAGIC_VALUE);
        line.putInt(RegionLayout.VERSION, RegionLayout.FORMAT_VERSION);
        line.putInt(RegionLayout.STATE, RegionLayout.INIT);
        line.putLong(RegionLayout.FEATURES, RegionLayout.KNOWN_FEATURES);
        line.putLong(RegionLayout.FILE_BYTES, geometry.fileBytes());
        line.putLong(RegionLayout.NONCE_LOW, nonce.low());
        line.putLong(RegionLayout.NONCE_HIGH, nonce.high());
        line.putInt(RegionLayout.MAX_PARTICIPANTS, geometry.maxParticipants());
        line.putInt(RegionLayout.MAX_OBJECTS, geometry.maxObjects());
        line.putInt(RegionLayout.PARTICIPANTS, geometry.participants());
        line.putInt(RegionLayout.DIRECTORY, geometry.directory());
        line.putInt(RegionLayout.OPEN_MASKS, geometry.openMasks());
        line.putInt(RegionLayout.HEAP, geometry.heap());
        line.putLong(RegionLayout.HEAP_BYTES, geometry.heapBytes());
        line.putLong(RegionLayout.CHECKSUM, checksum(line));
        return bytes;
    }

    /** Writes zeros: a hole would be a fault, and a dead JVM, on the day the disk is full. */
    private static void reserve(FileChannel channel, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
        long position = from;
        while (position < to) {
            zeros.clear().limit((int) Math.min(ZEROS_BYTES, to - position));
            position += writeFully(channel, zeros, position);
        }
    }

    static int writeFully(FileChannel channel, ByteBuffer source, long position)
            throws IOException {
        int length = source.remaining();
        while (source.hasRemaining()) {
            channel.write(source, position + length - source.remaining());
        }
        return length;
    }
}
