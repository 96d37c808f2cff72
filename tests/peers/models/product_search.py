"""One endpoint of a real system in SimPy: product.search of models/c4ang/system.yaml, alone, with the service
times of calibrations/code.yaml, at 350 requests/s at random.

Two pods take requests in turn. A request gets one of 200 threads of its pod and computes on the pod's one
core, which all who compute there share. Then it takes one of the pod's 10 connections and keeps it until the
response is written (open-in-view). Under it come three queries and the commit: each computes on the pod (once
a statement), crosses the network once a statement, computes on the database's two cores, which all of both
pods share, and sometimes reads from storage. Last the page is rendered, with the connection still held.

Not in it, because it cannot matter here: that a pool opens its connections one by one (done within the
warm-up) and closes those idle for 10 minutes (a run is shorter), and the time-out after 30 s of waiting for
one (checked below). `--parts` draws sums of times part by part instead of as one log-normal."""

import math
import random
import sys

import simpy

from peers import Window, mean, report, responses

RATE, PODS, THREADS, CONNECTIONS = 350.0, 2, 200, 10
POD_CORES, DATABASE_CORES = 1, 2
STORAGE_RATE, STORAGE_LATENCY = 3000.0, 0.001
ROUND_TRIP, READ_OPERATIONS, TIMEOUT = 0.0005, 0.02, 30.0
WINDOW = Window(5, 60)
REPLICATIONS = 20
PARTS = "--parts" in sys.argv[1:]

# Times as (mean [s], coefficient of variation, how many of them).
REQUEST = [(0.002, 0.8, 1), (0.00035, 0.0, 1)]
RENDER = [(0.001, 0.5, 1)]
STATEMENT = (0.0002, 0.5)  # the pod's share of one
# (statements, their time on the database)
QUERIES = [(1, [(0.0015, 0.3, 1)]), (1, [(0.002, 0.3, 1)]), (5, [(0.0002, 1.0, 5)])]
COMMIT = [(0.0001, 0.0, 1)]


def log_normal(rng, average, cv):
    if cv == 0.0:
        return average
    spread = math.log(1 + cv * cv)
    return rng.lognormvariate(math.log(average) - spread / 2, math.sqrt(spread))


def draw(rng, times):
    """A sum of independent times: as the one log-normal of the same mean and variance, or by its parts."""
    if PARTS:
        return sum(log_normal(rng, average, cv) for average, cv, number in times for _ in range(number))
    total = sum(average * number for average, _, number in times)
    variance = sum((average * cv) ** 2 * number for average, cv, number in times)
    return log_normal(rng, total, math.sqrt(variance) / total)


class Processor:
    """`cores` shared equally by all jobs, none of which uses more than one. Keeps each job's work left."""

    def __init__(self, env, cores):
        self.env, self.cores = env, cores
        self.jobs = []  # [work left, event of the end]
        self.since, self.change = 0.0, 0
        self.used, self.beyond = 0.0, 0.0  # core-seconds, and job-seconds of jobs beyond the cores

    def advance(self):
        length, self.since = self.env.now - self.since, self.env.now
        there = len(self.jobs)
        if there:
            done = length * min(1.0, self.cores / there)
            for job in self.jobs:
                job[0] -= done
            self.used += length * min(there, self.cores)
            self.beyond += length * max(0, there - self.cores)

    def compute(self, work):
        self.advance()
        end = self.env.event()
        self.jobs.append([work, end])
        self.look_ahead()
        return end

    def look_ahead(self):
        """Set the alarm for the next end; whatever alarm was set before is void."""
        self.change += 1
        if self.jobs:
            least = min(job[0] for job in self.jobs)
            after = max(0.0, least) * max(1.0, len(self.jobs) / self.cores)
            alarm = self.env.timeout(after, self.change)
            alarm.callbacks.append(self.ring)

    def ring(self, alarm):
        if alarm.value != self.change:
            return
        self.advance()
        first = min(self.jobs, key=lambda job: job[0])
        self.jobs.remove(first)
        first[1].succeed()
        self.look_ahead()


