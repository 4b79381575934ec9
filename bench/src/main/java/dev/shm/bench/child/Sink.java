package dev.shm.bench.child;

import dev.shm.bench.harness.Answer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.MessageHandler;

/** Checks the order, takes its time, and measures from the first number to the last. */
final class Sink implements MessageHandler {
    private final int work;
    private long next;
    private long began;
    private long mixed = 1;

    /**
     * A sink.
     *
     * @param work how many multiplications it does for each number, each of which needs the one
     *     before.
     */
    Sink(int work) {
        this.work = work;
    }

    void begin() {
        next = 0;
    }

    long next() {
        return next;
    }

    @Override
    public void onMessage(int type, MutableDirectBuffer buffer, int index, int length) {
        accept(buffer.getLong(index));
    }

    void accept(long number) {
        if (number != next) {
            throw new IllegalStateException("got=" + number + " expected=" + next);
        }
        if (number == 0) {
            began = System.nanoTime();
        }
        next = number + 1;
        long mix = mixed;
        for (int i = 0; i < work; i++) {
            mix = mix * 0x9E3779B97F4A7C15L + 1;
        }
        mixed = mix;
    }

    Answer answer(long empty) {
        long nanos = System.nanoTime() - began;
        String sign = mixed == 0 ? "-" : ""; // so that the multiplications are not left out
        long permille = empty * 1000 / Math.max(next, 1);
        return new Answer(next, nanos, sign + permille + " looks in vain per 1000 records");
    }
}
