package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.wait.Deadline;
import dev.shm.wait.RobustMutex;
import dev.shm.wait.Waiter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A death is found out by whoever waits for the dead, or needs what they had: nothing depends on
 * the janitor thread. ALGORITHMS 1.6.
 */
class WithoutJanitorTest {
    private static final int SLOT = 3;
    private static final int INCARNATION = 9;
    private static final int TAG = ParticipantLayout.tag(INCARNATION, SLOT);

    @TempDir Path path;

    private LockFile lockFile;
    private RawRegion raw;
    private Participants participants;
    private Directory directory;

    /** A participant and its directory, as a region has them, and no thread of the library. */
    @BeforeEach
    void join() throws IOException {
        RegionOptions options = TestRegions.small(path.resolve("r.shm"));
        SharedRegion.create(options).close();
        raw = new RawRegion(options.path());
        lockFile = LockFile.acquireExisting(options.lockPath(), options);
        participants =
                Participants.join(
                        "r", raw.participants, lockFile, raw.directory::sweep, Deadline.never());
        RobustMutex mutex =
                new RobustMutex(
                        raw.memory, RegionLayout.DIRECTORY_MUTEX, participants, Waiter.system());
        directory =
                new Directory("r", raw.directory, mutex, participants, TimeUnit.MINUTES.toNanos(1));
    }

    @AfterEach
    void leave() {
        participants.close("left");
        participants.leave();
        participants.unlock();
        lockFile.release();
    }

    private Directory.Opened attach(ObjectSpec spec, String name) {
        return directory.attach(name, spec.type(), spec, true);
    }

    /** An entry whose creator died over it, with half of something else in its memory. */
    private int dieCreating(String name, ObjectSpec spec) {
        Directory.Opened whole = attach(spec, name);
        whole.memory().setMemory(0, spec.bytes(), (byte) 77);
        int entry = whole.entry();
        raw.directory.setOpen(entry, SLOT);
        long state = raw.directory.state(entry);
        directory.release(entry);
        long creating = DirectoryLayout.with(state, DirectoryLayout.CREATING, TAG);
        assertTrue(raw.directory.compareAndSetState(entry, state, creating));
        raw.pretendDead(SLOT, INCARNATION);
        return entry;
    }

    private static ObjectSpec raw(int bytes) {
        return new ObjectSpec(RawBufferType.INSTANCE, 0, 0, bytes, "", memory -> {});
    }

    @Test
    void theCreatorOfAnObjectIsDead_whoeverWantsTheSameMakesItAnew() {
        int entry = dieCreating("a", Patterns.spec("a"));
        Directory.Opened opened = attach(Patterns.spec("a"), "a");
        Patterns.verify("a", opened.memory());
        assertEquals(entry, opened.entry());
    }

    @Test
    void theCreatorOfAnObjectIsDead_whoeverWantsAnotherGetsThat() {
        dieCreating("a", Patterns.spec("a"));
        ObjectSpec other = raw(Patterns.bytes("a") + 1);
        assertEquals(other.bytes(), attach(other, "a").memory().capacity());
    }

    @Test
    void theCreatorOfAnObjectIsDead_whoeverLooksForItFindsNone() {
        dieCreating("a", Patterns.spec("a"));
        assertThrows(
                NoSuchElementException.class,
                () -> directory.attach("a", RawBufferType.INSTANCE, null, true));
    }

    @Test
    void theCreatorOfAnObjectIsDead_removingItSaysThatThereWasNone() {
        int entry = dieCreating("a", Patterns.spec("a"));
        assertEquals(false, directory.remove("a"));
        assertEquals(-1, raw.directory.find("a"));
        assertTrue(raw.directory.status(entry) != DirectoryLayout.CREATING);
    }

    @Test
    void theOwnerOfTheDirectoryIsDead_theNextOneGoesOn() {
        raw.memory.putIntVolatile(RegionLayout.DIRECTORY_MUTEX, TAG);
        raw.pretendDead(SLOT, INCARNATION);
        Patterns.verify("a", attach(Patterns.spec("a"), "a").memory());
    }

    /** Room that only the dead take is room. */
    @Test
    void theDeadHaveAllTheSpace_itIsTakenFromThem() {
        int all = TestRegions.HEAP_BYTES;
        Directory.Opened large = attach(raw(all), "large");
        raw.directory.setOpen(large.entry(), SLOT);
        directory.release(large.entry());
        assertTrue(directory.remove("large"));
        raw.pretend(SLOT, INCARNATION, ProcessIdentity.self());
        assertThrows(IllegalStateException.class, () -> attach(raw(all), "next"));
        raw.pretendDead(SLOT, INCARNATION);
        assertEquals(all, attach(raw(all), "next").memory().capacity());
    }

    /** Nobody ever asks again for what the dead one was creating. */
    @Test
    void theDeadWereCreatingSomethingLarge_itsSpaceComesBack() {
        dieCreating("large", raw(TestRegions.HEAP_BYTES));
        assertEquals(
                TestRegions.HEAP_BYTES,
                attach(raw(TestRegions.HEAP_BYTES), "next").memory().capacity());
    }

    /** Killed after it had set its bit in an entry, and before the entry was more than free. */
    @Test
    void theDeadHadABitInAFreeEntry_itDoesNotCount() {
        raw.directory.setOpen(0, SLOT);
        Directory.Opened large = attach(raw(TestRegions.HEAP_BYTES), "large");
        assertEquals(0, large.entry());
        directory.release(large.entry());
        assertTrue(directory.remove("large"));
        attach(raw(TestRegions.HEAP_BYTES), "next");
    }

    @Test
    void theDeadHaveAllTheEntries_theyAreTakenFromThem() {
        for (int i = 0; i < TestRegions.MAX_OBJECTS; i++) {
            Directory.Opened one = attach(raw(1), "n" + i);
            raw.directory.setOpen(one.entry(), SLOT);
            directory.release(one.entry());
            assertTrue(directory.remove("n" + i));
        }
        raw.pretend(SLOT, INCARNATION, ProcessIdentity.self());
        assertThrows(IllegalStateException.class, () -> attach(raw(1), "next"));
        raw.pretendDead(SLOT, INCARNATION);
        attach(raw(1), "next");
    }
}
