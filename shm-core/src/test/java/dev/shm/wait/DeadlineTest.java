package dev.shm.wait;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Date;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
    /** BEHAVIOURS 20.18: no wait is longer or shorter for the clock being set. */
    @Test
    void theTimeOfDay_isReadWhereItIsGiven_andNowhereElse() {
        Set<String> readers =
                new ClassFileImporter()
                        .importClass(Deadline.class).getMethodCallsFromSelf().stream()
                                .filter(call -> call.getName().equals("currentTimeMillis"))
                                .map(call -> call.getOrigin().getName())
                                .collect(Collectors.toSet());
        assertEquals(Set.of("at"), readers);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void after_zeroOrLess_hasExpired(long timeout) {
        Deadline deadline = Deadline.after(timeout, TimeUnit.DAYS);
        assertTrue(deadline.isExpired());
        assertEquals(0, deadline.remainingNanos());
    }

    @ParameterizedTest
    @EnumSource(TimeUnit.class)
    void after_theLongestTimeOfEachUnit_doesNotOverflow(TimeUnit unit) {
        Deadline deadline = Deadline.after(Long.MAX_VALUE, unit);
        assertFalse(deadline.isExpired());
        assertEquals(Long.MAX_VALUE, deadline.remainingNanos());
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE / 2, Long.MAX_VALUE / 4, Long.MAX_VALUE / 2 + 1})
    void after_veryLongTimes_haveThemLeft(long nanos) {
        Deadline deadline = Deadline.after(nanos, TimeUnit.NANOSECONDS);
        assertTrue(deadline.remainingNanos() > Long.MAX_VALUE / 8);
    }

    @Test
    void after_convertsItsUnit() {
        Deadline deadline = Deadline.after(2, TimeUnit.HOURS);
        long remaining = deadline.remainingNanos();
        assertTrue(remaining <= TimeUnit.HOURS.toNanos(2));
        assertTrue(remaining > TimeUnit.HOURS.toNanos(1));
    }

    @Test
    void remainingNanos_fallsToZeroAndStaysThere() {
        long nanos = TimeUnit.MILLISECONDS.toNanos(5);
        long start = System.nanoTime();
        Deadline deadline = Deadline.after(nanos, TimeUnit.NANOSECONDS);
        long before = Long.MAX_VALUE;
        while (!deadline.isExpired()) {
            long remaining = deadline.remainingNanos();
            assertTrue(remaining <= before);
            before = remaining;
        }
        assertTrue(System.nanoTime() - start >= nanos);
        assertEquals(0, deadline.remainingNanos());
    }

    @Test
    @SuppressWarnings("JavaUtilDate") // what Condition.awaitUntil is given
    void at_isThatFarFromNow() {
        long now = System.currentTimeMillis();
        assertTrue(Deadline.at(new Date(now)).isExpired());
        assertTrue(Deadline.at(new Date(0)).isExpired());
        assertTrue(Deadline.at(new Date(Long.MIN_VALUE)).isExpired());
        long left = Deadline.at(new Date(now + TimeUnit.HOURS.toMillis(2))).remainingNanos();
        assertTrue(left <= TimeUnit.HOURS.toNanos(2));
        assertTrue(left > TimeUnit.HOURS.toNanos(1));
        assertFalse(Deadline.at(new Date(Long.MAX_VALUE)).isExpired());
    }

    @Test
    void unless_expiresAsSoonAsTheConditionHolds() {
        AtomicBoolean over = new AtomicBoolean();
        Deadline never = Deadline.never().unless(over::get);
        Deadline later = Deadline.after(2, TimeUnit.HOURS).unless(over::get);
        assertEquals(Long.MAX_VALUE, never.remainingNanos());
        assertTrue(later.remainingNanos() > TimeUnit.HOURS.toNanos(1));
        assertTrue(Deadline.after(0, TimeUnit.HOURS).unless(over::get).isExpired());
        over.set(true);
        assertTrue(never.isExpired());
        assertTrue(later.isExpired());
        assertFalse(Deadline.never().isExpired());
        assertEquals("Deadline[remainingNanos=0]", never.toString());
    }

    @Test
    void never_doesNotExpire() {
        assertFalse(Deadline.never().isExpired());
        assertEquals(Long.MAX_VALUE, Deadline.never().remainingNanos());
        assertEquals("Deadline[never]", Deadline.never().toString());
    }
}
