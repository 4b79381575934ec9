package dev.shm.wait;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.AtomicBuffer;

/**
 * A waiter on Linux' {@code futex(2)}: the only class that calls native code, through JNA.
 *
 * <p><b>Threads and processes.</b> Always the shared operations. The kernel names a shared futex by
 * the file and the place in it, so that processes meet which map a file at different addresses.
 * With the PRIVATE flag it would name it by the address, and they would never meet. Sleepers are
 * woken in the order in which they came.
 *
 * <p>Initialising this class loads JNA, unpacks its library and tries the system call. Any of these
 * may fail: a platform without futex, no JNA on the class path, native access denied, a temporary
 * directory mounted noexec, a sandbox that forbids the call. {@link SystemWaiter} then polls.
 */
final class Futex implements Waiter {
    /*
     * Overview.
     *
     * JNA's direct mapping binds syscall(2) of the C library to the native method below. With nothing
     * but longs and ints in its signature a call allocates nothing; JNA keeps errno per thread.
     * The address is the start of the direct ByteBuffer (JNI's own answer, 25 ns of about 550) plus
     * the buffer's adjustment and the index. The ByteBuffer is kept reachable until the kernel is done
     * with the address: its cleaner would unmap the memory.
     *
     * A relative timeout counts on the monotonic clock, and all four ordinary ends of a sleep (woken,
     * EAGAIN: the int had changed, EINTR: a signal, ETIMEDOUT) lead the caller round its loop again.
     */
    private static final int FUTEX_WAIT = 0;
    private static final int FUTEX_WAKE = 1;

    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int EFAULT = 14;
    private static final int ETIMEDOUT = 110;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final long SYS_FUTEX = systemCallNumber();
    private static final ThreadLocal<Timespec> TIMESPEC = ThreadLocal.withInitial(Timespec::new);
    private static final ThreadLocal<FutexSleep> SLEEP =
            ThreadLocal.withInitial(() -> new FutexSleep(Futex::wakeAll));

    static final Futex INSTANCE = load();

    private final int flags;

    /**
     * A futex.
     *
     * @param flags of its operations: none, but where a test shows what PRIVATE would do
     */
    Futex(int flags) {
        this.flags = flags;
    }

    @Override
    public boolean await(AtomicBuffer buffer, int index, int expected, long nanos) {
        WaitWord.check(buffer, index);
        if (buffer.getIntVolatile(index) != expected || Thread.currentThread().isInterrupted()) {
            return true;
        }
        if (nanos <= 0) {
            return false;
        }
        ByteBuffer memory = directMemory(buffer);
        try {
            long address = address(memory, buffer, index);
            return sleep(address, expected, nanos) == 0 || !timedOut(index);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    private long sleep(long address, int expected, long nanos) {
        Timespec timeout = TIMESPEC.get();
        timeout.set(nanos);
        FutexSleep sleep = SLEEP.get();
        sleep.begins(address);
        try {
            return Thread.currentThread().isInterrupted()
                    ? 0
                    : syscall(SYS_FUTEX, address, FUTEX_WAIT | flags, expected, timeout.address);
        } finally {
            if (!sleep.ends()) {
                SLEEP.remove();
            }
        }
    }

    private static void wakeAll(long address) {
        syscall(SYS_FUTEX, address, FUTEX_WAKE, Integer.MAX_VALUE, 0);
    }

    @Override
    public void wake(AtomicBuffer buffer, int index, int count) {
        WaitWord.check(buffer, index);
        ByteBuffer memory = directMemory(buffer);
        try {
            long address = address(memory, buffer, index);
            if (syscall(SYS_FUTEX, address, FUTEX_WAKE | flags, count, 0) < 0) {
                throw failure("wake", index, Native.getLastError());
            }
        } finally {
            Reference.reachabilityFence(memory);
        }
    }

    @Override
    public String toString() {
        return "futex";
    }

    private static boolean timedOut(int index) {
        int errno = Native.getLastError();
        return switch (errno) {
            case ETIMEDOUT -> true;
            case EAGAIN, EINTR -> false;
            default -> throw failure("wait", index, errno);
        };
    }

    private static IllegalStateException failure(String operation, int index, int errno) {
        String meaning =
                errno == EFAULT ? "the memory is gone (was the file made shorter?)" : "unexpected";
        return new IllegalStateException(
                "futex "
                        + operation
                        + " failed: index="
                        + index
                        + " errno="
                        + errno
                        + ": "
                        + meaning);
    }

    private static ByteBuffer directMemory(AtomicBuffer buffer) {
        ByteBuffer memory = buffer.byteBuffer();
        if (memory == null || !memory.isDirect()) {
            throw new IllegalArgumentException(
                    "buffer=" + buffer + ": a futex needs a buffer over a direct ByteBuffer");
        }
        return memory;
    }

    private static long address(ByteBuffer memory, AtomicBuffer buffer, int index) {
        long start = Pointer.nativeValue(Native.getDirectBufferPointer(memory));
        return start + buffer.wrapAdjustment() + index;
    }

    /** Of futex, on the machines where it has been tried. */
    private static long systemCallNumber() {
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        return switch (platform) {
            case "Linux amd64" -> 202;
            case "Linux aarch64" -> 98;
            default -> throw new UnsupportedOperationException("no futex on " + platform);
        };
    }

    private static Futex load() {
        Native.register(Futex.class, NativeLibrary.getInstance("c"));
        Timespec word = TIMESPEC.get();
        if (syscall(SYS_FUTEX, word.address, FUTEX_WAKE, 1, 0) < 0) {
            throw new UnsupportedOperationException("futex: errno=" + Native.getLastError());
        }
        return new Futex(0);
    }

    private static native long syscall(
            long number, long address, int operation, int value, long timeout);

    /** A {@code struct timespec} of one thread, so that sleeping allocates nothing. */
    private static final class Timespec {
        private final ByteBuffer memory =
                ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.nativeOrder());
        private final long address = Pointer.nativeValue(Native.getDirectBufferPointer(memory));

        void set(long nanos) {
            memory.putLong(0, nanos / NANOS_PER_SECOND);
            memory.putLong(Long.BYTES, nanos % NANOS_PER_SECOND);
        }
    }
}
