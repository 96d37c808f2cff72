"""M/M/1 in SimPy: requests at random at 80/s, one thread, exponential service of 10 ms, in order of
arrival, nobody turned away. The response is the wait for the thread and the service."""

import random

import simpy

from peers import Window, mean, report, responses

RATE, SERVICE = 80.0, 0.010
WINDOW = Window(20, 800)
REPLICATIONS = 20


def replication(number):
    rng = random.Random(f"mm1 {number}")
    env = simpy.Environment()
    thread = simpy.Resource(env, capacity=1)
    seen = []  # (arrived, began, left)

    def request():
        arrived = env.now
        with thread.request() as turn:
            yield turn
            began = env.now
            yield env.timeout(rng.expovariate(1 / SERVICE))
        seen.append((arrived, began, env.now))

    def users():
        while True:
            yield env.timeout(rng.expovariate(RATE))
            env.process(request())

    env.process(users())
    env.run(WINDOW.end + 10)  # so that who is there at the end of the window is seen to leave

    inside = [one for one in seen if WINDOW.holds(one[2])]
    found = responses([left - arrived for arrived, _, left in inside])
    found["part", "waiting for a thread"] = 1e3 * mean([began - arrived for arrived, began, _ in inside])
    found["busy", "server threads"] = WINDOW.mean_number((began, left) for _, began, left in seen)
    found["waiting", "server threads"] = WINDOW.mean_number((came, began) for came, began, _ in seen)
    found["goodput", ""] = len(inside) / WINDOW.length
    return found


report("mm1", "simpy", [replication(number) for number in range(REPLICATIONS)])
