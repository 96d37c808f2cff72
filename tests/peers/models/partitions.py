"""A topic with three partitions, in SimPy: records come at random and each goes to any partition with equal
chance. Each thread of the consumer group takes the records of its own partitions one after another, in order
of arrival, 3 ms each. A record counts as lag from its arrival until it is done.

md1-partitions-rho60: 600/s, three threads with one partition each; three M/D/1.
partition-lag: 1,200/s, three threads, which read 1,000/s at most; the lag grows.
range-3-partitions-2-threads: 800/s; range assignment gives one thread two partitions and the other one."""

import random

import simpy

from peers import Window, report

WORK = 0.003


def replication(number, scenario, rate, threads, window):
    """`threads` tells for each partition the thread that has it."""
    rng = random.Random(f"{scenario} {number}")
    env = simpy.Environment()
    queues = [simpy.Store(env) for _ in set(threads)]
    written, seen = [], []  # instants; (written, begun, done)
    at_work = {}  # by thread, since when

    def producer():
        while True:
            yield env.timeout(rng.expovariate(rate))
            queues[threads[rng.randrange(len(threads))]].put(env.now)
            written.append(env.now)

    def consumer(number, queue):
        while True:
            came = yield queue.get()
            at_work[number] = begun = env.now
            yield env.timeout(WORK)
            del at_work[number]
            seen.append((came, begun, env.now))

    env.process(producer())
    for number_of_thread, queue in enumerate(queues):
        env.process(consumer(number_of_thread, queue))
    env.run(window.end)

    done = [left for _, _, left in seen]  # in order of time
    lag, greatest, next_done = 0, 0, 0
    for instant in written:
        while next_done < len(done) and done[next_done] <= instant:
            lag, next_done = lag - 1, next_done + 1
        lag += 1
        if window.holds(instant):
            greatest = max(greatest, lag)
    # What is not done at the end of the window was there from its arrival to that end.
    written_and_open = sum(window.end - max(came, window.begin) for came in written)
    done_and_open = sum(window.end - max(left, window.begin) for left in done)
    working = [(begun, left) for _, begun, left in seen]
    working += [(begun, window.end) for begun in at_work.values()]  # still at it
    station = "reader.events consumers"
    return {
        ("lag", ""): greatest,
        ("completed", ""): sum(window.holds(left) for left in done) / window.length,
        ("busy", station): window.mean_number(working) / len(queues),
        ("waiting", station): (written_and_open - done_and_open) / window.length,
    }


def study(scenario, replications, *setting):
    report(scenario, "simpy", [replication(number, scenario, *setting) for number in range(replications)])


study("md1-partitions-rho60", 20, 600, (0, 1, 2), Window(1, 60))
study("partition-lag", 12, 1200, (0, 1, 2), Window(10, 60))
study("range-3-partitions-2-threads", 12, 800, (0, 0, 1), Window(10, 60))
