package dev.shm.examples;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * A worker JVM of {@link FileCount}: claims files and counts them until all are done.
 *
 * <p>It says on its standard output when it is ready. One byte on its standard input tells it to
 * begin; the end of it tells that the parent died. A worker that is to be killed begins at once,
 * and says instead which file it holds.
 */
final class FileCountWorker {
    /** Where a worker stops to be killed. */
    enum Hold {
        /** Nowhere. */
        NEVER,
        /** Once it has claimed a file. */
        CLAIMED,
        /** Once it has stored a file's results, and before they count. */
        STORED
    }

    private final FileTable table;
    private final int number;
    private final Hold hold;

    private FileCountWorker(FileTable table, int number, Hold hold) {
        this.table = table;
        this.number = number;
        this.hold = hold;
    }

    /**
     * Works.
     *
     * @param args the URI of the region's file, the number of the worker, and where it holds.
     * @throws InterruptedException never.
     */
    public static void main(String[] args) throws InterruptedException {
        RegionOptions options = RegionOptions.at(Path.of(URI.create(args[0])));
        int number = Integer.parseInt(args[1]);
        Hold hold = Hold.valueOf(args[2]);
        CountDownLatch begin = new CountDownLatch(hold == Hold.NEVER ? 1 : 0);
        Thread watch = new Thread(() -> watchParent(begin, options), "parent-watch");
        watch.setDaemon(true);
        watch.start();
        try (SharedRegion region = SharedRegion.open(options)) {
            FileCountWorker worker = new FileCountWorker(FileTable.open(region), number, hold);
            if (hold == Hold.NEVER) {
                say("ready");
            }
            begin.await();
            worker.run();
        } catch (RuntimeException e) {
            System.err.println("worker " + number + ": " + e);
            System.exit(1);
        }
    }

    /** The parent never closes its end while it lives. Its region would stay for ever. */
    private static void watchParent(CountDownLatch begin, RegionOptions options) {
        try {
            while (System.in.read() >= 0) {
                begin.countDown();
            }
            SharedRegion.delete(options);
        } catch (IOException | RuntimeException e) {
            // Another worker was faster.
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    private void run() throws InterruptedException {
        LineCounter counter = new LineCounter();
        for (int file = table.claim(); file != FileTable.NONE; file = table.claim()) {
            holdAt(Hold.CLAIMED, file);
            boolean isCounted = count(counter, file);
            holdAt(Hold.STORED, file);
            if (isCounted) {
                table.finish(file);
            } else {
                table.giveUp(file);
            }
        }
    }

    private boolean count(LineCounter counter, int file) {
        try {
            Path path = FileTree.path(table.name(file));
            table.store(file, number, counter.count(path, table.progress()::add));
            return true;
        } catch (IOException e) {
            return false; // the parent looks why
        }
    }

    private void holdAt(Hold point, int file) throws InterruptedException {
        if (hold == point) {
            say("" + file);
            new CountDownLatch(1).await();
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
