/** The command line behind the launcher, and the examples of the documentation. */
@NullMarked
package dev.shm.examples;

import org.jspecify.annotations.NullMarked;
