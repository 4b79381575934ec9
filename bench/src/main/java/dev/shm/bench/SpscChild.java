package dev.shm.bench;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.SpscConsumer;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.MessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * One end of a ring, in a JVM of its own, which does one thing only, so that its compiled code is
 * that of this case: {@code SpscChild KIND ROLE FILE RECORD_BYTES WORK BATCH PAUSES}. For each
 * number that it reads it puts through so many records, and answers with what it measured.
 */
final class SpscChild {
    static final int CAPACITY = 1 << 20;
    private static final int SOURCE_BYTES = 128;
    private static final int LIMIT = 256;
    private static final int TYPE = 1;

    private final int recordBytes;
    private final int work;
    private final int batch;
    private final boolean pauses;

    private SpscChild(int recordBytes, int work, int batch, boolean pauses) {
        this.recordBytes = recordBytes;
        this.work = work;
        this.batch = batch;
        this.pauses = pauses;
    }

    /** Puts records through until its standard input ends. */
    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[2]);
        SpscChild child =
                new SpscChild(
                        Integer.parseInt(args[3]),
                        Integer.parseInt(args[4]),
                        Integer.parseInt(args[5]),
                        Boolean.parseBoolean(args[6]));
        Rounds rounds =
                switch (args[0] + "-" + args[1]) {
                    case "ours-produce" -> child.producer(ring(file).producer());
                    case "ours-consume" -> child.consumer(ring(file).consumer());
                    case "agrona-produce" -> child.producer(agrona(file));
                    case "agrona-consume" -> child.consumer(agrona(file));
                    default -> throw new IllegalArgumentException(args[0] + "-" + args[1]);
                };
        System.out.println("ready");
        InputStreamReader bytes = new InputStreamReader(System.in, StandardCharsets.US_ASCII);
        try (BufferedReader in = new BufferedReader(bytes)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(rounds.run(Long.parseLong(line)));
            }
        }
    }

    private interface Rounds {
        /** Puts records through. */
        String run(long records);
    }

    private static SpscRing ring(Path file) {
        return SpscRing.of(
                SharedRegion.openOrCreate(RegionOptions.at(file).bytes(2 * CAPACITY)),
                "ring",
                CAPACITY);
    }

    private static OneToOneRingBuffer agrona(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE)) {
            int bytes = CAPACITY + RingBufferDescriptor.TRAILER_LENGTH;
            return new OneToOneRingBuffer(
                    new UnsafeBuffer(channel.map(MapMode.READ_WRITE, 0, bytes)));
        }
    }

    private Rounds producer(SpscProducer producer) {
        AtomicBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(SOURCE_BYTES));
        if (batch == 0) {
            return records -> {
                long full = 0;
                for (long i = 0; i < records; i++) {
                    source.putLong(0, i);
                    while (!producer.offer(TYPE, source, 0, recordBytes)) {
                        full++;
                        Thread.onSpinWait();
                    }
                }
                return "full=" + full;
            };
        }
        return records -> {
            int appended = 0;
            long full = 0;
            for (long i = 0; i < records; i++) {
                source.putLong(0, i);
                while (!producer.append(TYPE, source, 0, recordBytes)) {
                    full++;
                    Thread.onSpinWait();
                }
                if (++appended == batch) {
                    appended = 0;
                    producer.flush();
                }
            }
            producer.flush();
            return "full=" + full;
        };
    }

    private Rounds producer(OneToOneRingBuffer ring) {
        AtomicBuffer source = new UnsafeBuffer(ByteBuffer.allocateDirect(SOURCE_BYTES));
        return records -> {
            long full = 0;
            for (long i = 0; i < records; i++) {
                source.putLong(0, i);
                while (!ring.write(TYPE, source, 0, recordBytes)) {
                    full++;
                    Thread.onSpinWait();
                }
            }
            return "full=" + full;
        };
    }

    private Rounds consumer(SpscConsumer consumer) {
        Sink sink = new Sink(work);
        return records -> {
            sink.begin();
            while (sink.next < records) {
                if (consumer.poll(sink, LIMIT) == 0) {
                    sink.empty++;
                    if (pauses) {
                        Thread.onSpinWait();
                    }
                }
            }
            return sink.result();
        };
    }

    private Rounds consumer(OneToOneRingBuffer ring) {
        Sink sink = new Sink(work);
        return records -> {
            sink.begin();
            while (sink.next < records) {
                if (ring.read(sink, LIMIT) == 0) {
                    sink.empty++;
                    if (pauses) {
                        Thread.onSpinWait();
                    }
                }
            }
            return sink.result();
        };
    }

    /** Checks the order, takes its time, and measures from the first record to the last. */
    private static final class Sink implements MessageHandler {
        private final int work;
        private long next;
        private long empty;
        private long began;
        private long mixed = 1;

        Sink(int work) {
            this.work = work;
        }

        void begin() {
            next = 0;
            empty = 0;
        }

        @Override
        public void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
            long number = buffer.getLong(index);
            if (number != next) {
                throw new IllegalStateException("got=" + number + " expected=" + next);
            }
            if (number == 0) {
                began = System.nanoTime();
                empty = 0;
            }
            next = number + 1;
            long mix = mixed;
            for (int i = 0; i < work; i++) {
                mix = mix * 0x9E3779B97F4A7C15L + 1; // each needs the one before
            }
            mixed = mix;
        }

        String result() {
            long nanos = System.nanoTime() - began;
            return "nanos=" + nanos + " empty=" + empty + " mixed=" + (mixed & 1);
        }
    }
}
