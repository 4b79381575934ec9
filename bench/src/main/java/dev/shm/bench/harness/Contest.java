package dev.shm.bench.harness;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that ours and its peers do, measured in turn: ours, peer, peer, ours, peer, peer. Each
 * peer makes a row of the table.
 *
 * @param id what the ids of its rows begin with; up to the first dot it names the suite.
 * @param what it is, in words.
 * @param unit of all its values.
 * @param statistic what stands for all rounds.
 * @param isLaunchedOnce whether sides live for all rounds though they could begin anew: what their
 *     heaps go through at first is not to be measured.
 * @param ours how our side begins.
 * @param peers those that ours is compared with.
 */
public record Contest(
        String id,
        String what,
        Unit unit,
        Statistic statistic,
        boolean isLaunchedOnce,
        Side.Opener ours,
        List<Peer> peers) {

    /** What stands for all rounds. */
    public enum Statistic {
        /** The median of the ratios of neighbouring rounds. */
        MEDIAN,
        /** What 99 of 100 of ours are not worse than, to the median of the peer. */
        P99
    }

    /**
     * One of those that ours is compared with.
     *
     * @param name what the id of the row ends with.
     * @param label its name in the table.
     * @param target what must be reached beside it; null for none.
     * @param isQuick whether it is among what is promised, which a quick run measures.
     * @param opener how it begins.
     */
    public record Peer(
            String name,
            String label,
            @Nullable Target target,
            boolean isQuick,
            Side.Opener opener) {}

    /** A contest without peers yet. */
    public static Contest of(String id, String what, Unit unit, Side.Opener ours) {
        return new Contest(id, what, unit, Statistic.MEDIAN, false, ours, List.of());
    }

    /** The same by the 99th percentile of ours. */
    public Contest byP99() {
        return new Contest(id, what, unit, Statistic.P99, isLaunchedOnce, ours, peers);
    }

    /** The same with sides that live for all rounds. */
    public Contest launchedOnce() {
        return new Contest(id, what, unit, statistic, true, ours, peers);
    }

    /** The same with one more peer, and what must be reached beside it. */
    public Contest against(String name, String label, Target target, Side.Opener opener) {
        return with(new Peer(name, label, target, true, opener));
    }

    /** The same with one more peer that a quick run has too, and nothing is promised of. */
    public Contest beside(String name, String label, Side.Opener opener) {
        return with(new Peer(name, label, null, true, opener));
    }

    /** The same with one more peer in a full run. */
    public Contest inFullBeside(String name, String label, Side.Opener opener) {
        return with(new Peer(name, label, null, false, opener));
    }

    private Contest with(Peer peer) {
        List<Peer> more = new ArrayList<>(peers);
        more.add(peer);
        return new Contest(id, what, unit, statistic, isLaunchedOnce, ours, List.copyOf(more));
    }

    /** What a quick run has of it; without any peer if it has nothing. */
    public Contest quick() {
        List<Peer> few = peers.stream().filter(Peer::isQuick).toList();
        return new Contest(id, what, unit, statistic, isLaunchedOnce, ours, few);
    }

    /** The suite that it belongs to. */
    public String suite() {
        return id.substring(0, id.indexOf('.'));
    }
}
