package dev.shm.queue;

import dev.shm.region.AttachMode;
import dev.shm.region.Block;
import dev.shm.region.ObjectSpec;
import dev.shm.region.Participant;
import dev.shm.region.SharedRegion;
import dev.shm.ring.SpscRing;
import dev.shm.wait.Liveness;
import dev.shm.wait.TickPolicy;
import dev.shm.wait.Waiter;
import java.util.ArrayList;
import java.util.List;

/**
 * Two ends, and messages of any length that go from one to the other, or both ways.
 *
 * <pre>{@code
 * SharedPipe pipe = SharedPipe.of(region, "hello", 1 << 16);
 * PipeEnd left = pipe.left();                      // in one process
 * left.send("hello".getBytes(UTF_8));
 * PipeEnd right = pipe.right();                    // in another
 * byte[] message = right.recv();
 * }</pre>
 *
 * <p>Each direction has a ring of the capacity given, an {@link SpscRing}. A message of up to about
 * half of it goes in one piece; a longer one, up to 2<sup>30</sup> bytes, goes in parts while the
 * other end receives, and is received whole.
 *
 * <p><b>Threads and processes.</b> Any process may open the pipe. Each end is taken once, by one
 * participant, and is over when that closes it, leaves or dies. Nobody takes it again: what its
 * holder had received and not answered, or begun to send, a successor would not know. Whoever wants
 * to begin anew removes the pipe from the region and creates another. An end that nobody has taken
 * yet is waited for, so it does not matter who comes first, and messages may be sent to it.
 *
 * <p><b>Memory effects.</b> What came before sending a message is visible to whoever receives it.
 *
 * <p><b>If a process dies.</b> Its end is over: the other end receives all messages that were sent
 * whole, and then {@link java.io.EOFException}.
 */
public final class SharedPipe implements AutoCloseable {

    /** Which ways messages go. Part of the pipe's configuration. */
    public enum Mode {
        /** From left to right only. */
        ONE_WAY(1, "one-way"),
        /** Both ways. */
        DUPLEX(2, "duplex");

        private final int directions;
        private final String words;

        Mode(int directions, String words) {
            this.directions = directions;
            this.words = words;
        }

