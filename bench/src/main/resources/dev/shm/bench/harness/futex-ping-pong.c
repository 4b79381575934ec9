/*
 * Two processes hand a token back and forth, and sleep on a bare futex in between.
 * Usage: futex-ping-pong MILLISECONDS; prints nanoseconds per round trip.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LINE 128

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void take(_Atomic uint32_t *token) {
    while (atomic_exchange(token, 0) == 0) {
        syscall(SYS_futex, token, FUTEX_WAIT, 0, NULL, NULL, 0);
    }
}

static void give(_Atomic uint32_t *token) {
    atomic_store(token, 1);
    syscall(SYS_futex, token, FUTEX_WAKE, 1, NULL, NULL, 0);
}

int main(int argc, char **argv) {
    int64_t length = (argc > 1 ? atoll(argv[1]) : 1000) * INT64_C(1000000);
    char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    _Atomic uint32_t *ping = (_Atomic uint32_t *)memory;
    _Atomic uint32_t *pong = (_Atomic uint32_t *)(memory + LINE);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with its parent, however that ends */
        for (;;) {
            take(ping);
            give(pong);
        }
    }
    int64_t trips = 0;
    int64_t start = now();
    int64_t end = start;
    while (end - start < length) {
        for (int i = 0; i < 100; i++) {
            give(ping);
            take(pong);
        }
        trips += 100;
        end = now();
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    printf("%.1f\n", (double)(end - start) / trips);
    return 0;
}
