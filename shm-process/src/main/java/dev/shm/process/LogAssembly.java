package dev.shm.process;

import java.io.ByteArrayOutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Puts records together whose {@link LogPart}s come mixed with those of other processes.
 *
 * <p>Parts of one process come in order. Where some are missing, because it gave a record up or we
 * came later, the record is dropped.
 *
 * <p><b>Threads and processes.</b> For one thread.
 */
final class LogAssembly {
    private final Map<Integer, Begun> begun = new HashMap<>();
    private final IntPredicate isDead;

    /** A record of which more is to come. */
    private static final class Begun {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int parts;

        void add(byte[] part) {
            LogPart.copyPayload(part, bytes);
            parts++;
        }
    }

    /**
     * Has nothing yet.
     *
     * @param isDead tells of senders whose records will never be whole.
     */
    LogAssembly(IntPredicate isDead) {
        this.isDead = isDead;
    }

    /** Adds a part; the record, if that was the last of it, else null. */
    byte @Nullable [] add(byte[] part) {
        if (!LogPart.isOne(part)) {
            return null;
        }
        int sender = LogPart.sender(part);
        Begun record = LogPart.number(part) == 0 ? begin(sender) : begun.get(sender);
        if (record == null || record.parts != LogPart.number(part)) {
            begun.remove(sender);
            return null;
        }
        record.add(part);
        if (!LogPart.isLast(part)) {
            return null;
        }
        begun.remove(sender);
        return record.bytes.toByteArray();
    }

    private Begun begin(int sender) {
        begun.keySet().removeIf(other -> other != sender && isDead.test(other));
        Begun record = new Begun();
        begun.put(sender, record);
        return record;
    }

    /** How many records are begun. */
    int size() {
        return begun.size();
    }
}
