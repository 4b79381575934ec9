/**
 * Processes that use everything at once and are killed while they do: {@code ./shm chaos}.
 *
 * <pre>
 *  chaos ---&gt; all that is delivered, testing
 * </pre>
 */
@NullMarked
package dev.shm.chaos;

import org.jspecify.annotations.NullMarked;
