package dev.shm.process;

import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is sent at a time: a function, and the items that it is to be applied to. Both are
 * serialised apart, so that a worker that gets the same function again need not read it again.
 *
 * <pre>
 *  length of the function  function  {@link Packing packed} items
 *  4 bytes                 length    the rest
 * </pre>
 */
final class Chunk {
    private Chunk() {}

    /** What is done with an item. */
    @FunctionalInterface
    interface Function extends Serializable {
        @Nullable Object apply(@Nullable Object item) throws Exception;
    }

    /** A task, which needs no item. */
    record Call(PoolTask<?> task) implements Function {
        @Override
        public @Nullable Object apply(@Nullable Object nothing) throws Exception {
            return task.call();
        }
    }

    /** An action, which needs no item and has no result. */
    record Act(PoolAction action) implements Function {
        @Override
        public @Nullable Object apply(@Nullable Object nothing) {
            action.run();
            return null;
        }
    }

    /** A user's function, which is given the user's items only. */
    record Apply(PoolFunction<?, ?> function) implements Function {
        @Override
        @SuppressWarnings({"unchecked", "NullAway"}) // types and nulls are as the user has them
        public @Nullable Object apply(@Nullable Object item) throws Exception {
            return ((PoolFunction<Object, Object>) function).apply(item);
        }
    }

    /**
     * Puts a chunk together.
     *
     * @param function a {@link Function}, serialised.
     * @param items packed.
     * @throws IllegalArgumentException if an item cannot be serialised.
     */
    static Wire.Bytes write(byte[] function, Serializable items) {
        Wire.Bytes bytes = new Wire.Bytes();
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(function.length).array());
        bytes.writeBytes(function);
        Wire.writeTask(items, bytes);
        return bytes;
    }

    /** Runs chunks, one after the other. */
    static final class Runner {
        private byte[] known = new byte[0]; // the function that is read already
        private @Nullable Function function;

        /**
         * Applies the function to each item: an outcome for each, a RemoteFailure where it throws.
         */
        @Nullable Object[] run(byte[] chunk) throws IOException, ClassNotFoundException {
            int length = ByteBuffer.wrap(chunk).getInt();
            int items = Integer.BYTES + length;
            Function read = function(chunk, items);
            @Nullable Object[] outcomes =
                    Packing.unpack(Wire.read(chunk, items, chunk.length - items));
            for (int i = 0; i < outcomes.length; i++) {
                outcomes[i] = apply(read, outcomes[i]);
            }
            return outcomes;
        }

        private Function function(byte[] chunk, int end)
                throws IOException, ClassNotFoundException {
            Function last = function;
            if (last == null || !Arrays.equals(chunk, Integer.BYTES, end, known, 0, known.length)) {
                function = null;
                last = (Function) Wire.read(chunk, Integer.BYTES, end - Integer.BYTES);
                function = last;
                known = Arrays.copyOfRange(chunk, Integer.BYTES, end);
            }
            return last;
        }

        private static @Nullable Object apply(Function function, @Nullable Object item) {
            try {
                return function.apply(item);
            } catch (Throwable thrown) { // whatever it is, who waits for the result is told
                return RemoteFailure.of(thrown);
            }
        }
    }
}
