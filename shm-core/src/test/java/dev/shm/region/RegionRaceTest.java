package dev.shm.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that make, open and remove the same things at once. */
class RegionRaceTest {
    private static final int THREADS = 4;

    @TempDir Path directory;

    @Test
    void create_oneOfManyWins() throws Exception {
        for (int round = 0; round < 30; round++) {
            RegionOptions options = small("r" + round);
            List<Boolean> won =
                    Race.run(
                            THREADS,
                            number -> {
                                try {
                                    SharedRegion.create(options).close();
                                    return true;
                                } catch (UncheckedIOException e) {
                                    assertInstanceOf(
                                            FileAlreadyExistsException.class, e.getCause());
                                    return false;
                                }
                            });
            assertEquals(1, Collections.frequency(won, true));
        }
    }

    @Test
    void openOrCreate_allGetTheSame() throws Exception {
        for (int round = 0; round < 30; round++) {
            RegionOptions options = small("r" + round);
            List<SharedRegion> regions =
                    Race.run(
                            THREADS,
                            number -> {
                                SharedRegion region = SharedRegion.openOrCreate(options);
                                region.buffer("sum", 8).getAndAddLong(0, 1);
                                return region;
                            });
            for (SharedRegion region : regions) {
                assertEquals(THREADS, region.buffer("sum", 8).getLong(0));
                assertFalse(region.isDeleted());
            }
            assertEquals(
                    THREADS, regions.stream().map(region -> region.self().id()).distinct().count());
            regions.forEach(SharedRegion::close);
        }
    }

    /** Nothing but the documented exceptions comes of it, and nothing is left. */
    @Test
    void createOpenDelete_inAStorm() throws Exception {
        RegionOptions options = small("r");
        AtomicInteger opened = new AtomicInteger();
        AtomicInteger deleted = new AtomicInteger();
        Race.run(
                THREADS,
                number -> {
                    for (int i = 0; i < 300; i++) {
                        switch (ThreadLocalRandom.current().nextInt(5)) {
                            case 0 -> tolerated(() -> SharedRegion.create(options).close());
                            case 1 -> tolerated(() -> SharedRegion.open(options).close());
                            case 2 -> opened.addAndGet(useNewOrOld(options));
                            case 3 ->
                                    deleted.addAndGet(
                                            tolerated(() -> SharedRegion.delete(options)));
                            default -> RegionListing.list(directory);
                        }
                    }
                    return null;
                });
        assertTrue(opened.get() > 0);
        assertTrue(deleted.get() > 0);
        tolerated(() -> SharedRegion.delete(options));
        assertEquals(Set.of(), TestRegions.files(directory));
    }

    /** Opening or creating always gives a region that works, deleted by others or not. */
    private static int useNewOrOld(RegionOptions options) {
        try (SharedRegion region = SharedRegion.openOrCreate(options)) {
            region.buffer("b", 8).getAndAddLong(0, 1);
            assertTrue(region.participants().contains(region.self()));
            return 1;
        }
    }

    /** Returns 1 when it worked, 0 when it was refused because somebody else was quicker. */
    private static int tolerated(Runnable action) {
        try {
            action.run();
            return 1;
        } catch (UncheckedIOException e) {
            boolean expected =
                    e.getCause() instanceof FileAlreadyExistsException
                            || e.getCause() instanceof NoSuchFileException;
            if (!expected) {
                throw e;
            }
            return 0;
        }
    }

    @Test
    void reclaim_neverTakesARegionFromItsUsers() throws Exception {
        RegionOptions options = small("r");
        AtomicBoolean done = new AtomicBoolean();
        Race.run(
                3,
                number -> {
                    if (number == 0) {
                        while (!done.get()) {
                            try {
                                tolerated(() -> SharedRegion.reclaim(options));
                            } catch (IllegalStateException inUse) {
                                assertTrue(inUse.getMessage().contains("in use"));
                            }
                        }
                        return null;
                    }
                    try {
                        for (int i = 0; i < 200; i++) {
                            try (SharedRegion region = SharedRegion.openOrCreate(options)) {
                                assertFalse(region.isDeleted());
                            }
                        }
                    } finally {
                        done.set(true);
                    }
                    return null;
                });
    }

    @Test
    void objects_createdByOneAndSeenWholeByAll() throws Exception {
        try (SharedRegion one = SharedRegion.create(small("r"));
                SharedRegion other = SharedRegion.open(small("r"))) {
            for (int round = 0; round < 150; round++) {
                AtomicInteger made = new AtomicInteger();
                ObjectSpec spec =
                        new ObjectSpec(
                                RawBufferType.INSTANCE,
                                0,
                                0,
                                1000,
                                "",
                                memory -> {
                                    made.incrementAndGet();
                                    memory.setMemory(0, 1000, (byte) 7);
                                });
                Race.run(
                        THREADS,
                        number -> {
                            SharedRegion region = number % 2 == 0 ? one : other;
                            try (Block block =
                                    region.attach("b", spec, AttachMode.OPEN_OR_CREATE)) {
                                for (int i = 0; i < 1000; i++) {
                                    assertEquals(7, block.buffer().getByte(i));
                                }
                            }
                            return null;
                        });
                assertEquals(1, made.get());
                assertTrue(one.remove("b"));
            }
        }
    }

