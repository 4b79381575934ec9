package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.testing.ChildJvm;
import dev.shm.testing.Latches;
import dev.shm.wait.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who counts as alive, and what becomes of a slot whose tenant does not; tenants are written into
 * the table by hand. ALGORITHMS 1.4 and 1.5; BEHAVIOURS 20.15, 20.18.
 */
class ParticipantsTest {
    private static final int SLOT = 2;
    private static final int INCARNATION = 9;
    private static final int TAG = ParticipantLayout.tag(INCARNATION, SLOT);
    private static final long A_WHILE = 1_000_000; // in clock ticks
    private static final Participants.Sweep NOTHING_TO_SWEEP = (slot, tag) -> true;

    @TempDir Path directory;

    private RegionOptions options;
    private SharedRegion region;
    private RawRegion raw;

    @BeforeEach
    void createRegion() {
        options = TestRegions.small(directory.resolve("r.shm"));
        region = SharedRegion.create(options);
        raw = new RawRegion(region.path());
    }

    @AfterEach
    void closeRegion() {
        region.close();
    }

    private void probeAll() {
        region.membership().probeAll();
    }

    @Test
    void aTenantWhoseByteIsFree_isCertifiedSweptAndForgotten() {
        raw.pretendDead(SLOT, INCARNATION);
        probeAll();
        assertTrue(region.isDead(TAG));
        assertEquals(ParticipantLayout.FREE, raw.status(SLOT));
        assertEquals(INCARNATION, raw.incarnation(SLOT));
        assertEquals(List.of(region.self()), region.participants());
    }

    /** The lock is the authority: whoever holds it lives, whatever else there is to see. */
    @Test
    void aTenantWhoseByteIsLocked_isAlive() throws Exception {
        withLockFile(
                lockFile -> {
                    SlotLocks.Held tenant = lockFile.tryLockSlot(SLOT);
                    raw.pretendDead(SLOT, INCARNATION);
                    probeAll();
                    region.membership().probe(TAG);
                    assertFalse(region.isDead(TAG));
                    for (int slot = 0; slot < raw.participants.slots(); slot++) {
                        if (raw.status(slot) == ParticipantLayout.FREE) {
                            raw.pretend(slot, INCARNATION, ProcessIdentity.self());
                        }
                    }
                    assertThrows(IllegalStateException.class, () -> SharedRegion.open(options));
                    assertFalse(region.isDead(TAG));
                    tenant.unlock();
                    assertEquals(
                            SLOT, ParticipantLayout.slot(openAndClose()), "whose byte is free now");
                });
    }

    private int openAndClose() {
        try (SharedRegion opened = SharedRegion.open(options)) {
            return opened.self().id();
        }
    }

