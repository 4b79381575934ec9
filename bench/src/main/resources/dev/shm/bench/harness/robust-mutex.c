/*
 * Two processes contend for a robust mutex and add to what it guards.
 * Usage: robust-mutex MILLISECONDS; prints nanoseconds per lock and unlock of both together.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct shared {
    _Alignas(128) pthread_mutex_t mutex;
    _Alignas(128) volatile int64_t guarded;
    _Alignas(128) _Atomic int ready;
    _Alignas(128) _Atomic int stop;
    _Alignas(128) int64_t done[2];
};

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void contend(struct shared *s, int who) {
    atomic_fetch_add(&s->ready, 1);
    while (atomic_load(&s->ready) < 3) {
    }
    int64_t done = 0;
    while (!atomic_load_explicit(&s->stop, memory_order_relaxed)) {
        if (pthread_mutex_lock(&s->mutex) == EOWNERDEAD) {
            pthread_mutex_consistent(&s->mutex);
        }
        s->guarded = s->guarded + 1;
        pthread_mutex_unlock(&s->mutex);
        done++;
    }
    s->done[who] = done;
    _exit(0);
}

int main(int argc, char **argv) {
    int64_t length = (argc > 1 ? atoll(argv[1]) : 1000) * INT64_C(1000000);
    struct shared *s =
            mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&s->mutex, &attributes);
    for (int who = 0; who < 2; who++) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with its parent, however that ends */
            contend(s, who);
        }
    }
    while (atomic_load(&s->ready) < 2) {
        usleep(100);
    }
    int64_t start = now();
    atomic_fetch_add(&s->ready, 1);
    usleep(length / 1000);
    atomic_store(&s->stop, 1);
    int64_t end = now();
    wait(NULL);
    wait(NULL);
    if (s->guarded != s->done[0] + s->done[1]) {
        fprintf(stderr, "lost updates\n");
        return 1;
    }
    printf("%.2f\n", (double)(end - start) / s->guarded);
    return 0;
}
