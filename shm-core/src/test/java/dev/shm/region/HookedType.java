package dev.shm.region;

import org.agrona.DirectBuffer;

/** A registered type that does what a test wants while somebody lists its objects. */
public final class HookedType implements ObjectType {
    static final HookedType INSTANCE = new HookedType();

    private static Runnable hook = () -> {};

    /** For the service loader. */
    public HookedType() {}

    static void whenDescribed(Runnable hook) {
        HookedType.hook = hook;
    }

    static ObjectSpec spec(int bytes) {
        return new ObjectSpec(INSTANCE, 0, 0, bytes, "hooked", memory -> {});
    }

    @Override
    public int code() {
        return 1002;
    }

    @Override
    public String name() {
        return "Hooked";
    }

    @Override
    public String describe(long configA, long configB, DirectBuffer block) {
        hook.run();
        return "hooked";
    }
}
