package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;

/** What the tests of rings share. */
final class TestRings {
    static final String NAME = "ring";

    private TestRings() {}

    /** The region of a directory; each call makes another participant. */
    static SharedRegion region(Path directory) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(directory.resolve("rings.shm"))
                        .bytes(1 << 18)
                        .maxParticipants(16)
                        .maxObjects(16));
    }

    static AtomicBuffer bytes(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        AtomicBuffer buffer =
                new MappedBuffer(ByteBuffer.allocateDirect(Math.max(1, bytes.length)));
        buffer.putBytes(0, bytes);
        return buffer;
    }

    static boolean offer(SpscProducer producer, int type, String text) {
        return producer.offer(type, bytes(text), 0, text.length());
    }

    static String text(DirectBuffer buffer, int index, int length) {
        return buffer.getStringWithoutLengthAscii(index, length);
    }

    /** What a poll hands over, as {@code type:text}. */
    static List<String> poll(SpscConsumer consumer, int limit) {
        List<String> records = new ArrayList<>();
        consumer.poll(
                (type, buffer, index, length) ->
                        records.add(type + ":" + text(buffer, index, length)),
                limit);
        return records;
    }
}
