package dev.shm.bench.child;

import dev.shm.bench.child.Transport.In;
import dev.shm.bench.child.Transport.Out;
import dev.shm.bench.harness.Answer;
import java.nio.file.Path;

/**
 * One end of a flow of records: {@code FlowChild TRANSPORT consume|produce FOLDER BYTES WORK
 * BATCH}. For each number that it reads it puts through so many records.
 */
public final class FlowChild {
    private static final int LIMIT = 256; // of records that are taken at a time

    private FlowChild() {}

    /** Puts records through until its standard input ends. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[2]);
        int bytes = Integer.parseInt(args[3]);
        Transport transport = Transport.named(args[0], Integer.parseInt(args[5]));
        if (args[1].equals("consume")) {
            transport.begin(folder);
            Sink sink = new Sink(Integer.parseInt(args[4]));
            In in = transport.in(folder, "flow", bytes, sink, LIMIT);
            Lines.serve(records -> consume(in, sink, records));
        } else {
            Out out = transport.out(folder, "flow", bytes);
            Lines.serve(records -> produce(out, records));
        }
        Runtime.getRuntime().halt(0); // whatever threads the transport has
    }

    private static Answer consume(In in, Sink sink, long records) throws Exception {
        sink.begin();
        long empty = 0;
        while (sink.next() < records) {
            if (in.poll() == 0) {
                if (sink.next() > 0) {
                    empty++;
                }
                Thread.onSpinWait();
            }
        }
        return sink.answer(empty);
    }

    private static Answer produce(Out out, long records) throws Exception {
        long refused = 0;
        long start = System.nanoTime();
        for (long i = 0; i < records; i++) {
            if (!out.offer(i)) {
                refused++;
                do {
                    Thread.onSpinWait();
                } while (!out.offer(i));
            }
        }
        out.flush();
        String note = "refused " + refused + " times";
        return new Answer(records, System.nanoTime() - start, note);
    }
}
