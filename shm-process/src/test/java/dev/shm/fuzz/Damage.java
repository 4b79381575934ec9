package dev.shm.fuzz;

import dev.shm.region.RegionTables;
import dev.shm.region.RegionTables.Extent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one case does to a region: to words that are used, mostly, of one table or of a few objects,
 * with values that such words may have. The same number gives the same damage.
 */
final class Damage {
    /** What words that count, point, measure or name somebody are likely to be wrong by. */
    private static final long[] INTERESTING = {
        0,
        1,
        -1,
        2,
        3,
        63,
        64,
        100,
        127,
        128,
        255,
        256,
        0x1001,
        0x1002,
        4095,
        8192,
        0x3FFF_FFFF,
        0x4000_0000,
        0x4000_1001,
        1 << 31,
        Integer.MAX_VALUE,
        1 << 24,
        1 << 15,
        1L << 32,
        1L << 34,
        1L << 62,
        Long.MIN_VALUE,
        Long.MAX_VALUE
    };

    private static final int[] STEPS = {1, -1, 2, -2, 4, 8, -8, 16, 64, 128, -128, 256, 1 << 12};
    private static final int MOST = 8;
    private static final String NAME_LETTERS = "abelmnopqrsuy\0/.\u0080";
    private static final int LOCK_BYTES = 24; // magic and nonce
    private static final int LINE = 128; // an entry of the directory
    private static final int NAME_BYTES = 64; // in an entry

    private final RegionImages images;
    private final Random random;
    private final Set<String> damaged = new LinkedHashSet<>();
    private final boolean isInhabited;
    private byte[] region;
    private byte[] lockFile;
    private boolean hasLockFile = true;

    /** The damage of one case. */
    Damage(RegionImages images, long seed, long number) {
        this.images = images;
        this.random = new Random(seed * 0x9E37_79B9_7F4A_7C15L + number);
        random.nextLong(); // the first of neighbours are alike
        this.isInhabited = random.nextInt(8) == 0;
        this.region = images.image(random, isInhabited).clone();
        this.lockFile = images.lockFile();
        do {
            damagePart();
        } while (random.nextInt(4) == 0);
    }

    /** The file, damaged. */
    byte[] region() {
        return region;
    }

    /** The file beside it; null: there is none. */
    byte @Nullable [] lockFile() {
        return hasLockFile ? lockFile : null;
    }

    /** Whether the file beside it is one that belongs to another region, or to none. */
    boolean isForeign() {
        byte[] whole = images.lockFile();
        return !hasLockFile
                || lockFile.length < LOCK_BYTES
                || !Arrays.equals(whole, 0, LOCK_BYTES, lockFile, 0, LOCK_BYTES);
    }

    /** Whether somebody in there lives, for whom waits go on. */
    boolean isInhabited() {
        return isInhabited;
    }

    /** The parts that were damaged. */
    Set<String> damaged() {
        return Collections.unmodifiableSet(damaged);
    }

    /** Chance for whoever uses it. */
    Random random() {
        return random;
    }

