/*
 * Two processes store numbers into a cache line each and watch the other's: how long does a number
 * take there and back at best?
 * Usage: line-ping-pong MILLISECONDS; prints nanoseconds per round trip.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE 128
#define TRIPS 1000

#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("isb")
#else
#define PAUSE()
#endif

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void await(_Atomic int64_t *line, int64_t number) {
    while (atomic_load_explicit(line, memory_order_acquire) != number) {
        PAUSE();
    }
}

int main(int argc, char **argv) {
    int64_t length = (argc > 1 ? atoll(argv[1]) : 1000) * INT64_C(1000000);
    char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    _Atomic int64_t *ping = (_Atomic int64_t *)memory;
    _Atomic int64_t *pong = (_Atomic int64_t *)(memory + LINE);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with its parent, however that ends */
        for (int64_t i = 1;; i++) {
            await(ping, i);
            atomic_store_explicit(pong, i, memory_order_release);
        }
    }
    int64_t trips = 0;
    int64_t start = now();
    int64_t end = start;
    while (end - start < length) {
        for (int i = 0; i < TRIPS; i++) {
            trips++;
            atomic_store_explicit(ping, trips, memory_order_release);
            await(pong, trips);
        }
        end = now();
        if (trips == TRIPS) { /* the child has come: now it counts */
            start = end;
        }
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%.2f\n", (double)(end - start) / (trips - TRIPS));
    return 0;
}
