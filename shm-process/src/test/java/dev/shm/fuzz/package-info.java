/**
 * Regions whose objects were damaged.
 *
 * <pre>
 *  fuzz ---&gt; all that is delivered
 * </pre>
 */
@NullMarked
package dev.shm.fuzz;

import org.jspecify.annotations.NullMarked;
