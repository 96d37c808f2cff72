//! Inconsistent numbers of the document and of the load.

use super::time;
use crate::audit::{Arithmetic, Period};

fn users_of(period: Period) -> &'static str {
    match period {
        Period::Month => "in a month",
        Period::Day => "on a day",
        Period::Once => "at once",
    }
}

pub(super) fn message(found: &Arithmetic) -> String {
    match found {
        Arithmetic::Users { few, within, many, of, .. } => {
            format!("{few} users {} of {many} {}", users_of(*within), users_of(*of))
        }
        Arithmetic::Pause { users, rps, pause, mix, own, .. } => {
            let [pause, own] = [*pause, *own].map(time);
            format!(
                "{users} users at {rps} requests/s ask once in {pause} each; those of mix {mix} once in {own}"
            )
        }
        Arithmetic::Visits { users, daily, length, own, .. } => {
            let [length, own] = [*length, *own].map(time);
            format!(
                "{users} of {daily} daily users at once are visits of {length}; they last {own}"
            )
        }
        Arithmetic::Requests { rps, day, each, daily, visit, .. } => format!(
            "{rps} requests/s at the peak are {day} requests a day, {each} for each of {daily} daily users; a \
             visit has {visit}"
        ),
        Arithmetic::Orders { month, mean, peak, stated, .. } => format!(
            "{month} orders a month are {mean}/s on the mean and {peak}/s at the peak; stated are {stated}/s"
        ),
        Arithmetic::MixOrders { mix, rate, month, stated, .. } => format!(
            "mix {mix} makes {rate} orders/s at the load asked about, {month} a month; {stated} are stated"
        ),
        Arithmetic::OrderEvents { events, orders, said, counted, .. } => format!(
            "{events} events/s for {orders} orders/s are {said} an order; the system makes {counted}"
        ),
        Arithmetic::Events { mix, rps, events, wanted, .. } => {
            format!("{rps} requests/s of mix {mix} cause {events} events/s; the target is {wanted}")
        }
        Arithmetic::ClosedTest { users, most, response, .. } => format!(
            "{users} virtual users make at most {most} requests/s with responses of {}",
            time(*response)
        ),
        Arithmetic::ConsumersGrow { before, after, claimed, .. } => {
            format!("events/s are to grow from {before} to {after}, {claimed} times")
        }
        Arithmetic::PodsGrow { before, after, claimed, .. } => {
            format!("requests/s are to grow from {before} to {after}, {claimed} times")
        }
        Arithmetic::Connections { stated, all, .. } => {
            format!("{stated} connections are stated; the pools of all pods have {all}")
        }
        Arithmetic::Percentiles { high, high_limit, low, low_limit } => {
            let [high_limit, low_limit] = [*high_limit, *low_limit].map(time);
            format!("{high} is to be at most {high_limit}, and {low} {low_limit}")
        }
        Arithmetic::Mean { mix, mean, .. } => {
            format!("a request of mix {mix} takes {} on the mean, without any queue", time(*mean))
        }
        Arithmetic::Slow { mix, share, percentile, limit, programs, .. } => {
            let slow = programs.iter().map(|(name, mean)| format!("`{name}` {}", time(*mean)));
            format!(
                "{share} of mix {mix} take longer on the mean than the {percentile} of {}: {}",
                time(*limit),
                slow.collect::<Vec<_>>().join(", ")
            )
        }
        Arithmetic::Passes { stated, mix, station, most, .. } => format!(
            "{stated} requests/s are stated; of mix {mix} `{station}` passes {most} at most"
        ),
    }
}

pub(super) fn consequence(found: &Arithmetic) -> String {
    match found {
        Arithmetic::Users { over, .. } => format!("{over} more than there are"),
        Arithmetic::Pause { rps, make, take, .. } => {
            format!("so many users make {make} requests/s, or {rps} requests/s take {take} users")
        }
        Arithmetic::Visits { there, .. } => format!("with such visits {there} are there at once"),
        Arithmetic::Requests { visits, .. } => format!("{visits} visits of each on each day"),
        Arithmetic::Orders { apart, .. } | Arithmetic::MixOrders { apart, .. } => {
            format!("{apart} times apart")
        }
        Arithmetic::OrderEvents { orders, make, .. } => {
            format!("{orders} orders/s make {make} events/s")
        }
        Arithmetic::Events { wanted, take, .. } => {
            format!("{wanted} events/s take {take} requests/s of it")
        }
        Arithmetic::ClosedTest { wanted, needed, .. } => {
            format!("{wanted} requests/s take {needed} of them")
        }
        Arithmetic::ConsumersGrow { times, listener, old, new, .. } => format!(
            "threads with a partition grow {times} times at most ({old} → {new}, `{listener}`)"
        ),
        Arithmetic::PodsGrow { old, new, most, .. } => {
            format!("pods grow from {old} to {new}, the most of one service {most} times")
        }
        Arithmetic::Connections { databases, times, .. } => {
            format!("over {databases} databases, {times} times the stated")
        }
        Arithmetic::Percentiles { high, high_limit, low, .. } => {
            format!("{low} is below {} wherever {high} is", time(*high_limit))
        }
        Arithmetic::Mean { limit, .. } => format!("the target is {}", time(*limit)),
        Arithmetic::Slow { percentile, tail, .. } => format!("{percentile} may leave out {tail}"),
        Arithmetic::Passes { share, .. } => format!("{share} of what is stated"),
    }
}
