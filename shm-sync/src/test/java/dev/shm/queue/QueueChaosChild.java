package dev.shm.queue;

import dev.shm.queue.QueueChaosLog.Kind;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that puts messages into a queue, as many as it is told to by lines on standard input,
 * or takes and acknowledges them, until it is killed. It logs what it does, before and after.
 */
final class QueueChaosChild {
    /** So many messages one puts in in turn: more than the queue has room for. */
    private static final int BURST = 25;

    /** Consumers fall asleep meanwhile, and processes that start have a processor. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final QueueChaosMessage NONE = new QueueChaosMessage(0, 0, 0);

    private final SharedQueue<byte[]> queue;
    private final QueueChaosLog log;
    private final Semaphore quota = new Semaphore(0);

    private QueueChaosChild(SharedQueue<byte[]> queue, QueueChaosLog log) {
        this.queue = queue;
        this.log = log;
    }

    static SharedRegion open(Path file) {
        return SharedRegion.openOrCreate(
                RegionOptions.at(file).bytes(1 << 18).maxParticipants(16).maxObjects(16));
    }

    /** The arguments are the file of the region, that of the log, "put" or "take", and a number. */
    public static void main(String... arguments) throws Exception {
        try (SharedRegion region = open(Path.of(arguments[0]));
                QueueChaosLog log = new QueueChaosLog(Path.of(arguments[1]))) {
            SharedQueue<byte[]> queue = SharedQueue.open(region, "it", QueueChaosMessage.CODEC);
            QueueChaosChild child = new QueueChaosChild(queue, log);
            Thread listener = new Thread(child::listen, "listener");
            listener.setDaemon(true);
            listener.start();
            log.add(Kind.OPENED, NONE);
            if (arguments[2].equals("put")) {
                child.put(Integer.parseInt(arguments[3]));
            } else {
                child.take();
            }
        } catch (QueueShutDownException end) {
            System.out.println("end");
        }
    }

    /** Hears how many messages more it may put in, until whoever says it is gone. */
    private void listen() {
        InputStreamReader bytes = new InputStreamReader(System.in, Charset.defaultCharset());
        try (BufferedReader in = new BufferedReader(bytes)) {
            in.lines().forEach(line -> quota.release(Integer.parseInt(line)));
        } catch (IOException e) {
            // Falls through: nobody is there.
        }
        Runtime.getRuntime().halt(0);
    }

    private void put(int producer) throws InterruptedException, IOException {
        Random random = new Random(producer);
        for (int sequence = 0; ; sequence++) {
            byte[] bytes = QueueChaosMessage.bytes(producer, sequence, random);
            QueueChaosMessage message = QueueChaosMessage.of(bytes);
            quota.acquire();
            log.add(Kind.BEGUN, message);
            queue.put(bytes);
            log.add(Kind.ACCEPTED, message);
            if (sequence % BURST == BURST - 1) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void take() throws InterruptedException, IOException {
        while (true) {
            Delivery<byte[]> delivery = queue.receive();
            QueueChaosMessage message = QueueChaosMessage.of(delivery.message());
            log.add(delivery.attempts() == 0 ? Kind.RECEIVED : Kind.AGAIN, message);
            delivery.ack();
            log.add(Kind.ACKED, message);
        }
    }
}
