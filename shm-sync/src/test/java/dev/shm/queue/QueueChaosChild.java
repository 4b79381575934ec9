package dev.shm.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.CountingSemaphore;
import dev.shm.value.SharedArray;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * A process that puts numbered messages into a queue, or takes and acknowledges them, until it is
 * killed. What it does is noted in the region, before and after, for an audit.
 */
final class QueueChaosChild {
    static final Codec<byte[]> CODEC = Codecs.bytes(64);

    private QueueChaosChild() {}

    private static final int BYTES_PER_NUMBER = 3 * Integer.BYTES;
    private static final long SPARE_BYTES = 1 << 20;

    static SharedRegion open(Path file, int numbers) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(file)
                        .bytes(SPARE_BYTES + (long) numbers * BYTES_PER_NUMBER)
                        .maxParticipants(16)
                        .maxObjects(16));
    }

    /** A message: the number, its check sum, and bytes that both depend on. */
    static byte[] message(int number) {
        byte[] content = new byte[16 + number % 40];
        Arrays.fill(content, (byte) number);
        ByteBuffer.wrap(content).putInt(0, number);
        CRC32 sum = new CRC32();
        sum.update(content, 8, content.length - 8);
        ByteBuffer.wrap(content).putInt(4, (int) sum.getValue());
        return content;
    }

    /** The number of a message, which must be whole. */
    static int number(byte[] message) {
        int number = ByteBuffer.wrap(message).getInt(0);
        if (!Arrays.equals(message, message(number))) {
            throw new AssertionError("torn: " + Arrays.toString(message));
        }
        return number;
    }

    /** The arguments are the file, "put" or "take", and the seat of a producer. */
    public static void main(String... arguments) throws Exception {
        try (SharedRegion region = SharedRegion.open(RegionOptions.at(Path.of(arguments[0])))) {
            SharedQueue<byte[]> queue = SharedQueue.open(region, "it", CODEC);
            if (arguments[1].equals("put")) {
                put(region, queue, Integer.parseInt(arguments[2]));
            } else {
                take(region, queue);
            }
        } catch (QueueShutDownException end) {
            System.out.println("end");
        }
    }

    /** Each producer has every so many-th number, and goes on where the one before it died. */
    private static void put(SharedRegion region, SharedQueue<byte[]> queue, int seat)
            throws InterruptedException {
        SharedArray next = SharedArray.open(region, "next");
        SharedArray accepted = SharedArray.open(region, "accepted");
        CountingSemaphore budget = CountingSemaphore.open(region, "budget");
        budget.acquire();
        int number = number(next, seat);
        while (number < accepted.length()) {
            queue.put(message(number));
            accepted.setInt(number, 1);
            budget.acquire();
            number = number(next, seat);
        }
        throw new AssertionError("no more numbers");
    }

    private static int number(SharedArray next, int seat) {
        return (int) next.getAndAdd(seat, 1) * next.length() + seat;
    }

    private static void take(SharedRegion region, SharedQueue<byte[]> queue)
            throws InterruptedException {
        Audit audit = new Audit(region);
        while (true) {
            audit.note(queue.receive());
        }
    }

    /** What one consumer notes. */
    static final class Audit {
        private final SharedArray received;
        private final SharedArray acked;
        private final int[] last;

        Audit(SharedRegion region) {
            received = SharedArray.open(region, "received");
            acked = SharedArray.open(region, "acked");
            last = new int[SharedArray.open(region, "next").length()];
            Arrays.fill(last, -1);
        }

        /** Notes that it came, acknowledges it, notes that; checks the order of what comes once. */
        void note(Delivery<byte[]> delivery) {
            int number = number(delivery.message());
            int seat = number % last.length;
            if (delivery.attempts() == 0) {
                if (number <= last[seat]) {
                    throw new AssertionError(number + " after " + last[seat]);
                }
                last[seat] = number;
            }
            received.setInt(number, 1);
            delivery.ack();
            acked.getAndAdd(number, 1);
        }
    }
}
