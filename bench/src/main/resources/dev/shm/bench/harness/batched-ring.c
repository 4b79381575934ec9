/*
 * One process puts numbers into a ring, 64 at a time, and another one takes them out: how many go
 * through at best, with no lengths, no types and nobody who might die? Room is given back once a
 * quarter of the ring, and who finds nothing leaves the lines alone for a while: with a look at
 * every pause it would be a fifth of it.
 * Usage: batched-ring MILLISECONDS; prints millions a second.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NUMBERS (1 << 17)
#define BATCH 64
#define LOOKS 64
#define PAUSES 64

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("isb")
#else
#define PAUSE()
#endif

struct ring {
    _Alignas(128) _Atomic int64_t tail;
    _Alignas(128) _Atomic int64_t head;
    _Alignas(128) int64_t numbers[NUMBERS];
};

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void produce(struct ring *ring) {
    int64_t head = 0;
    for (int64_t tail = 0;; tail += BATCH) {
        while (tail + BATCH - head > NUMBERS) {
            head = atomic_load_explicit(&ring->head, memory_order_acquire);
            PAUSE();
        }
        for (int i = 0; i < BATCH; i++) {
            ring->numbers[(tail + i) & (NUMBERS - 1)] = tail + i;
        }
        atomic_store_explicit(&ring->tail, tail + BATCH, memory_order_release);
    }
}

int main(int argc, char **argv) {
    int64_t length = (argc > 1 ? atoll(argv[1]) : 1000) * INT64_C(1000000);
    struct ring *ring =
            mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (ring == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with its parent, however that ends */
        produce(ring);
    }
    int64_t head = 0;
    int64_t freed = 0;
    int64_t from = 0;
    int64_t looks = 0;
    int64_t start = now();
    int64_t end = start;
    while (end - start < length) {
        int64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        bool dry = tail == head;
        for (; head < tail; head++) {
            if (ring->numbers[head & (NUMBERS - 1)] != head) {
                fprintf(stderr, "not what was put in\n");
                kill(child, SIGKILL);
                return 1;
            }
        }
        if (head - freed > NUMBERS / 4 || dry) {
            atomic_store_explicit(&ring->head, head, memory_order_release);
            freed = head;
        }
        for (int i = 0; dry && i < PAUSES; i++) {
            PAUSE();
        }
        if (++looks % LOOKS == 0) {
            end = now();
        }
        if (from == 0 && head >= 2 * NUMBERS) { /* all pages are there: now it counts */
            from = head;
            start = now();
        }
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%.2f\n", (head - from) * 1e3 / (double)(end - start));
    return 0;
}
