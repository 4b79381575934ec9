package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import java.nio.ByteBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;

/** Records made of one number each, and the number of the one that was read last. */
public class NumberedRecords implements MessageHandler {
    static final int SHORT = Long.BYTES;
    static final int LONG = 2 * Long.BYTES;

    private static final int TORN = -1;
    private static final MappedBuffer[] RECORDS = new MappedBuffer[10];

    int number;

    static {
        for (int i = 0; i < RECORDS.length; i++) {
            RECORDS[i] = new MappedBuffer(ByteBuffer.allocateDirect(LONG));
            RECORDS[i].putLong(0, i);
            RECORDS[i].putLong(Long.BYTES, i);
        }
    }

    static MappedBuffer record(int number) {
        return RECORDS[number];
    }

    @Override
    public final void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
        long first = buffer.getLong(index);
        long last = buffer.getLong(index + length - Long.BYTES);
        number = first == last ? (int) first : TORN;
    }
}
