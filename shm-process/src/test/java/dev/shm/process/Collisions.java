package dev.shm.process;

import dev.shm.region.Block;
import dev.shm.region.SharedRegion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keys of the map "it" that get into each other's way. */
final class Collisions {
    private Collisions() {}

    /** So many keys of one stripe that are searched for from the same slot. */
    static List<String> keys(SharedRegion region, int count) {
        try (Block block = region.attach(MapCommands.MAP, SharedMapType.INSTANCE)) {
            MapLayout layout = MapLayout.of(block.configA(), block.configB());
            long seed = block.buffer().getLong(MapLayout.SEED);
            long mask = (long) (layout.stripes() - 1) << Integer.SIZE | (layout.slots() - 1);
            List<String> keys = new ArrayList<>();
            long first = hash(seed, "k0") & mask;
            for (int i = 0; keys.size() < count; i++) {
                if ((hash(seed, "k" + i) & mask) == first) {
                    keys.add("k" + i);
                }
            }
            return keys;
        }
    }

    static int stripe(SharedRegion region, String key) {
        try (Block block = region.attach(MapCommands.MAP, SharedMapType.INSTANCE)) {
            MapLayout layout = MapLayout.of(block.configA(), block.configB());
            return layout.stripe(hash(block.buffer().getLong(MapLayout.SEED), key));
        }
    }

    private static long hash(long seed, String key) {
        return MapLayout.hash(seed, key.getBytes(StandardCharsets.UTF_8));
    }
}
