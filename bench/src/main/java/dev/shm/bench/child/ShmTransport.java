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

    ShmTransport(int batch) {
        this.batch = batch;
    }

    @Override
    public Out out(Path folder, String name, int bytes) {
        SpscProducer producer = ring(folder, name).producer();
        return batch == 0 ? new Single(producer, bytes) : new Batches(producer, bytes, batch);
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

    private static final class Single implements Out {
        private final SpscProducer producer;
        private final int bytes;
        private final AtomicBuffer source;

        Single(SpscProducer producer, int bytes) {
            this.producer = producer;
            this.bytes = bytes;
            this.source = new MappedBuffer(ByteBuffer.allocateDirect(bytes));
        }

        @Override
        public boolean offer(long number) {
            source.putLong(0, number);
            return producer.offer(TYPE, source, 0, bytes);
        }
    }

    private static final class Batches implements Out {
        private final SpscProducer producer;
        private final int bytes;
        private final int batch;
        private final AtomicBuffer source;
        private int appended;

        Batches(SpscProducer producer, int bytes, int batch) {
            this.producer = producer;
            this.bytes = bytes;
            this.batch = batch;
            this.source = new MappedBuffer(ByteBuffer.allocateDirect(bytes));
        }

        @Override
        public boolean offer(long number) {
            source.putLong(0, number);
            if (!producer.append(TYPE, source, 0, bytes)) {
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
