"""Virtual users in SimPy: each asks, waits for the answer, thinks, and asks again.

closed-loop: 100 users who do not think; every answer takes 250 ms and nothing queues.
closed-50-users-two-queues: 50 users who think for an exponential 500 ms; one request at a time holds the first
lock for an exponential 10 ms, then the second for an exponential 8 ms, in order of arrival."""

import random

import simpy

from peers import Window, mean, report, responses


def steady_generator(_):
    """closed-loop; there is no chance in it."""
    window = Window(5, 60)
    env = simpy.Environment()
    seen = []

    def user():
        while True:
            asked = env.now
            yield env.timeout(0.250)
            seen.append((asked, env.now))

    for _ in range(100):
        env.process(user())
    env.run(window.end)
    inside = [answered - asked for asked, answered in seen if window.holds(answered)]
    return {**responses(inside), ("goodput", ""): len(inside) / window.length}


def two_queues(number):
    """closed-50-users-two-queues."""
    rng = random.Random(f"closed-50-users-two-queues {number}")
    window = Window(20, 300)
    env = simpy.Environment()
    stations = [("first lock", simpy.Resource(env, 1), 0.010), ("second lock", simpy.Resource(env, 1), 0.008)]
    visits = {name: [] for name, _, _ in stations}  # (came, began, left)
    seen = []  # (asked, waited, answered)

    def user():
        while True:
            yield env.timeout(rng.expovariate(1 / 0.5))
            asked, waited = env.now, 0.0
            for name, lock, hold in stations:
                came = env.now
                with lock.request() as turn:
                    yield turn
                    began = env.now
                    yield env.timeout(rng.expovariate(1 / hold))
                visits[name].append((came, began, env.now))
                waited += began - came
            seen.append((asked, waited, env.now))

    for _ in range(50):
        env.process(user())
    env.run(window.end + 5)  # so that who is there at the end of the window is seen to leave

    inside = [one for one in seen if window.holds(one[2])]
    found = responses([answered - asked for asked, _, answered in inside])
    found["goodput", ""] = len(inside) / window.length
    found["part", "waiting for a lock"] = 1e3 * mean([waited for _, waited, _ in inside])
    for name, _, _ in stations:
        found["busy", name] = window.mean_number((began, left) for _, began, left in visits[name])
        found["waiting", name] = window.mean_number((came, began) for came, began, _ in visits[name])
    return found


report("closed-loop", "simpy", [steady_generator(number) for number in range(2)])
report("closed-50-users-two-queues", "simpy", [two_queues(number) for number in range(20)])
