/** What came out, as a table, as JSON and as a page with charts. Uses {@code harness}. */
@NullMarked
package dev.shm.bench.report;

import org.jspecify.annotations.NullMarked;
