package dev.shm.region;

import dev.shm.memory.KillPoint;
import dev.shm.memory.MappedBuffer;
import dev.shm.wait.Deadline;
import dev.shm.wait.Waiter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/** Brings region files into being, opens them, and takes them away. */
final class RegionOpener {
    /*
     * Overview.
     *
     * Creating, opening, deleting and reclaiming exclude each other by byte 0 of the lock file. The lock
     * file is made before the region file and deleted after it, and whoever has locked it looks whether
     * the path still names it; if not, he begins anew with the new one.
     *
     *   create   our name into the lock file; region file, empty; filled, state INIT; nonce into the
     *            lock file; state READY; join; our name out of the lock file
     *   open     check the header; compare the nonces; map; join
     *   delete   delete the region file, then the lock file
     *
     * Killed in create: the next one finds the file empty or INIT and, having byte 0, knows that its
     * creator is dead: it fills it from scratch. A creator that lives may have lost byte 0, if foreign
     * code of its process closed the lock file: its name keeps the others away then, but in the
     * moment between the lock and the name. Killed in delete: a lock file whose nonce belongs to a
     * region that is gone; the next creator replaces it, so that participants of the old region, should
     * any live on, never share lock bytes with those of the new one.
     */

    // How a process waits for another one that has byte 0: mostly microseconds, seconds when a
    // large file is made. The kernel has no queue for us: each look is a chance. So whoever has
    // waited long looks as often as whoever has just come, at about 1 % of a core, or those who
    // come and go without a pause would always be first.
    private static final long SPINS = 10;
    private static final long YIELDS = 10;
    private static final long MIN_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long MAX_PARK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final int PAGE_BYTES = 4096;

    private RegionOpener() {}

    /** What the caller wants. */
    enum Wanted {
        /** A region that is not there yet. */
        NEW,
        /** A region that is there. */
        EXISTING,
        /** Either. */
        ANY,
        /** No region: what is there is to be deleted. */
        GONE,
        /** The same, unless somebody uses it. */
        GONE_IF_UNUSED
    }

    /** A file that is mapped and not yet joined. */
    record Opened(
            RegionOptions options,
            LockFile lockFile,
            Object identity,
            MappedBuffer memory,
            RegionGeometry geometry,
            boolean created) {}

    /** What is done with a region while nobody else creates, opens or deletes it. */
    private interface Exclusive<T> {
        /** Null to begin anew with another lock file. */
        @Nullable T run(LockFile lockFile) throws IOException;
    }

    static SharedRegion open(RegionOptions options, Wanted wanted) {
        if (wanted != Wanted.EXISTING) {
            options.geometry(); // a bad size must not leave files behind
        }
        Waiter waiter = Waiter.system(); // nor must a bad -Dshm.wait
        ObjectTypes.check(); // nor a class path on which nothing can be swept
        try {
            RegionFile.checkLocal(options.path());
            return exclusively(
                    options,
                    wanted,
                    lockFile -> {
                        Opened opened = openLocked(options, wanted, lockFile);
                        return opened == null ? null : join(opened, waiter);
                    });
        } catch (IOException e) {
            throw failure(options, e);
        }
    }

    /** Joins; if that fails, what was created for it is taken away: nobody else has seen it. */
    private static SharedRegion join(Opened opened, Waiter waiter) throws IOException {
        boolean joined = false;
        try {
            SharedRegion region = SharedRegion.joined(opened, waiter);
            opened.lockFile().retain();
            joined = true;
            return region;
        } finally {
            if (!joined && opened.created()) {
                Files.deleteIfExists(opened.options().path());
                Files.deleteIfExists(opened.options().lockPath());
            }
        }
    }

    private static UncheckedIOException failure(RegionOptions options, IOException e) {
        return new UncheckedIOException(
                "region=" + options.name() + " file=" + options.path() + ": " + describe(e), e);
    }

