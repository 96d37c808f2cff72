"""A pool of ten connections with a timeout, in SimPy: requests at random at 220/s, each holds a connection
for an exponential 50 ms (ten carry 200/s); who has waited 250 ms without one fails (M/M/10 with constant
patience)."""

import random

import simpy

from peers import Window, mean, report

RATE, HOLD, CONNECTIONS, PATIENCE = 220.0, 0.050, 10, 0.250
WINDOW = Window(10, 120)
REPLICATIONS = 20


def replication(number):
    rng = random.Random(f"pool-timeout {number}")
    env = simpy.Environment()
    pool = simpy.Resource(env, CONNECTIONS)
    answered, failed = [], []  # (arrived, got, left), (arrived, left)

    def request():
        arrived = env.now
        with pool.request() as turn:
            yield turn | env.timeout(PATIENCE)
            if not turn.triggered:
                failed.append((arrived, env.now))
                return
            got = env.now
            yield env.timeout(rng.expovariate(1 / HOLD))
        answered.append((arrived, got, env.now))

    def users():
        while True:
            yield env.timeout(rng.expovariate(RATE))
            env.process(request())

    env.process(users())
    env.run(WINDOW.end + 2)  # so that who is there at the end of the window is seen to leave

    inside = [one for one in answered if WINDOW.holds(one[2])]
    lost = sum(WINDOW.holds(left) for _, left in failed)
    waits = [(arrived, got) for arrived, got, _ in answered] + failed  # who gives up has waited too
    return {
        ("errors", ""): lost / (lost + len(inside)),
        ("goodput", ""): len(inside) / WINDOW.length,
        ("part", "waiting for a connection"): 1e3 * mean([got - arrived for arrived, got, _ in inside]),
        ("busy", "server master connections"):
            WINDOW.mean_number((got, left) for _, got, left in answered) / CONNECTIONS,
        ("waiting", "server master connections"): WINDOW.mean_number(waits),
    }


report("pool-timeout", "simpy", [replication(number) for number in range(REPLICATIONS)])
