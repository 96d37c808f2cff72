"""Processor sharing in Ciw: all requests in work share the cores equally and none uses more than one;
work is log-normal with a coefficient of variation of 2; requests come at random.

mg1-ps: one core, 10 ms, 70/s. mg2-ps-two-cores: two cores, 10 ms, 160/s."""

import math

import ciw

from ciw_runs import records
from peers import Window, report, responses

WORK, CV = 0.010, 2.0
SIGMA = math.sqrt(math.log(1 + CV * CV))
REPLICATIONS = 20


def replication(number, rate, cores, window, first_seed):
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Lognormal(math.log(WORK) - SIGMA * SIGMA / 2, SIGMA)],
        number_of_servers=[float("inf")],
        ps_thresholds=[cores],
    )
    seen = records(network, first_seed + number, window.end + 5, node_class=ciw.PSNode)
    inside = [one for one in seen if window.holds(one.exit_date)]
    found = responses([one.exit_date - one.arrival_date for one in inside])
    # Ciw keeps no account of the cores: their use and the number beyond them follow from how many are there.
    changes = sorted([(one.arrival_date, 1) for one in seen] + [(one.exit_date, -1) for one in seen])
    there, since, used, beyond = 0, 0.0, 0.0, 0.0
    for instant, change in changes:
        length = max(0.0, min(instant, window.end) - max(since, window.begin))
        used += length * min(there, cores)
        beyond += length * max(0, there - cores)
        there, since = there + change, instant
    found["busy", "server CPU"] = used / window.length / cores
    found["waiting", "server CPU"] = beyond / window.length
    found["goodput", ""] = len(inside) / window.length
    return found


def study(scenario, *setting):
    report(scenario, "ciw", [replication(number, *setting) for number in range(REPLICATIONS)])


study("mg1-ps", 70, 1, Window(10, 300), 8000)
study("mg2-ps-two-cores", 160, 2, Window(5, 120), 9000)
