package dev.shm.process;

import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a task has thrown, on its way to who waits for the task. */
final class RemoteFailure implements Serializable {
    private static final long serialVersionUID = 1;

    private final String words;
    private final String trace;
    private final byte @Nullable [] thrown; // serialised; null if that failed

    private RemoteFailure(String words, String trace, byte @Nullable [] thrown) {
        this.words = words;
        this.trace = trace;
        this.thrown = thrown;
    }

    /** Never fails, whatever the methods of what was thrown do. */
    static RemoteFailure of(Throwable thrown) {
        String words = words(thrown);
        return new RemoteFailure(words, trace(thrown, words), serialized(thrown));
    }

    private static String words(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (Throwable e) { // of the user's
            return thrown.getClass().getName()
                    + ", whose toString throws "
                    + e.getClass().getName();
        }
    }

    private static String trace(Throwable thrown, String words) {
        try {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace));
            return trace.toString();
        } catch (Throwable e) { // of the user's
            return words;
        }
    }

    private static byte @Nullable [] serialized(Throwable thrown) {
        try {
            return Wire.write(thrown).toByteArray();
        } catch (Throwable e) { // of the user's
            return null; // its words will do
        }
    }

    /** What was thrown, of the same type, with the remote stack trace as its last cause. */
    Throwable rebuild() {
        Throwable rebuilt = deserialized();
        RemoteTraceException where = new RemoteTraceException(trace);
        try {
            lastCause(rebuilt).initCause(where);
        } catch (Throwable e) { // the cause was set to none, or methods are the user's
            rebuilt.addSuppressed(where);
        }
        return rebuilt;
    }

    private static Throwable lastCause(Throwable thrown) {
        Throwable last = thrown;
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Throwable next = thrown;
        while (next != null && seen.add(next)) { // causes may come in a circle
            last = next;
            next = next.getCause();
        }
        return last;
    }

    private Throwable deserialized() {
        if (thrown != null) {
            try {
                return (Throwable) Wire.read(thrown);
            } catch (Throwable e) { // whatever it is: a method of the user's read it
                return new TransferException("threw " + words + ", which cannot be read here", e);
            }
        }
        return new TransferException("threw " + words + ", which cannot be serialised");
    }
}
