package dev.shm.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.shm.codec.Codecs;
import dev.shm.sync.Peer;
import dev.shm.sync.Peers;
import dev.shm.sync.Victim;
import dev.shm.sync.Where;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A queue between processes that have started each other, and go when they like. */
class QueueGenerationsTest {
    /** More than a pipe of the operating system holds, in slots of 24 bytes. */
    private static final int MANY = 4096;

    @TempDir private Path directory;

    private static SharedQueue<String> create(Peers peers, int capacity) {
        return SharedQueue.create(peers.region(), "it", capacity, Codecs.utf8(16));
    }

    /** BEHAVIOURS 10.13, 10.14: a child puts two, its own child one more, and reads, idle first. */
    @Test
    void aGrandchild_putsAndTakes() throws Exception {
        try (Peers peers = new Peers(Where.JVMS, directory, ParentCommands.class)) {
            SharedQueue<String> queue = create(peers, 6);
            Peer child = peers.add();
            child.say("put 1 2").expect("done");
            child.say("below put 3").expect("done");
            for (String message : new String[] {"1", "2", "3"}) {
                assertEquals(message, queue.take());
            }
            child.say("belowAsleep take").expect("asleep");
            queue.put("4");
            child.say("belowSays").expect("4");
            child.say("belowEnds").expect("exit=0");
            assertNull(queue.poll());
        }
    }

    /** BEHAVIOURS 10.15: who has put much may exit at once, though nobody has read any of it. */
    @Test
    void whatAProcessHasPut_outlivesIt() throws Exception {
        try (Peers peers = new Peers(Where.THREADS, directory, QueueCommands.class)) {
            SharedQueue<String> queue = create(peers, MANY);
            try (Victim producer = new Victim(peers.region().path(), QueueCommands.class)) {
                assertEquals("done", producer.ask("putMany p " + MANY));
                producer.jvm().endInput();
                assertEquals(0, producer.jvm().awaitExit());
            }
            assertEquals(MANY, queue.size());
            for (int i = 0; i < MANY; i++) {
                assertEquals("p:" + i, queue.poll());
            }
        }
    }
}
