/**
 * How things are compared: contests of sides that are measured in turn, and the processes that they
 * are measured in. Knows neither what is compared nor how it is shown.
 */
@NullMarked
package dev.shm.bench.harness;

import org.jspecify.annotations.NullMarked;
