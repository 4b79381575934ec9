package dev.shm.examples.queue;

import dev.shm.codec.Codec;
import dev.shm.codec.Codecs;
import dev.shm.process.SharedProcess;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedPipe;
import dev.shm.region.SharedRegion;
import java.io.EOFException;

/**
 * A process that says hello through a pipe, its child that answers, and the end of the pipe when
 * the child leaves. Prints
 *
 * <pre>
 * the child received: hello, child
 * the parent received: hello, parent
 * the child has left
 * </pre>
 */
public final class HelloPipe {
    private static final Codec<String> TEXT = Codecs.utf8(64);

    private HelloPipe() {}

    /**
     * Talks to its child.
     *
     * @param args none.
     */
    public static void main(String[] args) throws EOFException, InterruptedException {
        String name = "hello-" + ProcessHandle.current().pid();
        try (SharedRegion region = SharedRegion.create(name, 1 << 16);
                SharedPipe pipe = SharedPipe.create(region, "pipe", 1024);
                PipeEnd end = pipe.left()) {
            SharedProcess child = SharedProcess.builder(region).start(HelloPipe::answer);
            end.send("hello, child", TEXT);
            System.out.println("the parent received: " + end.recv(TEXT));
            try {
                end.recv();
            } catch (EOFException over) {
                System.out.println("the child has left");
            }
            child.join();
        } finally {
            SharedRegion.delete(name);
        }
    }

    private static void answer(SharedRegion region) throws EOFException, InterruptedException {
        try (SharedPipe pipe = SharedPipe.open(region, "pipe");
                PipeEnd end = pipe.right()) {
            System.out.println("the child received: " + end.recv(TEXT));
            end.send("hello, parent", TEXT);
        }
    }
}
