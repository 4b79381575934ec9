package dev.shm.region;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The lock file beside a region file. The kernel drops a process's locks on its bytes when the
 * process has left user space for good, which is what tells the living from the dead.
 *
 * <pre>
 *  byte          locked by
 *  ------------  -----------------------------------------------------------------------
 *  0             whoever creates, opens, deletes or reclaims the region, while it does so
 *  64 + slot     the participant of that slot, while it lives
 *
 *  offset  size  content
 *  ------  ----  ----------------------------------------------------------------------
 *       0     8  magic
 *       8    16  the nonce of the region it belongs to; zero until there is one
 *      24     8  turns: how many have had byte 0
 *      32    32  who is creating the region: pid, start, PID namespace, boot; else zero
 * </pre>
 *
 * <p>POSIX drops <em>all</em> locks of a process on a file when the process closes <em>any</em>
 * descriptor of it. So a JVM has one channel for each lock file, counted across class loaders in a
 * system property, and closes it only when nobody in the JVM uses the file any more. Only {@link
 * FileChannel#tryLock()} is ever called on it with locks held: the blocking calls close the channel
 * of an interrupted thread. Should foreign code in the JVM close a descriptor all the same, a
 * participant is known by what its slot says of it, and who creates a region by what stands here:
 * the file must not be cut short under the mapping of somebody who lives.
 */
final class LockFile implements SlotLocks {
    private static final long MAGIC = 0x6B63_6F6C_2D6D_6873L; // "shm-lock", little-endian
    private static final int NONCE = 8;
    private static final int TURNS = 24; // which may be missing, as may what follows
    private static final int CREATOR = 32;
    private static final int BYTES = 64;
    private static final long CREATION = 0;
    private static final long SLOTS = 64;

    // Guarded by itself.
    private static final Map<Object, LockFile> OPEN = new HashMap<>();

    private final Path path;
    private final Object key;
    private final FileChannel channel;
    private int users = 1; // guarded by OPEN, as is the next
    private boolean pinned;

    private LockFile(Path path, Object key, FileChannel channel) {
        this.path = path;
        this.key = key;
        this.channel = channel;
    }

    /**
     * Opens the lock file, or creates it. Each call is paired with one of {@link #release}.
     *
     * @param path the lock file.
     * @param options who may own it, and the permissions a new one gets.
     */
    static LockFile acquire(Path path, RegionOptions options) throws IOException {
        while (true) {
            try {
                synchronized (OPEN) { // making it closes a descriptor: nobody may have locks on it
                    RegionFile.createIfMissing(path, options);
                    return acquireExisting(path, options);
                }
            } catch (NoSuchFileException deletedMeanwhile) {
                // It is made again. That the directory is missing is another exception.
            }
        }
    }

    /**
     * Opens the lock file. Each call is paired with one of {@link #release}.
     *
     * @param path the lock file.
     * @param options who may own it.
     * @throws NoSuchFileException when there is none.
     */
    static LockFile acquireExisting(Path path, RegionOptions options) throws IOException {
        synchronized (OPEN) {
            while (true) {
                RegionFile.checkTrusted(path, options);
                Object key = RegionFile.identityOf(path);
                LockFile known = OPEN.get(key);
                if (known != null) {
                    known.retain();
                    return known;
                }
                LockFile opened = openUnknown(path, key);
                if (opened != null) {
                    OPEN.put(key, opened);
                    return opened;
                }
            }
        }
    }

    /** Null when the path came to name another file meanwhile. */
    private static @Nullable LockFile openUnknown(Path path, Object key) throws IOException {
        countInJvm(key, 1); // first, so that from now on nobody closes this file
        boolean certain = false;
        try {
            FileChannel channel = RegionFile.openExisting(path);
            try {
                certain = key.equals(RegionFile.identityOf(path));
            } finally {
                if (!certain) {
                    pin(channel); // of which file nobody knows: it may be one that we have locks on
                }
            }
            return certain ? new LockFile(path, key, channel) : null;
        } finally {
            if (!certain) {
                countInJvm(key, -1);
            }
        }
    }

    /**
     * Keeps a channel open as long as the JVM runs, even when this class is unloaded. What nothing
     * refers to is closed by the garbage collector, and the locks of the JVM go with it.
     */
    private static void pin(FileChannel channel) {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(channel::isOpen));
        } catch (IllegalStateException shuttingDown) {
            return; // the locks end with the JVM
        }
    }

    /** Adds a user, for whom {@link #release} is called once more. */
    void retain() {
        synchronized (OPEN) {
            if (users++ == 0) {
                countInJvm(key, 1);
            }
        }
    }

    /** Lets go; the channel is closed when no region of this JVM uses the file. */
    void release() {
        synchronized (OPEN) {
            if (--users == 0) {
                closeUnlessUsedElsewhere();
            }
            if (!channel.isOpen()) {
                OPEN.remove(key);
            } else if (users == 0 && !pinned) {
                pinned = true;
                pin(channel);
            }
        }
    }

    /** Adds to the users of this file in this JVM, which may have loaded this class twice. */
    private static void countInJvm(Object key, int change) {
        System.getProperties().merge(property(key), Integer.toString(change), LockFile::sum);
    }

    /** Where another class loader uses the file too the channel stays, for our own next use. */
    private void closeUnlessUsedElsewhere() {
        // Closed inside the computation: another class loader that begins to use the file waits.
        System.getProperties()
                .computeIfPresent(
                        property(key),
                        (name, count) -> {
                            Object left = sum(count, "-1");
                            if (left == null) {
                                close();
                            }
                            return left;
                        });
    }

    private static @Nullable Object sum(Object count, Object change) {
        int sum = Integer.parseInt((String) count) + Integer.parseInt((String) change);
        return sum == 0 ? null : Integer.toString(sum);
    }

    private static String property(Object key) {
        return "dev.shm.lockfile." + key;
    }

    private void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("file=" + path + " could not be closed", e);
        }
    }

    /** Whether a path that named this file names another one now, or none. */
    boolean isReplacedAt(Path path) throws IOException {
        try {
            return !key.equals(RegionFile.identityOf(path));
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /**
     * The lock for creating, opening and deleting; null while somebody else has it, or is creating
     * the region and has lost the lock to foreign code.
     */
    @Nullable FileLock tryLockCreation() throws IOException {
        FileLock lock = tryLock(CREATION, 1);
        boolean ours = false;
        try {
            ours = lock != null && !isCreatedByAnother();
        } finally {
            if (lock != null && !ours) {
                unlock(lock);
            }
        }
        return ours ? lock : null;
    }

    /** Another JVM than ours, where the JDK knows who has the lock, whatever was closed. */
    private boolean isCreatedByAnother() throws IOException {
        ByteBuffer content = content();
        ProcessIdentity creator =
                new ProcessIdentity(
                        content.getLong(CREATOR),
                        content.getLong(CREATOR + Long.BYTES),
                        content.getLong(CREATOR + 2 * Long.BYTES),
                        content.getLong(CREATOR + 3 * Long.BYTES));
        return isBound(content)
                && creator.pid() != 0
                && !creator.equals(ProcessIdentity.self())
                && creator.isProvablyRunning();
    }

    @Override
    public @Nullable Held tryLockSlot(int slot) {
        FileLock lock = tryLock(SLOTS + slot, 1);
        return lock == null ? null : () -> unlock(lock);
    }

    /** Whether any slot has a living tenant, or somebody who probes. */
    boolean hasParticipants() {
        FileLock all = tryLock(SLOTS, ParticipantLayout.MAX_SLOTS);
        if (all != null) {
            unlock(all);
        }
        return all == null;
    }

    private @Nullable FileLock tryLock(long position, long size) {
        try {
            return channel.tryLock(position, size, false);
        } catch (OverlappingFileLockException heldInThisJvm) {
            return null;
        } catch (ClosedChannelException e) {
            return null; // the region was closed meanwhile, and who asks will notice
        } catch (IOException e) {
            throw new UncheckedIOException("file=" + path + " byte=" + position, e);
        }
    }

    static void unlock(FileLock lock) {
        try {
            lock.release();
        } catch (ClosedChannelException e) {
            return; // which has released it
        } catch (IOException e) {
            throw new UncheckedIOException("byte=" + lock.position() + " could not be unlocked", e);
        }
    }

    /** The nonce of the region that this file belongs to; null while it belongs to none. */
    @Nullable Nonce nonce() throws IOException {
        ByteBuffer content = content();
        if (content.position() != 0 && !isBound(content)) {
            throw new RegionFormatException(
                    "file=" + path + ": expected the lock file of a region, found something else");
        }
        Nonce nonce = new Nonce(content.getLong(NONCE), content.getLong(NONCE + Long.BYTES));
        return nonce.isZero() ? null : nonce;
    }

    void writeNonce(Nonce nonce) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(TURNS).order(ByteOrder.LITTLE_ENDIAN);
        content.putLong(MAGIC).putLong(nonce.low()).putLong(nonce.high()).flip();
        Uninterrupted.call(() -> RegionFile.writeFully(channel, content, 0));
    }

    /** Says that we, who have the creation lock, are creating the region; until our turn ends. */
    void nameCreator() throws IOException {
        ByteBuffer content = content();
        ProcessIdentity self = ProcessIdentity.self();
        content.clear().putLong(0, MAGIC);
        content.position(CREATOR);
        content.putLong(self.pid()).putLong(self.startTicks());
        content.putLong(self.pidNamespace()).putLong(self.boot()).flip();
        Uninterrupted.call(() -> RegionFile.writeFully(channel, content, 0));
    }

    /** How many have had the creation lock and done what they wanted; tells whether it goes on. */
    long turns() throws IOException {
        return content().getLong(TURNS);
    }

    /**
     * Ends a turn of ours, who has the creation lock; not in a file that is no region's.
     *
     * @param counts whether what was wanted was done.
     */
    void endTurn(boolean counts) throws IOException {
        ByteBuffer content = content();
        if (isBound(content)) {
            ByteBuffer turns = ByteBuffer.allocate(BYTES - TURNS).order(ByteOrder.LITTLE_ENDIAN);
            long before = content.getLong(TURNS);
            turns.putLong(0, counts ? before + 1 : before); // and zeros: nobody is creating it
            Uninterrupted.call(() -> RegionFile.writeFully(channel, turns, TURNS));
        }
    }

    /** What stands in the file, up to the buffer's position; zero after that. */
    private ByteBuffer content() throws IOException {
        ByteBuffer content = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        Uninterrupted.call(() -> channel.read(content, 0));
        return content;
    }

    private static boolean isBound(ByteBuffer content) {
        return content.position() >= TURNS && content.getLong(0) == MAGIC;
    }

    @Override
    public String toString() {
        return "LockFile[path=" + path + ", users=" + users + "]";
    }
}
