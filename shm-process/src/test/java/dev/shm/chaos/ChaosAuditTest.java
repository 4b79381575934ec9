package dev.shm.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.shm.chaos.Ledger.Entry;
import dev.shm.codec.Codecs;
import dev.shm.memory.MappedBuffer;
import dev.shm.process.CellAudit;
import dev.shm.queue.JoinableQueue;
import dev.shm.queue.PipeEnd;
import dev.shm.queue.SharedLongQueue;
import dev.shm.queue.SharedPipe;
import dev.shm.queue.SharedPriorityQueue;
import dev.shm.queue.SharedQueue;
import dev.shm.queue.SharedStack;
import dev.shm.region.RegionOptions;
import dev.shm.region.SharedRegion;
import dev.shm.ring.Broadcast;
import dev.shm.ring.BroadcastTransmitter;
import dev.shm.ring.SpscProducer;
import dev.shm.ring.SpscRing;
import dev.shm.sync.CountingSemaphore;
import dev.shm.sync.SharedBarrier;
import dev.shm.sync.SharedLatch;
import dev.shm.sync.SharedSemaphore;
import dev.shm.value.SharedAdder;
import dev.shm.value.SharedArray;
import dev.shm.value.SharedValue;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What chaos checks when a round is over, and what it writes down for that: faults are found. */
class ChaosAuditTest extends StageTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private static Ledger ledger(SharedRegion region) {
        return new Ledger(region);
    }

    private static Numbers numbers(SharedRegion region, String name) {
        return new Numbers(region, name, 0);
    }

    /** Two numbers of one sender are sent, the later one first. */
    private static void swap(SharedRegion region, String name, Consumer<Integer> put) {
        Numbers numbers = numbers(region, name);
        int first = numbers.begin();
        int second = numbers.begin();
        for (int number : new int[] {second, first}) {
            put.accept(number);
            numbers.sent(number);
        }
    }

    private static void put(BlockingQueue<Long> to, long number) {
        assertTrue(to.offer(number));
    }

    private static void killedAt(Ledger ledger, Act act) {
        ledger.begins(act, 0);
        assertEquals(List.of(act), ledger.killed(0, System.nanoTime()));
    }

    /** What is told of each, and what is done for it. */
    private enum Fault {
        LOST_QUEUE("queue: lost=1", r -> lose(r, "queue")),
        LOST_JOINABLE("joinable: lost=1", r -> lose(r, "joinable")),
        LOST_LONGS("longs: lost=1", r -> lose(r, "longs")),
        LOST_STACK("stack: lost=1", r -> lose(r, "stack")),
        LOST_PRIORITY("priority: lost=1", r -> lose(r, "priority")),
        LOST_RING("ring: lost=1", r -> lose(r, "ring")),
        UNSAID_JOINABLE("joinable: lost=0, received, not acknowledged=1", Fault::receive),
        ORDER_JOINABLE(
                "JOINABLE: out of order=1",
                r -> {
                    var codec = Codecs.bytes(Numbers.MAX_BYTES);
                    JoinableQueue<byte[]> queue = JoinableQueue.open(r, "joinable", codec);
                    swap(r, "joinable", number -> queue.add(Numbers.message(number)));
                }),
        ORDER_LONGS(
                "LONGS: out of order=1",
                r -> {
                    SharedLongQueue queue = SharedLongQueue.open(r, "longs");
                    swap(r, "longs", number -> assertTrue(queue.offer(number)));
                }),
        ORDER_STACK(
                "stack: 8 below 0",
                r -> {
                    var stack = SharedStack.open(r, "stack", Codecs.longs());
                    swap(r, "stack", number -> put(stack, number));
                }),
        ORDER_PRIORITY(
                "priority: 0 after 56",
                r -> {
                    Numbers numbers = numbers(r, "priority");
                    for (int i = 0; i < 8; i++) {
                        numbers.begin();
                    }
                    var queue = priority(r);
                    put(queue, 56);
                    put(queue, 0);
                }),
        LOST_BROADCAST("broadcast: number=0 neither came nor was lost", r -> lose(r, "broadcast")),
        PERMITS(
                "permits lost: ",
                r -> assertTrue(SharedSemaphore.open(r, "semaphore").tryAcquire())),
        TOKENS("tokens=1 of 0", r -> CountingSemaphore.open(r, "counting").release()),
        GATE("gate: passed=1 sets=0", r -> ledger(r).increment(Act.GATE, Entry.HOLDS, 0)),
        STRUCT("struct=0 noted=1", r -> ledger(r).increment(Act.STRUCT, Entry.DONE, 0)),
        ADDER("adder=1 noted=0", r -> SharedAdder.of(r, "adder").increment()),
        VALUE("value=1 noted=0", r -> SharedValue.of(r, "counter", 'q').getAndAdd(1)),
        REPORT_OF_A_LOCK("LOCK: reports=1 owners killed=0 to 0", r -> report(r, Act.LOCK)),
        REPORT_OF_ITEMS("CONDITION: reports=1 owners killed=0 to 0", r -> report(r, Act.CONDITION)),
        REPORT_OF_A_WRITER("WRITE: reports=1 owners killed=0 to 0", r -> report(r, Act.WRITE)),
        REPORT_OF_A_VALUE("VALUE: reports=1 owners killed=0 to 0", r -> report(r, Act.VALUE)),
        REPORT_OF_AN_ARRAY("ARRAY: reports=1 owners killed=0 to 0", r -> report(r, Act.ARRAY)),
        REPORT_OF_A_VISITOR("visitors: reports=1", r -> report(r, Act.ATTACHMENT)),
        CELLS_OF_A_LIST("list: empty, and cells taken=1", r -> CellAudit.lose(r, "list")),
        CELLS_OF_A_MAP("map: empty, and cells taken=1", r -> CellAudit.lose(r, "map")),
        CELLS_OF_A_SET("set: empty, and cells taken=1", r -> CellAudit.lose(r, "set")),
        CELLS_OF_NAMES("namespace: empty, and cells taken=1", r -> CellAudit.lose(r, "namespace")),
        BYTES("bytes lost: no room for", r -> r.block("left", 1).close());

        private final String told;

        @SuppressWarnings("ImmutableEnumChecker") // it has no state
        private final Consumer<SharedRegion> breakage;

        Fault(String told, Consumer<SharedRegion> breakage) {
            this.told = told;
            this.breakage = breakage;
        }

        private static void lose(SharedRegion region, String name) {
            Numbers numbers = numbers(region, name);
            numbers.sent(numbers.begin());
        }

        private static void receive(SharedRegion region) {
            Numbers numbers = numbers(region, "joinable");
            int number = numbers.begin();
            numbers.sent(number);
            numbers.received(number);
        }

        private static void report(SharedRegion region, Act act) {
            ledger(region).increment(act, Entry.REPORTS, 0);
        }

        private static BlockingQueue<Long> priority(SharedRegion region) {
            return SharedPriorityQueue.of(region, "priority", 5, Codecs.longs(), n -> n % 7);
        }
    }

    @Test
    void nothing_isFoundWhereNothingIs() throws Exception {
        assertEquals(List.of(), stage.audit());
    }

    /** Though somebody was killed: at something else. */
    @ParameterizedTest
    @EnumSource
    void aFault_isFound(Fault fault) throws Exception {
        killedAt(ledger, Act.EVENT);
        fault.breakage.accept(region);
        List<String> wrong = stage.audit();
        assertEquals(1, wrong.size(), wrong::toString);
        assertTrue(wrong.get(0).startsWith(fault.told), wrong::toString);
    }

    private static Stream<Fault> excusable() {
        return Stream.of(
                Fault.LOST_LONGS,
                Fault.LOST_STACK,
                Fault.LOST_PRIORITY,
                Fault.UNSAID_JOINABLE,
                Fault.ORDER_JOINABLE,
                Fault.ORDER_LONGS,
                Fault.ADDER,
                Fault.REPORT_OF_A_LOCK);
    }

    /** Each death excuses one at what it was at. */
    @ParameterizedTest
    @MethodSource("excusable")
    void aDeath_excusesOne(Fault fault) throws Exception {
        for (Act act :
                List.of(Act.LONGS, Act.STACK, Act.PRIORITY, Act.JOINABLE, Act.ADDER, Act.LOCK)) {
            killedAt(ledger, act);
        }
        fault.breakage.accept(region);
        assertEquals(List.of(), stage.audit());
    }

    @Test
    void aQueueThatSwaps_isFound() {
        SharedQueue<byte[]> queue =
                SharedQueue.open(region, "queue", Codecs.bytes(Numbers.MAX_BYTES));
        swap(region, "queue", number -> queue.add(Numbers.message(number)));
        String told = assertThrows(AssertionError.class, stage::audit).getMessage();
        assertTrue(told.startsWith("queue: number=0 comes after a later one"), told);
    }

    /** The next number of the broadcast, so many times. */
    private static void transmit(SharedRegion region, int times) {
        Numbers numbers = numbers(region, "broadcast");
        int number = numbers.begin();
        DirectBuffer record = record(number);
        try (BroadcastTransmitter transmitter = Broadcast.open(region, "broadcast").transmitter()) {
            for (int i = 0; i < times; i++) {
                transmitter.transmit(1, record, 0, record.capacity());
            }
        }
        numbers.sent(number);
    }

    private static DirectBuffer record(int number) {
        byte[] message = Numbers.message(number);
        MappedBuffer record = new MappedBuffer(ByteBuffer.allocateDirect(message.length));
        record.putBytes(0, message);
        return record;
    }

    private static void offer(SpscProducer producer, DirectBuffer record) {
        assertTrue(producer.offer(1, record, 0, record.capacity()));
    }

    @Test
    void aRingThatSwaps_isFound() {
        try (SpscProducer producer = SpscRing.open(region, "ring").producer()) {
            swap(region, "ring", number -> offer(producer, record(number)));
        }
        String told = assertThrows(AssertionError.class, stage::audit).getMessage();
        assertTrue(told.startsWith("ring: number=0 comes after a later one"), told);
    }

    @Test
    void aBroadcastThatRepeats_isFound() {
        transmit(region, 2);
        String told = assertThrows(AssertionError.class, stage::audit).getMessage();
        assertTrue(told.startsWith("broadcast: 0 comes after 0"), told);
    }

    /** As soon as the next one comes. */
    @Test
    void aGapInTheBroadcast_thatNobodyIsToldOf_isFound() {
        transmit(region, 1);
        Fault.lose(region, "broadcast");
        transmit(region, 1);
        String told = assertThrows(AssertionError.class, stage::audit).getMessage();
        assertTrue(told.startsWith("broadcast: number=8 neither came nor was lost"), told);
    }

    @Test
    void aPipeThatLosesMessages_isFound() throws Exception {
        SharedValue.open(region, "pipe").setLong(1);
        PipeEnd left = SharedPipe.of(region, "pipe-1", 512).left();
        left.send(Numbers.message(0));
        left.close();
        SharedArray.open(region, "pipes-ended").setLong(1, 1 << 8 | 2); // two of the first day
        String told = assertThrows(AssertionError.class, () -> stage.doIt(Act.PIPE)).getMessage();
        assertEquals("pipe: sent=2 received=1", told);
    }

    /** Both can only look, as others have the roles, and nothing comes. */
    @Test
    void whoMovesNothing_hasDoneNothing() throws Exception {
        try (SpscRing ring = SpscRing.open(region, "ring");
                Broadcast broadcast = Broadcast.open(region, "broadcast")) {
            ring.producer();
            ring.consumer();
            broadcast.transmitter();
            for (int i = 0; i < 8; i++) {
                stage.doIt(Act.RING);
                stage.doIt(Act.BROADCAST);
            }
        }
        assertEquals(16, ledger.acts(OUR_SEAT));
        assertEquals(0, ledger.sum(Act.RING, Entry.DONE));
        assertEquals(0, ledger.sum(Act.BROADCAST, Entry.DONE));
    }

    /** And time that it was stopped is none that it waited. */
    @Test
    void aWaitThatAKillEnds_counts() {
        long now = System.nanoTime();
        ledger.set(Act.QUEUE, Entry.SINCE, 0, now - 5 * SECOND);
        assertEquals(List.of(), ledger.killed(0, now - 4 * SECOND));
        assertEquals(List.of(), ledger.tooLong(2 * SECOND));
        ledger.set(Act.QUEUE, Entry.SINCE, 0, now - 5 * SECOND);
        ledger.killed(0, now);
        assertEquals(List.of("QUEUE: a wait took ns=" + 5 * SECOND), ledger.tooLong(2 * SECOND));
        assertEquals(List.of(), ledger.standing(SECOND, SECOND));
    }

    @Test
    void aWaitThatFails_isOver() {
        assertThrows(
                InterruptedException.class,
                () ->
                        ledger.await(
                                Act.LATCH,
                                0,
                                () -> {
                                    throw new InterruptedException();
                                }));
        assertEquals(0, ledger.get(Act.LATCH, Entry.SINCE, 0));
    }

    @Test
    void whoIsAsked_doesThat() throws Exception {
        ledger.ask(OUR_SEAT, Act.ADDER);
        for (int i = 0; i < 8; i++) {
            stage.doAnything();
        }
        assertEquals(8, ledger.get(Act.ADDER, Entry.COMPLETED, OUR_SEAT));
        ledger.ask(OUR_SEAT, null);
        assertNull(ledger.asked(OUR_SEAT));
    }

    /** Where it is guarded, what is written down inside is not the end of it. */
    @Test
    void whatIsNotOver_isNotCounted() throws Exception {
        ledger.increment(Act.LOCK, Entry.DONE, OUR_SEAT);
        assertEquals(0, ledger.acts(OUR_SEAT));
        ledger.setTotal(Act.LOCK, 1);
        stage.doIt(Act.LOCK);
        assertEquals(1, ledger.acts(OUR_SEAT));
    }

    /** One leaves, which is told as a death is. */
    private void leaveARollCall() {
        try (SharedRegion other = SharedRegion.open(RegionOptions.at(region.path()))) {
            SharedLatch.of(other, "roll-call-0", Ledger.SEATS, SharedLatch.Mode.PARTIES).join(3);
        }
    }

    @Test
    void aPartyThatDied_thoughNobodyWasKilled_isFound() {
        leaveARollCall();
        String told =
                assertThrows(AssertionError.class, () -> stage.doIt(Act.ROLL_CALL)).getMessage();
        assertTrue(told.startsWith("nobody was killed since the round began"), told);
    }

    @Test
    void aPartyThatDied_isNoRollCallDone() throws Exception {
        leaveARollCall();
        ledger.isToBeKilled(3);
        stage.doIt(Act.ROLL_CALL);
        assertEquals(0, ledger.sum(Act.ROLL_CALL, Entry.DONE));
        assertEquals(1, ledger.sum(Act.ROLL_CALL, Entry.REPORTS));
    }

    /** A mark has how many permits its owner has, above whose they are. */
    @Test
    void onePermitTooMany_isFound() {
        ledger.set(Act.SEMAPHORE, Entry.HOLDS, 0, 2L << 30 | region.self().id());
        String told =
                assertThrows(AssertionError.class, () -> stage.doIt(Act.SEMAPHORE)).getMessage();
        assertTrue(told.endsWith("inside, permits=2"), told);
    }

    @Test
    void aBarrierThatBreaks_wasNotDone() throws Exception {
        SharedBarrier.of(region, "barrier", 2).abort();
        stage.doIt(Act.BARRIER);
        Figures figures = new Figures(1);
        figures.add(ledger);
        assertTrue(figures.undone().contains(Act.BARRIER));
        ledger.increment(Act.BARRIER, Entry.DONE, 0);
        figures.add(ledger);
        assertFalse(figures.undone().contains(Act.BARRIER));
    }
}
