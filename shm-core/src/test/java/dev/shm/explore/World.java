package dev.shm.explore;

import dev.shm.explore.Actor.State;
import dev.shm.memory.MappedBuffer;
import dev.shm.wait.Deadline;
import dev.shm.wait.Waiter;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.agrona.concurrent.AtomicBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a scenario: its memory, its participants, and the scheduler that lets one thread
 * go on at a time.
 */
public final class World {
    /*
     * Overview.
     *
     * Before each access to the shared memory a thread comes to point(). There it decides, by asking
     * Choices, what happens next; most of the time it goes on itself, and no thread switch is paid. The
     * thread that goes on holds the only permit in circulation, so all fields here, and what scenarios
     * keep in theirs, need no further synchronisation.
     *
     * A killed thread stops at its point and is unwound by a Killed only when the execution is over, with
     * every access failing: what its finally blocks do is without effect.
     *
     * Where the rules delay stores, a store is kept back if the choices say so, and all that follow it
     * are, until the thread does something that has to wait for them, or the choices let the oldest go.
     *
     * Sleepers go on when they are woken or interrupted, and by a tick when nobody else can move and
     * somebody has died. As often as the rules have it a tick comes earlier, or a wake for no reason, as
     * a futex has them. Asleep without a death means that a wake was lost. A deadline that deadline() gave
     * expires at a point or in a sleep, which then ends, as often as the rules have it.
     *
     * Whoever is not through may die before its next access, and also later, at its point or asleep, just
     * after somebody has looked who lives. Between two looks it is all the same when.
     */
    private static final int CAPACITY = 4096;
    private static final long LONGEST_TICK = Long.MAX_VALUE / 4;

    private final Rules rules;
    private final Choices choices;
    private final Executor threads;
    private final @Nullable List<String> trace;
    private final long watchdogNanos;

    private final MappedBuffer memory = new MappedBuffer(ByteBuffer.allocateDirect(CAPACITY));
    private final AtomicBuffer buffer = Interception.of(memory, this::access);
    private final Waiter waiter = new SchedulingWaiter();
    private final Map<Method, Boolean> accesses = new HashMap<>();
    private final List<Participant> participants = new ArrayList<>();
    private final List<Actor> actors = new ArrayList<>();
    private final List<Actor> sleepers = new ArrayList<>();
    private final List<Runnable> checks = new ArrayList<>();
    private final List<Event> events = new ArrayList<>(); // that are possible just now
    private Consumer<Participant> onDeath = participant -> {};
    private Runnable onStore = () -> {};

    private final Semaphore over = new Semaphore(0);
    private @Nullable Actor current;
    private boolean ending;
    private boolean finished;
    private @Nullable Throwable failure;
    private int steps;
    private int deaths;
    private int interrupts;
    private int earlyTicks;
    private int expiries;
    private int looks; // at who lives, or at what else is not in the memory

    World(Rules rules, Choices choices, Executor threads, boolean traced, long watchdogNanos) {
        this.rules = rules;
        this.choices = choices;
        this.threads = threads;
        this.watchdogNanos = watchdogNanos;
        this.trace = traced ? new ArrayList<>() : null;
    }

    /**
     * The shared memory as the participants reach it: each access is a point of the schedule.
     *
     * @return 4 KiB of zeros
     */
    public AtomicBuffer buffer() {
        return buffer;
    }

    /**
     * The same memory for checks: accesses are not scheduled.
     *
     * @return 4 KiB of zeros
     */
    public MappedBuffer memory() {
        return memory;
    }

    /**
     * Sleeps and wakes as the futex does, first come first woken.
     *
     * @return the waiter of all participants
     */
    public Waiter waiter() {
        return waiter;
    }

    /**
     * Adds a participant.
     *
     * @return the next one, with tags from 1 on
     */
    public Participant join() {
        Participant participant = new Participant(this, participants.size() + 1);
        participants.add(participant);
        return participant;
    }

    /**
     * Sets what is done at the instant of a death.
     *
     * @param action is given the dead one; may look at the memory
     */
    public void onDeath(Consumer<Participant> action) {
        onDeath = action;
    }

    /**
     * Sets what is done whenever others can see a store that they did not see before, and after
     * each attempt at an atomic change.
     *
     * @param action may look at the memory
     */
    public void onStore(Runnable action) {
        onStore = action;
    }

    /**
     * Adds a check of the final state.
     *
     * @param check that throws if something is wrong
     */
    public void atEnd(Runnable check) {
        checks.add(check);
    }

