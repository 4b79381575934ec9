package dev.shm.queue;

import dev.shm.ring.MpmcDelivery;

/**
 * A message that was taken from a {@link SharedQueue} and is not acknowledged yet.
 *
 * <pre>{@code
 * Delivery<String> job = jobs.receive();
 * work(job.message());
 * job.ack();
 * }</pre>
 *
 * <p><b>Threads and processes.</b> Any thread may use it, and one of them ends it. A thread that
 * neither acknowledges nor gives back keeps the message, and its place, until this process closes
 * its handle or dies.
 *
 * <p><b>Memory effects.</b> What came before putting the message in is visible to who has it.
 *
 * <p><b>If a process dies.</b> The message is delivered again, and {@link #attempts} is one more. A
 * consumer that dies with the message of another dead one before it has a delivery of it in its
 * hands counts for nothing: a limit of attempts is late by one for each such death.
 *
 * @param <E> the type of the message
 */
public final class Delivery<E> {
    private final MpmcDelivery delivery;
    private final E message;

    Delivery(MpmcDelivery delivery, E message) {
        this.delivery = delivery;
        this.message = message;
    }

    /**
     * Returns the message.
     *
     * @return a value of its own, which stays when the delivery has ended.
     */
    public E message() {
        return message;
    }

    /**
     * Counts the deliveries of this message before this one.
     *
     * @return how many consumers died with it or gave it back; 0 as a rule.
     */
    public int attempts() {
        return delivery.attempts();
    }

    /**
     * Ends the delivery: the message never comes again, and its place is free.
     *
     * @throws IllegalStateException if the delivery has ended, or the handle or the region was
     *     closed.
     */
    public void ack() {
        delivery.ack();
    }

    /**
     * Gives the message back: it is delivered again, to whoever takes next, before all others.
     *
     * @throws IllegalStateException if the delivery has ended, or the handle or the region was
     *     closed.
     */
    public void requeue() {
        delivery.requeue();
    }

    @Override
    public String toString() {
        return "Delivery[message=" + message + ", attempts=" + attempts() + "]";
    }
}
