"""The peers of Python's multiprocessing: multiprocessing_peers.py NAME [ARGUMENT].

For each line, a number of operations, it prints "COUNT NANOSECONDS"; some peers do a few more.
"""

import multiprocessing
import sys
import time


def negate(number):
    return -number


def make(length):
    return bytes(length)


def serve(work):
    for line in sys.stdin:
        count = int(line)
        start = time.perf_counter_ns()
        count = work(count) or count
        print(count, time.perf_counter_ns() - start, flush=True)


def lock():
    mutex = multiprocessing.Lock()

    def work(count):
        acquire = mutex.acquire
        release = mutex.release
        for _ in range(count):
            acquire()
            release()

    serve(work)


def value():
    number = multiprocessing.Value("q", 0)

    def work(count):
        for _ in range(count):
            with number.get_lock():
                number.value += 1

    serve(work)


NUMBER = 8


def put_all(orders, queue, length):
    rest = bytes(max(length - NUMBER, 0))
    put = queue.put
    for count in iter(orders.recv, None):
        for i in range(count):
            put(i.to_bytes(NUMBER, "little") + rest if length else i)


def queue():
    here, there = multiprocessing.Pipe()
    numbers = multiprocessing.Queue()
    length = int(sys.argv[2]) if len(sys.argv) > 2 else 0  # of records; without it, numbers
    process = multiprocessing.Process(target=put_all, args=(there, numbers, length), daemon=True)
    process.start()

    def work(count):
        here.send(count)
        get = numbers.get
        for i in range(count):
            item = get()
            assert (int.from_bytes(item[:NUMBER], "little") if length else item) == i

    serve(work)
    here.send(None)
    process.join()


def echo(connection):
    for message in iter(connection.recv_bytes, b""):
        connection.send_bytes(message)


def pipe():
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=echo, args=(there,), daemon=True)
    process.start()
    message = bytes(int(sys.argv[2]) if len(sys.argv) > 2 else 8)

    def work(count):
        for _ in range(count):
            here.send_bytes(message)
            here.recv_bytes()

    serve(work)
    here.send_bytes(b"")
    process.join()


def nothing():
    pass


def process():
    spawn = multiprocessing.get_context("spawn")

    def work(count):
        for _ in range(count):
            process = spawn.Process(target=nothing)
            process.start()
            process.join()
            assert process.exitcode == 0

    serve(work)


def pool():
    length = int(sys.argv[2])
    tasks = int(sys.argv[3])
    with multiprocessing.Pool(2) as workers:

        def work(count):
            done = 0
            while done < count:
                if length == 0:
                    results = workers.map(negate, range(tasks))
                    assert results[-1] == 1 - tasks
                else:
                    results = workers.map(make, [length] * tasks, 1)
                    assert len(results[-1]) == length
                done += tasks
            return done

        serve(work)


PEERS = {
    "lock": lock,
    "value": value,
    "queue": queue,
    "pipe": pipe,
    "process": process,
    "pool": pool,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]]()
