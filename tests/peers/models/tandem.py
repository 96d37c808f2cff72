"""Two queues in a row, in Ciw: requests at random at 60/s; first a lock held for an exponential 10 ms,
then one held for an exponential 8 ms, each by one request at a time, in order of arrival."""

import ciw

from ciw_runs import records
from peers import Window, mean, report, responses

RATE, SERVICES = 60.0, (0.010, 0.008)
WINDOW = Window(10, 300)
REPLICATIONS = 20
NETWORK = ciw.create_network(
    arrival_distributions=[ciw.dists.Exponential(RATE), None],
    service_distributions=[ciw.dists.Exponential(1 / service) for service in SERVICES],
    number_of_servers=[1, 1],
    routing=[[0.0, 1.0], [0.0, 0.0]],
)


def replication(number):
    seen = records(NETWORK, 7000 + number, WINDOW.end + 5)
    first = {one.id_number: one for one in seen if one.node == 1}
    last = [one for one in seen if one.node == 2 and WINDOW.holds(one.exit_date)]
    found = responses([one.exit_date - first[one.id_number].arrival_date for one in last])
    waits = [one.waiting_time + first[one.id_number].waiting_time for one in last]
    found["part", "waiting for a lock"] = 1e3 * mean(waits)
    for node, name in ((1, "first"), (2, "second")):
        here = [one for one in seen if one.node == node]
        busy = WINDOW.mean_number((one.service_start_date, one.service_end_date) for one in here)
        waiting = WINDOW.mean_number((one.arrival_date, one.service_start_date) for one in here)
        found["busy", f"{name} lock"] = busy
        found["waiting", f"{name} lock"] = waiting
    found["goodput", ""] = len(last) / WINDOW.length
    return found


report("tandem", "ciw", [replication(number) for number in range(REPLICATIONS)])
