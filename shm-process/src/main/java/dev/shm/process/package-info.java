/**
 * JVMs that are started with regions open, pools of them, and the maps and lists that they share.
 *
 * <pre>
 *  process ---&gt; queue ---&gt; sync ---&gt; region ---&gt; wait ---&gt; memory
 *
 *  SharedProcess ---&gt; ProcessSpec ---&gt; (standard input) ---&gt; ChildMain ---&gt; CurrentProcess, ParentProcess
 *        |                                                     |
 *        +-------------------&gt; ExitRecord &lt;--------------------+
 *
 *  ProcessPool ---&gt; PoolMap, PoolIterator ---&gt; WorkQueue
 *        |                                        |
 *        +---------&gt; PoolStaff ---&gt; PoolSeat &lt;----+
 *                                       |
 *                                       +---&gt; PoolMessage ---&gt; (SharedPipe) ---&gt; PoolWorker ---&gt; PoolJob
 *
 *  ProcessLog &lt;--- LogAssembly &lt;--- LogPart &lt;--- (SharedQueue) &lt;--- LogHandler &lt;--- LogSetup &lt;--- ChildMain
 *
 *  SharedSet, SharedNamespace ---&gt; SharedMap ---&gt; MapCore ---&gt; MapStripe ---&gt; Guarded, CellHeap
 *                                  SharedList ---&gt; ListCore ---------------&gt; Guarded, CellHeap
 * </pre>
 *
 * <p>Nothing but the standard input of the child and one object in the region lies between a
 * process and its child.
 */
@NullMarked
package dev.shm.process;

import org.jspecify.annotations.NullMarked;
