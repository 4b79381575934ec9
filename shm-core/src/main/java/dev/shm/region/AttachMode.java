package dev.shm.region;

/**
 * What {@link SharedRegion#attach(String, ObjectSpec, AttachMode)} does about an existing object.
 */
public enum AttachMode {
    /** Opens the object, or creates it when the name is free. */
    OPEN_OR_CREATE,

    /** Creates the object; a name that is taken is an error. */
    CREATE
}
