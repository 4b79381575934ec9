"""Maps over a multiprocessing.Pool: reads lines "BYTES TASKS", prints how many nanoseconds each took."""

import multiprocessing
import sys
import time


def negate(number):
    return -number


def make(length):
    return bytes(length)


def main():
    with multiprocessing.Pool(int(sys.argv[1])) as pool:
        for line in sys.stdin:
            length, tasks = map(int, line.split())
            start = time.perf_counter_ns()
            if length == 0:
                results = pool.map(negate, range(tasks))
                assert results[-1] == 1 - tasks
            else:
                results = pool.map(make, [length] * tasks, 1)
                assert len(results[-1]) == length
            print(time.perf_counter_ns() - start, flush=True)


if __name__ == "__main__":
    main()
