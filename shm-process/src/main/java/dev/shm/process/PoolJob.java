package dev.shm.process;

import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What a worker does with an item. */
@FunctionalInterface
interface PoolJob extends Serializable {
    @Nullable Object apply(@Nullable Object item) throws Exception;

    /** What runs a task; as a lambda where its type does not say that it can be serialised. */
    static PoolJob of(Callable<?> task) {
        return new Call(task instanceof PoolTask<?> already ? already : task::call);
    }

    /** The same for an action. */
    static PoolJob of(Runnable action) {
        return new Act(action instanceof PoolAction already ? already : action::run);
    }

    /** A task, which needs no item. */
    record Call(PoolTask<?> task) implements PoolJob {
        @Override
        public @Nullable Object apply(@Nullable Object nothing) throws Exception {
            return task.call();
        }
    }

    /** An action, which needs no item and has no result. */
    record Act(PoolAction action) implements PoolJob {
        @Override
        public @Nullable Object apply(@Nullable Object nothing) {
            action.run();
            return null;
        }
    }

    /** A user's function, which is given the user's items only. */
    record Apply(PoolFunction<?, ?> function) implements PoolJob {
        @Override
        @SuppressWarnings({"unchecked", "NullAway"}) // types and nulls are as the user has them
        public @Nullable Object apply(@Nullable Object item) throws Exception {
            return ((PoolFunction<Object, Object>) function).apply(item);
        }
    }

    /**
     * Runs chunks, one after the other. A function that comes again is not read again: it is the
     * same object, and keeps what the JVM has learnt about it.
     */
    final class Runner {
        private byte[] written = new byte[0]; // the function of the chunks that come
        private @Nullable PoolJob function; // the same; null while it is not read

        void setFunction(byte[] serialised) {
            if (!Arrays.equals(written, serialised)) {
                written = serialised;
                function = null;
            }
        }

        /**
         * Applies the function to each item: an outcome for each, a RemoteFailure where it throws.
         */
        @Nullable Object[] items(PoolMessage items) throws IOException, ClassNotFoundException {
            PoolJob each = function();
            @Nullable Object[] outcomes = Packing.unpack(items.array(), items.from());
            for (int i = 0; i < outcomes.length; i++) {
                outcomes[i] = outcome(each, outcomes[i]);
            }
            return outcomes;
        }

        private PoolJob function() throws IOException, ClassNotFoundException {
            PoolJob read = function;
            if (read == null) {
                read = (PoolJob) Wire.read(written);
                function = read;
            }
            return read;
        }

        /** Runs what it is about: the only outcome. */
        @Nullable Object[] call(PoolMessage call) throws IOException, ClassNotFoundException {
            return new @Nullable Object[] {outcome((PoolJob) call.read(), null)};
        }

        private static @Nullable Object outcome(PoolJob job, @Nullable Object item) {
            try {
                return job.apply(item);
            } catch (Throwable thrown) { // whatever it is, who waits for the result is told
                return RemoteFailure.of(thrown);
            } finally {
                var unused = Thread.interrupted(); // left by this one, and not for the next
            }
        }
    }
}
