package dev.shm.process;

import dev.shm.region.SharedRegion;
import java.io.Serializable;

/**
 * What a {@link SharedProcess} runs: a lambda, as a rule, that is sent to the other JVM by Java
 * serialization.
 *
 * <pre>{@code
 * int step = 3;
 * SharedProcess.start(region, r -> SharedValue.open(r, "hits").getAndAdd(step));
 * }</pre>
 *
 * <p>What it captures is copied, so it must be serialisable too; a region or an object in it is
 * not: the task is given the region, and opens its objects by name. The class that it is written in
 * must be on the class path of the child, which is the parent's unless said otherwise.
 */
@FunctionalInterface
public interface RegionTask extends Serializable {
    /**
     * Runs in the child.
     *
     * @param region the same region as the parent's, opened in this process.
     * @throws Exception which ends the child with exit code 1 and the stack trace on its standard
     *     error.
     */
    void run(SharedRegion region) throws Exception;
}
