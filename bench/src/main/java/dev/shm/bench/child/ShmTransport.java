package dev.shm.bench.child;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.SpscConsumer;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.concurrent.AtomicBuffer;

/** Our ring, of 1 MiB as Agrona's. */
final class ShmTransport implements Transport {
    static final int CAPACITY = 1 << 20;
    private static final int TYPE = 1;

    private final int batch;
    private final boolean asNumbers;

    /**
     * Our ring.
     *
     * @param batch how many records appear at once; 0 for one by one.
     * @param asNumbers whether records have eight bytes and are copied from no buffer.
     */
    ShmTransport(int batch, boolean asNumbers) {
        this.batch = batch;
        this.asNumbers = asNumbers;
    }

    @Override
    public Out out(Path folder, String name, int bytes) {
        SpscProducer producer = ring(folder, name).producer();
        AtomicBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(bytes));
        if (batch > 0) {
            return new Batches(
                    producer,
                    batch,
                    asNumbers
                            ? number -> producer.appendLong(TYPE, number)
                            : number -> {
                                source.putLong(0, number);
                                return producer.append(TYPE, source, 0, bytes);
                            });
        }
        return asNumbers
                ? number -> producer.offerLong(TYPE, number)
                : number -> {
                    source.putLong(0, number);
                    return producer.offer(TYPE, source, 0, bytes);
                };
    }

    @Override
    public In in(Path folder, String name, int bytes, Sink sink, int limit) {
        SpscConsumer consumer = ring(folder, name).consumer();
        return () -> consumer.poll(sink, limit);
    }

    private static SpscRing ring(Path folder, String name) {
        Path file = folder.resolve(name + ".shm");
        RegionOptions options = RegionOptions.at(file).bytes(2 * CAPACITY);
        return SpscRing.of(SharedRegion.openOrCreate(options), "ring", CAPACITY);
    }

    private static final class Batches implements Out {
        private final SpscProducer producer;
        private final int batch;
        private final Out appending;
        private int appended;

        Batches(SpscProducer producer, int batch, Out appending) {
            this.producer = producer;
            this.batch = batch;
            this.appending = appending;
        }

        @Override
        public boolean offer(long number) throws Exception {
            if (!appending.offer(number)) {
                return false;
            }
            if (++appended == batch) {
                flush();
            }
            return true;
        }

        @Override
        public void flush() {
            appended = 0;
            producer.flush();
        }
    }
}
