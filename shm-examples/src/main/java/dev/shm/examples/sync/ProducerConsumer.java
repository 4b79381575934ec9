package dev.shm.examples.sync;

import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedCondition;
import dev.shm.sync.SharedLock;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.io.IOException;
import java.util.List;

/**
 * One process puts numbers into a buffer with eight places, another takes them out; each waits on a
 * condition when it has to. Prints
 *
 * <pre>
 * 1000 numbers, their sum: 499500
 * </pre>
 */
public final class ProducerConsumer {
    private static final int NUMBERS = 1000;
    private static final int PLACES = 8;

    private final SharedLock lock;
    private final SharedCondition notFull;
    private final SharedCondition notEmpty;
    private final SharedArray places;
    private final SharedValue put; // how many were ever put in, and taken out
    private final SharedValue taken;

    private ProducerConsumer(SharedRegion region) {
        lock = SharedLock.of(region, "lock");
        notFull = lock.condition("not-full");
        notEmpty = lock.condition("not-empty");
        places = SharedArray.of(region, "places", 'q', PLACES);
        put = SharedValue.of(region, "put", 'q');
        taken = SharedValue.of(region, "taken", 'q');
    }

    /**
     * Is the consumer.
     *
     * @param args none; the name of the region in the producer.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length > 0) {
            try (SharedRegion region = SharedRegion.open(args[0])) {
                ProducerConsumer buffer = new ProducerConsumer(region);
                for (int i = 0; i < NUMBERS; i++) {
                    buffer.put(i);
                }
            }
            return;
        }
        String name = Processes.newRegionName("buffer");
        try (SharedRegion region = SharedRegion.openOrCreate(name, 1 << 16)) {
            ProducerConsumer buffer = new ProducerConsumer(region);
            Process producer = Processes.start(ProducerConsumer.class, region);
            long sum = 0;
            for (int i = 0; i < NUMBERS; i++) {
                sum += buffer.take();
            }
            System.out.println(NUMBERS + " numbers, their sum: " + sum);
            Processes.join(List.of(producer));
        } finally {
            SharedRegion.delete(name);
        }
    }

    private void put(long number) throws InterruptedException {
        lock.lock();
        try {
            while (put.getLong() - taken.getLong() == PLACES) {
                notFull.await();
            }
            places.setLong((int) (put.getLong() % PLACES), number);
            put.setLong(put.getLong() + 1);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    private long take() throws InterruptedException {
        lock.lock();
        try {
            while (put.getLong() == taken.getLong()) {
                notEmpty.await();
            }
            long number = places.getLong((int) (taken.getLong() % PLACES));
            taken.setLong(taken.getLong() + 1);
            notFull.signal();
            return number;
        } finally {
            lock.unlock();
        }
    }
}
