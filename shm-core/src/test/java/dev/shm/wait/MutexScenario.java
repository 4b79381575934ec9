package dev.shm.wait;

import dev.shm.explore.Participant;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import dev.shm.wait.RobustMutex.Acquisition;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Threads of several participants that count under a mutex, in two words that must stay equal.
 * Checked: nobody is inside together with another; a death as the owner is reported to each next
 * owner until one repairs, and nothing else is; nobody is left asleep; no count is lost; the word
 * ends free.
 */
final class MutexScenario implements Scenario {
    private static final int MUTEX = 64;
    private static final int WORD = MUTEX + MutexLayout.WORD;
    private static final int FIRST = 128;
    private static final int SECOND = 136;

    /**
     * How large it is.
     *
     * @param participants who share the mutex
     * @param threads of each participant
     * @param rounds of each thread
     * @param interruptible whether threads give up when interrupted, every other participant's
     */
    record Size(int participants, int threads, int rounds, boolean interruptible) {}

    private final Size size;
    private final TickPolicy ticks;
    private final MutexFault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private int inside;
    private boolean mustTell;
    private int completed;

    MutexScenario(Size size, TickPolicy ticks, MutexFault fault) {
        this.size = size;
        this.ticks = ticks;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        MutexFault.Injected injected = fault.inject(world.buffer(), world.waiter(), WORD);
        for (int p = 0; p < size.participants(); p++) {
            Participant participant = world.join();
            RobustMutex mutex =
                    new RobustMutex(
                            injected.buffer(),
                            MUTEX,
                            injected.liveness().apply(participant.liveness()),
                            injected.waiter(),
                            ticks,
                            0);
            boolean interruptible = size.interruptible() && p % 2 == 1;
            for (int t = 0; t < size.threads(); t++) {
                participant.thread(
                        () -> play(world, mutex, participant.tag(), injected, interruptible));
            }
        }
        world.onDeath(
                dead -> {
                    mustTell |= (word(world) & MutexLayout.TAG) == dead.tag();
                    inside = inside == dead.tag() ? 0 : inside;
                });
        world.atEnd(() -> checkEnd(world));
    }

    private void play(
            World world,
            RobustMutex mutex,
            int tag,
            MutexFault.Injected injected,
            boolean interruptible) {
        for (int round = 0; round < size.rounds(); round++) {
            Acquisition acquisition;
            try {
                acquisition = interruptible ? mutex.tryLock(world.deadline()) : mutex.lock();
            } catch (InterruptedException e) {
                continue;
            }
            if (acquisition == null) {
                check(world.isExpired(), "there was time left");
                continue;
            }
            check(inside == 0, "tag=" + tag + " is inside together with tag=" + inside);
            inside = tag;
            boolean told = acquisition == Acquisition.OWNER_DIED;
            check(told == mustTell, "told=" + told + " mustTell=" + mustTell);
            boolean repairs = (tag + round) % 3 != 0; // one in three leaves it to the next
            if (!told || repairs) {
                count(mutex, injected.buffer(), told);
            }
            inside = 0;
            mutex.unlock();
        }
    }

    private void count(RobustMutex mutex, AtomicBuffer data, boolean told) {
        long first = data.getLong(FIRST);
        long second = data.getLong(SECOND);
        if (told) {
            second = first;
            data.putLong(SECOND, second);
            mutex.markConsistent();
            mustTell = false;
        }
        check(first == second, "first=" + first + " second=" + second);
        data.putLong(FIRST, first + 1);
        data.putLong(SECOND, second + 1);
        completed++;
    }

    private void checkEnd(World world) {
        long first = world.memory().getLong(FIRST);
        check(
                first >= completed && first <= completed + world.deaths(),
                "first=" + first + " completed=" + completed);
        int word = word(world);
        if (world.deaths() == 0) {
            check(word == MutexLayout.FREE, "word=" + Integer.toHexString(word));
        }
    }

    private static int word(World world) {
        return world.memory().getInt(WORD);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
