/**
 * What the tests of every module share: JVMs to talk to, to stop and to kill.
 *
 * <pre>
 *  testing ---&gt; nothing of ours
 * </pre>
 */
@NullMarked
package dev.shm.testing;

import org.jspecify.annotations.NullMarked;
