package dev.shm.queue;

import dev.shm.explore.Interception;
import dev.shm.queue.SlotScenario.Manner;
import dev.shm.queue.SlotScenario.Size;
import dev.shm.wait.Deadline;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Faults put between a {@link SlotCore} and its memory or its waiter: each undoes one line of the
 * protocol, as if it had been forgotten.
 */
enum SlotFault {
    /** Nothing is wrong. */
    NONE,
    /** The ticket is stored before what it stands for. */
    ACCEPTED_EARLY,
    /** Nobody can see that a change was not finished. */
    NOT_MARKED,
    /** What is taken keeps its ticket. */
    NOT_FREED,
    /** A ticket is given again. */
    TICKETS_REPEATED,
    /** Who waits does not say so. */
    NOT_ANNOUNCED,
    /** Who has slept takes what it got and forgets the others. */
    SLEEPERS_FORGOTTEN,
    /** The epoch goes on for ever. */
    EPOCH_NOT_ENDED,
    /** Nobody is woken. */
    NOT_WOKEN,
    /** Who leaves without a turn keeps the wake that it had. */
    WAKE_KEPT,
    /** Who is interrupted forgets what it has just taken. */
    FORGOTTEN,
    /** A wait gives up as if its deadline had expired. */
    IMPATIENT,
    /** An attempt to take comes to nothing, whatever there is. */
    NOT_LOOKED,
    /** A shutdown wakes nobody. */
    SHUT_DOWN_SILENTLY,
    /** A shutdown at once leaves what is there. */
    NOT_EMPTIED,
    /** Who adds does not look whether there was a shutdown. */
    NOT_CLOSED;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return this != ACCEPTED_EARLY && this != NOT_MARKED;
    }

    /** Whether it shows only where somebody is interrupted. */
    boolean needsAnInterrupt() {
        return this == WAKE_KEPT || this == FORGOTTEN;
    }

    /** The scenario that it shows in. */
    Size shownBy(Size size) {
        return switch (this) {
            case WAKE_KEPT -> new Size(size.kind(), 4, 1, 2, 2);
            case NOT_LOOKED -> size.in(Manner.TRYING);
            case SHUT_DOWN_SILENTLY, NOT_CLOSED -> size.in(Manner.SHUTTING_DOWN);
            case NOT_EMPTIED -> size.in(Manner.SHUTTING_DOWN_NOW);
            default -> size;
        };
    }

    /** How long a wait is to last. */
    Deadline distort(Deadline deadline) {
        return this == IMPATIENT ? deadline.unless(() -> true) : deadline;
    }

    /** Whether the current thread leaves with empty hands, having taken something. */
    boolean forgetsIfInterrupted() {
        return this == FORGOTTEN && Thread.interrupted();
    }

    /** What is wrong with one execution; several threads, one at a time. */
    final class Injector implements Interception.Interceptor {
        private final SlotLayout layout;
        private final Waiter waiter;
        private final Set<Thread> slept = new HashSet<>(); // and have not had the lock since
        private final Map<Thread, Object[]> delayed = new HashMap<>();

        Injector(SlotLayout layout, Waiter waiter) {
            this.layout = layout;
            this.waiter = waiter;
        }

        AtomicBuffer over(AtomicBuffer buffer) {
            return SlotFault.this == NONE ? buffer : Interception.of(buffer, this);
        }

        Waiter waiter() {
            return new Waiter() {
                @Override
                public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
                    boolean news = waiter.await(buffer, index, expected, nanos);
                    if (index != SlotLayout.MUTEX) {
                        slept.add(Thread.currentThread());
                    }
                    return news;
                }

                @Override
                public void wake(AtomicBuffer buffer, int index, int count) {
                    boolean kept = SlotFault.this == WAKE_KEPT && hasSlept();
                    boolean none =
                            SlotFault.this == NOT_WOKEN && count == 1
                                    || SlotFault.this == SHUT_DOWN_SILENTLY && count > 1;
                    if (index == SlotLayout.MUTEX || !kept && !none) {
                        waiter.wake(buffer, index, count);
                    }
                }
            };
        }

        private boolean hasSlept() {
            return slept.contains(Thread.currentThread());
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            return switch (method.getName()) {
                case "getIntVolatile" -> {
                    boolean blind = SlotFault.this == NOT_CLOSED;
                    yield blind && (int) arguments[0] == SlotLayout.PHASE
                            ? (Object) SlotLayout.OPEN
                            : Interception.proceed(target, method, arguments);
                }
                case "putIntRelease" -> {
                    if (!forgets((int) arguments[0], (int) arguments[1])) {
                        Interception.proceed(target, method, arguments);
                    }
                    yield null;
                }
                case "getAndAddInt" ->
                        forgets((int) arguments[0], 0)
                                ? target.getIntVolatile((int) arguments[0])
                                : Interception.proceed(target, method, arguments);
                case "putLongRelease" -> {
                    if (!forgetsLong((int) arguments[0], (long) arguments[1])) {
                        Interception.proceed(target, method, arguments);
                    }
                    Object[] late = delayed.remove(Thread.currentThread());
                    if (late != null && (int) arguments[0] != SlotLayout.TICKET) {
                        target.putBytes((int) late[0], (AtomicBuffer) late[1], 0, (int) late[3]);
                    } else if (late != null) {
                        delayed.put(Thread.currentThread(), late);
                    }
                    yield null;
                }
                case "putBytes" -> {
                    if (SlotFault.this == ACCEPTED_EARLY) {
                        delayed.put(Thread.currentThread(), arguments);
                        yield null;
                    }
                    yield Interception.proceed(target, method, arguments);
                }
                case "compareAndSetLong" -> {
                    Object done = Interception.proceed(target, method, arguments);
                    if ((int) arguments[0] == SlotLayout.MUTEX
                            && done == Boolean.TRUE
                            && (long) arguments[2] != 0
                            && SlotFault.this == WAKE_KEPT) {
                        slept.remove(Thread.currentThread());
                    }
                    yield done;
                }
                default -> Interception.proceed(target, method, arguments);
            };
        }

        private boolean forgets(int index, int value) {
            boolean awaited =
                    index == SlotLayout.ITEM_EPOCH + SlotLayout.AWAITED
                            || index == SlotLayout.SPACE_EPOCH + SlotLayout.AWAITED;
            boolean epoch = index == SlotLayout.ITEM_EPOCH || index == SlotLayout.SPACE_EPOCH;
            return switch (SlotFault.this) {
                case NOT_MARKED -> index == SlotLayout.CHANGING && value == 1;
                case NOT_ANNOUNCED -> awaited && value == 1;
                case SLEEPERS_FORGOTTEN ->
                        awaited && value == 1 && slept.remove(Thread.currentThread());
                case EPOCH_NOT_ENDED -> epoch;
                case NOT_EMPTIED -> index == SlotLayout.PHASE && value == SlotLayout.EMPTIED;
                default -> false;
            };
        }

        private boolean forgetsLong(int index, long value) {
            return switch (SlotFault.this) {
                case NOT_FREED -> index >= layout.slot(0) && value == SlotLayout.FREE;
                case TICKETS_REPEATED -> index == SlotLayout.TICKET && value > 1;
                default -> false;
            };
        }
    }
}
