package dev.shm.sync;

import dev.shm.explore.World;
import dev.shm.wait.Waiter;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Ends, in an explored world, the waits of those who wait for somebody that has died: a wait gives
 * up when nobody has got anywhere by ticks for a while.
 */
final class Patience {
    private static final int ENOUGH = 5;

    private final World world;
    private final Runnable whenLost;
    private final IntPredicate mayBeHopeless;
    private final Map<Thread, Integer> fruitless = new HashMap<>(); // ticks, by the sleeper
    private final Map<Thread, Integer> tags = new HashMap<>(); // of sleepers

    /** There is nothing to wait for any more. */
    static final class Lost extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /**
     * Patience of a world.
     *
     * @param mayBeHopeless whether a wait on the word at an index may come to nothing; others must
     *     not
     * @param whenLost fails if there is something that a sleeper should have noticed
     */
    Patience(World world, IntPredicate mayBeHopeless, Runnable whenLost) {
        this.world = world;
        this.mayBeHopeless = mayBeHopeless;
        this.whenLost = whenLost;
    }

    /** Somebody has got somewhere. */
    void progress() {
        fruitless.replaceAll((thread, ticks) -> 0);
    }

    /** A participant has finished, or is dead. */
    void leave(int tag) {
        fruitless.keySet().removeIf(thread -> tags.getOrDefault(thread, 0) == tag);
    }

    /** The current thread has finished. */
    void leave() {
        fruitless.remove(Thread.currentThread());
    }

    /** The waiter of one participant. */
    Waiter of(int tag) {
        return new Waiter() {
            @Override
            public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
                Thread thread = Thread.currentThread();
                tags.put(thread, tag);
                fruitless.putIfAbsent(thread, 0);
                boolean news = world.waiter().await(buffer, index, expected, nanos);
                if (news) {
                    progress();
                    leave();
                } else if (fruitless.merge(thread, 1, Integer::sum) >= ENOUGH
                        && fruitless.values().stream().allMatch(ticks -> ticks >= ENOUGH)) {
                    giveUp(index);
                }
                return news;
            }

            @Override
            public void wake(AtomicBuffer buffer, int index, int count) {
                world.waiter().wake(buffer, index, count);
            }
        };
    }

    private void giveUp(int index) {
        whenLost.run();
        if (!mayBeHopeless.test(index)) {
            throw new AssertionError("stuck: index=" + index + " ticks=" + fruitless.values());
        }
        throw new Lost();
    }
}
