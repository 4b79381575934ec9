/**
 * Programs for each thing that {@code dev.shm.process} is for. Each prints what its documentation
 * says.
 */
@NullMarked
package dev.shm.examples.process;

import org.jspecify.annotations.NullMarked;
