/*
 * How late a process is woken that sleeps on a bare futex: the other one changes the word every three milliseconds
 * and wakes. Prints the median, in nanoseconds. Argument: how many milliseconds to go on.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MILLIS 3

struct shared {
    _Atomic int word;
    _Atomic long sent;
};

static long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    long difference = *(const long *)a - *(const long *)b;
    return (difference > 0) - (difference < 0);
}

static void serve(struct shared *shared, int wakes)
{
    long *late = calloc(wakes, sizeof(long));
    for (int i = 0; i < wakes; i++) {
        while (atomic_load(&shared->word) == i)
            syscall(SYS_futex, &shared->word, FUTEX_WAIT, i, NULL, NULL, 0);
        late[i] = now() - atomic_load(&shared->sent);
    }
    qsort(late, wakes, sizeof(long), compare);
    printf("%ld\n", late[wakes / 2]);
}

int main(int argc, char **argv)
{
    int wakes = (argc > 1 ? atoi(argv[1]) : 300) / PAUSE_MILLIS;
    struct shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with its parent, however that ends */
        serve(shared, wakes);
        return 0;
    }
    struct timespec pause = {0, PAUSE_MILLIS * 1000000L};
    for (int i = 0; i < wakes; i++) {
        nanosleep(&pause, NULL);
        atomic_store(&shared->sent, now());
        atomic_store(&shared->word, i + 1);
        syscall(SYS_futex, &shared->word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
    waitpid(child, NULL, 0);
    return 0;
}
