package dev.shm.ring;

import static dev.shm.ring.BroadcastLayout.INTENT;
import static dev.shm.ring.BroadcastLayout.LATEST;
import static dev.shm.ring.BroadcastLayout.TAIL;

import dev.shm.explore.Interception;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** One line of the protocol of {@link Broadcast} undone, between it and its memory. */
enum BroadcastFault {
    /** Nothing is wrong. */
    NONE,
    /** Nobody is told what will be written over (no I). */
    NO_INTENT,
    /** A successor takes back the intent that the dead left (no O), as Agrona's does. */
    INTENT_FALLS,
    /** The tail is stored before the payload (T before D). */
    TAIL_BEFORE_PAYLOAD,
    /** Receivers believe what they copied (no V). */
    NO_VALIDATION,
    /** The latest record is never named (no L). */
    NO_LATEST,
    /** A successor leaves latest as the dead left it. */
    NO_REPAIR;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return this != INTENT_FALLS && this != NO_REPAIR;
    }

    /** Stands between one participant and the memory. */
    static final class Tampering implements Interception.Interceptor {
        private final BroadcastFault fault;
        private final int capacity;
        private final List<Call> delayed = new ArrayList<>();
        private boolean opening;

        Tampering(BroadcastFault fault, int capacity) {
            this.fault = fault;
            this.capacity = capacity;
        }

        /** Says that a transmitter looks at what its predecessor left. */
        void opens(boolean now) {
            opening = now;
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            int index = arguments.length > 0 && arguments[0] instanceof Integer i ? i : -1;
            boolean puts = method.getName().equals("putLongRelease");
            boolean drops =
                    puts
                            && (fault == NO_INTENT && index == capacity + INTENT
                                    || fault == NO_LATEST && index == capacity + LATEST
                                    || fault == NO_REPAIR && opening);
            if (drops) {
                return null;
            }
            if (!puts && index == capacity + INTENT) {
                if (fault == INTENT_FALLS && opening) {
                    return target.getLongVolatile(capacity + TAIL);
                } else if (fault == NO_VALIDATION && !opening) {
                    return 0L;
                }
            }
            if (fault == TAIL_BEFORE_PAYLOAD && puts && index < capacity) {
                delayed.add(new Call(method, List.of(arguments)));
                return null;
            }
            Object result = Interception.proceed(target, method, arguments);
            if (puts && index == capacity + TAIL) {
                for (Call call : delayed) {
                    Interception.proceed(target, call.method, call.arguments.toArray());
                }
                delayed.clear();
            }
            return result;
        }

        private record Call(Method method, List<Object> arguments) {}
    }
}
