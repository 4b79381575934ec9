package dev.shm.bench.child;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A Unix-domain socket: a write for each record, and a read for as many as are there. */
final class SocketTransport implements Transport {
    private static final int READ_BYTES = 1 << 16;

    @Override
    public Out out(Path folder, String name, int bytes) {
        return new Connecting(address(folder, name), bytes);
    }

    @Override
    public In in(Path folder, String name, int bytes, Sink sink, int limit) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(address(folder, name));
        return new Accepting(server, bytes, sink);
    }

    private static UnixDomainSocketAddress address(Path folder, String name) {
        return UnixDomainSocketAddress.of(folder.resolve(name + ".socket"));
    }

    /** Connects for the first record: then both processes are ready. */
    private static final class Connecting implements Out {
        private final UnixDomainSocketAddress address;
        private final ByteBuffer record;
        private @Nullable SocketChannel socket;

        Connecting(UnixDomainSocketAddress address, int bytes) {
            this.address = address;
            this.record = ByteBuffer.allocateDirect(bytes);
        }

        @Override
        public boolean offer(long number) throws IOException {
            SocketChannel open = socket;
            if (open == null) {
                open = SocketChannel.open(address);
                socket = open;
            }
            record.clear().putLong(0, number);
            while (record.hasRemaining()) {
                open.write(record);
            }
            return true;
        }
    }

    private static final class Accepting implements In {
        private final ServerSocketChannel server;
        private final int bytes;
        private final Sink sink;
        private final ByteBuffer buffer;
        private @Nullable SocketChannel socket;

        Accepting(ServerSocketChannel server, int bytes, Sink sink) {
            this.server = server;
            this.bytes = bytes;
            this.sink = sink;
            this.buffer = ByteBuffer.allocateDirect(Math.max(READ_BYTES, 2 * bytes));
        }

        @Override
        public int poll() throws IOException {
            SocketChannel open = socket;
            if (open == null) {
                open = server.accept();
                socket = open;
            }
            if (open.read(buffer) < 0) {
                throw new EOFException("the other end is closed");
            }
            buffer.flip();
            int done = 0;
            while (buffer.remaining() >= bytes) {
                sink.accept(buffer.getLong(buffer.position()));
                buffer.position(buffer.position() + bytes);
                done++;
            }
            buffer.compact();
            return done;
        }
    }
}