    @Test
    void objects_createdByOneAloneInCreateMode() throws Exception {
        try (SharedRegion region = SharedRegion.create(small("r"))) {
            for (int round = 0; round < 60; round++) {
                List<Boolean> won =
                        Race.run(
                                THREADS,
                                number -> {
                                    try {
                                        region.attach("b", spec(64), AttachMode.CREATE).close();
                                        return true;
                                    } catch (IllegalStateException e) {
                                        assertTrue(e.getMessage().contains("exists already"));
                                        return false;
                                    }
                                });
                assertEquals(1, Collections.frequency(won, true));
                List<Boolean> removed = Race.run(THREADS, number -> region.remove("b"));
                assertEquals(1, Collections.frequency(removed, true));
            }
        }
    }

    private static ObjectSpec spec(int bytes) {
        return new ObjectSpec(RawBufferType.INSTANCE, 0, 0, bytes, "", memory -> {});
    }

    /**
     * Names of all lengths and objects of two sizes come and go in the same few entries while
     * others look: a listing shows what there is, and never takes a half-written entry, of which
     * the offset is one object's and the size another's, for a damaged one.
     */
    @Test
    void listing_neverSeesHalfAnEntry() throws Exception {
        RegionOptions options = small("r").maxObjects(2);
        AtomicBoolean done = new AtomicBoolean();
        try (SharedRegion one = SharedRegion.create(options);
                SharedRegion other = SharedRegion.open(options)) {
            Race.run(
                    4,
                    number -> {
                        if (number < 2) {
                            try {
                                churn(number == 0 ? one : other, "ab".charAt(number));
                            } finally {
                                done.set(true);
                            }
                            return null;
                        }
                        while (!done.get()) {
                            for (ObjectEntry entry : one.entries()) {
                                assertEquals(bytesOf(entry.name()), entry.bytes(), entry::toString);
                                assertEquals(
                                        1,
                                        entry.name().chars().distinct().count(),
                                        entry::toString);
                            }
                        }
                        return null;
                    });
        }
    }

    private static void churn(SharedRegion region, char letter) {
        for (int i = 0; i < 8_000; i++) {
            String name = String.valueOf(letter).repeat(1 + i * 31 % 63);
            try {
                region.attach(name, spec(bytesOf(name)), AttachMode.CREATE).close();
                assertTrue(region.remove(name));
            } catch (IllegalStateException e) {
                // Now and then a small object lies in the middle of the heap.
                assertTrue(e.getMessage().contains("no room"), e::getMessage);
            }
        }
    }

    /** All but one line of the heap, or one line; of the large ones there is one at a time. */
    private static int bytesOf(String name) {
        boolean large = name.startsWith("a") && name.length() % 2 == 0;
        return (large ? TestRegions.HEAP_BYTES - 256 : 0) + name.length();
    }

    /** The same few names in several attachments; nothing is lost, mixed up or left. */
    @Test
    void objects_createdOpenedAndRemovedInAStorm() throws Exception {
        RegionOptions options = small("r").maxObjects(32).bytes(64 << 10);
        try (SharedRegion one = SharedRegion.create(options);
                SharedRegion other = SharedRegion.open(options)) {
            Race.run(
                    THREADS,
                    number -> {
                        SharedRegion region = number % 2 == 0 ? one : other;
                        for (int i = 0; i < 5000; i++) {
                            int name = ThreadLocalRandom.current().nextInt(20);
                            useOrRemove(region, "n" + name, 64 + name);
                        }
                        return null;
                    });
            for (String name : one.names()) {
                assertTrue(other.remove(name));
            }
            AtomicBuffer all = one.buffer("all", 64 << 10);
            for (int i = 0; i < all.capacity(); i += Long.BYTES) {
                assertEquals(0, all.getLong(i));
            }
        }
    }

    private static void useOrRemove(SharedRegion region, String name, int bytes) {
        switch (ThreadLocalRandom.current().nextInt(4)) {
            case 0 -> region.remove(name);
            case 1 -> {
                try (Block block = region.attach(name, RawBufferType.INSTANCE)) {
                    assertEquals(bytes, block.buffer().capacity());
                } catch (NoSuchElementException e) {
                    assertTrue(e.getMessage().contains("name=" + name));
                }
            }
            default -> {
                try (Block block = region.attach(name, spec(bytes), AttachMode.OPEN_OR_CREATE)) {
                    // Two words that always say the same, were the memory not somebody else's.
                    block.buffer().getAndAddLong(0, 1);
                    block.buffer().getAndAddLong(8, 1);
                    long second = block.buffer().getLongVolatile(8);
                    assertTrue(block.buffer().getLongVolatile(0) >= second - THREADS);
                    assertEquals(0, block.buffer().getLong(16));
                }
            }
        }
    }

    private RegionOptions small(String name) {
        return TestRegions.small(directory.resolve(name + ".shm"));
    }
}
