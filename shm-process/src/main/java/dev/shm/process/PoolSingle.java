package dev.shm.process;

import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a single task.
 *
 * @param future gets its result, or what it has thrown.
 * @param result makes the result of what the task returns.
 */
record PoolSingle<T>(CompletableFuture<T> future, Function<@Nullable Object, T> result)
        implements PoolWork.Listener {
    @SuppressWarnings("unchecked") // the task returns what its type says
    PoolSingle(CompletableFuture<T> future) {
        this(future, outcome -> (T) outcome);
    }

    @Override
    public void completed(@Nullable Object[] outcomes) {
        if (outcomes[0] instanceof RemoteFailure failure) {
            future.completeExceptionally(failure.rebuild());
        } else {
            future.complete(result.apply(outcomes[0]));
        }
    }

    @Override
    public void failed(Throwable why) {
        future.completeExceptionally(why);
    }

    @Override
    public boolean isDone() {
        return future.isDone();
    }
}