    private static String describe(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such region";
        }
        if (e instanceof AccessDeniedException) {
            return e.getMessage() + ": permission denied"; // the message is the file
        }
        return e instanceof FileAlreadyExistsException
                ? "there is such a region already"
                : String.valueOf(e.getMessage());
    }

    private static <T> T exclusively(RegionOptions options, Wanted wanted, Exclusive<T> action)
            throws IOException {
        Deadline deadline = Deadline.after(options.waitNanos(), TimeUnit.NANOSECONDS);
        while (true) {
            LockFile lockFile = lockFile(options, wanted);
            T result = lockFile == null ? null : exclusively(options, lockFile, action);
            if (result != null) {
                return result;
            }
            if (deadline.isExpired()) {
                throw stuck(options, "has come first again and again");
            }
        }
    }

    private static <T> @Nullable T exclusively(
            RegionOptions options, LockFile lockFile, Exclusive<T> action) throws IOException {
        try {
            FileLock creation = awaitCreationLock(options, lockFile);
            return creation == null ? null : takeTurn(lockFile, creation, action);
        } finally {
            lockFile.release();
        }
    }

    private static <T> @Nullable T takeTurn(
            LockFile lockFile, FileLock creation, Exclusive<T> action) throws IOException {
        boolean done = false;
        try {
            T result = action.run(lockFile);
            done = true;
            return result;
        } finally {
            try {
                lockFile.endTurn(done);
            } finally {
                LockFile.unlock(creation);
            }
        }
    }

    /** Null to look again: the lock file was just deleted. */
    private static @Nullable LockFile lockFile(RegionOptions options, Wanted wanted)
            throws IOException {
        // Looks before it makes a lock file: nothing is left beside a file that is refused.
        RegionFile.Header header = RegionFile.readHeader(options.path(), options);
        if (!Files.exists(options.lockPath(), LinkOption.NOFOLLOW_LINKS)) {
            checkUnlocked(options, wanted, header);
        }
        if (wanted == Wanted.EXISTING) {
            try {
                return LockFile.acquireExisting(options.lockPath(), options);
            } catch (NoSuchFileException deletedMeanwhile) {
                return null;
            }
        }
        return LockFile.acquire(options.lockPath(), options);
    }

    /** Refuses what nothing can be done with, as long as there is no lock file beside it. */
    private static void checkUnlocked(
            RegionOptions options, Wanted wanted, RegionFile.Header header) throws IOException {
        Path path = options.path();
        RegionFile.Found found = header.found();
        boolean creates = wanted == Wanted.NEW || wanted == Wanted.ANY;
        boolean nothing =
                found == RegionFile.Found.MISSING
                        || found == RegionFile.Found.UNFINISHED && wanted == Wanted.EXISTING;
        if (nothing && !creates) {
            throw new NoSuchFileException(path.toString());
        }
        // The lock file is made first and deleted last. So it is lost, and not coming or going, if
        // the same region was there before it was looked for and is there now.
        Nonce nonce = header.nonce();
        if (wanted == Wanted.GONE
                || nonce == null
                || !nonce.equals(RegionFile.readHeader(path, options).nonce())) {
            return;
        }
        if (wanted == Wanted.NEW) {
            throw new FileAlreadyExistsException(path.toString());
        }
        throw new RegionFormatException(
                "file="
                        + path
                        + ": its lock file "
                        + options.lockPath()
                        + " is missing; delete the region once no process uses it");
    }

    /** Null when the lock file was deleted or replaced while we waited. */
    private static @Nullable FileLock awaitCreationLock(RegionOptions options, LockFile lockFile)
            throws IOException {
        Patience patience = new Patience(options.waitNanos(), lockFile::turns);
        IdleStrategy idle = new BackoffIdleStrategy(SPINS, YIELDS, MIN_PARK_NANOS, MAX_PARK_NANOS);
        while (true) {
            FileLock creation = lockFile.tryLockCreation();
            boolean replaced = true;
            try {
                replaced = lockFile.isReplacedAt(options.lockPath());
            } finally {
                if (replaced && creation != null) {
                    LockFile.unlock(creation);
                }
            }
            if (replaced) {
                return null;
            }
            if (creation != null) {
                return creation;
            }
            if (patience.isOver()) {
                throw stuck(options, "lives and does not go on");
            }
            idle.idle();
        }
    }

    private static IllegalStateException stuck(RegionOptions options, String because) {
        return new IllegalStateException(
                "region="
                        + options.name()
                        + ": another process that is creating, opening or deleting it "
                        + because);
    }

    private static @Nullable Opened openLocked(
            RegionOptions options, Wanted wanted, LockFile lockFile) throws IOException {
        Path path = options.path();
        RegionFile.Header header = RegionFile.readHeader(path, options);
        RegionGeometry geometry = header.geometry();
        Nonce bound = lockFile.nonce();
        if (geometry != null) {
            if (wanted == Wanted.NEW) {
                throw new FileAlreadyExistsException(path.toString());
            }
            checkNonce(options, header, bound);
            MappedBuffer memory = new MappedBuffer(RegionFile.map(path, geometry.fileBytes()));
            return opened(options, lockFile, memory, geometry, false);
        }
        if (wanted == Wanted.EXISTING) {
            throw new NoSuchFileException(path.toString());
        }
        if (header.found() == RegionFile.Found.MISSING && bound != null) {
            Files.delete(options.lockPath()); // of a region that somebody deleted by hand
            return null;
        }
        return create(options, lockFile);
    }

    /** Without its own lock file nobody can tell who uses a region. */
    static void checkNonce(RegionOptions options, RegionFile.Header header, @Nullable Nonce bound) {
        if (header.nonce() == null || !header.nonce().equals(bound)) {
            throw new RegionFormatException(
                    "file="
                            + options.path()
                            + ": expected a lock file with nonce="
                            + header.nonce()
                            + " at "
                            + options.lockPath()
                            + ", found nonce="
                            + bound
                            + "; delete the region once no process uses it");
        }
    }

    private static Opened create(RegionOptions options, LockFile lockFile) throws IOException {
        Path path = options.path();
        RegionGeometry geometry = options.geometry();
        if (lockFile.hasParticipants()) {
            throw new RegionFormatException(
                    "file=" + path + ": says that it is unfinished, and yet is in use");
        }
        KillPoint.at("region.create.locked");
        try {
            lockFile.nameCreator();
            RegionFile.createIfMissing(path, options);
            // Whoever made these two files may have been killed before he did this.
            RegionFile.completePermissions(path, options);
            RegionFile.completePermissions(options.lockPath(), options);
            KillPoint.at("region.create.file");
            Nonce nonce = Nonce.random();
            MappedBuffer memory = new MappedBuffer(RegionFile.fill(path, geometry, nonce));
            lockFile.writeNonce(nonce);
            KillPoint.at("region.create.nonce");
            Opened opened = opened(options, lockFile, memory, geometry, true);
            memory.putIntVolatile(RegionLayout.STATE, RegionLayout.READY);
            KillPoint.at("region.create.ready");
            return opened;
        } catch (IOException e) {
            Files.deleteIfExists(path); // a disk that is full should not stay so for our sake
            Files.deleteIfExists(options.lockPath());
            throw e;
        }
    }

    private static Opened opened(
            RegionOptions options,
            LockFile lockFile,
            MappedBuffer memory,
            RegionGeometry geometry,
            boolean created)
            throws IOException {
        if (options.pretouch()) {
            for (int page = 0; page < memory.capacity(); page += PAGE_BYTES) {
                memory.getIntVolatile(page); // a plain read that nobody uses need not be made
            }
        }
        return new Opened(
                options,
                lockFile,
                RegionFile.identityOf(options.path()),
                memory,
                geometry,
                created);
    }

    /**
     * Deletes a region.
     *
     * @param onlyUnused refuse when a living participant has it open.
     */
    static void delete(RegionOptions options, boolean onlyUnused) {
        try {
            exclusively(
                    options,
                    onlyUnused ? Wanted.GONE_IF_UNUSED : Wanted.GONE,
                    lockFile -> {
                        deleteLocked(options, onlyUnused, lockFile);
                        return Boolean.TRUE;
                    });
        } catch (IOException e) {
            throw failure(options, e);
        }
    }

    private static void deleteLocked(RegionOptions options, boolean onlyUnused, LockFile lockFile)
            throws IOException {
        RegionFile.Header header = RegionFile.readHeader(options.path(), options);
        Nonce bound = lockFile.nonce(); // refuses what is no lock file
        if (onlyUnused && header.geometry() != null) {
            checkNonce(options, header, bound);
            List<Long> pids =
                    RegionListing.livingPids(options, header, lockFile, RegionListing.lookAgain());
            if (!pids.isEmpty()) {
                throw new IllegalStateException(
                        "region=" + options.name() + ": in use by the processes with pids=" + pids);
            }
        }
        if (onlyUnused && header.geometry() == null && lockFile.hasParticipants()) {
            throw new IllegalStateException(
                    "region=" + options.name() + ": says that it is unfinished, and yet is in use");
        }
        KillPoint.at("region.delete.locked");
        Files.deleteIfExists(options.path());
        KillPoint.at("region.delete.file");
        Files.deleteIfExists(options.lockPath());
        KillPoint.at("region.delete.lock");
    }
}
