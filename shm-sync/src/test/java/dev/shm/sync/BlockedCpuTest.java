package dev.shm.sync;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.codec.Codecs;
import dev.shm.queue.PipeCommands;
import dev.shm.queue.QueueCommands;
import dev.shm.queue.SharedPipe;
import dev.shm.queue.SharedQueue;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.ChildJvm;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who is blocked sleeps. How much processor time it takes all the same, for ticks and for looking
 * after the dead, is printed:
 *
 * <pre>
 * mvn verify -pl shm-sync -am -Dtest=BlockedCpuTest -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dshm.test.blocked.seconds=10
 * </pre>
 */
@EnabledOnOs(OS.LINUX) // has /proc
class BlockedCpuTest {
    private static final int SECONDS = Integer.getInteger("shm.test.blocked.seconds", 2);

    /** Who does not sleep takes 100, each time. */
    private static final double MAX_PERCENT = 25;

    private static final int MEASUREMENTS = 10;

    private static final double TICK_MILLIS = 10; // Linux counts in hundredths of a second
    private static final int USER = 11; // of what follows the name in /proc/PID/stat
    private static final int SYSTEM = 12;

    @TempDir Path directory;

    @Test
    void blockedOnALock() {
        try (SharedRegion region = Peers.open(directory.resolve("peers.shm"));
                SharedLock lock = SharedLock.create(region, LockCommands.LOCK)) {
            lock.lock();
            try {
                measure("a lock", LockCommands.class, "lock");
            } finally {
                lock.unlock();
            }
        }
    }

    /** Which can be interrupted, and nobody holds: a tick probes only who is next in turn. */
    @Test
    void blockedOnAnEvent() {
        try (SharedRegion region = Peers.open(directory.resolve("peers.shm"));
                SharedEvent event = SharedEvent.create(region, "it")) {
            measure("an event", EventCommands.class, "await");
            event.set();
        }
    }

    @Test
    void blockedOnAQueue() {
        try (SharedRegion region = Peers.open(directory.resolve("peers.shm"))) {
            SharedQueue.create(region, "it", 6, Codecs.utf8(16));
            measure("a queue", QueueCommands.class, "take");
        }
    }

    /** Which nobody wakes: the thread looks. */
    @Test
    void blockedOnThreePipes() {
        try (SharedRegion region = Peers.open(directory.resolve("peers.shm"))) {
            SharedPipe.create(region, "it", 1024);
            measure(
                    "three pipes",
                    PipeCommands.class,
                    "awaitThree",
                    child -> region.names().contains("third"));
        }
    }

    private void measure(String what, Class<? extends Commands> commands, String block) {
        measure(
                what,
                commands,
                block,
                child -> child.ask(PeerJvm.STATE).equals(PeerJvm.STATE + true));
    }

    private void measure(
            String what,
            Class<? extends Commands> commands,
            String block,
            Predicate<ChildJvm> isBlocked) {
        try (ChildJvm child = ChildJvm.of(PeerJvm.class).flag("-Xmx32m").start()) {
            child.say(
                    PeerJvm.OPEN + " " + directory.resolve("peers.shm") + " " + commands.getName());
            child.say(block);
            ChildJvm.awaitThat("it is blocked", () -> isBlocked.test(child));
            double percent;
            int measured = 0;
            do { // the JVM may be busy with itself, but not each time
                percent = percent(what, child);
            } while (percent >= MAX_PERCENT && ++measured < MEASUREMENTS);
            assertTrue(percent < MAX_PERCENT, what + ": percent=" + percent);
        }
    }

    private static double percent(String what, ChildJvm child) {
        double before = processorMillis(child.pid());
        long start = System.nanoTime();
        long end = start + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        double millis = processorMillis(child.pid()) - before;
        double percent = 100 * millis / ((System.nanoTime() - start) / 1e6);
        System.out.printf(
                "blocked on %s for %d s: %.0f ms of processor time, %.2f %%%n",
                what, SECONDS, millis, percent);
        return percent;
    }

    private static double processorMillis(long pid) {
        String[] fields = ChildJvm.stat(pid).split(" ", -1);
        return TICK_MILLIS * (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]));
    }
}
