/**
 * Shared memory as Agrona's {@code AtomicBuffer}, bounds-checked and without a JVM flag.
 *
 * <pre>
 *  memory ---&gt; nothing of ours
 * </pre>
 */
@NullMarked
package dev.shm.memory;

import org.jspecify.annotations.NullMarked;