        int directions() {
            return directions;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    private final Block block;
    private final Mode mode;
    private final int capacity;
    private final Waiter waiter = Waiter.system();
    private final PipePeer left;
    private final PipePeer right;
    private final List<PipeEnd> ends = new ArrayList<>(); // of this handle

    private SharedPipe(Block block) {
        this.block = block;
        this.mode = SharedPipeType.mode(block);
        this.capacity = SharedPipeType.capacity(block, mode);
        this.left = new PipePeer(block.buffer(), PipeLayout.LEFT, liveness());
        this.right = new PipePeer(block.buffer(), PipeLayout.RIGHT, liveness());
    }

    /**
     * Opens a duplex pipe, or creates it.
     *
     * @param capacity of each ring in bytes, a power of two from 128 to 2<sup>29</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity, if the pipe has another or is one-way,
     *     or if the name belongs to something else.
     */
    public static SharedPipe of(SharedRegion region, String name, int capacity) {
        return of(region, name, capacity, Mode.DUPLEX);
    }

    /**
     * Opens a pipe, or creates it.
     *
     * @param capacity of each ring in bytes, a power of two from 128 to 2<sup>29</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity, if the pipe has another capacity or
     *     mode, or if the name belongs to something else.
     */
    public static SharedPipe of(SharedRegion region, String name, int capacity, Mode mode) {
        return attach(region, name, capacity, mode, AttachMode.OPEN_OR_CREATE);
    }

    /**
     * Creates a duplex pipe.
     *
     * @param capacity of each ring in bytes, a power of two from 128 to 2<sup>29</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedPipe create(SharedRegion region, String name, int capacity) {
        return create(region, name, capacity, Mode.DUPLEX);
    }

    /**
     * Creates a pipe.
     *
     * @param capacity of each ring in bytes, a power of two from 128 to 2<sup>29</sup>.
     * @return a handle.
     * @throws IllegalArgumentException for another capacity.
     * @throws IllegalStateException if the name is taken.
     */
    public static SharedPipe create(SharedRegion region, String name, int capacity, Mode mode) {
        return attach(region, name, capacity, mode, AttachMode.CREATE);
    }

    /**
     * Opens a pipe that must be there.
     *
     * @return a handle.
     * @throws java.util.NoSuchElementException if there is nothing of that name.
     * @throws IllegalArgumentException if the name belongs to something else.
     */
    public static SharedPipe open(SharedRegion region, String name) {
        return opened(region.attach(name, SharedPipeType.INSTANCE));
    }

    private static SharedPipe attach(
            SharedRegion region, String name, int capacity, Mode mode, AttachMode attachMode) {
        if (!PipeLayout.isCapacity(capacity)) {
            throw new IllegalArgumentException(
                    "capacity="
                            + capacity
                            + ", allowed: a power of two from "
                            + PipeLayout.MIN_CAPACITY
                            + " to "
                            + PipeLayout.MAX_CAPACITY);
        }
        ObjectSpec spec =
                new ObjectSpec(
                        SharedPipeType.INSTANCE,
                        capacity,
                        mode.directions(),
                        PipeLayout.bytes(capacity, mode.directions()),
                        SharedPipeType.describe(capacity, mode),
                        memory -> {});
        return opened(region.attach(name, spec, attachMode));
    }

    private static SharedPipe opened(Block block) {
        try {
            return new SharedPipe(block);
        } catch (RuntimeException e) {
            block.close();
            throw e;
        }
    }

    /**
     * Takes the left end: of a one-way pipe, the one that sends.
     *
     * @return the end.
     * @throws IllegalStateException if it was taken before; the message says by whom.
     * @throws dev.shm.region.RegionFormatException if the pipe's memory is damaged.
     */
    public synchronized PipeEnd left() {
        return take(left, right, "left", 0, 1);
    }

    /**
     * Takes the right end: of a one-way pipe, the one that receives.
     *
     * @return the end.
     * @throws IllegalStateException if it was taken before; the message says by whom.
     * @throws dev.shm.region.RegionFormatException if the pipe's memory is damaged.
     */
    public synchronized PipeEnd right() {
        return take(right, left, "right", 1, 0);
    }

    private PipeEnd take(PipePeer self, PipePeer peer, String which, int out, int in) {
        if (self.tryTake() != 0) {
            throw new IllegalStateException(
                    "pipe=" + name() + ": the " + which + " end was taken, " + whoHas(self));
        }
        String end = "pipe=" + name() + ": the " + which + " end";
        try {
            PipeOutput output = out < mode.directions() ? output(out, peer) : null;
            PipeInput input = in < mode.directions() ? input(in, peer) : null;
            PipeEnd taken = new PipeEnd(block::isClosed, end, output, input, self, peer);
            ends.add(taken);
            return taken;
        } catch (RuntimeException e) {
            self.close();
            throw e;
        }
    }

    private String whoHas(PipePeer end) {
        return block.region().participants().stream()
                        .filter(participant -> participant.id() == end.tag())
                        .map(SharedPipe::pid)
                        .findFirst()
                        .orElse("")
                + end.describe();
    }

    private static String pid(Participant participant) {
        return "pid=" + participant.pid() + ", ";
    }

    private PipeOutput output(int direction, PipePeer peer) {
        SpscRing ring = ring(direction);
        return new PipeOutput(
                ring.producer(),
                capacity,
                ring.maxLength(),
                wait(direction, PipeLayout.WRITER),
                wait(direction, PipeLayout.READER),
                peer);
    }

    private PipeInput input(int direction, PipePeer peer) {
        return new PipeInput(
                ring(direction).consumer(),
                capacity,
                wait(direction, PipeLayout.READER),
                wait(direction, PipeLayout.WRITER),
                peer);
    }

    private SpscRing ring(int direction) {
        int offset = PipeLayout.direction(capacity, direction) + PipeLayout.RING;
        return SpscRing.within(block, offset, capacity);
    }

    private PipeWait wait(int direction, int word) {
        return new PipeWait(
                block.buffer(),
                PipeLayout.direction(capacity, direction) + word,
                liveness(),
                waiter,
                TickPolicy.STANDARD,
                PipeWait.SETTLING);
    }

    private Liveness liveness() {
        return block.region().liveness();
    }

    /**
     * Returns the name.
     *
     * @return as it stands in the region's directory.
     */
    public String name() {
        return block.name();
    }

    /**
     * Returns which ways messages go.
     *
     * @return as given at creation.
     */
    public Mode mode() {
        return mode;
    }

    /**
     * Returns the size of each ring.
     *
     * @return bytes, a power of two.
     */
    public int capacity() {
        return capacity;
    }

    /**
     * Closes the ends that were taken through this handle, and lets go of the pipe, which stays in
     * the region. Later calls throw IllegalStateException.
     */
    @Override
    public synchronized void close() {
        if (!block.isClosed()) {
            ends.forEach(PipeEnd::close);
        }
        block.close();
    }

    @Override
    public String toString() {
        return block.describe(
                "SharedPipe",
                () ->
                        SharedPipeType.describe(capacity, mode)
                                + ", left: "
                                + left.describe()
                                + ", right: "
                                + right.describe());
    }
}
