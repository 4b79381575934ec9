package dev.shm.process;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a single task.
 *
 * @param future gets its result, or what it has thrown.
 */
record PoolSingle<T>(CompletableFuture<T> future) implements PoolWork.Listener {
    @Override
    @SuppressWarnings("unchecked") // the task returns what its type says
    public void completed(@Nullable Object[] outcomes) {
        if (outcomes[0] instanceof RemoteFailure failure) {
            future.completeExceptionally(failure.rebuild());
        } else {
            future.complete((T) outcomes[0]);
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
