package dev.shm.region;

/**
 * A file is not a region that this version can use: foreign, truncated, corrupt, or made by a newer
 * version. The message says what was expected and what was found. The file is left untouched.
 */
public final class RegionFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes one.
     *
     * @param message what was expected and what was found, with the file's path.
     */
    public RegionFormatException(String message) {
        super(message);
    }
}
