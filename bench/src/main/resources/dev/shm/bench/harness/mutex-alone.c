/*
 * One process locks and unlocks a robust mutex, shared by processes, that nobody else wants.
 * Usage: mutex-alone MILLISECONDS; prints nanoseconds per lock and unlock.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAIRS 1000

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(int argc, char **argv) {
    int64_t length = (argc > 1 ? atoll(argv[1]) : 1000) * INT64_C(1000000);
    pthread_mutex_t *mutex =
            mmap(NULL, sizeof *mutex, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (mutex == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    int64_t pairs = 0;
    int64_t start = now();
    int64_t end = start;
    while (end - start < length) {
        for (int i = 0; i < PAIRS; i++) {
            if (pthread_mutex_lock(mutex) != 0) {
                fprintf(stderr, "not locked\n");
                return 1;
            }
            pthread_mutex_unlock(mutex);
        }
        pairs += PAIRS;
        end = now();
    }
    printf("%.3f\n", (double)(end - start) / pairs);
    return 0;
}
