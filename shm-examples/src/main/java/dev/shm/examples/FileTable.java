package dev.shm.examples;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.queue.Delivery;
import dev.shm.queue.QueueShutDownException;
import dev.shm.queue.SharedQueue;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.value.SharedAdder;
import dev.shm.value.SharedArray;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The files of one job in a region: which there are, who counts which, and what was found.
 *
 * <pre>
 *  object    is        holds
 *  --------  --------  ------------------------------------------------------------
 *  names     raw       the URIs of the files, one behind the other, ASCII
 *  offsets   'i' n+1   where in the names each file's begins, and where the last ends
 *  state     'i' n     see below
 *  lines     'q' n     the results, valid once the state is DONE
 *  bytes     'q' n
 *  worker    'i' n     the number of the worker that found them
 *  progress  adder     bytes read so far, by anybody, also in vain
 *  queue     queue     the files that are still to be counted, or are being counted
 *
 *  state of a file         next, always by CAS
 *  ----------------------  ------------------------------------------------------
 *  FREE                    tag of the worker that claims it
 *  tag of a living worker  DONE or UNREADABLE, by that worker
 *  tag of a dead worker    tag of the worker that takes it over
 *  DONE, UNREADABLE        final
 * </pre>
 */
final class FileTable implements FileResults {
    /*
     * Overview.
     *
     *   claim   receive a file from the queue; state FREE, or the tag of one who is dead -> our tag (C)
     *   finish  store the results; state our tag -> DONE (D); acknowledge the file (A); after the last
     *           one shut the queue down
     *
     * Nothing is lost: a file leaves the queue only by (A), which comes after (D), and it is DONE only
     * after its results are stored. Killed anywhere before (A), the queue delivers the file again. Before
     * (D) the next one counts it from its beginning; after (D) there is nothing left to do but (A).
     * Nothing is counted twice: results are kept by file, so a second attempt overwrites the first, and
     * who was found dead stores no more. Nobody is stuck: who finds nothing in the queue waits only for
     * files that the living hold, and looks now and then whether all is done, should one have died after
     * the last (A).
     */
    private static final int FREE = 0;
    private static final int DONE = -1;
    private static final int UNREADABLE = -2;

    /** Answer of {@link #claim} when all is done. */
    static final int NONE = -1;

    /** Objects begin on lines of 128 bytes; none of the eight loses more than one. */
    private static final long ROUNDING_BYTES = 8 * 128;

    /** The queue has room for the next power of two, 48 bytes each. */
    private static final long BYTES_PER_FILE = 3 * Integer.BYTES + 2 * Long.BYTES + 2 * 48;

    private static final long QUEUE_BYTES = 1 << 13;
    private static final long BYTES_PER_PARTICIPANT = 2 * 128; // of the adder and the queue

    private static final Codec<Long> FILE_NUMBERS = Codecs.longs();
    private static final long LOOK_MILLIS = 100;

    /** Beyond the workers: the parent, and the dead whose slots are not swept yet. */
    private static final int SPARE_PARTICIPANTS = 16;

    private final SharedRegion region;
    private final int self;
    private final DirectBuffer names;
    private final SharedArray offsets;
    private final SharedArray state;
    private final SharedArray lines;
    private final SharedArray bytes;
    private final SharedArray worker;
    private final SharedAdder progress;
    private final SharedQueue<Long> queue;
    private final int files;
    private final Map<Integer, Delivery<Long>> inHand = new HashMap<>();
    private int open; // every file before it is final

    private FileTable(SharedRegion region, SharedArray offsets, SharedQueue<Long> queue) {
        this.region = region;
        this.self = region.self().id();
        this.offsets = offsets;
        this.files = offsets.length() - 1;
        int atLeastOne = Math.max(1, files);
        this.names = region.buffer("names", Math.max(1, offsets.getInt(files)));
        this.state = SharedArray.of(region, "state", 'i', atLeastOne);
        this.lines = SharedArray.of(region, "lines", 'q', atLeastOne);
        this.bytes = SharedArray.of(region, "bytes", 'q', atLeastOne);
        this.worker = SharedArray.of(region, "worker", 'i', atLeastOne);
        this.progress = SharedAdder.of(region, "progress");
        this.queue = queue;
    }

    /**
     * Sets the size of a region that a list of files fits into.
     *
     * @throws IllegalArgumentException when no region is that large.
     */
    static RegionOptions sized(RegionOptions options, int workers, List<String> files) {
        long nameBytes = files.stream().mapToLong(String::length).sum();
        return sized(options, workers, files.size(), nameBytes);
    }

