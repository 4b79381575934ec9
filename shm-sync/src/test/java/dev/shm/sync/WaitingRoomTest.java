package dev.shm.sync;

import static dev.shm.sync.WaitingRoomLayout.EPOCH;
import static dev.shm.sync.WaitingRoomLayout.FOR_ONE;
import static dev.shm.sync.WaitingRoomLayout.FOR_SEVERAL;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.shm.explore.Interception;
import dev.shm.memory.MappedBuffer;
import dev.shm.testing.EverybodyLives;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.junit.jupiter.api.Test;

/** How many a signal wakes. */
class WaitingRoomTest {
    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(128));
    private final List<Integer> wakes = new ArrayList<>();
    private final WaitingRoom room = room(memory);

    @Test
    void signal_wakesNobody_whereNobodyWaits() {
        room.signal(3);
        assertEquals(List.of(), wakes);
        assertEquals(0, room.epoch());
    }

    @Test
    void signal_wakesOneForEachPermit() {
        room.announce(FOR_ONE);
        room.signal(3);
        assertEquals(List.of(3), wakes);
        assertEquals(1, room.epoch());
    }

    @Test
    void signal_wakesAll_whereOneNeedsSeveral() {
        room.announce(FOR_SEVERAL);
        room.announce(FOR_ONE);
        room.signal(1);
        assertEquals(List.of(Integer.MAX_VALUE), wakes);
    }

    /** It may be asleep before the epoch moves, in front of the one that the wake is for. */
    @Test
    void signal_wakesAll_whereOneThatNeedsSeveralComesBeforeTheEpochMoves() {
        room.announce(FOR_ONE);
        AtomicBuffer watched =
                Interception.of(
                        memory,
                        (target, method, arguments) -> {
                            if (method.getName().equals("getAndAddInt")
                                    && (int) arguments[0] == EPOCH) {
                                room.announce(FOR_SEVERAL);
                            }
                            return Interception.proceed(target, method, arguments);
                        });
        room(watched).signal(1);
        assertEquals(List.of(Integer.MAX_VALUE), wakes);
    }

    private WaitingRoom room(AtomicBuffer buffer) {
        Waiter counting =
                new Waiter() {
                    @Override
                    public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
                        throw new AssertionError("nobody sleeps here");
                    }

                    @Override
                    public void wake(AtomicBuffer unused, int index, int count) {
                        wakes.add(count);
                    }
                };
        return new WaitingRoom(buffer, new EverybodyLives(1), counting, TickPolicy.OFF);
    }
}
