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

/**
 * One object of each kind in one region, and what one seat does with them. They are opened when
 * they are used for the first time, or a victim would be killed in nothing else.
 */
final class Stage {
    private static final List<Act> LONG = Stream.of(Act.values()).filter(a -> a.isLong).toList();
    private static final List<Act> SHORT = Stream.of(Act.values()).filter(a -> !a.isLong).toList();
    private static final int ONE_OF_SO_MANY_IS_LONG = 12;

    /** Makes what can be done with some of the objects. */
    private interface Maker {
        Acts make(SharedRegion region, Ledger ledger, int seat, Random random);
    }

    private record Group(List<Act> acts, Maker maker) {}

    private static final List<Group> GROUPS =
            List.of(
                    new Group(LockActs.ACTS, LockActs::new),
                    new Group(SignalActs.ACTS, SignalActs::new),
                    new Group(PartyActs.ACTS, PartyActs::new),
                    new Group(QueueActs.ACTS, QueueActs::new),
                    new Group(StreamActs.ACTS, StreamActs::new),
                    new Group(StoreActs.ACTS, StoreActs::new),
                    new Group(CollectionActs.ACTS, CollectionActs::new),
                    new Group(RegionActs.ACTS, RegionActs::new));

    private final SharedRegion region;
    private final int seat;
    private final Random random;
    private final Ledger ledger;
    private final Map<Act, Acts> byAct = new EnumMap<>(Act.class);

    Stage(SharedRegion region, int seat, long seed) {
        this.region = region;
        this.seat = seat;
        this.random = new Random(seed);
        this.ledger = new Ledger(region);
    }

    private Acts acts(Act act) {
        Acts acts = byAct.get(act);
        if (acts == null) {
            acts =
                    make(
                            GROUPS.stream()
                                    .filter(g -> g.acts.contains(act))
                                    .findFirst()
                                    .orElseThrow());
        }
        return acts;
    }

    private Acts make(Group group) {
        Acts acts = group.maker.make(region, ledger, seat, random);
        group.acts.forEach(act -> byAct.put(act, acts));
        return acts;
    }

    private List<Acts> all() {
        return GROUPS.stream().map(group -> acts(group.acts.get(0))).toList();
    }

    static RegionOptions options(Path file) {
        return RegionOptions.at(file).bytes(1 << 22).maxParticipants(32).maxObjects(128);
    }

    Ledger ledger() {
        return ledger;
    }

    /** Makes what must be there before anybody comes. */
    void begin() {
        ((StoreActs) acts(Act.LIST)).begin();
        all();
        ((RegionActs) acts(Act.OBJECT)).begin(); // all that stays is there
    }

    /** What is known of parties that may have died. */
    PartyActs parties() {
        return (PartyActs) acts(Act.BARRIER);
    }

    /** Does what it is asked to do, or anything. */
    void doAnything() throws InterruptedException {
        Act asked = ledger.asked(seat);
        List<Act> acts = random.nextInt(ONE_OF_SO_MANY_IS_LONG) == 0 ? LONG : SHORT;
        doIt(asked == null ? acts.get(random.nextInt(acts.size())) : asked);
    }

    void doIt(Act act) throws InterruptedException {
        ledger.during(act, seat, () -> acts(act).doIt(act));
        ledger.increment(act, Ledger.Entry.COMPLETED, seat);
    }

    /** Sees to it that nobody need wait for ever who waits for what need not happen. */
    void relieve() throws InterruptedException {
        for (Acts acts : all()) {
            acts.relieve();
        }
    }

    /** Whether another round should begin, because messages are running out. */
    boolean isRunningOut() {
        return all().stream().anyMatch(Acts::isRunningOut);
    }

    /** What can tell of itself how it stands. */
    List<Object> objects() {
        return all().stream().flatMap(acts -> acts.objects().stream()).toList();
    }

    /** What is not as it must be when everybody else is gone. */
    List<String> audit() throws InterruptedException {
        List<String> wrong = new ArrayList<>();
        for (Acts acts : all()) {
            wrong.addAll(acts.audit());
        }
        return wrong;
    }
}
