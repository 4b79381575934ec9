package dev.shm.explore;

/** What can be explored of one package: found by {@code ServiceLoader}, for {@link Explore}. */
public interface Catalogue {
    /**
     * Names the worlds of each primitive.
     *
     * @param entries to add them to
     */
    void addTo(Entries entries);

    /** What is to be explored. */
    @FunctionalInterface
    interface Entries {
        /**
         * Adds a world.
         *
         * @param primitive that it is about
         * @param world what it is called among those of the primitive
         * @param explorer of its schedules
         */
        void add(String primitive, String world, Explorer explorer);
    }
}