    /**
     * How many participants were killed so far.
     *
     * @return zero or more
     */
    public int deaths() {
        return deaths;
    }

    /**
     * Gives the current thread a deadline in place of any earlier one: it never expires, or at any
     * access from now on, as the rules and the choices have it.
     *
     * @return the deadline of a wait
     */
    public Deadline deadline() {
        return deadline(() -> false);
    }

    /**
     * The same, and it expires as soon as it is asked while there is nothing to wait for any more.
     *
     * @param isHopeless whether that is so
     * @return the deadline of a wait
     */
    public Deadline deadline(BooleanSupplier isHopeless) {
        Actor.Expiry expiry = new Actor.Expiry();
        Actor me = current;
        if (me != null) {
            me.expiry = expiry;
        }
        return Deadline.never()
                .unless(
                        () -> {
                            if (me != null) {
                                me.isAsking = true;
                            }
                            expiry.isOver |= isHopeless.getAsBoolean();
                            return expiry.isOver;
                        });
    }

    /**
     * Whether the last deadline that was given to the current thread has expired.
     *
     * @return true if its wait may end by that
     */
    public boolean isExpired() {
        Actor me = current;
        return me != null && me.isExpired();
    }

    /** Runs the execution to its end; null if nothing was wrong. */
    @Nullable Throwable run(Scenario scenario) {
        scenario.build(this);
        try {
            decide(null, false);
            awaitEnd();
            unwind();
            if (failure == null) {
                checks.forEach(Runnable::run);
            }
        } catch (AssertionError | RuntimeException wrong) {
            failure = wrong;
        }
        return failure;
    }

