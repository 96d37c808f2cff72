"""M/M/10, and M/M/20 against two M/M/10, in Ciw: requests at random, exponential service of 50 ms, in
order of arrival, nobody turned away.

mmc: ten threads at 160/s.
mmc-pool-pooled: one pod with 20 connections at 320/s.
mmc-pool-split: two pods with 10 each, and every request goes to one of them with equal chance, whatever is
free in the other."""

import ciw

from ciw_runs import records
from peers import Window, mean, report, responses

SERVICE = 0.050
REPLICATIONS = 20


def replication(number, rate, servers, copies, window, part, station, first_seed):
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate / copies)] * copies,
        service_distributions=[ciw.dists.Exponential(1 / SERVICE)] * copies,
        number_of_servers=[servers] * copies,
        routing=[[0.0] * copies] * copies,
    )
    seen = records(network, first_seed + number, window.end + 5)
    inside = [one for one in seen if window.holds(one.exit_date)]
    found = responses([one.exit_date - one.arrival_date for one in inside])
    found["part", part] = 1e3 * mean([one.waiting_time for one in inside])
    in_service = window.mean_number((one.service_start_date, one.service_end_date) for one in seen)
    found["busy", station] = in_service / (servers * copies)
    found["waiting", station] = window.mean_number((one.arrival_date, one.service_start_date) for one in seen)
    found["goodput", ""] = len(inside) / window.length
    return found


def study(scenario, rate, servers, copies, window, part, station, first_seed):
    setting = (rate, servers, copies, window, part, station, first_seed)
    report(scenario, "ciw", [replication(number, *setting) for number in range(REPLICATIONS)])


study("mmc", 160, 10, 1, Window(20, 150), "waiting for a thread", "server threads", 1000)
CONNECTION = ("waiting for a connection", "server master connections")
study("mmc-pool-pooled", 320, 20, 1, Window(10, 60), *CONNECTION, 2000)
study("mmc-pool-split", 320, 10, 2, Window(10, 70), *CONNECTION, 3000)
