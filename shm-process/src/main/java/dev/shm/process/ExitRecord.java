package dev.shm.process;

import static dev.shm.process.ProcessLayout.BYTES;
import static dev.shm.process.ProcessLayout.EXITING;
import static dev.shm.process.ProcessLayout.PID;
import static dev.shm.process.ProcessLayout.RUNNING;
import static dev.shm.process.ProcessLayout.STAGE;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.RegionFormatException;
import dev.shm.region.SharedRegion;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a child notes in the region, so that its parent can tell how it ended: whoever is killed
 * runs no exit hooks.
 *
 * <p><b>Threads and processes.</b> The child writes, its parent reads after it has ended.
 *
 * <p><b>If a process dies.</b> If it is the child, that is what the record is for. If it is the
 * parent, the record stays in the region until another one is made there; a child that comes up
 * after that does without it.
 */
final class ExitRecord {
    private static final int SIGNALLED = 128; // and the signal's number, as in a shell
    private static final int HANGUP = 1;
    private static final int INTERRUPT = 2;
    private static final int TERMINATE = 15;
    private static final int KILL = 9;

    private static final String PREFIX = "process-"; // and the parent's tag, and what is unique
    private static final Pattern NAME = Pattern.compile(PREFIX + "(\\d{1,10})-.*");

    private final Block block;

    private ExitRecord(Block block) {
        this.block = block;
        int bytes = block.buffer().capacity();
        if (bytes != BYTES) {
            block.close();
            throw new RegionFormatException(
                    "object=" + block.name() + " bytes=" + bytes + ", expected: " + BYTES);
        }
    }

    /** A new one; those whose parents are dead are removed from the region. */
    static ExitRecord create(SharedRegion region) {
        region.names().stream()
                .filter(object -> isOrphan(region, object))
                .forEach(object -> removeOrphan(region, object));
        String name = PREFIX + region.self().id() + "-" + UUID.randomUUID();
        ObjectSpec spec = new ObjectSpec(SharedProcessType.INSTANCE, 0, 0, BYTES, "", memory -> {});
        return new ExitRecord(region.attach(name, spec, AttachMode.CREATE));
    }

    private static boolean isOrphan(SharedRegion region, String object) {
        Matcher matcher = NAME.matcher(object);
        long parent = matcher.matches() ? Long.parseLong(matcher.group(1)) : Long.MAX_VALUE;
        return parent <= Integer.MAX_VALUE && region.isDead((int) parent);
    }

    private static void removeOrphan(SharedRegion region, String object) {
        try {
            open(region, object).remove();
        } catch (IllegalArgumentException | NoSuchElementException | RegionFormatException e) {
            // It is something of a user's, or gone meanwhile.
        }
    }

    String name() {
        return block.name();
    }

    private static ExitRecord open(SharedRegion region, String name) {
        return new ExitRecord(region.attach(name, SharedProcessType.INSTANCE));
    }

    /** Notes in what the parent has made that the child runs; later, that it exits. */
    static void begin(SharedRegion region, String name) {
        try {
            open(region, name).begin();
        } catch (NoSuchElementException e) {
            if (!isOrphan(region, name)) {
                throw e; // this is another region than the parent's
            }
            // It was taken away, as the parent is dead: nobody would read it.
        }
    }

    private void begin() {
        block.buffer().putIntRelease(PID, (int) ProcessHandle.current().pid());
        block.buffer().putIntRelease(STAGE, RUNNING);
        Runtime.getRuntime().addShutdownHook(new Thread(this::exiting, "shm-exit"));
    }

    private void exiting() {
        try {
            block.buffer().putIntRelease(STAGE, EXITING);
        } catch (IllegalStateException regionClosed) {
            // The task has closed its region: an exit code above 128 will read as a signal.
        }
    }

    /**
     * How the child ended, told from its exit status.
     *
     * @param killed whether its parent has killed it while it ran. Its exit hooks may have run
     *     then, as they do after {@code exit(137)}.
     * @return its exit code, or the negative number of the signal that killed it.
     */
    int exitCode(int status, boolean killed) {
        int signal = status - SIGNALLED;
        boolean isSignal = isOrderly(signal) || killed && signal == KILL || !ranHooks();
        return signal > 0 && isSignal ? -signal : status;
    }

    /** Whether a JVM runs its exit hooks when it gets this signal. */
    private static boolean isOrderly(int signal) {
        return signal == HANGUP || signal == INTERRUPT || signal == TERMINATE;
    }

    private boolean ranHooks() {
        try {
            return block.buffer().getIntAcquire(STAGE) == EXITING;
        } catch (IllegalStateException regionClosed) {
            return false;
        }
    }

    /** Removes it from the region. */
    void remove() {
        try {
            block.region().remove(block.name());
            block.close();
        } catch (RuntimeException closedOrDamaged) {
            // It stays in the region, 128 bytes, as it does where the parent is killed.
        }
    }
}
