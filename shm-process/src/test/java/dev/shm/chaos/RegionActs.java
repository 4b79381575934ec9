package dev.shm.chaos;

import dev.shm.chaos.Ledger.Entry;
import dev.shm.region.Block;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.sync.SharedLock;
import dev.shm.value.SharedArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What a process can do with the region itself: make and remove objects, join again and leave. */
final class RegionActs implements Acts {
    static final List<Act> ACTS = List.of(Act.OBJECT, Act.ATTACHMENT);

    private static final int NAMES = 6;
    private static final int LENGTH = 100;
    private static final String VISITORS = "visitors";
    private static final String PROBE = "all-that-is-free";

    private final SharedRegion region;
    private final Ledger ledger;
    private final int seat;
    private final Random random;

    RegionActs(SharedRegion region, Ledger ledger, int seat, Random random) {
        this.region = region;
        this.ledger = ledger;
        this.seat = seat;
        this.random = random;
    }

    @Override
    public void doIt(Act act) throws InterruptedException {
        switch (act) {
            case OBJECT -> ledger.await(act, seat, () -> useOrRemove(random.nextInt(NAMES)));
            case ATTACHMENT -> ledger.await(act, seat, this::joinAndLeave);
            default -> throw new IllegalArgumentException(act.toString());
        }
        ledger.increment(act, Entry.DONE, seat);
    }

    /** What somebody has made is whole for whoever opens it, and stays so while it is open. */
    private void useOrRemove(int number) {
        String name = "object-" + number;
        if (random.nextInt(3) == 0) {
            region.remove(name);
            return;
        }
        long[] initial = new long[LENGTH + number];
        Arrays.fill(initial, number + 1);
        try (SharedArray array = SharedArray.of(region, name, 'q', initial)) {
            for (int i = 0; i < array.length(); i++) {
                if (array.getLong(i) != number + 1) {
                    throw new AssertionError(name + "[" + i + "]=" + array.getLong(i));
                }
            }
        }
    }

    /** One participant more for a moment. */
    private void joinAndLeave() {
        try (SharedRegion again = SharedRegion.open(RegionOptions.at(region.path()))) {
            if (!again.participants().contains(again.self()) || region.isDead(again.self().id())) {
                throw new AssertionError("not there: " + again.self());
            }
            try (SharedLock lock = SharedLock.of(again, VISITORS)) {
                if (lock.acquire() == SharedLock.Acquisition.OWNER_DIED) {
                    ledger.increment(Act.ATTACHMENT, Entry.REPORTS, seat);
                    lock.markConsistent();
                }
                lock.unlock();
            }
        }
    }

    @Override
    public List<String> audit() {
        for (int number = 0; number < NAMES; number++) {
            useOrRemove(number);
            region.remove("object-" + number);
        }
        region.remove(VISITORS);
        List<String> wrong = new ArrayList<>();
        long reports = ledger.sum(Act.ATTACHMENT, Entry.REPORTS);
        if (reports > ledger.deaths(Act.ATTACHMENT)) {
            wrong.add("visitors: reports=" + reports);
        }
        if (!region.participants().equals(List.of(region.self()))) {
            wrong.add("still there: " + region.participants());
        }
        if (!hasRoomFor((int) ledger.total(Act.OBJECT))) {
            wrong.add("bytes lost: no room for " + ledger.total(Act.OBJECT) + " as there was");
        }
        return wrong;
    }

    /** Notes how many bytes are free, in one piece, as long as only what stays is there. */
    void begin() {
        int fits = 0;
        int tooLarge = (int) region.bytes() + 1;
        while (tooLarge - fits > 1) {
            int bytes = fits + (tooLarge - fits) / 2;
            if (hasRoomFor(bytes)) {
                fits = bytes;
            } else {
                tooLarge = bytes;
            }
        }
        ledger.setTotal(Act.OBJECT, fits);
    }

    private boolean hasRoomFor(int bytes) {
        try (Block block = region.block(PROBE, bytes)) {
            return region.remove(block.name());
        } catch (IllegalStateException full) {
            return false;
        }
    }
}
