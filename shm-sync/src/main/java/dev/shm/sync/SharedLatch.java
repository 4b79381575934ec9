package dev.shm.sync;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.SharedRegion;
import dev.shm.wait.Deadline;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A gate that opens, once and for ever, when others have counted down: so many times, or each by
 * its name.
 *
 * <pre>{@code
 * SharedLatch started = SharedLatch.of(region, "started", 3);
 * started.countDown();                              // in three places
 * started.await();                                  // in others
 * SharedLatch loaded = SharedLatch.of(region, "loaded", 3, SharedLatch.Mode.PARTIES);
 * loaded.join(k);                                   // in three processes, k = 0, 1, 2
 * loaded.countDown(k);
 * }</pre>
 *
 * <p>With {@link Mode#COUNT} it is as {@link java.util.concurrent.CountDownLatch}. With {@link
 * Mode#PARTIES} each party counts down once, however often it says so.
 *
 * <p><b>Threads and processes.</b> Any number of both may call any method at any time. A process
 * may be several parties, and any process may count down for a party; joining only says whose life
 * the party depends on. Threads that wait may be interrupted.
 *
 * <p><b>Memory effects.</b> What a thread did before it counted down is visible to every thread
 * whose {@code await} has returned.
 *
 * <p><b>If a process dies.</b> With {@link Mode#PARTIES}, and if it had joined: parties of it that
 * had counted down have, and if one had not, everybody who waits gets {@link PartyDiedException}
 * within some 70 ms of the death. A process that takes the place of the dead joins as the same
 * party, and counts down whether or not the dead one did. A process that never joined, and any
 * process with {@link Mode#COUNT}, is not missed: who waits for it waits on, so give such waits a
 * timeout.
 *
 * <p>Closing a handle, or its region, ends the waits that go through it with {@link
 * IllegalStateException}: those that had begun at once, and one that was just beginning within 70
 * ms.
 */
public final class SharedLatch implements AutoCloseable {

    /** Who counts down. Part of the latch's configuration. */
    public enum Mode {
        /** Anybody; it is counted how often. */
        COUNT,
        /** Each party, by its number; those that have joined are missed if they die. */
        PARTIES
    }

    private final Block block;
    private final Mode mode;
    private final int number;
    private final LatchCore core;
    private final HandleClosing closing;

    private SharedLatch(Block block) {
        this.block = block;
        this.mode = SharedLatchType.mode(block);
        this.number = SharedLatchType.number(block, mode);
        this.core =
                new LatchCore(
                        block.buffer(),
                        mode == Mode.COUNT ? 0 : number,
                        block.region().liveness(),
                        Waiter.system(),
                        TickPolicy.STANDARD);
        this.closing =
                new HandleClosing(
                        block,
                        core::hasSlept,
                        memory -> LatchCore.wakeEverybody(memory, Waiter.system()));
    }

    /**
     * Opens a latch with a count, or creates it.
     *
     * @param count how many times it is to be counted down, 0 or more.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a latch of
     *     another count or mode, or for a bad count.
     */
    public static SharedLatch of(SharedRegion region, String name, int count) {
        return of(region, name, count, Mode.COUNT);
    }

    /**
     * Opens a latch, or creates it.
     *
     * @param number with {@link Mode#COUNT} how many times it is to be counted down, 0 or more;
     *     with {@link Mode#PARTIES} how many parties there are, 1 to 64.
     * @return a handle.
     * @throws IllegalArgumentException if the name belongs to something else or to a latch of
     *     another number or mode, or for a bad number.
     */
    public static SharedLatch of(SharedRegion region, String name, int number, Mode mode) {
        return attach(region, name, number, mode, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a latch with a count.
     *
     * @param count how many times it is to be counted down, 0 or more.
     * @return a handle.
     * @throws IllegalArgumentException for a bad count.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedLatch create(SharedRegion region, String name, int count) {
        return create(region, name, count, Mode.COUNT);
    }

    /**
     * Creates a latch.
     *
     * @param number as for {@link #of(SharedRegion, String, int, Mode)}.
     * @return a handle.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedLatch create(SharedRegion region, String name, int number, Mode mode) {
        return attach(region, name, number, mode, AttachMode.CREATE);
    }

    /**
     * Opens a latch that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedLatch open(SharedRegion region, String name) {
        return region.attach(name, SharedLatchType.INSTANCE).handle(SharedLatch::new);
    }

    private static SharedLatch attach(
            SharedRegion region, String name, int number, Mode mode, AttachMode attachMode) {
        checkNumber(number, mode);
        long left = mode == Mode.COUNT ? number : LatchLayout.mask(number);
        ObjectSpec spec =
                new ObjectSpec(
                        SharedLatchType.INSTANCE,
                        number,
                        SharedLatchType.code(mode),
                        SharedLatchType.bytes(number, mode),
                        SharedLatchType.config(number, mode),
                        memory -> memory.putLong(LatchLayout.LEFT, left, ByteOrder.LITTLE_ENDIAN));
        return region.attach(name, spec, attachMode).handle(SharedLatch::new);
    }

    private static void checkNumber(int number, Mode mode) {
        if (mode == Mode.COUNT && number < 0) {
            throw new IllegalArgumentException("count=" + number + ": must be 0 or more");
        }
        if (mode == Mode.PARTIES && (number < 1 || number > LatchLayout.MAX_PARTIES)) {
            throw new IllegalArgumentException(
                    "parties=" + number + ": must be 1.." + LatchLayout.MAX_PARTIES);
        }
    }

    /**
     * Counts down by one; opens the gate if that was the last. Does nothing when it is open.
     *
     * @throws IllegalStateException if the latch has parties, or if the handle or the region was
     *     closed.
     */
    public void countDown() {
        checkMode(Mode.COUNT);
        core.countDown();
    }

    /**
     * Counts down as a party; opens the gate if that was the last. Does nothing when the party has
     * counted down before.
     *
     * @param party 0 to the number of parties less 1.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the latch has no parties, or if the handle or the region was
     *     closed.
     */
    public void countDown(int party) {
        checkParty(party);
        core.countDown(party);
    }

    /**
     * Says that a party depends on this process: should it die before the party has counted down,
     * those who wait are told. Takes the place of a process that died. May be called again.
     *
     * @param party 0 to the number of parties less 1.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if another process that is alive has joined as this party, if
     *     the latch has no parties, or if the handle or the region was closed.
     */
    public void join(int party) {
        checkParty(party);
        if (!core.join(party)) {
            throw new IllegalStateException(
                    "latch=" + name() + " party=" + party + ": another process has joined as it");
        }
    }

    /**
     * Waits until the gate is open.
     *
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws PartyDiedException if a party that is still to come had joined and died.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public void await() throws InterruptedException {
        core.await(Deadline.never());
    }

    /**
     * Waits until the gate is open, or the time has run out.
     *
     * @param timeout the longest time to wait; zero or less does not wait.
     * @param unit of the timeout.
     * @return false if the time ran out.
     * @throws InterruptedException if the thread was interrupted before or while it waited.
     * @throws PartyDiedException if a party that is still to come had joined and died.
     * @throws IllegalStateException if the handle or the region was closed.
     */
    public boolean await(long timeout, TimeUnit unit) throws InterruptedException {
        return core.await(Deadline.after(timeout, unit));
    }

    /**
     * Returns how many are still to count down. A volatile read.
     *
     * @return zero when the gate is open.
     */
    public long getCount() {
        long left = core.left();
        return mode == Mode.COUNT ? left : Long.bitCount(left);
    }

    /**
     * Tells whether a party has counted down. A volatile read.
     *
     * @param party 0 to the number of parties less 1.
     * @return true for ever after.
     * @throws IllegalArgumentException for a bad number.
     * @throws IllegalStateException if the latch has no parties, or if the handle or the region was
     *     closed.
     */
    public boolean isDone(int party) {
        checkParty(party);
        return (core.left() & 1L << party) == 0;
    }

    /**
     * Returns who counts down.
     *
     * @return as given at creation.
     */
    public Mode mode() {
        return mode;
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /**
     * Lets go of the latch, which stays in the region. Later calls throw IllegalStateException.
     * What this process has joined as still depends on it.
     */
    @Override
    public void close() {
        closing.close();
    }

    private void checkMode(Mode needed) {
        if (mode != needed) {
            throw new IllegalStateException(
                    "latch=" + name() + " mode=" + mode + ": this needs mode " + needed);
        }
    }

    private void checkParty(int party) {
        checkMode(Mode.PARTIES);
        if (party < 0 || party >= number) {
            throw new IllegalArgumentException("party=" + party + ": must be 0.." + (number - 1));
        }
    }

    @Override
    public String toString() {
        return block.describe(
                "SharedLatch",
                () ->
                        (mode == Mode.COUNT ? "count=" : "parties to come=")
                                + getCount()
                                + " of "
                                + number
                                + (mode == Mode.COUNT || getCount() == 0
                                        ? ""
                                        : ", missing=" + describeMissing())
                                + ", waiters="
                                + Handles.yesOrNo(core.hasWaiters()));
    }

    /** Such as {@code [0 pid=17, 1 died, 4]}, where nobody has joined as party 4. */
    private String describeMissing() {
        Map<Integer, Long> pids = Handles.pids(block.region());
        return IntStream.range(0, number)
                .filter(party -> !isDone(party))
                .mapToObj(party -> party + describeTag(core.joined(party), pids))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String describeTag(int tag, Map<Integer, Long> pids) {
        if (tag == 0) {
            return "";
        }
        return pids.containsKey(tag) ? " pid=" + pids.get(tag) : " died";
    }
}
