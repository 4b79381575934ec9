package dev.shm.bench.child;

import dev.shm.memory.MappedBuffer;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedPipe;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.agrona.concurrent.AtomicBuffer;

/** A message goes through a pipe and comes back; the processes block. */
final class PipeTrips implements TripChild.Trips {
    private static final int REGION_BYTES = 1 << 20;
    private static final int CAPACITY = 1 << 16;

    private final PipeEnd end;
    private final AtomicBuffer message;

    PipeTrips(Path folder, boolean asks, int bytes) {
        RegionOptions options = RegionOptions.at(folder.resolve("pipe.shm")).bytes(REGION_BYTES);
        SharedPipe pipe = SharedPipe.of(SharedRegion.openOrCreate(options), "pipe", CAPACITY);
        end = asks ? pipe.left() : pipe.right();
        message = new MappedBuffer(ByteBuffer.allocateDirect(bytes));
    }

    @Override
    public void ask(long number) throws EOFException, InterruptedException {
        message.putLong(0, number);
        end.send(message, 0, message.capacity());
        receive(number);
    }

    @Override
    public void answer(long number) throws EOFException, InterruptedException {
        receive(number);
        end.send(message, 0, message.capacity());
    }

    private void receive(long number) throws EOFException, InterruptedException {
        end.recv(message, 0);
        if (message.getLong(0) != number) {
            throw new IllegalStateException("got=" + message.getLong(0) + " expected=" + number);
        }
    }
}
