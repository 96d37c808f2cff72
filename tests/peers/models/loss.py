"""Threads with no or little room to wait, in Ciw. Requests at random, ten threads, exponential service of
50 ms (they carry 200/s); who finds no room is refused and does not come back.

loss-erlang-b-a12: 240/s and no place to wait (Erlang's loss system).
loss-mm10-20-rho100: 200/s and ten places to wait (M/M/10/20)."""

import ciw

from ciw_runs import records
from peers import Window, mean, report

SERVICE, THREADS = 0.050, 10
WINDOW = Window(5, 70)
REPLICATIONS = 20


def replication(number, rate, places, first_seed):
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[ciw.dists.Exponential(1 / SERVICE)],
        number_of_servers=[THREADS],
        queue_capacities=[places],
    )
    seen = records(network, first_seed + number, WINDOW.end + 5)
    served = [one for one in seen if one.record_type == "service"]
    inside = [one for one in served if WINDOW.holds(one.exit_date)]
    refused = sum(WINDOW.holds(one.exit_date) for one in seen if one.record_type == "rejection")
    in_service = WINDOW.mean_number((one.service_start_date, one.service_end_date) for one in served)
    return {
        ("mean", ""): 1e3 * mean([one.exit_date - one.arrival_date for one in inside]),
        ("part", "waiting for a thread"): 1e3 * mean([one.waiting_time for one in inside]),
        ("errors", ""): refused / (refused + len(inside)),
        ("goodput", ""): len(inside) / WINDOW.length,
        ("busy", "server threads"): in_service / THREADS,
        ("waiting", "server threads"): WINDOW.mean_number(
            (one.arrival_date, one.service_start_date) for one in served
        ),
    }


def study(scenario, *setting):
    report(scenario, "ciw", [replication(number, *setting) for number in range(REPLICATIONS)])


study("loss-erlang-b-a12", 240, 0, 4000)
study("loss-mm10-20-rho100", 200, 10, 5000)
