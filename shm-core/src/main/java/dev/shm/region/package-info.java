/**
 * Regions: one mapped file each, with its participants and its directory of named objects.
 *
 * <pre>
 *  region ---&gt; wait ---&gt; memory
 * </pre>
 */
@NullMarked
package dev.shm.region;

import org.jspecify.annotations.NullMarked;
