package dev.shm.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.testing.FormatDoc;
import dev.shm.wait.Waiter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers are the format, and stand in {@code docs/format.md}. */
class MpmcLayoutTest {
    private static final int TAG = 3 << 12 | 5;
    private static final int CAPACITY = 4;

    /** 8 participants: 512 + 128 (36 of tags) + 4 * 128 + 128 (4 * 24 of messages). */
    private static final MpmcLayout LAYOUT = new MpmcLayout(CAPACITY, 13, 8);

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(2048));

    @Test
    void aRing_isWhereItSays() {
        assertEquals(1280, LAYOUT.bytes());
        assertEquals(8L << 32 | 13, LAYOUT.configB());
        MpmcCore core = core(TAG, 0);
        assertEquals(TAG, memory.getInt(512 + 4 * 5));
        for (int i = 0; i < CAPACITY; i++) {
            assertEquals((long) i << 13, memory.getLong(640 + 8 * i));
        }
        long claim = core.claim();
        assertEquals(1L << 13 | 5, memory.getLong(0));
        assertEquals(1152, core.message(claim));
        core.publish(claim);
        assertEquals(1, memory.getLong(640));
        assertEquals(claim, core.take());
        assertEquals(1L << 13 | 5, memory.getLong(128));
        core.release(claim);
        assertEquals((long) CAPACITY << 13, memory.getLong(640));
        core.end(core.claim(), false);
        assertEquals(1L << 13 | 2, memory.getLong(648));
        assertEquals(1152 + 24, core.message(1L << 13));
        assertEquals(65, MpmcRingType.INSTANCE.code());
    }

    @Test
    void unfinishedClaims_areNamedBelowTheNext() {
        MpmcCore first = core(TAG, 5);
        MpmcCore second = core(7 << 12 | 2, -1);
        first.claim();
        second.claim();
        assertEquals(2L << 30 | TAG, memory.getLong(768 + 8));
        first.publish(5L << 13);
        second.publish(6L << 13);
        second.take();
        first.take();
        assertEquals(2L << 30 | 7 << 12 | 2, memory.getLong(896 + 8));
        assertEquals(0, memory.getLong(136));
        second.requeue(5L << 13);
        assertEquals(2L << 30 | 1 << 12, memory.getLong(896 + 8));
        assertEquals(5, memory.getLong(136)); // version 1, SET
        assertEquals(1, memory.getInt(256)); // whoever waits for a message is woken
        long again = first.take();
        assertEquals(5L << 13 | MpmcCore.AGAIN, again);
        assertEquals(2L << 30 | TAG, memory.getLong(896 + 8));
        assertEquals(2L << 24 | 1, memory.getLong(1024 + 8));
        assertEquals(1, first.attempts(again));
    }

    @Test
    void whoEndsAClaimThatTookWaitingAway_wakes() {
        MpmcCore core = core(TAG, 0);
        memory.putLong(0, 1 << 12); // a consumer has announced that it waits
        long claim = core.claim();
        assertEquals(1L << 13 | 5, memory.getLong(0));
        assertEquals(0, memory.getInt(256));
        core.publish(claim);
        assertEquals(1, memory.getInt(256));
        memory.putLong(128, 1 << 12); // and a producer
        long taken = core.take();
        assertEquals(1L << 13 | 5, memory.getLong(128));
        core.release(taken);
        assertEquals(1, memory.getInt(384));
        memory.putLong(0, memory.getLong(0) | 1 << 12);
        core.end(core.claim(), false);
        assertEquals(2, memory.getInt(256));
    }

    @Test
    void configurations_areChecked() {
        assertNotNull(MpmcLayout.of(CAPACITY, LAYOUT.configB()));
        for (long capacity : new long[] {-2, 0, 1, 3, 1 << 25, 1L << 40}) {
            assertNull(MpmcLayout.of(capacity, LAYOUT.configB()), () -> "" + capacity);
        }
        for (long configB : new long[] {8, 4096L << 32 | 8, 8L << 32 | 0xFFFF_FFFFL, -1}) {
            assertNull(MpmcLayout.of(CAPACITY, configB), () -> Long.toHexString(configB));
        }
        long longest = MpmcLayout.longest(CAPACITY, 8);
        assertTrue(MpmcLayout.bytes(CAPACITY, longest, 8) <= MpmcLayout.MAX_BYTES);
        assertFalse(MpmcLayout.bytes(CAPACITY, longest + 1024, 8) <= MpmcLayout.MAX_BYTES);
    }

    @Test
    void laps_areToldApart_alsoWherePositionsWrap() {
        long position = MpmcLayout.position(-1);
        long entry = LAYOUT.entry(position, TAG);
        assertTrue(LAYOUT.isFor(entry, position));
        assertTrue(LAYOUT.isFor(entry, position - MpmcLayout.ONE));
        assertFalse(LAYOUT.isFor(entry, position + MpmcLayout.ONE));
        assertFalse(LAYOUT.isFor(entry, position - LAYOUT.span()));
        assertFalse(LAYOUT.isFor(0, position));
        assertEquals(7, LAYOUT.failures(LAYOUT.failed(position, 7), position));
        assertEquals(0, LAYOUT.failures(LAYOUT.failed(position, 7), position + MpmcLayout.ONE));
        assertEquals(0, LAYOUT.failures(0, 0));
        int most = (1 << 24) - 1;
        assertEquals(most, LAYOUT.failures(LAYOUT.failed(position, most + 1), position));
    }

    @Test
    void theDocument_hasTheseNumbers() throws IOException {
        List<String> offsets =
                FormatDoc.table("mpmc layout").stream()
                        .filter(row -> !row.get(2).equals("reserved"))
                        .map(row -> row.get(2) + "=" + row.get(0))
                        .toList();
        assertEquals(
                List.of(
                        "tail=" + MpmcLayout.TAIL,
                        "head=" + MpmcLayout.HEAD,
                        "redelivery=" + MpmcLayout.REDELIVERY,
                        "itemEpoch=" + MpmcLayout.ITEM_EPOCH,
                        "spaceEpoch=" + MpmcLayout.SPACE_EPOCH,
                        "tags=" + MpmcLayout.TAGS,
                        "sequence=sequence",
                        "producer=producer",
                        "consumer=consumer",
                        "attempts=attempts",
                        "messages=messages"),
                offsets);
        assertBits("mpmc tail", MpmcLayout.POSITION, MpmcLayout.WAITING, MpmcLayout.SLOT);
        assertBits("mpmc sequence", MpmcLayout.POSITION, 0x1FFCL, 3L);
        assertBits("mpmc entry", -1L << MpmcLayout.TAG_BITS, MpmcLayout.TAG);
        assertBits("mpmc attempts", ~MpmcLayout.COUNT, MpmcLayout.COUNT);
        assertBits("mpmc redelivery", -MpmcLayout.VERSION, MpmcLayout.DROP, MpmcLayout.SET);
        assertEquals(
                List.of(
                        List.of(MpmcLayout.FREE + "", "FREE"),
                        List.of(MpmcLayout.FULL + "", "FULL"),
                        List.of(MpmcLayout.ABORTED + "", "ABORTED")),
                FormatDoc.table("mpmc codes").stream().map(row -> row.subList(0, 2)).toList());
        assertEquals(
                List.of(MpmcLayout.LENGTH + "", MpmcLayout.TYPE + "", MpmcLayout.PAYLOAD + ""),
                FormatDoc.table("mpmc message").stream().map(row -> row.get(0)).toList());
    }

    private static void assertBits(String mark, long... masks) throws IOException {
        List<List<String>> rows = FormatDoc.table(mark);
        assertEquals(masks.length, rows.size(), mark);
        for (int i = 0; i < masks.length; i++) {
            int high = Long.SIZE - 1 - Long.numberOfLeadingZeros(masks[i]);
            int low = Long.numberOfTrailingZeros(masks[i]);
            assertEquals(high + "-" + low, rows.get(i).get(0), mark);
        }
    }

    /** A participant's ring; the first one makes it, with the number of its first message. */
    private MpmcCore core(int tag, long first) {
        if (first >= 0) {
            MpmcCore.initialize(memory, LAYOUT, first);
        }
        return new MpmcCore(memory, memory, LAYOUT, new EverybodyLives(tag), Waiter.system());
    }
}
