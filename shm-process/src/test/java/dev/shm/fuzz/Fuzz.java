package dev.shm.fuzz;

import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Regions whose files were damaged, listed, opened, inspected and used. A crash ends this JVM; a
 * hang is seen by who looks after the threads.
 */
final class Fuzz {
    private static final int LOOK_MILLIS = 100;
    private static final int LOOKS_PER_LINE = 100;

    /** What was asked for. */
    record Order(long cases, long first, long seed, int threads) {}

    private final Order order;
    private final Path parent;
    private final List<Kind<?>> kinds;
    private final FuzzedFile.Door door;
    private final int patience; // looks
    private final Tally tally;
    private final AtomicLong next;
    private final CountDownLatch ended;

    /**
     * Cases that are not begun yet.
     *
     * @param parent of the folder of its files, which stays if something is wrong
     * @param patienceSeconds after which one case hangs
     */
    Fuzz(Order order, Path parent, List<Kind<?>> kinds, int patienceSeconds) {
        this(order, parent, kinds, patienceSeconds, SharedRegion::open);
    }

    /**
     * The same.
     *
     * @param door by which a region is opened
     */
    Fuzz(Order order, Path parent, List<Kind<?>> kinds, int patienceSeconds, FuzzedFile.Door door) {
        this.order = order;
        this.parent = parent;
        this.kinds = kinds;
        this.door = door;
        this.patience = patienceSeconds * 1000 / LOOK_MILLIS;
        this.tally = new Tally(kinds);
        this.next = new AtomicLong(order.first);
        this.ended = new CountDownLatch(order.threads);
    }

    /** One thread, with a file of its own. */
    private final class Worker extends Thread {
        private final int number;
        private final CaseNumbers numbers;
        private final FuzzedFile file;
        private final RegionImages images;
        private volatile long current = order.first;
        private volatile @Nullable Throwable failure;

        // Only of the thread that looks.
        private long seen = -1;
        private int looks;

        Worker(int number, CaseNumbers numbers, FuzzedFile file, RegionImages images) {
            this.number = number;
            this.numbers = numbers;
            this.file = file;
            this.images = images;
            setDaemon(true);
        }

        @Override
        @SuppressWarnings("CatchAndPrintStackTrace") // who looks throws it
        public void run() {
            long end = order.first + order.cases;
            try {
                for (long i = next.getAndIncrement(); i < end; i = next.getAndIncrement()) {
                    current = i;
                    numbers.begin(number, i);
                    file.run(new Damage(images, order.seed, i));
                }
                current = end;
            } catch (Throwable e) {
                failure = e;
                next.set(end);
            } finally {
                ended.countDown();
            }
        }

        /** Counted are looks, and not time: a process that is stopped does not hang. */
        void look() {
            looks = current == seen ? looks + 1 : 0;
            seen = current;
            Throwable cause = failure;
            if (cause == null && looks >= patience && isAlive()) {
                cause = new AssertionError("it does not end");
                cause.setStackTrace(getStackTrace());
            }
            if (cause != null) {
                String again = "./shm fuzz --seed " + order.seed + " --first " + current;
                throw new AssertionError(again + " --cases 1", cause);
            }
        }
    }

    /** Runs all cases; what is wrong is thrown. */
    void run(PrintStream out) throws Exception {
        Path folder = Files.createTempDirectory(parent, "shm-fuzz-");
        out.println("After a crash: od -A n -t d8 " + folder.resolve(CaseNumbers.FILE));
        CaseNumbers numbers = new CaseNumbers(folder, order.threads);
        RegionImages images = new RegionImages(folder, kinds);
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < order.threads; i++) {
            Path own = Files.createDirectory(folder.resolve("thread-" + i));
            FuzzedFile file = new FuzzedFile(own, kinds, door, tally);
            workers.add(new Worker(i, numbers, file, images));
        }
        workers.forEach(Thread::start);
        for (int look = 1; !ended.await(LOOK_MILLIS, TimeUnit.MILLISECONDS); look++) {
            workers.forEach(Worker::look);
            if (look % LOOKS_PER_LINE == 0) {
                out.println(tally.summary() + "; to go on: --first " + allBelow(workers));
            }
        }
        workers.forEach(Worker::look);
        delete(folder);
    }

    private static long allBelow(List<Worker> workers) {
        return workers.stream().mapToLong(worker -> worker.current).min().orElseThrow();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    Tally tally() {
        return tally;
    }

    /** Runs all cases and says what came of it. */
    boolean report(PrintStream out) {
        out.println("fuzz: seed=" + order.seed + " first=" + order.first);
        try {
            run(out);
            out.print(tally);
            out.println("clean");
            return true;
        } catch (Exception | AssertionError e) {
            e.printStackTrace(out);
            out.println("FAILED after " + tally.summary());
            return false;
        }
    }
}
