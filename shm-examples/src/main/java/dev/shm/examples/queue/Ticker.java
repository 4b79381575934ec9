package dev.shm.examples.queue;

import dev.shm.memory.MappedBuffer;
import dev.shm.process.SharedProcess;
import dev.shm.region.SharedRegion;
import dev.shm.ring.Broadcast;
import dev.shm.ring.BroadcastReceiver;
import dev.shm.ring.BroadcastTransmitter;
import dev.shm.sync.SharedEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Prices for whoever listens: one process hears them all, one comes late, and one does not listen
 * for so long that it misses some, and is told so. Prints
 *
 * <pre>
 * the listener heard: [101, 102, 103]
 * who came late heard: [103]
 * who did not listen missed some: true
 * </pre>
 */
public final class Ticker {
    private static final int PRICE = 1; // what a record is
    private static final int PRICES = 3;
    private static final int CAPACITY = 1024;

    private Ticker() {}

    /**
     * Transmits the prices.
     *
     * @param args none.
     */
    public static void main(String[] args) throws InterruptedException {
        String name = "ticker-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 16);
                Broadcast broadcast = Broadcast.create(region, "prices", CAPACITY);
                SharedEvent listens = SharedEvent.create(region, "listens");
                BroadcastTransmitter transmitter = broadcast.transmitter()) {
            BroadcastReceiver lazy = broadcast.receiver();
            SharedProcess listener = SharedProcess.start(region, Ticker::listen);
            listens.await();
            MappedBuffer price = new MappedBuffer(ByteBuffer.allocateDirect(Long.BYTES));
            for (int i = 1; i <= PRICES; i++) {
                price.putLong(0, 100 + i);
                transmitter.transmit(PRICE, price, 0, Long.BYTES);
            }
            listener.join();
            System.out.println("who came late heard: " + poll(broadcast.receiver()));
            for (int i = 0; i < CAPACITY; i++) {
                transmitter.transmit(PRICE, price, 0, Long.BYTES);
            }
            poll(lazy);
            System.out.println("who did not listen missed some: " + (lazy.lossCount() > 0));
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void listen(SharedRegion region) {
        try (Broadcast broadcast = Broadcast.open(region, "prices");
                SharedEvent listens = SharedEvent.open(region, "listens")) {
            BroadcastReceiver receiver = broadcast.receiver();
            listens.set();
            List<Long> heard = new ArrayList<>();
            while (heard.size() < PRICES) {
                heard.addAll(poll(receiver));
                Thread.onSpinWait();
            }
            System.out.println("the listener heard: " + heard);
        }
    }

    private static List<Long> poll(BroadcastReceiver receiver) {
        List<Long> prices = new ArrayList<>();
        receiver.poll((type, buffer, index, length) -> prices.add(buffer.getLong(index)), CAPACITY);
        return prices;
    }
}
