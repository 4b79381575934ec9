/**
 * Programs that sides run in processes of their own, each of which does one thing only, so that its
 * compiled code is that of its case. Uses only what {@code harness} says of lines.
 */
@NullMarked
package dev.shm.bench.child;

import org.jspecify.annotations.NullMarked;
