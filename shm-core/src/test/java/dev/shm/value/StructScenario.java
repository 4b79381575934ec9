package dev.shm.value;

import dev.shm.explore.FaultyLiveness;
import dev.shm.explore.Interception;
import dev.shm.explore.Participant;
import dev.shm.explore.PausingStrategy;
import dev.shm.explore.Scenario;
import dev.shm.explore.World;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.AtomicBuffer;

/**
 * Writers that each publish records of three equal words, and give up in between, and readers that
 * look on. Checked: what is read is whole, one version is one record for everybody, versions only
 * grow, a record that was given up is never seen, and a writer that lives is not overtaken.
 */
final class StructScenario implements Scenario {
    private static final StructSpec SPEC = StructSpec.parse("a:q b:q c:q");
    private static final int FIELDS = 3;
    private static final int ROUNDS = 2;

    /** One line of the protocol, as if it had been forgotten. */
    enum Fault {
        /** Nothing is wrong. */
        NONE,
        /** A reader does not look at the commit word again. */
        NO_SECOND_LOOK,
        /** A writer writes the copy that counts. */
        WRITES_IN_PLACE,
        /** A writer takes the claim of the living, too. */
        EVERYBODY_IS_DEAD
    }

    private final int writers;
    private final int readers;
    private final Fault fault;

    /* What must be so, seen from outside; an instant here is the time between two accesses. */
    private final Map<Long, Long> recordOfVersion = new HashMap<>();
    private final Set<Long> offered = new HashSet<>();
    private int published;
    private int claimant;

    StructScenario(int writers, int readers, Fault fault) {
        this.writers = writers;
        this.readers = readers;
        this.fault = fault;
    }

    @Override
    public void build(World world) {
        offered.add(0L);
        for (int i = 0; i < writers; i++) {
            Participant participant = world.join();
            StructCopies copies = copies(world, participant);
            participant.thread(() -> write(copies, participant.tag()));
        }
        for (int i = 0; i < readers; i++) {
            Participant participant = world.join();
            StructCopies copies = copies(world, participant);
            participant.thread(() -> read(copies));
        }
        world.onDeath(dead -> claimant = claimant == dead.tag() ? 0 : claimant);
        world.atEnd(() -> checkEnd(world));
    }

    private StructCopies copies(World world, Participant participant) {
        return new StructCopies(
                faulty(world.buffer()),
                SPEC,
                fault == Fault.EVERYBODY_IS_DEAD
                        ? FaultyLiveness.ofDeaths(participant.liveness(), tag -> true)
                        : participant.liveness(),
                Long.MAX_VALUE,
                () -> new PausingStrategy(world));
    }

    private AtomicBuffer faulty(AtomicBuffer buffer) {
        long[] seen = {-1};
        return switch (fault) {
            case NO_SECOND_LOOK ->
                    Interception.of(
                            buffer,
                            (target, method, arguments) -> {
                                boolean commit =
                                        method.getName().equals("getLongAcquire")
                                                && (int) arguments[0] == StructLayout.COMMIT;
                                if (commit && seen[0] != -1) {
                                    long first = seen[0];
                                    seen[0] = -1;
                                    return first;
                                }
                                Object result = Interception.proceed(target, method, arguments);
                                seen[0] = commit ? (long) result : seen[0];
                                return result;
                            });
            case WRITES_IN_PLACE ->
                    Interception.of(
                            buffer,
                            (target, method, arguments) -> {
                                if (method.getName().equals("putLongRelease")) {
                                    arguments[0] = otherCopy((int) arguments[0]);
                                }
                                return Interception.proceed(target, method, arguments);
                            });
            default -> buffer;
        };
    }

    private static int otherCopy(int index) {
        int copy0 = StructLayout.copy0(SPEC.textBytes().length);
        int copy1 = StructLayout.copy1(SPEC.textBytes().length, SPEC.dataBytes());
        return index >= copy1 ? index - copy1 + copy0 : index - copy0 + copy1;
    }

    private void write(StructCopies copies, int tag) {
        long[] record = new long[FIELDS];
        for (int round = 1; round <= ROUNDS; round++) {
            long claimed = copies.claim();
            check(claimant == 0, "tag=" + tag + " has claimed what tag=" + claimant + " has");
            claimant = tag;
            copies.readClaimed(claimed, record);
            checkWhole(record);
            long next = 100L * tag + round;
            boolean givesUp = tag == writers && round == 1;
            if (givesUp) {
                claimant = 0;
                copies.abort(claimed);
            } else {
                offered.add(next);
                Arrays.fill(record, next);
                claimant = 0; // from its last access on
                published++;
                copies.publish(claimed, record);
            }
        }
    }

    private void read(StructCopies copies) {
        long[] record = new long[FIELDS];
        long last = 0;
        for (int i = 0; i < ROUNDS; i++) {
            long version = copies.read(record);
            checkWhole(record);
            check(version >= last, "version=" + version + " after " + last);
            last = version;
            Long before = recordOfVersion.putIfAbsent(version, record[0]);
            check(
                    before == null || before == record[0],
                    "version=" + version + " is " + record[0] + " and was " + before);
        }
    }

    private void checkWhole(long[] record) {
        check(
                record[0] == record[1] && record[1] == record[2],
                "torn: " + record[0] + " " + record[1] + " " + record[2]);
        check(offered.contains(record[0]), "never published: " + record[0]);
    }

    private void checkEnd(World world) {
        long commit = world.memory().getLong(StructLayout.COMMIT);
        long version = StructLayout.version(commit);
        check(
                version <= published && version >= published - world.deaths(),
                "version=" + version + " published=" + published);
        check(
                world.deaths() > 0 || StructLayout.tag(commit) == 0,
                "commit=" + Long.toHexString(commit));
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
