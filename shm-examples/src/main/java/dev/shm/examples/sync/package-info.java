/** Locks, events and their kin between processes: one small program each. */
@NullMarked
package dev.shm.examples.sync;

import org.jspecify.annotations.NullMarked;
