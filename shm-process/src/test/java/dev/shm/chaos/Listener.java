package dev.shm.chaos;

import dev.shm.ring.Broadcast;
import dev.shm.ring.BroadcastReceiver;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.MessageHandler;

/**
 * A receiver of a broadcast of numbers. Whatever was sent before what it hears has come before
 * that, or it was told that something was lost.
 */
final class Listener {
    private static final int AT_A_TIME = 100;
    private static final long UNKNOWN = -1;

    private final BroadcastReceiver receiver;
    private final Numbers numbers;
    private final int[] last = new int[Ledger.SEATS]; // that came from each sender
    private final long[] losses = new long[Ledger.SEATS]; // that it had been told of by then
    private final MessageHandler handler =
            (type, buffer, index, length) -> hear(StreamActs.number(buffer, index, length));

    Listener(Broadcast broadcast, Numbers numbers) {
        this.receiver = broadcast.receiver();
        this.numbers = numbers;
        for (int sender = 0; sender < Ledger.SEATS; sender++) {
            last[sender] = sender - Ledger.SEATS;
            losses[sender] = receiver.position() == 0 ? 0 : UNKNOWN; // some were sent before us
        }
    }

    /** Hears some of what has come; returns how many there were. */
    int listen() {
        return receiver.poll(handler, AT_A_TIME);
    }

    private void hear(int number) {
        numbers.checkBegun(number);
        int sender = Numbers.sender(number);
        if (number <= last[sender]) {
            throw new AssertionError("broadcast: " + number + " comes after " + last[sender]);
        }
        List<String> missed = missed(sender, number);
        if (!missed.isEmpty()) {
            throw new AssertionError(String.join("; ", missed));
        }
        last[sender] = number;
        losses[sender] = receiver.lossCount();
    }

    /** What a sender said to have sent before that number, did not come and was not lost. */
    private List<String> missed(int sender, int before) {
        List<String> missed = new ArrayList<>();
        if (losses[sender] == receiver.lossCount()) {
            for (int number = last[sender] + Ledger.SEATS;
                    number < before;
                    number += Ledger.SEATS) {
                if (numbers.isSent(number)) {
                    missed.add("broadcast: number=" + number + " neither came nor was lost");
                }
            }
        }
        return missed;
    }

    /** What neither came nor was lost, when nobody sends any more and all was heard. */
    List<String> missed() {
        List<String> missed = new ArrayList<>();
        for (int sender = 0; sender < Ledger.SEATS; sender++) {
            missed.addAll(missed(sender, Numbers.COUNT));
        }
        return missed;
    }
}
