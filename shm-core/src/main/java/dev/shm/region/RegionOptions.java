package dev.shm.region;

import dev.shm.memory.CacheLine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Where a region's file is and how it is made.
 *
 * <pre>{@code
 * RegionOptions options = RegionOptions.named("orders").bytes(1 << 20).maxParticipants(16);
 * SharedRegion region = SharedRegion.openOrCreate(options);
 * }</pre>
 *
 * <p>Options are values: each method returns new ones. Sizes count when the region is created; who
 * opens an existing region takes it as it is.
 */
public final class RegionOptions {
    /** What the names of regions and of objects look like. */
    static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    static final String SUFFIX = ".shm";
    static final String LOCK_SUFFIX = ".lock";

    private static final int DEFAULT_PARTICIPANTS = 128;
    private static final int DEFAULT_OBJECTS = 256;
    private static final long DEFAULT_WAIT_SECONDS = 10;

    private final Path path;
    private long bytes;
    private int maxParticipants = DEFAULT_PARTICIPANTS;
    private int maxObjects = DEFAULT_OBJECTS;
    private Set<PosixFilePermission> permissions = PosixFilePermissions.fromString("rw-------");
    private boolean pretouch;
    private boolean anyOwner;
    private long waitNanos = TimeUnit.SECONDS.toNanos(DEFAULT_WAIT_SECONDS);

    private RegionOptions(Path path) {
        this.path = path;
    }

    private RegionOptions(RegionOptions other) {
        this.path = other.path;
        this.bytes = other.bytes;
        this.maxParticipants = other.maxParticipants;
        this.maxObjects = other.maxObjects;
        this.permissions = other.permissions;
        this.pretouch = other.pretouch;
        this.anyOwner = other.anyOwner;
        this.waitNanos = other.waitNanos;
    }

    /**
     * A region by name, in the directory of regions: {@code -Dshm.dir}, else {@code $SHM_DIR}, else
     * {@code /dev/shm} where there is one, else the directory for temporary files.
     *
     * @param name {@code [A-Za-z0-9][A-Za-z0-9._-]{0,62}}.
     * @return options with defaults: 128 participants, 256 objects, permissions {@code rw-------}.
     */
    public static RegionOptions named(String name) {
        return new RegionOptions(directory().resolve(checkName(name) + SUFFIX));
    }

    /**
     * A region in a file of one's own choice.
     *
     * @param path the file; its directory must exist, and a second file with {@code .lock} appended
     *     to its name is made beside it. Nothing may open that one as a region, under this name or
     *     as a hard link of another: closing it again would drop all locks that this process has.
     * @return options with defaults.
     * @throws IllegalArgumentException when the name ends in {@code .lock}.
     */
    public static RegionOptions at(Path path) {
        if (String.valueOf(path.getFileName()).endsWith(LOCK_SUFFIX)) {
            throw new IllegalArgumentException(
                    "path="
                            + path
                            + ": must not end in "
                            + LOCK_SUFFIX
                            + ", as the lock files of regions do");
        }
        return new RegionOptions(path.toAbsolutePath());
    }

    /**
     * Sets what is usable for objects; the tables come on top. Each object takes whole lines of 128
     * bytes.
     *
     * @param bytes 1 to about 2 GiB.
     * @return new options.
     */
    public RegionOptions bytes(long bytes) {
        RegionOptions copy = new RegionOptions(this);
        copy.bytes = bytes;
        copy.geometry();
        return copy;
    }

    /**
     * Sets how many attachments there may be at once.
     *
     * @param maxParticipants 1 to 4095.
     * @return new options.
     */
    public RegionOptions maxParticipants(int maxParticipants) {
        RegionOptions copy = new RegionOptions(this);
        copy.maxParticipants = maxParticipants;
        checkedGeometry(maxParticipants, maxObjects, CacheLine.BYTES);
        return copy;
    }

    /**
     * Sets how many named objects there may be at once.
     *
     * @param maxObjects 1 to 65536.
     * @return new options.
     */
    public RegionOptions maxObjects(int maxObjects) {
        RegionOptions copy = new RegionOptions(this);
        copy.maxObjects = maxObjects;
        checkedGeometry(maxParticipants, maxObjects, CacheLine.BYTES);
        return copy;
    }

    /**
     * Sets who may use the files.
     *
     * @param permissions such as {@code rw-rw----}; whoever opens a region needs to read and write.
     * @return new options.
     */
    public RegionOptions permissions(String permissions) {
        RegionOptions copy = new RegionOptions(this);
        copy.permissions = Set.copyOf(PosixFilePermissions.fromString(permissions));
        return copy;
    }

