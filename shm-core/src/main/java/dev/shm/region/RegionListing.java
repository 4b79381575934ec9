package dev.shm.region;

import dev.shm.memory.MappedBuffer;
import dev.shm.wait.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at the regions of a directory from outside, without joining or changing them. */
final class RegionListing {
    private static final String LOCK_SUFFIX = RegionOptions.SUFFIX + RegionOptions.LOCK_SUFFIX;

    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private RegionListing() {}

    static List<RegionInfo> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(RegionListing::regionName)
                    .filter(RegionOptions.NAME.asMatchPredicate())
                    .distinct()
                    .sorted()
                    .map(name -> look(directory.resolve(name + RegionOptions.SUFFIX)))
                    .filter(Objects::nonNull)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("directory=" + directory, e);
        }
    }

    /** The name of the region that a file belongs to; empty when to none. */
    private static String regionName(Path file) {
        String name = String.valueOf(file.getFileName());
        for (String suffix : List.of(LOCK_SUFFIX, RegionOptions.SUFFIX)) {
            if (name.endsWith(suffix)) {
                return name.substring(0, name.length() - suffix.length());
            }
        }
        return "";
    }

    /** Null when it was deleted just now. */
    private static @Nullable RegionInfo look(Path path) {
        RegionOptions options = RegionOptions.at(path).anyOwner(true);
        long bytes = 0;
        try {
            bytes = sizeOf(path);
            RegionFile.Header header = RegionFile.readHeader(path, options);
            if (Files.exists(options.lockPath(), LinkOption.NOFOLLOW_LINKS)) {
                return look(options, bytes, header);
            }
            return header.found() == RegionFile.Found.MISSING
                    ? null
                    : new RegionInfo(
                            options.name(),
                            path,
                            bytes,
                            List.of(),
                            "its lock file is missing",
                            header.found() == RegionFile.Found.UNFINISHED);
        } catch (NoSuchFileException e) {
            return null;
        } catch (RegionFormatException | UncheckedIOException | IOException e) {
            return new RegionInfo(options.name(), path, bytes, List.of(), e.toString(), false);
        }
    }

    /** Of the file itself, were it a symbolic link; 0 when there is none. */
    private static long sizeOf(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .size();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static @Nullable RegionInfo look(
            RegionOptions options, long bytes, RegionFile.Header header) throws IOException {
        LockFile lockFile = LockFile.acquireExisting(options.lockPath(), options);
        try {
            Nonce bound = lockFile.nonce();
            if (header.found() != RegionFile.Found.READY) {
                return lookAtRemains(options, lockFile);
            }
            RegionOpener.checkNonce(options, header, bound);
            List<Long> pids = livingPids(options, header, lockFile, lookAgain());
            return new RegionInfo(
                    options.name(), options.path(), bytes, pids, null, pids.isEmpty());
        } finally {
            lockFile.release();
        }
    }

    /** What is no region: somebody is just making or deleting it, or died at that. */
    private static @Nullable RegionInfo lookAtRemains(RegionOptions options, LockFile lockFile)
            throws IOException {
        FileLock creation = lockFile.tryLockCreation();
        try {
            long bytes = sizeOf(options.path());
            RegionFile.Header header = RegionFile.readHeader(options.path(), options);
            if (lockFile.isReplacedAt(options.lockPath())) {
                return null;
            }
            if (creation == null || header.found() == RegionFile.Found.READY) {
                return new RegionInfo(
                        options.name(),
                        options.path(),
                        bytes,
                        List.of(),
                        "a process is just creating or deleting it",
                        false);
            }
            boolean unused = !lockFile.hasParticipants();
            return new RegionInfo(
                    options.name(), options.path(), bytes, List.of(), problem(header), unused);
        } finally {
            if (creation != null) {
                LockFile.unlock(creation);
            }
        }
    }

    private static String problem(RegionFile.Header header) {
        return header.found() == RegionFile.Found.MISSING
                ? "only its lock file is left"
                : "its creation was not finished";
    }

    /** How long to look again at a byte that is locked: somebody may be just probing. */
    static Deadline lookAgain() {
        return Deadline.after(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * The processes that have a region open: what their slots say, checked against the kernel.
     *
     * @param patience how long to look again at those who are not seen to run.
     */
    static List<Long> livingPids(
            RegionOptions options, RegionFile.Header header, LockFile lockFile, Deadline patience)
            throws IOException {
        RegionGeometry geometry = header.geometry();
        if (geometry == null) {
            return List.of();
        }
        ParticipantTable table =
                new ParticipantTable(
                        new MappedBuffer(RegionFile.map(options.path(), geometry.fileBytes())),
                        geometry);
        List<Long> pids = new ArrayList<>();
        for (int slot = 0; slot < table.slots(); slot++) {
            if (ParticipantLayout.status(table.state(slot)) == ParticipantLayout.ACTIVE
                    && isAlive(table, slot, lockFile, patience)) {
                pids.add(table.identity(slot).pid());
            }
        }
        return pids;
    }

    private static boolean isAlive(
            ParticipantTable table, int slot, SlotLocks locks, Deadline patience) {
        while (true) {
            SlotLocks.Held slotLock = locks.tryLockSlot(slot);
            boolean runs;
            try {
                runs = table.identity(slot).isProvablyRunning();
            } finally {
                if (slotLock != null) {
                    slotLock.unlock();
                }
            }
            if (runs || slotLock != null || patience.isExpired()) {
                return runs || slotLock == null;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
