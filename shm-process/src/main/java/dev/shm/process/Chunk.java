package dev.shm.process;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is sent at a time: a function, and the items that it is to be applied to.
 *
 * @param function of one item.
 * @param items {@link Packing packed}.
 */
record Chunk(Function function, Serializable items) implements Serializable {

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

    /** Applies the function to each item: an outcome for each, a RemoteFailure where it throws. */
    @Nullable Object[] run() {
        @Nullable Object[] outcomes = Packing.unpack(items);
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[i] = apply(outcomes[i]);
        }
        return outcomes;
    }

    private @Nullable Object apply(@Nullable Object item) {
        try {
            return function.apply(item);
        } catch (Throwable thrown) { // whatever it is, who waits for the result is told
            return RemoteFailure.of(thrown);
        }
    }
}
