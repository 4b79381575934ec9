package dev.shm.bench.child;

import dev.shm.bench.child.Transport.In;
import dev.shm.bench.child.Transport.Out;
import java.io.IOException;
import java.nio.file.Path;

/** A number goes through one transport, and comes back through another of its kind. */
final class TransportTrips implements TripChild.Trips {
    private final Out out;
    private final In in;
    private final Sink sink = new Sink(0);

    TransportTrips(String name, Path folder, boolean asks, int bytes) throws IOException {
        Transport transport = Transport.named(name, 0);
        if (asks) {
            transport.begin(folder);
        }
        in = transport.in(folder, asks ? "back" : "there", bytes, sink, 1);
        out = transport.out(folder, asks ? "there" : "back", bytes);
    }

    @Override
    public void ask(long number) throws Exception {
        send(number);
        receive(number);
    }

    @Override
    public void answer(long number) throws Exception {
        receive(number);
        send(number);
    }

    private void send(long number) throws Exception {
        while (!out.offer(number)) {
            Thread.onSpinWait();
        }
        out.flush();
    }

    private void receive(long number) throws Exception {
        if (number == 0) {
            sink.begin();
        }
        while (in.poll() == 0) {
            Thread.onSpinWait();
        }
    }
}
