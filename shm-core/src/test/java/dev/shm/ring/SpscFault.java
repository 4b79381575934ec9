package dev.shm.ring;

import static dev.shm.ring.SpscLayout.COMMIT;
import static dev.shm.ring.SpscLayout.DATA;
import static dev.shm.ring.SpscLayout.HEAD;
import static dev.shm.ring.SpscLayout.TAIL;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
import dev.shm.wait.Liveness;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** One line of the protocol of {@link SpscRing} undone, between it and its memory. */
enum SpscFault {
    /** Nothing is wrong. */
    NONE,
    /** Where the next header will be stays what it was (no P4). */
    NO_END,
    /** The header is stored before the payload (P6 before P5). */
    HEADER_BEFORE_PAYLOAD,
    /** The header is stored before the end behind it (P6 before P4). */
    HEADER_BEFORE_END,
    /** The tail is a record ahead of what is published (P7 before P6). */
    TAIL_AHEAD,
    /** A successor believes the tail (no O). */
    NO_SCAN,
    /** The room of a record that nobody has read is given back (C3 before C1). */
    HEAD_AHEAD,
    /** Nothing is committed (no C2). */
    NO_COMMIT,
    /** Who comes takes the role, whoever has it. */
    NO_ROLES;

    private static final int ONE_RECORD = 16;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return this != TAIL_AHEAD && this != NO_SCAN;
    }

    /** What a participant believes of the others. */
    Liveness liveness(Liveness real) {
        return this == NO_ROLES ? FaultyLiveness.ofDeaths(real, tag -> true) : real;
    }

    /** Stands between one participant and the memory. */
    static final class Tampering implements Interception.Interceptor {
        private final SpscFault fault;
        private final List<Call> delayed = new ArrayList<>();
        private boolean opening;

        Tampering(SpscFault fault) {
            this.fault = fault;
        }

        /** Says that a producer looks for the end of what its predecessor left. */
        void opens(boolean now) {
            opening = now;
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            String name = method.getName();
            int index = arguments.length > 0 && arguments[0] instanceof Integer i ? i : -1;
            boolean inData = index >= DATA;
            boolean end = inData && name.equals("setMemory");
            boolean payload = inData && name.startsWith("put") && !name.endsWith("Release");
            boolean dropped =
                    fault == NO_END && end
                            || fault == NO_COMMIT && name.startsWith("put") && index == COMMIT;
            if (dropped) {
                return null;
            }
            if (fault == HEADER_BEFORE_PAYLOAD && payload || fault == HEADER_BEFORE_END && end) {
                delayed.add(new Call(method, List.of(arguments)));
                return null;
            }
            if (fault == NO_SCAN && opening && inData) {
                return 0L;
            }
            if (name.equals("putLongRelease")
                    && (fault == TAIL_AHEAD && index == TAIL
                            || fault == HEAD_AHEAD && index == HEAD)) {
                arguments[1] = (long) arguments[1] + ONE_RECORD;
            }
            Object result = Interception.proceed(target, method, arguments);
            if (inData && name.equals("putLongRelease")) {
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
