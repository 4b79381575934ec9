/**
 * How a message becomes bytes in shared memory, and bytes become a message again.
 *
 * <pre>
 *  Codecs  ---&gt;  Codec  &lt;---  ChronicleCodec  ---&gt;  net.openhft.chronicle.bytes
 *                  |
 *                  v
 *               org.agrona (DirectBuffer, MutableDirectBuffer)
 * </pre>
 *
 * <p>Nothing else of this library is used here. Only {@link dev.shm.codec.ChronicleCodec} names a
 * class of Chronicle, so a process that never touches it loads none.
 */
@NullMarked
package dev.shm.codec;

import org.jspecify.annotations.NullMarked;