class Pod:
    def __init__(self, env):
        self.cpu = Processor(env, POD_CORES)
        self.threads = simpy.Resource(env, THREADS)
        self.pool = simpy.Resource(env, CONNECTIONS)


class Request:
    """What one request went through [s]."""

    __slots__ = ("arrived", "left", "thread", "connection", "cpu", "network", "database", "storage", "asked", "got")


def replication(number):
    rng = random.Random(f"product-search {number}")
    env = simpy.Environment()
    pods = [Pod(env) for _ in range(PODS)]
    database = Processor(env, DATABASE_CORES)
    storage = simpy.Resource(env, 1)
    seen, accounts = [], []

    def work(request, processor, part, seconds):
        began = env.now
        yield processor.compute(seconds)
        setattr(request, part, getattr(request, part) + env.now - began)

    def on_database(request, statements, seconds, reads):
        yield env.timeout(statements * ROUND_TRIP)
        request.network += statements * ROUND_TRIP
        yield from work(request, database, "database", seconds)
        if reads and rng.random() < reads:
            began = env.now
            # Operations begin one after another at the rate of the volume; each takes its latency from there.
            with storage.request() as turn:
                yield turn
                begins = env.now
                yield env.timeout(1 / STORAGE_RATE)
            yield env.timeout(begins + STORAGE_LATENCY - env.now)
            request.storage += env.now - began

    def serve(pod):
        request = Request()
        request.cpu = request.network = request.database = request.storage = 0.0
        request.arrived = env.now
        with pod.threads.request() as thread:
            yield thread
            request.thread = env.now - request.arrived
            yield from work(request, pod.cpu, "cpu", draw(rng, REQUEST))
            request.asked = env.now
            with pod.pool.request() as connection:
                yield connection
                request.got = env.now
                request.connection = request.got - request.asked
                assert request.connection < TIMEOUT, "somebody would have failed"
                for statements, seconds in QUERIES:
                    yield from work(request, pod.cpu, "cpu", draw(rng, [(*STATEMENT, statements)]))
                    reads = READ_OPERATIONS * statements
                    yield from on_database(request, statements, draw(rng, seconds), reads)
                yield from on_database(request, 1, draw(rng, COMMIT), 0.0)
                yield from work(request, pod.cpu, "cpu", draw(rng, RENDER))
        request.left = env.now
        seen.append(request)

    def users():
        turn = 0
        while True:
            yield env.timeout(rng.expovariate(RATE))
            env.process(serve(pods[turn % PODS]))
            turn += 1

    def account():
        processors = [pod.cpu for pod in pods] + [database]
        for processor in processors:
            processor.advance()
        of_pods, of_database = processors[:-1], processors[-1]
        accounts.append((
            sum(cpu.used for cpu in of_pods), sum(cpu.beyond for cpu in of_pods),
            of_database.used, of_database.beyond,
        ))

    env.process(users())
    env.run(WINDOW.begin)
    account()
    env.run(WINDOW.end)
    account()
    env.run(WINDOW.end + 2)  # so that who is there at the end of the window is seen to leave

    inside = [request for request in seen if WINDOW.holds(request.left)]
    found = responses([request.left - request.arrived for request in inside])
    found["goodput", ""] = len(inside) / WINDOW.length
    for part, name in (
        ("waiting for a thread", "thread"), ("pod CPU", "cpu"), ("waiting for a connection", "connection"),
        ("network", "network"), ("database CPU", "database"), ("database storage", "storage"),
    ):
        found["part", part] = 1e3 * mean([getattr(request, name) for request in inside])
    spent = [(after - before) / WINDOW.length for before, after in zip(*accounts)]
    found["busy", "product CPU"] = spent[0] / PODS / POD_CORES
    found["waiting", "product CPU"] = spent[1]
    found["busy", "product-db CPU"] = spent[2] / DATABASE_CORES
    found["waiting", "product-db CPU"] = spent[3]
    pool = "product replica connections"
    held = WINDOW.mean_number((request.got, request.left) for request in seen)
    found["busy", pool] = held / PODS / CONNECTIONS
    found["waiting", pool] = WINDOW.mean_number((request.asked, request.got) for request in seen)
    return found


report("product-search", "simpy", [replication(number) for number in range(REPLICATIONS)])
