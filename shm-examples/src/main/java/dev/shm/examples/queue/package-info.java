/**
 * Programs for each thing that {@code dev.shm.queue} is for. Each prints what its documentation
 * says.
 */
@NullMarked
package dev.shm.examples.queue;

import org.jspecify.annotations.NullMarked;