    /** A blocked thread, at each tick, spares itself the slots that nobody has. */
    @Test
    void probeNext_looksOnlyWhereSomebodyIs() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        AtomicBuffer counted =
                Interception.of(
                        raw.memory,
                        (target, method, arguments) -> {
                            if (method.getName().equals("getLongVolatile")) {
                                looks.incrementAndGet();
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        withLockFile(
                lockFile -> {
                    Participants joined =
                            Participants.join(
                                    "r",
                                    new ParticipantTable(counted, raw.geometry),
                                    lockFile,
                                    NOTHING_TO_SWEEP,
                                    Deadline.after(0, TimeUnit.SECONDS));
                    joined.probeRound(1);
                    looks.set(0);
                    joined.probeNext();
                    assertEquals(1, looks.get(), "only the region of this test is there");
                    joined.close("the test is over");
                    joined.leave();
                    joined.unlock();
                });
    }

    /** The veto: a process that lost its lock by accident is seen to run. */
    @Test
    void aProcessThatRunsWithoutItsLock_isAlive() {
        raw.pretend(SLOT, INCARNATION, ProcessIdentity.self());
        probeAll();
        assertFalse(region.isDead(TAG));
        assertEquals(2, region.participants().size());
    }

    /** BEHAVIOURS 20.15. */
    @Test
    void thePidOfAnUnrelatedProcess_doesNotCountWithAnotherStart() {
        ProcessIdentity self = ProcessIdentity.self();
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        pretendAndProbe(
                new ProcessIdentity(
                        parent, self.startTicks() + A_WHILE, self.pidNamespace(), self.boot()));
        assertTrue(region.isDead(TAG));
    }

    /** BEHAVIOURS 20.15: the pid has gone to a living participant of the same region. */
    @Test
    void thePidOfALivingParticipant_doesNotCountWithAnotherStart() {
        ProcessIdentity self = ProcessIdentity.self();
        pretendAndProbe(
                new ProcessIdentity(
                        self.pid(), self.startTicks() + A_WHILE, self.pidNamespace(), self.boot()));
        assertTrue(region.isDead(TAG));
        assertFalse(region.isDead(region.self().id()));
    }

    /** A machine that was started again can give the same pid at the same tick. */
    @Test
    void theSameProcessOfAnotherBoot_isDead() {
        ProcessIdentity self = ProcessIdentity.self();
        pretendAndProbe(
                new ProcessIdentity(
                        self.pid(), self.startTicks(), self.pidNamespace(), self.boot() + 1));
        assertTrue(region.isDead(TAG));
    }

    @Test
    void theSamePidOfAnotherNamespace_isDead() {
        ProcessIdentity self = ProcessIdentity.self();
        pretendAndProbe(
                new ProcessIdentity(
                        self.pid(), self.startTicks(), self.pidNamespace() + 1, self.boot()));
        assertTrue(region.isDead(TAG));
    }

    /** BEHAVIOURS 20.18: the time of day decides nothing. */
    @Test
    void aStepOfTheClock_neitherKillsNorRevives() {
        long hour = TimeUnit.HOURS.toMillis(1);
        for (long step : new long[] {-hour, hour}) {
            raw.pretend(SLOT, INCARNATION, ProcessIdentity.self());
            int at = raw.geometry.participant(SLOT) + ParticipantLayout.START_MILLIS;
            raw.memory.putLong(at, region.self().started().toEpochMilli() + step);
            probeAll();
            assertFalse(region.isDead(TAG));
        }
        raw.pretendDead(SLOT, INCARNATION);
        raw.memory.putLong(
                raw.geometry.participant(SLOT) + ParticipantLayout.START_MILLIS,
                region.self().started().toEpochMilli());
        probeAll();
        assertTrue(region.isDead(TAG));
    }

    private void pretendAndProbe(ProcessIdentity tenant) {
        raw.pretend(SLOT, INCARNATION, tenant);
        probeAll();
    }

    /** A certificate is final: whoever reads DEAD has relied on it. */
    @Test
    void aCertificate_isNotVetoed() {
        raw.pretend(SLOT, INCARNATION, ProcessIdentity.self());
        raw.setState(SLOT, INCARNATION, ParticipantLayout.DEAD);
        assertTrue(region.isDead(TAG));
        probeAll();
        assertEquals(ParticipantLayout.FREE, raw.status(SLOT));
    }

    @Test
    void isDead_isTrueForWhoeverIsNotThere() {
        assertTrue(region.isDead(0));
        assertTrue(region.isDead(-1));
        assertTrue(region.isDead(TAG));
        assertTrue(region.isDead(ParticipantLayout.tag(1, ParticipantLayout.MAX_SLOTS - 1)));
        assertTrue(region.isDead(region.self().id() + (1 << 12)), "another incarnation");
        assertFalse(region.isDead(region.self().id()));
    }

    /** ALGORITHMS 9.2, T9: tags are used up before they repeat. */
    @Test
    void incarnationsEnd_theSlotRetires() {
        region.close();
        int last = (1 << 18) - 2;
        for (int slot = 0; slot < raw.participants.slots(); slot++) {
            raw.setState(slot, last - 1, ParticipantLayout.FREE);
        }
        Set<Integer> tags = new HashSet<>();
        for (int slot = 0; slot < raw.participants.slots(); slot++) {
            try (SharedRegion next = SharedRegion.open(options)) {
                assertTrue(tags.add(next.self().id()), "a tag came again");
                assertEquals(last, raw.incarnation(slot));
                if (slot == raw.participants.slots() - 1) {
                    assertFull(": all 4 participant slots are taken, retired=3; ");
                }
            }
        }
        assertFull(": all 4 participant slots are worn out; delete the region");
        for (int slot = 0; slot < raw.participants.slots(); slot++) {
            assertEquals(ParticipantLayout.RETIRED, raw.status(slot));
        }
        tags.forEach(tag -> assertTrue(raw.participants.isDead(tag)));
    }

    private void assertFull(String message) {
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> SharedRegion.open(options));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    /** A slot is not given to anybody while somebody probes it, and not lost because of that. */
    @Test
    void join_waitsForWhoeverIsJustProbing() throws Exception {
        for (int slot = 1; slot < raw.participants.slots(); slot++) {
            raw.pretend(slot, INCARNATION, ProcessIdentity.self());
        }
        region.close();
        withLockFile(
                lockFile -> {
                    SlotLocks.Held prober = lockFile.tryLockSlot(0);
                    assertThrows(
                            IllegalStateException.class,
                            () -> join(lockFile, Deadline.after(0, TimeUnit.SECONDS)));
                    Thread[] joiner = new Thread[1];
                    Future<Participants> joining =
                            Race.start(
                                    number -> {
                                        joiner[0] = Thread.currentThread();
                                        return join(lockFile, Deadline.never());
                                    });
                    ChildJvm.awaitThat(
                            "the joiner waits",
                            () ->
                                    joiner[0] != null
                                            && joiner[0].getState() == Thread.State.TIMED_WAITING);
                    prober.unlock();
                    Participants joined = Race.result(joining);
                    assertEquals(0, joined.slot());
                    leave(joined);
                });
    }

    @Test
    void join_sweepsTheDeadBeforeItTakesTheSlot() throws Exception {
        for (int slot = 1; slot < raw.participants.slots(); slot++) {
            raw.pretend(slot, INCARNATION, ProcessIdentity.self());
        }
        region.close();
        raw.pretendDead(0, INCARNATION);
        int[] swept = new int[1];
        Participants.Sweep sweep =
                (slot, tag) -> {
                    if (tag == ParticipantLayout.tag(INCARNATION, 0)) {
                        assertEquals(0, slot);
                        assertEquals(ParticipantLayout.DEAD, raw.status(0));
                        swept[0]++;
                    }
                    return true;
                };
        withLockFile(
                lockFile -> {
                    Participants joined =
                            Participants.join(
                                    "r", raw.participants, lockFile, sweep, Deadline.never());
                    assertEquals(1, swept[0]);
                    assertEquals(ParticipantLayout.tag(INCARNATION + 1, 0), joined.self());
                    assertEquals(ParticipantLayout.ACTIVE, raw.status(0));
                    leave(joined);
                });
    }

    /** A byte must not be unlocked while a store of its holder may still be on its way. */
    @Test
    void leaving_waitsForTheProbeInProgress() throws Exception {
        region.close(); // whose janitor may be quicker than our probe
        raw.pretendDead(SLOT, INCARNATION);
        CountDownLatch sweeping = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Participants.Sweep slow =
                (slot, tag) -> {
                    if (slot == SLOT) {
                        sweeping.countDown();
                        awaitQuietly(goOn);
                    }
                    return true;
                };
        withLockFile(
                lockFile -> {
                    Participants one =
                            Participants.join(
                                    "r", raw.participants, lockFile, slow, Deadline.never());
                    Future<?> probe =
                            Race.start(
                                    number -> {
                                        one.probe(TAG);
                                        return null;
                                    });
                    Latches.await(sweeping, probe);
                    Thread leaver = new Thread(() -> leave(one));
                    leaver.start();
                    ChildJvm.awaitThat(
                            "the leaver waits or is gone",
                            () ->
                                    leaver.getState() == Thread.State.WAITING
                                            || leaver.getState() == Thread.State.TERMINATED);
                    assertEquals(Thread.State.WAITING, leaver.getState());
                    assertTrue(raw.isLocked(SLOT));
                    goOn.countDown();
                    Race.result(probe);
                    leaver.join();
                    assertFalse(raw.isLocked(SLOT));
                    assertEquals(ParticipantLayout.FREE, raw.status(SLOT));
                    raw.pretendDead(SLOT, INCARNATION);
                    one.probe(TAG);
                    assertEquals(
                            ParticipantLayout.ACTIVE, raw.status(SLOT), "who has left probes on");
                });
    }

    private Participants join(LockFile lockFile, Deadline patience) {
        return Participants.join("r", raw.participants, lockFile, NOTHING_TO_SWEEP, patience);
    }

    private static void leave(Participants participants) {
        participants.close("left");
        participants.leave();
        participants.unlock();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private interface WithLockFile {
        void run(LockFile lockFile) throws Exception;
    }

    private void withLockFile(WithLockFile action) throws Exception {
        LockFile lockFile = LockFile.acquireExisting(options.lockPath(), options);
        try {
            action.run(lockFile);
        } finally {
            lockFile.release();
        }
    }

    /** What the dead had open is swept; what it had closed, or never opened, is not. */
    @Test
    void sweep_isForExactlyWhatTheDeadHadOpen() {
        Block open = region.attach("open", ClaimType.spec(), AttachMode.CREATE);
        Block other = region.attach("other", ClaimType.spec(), AttachMode.CREATE);
        for (Block block : List.of(open, other)) {
            ClaimType.claim(block.buffer(), TAG);
            ClaimType.claim(block.buffer(), region.self().id());
        }
        raw.directory.setOpen(raw.directory.find("open"), SLOT);
        raw.pretendDead(SLOT, INCARNATION);
        probeAll();

        assertFalse(ClaimType.hasClaim(open.buffer(), TAG));
        assertEquals(1, open.buffer().getLong(ClaimType.SWEEPS));
        assertTrue(ClaimType.hasClaim(other.buffer(), TAG));
        assertEquals(0, other.buffer().getLong(ClaimType.SWEEPS));
        for (Block block : List.of(open, other)) {
            assertTrue(ClaimType.hasClaim(block.buffer(), region.self().id()), "the living's");
        }
        assertFalse(raw.isOpen("open", SLOT));
        assertTrue(raw.isOpen("open", ParticipantLayout.slot(region.self().id())));

        // Cut short before the end, it is done again, and nothing comes of that.
        raw.directory.setOpen(raw.directory.find("open"), SLOT);
        raw.setState(SLOT, INCARNATION, ParticipantLayout.DEAD);
        probeAll();
        assertEquals(2, open.buffer().getLong(ClaimType.SWEEPS));
        assertEquals(1, open.buffer().getLong(ClaimType.EFFECTIVE_SWEEPS));
        assertEquals(ParticipantLayout.FREE, raw.status(SLOT));
    }

    @Test
    void close_givesBackWhatWeHeld() {
        SharedRegion leaver = SharedRegion.open(options);
        try (Block block = region.attach("c", ClaimType.spec(), AttachMode.CREATE)) {
            int tag = leaver.self().id();
            ClaimType.claim(
                    leaver.attach("c", ClaimType.spec(), AttachMode.OPEN_OR_CREATE).buffer(), tag);
            leaver.close();
            assertFalse(ClaimType.hasClaim(block.buffer(), tag));
            assertFalse(raw.isOpen("c", ParticipantLayout.slot(tag)));
            assertEquals(ParticipantLayout.FREE, raw.status(ParticipantLayout.slot(tag)));
        }
    }

    /** Whoever lacks the code of a type leaves the slot to somebody who has it. */
    @Test
    void sweep_withoutTheCode_leavesTheSlotDeadForSomebodyElse() {
        region.attach("c", ClaimType.spec(), AttachMode.CREATE);
        Block block = region.attach("c", new ClaimType());
        ClaimType.claim(block.buffer(), TAG);
        int entry = raw.directory.find("c");
        raw.directory.setOpen(entry, SLOT);
        int kind = raw.geometry.entry(entry) + DirectoryLayout.KIND;
        raw.memory.putInt(kind, 31_999); // a type of which nobody here knows
        raw.pretendDead(SLOT, INCARNATION);
        probeAll();
        assertTrue(region.isDead(TAG));
        assertEquals(ParticipantLayout.DEAD, raw.status(SLOT));
        assertTrue(raw.isOpen("c", SLOT));
        assertTrue(ClaimType.hasClaim(block.buffer(), TAG));

        raw.memory.putInt(kind, new ClaimType().code());
        probeAll();
        assertFalse(ClaimType.hasClaim(block.buffer(), TAG));
        assertEquals(ParticipantLayout.FREE, raw.status(SLOT));
    }

    @Test
    void close_withoutTheCode_leavesOurSlotDeadForSomebodyElse() {
        SharedRegion leaver = SharedRegion.open(options);
        int slot = ParticipantLayout.slot(leaver.self().id());
        leaver.attach("c", ClaimType.spec(), AttachMode.CREATE);
        int kind = raw.geometry.entry(raw.directory.find("c")) + DirectoryLayout.KIND;
        raw.memory.putInt(kind, 31_999);
        leaver.close();
        assertEquals(ParticipantLayout.DEAD, raw.status(slot));
        raw.memory.putInt(kind, new ClaimType().code());
        probeAll();
        assertEquals(ParticipantLayout.FREE, raw.status(slot));
        assertFalse(raw.isOpen("c", slot));
    }

    @Test
    void close_whenASweepFails_leavesOurSlotDeadForSomebodyElse() {
        SharedRegion leaver = SharedRegion.open(options);
        int slot = ParticipantLayout.slot(leaver.self().id());
        Block block = leaver.attach("c", ClaimType.spec(), AttachMode.CREATE);
        int config = raw.geometry.entry(raw.directory.find("c")) + DirectoryLayout.CONFIG_A;
        long right = raw.memory.getLong(config);
        raw.memory.putLong(config, 99); // which its type does not like
        assertThrows(IllegalStateException.class, leaver::close);
        assertTrue(leaver.isClosed());
        assertFalse(block.buffer().isValid());
        assertEquals(ParticipantLayout.DEAD, raw.status(slot));
        raw.memory.putLong(config, right);
        probeAll();
        assertEquals(ParticipantLayout.FREE, raw.status(slot));
        assertFalse(raw.isOpen("c", slot));
    }

    /** Fencing: somebody was mistaken about us. */
    @Test
    void declaredDead_everyFurtherUseSaysSo() {
        Block block = region.attach("b", Patterns.spec("b"), AttachMode.CREATE);
        int slot = ParticipantLayout.slot(region.self().id());
        raw.setState(slot, raw.incarnation(slot), ParticipantLayout.DEAD);
        assertSaysDeclaredDead(() -> region.names());
        assertSaysDeclaredDead(
                () -> region.attach("c", Patterns.spec("c"), AttachMode.OPEN_OR_CREATE));
        assertSaysDeclaredDead(() -> region.remove("b"));
        assertSaysDeclaredDead(() -> region.liveness().checkOpen());
        ChildJvm.awaitThat("the janitor notices", region::isClosed);
        ChildJvm.awaitThat("handles end", () -> !block.buffer().isValid());
        assertSaysDeclaredDead(() -> block.buffer().getByte(0));
        assertDoesNotThrow(block::close);
        assertDoesNotThrow(region::close);
        assertTrue(region.isClosed());

        try (SharedRegion again = SharedRegion.open(options)) {
            ChildJvm.awaitThat("the byte is given up", () -> !raw.isLocked(slot));
            assertEquals(List.of("b"), again.names());
            assertEquals(1, again.participants().size());
        }
    }

    private static void assertSaysDeclaredDead(Runnable use) {
        IllegalStateException e = assertThrows(IllegalStateException.class, use::run);
        assertTrue(e.getMessage().contains("declared dead"), e.getMessage());
    }

    /** Somebody who is just probing has the byte of one that is dead: no sign of life. */
    @Test
    void participants_looksAgainWhereSomebodyProbes() throws Exception {
        withLockFile(
                lockFile -> {
                    SlotLocks.Held prober = lockFile.tryLockSlot(SLOT);
                    raw.pretendDead(SLOT, INCARNATION);
                    Participants self = region.membership();
                    assertEquals(2, self.living(Deadline.after(0, TimeUnit.SECONDS)).size());
                    Future<List<Participant>> living =
                            whileWaiting(() -> self.living(Deadline.never()), prober);
                    assertEquals(List.of(region.self()), Race.result(living));
                });
    }

    @Test
    void reclaim_looksAgainWhereSomebodyProbes() throws Exception {
        region.close();
        RegionFile.Header header = RegionFile.readHeader(options.path(), options);
        withLockFile(
                lockFile -> {
                    SlotLocks.Held prober = lockFile.tryLockSlot(SLOT);
                    raw.pretendDead(SLOT, INCARNATION);
                    assertEquals(
                            List.of(1L),
                            RegionListing.livingPids(
                                    options, header, lockFile, Deadline.after(0, TimeUnit.DAYS)));
                    Future<List<Long>> living =
                            whileWaiting(
                                    () ->
                                            RegionListing.livingPids(
                                                    options, header, lockFile, Deadline.never()),
                                    prober);
                    assertEquals(List.of(), Race.result(living));
                });
    }

    /** Starts something, and lets a byte go once it waits for that. */
    private static <T> Future<T> whileWaiting(Callable<T> action, SlotLocks.Held prober) {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(task);
        thread.start();
        ChildJvm.awaitThat(
                "it looks again",
                () -> task.isDone() || thread.getState() == Thread.State.TIMED_WAITING);
        assertFalse(task.isDone(), "did not look again");
        prober.unlock();
        return task;
    }

    @Test
    void participants_looksNow() throws IOException {
        for (int round = 0; round < 20; round++) {
            raw.pretend(SLOT, INCARNATION, ProcessIdentity.self());
            assertEquals(2, region.participants().size());
            raw.pretendDead(SLOT, INCARNATION); // a moment after it was found alive
            assertEquals(1, region.participants().size());
        }
    }
}