    /**
     * Sets whether opening touches every page, so that no later access has to wait for one.
     *
     * @param pretouch false by default.
     * @return new options.
     */
    public RegionOptions pretouch(boolean pretouch) {
        RegionOptions copy = new RegionOptions(this);
        copy.pretouch = pretouch;
        return copy;
    }

    /**
     * Sets whether files of other users are accepted. Whoever owns a file can cut it short, and
     * every process that has it mapped then fails on its next access.
     *
     * @param anyOwner false by default.
     * @return new options.
     */
    public RegionOptions anyOwner(boolean anyOwner) {
        RegionOptions copy = new RegionOptions(this);
        copy.anyOwner = anyOwner;
        return copy;
    }

    /**
     * Sets how long opening a region, or an object in it, waits for a living process that is just
     * creating or deleting one, and writing a struct for one that is just writing it. Only a
     * stopped process takes that long; it is never taken for dead.
     *
     * @param timeout more than 0; 10 seconds by default.
     * @param unit the unit of the timeout.
     * @return new options.
     */
    public RegionOptions maxWait(long timeout, TimeUnit unit) {
        if (timeout <= 0) {
            throw new IllegalArgumentException("timeout=" + timeout + ": must be more than 0");
        }
        RegionOptions copy = new RegionOptions(this);
        copy.waitNanos = unit.toNanos(timeout);
        return copy;
    }

    /**
     * Returns the region's file.
     *
     * @return an absolute path.
     */
    public Path path() {
        return path;
    }

    Path lockPath() {
        return path.resolveSibling(path.getFileName() + LOCK_SUFFIX);
    }

    /** The region's name: what comes before the suffix. */
    String name() {
        String file = String.valueOf(path.getFileName());
        return file.endsWith(SUFFIX) ? file.substring(0, file.length() - SUFFIX.length()) : file;
    }

    Set<PosixFilePermission> permissions() {
        return permissions;
    }

    boolean pretouch() {
        return pretouch;
    }

    boolean anyOwner() {
        return anyOwner;
    }

    long waitNanos() {
        return waitNanos;
    }

    /** The geometry of a region made with these options. */
    RegionGeometry geometry() {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be at least 1");
        }
        if (bytes > RegionGeometry.MAX_FILE_BYTES) {
            throw tooLarge(bytes);
        }
        return checkedGeometry(maxParticipants, maxObjects, CacheLine.align(bytes));
    }

    static RegionGeometry checkedGeometry(int maxParticipants, int maxObjects, long heapBytes) {
        if (maxParticipants < 1 || maxParticipants > ParticipantLayout.MAX_SLOTS) {
            throw new IllegalArgumentException(
                    "maxParticipants="
                            + maxParticipants
                            + ": must be 1 to "
                            + ParticipantLayout.MAX_SLOTS);
        }
        if (maxObjects < 1 || maxObjects > RegionGeometry.MAX_OBJECTS) {
            throw new IllegalArgumentException(
                    "maxObjects=" + maxObjects + ": must be 1 to " + RegionGeometry.MAX_OBJECTS);
        }
        if (heapBytes < CacheLine.BYTES || heapBytes % CacheLine.BYTES != 0) {
            throw new IllegalArgumentException(
                    "heapBytes=" + heapBytes + ": must be a multiple of " + CacheLine.BYTES);
        }
        RegionGeometry geometry = new RegionGeometry(maxParticipants, maxObjects, heapBytes);
        if (heapBytes > RegionGeometry.MAX_FILE_BYTES
                || geometry.fileBytes() > RegionGeometry.MAX_FILE_BYTES) {
            throw tooLarge(heapBytes);
        }
        return geometry;
    }

    private static IllegalArgumentException tooLarge(long bytes) {
        return new IllegalArgumentException(
                "bytes="
                        + bytes
                        + ": a region's file, tables included, is at most "
                        + RegionGeometry.MAX_FILE_BYTES
                        + " bytes");
    }

    static String checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name=" + name + ": must match " + NAME.pattern());
        }
        return name;
    }

    /** The directory of regions that are found by name. */
    static Path directory() {
        String[] configured = {System.getProperty("shm.dir"), System.getenv("SHM_DIR")};
        for (String directory : configured) {
            if (directory != null && !directory.isEmpty()) {
                return Path.of(directory).toAbsolutePath();
            }
        }
        Path shm = Path.of("/dev/shm");
        return Files.isDirectory(shm) && Files.isWritable(shm)
                ? shm
                : Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    }

    @Override
    public String toString() {
        return "RegionOptions[path="
                + path
                + ", bytes="
                + bytes
                + ", maxParticipants="
                + maxParticipants
                + ", maxObjects="
                + maxObjects
                + "]";
    }
}
