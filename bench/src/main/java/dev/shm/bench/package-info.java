/** Benchmarks: each asks one question, and runs beside the peer it is compared with. */
@NullMarked
package dev.shm.bench;

import org.jspecify.annotations.NullMarked;