    /** The same, from numbers alone. */
    static RegionOptions sized(RegionOptions options, int workers, long files, long nameBytes) {
        int participants = workers + SPARE_PARTICIPANTS;
        long bytes =
                nameBytes
                        + (files + 1) * BYTES_PER_FILE
                        + participants * BYTES_PER_PARTICIPANT
                        + QUEUE_BYTES
                        + ROUNDING_BYTES;
        try {
            return options.maxParticipants(participants).bytes(bytes);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "files=" + files + ": the list does not fit into a region; " + e.getMessage(),
                    e);
        }
    }

    /** Puts a list of files into a new region; workers may open the table when this returns. */
    static FileTable create(SharedRegion region, List<String> files) {
        int[] offsets = new int[files.size() + 1];
        for (int i = 0; i < files.size(); i++) {
            offsets[i + 1] = offsets[i] + files.get(i).length();
        }
        MutableDirectBuffer names = region.buffer("names", Math.max(1, offsets[files.size()]));
        for (int i = 0; i < files.size(); i++) {
            names.putStringWithoutLengthAscii(offsets[i], files.get(i));
        }
        int atLeastOne = Math.max(1, files.size());
        SharedQueue<Long> queue = SharedQueue.create(region, "queue", atLeastOne, FILE_NUMBERS);
        for (long file = 0; file < files.size(); file++) {
            queue.add(file);
        }
        return new FileTable(region, SharedArray.create(region, "offsets", 'i', offsets), queue);
    }

    static FileTable open(SharedRegion region) {
        SharedArray offsets = SharedArray.open(region, "offsets"); // which is made last
        return new FileTable(region, offsets, SharedQueue.open(region, "queue", FILE_NUMBERS));
    }

    @Override
    public int files() {
        return files;
    }

    @Override
    public String name(int file) {
        int from = offsets.getInt(file);
        return names.getStringWithoutLengthAscii(from, offsets.getInt(file + 1) - from);
    }

    /**
     * Claims a file that nobody counts, or whose counter died. Waits while there may still be one.
     * For one thread.
     *
     * @return the file, {@link #NONE} when every file is done.
     */
    int claim() throws InterruptedException {
        while (!isAllFinal()) {
            try {
                Delivery<Long> delivery = queue.receive(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                if (delivery != null && isClaimed(delivery)) {
                    return delivery.message().intValue();
                }
            } catch (QueueShutDownException allDone) {
                return NONE;
            }
        }
        return NONE;
    }

    /** Claims a file that was delivered; false if it is final, and was only not acknowledged. */
    private boolean isClaimed(Delivery<Long> delivery) {
        int file = delivery.message().intValue();
        int holder = state.getInt(file);
        if (holder < FREE) {
            delivery.ack();
            return false;
        }
        if (holder > FREE && !region.isDead(holder) || !state.compareAndSet(file, holder, self)) {
            delivery.requeue(); // who leaves in order gives it back a moment before it counts as
            // dead
            return false;
        }
        inHand.put(file, delivery); // after (C)
        return true;
    }

    private boolean isAllFinal() {
        while (open < files && state.getInt(open) < FREE) {
            open++;
        }
        return open == files;
    }

    /** Stores what was found in a file that we have claimed. */
    void store(int file, int workerNumber, LineCounter.Count count) {
        lines.setLong(file, count.lines());
        bytes.setLong(file, count.bytes());
        worker.setInt(file, workerNumber);
    }

    /** Makes what was stored count, for good. */
    void finish(int file) {
        end(file, DONE);
    }

    /** Gives a file up, for good. */
    void giveUp(int file) {
        end(file, UNREADABLE);
    }

    private void end(int file, int outcome) {
        if (!state.compareAndSet(file, self, outcome)) { // (D)
            throw new IllegalStateException(
                    "file="
                            + file
                            + " state="
                            + state.getInt(file)
                            + ", expected: our tag "
                            + self);
        }
        Objects.requireNonNull(inHand.remove(file)).ack(); // (A)
        if (isAllFinal()) {
            queue.shutdown(); // nobody needs to wait any longer
        }
    }

    @Override
    public boolean isDone(int file) {
        return state.getInt(file) == DONE;
    }

    @Override
    public boolean isUnreadable(int file) {
        return state.getInt(file) == UNREADABLE;
    }

    @Override
    public LineCounter.Count count(int file) {
        return new LineCounter.Count(lines.getLong(file), bytes.getLong(file));
    }

    @Override
    public int worker(int file) {
        return worker.getInt(file);
    }

    SharedAdder progress() {
        return progress;
    }
}
