package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * What an audit knows of a message.
 *
 * @param producer that has put it in; each process is another one.
 * @param sequence of it among those of its producer, from 0 on.
 * @param sum of all its bytes.
 */
record QueueChaosMessage(int producer, int sequence, int sum) {
    static final Codec<byte[]> CODEC = Codecs.bytes(64);

    private static final int HEADER = 2 * Integer.BYTES;
    private static final int MOST_BYTES = 40;

    /** The bytes of a new message: who and which, as many as it happens, and their sum. */
    static byte[] bytes(int producer, int sequence, Random random) {
        byte[] bytes = new byte[HEADER + random.nextInt(MOST_BYTES) + Integer.BYTES];
        random.nextBytes(bytes);
        ByteBuffer.wrap(bytes).putInt(producer).putInt(sequence);
        ByteBuffer.wrap(bytes).putInt(bytes.length - Integer.BYTES, sum(bytes));
        return bytes;
    }

    /** What the bytes say, which must be whole. */
    static QueueChaosMessage of(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int sum = sum(bytes);
        if (sum != buffer.getInt(bytes.length - Integer.BYTES)) {
            throw new AssertionError("torn: " + Arrays.toString(bytes));
        }
        return new QueueChaosMessage(buffer.getInt(), buffer.getInt(), sum);
    }

    private static int sum(byte[] bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) sum.getValue();
    }
}
