"""W1 and W2 in Ciw, which runs to a horizon rather than for a number of customers.

W2: Ciw has nothing that is held while two nodes are passed, so the 200 threads of a pod, of which about two
are in use at a time, are left out. Every seventh of Poisson arrivals makes Erlang gaps of seven phases; each
pod draws its own, which no pod can tell from taking turns, and which spares Ciw a node that deals them out."""

import time

import ciw

import work


def run(network, seed, until):
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    began = time.perf_counter()
    simulation.simulate_until_max_time(until)
    return simulation.get_all_records, time.perf_counter() - began


def w1(jobs, seed):
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(work.W1_RATE)],
        service_distributions=[ciw.dists.Exponential(work.W1_SERVICES)],
        number_of_servers=[8],
    )
    records, seconds = run(network, seed, jobs / work.W1_RATE)
    return [record.waiting_time for record in records()], seconds


def w2(jobs, seed):
    pods = work.PODS
    to_connections = [[float(to == pods + pod) for to in range(2 * pods)] for pod in range(pods)]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Erlang(work.W2_RATE, pods)] * pods + [None] * pods,
        service_distributions=[ciw.dists.Lognormal(*work.CPU_TIME)] * pods
        + [ciw.dists.Lognormal(*work.QUERY_TIME)] * pods,
        number_of_servers=[work.CPUS] * pods + [work.CONNECTIONS] * pods,
        routing=to_connections + [[0.0] * (2 * pods)] * pods,
    )
    records, seconds = run(network, seed, jobs / work.W2_RATE)
    arrived, responses = {}, []
    visits = records()
    for visit in visits:
        if visit.node <= pods:
            arrived[visit.id_number] = visit.arrival_date
    for visit in visits:
        if visit.node > pods:
            responses.append(visit.exit_date - arrived[visit.id_number])
    return responses, seconds


if __name__ == "__main__":
    work.main(w1, w2)
