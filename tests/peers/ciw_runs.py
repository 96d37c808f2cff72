"""Runs of Ciw networks and what their records say; used by the models that are Ciw networks."""

import ciw


def records(network, seed, until, **options):
    """All records of one run until `until` [s]: one for each visit to a node, in no particular order."""
    ciw.seed(seed)
    run = ciw.Simulation(network, **options)
    run.simulate_until_max_time(until)
    return run.get_all_records()