    private void damagePart() {
        switch (random.nextInt(24)) {
            case 0 -> damageHeader();
            case 1 -> damageLength();
            case 2 -> damageLockFile();
            case 3 -> reshape();
            case 4 -> damageWords(".mutex");
            case 5, 6 -> damageWords(".participants");
            case 7, 8, 9 -> damageWords(".directory");
            case 10 -> damageName();
            case 11 -> damageWords(".masks");
            default -> {
                List<String> parts = images.parts();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    String part = parts.get(random.nextInt(parts.size()));
                    if (!part.startsWith(".")) {
                        damageWords(part);
                    }
                }
            }
        }
    }

    private void damageHeader() {
        damageWords(".header");
        if (random.nextInt(4) != 0 && region.length == images.fileBytes()) {
            RegionTables.seal(region);
        }
    }

    private void reshape() {
        damaged.add(".header");
        int participants = 1 + random.nextInt(2 * RegionImages.MAX_PARTICIPANTS);
        int objects = 1 + random.nextInt(2 * RegionImages.MAX_OBJECTS);
        if (region.length == images.fileBytes()) {
            RegionTables.reshape(region, participants, objects);
        }
    }

    private void damageLength() {
        damaged.add(".header");
        int length = region.length;
        int other =
                switch (random.nextInt(4)) {
                    case 0 -> random.nextInt(length + 1);
                    case 1 -> random.nextInt(300);
                    case 2 -> length - 1 - random.nextInt(128);
                    default -> length + 1 + random.nextInt(4096);
                };
        region = Arrays.copyOf(region, Math.max(0, other));
    }

    private void damageLockFile() {
        damaged.add(".lock");
        switch (random.nextInt(4)) {
            case 0 -> hasLockFile = false;
            case 1 -> lockFile = Arrays.copyOf(lockFile, 1 + random.nextInt(2 * lockFile.length));
            default ->
                    lockFile[random.nextInt(lockFile.length)] ^= (byte) (1 + random.nextInt(255));
        }
    }

    private void damageName() {
        damaged.add(".directory");
        Extent directory = images.extent(".directory");
        int entry = directory.offset() + random.nextInt(images.parts().size()) * LINE;
        int at = entry + NAME_BYTES + random.nextInt(10);
        if (at < region.length) {
            region[at] = (byte) NAME_LETTERS.charAt(random.nextInt(NAME_LETTERS.length()));
        }
    }

    private void damageWords(String part) {
        damaged.add(part);
        for (int i = random.nextInt(MOST); i >= 0; i--) {
            int at = word(part);
            if (at >= 0 && at + Long.BYTES <= region.length) {
                damageWord(part, at);
            }
        }
    }

    /** One that is used, mostly; -1 if there is none. */
    private int word(String part) {
        int[] used = images.words(part);
        if (used.length > 0 && random.nextInt(8) != 0) {
            return used[random.nextInt(used.length)];
        }
        Extent extent = images.extent(part);
        int words = extent.length() / Integer.BYTES;
        return words == 0 ? -1 : extent.offset() + random.nextInt(words) * Integer.BYTES;
    }

    private void damageWord(String part, int at) {
        ByteBuffer words = words(region);
        switch (random.nextInt(9)) {
            case 0 -> region[at + random.nextInt(Integer.BYTES)] = (byte) random.nextInt();
            case 1 -> words.putInt(at, words.getInt(at) ^ 1 << random.nextInt(Integer.SIZE));
            case 2 -> words.putInt(at, (int) INTERESTING[random.nextInt(INTERESTING.length)]);
            case 3 -> words.putLong(at, INTERESTING[random.nextInt(INTERESTING.length)]);
            case 4 -> words.putInt(at, words.getInt(at) + STEPS[random.nextInt(STEPS.length)]);
            case 5 -> words.putLong(at, words.getLong(at) + STEPS[random.nextInt(STEPS.length)]);
            case 6 -> copy(region, word(part), at, Integer.BYTES);
            case 7 -> copy(region, word(part) & -Long.BYTES, at & -Long.BYTES, someLongs());
            default -> { // half of something that was done at another moment
                int begin = at & -Long.BYTES;
                copy(images.image(random, isInhabited), begin, begin, someLongs());
            }
        }
    }

    private int someLongs() {
        return Long.BYTES * (1 + random.nextInt(16));
    }

    private void copy(byte[] source, int from, int to, int length) {
        int most = Math.min(source.length - from, region.length - to);
        if (from >= 0 && most > 0) {
            System.arraycopy(source, from, region, to, Math.min(length, most));
        }
    }

    /** Words of a region as its format has them. */
    static ByteBuffer words(byte[] region) {
        return ByteBuffer.wrap(region).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public String toString() {
        return "Damage[parts=" + damaged + ", inhabited=" + isInhabited + "]";
    }
}
