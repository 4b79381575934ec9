package dev.shm.chaos;

import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** One object of each kind in one region, and what one seat does with them. */
final class Stage {
    private static final List<Act> LONG = Stream.of(Act.values()).filter(a -> a.isLong).toList();
    private static final List<Act> SHORT = Stream.of(Act.values()).filter(a -> !a.isLong).toList();
    private static final int ONE_OF_SO_MANY_IS_LONG = 12;

    private final Random random;
    private final Ledger ledger;
    private final LockActs locks;
    private final SignalActs signals;
    private final StoreActs stores;
    private final List<Acts> all;
    private final Map<Act, Acts> byAct = new EnumMap<>(Act.class);

    Stage(SharedRegion region, int seat, long seed) {
        random = new Random(seed);
        ledger = new Ledger(region);
        locks = new LockActs(region, ledger, seat, random);
        signals = new SignalActs(region, ledger, seat, random);
        stores = new StoreActs(region, ledger, seat, random);
        all =
                List.of(
                        locks,
                        signals,
                        new QueueActs(region, ledger, seat, random),
                        new StreamActs(region, ledger, seat, random),
                        stores,
                        new RegionActs(region, ledger, seat, random));
        all.forEach(acts -> acts.acts().forEach(act -> byAct.put(act, acts)));
    }

    static RegionOptions options(Path file) {
        return RegionOptions.at(file).bytes(1 << 21).maxParticipants(32).maxObjects(96);
    }

    Ledger ledger() {
        return ledger;
    }

    /** Makes what must be there before anybody comes. */
    void begin() {
        stores.begin();
    }

    void doAnything() throws InterruptedException {
        List<Act> acts = random.nextInt(ONE_OF_SO_MANY_IS_LONG) == 0 ? LONG : SHORT;
        doIt(acts.get(random.nextInt(acts.size())));
    }

    void doIt(Act act) throws InterruptedException {
        byAct.get(act).doIt(act);
    }

    /** What sees to it that nobody need wait for long. */
    void relieve() throws InterruptedException {
        locks.produce();
        signals.relieve();
    }

    /** What is not as it must be when everybody else is gone. */
    List<String> audit(int deaths) throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (Acts acts : all) {
            wrong.addAll(acts.audit(deaths));
        }
        return wrong;
    }
}
