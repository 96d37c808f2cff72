"""W1 and W2 in SimPy: a process for each customer, resources for servers, threads, CPUs, connections."""

import random
import time

import simpy

import work


def w1(jobs, seed):
    random.seed(seed)
    draw = random.expovariate
    environment = simpy.Environment()
    servers = simpy.Resource(environment, capacity=8)
    waits = []

    def customer():
        arrived = environment.now
        with servers.request() as served:
            yield served
            waits.append(environment.now - arrived)
            yield environment.timeout(draw(work.W1_SERVICES))

    def arrivals():
        for _ in range(jobs):
            yield environment.timeout(draw(work.W1_RATE))
            environment.process(customer())

    began = time.perf_counter()
    environment.process(arrivals())
    environment.run()
    return waits, time.perf_counter() - began


def w2(jobs, seed):
    random.seed(seed)
    draw = random.lognormvariate
    environment = simpy.Environment()
    responses = []

    def stations(capacity):
        return [simpy.Resource(environment, capacity=capacity) for _ in range(work.PODS)]

    pods = list(zip(stations(work.THREADS), stations(work.CPUS), stations(work.CONNECTIONS)))

    def request(pod):
        threads, cpus, connections = pod
        arrived = environment.now
        with threads.request() as thread:
            yield thread
            with cpus.request() as cpu:
                yield cpu
                yield environment.timeout(draw(*work.CPU_TIME))
            with connections.request() as connection:
                yield connection
                yield environment.timeout(draw(*work.QUERY_TIME))
        responses.append(environment.now - arrived)

    def arrivals():
        for number in range(jobs):
            yield environment.timeout(random.expovariate(work.W2_RATE))
            environment.process(request(pods[number % work.PODS]))

    began = time.perf_counter()
    environment.process(arrivals())
    environment.run()
    return responses, time.perf_counter() - began


if __name__ == "__main__":
    work.main(w1, w2)
