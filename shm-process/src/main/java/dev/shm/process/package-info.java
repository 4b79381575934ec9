/**
 * JVMs that are started with regions open, and pools of them.
 *
 * <pre>
 *  process ---&gt; queue ---&gt; sync ---&gt; region ---&gt; wait ---&gt; memory
 *
 *  SharedProcess ---&gt; ProcessSpec ---&gt; (standard input) ---&gt; ChildMain ---&gt; CurrentProcess, ParentProcess
 *        |                                                     |
 *        +-------------------&gt; ExitRecord &lt;--------------------+
 * </pre>
 *
 * <p>Nothing but the standard input of the child and one object in the region lies between a
 * process and its child.
 */
@NullMarked
package dev.shm.process;

import org.jspecify.annotations.NullMarked;