    /** Throws if a thread neither makes an access nor ends: it goes round in circles elsewhere. */
    private void awaitEnd() {
        int seen = -1;
        try {
            while (!over.tryAcquire(watchdogNanos, TimeUnit.NANOSECONDS)) {
                int now = steps; // whatever is seen of it: somebody has gone on, or not
                if (now == seen) {
                    ending = true;
                    throw new AssertionError(
                            "stuck: " + current + " makes no access, and does not end");
                }
                seen = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The accesses made, if they were to be recorded. */
    List<String> trace() {
        return trace == null ? List.of() : trace;
    }

    void add(Participant participant, String name, Runnable body) {
        Actor actor = new Actor(participant, name, body, new StoreBuffer(memory));
        actors.add(actor);
        participant.actors.add(actor);
    }

    @Nullable Participant participant(int tag) {
        return tag < 1 || tag > participants.size() ? null : participants.get(tag - 1);
    }

    /**
     * Whatever else than the memory participants share is about to be used, as by a system call:
     * here the schedule is decided. All that the thread has stored is visible then.
     *
     * @param access what it is called in a trace
     * @param arguments of the access
     */
    public void point(String access, Object... arguments) {
        glance(access, arguments);
        drain(current);
    }

    /**
     * The same for what asks and changes nothing: what the thread has stored may stay hidden.
     *
     * @param access what it is called in a trace
     * @param arguments of the access
     */
    public void glance(String access, Object... arguments) {
        schedule(access, arguments);
        looks++;
    }

    private void schedule(String access, Object... arguments) {
        Actor me = current;
        if (me != null) { // the scenario is not being built
            me.isAsking = false;
            step(me, false);
            if (trace != null) {
                trace.add(me + " " + access + Arrays.toString(arguments));
            }
        }
    }

    /**
     * The thread waits until somebody else has done something: others go on first, and it goes on
     * at once only where nobody else can.
     */
    public void pause() {
        Actor me = current;
        if (me != null) {
            drain(me);
            step(me, true);
            looks++;
        }
    }

    /**
     * Whether none but the current thread can go on now.
     *
     * @return true if all others are through, dead or asleep
     */
    public boolean isStill() {
        return actors.stream().noneMatch(other -> other != current && other.state == State.READY);
    }

    /** Time passes: more than a processor keeps any store back. */
    public void settle() {
        actors.forEach(this::drain);
    }

    /** All that the thread has stored becomes visible, one store after the other. */
    private void drain(@Nullable Actor actor) {
        while (actor != null && !actor.stores.isEmpty()) {
            drainOne(actor);
        }
    }

    private void drainOne(Actor actor) {
        actor.stores.drainOne();
        onStore.run();
    }

    /** Adds to the last line of the trace. */
    private void remark(String what) {
        if (trace != null) {
            int last = trace.size() - 1;
            trace.set(last, trace.get(last) + " " + what);
        }
    }

    private void step(Actor me, boolean pausing) {
        if (ending) {
            throw new Killed();
        }
        if (++steps > rules.steps()) {
            throw new AssertionError("no end after " + rules.steps() + " accesses");
        }
        decide(me, pausing);
    }

    private @Nullable Object access(AtomicBuffer target, Method method, Object[] arguments)
            throws Throwable {
        if (!accesses.computeIfAbsent(method, Accesses::isAccess)) {
            return Interception.proceed(target, method, arguments);
        }
        schedule(method.getName(), arguments);
        Actor me = current;
        boolean delays = me != null && rules.delays();
        if (Accesses.isLoad(method)) {
            return delays
                    ? me.stores.read(method, arguments)
                    : Interception.proceed(target, method, arguments);
        }
        if (delays
                && Accesses.isDelayable(method)
                && (!me.stores.isEmpty() || choices.choose(Choices.Options.TWO) == 1)) {
            me.stores.add(method, arguments);
            remark("kept back");
            return null;
        }
        drain(me);
        Object result = Interception.proceed(target, method, arguments);
        onStore.run();
        return result;
    }

    /** Lets happen what the choices say, until it is somebody's turn; returns when it is ours. */
    private void decide(@Nullable Actor me, boolean pausing) {
        while (true) {
            findEvents(me, pausing);
            if (events.isEmpty()) {
                checkNobodyIsStranded();
                ending = true;
                throw new Killed();
            }
            // Who pauses counts as if it could go on: two might wait in turns for a third for ever.
            boolean isForced = me == null || me.state != State.READY;
            Event event = events.get(choices.choose(Event.options(events, isForced)));
            if (trace != null && event.kind() != Event.Kind.RUN) {
                trace.add("-- " + event);
            }
            if (event.kind() == Event.Kind.RUN) {
                participants.forEach(participant -> participant.offered = looks);
                pass(me, event.actor());
                deliverInterrupt(me);
                return;
            }
            happen(event);
        }
    }

    /** What may happen next; first of all that things go their ordinary way. */
    private void findEvents(@Nullable Actor me, boolean pausing) {
        events.clear();
        int start = me == null ? 0 : actors.indexOf(me);
        for (int i = 0; i < actors.size(); i++) {
            Actor actor = actors.get((start + i) % actors.size());
            if (actor.state == State.READY && !(pausing && actor == me)) {
                events.add(new Event(Event.Kind.RUN, actor));
            }
        }
        boolean anybodyIsReady = !events.isEmpty();
        if (!anybodyIsReady && deaths > 0) {
            sleepers.stream()
                    .filter(actor -> actor.hasTicks)
                    .sorted((a, b) -> Integer.compare(a.ticks, b.ticks))
                    .forEach(actor -> events.add(new Event(Event.Kind.TICK, actor)));
        }
        if (events.isEmpty() && me != null && me.state == State.READY) {
            events.add(new Event(Event.Kind.RUN, me)); // though it pauses
        }
        if (events.isEmpty()) {
            return; // the rest helps nobody out
        }
        for (Actor actor : actors) {
            if (!actor.stores.isEmpty()) {
                events.add(new Event(Event.Kind.DRAIN, actor));
            }
        }
        if (me != null && deaths < rules.deaths()) {
            for (Participant participant : participants) {
                boolean isNew = participant == me.participant || participant.offered != looks;
                if (isNew && participant.isMortal()) {
                    events.add(new Event(Event.Kind.KILL, participant.actors.get(0)));
                }
            }
        }
        if (anybodyIsReady && earlyTicks < rules.earlyTicks()) {
            for (Actor actor : sleepers) {
                if (actor.hasTicks) {
                    events.add(new Event(Event.Kind.EARLY_TICK, actor));
                }
                events.add(new Event(Event.Kind.STRAY_WAKE, actor));
            }
        }
        if (interrupts < rules.interrupts()) {
            for (Actor actor : actors) {
                if (actor.state == State.READY || actor.state == State.ASLEEP) {
                    events.add(new Event(Event.Kind.INTERRUPT, actor));
                }
            }
        }
        if (expiries < rules.expiries()) {
            for (Actor actor : actors) {
                boolean isAlive = actor.state == State.READY || actor.state == State.ASLEEP;
                if (isAlive && actor.expiry != null && !actor.expiry.isOver) {
                    events.add(new Event(Event.Kind.EXPIRE, actor));
                }
            }
        }
        if (rules.janitor()) {
            for (Participant participant : participants) {
                if (participant.dead && !participant.certified) {
                    events.add(new Event(Event.Kind.CERTIFY, participant.actors.get(0)));
                }
            }
        }
    }

    private void happen(Event event) {
        switch (event.kind()) {
            case DRAIN -> drainOne(event.actor());
            case KILL -> kill(event.actor().participant);
            case CERTIFY -> event.actor().participant.certified = true;
            case INTERRUPT -> {
                interrupts++;
                event.actor().interrupted = true;
                rouse(event.actor(), false);
            }
            case EXPIRE -> expire(event.actor());
            case TICK -> {
                event.actor().ticks++;
                rouse(event.actor(), true);
            }
            case EARLY_TICK, STRAY_WAKE -> {
                earlyTicks++;
                rouse(event.actor(), event.kind() == Event.Kind.EARLY_TICK);
            }
            default -> throw new AssertionError(event);
        }
    }

    private void expire(Actor actor) {
        expiries++;
        Actor.Expiry expiry = actor.expiry;
        if (expiry != null) {
            expiry.isOver = true;
        }
        if (actor.state == State.ASLEEP && actor.isTimed) {
            rouse(actor, true);
        }
    }

    private void kill(Participant participant) {
        deaths++;
        participant.dead = true;
        for (Actor actor : participant.actors) {
            drain(actor); // processors do not die
            if (actor.state != State.FINISHED) {
                actor.state = State.DEAD;
                sleepers.remove(actor);
            }
        }
        onDeath.accept(participant);
    }

    private void rouse(Actor actor, boolean timedOut) {
        sleepers.remove(actor);
        actor.state = State.READY;
        actor.timedOut = timedOut;
    }

    private void checkNobodyIsStranded() {
        if (!sleepers.isEmpty()) {
            throw new AssertionError(
                    "asleep for ever: " + sleepers + " deaths=" + deaths + ", a wake was lost");
        }
    }

    /** Gives the turn to another thread and waits until it comes back. */
    private void pass(@Nullable Actor me, Actor next) {
        current = next;
        if (next == me) {
            return;
        }
        if (next.started) {
            next.turn.release();
        } else {
            next.started = true;
            threads.execute(() -> perform(next));
        }
        if (me != null && me.state != State.FINISHED) {
            me.turn.acquireUninterruptibly();
            if (ending) {
                throw new Killed();
            }
        }
    }

    /** The thread interrupts itself when its turn comes: nobody else could say exactly when. */
    private static void deliverInterrupt(@Nullable Actor me) {
        if (me != null && me.interrupted) {
            me.interrupted = false;
            Thread.currentThread().interrupt();
        }
    }

    /** The whole life of a scenario's thread. */
    private void perform(Actor me) {
        try {
            Thread.interrupted(); // what an earlier execution left behind
            me.body.run();
            if (!me.stores.isEmpty()) {
                point("end"); // which others may come before
            }
            me.state = State.FINISHED;
            decide(me, false);
        } catch (Killed end) {
            finish();
        } catch (Throwable wrong) {
            failure = failure == null ? wrong : failure;
            ending = true;
            finish();
        } finally {
            me.ended.release();
        }
    }

    private void finish() {
        if (!finished) {
            finished = true;
            over.release();
        }
    }

    /** Ends the threads that are dead, asleep or cut short by a failure, one after the other. */
    private void unwind() {
        for (Actor actor : actors) {
            if (actor.started) {
                actor.turn.release();
                actor.ended.acquireUninterruptibly();
            }
        }
    }

    /** The kernel's part. */
    private final class SchedulingWaiter implements Waiter {
        @Override
        public boolean await(AtomicBuffer unused, int index, int expected, long nanos) {
            Actor me = current;
            me.isTimed = me.isAsking; // just now, to say so many nanoseconds
            point("await", index, expected);
            if (memory.getIntVolatile(index) != expected
                    || Thread.currentThread().isInterrupted()) {
                return true;
            }
            if (me.isTimed && me.isExpired()) {
                return false;
            }
            me.state = State.ASLEEP;
            me.sleepsOn = index;
            me.hasTicks = nanos < LONGEST_TICK; // the end of no tick is nearer and nearer
            sleepers.add(me);
            decide(me, false);
            return !me.timedOut;
        }

        @Override
        public void wake(AtomicBuffer unused, int index, int count) {
            point("wake", index, count);
            List.copyOf(sleepers).stream()
                    .filter(actor -> actor.sleepsOn == index)
                    .limit(count)
                    .forEach(actor -> rouse(actor, false));
        }
    }
}
