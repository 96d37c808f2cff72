"""What the models share: the command line and the line they print. No queueing in here.

`python MODEL.py w1|w2 JOBS SEED` prints `jobs,seconds,mean,p50,p99`: jobs completed, seconds of wall time of
the simulation alone, and the answer in milliseconds (W1: the wait; W2: the response)."""

import math
import sys

W1_RATE = 6400.0  # customers a second; eight servers of 1 ms are 80 % busy
W2_RATE = 1000.0  # requests a second
W1_SERVICES = 1000.0  # a server's services a second
PODS, THREADS, CPUS, CONNECTIONS = 7, 200, 2, 15


def log_normal(mean, cv=1.0):
    """Parameters mu and sigma of the log-normal law of this mean and coefficient of variation."""
    variance = math.log(1 + cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


CPU_TIME = log_normal(0.005)
QUERY_TIME = log_normal(0.008)


def quantile(ordered, share):
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def main(w1, w2):
    """`w1` and `w2` take (jobs, seed) and return (times [s], seconds of wall time)."""
    work, jobs, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    times, seconds = {"w1": w1, "w2": w2}[work](jobs, seed)
    ordered = sorted(times)
    answer = [sum(ordered) / len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.99)]
    mean, p50, p99 = (1e3 * value for value in answer)
    print(f"{len(ordered)},{seconds:.6f},{mean:.5f},{p50:.4f},{p99:.4f}")
