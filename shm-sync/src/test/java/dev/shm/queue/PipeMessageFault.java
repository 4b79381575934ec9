package dev.shm.queue;

import dev.shm.explore.Interception;
import dev.shm.ring.BareRing;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/** One line of the way of a message through a {@link SharedPipe} undone. */
enum PipeMessageFault {
    /** Nothing is wrong. */
    NONE,
    /** Nobody is woken. */
    NO_WAKE,
    /** The room of what was read is not given back. */
    NO_ROOM,
    /** The room of a record that nobody has read is given back. */
    TOO_MUCH_ROOM,
    /** The header of a record is there before its payload. */
    HEADER_BEFORE_PAYLOAD,
    /** What follows the beginning of a message is a message of its own. */
    PARTS_ARE_MESSAGES,
    /** Who closes its end does not say so (no Z). */
    SILENT_CLOSE,
    /** Nobody looks whether its peer has died. */
    NO_PROBE,
    /** Who has said that it sleeps looks on for a shorter time than a store is kept back. */
    NO_SETTLING;

    private static final int ONE_RECORD = 8;

    /** Whether it does harm where everybody lives. */
    boolean showsWithoutADeath() {
        return this != NO_PROBE;
    }

    /** Whether it does harm only where stores are seen late. */
    boolean needsDelayedStores() {
        return this == NO_SETTLING;
    }

    /** Stands between one participant and the memory. */
    static final class Tampering implements Interception.Interceptor {
        private final PipeMessageFault fault;
        private final List<Call> delayed = new ArrayList<>();

        Tampering(PipeMessageFault fault) {
            this.fault = fault;
        }

        @Override
        public @Nullable Object call(AtomicBuffer target, Method method, Object[] arguments)
                throws Throwable {
            String name = method.getName();
            int index = arguments.length > 0 && arguments[0] instanceof Integer i ? i : -1;
            boolean inData = index >= BareRing.DATA && index < PipeMessageScenario.LEFT;
            boolean isHeader = inData && name.equals("putLongRelease");
            boolean isHead = index == BareRing.HEAD && name.startsWith("put");
            boolean isPayload = inData && name.equals("putBytes");
            if (fault == NO_ROOM && isHead) {
                return null;
            }
            if (fault == SILENT_CLOSE && isClosing(name, arguments)) {
                return false;
            }
            if (fault == HEADER_BEFORE_PAYLOAD && isPayload) {
                delayed.add(new Call(method, List.of(arguments)));
                return null;
            }
            if (fault == TOO_MUCH_ROOM && isHead) {
                arguments[1] = (long) arguments[1] + ONE_RECORD;
            }
            if (fault == PARTS_ARE_MESSAGES && isHeader) {
                arguments[1] = messageInsteadOfPart((long) arguments[1]);
            }
            Object result = Interception.proceed(target, method, arguments);
            if (isHeader) {
                for (Call call : delayed) {
                    Interception.proceed(target, call.method, call.arguments.toArray());
                }
                delayed.clear();
            }
            return result;
        }

        private static boolean isClosing(String name, Object[] arguments) {
            return name.equals("compareAndSetInt") && ((int) arguments[2] & PipeLayout.CLOSED) != 0;
        }

        private static long messageInsteadOfPart(long header) {
            long type = header >>> 32;
            return type == PipeLayout.NEXT ? (long) PipeLayout.WHOLE << 32 | (int) header : header;
        }

        private record Call(Method method, List<Object> arguments) {}
    }
}
