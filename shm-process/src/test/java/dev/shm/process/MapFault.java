package dev.shm.process;

import dev.shm.explore.Interception;
import dev.shm.explore.Interception.Interceptor;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;

/** One line of a map's protocol, as if it had been forgotten or were another. */
enum MapFault {
    /** Nothing is wrong. */
    NONE {
        @Override
        Interceptor interceptor(MapLayout layout) {
            return Interception::proceed;
        }
    },

    /** The slot is stored before the record is written. */
    PUBLISHES_FIRST {
        @Override
        Interceptor interceptor(MapLayout layout) {
            List<Object[]> late = new ArrayList<>();
            return (target, method, arguments) -> {
                if (method.getName().equals("putBytes")) {
                    late.add(arguments);
                    return null;
                }
                Object result = Interception.proceed(target, method, arguments);
                if (isSlot(method)) {
                    for (Object[] put : late) {
                        target.putBytes((int) put[0], (byte[]) put[1], (int) put[2], (int) put[3]);
                    }
                    late.clear();
                }
                return result;
            };
        }
    },

    /** A record is freed before the slot that led to it is emptied. */
    FREES_FIRST {
        @Override
        Interceptor interceptor(MapLayout layout) {
            Deque<Object[]> late = new ArrayDeque<>();
            return (target, method, arguments) -> {
                if (isSlot(method) && (long) arguments[1] == MapLayout.EMPTY) {
                    late.add(arguments);
                    return null;
                }
                Object result = Interception.proceed(target, method, arguments);
                if (isFree(method) && !late.isEmpty()) {
                    target.putLongRelease((int) late.remove()[0], MapLayout.EMPTY);
                }
                return result;
            };
        }
    },

    /** A cell is taken in another's name. */
    ANONYMOUS_CELLS {
        @Override
        Interceptor interceptor(MapLayout layout) {
            return (target, method, arguments) ->
                    method.getName().equals("compareAndSetInt")
                            ? target.compareAndSetInt((int) arguments[0], 0, 99)
                            : Interception.proceed(target, method, arguments);
        }
    },

    /** A removal does not move what comes after the hole. */
    NO_MOVE {
        @Override
        Interceptor interceptor(MapLayout layout) {
            return (target, method, arguments) ->
                    isSlot(method) && isInASlot(target, layout, (long) arguments[1])
                            ? null
                            : Interception.proceed(target, method, arguments);
        }
    },

    /** The mutex lets everybody in. */
    NO_EXCLUSION {
        @Override
        Interceptor interceptor(MapLayout layout) {
            return (target, method, arguments) -> {
                if (isMutex(method)) {
                    target.putLongVolatile((int) arguments[0], 0);
                    return true;
                }
                return Interception.proceed(target, method, arguments);
            };
        }
    },

    /** Whoever repairs leaves what belongs to nothing. */
    REPAIR_FREES_NOTHING {
        @Override
        Interceptor interceptor(MapLayout layout) {
            boolean[] repairing = {false};
            return (target, method, arguments) -> {
                if (isMutex(method)) {
                    repairing[0] = ((long) arguments[2] & DIED) != 0;
                }
                return isFree(method) && repairing[0]
                        ? null
                        : Interception.proceed(target, method, arguments);
            };
        }
    };

    private static final long DIED = 1 << 30; // in the word of a mutex

    /** Stands between one participant and the memory. */
    abstract Interceptor interceptor(MapLayout layout);

    private static boolean isSlot(Method method) {
        return method.getName().equals("putLongRelease");
    }

    private static boolean isFree(Method method) {
        return method.getName().equals("putIntRelease");
    }

    private static boolean isMutex(Method method) {
        return method.getName().equals("compareAndSetLong");
    }

    private static boolean isInASlot(AtomicBuffer memory, MapLayout layout, long slot) {
        for (int at = 0; at < layout.slots(); at++) {
            if (slot != MapLayout.EMPTY && memory.getLong(layout.slot(0, at)) == slot) {
                return true;
            }
        }
        return false;
    }
}
