package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.explore.Interception;
import dev.shm.wait.Deadline;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A participant has lost the lock of a slot, to foreign code of its process, when it comes to write
 * the slot's state: what somebody else wrote there meanwhile stands.
 */
class ParticipantTableTest {
    private static final int SLOT = 2;
    private static final int INCARNATION = 9;
    private static final Participants.Sweep NOTHING_TO_SWEEP = (slot, tag) -> true;

    /** Locks that exclude nobody. */
    private static final SlotLocks LOST = slot -> () -> {};

    @TempDir Path directory;

    private RawRegion raw;

    @BeforeEach
    void createRegion() {
        RegionOptions options = TestRegions.small(directory.resolve("r.shm"));
        SharedRegion.create(options).close(); // nobody else probes
        raw = new RawRegion(options.path());
    }

    /** The table, where something happens just before a state is accessed for the nth time. */
    private ParticipantTable interposed(int slot, int nth, Runnable meanwhile) {
        int at = raw.geometry.participant(slot) + ParticipantLayout.STATE;
        AtomicInteger accesses = new AtomicInteger();
        AtomicBuffer buffer =
                Interception.of(
                        raw.memory,
                        (target, method, arguments) -> {
                            if (arguments[0].equals(at) && accesses.incrementAndGet() == nth) {
                                meanwhile.run();
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        return new ParticipantTable(buffer, raw.geometry);
    }

    private static Participants join(ParticipantTable table) {
        Deadline now = Deadline.after(0, TimeUnit.SECONDS);
        return Participants.join("r", table, LOST, NOTHING_TO_SWEEP, now);
    }

    /** Its own accesses: two looks at the slot, one at the incarnation, and the last one joins. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void aSlotThatAnotherHasJoined_isItsOwn(int access) {
        AtomicReference<Participants> another = new AtomicReference<>();
        Runnable joins = () -> another.set(join(raw.participants));
        Participants joined = join(interposed(0, access, joins));
        assertEquals(0, another.get().slot());
        assertEquals(1, joined.slot());
        assertTrue(another.get().isActive());
        assertTrue(joined.isActive());
    }

    /** A prober's accesses: two looks, the certificate, and the last one frees the slot. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void whoeverHasJoinedAfterTheDead_lives(int access) {
        Runnable joins = () -> raw.pretend(SLOT, INCARNATION + 1, ProcessIdentity.self());
        Participants prober = join(interposed(SLOT, access, joins));
        raw.pretendDead(SLOT, INCARNATION);
        prober.probeAll();
        assertEquals(ParticipantLayout.ACTIVE, raw.status(SLOT));
        assertEquals(INCARNATION + 1, raw.incarnation(SLOT));
    }

    /** It was in the midst of leaving. Whoever says so frees the slot, once that is swept. */
    @Test
    void whoeverWasDeclaredDead_staysDead() {
        Runnable certified = () -> raw.setState(0, raw.incarnation(0), ParticipantLayout.DEAD);
        Participants leaving = join(interposed(0, 7, certified)); // five to join, and a look
        assertEquals(0, leaving.slot());
        leaving.close("left");
        leaving.leave();
        assertEquals(ParticipantLayout.DEAD, raw.status(0));
        assertFalse(leaving.isActive());
    }
}
