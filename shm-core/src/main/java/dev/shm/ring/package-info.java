/**
 * Rings of records in a region. Nothing here blocks, but for {@code BlockingRing}, which is for the
 * queues only.
 *
 * <pre>
 *  AgronaRing ---&gt; SpscRing ---&gt; region ---&gt; wait ---&gt; memory
 *                  |      |
 *                  v      v
 *      SpscProducer        SpscConsumer ---&gt; RoleGuard, Role
 *           |                  |
 *           v                  v
 *       SpscWriter         SpscReader ---&gt; Pace
 *           |                  |
 *           `----&gt; SpscFormat -+---&gt; SpscLayout
 *
 *  BlockingRing ---&gt; MpmcWaiting, MpmcBrowser
 *      |                 |
 *      v                 v
 *  MpmcRing ---&gt; MpmcClaim, MpmcDelivery ---&gt; MpmcCore ---&gt; MpmcTickets, MpmcSleepers, Pace
 *      |                                           |
 *      `-------&gt; MpmcClosing ---&gt; MpmcHeld &lt;-------'
 *
 *  Broadcast ---&gt; BroadcastTransmitter ---&gt; BroadcastWriter ---&gt; BroadcastLayout
 *      |                  `---&gt; RoleGuard, Role                        ^
 *      `--------&gt; BroadcastReceiver ------&gt; BroadcastReader -----------'
 * </pre>
 */
@NullMarked
package dev.shm.ring;

import org.jspecify.annotations.NullMarked;
