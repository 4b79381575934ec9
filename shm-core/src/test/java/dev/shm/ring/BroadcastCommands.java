package dev.shm.ring;

import dev.shm.memory.MappedBuffer;
import dev.shm.region.SharedRegion;
import dev.shm.testing.ChildCommands;
import dev.shm.testing.ChildCommands.Commands;
import dev.shm.testing.ChildJvm;
import dev.shm.testing.StopAtKillPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.concurrent.AtomicBuffer;

/** A transmitter in another process. As a program it is given the directory of the region. */
final class BroadcastCommands implements Commands {
    private final Broadcast broadcast;

    private BroadcastCommands(SharedRegion region) {
        this.broadcast = Broadcast.open(region, TestRings.NAME);
    }

    public static void main(String[] args) throws IOException {
        ChildCommands.serve(new BroadcastCommands(TestRings.region(Path.of(args[0]))));
    }

    /** A JVM that stops where it is told to. */
    static ChildJvm jvm(Path directory) {
        return ChildJvm.of(BroadcastCommands.class).stoppable().start(directory.toString());
    }

    @Override
    public String run(String... words) {
        return switch (words[0]) {
            case "arm" -> {
                StopAtKillPoint.arm(words[1], Integer.parseInt(words[2]));
                yield "armed";
            }
            case "transmit" -> {
                try (BroadcastTransmitter transmitter = broadcast.transmitter()) {
                    AtomicBuffer text = TestRings.bytes(words[2]);
                    transmitter.transmit(Integer.parseInt(words[1]), text, 0, words[2].length());
                    yield "transmitted";
                }
            }
            case "take" -> broadcast.transmitter().toString();
            case "stream" -> stream();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** For ever: record i has type i and i modulo 33 bytes of that value. */
    private String stream() {
        BroadcastTransmitter transmitter = broadcast.transmitter();
        AtomicBuffer source = new MappedBuffer(ByteBuffer.allocateDirect(broadcast.maxLength()));
        for (int i = 1; ; i = i == Integer.MAX_VALUE ? 1 : i + 1) {
            source.setMemory(0, source.capacity(), (byte) i);
            transmitter.transmit(i, source, 0, i % (1 + source.capacity()));
        }
    }
}
