//! Rules on inconsistent numbers of the document and of the load.

use super::found::{Arithmetic, Period};
use super::view::{Pods, View};
use super::work::{Program, Work};
use super::{About, Coded, Figure, Findings, Seconds, Share};
use crate::model::spec::Spec;
use crate::model::stations::{active_threads, stations};
use crate::scenario::values::Name;
use crate::study::metric::Metric;
use crate::study::theory::most;

/// Length of a month of 730 h \[s\].
const MONTH: f64 = 730.0 * 3600.0;
/// Ratio accepted between two figures that people round.
const APART: f64 = 1.5;
/// Ratio accepted where figures may differ by orders of magnitude.
const FAR: f64 = 3.0;
/// Relative difference accepted between figures that should be equal.
const EQUAL: f64 = 0.1;

const LITTLE: &str = "Little 1961, L = λW";

pub(super) const RULES: &[Coded] = &[
    Coded {
        about: About {
            code: "E1301",
            title: "more users at once than on a day, or than in a month",
            cause: "Users at once are some of those of the day, and those some of the month's.",
            consequence: "One of the figures is wrong, and what is derived from it.",
            remedy: "Look the figures up where they were counted.",
            source: "definition of DAU and MAU",
        },
        check: users,
    },
    Coded {
        about: About {
            code: "W1302",
            title: "users at once and requests per second contradict each other",
            cause: "By Little's law, users at once over requests per second is the time between two requests of a user; \
                    the journeys have another.",
            consequence: "Either far fewer users make this load, or so many users make far more of it.",
            remedy: "Measure the requests of a session, or state the load in requests alone.",
            source: LITTLE,
        },
        check: between,
    },
    Coded {
        about: About {
            code: "W1303",
            title: "users at once imply visits of another length",
            cause: "By Little's law, users at once are arrivals times the length of a visit, here with one visit of each \
                    daily user and the curve of the day.",
            consequence: "The share of daily users that is there at once is not what these visits give.",
            remedy: "Measure sessions at once, or the length of a visit.",
            source: LITTLE,
        },
        check: visits,
    },
    Coded {
        about: About {
            code: "W1304",
            title: "requests per second and daily users contradict each other",
            cause: "The day's requests, by the curve, over the daily users are many times the requests of a visit.",
            consequence: "The target is for far more, or far fewer, users than stated.",
            remedy: "Derive one of the figures from the other.",
            source: "area under the day's curve",
        },
        check: requests,
    },
    Coded {
        about: About {
            code: "W1305",
            title: "orders per month and orders per second contradict each other",
            cause: "A month of the stated orders a second at the peak is many times the stated orders of a month.",
            consequence: "The capacity asked for has no business behind it, or the business forecast is too low.",
            remedy: "Derive the peak from the month: orders / month x peak over mean.",
            source: "area under the day's curve, 730 h a month",
        },
        check: orders,
    },
    Coded {
        about: About {
            code: "W1306",
            title: "the mix makes other orders than the document",
            cause: "The share of orders in the mix, at the load asked about, makes a month of orders that is not the one \
                    stated.",
            consequence: "The test loads writes and consumers many times as much as the business will, or too little.",
            remedy: "Test with a mix whose share of orders follows from the business.",
            source: "area under the day's curve, 730 h a month",
        },
        check: mixes,
    },
    Coded {
        about: About {
            code: "W1307",
            title: "events per order differ from what the system does",
            cause: "Stated events over stated orders are not the records that an order causes.",
            consequence: "A capacity in events means another one in orders.",
            remedy: "Count the records that one order publishes on all its way.",
            source: "flow balance: Denning and Buzen 1978",
        },
        check: events_per_order,
    },
    Coded {
        about: About {
            code: "W1308",
            title: "the target in events does not follow from the load",
            cause: "The load asked about causes far more, or fewer, events per second than the target.",
            consequence: "Meeting one target says nothing of the other.",
            remedy: "State one of them and derive the other from the mix.",
            source: "flow balance: Denning and Buzen 1978",
        },
        check: events,
    },
    Coded {
        about: About {
            code: "W1309",
            title: "a load test that cannot make its load",
            cause: "Virtual users wait for each answer: they make at most users / (pause + response) requests a second.",
            consequence: "The test slows down with the system and passes below the target.",
            remedy: "Test with arrivals at a rate, or with enough virtual users for the slowest response allowed.",
            source: "interactive response time law: Denning and Buzen 1978; Schroeder and others 2006, open versus closed",
        },
        check: closed,
    },
    Coded {
        about: About {
            code: "W1310",
            title: "events are said to grow by more than the consumers",
            cause: "A partition has one thread; the threads that have one grow by less than what is claimed.",
            consequence: "The claim needs partitions, or cheaper records.",
            remedy: "Add partitions with the threads.",
            source: "Apache Kafka documentation, consumers and consumer groups",
        },
        check: consumers,
    },
    Coded {
        about: About {
            code: "W1311",
            title: "requests are said to grow by more than the pods",
            cause: "CPU and connections come with pods; those grow by less than what is claimed.",
            consequence: "The claim has nothing behind it that grows as much.",
            remedy: "Show what grows, or claim what the pods do.",
            source: "utilisation law: Denning and Buzen 1978",
        },
        check: pods,
    },
    Coded {
        about: About {
            code: "W1312",
            title: "another number of connections than there are",
            cause: "Every pod has pools of its own; the stated total counts them once.",
            consequence: "Limits of databases are judged by a wrong total.",
            remedy: "Count pods x pools x size, for each database.",
            source: "HikariCP README: a pool belongs to its process",
        },
        check: connections,
    },
    Coded {
        about: About {
            code: "E1313",
            title: "percentiles in the wrong order",
            cause: "A higher percentile is never below a lower one.",
            consequence: "The stricter target includes the other, or one was mistaken.",
            remedy: "Correct one of them.",
            source: "definition of a percentile",
        },
        check: percentiles,
    },
    Coded {
        about: About {
            code: "W1314",
            title: "a target below the time without any queue",
            cause: "All requests on the mean, or more of them than the target lets be slower, take longer with nobody before them.",
            consequence: "No capacity meets the target; only cheaper requests do.",
            remedy: "Relax the target, or make these requests cheaper.",
            source: "response = service + waiting",
        },
        check: unreachable,
    },
    Coded {
        about: About {
            code: "W1315",
            title: "more requests claimed than a resource can pass",
            cause: "A processor, device or cache is full below the stated requests per second, by the utilisation law.",
            consequence: "What is stated is out of reach before any queue is looked at.",
            remedy: "Enlarge that resource, or make its work cheaper.",
            source: "utilisation law: Denning and Buzen 1978",
        },
        check: claimed,
    },
];

/// Whether the ratio of two figures exceeds `times`.
fn apart(one: f64, other: f64, times: f64) -> bool {
    one > 0.0 && other > 0.0 && (one / other > times || other / one > times)
}

/// Returns each mix with its description and the demand of the load.
fn each_mix<'a>(view: &View<'a>) -> Vec<(&'a str, &'a Spec, Work)> {
    let mixes = view.study.mixes.iter().enumerate();
    mixes
        .filter_map(|(index, mix)| {
            let spec = view.study.case(view.index, index, 0);
            Some((mix.as_str(), spec, Work::at(spec, view.study.load.rps)?))
        })
        .collect()
}

/// Returns time between two requests of a user, requests per session and session length, for a mix
/// with think times.
fn session(spec: &Spec, work: &Work) -> Option<(f64, f64, f64)> {
    let weight: f64 = spec.load.journeys.iter().map(|journey| journey.weight).sum();
    let (mut length, mut pauses) = (0.0, 0.0);
    for journey in &spec.load.journeys {
        for visit in &journey.visits {
            let name = &spec.endpoints[visit.endpoint as usize].name;
            let response = work.program(name).map_or(0.0, |program| program.mean);
            let pause =
                visit.think.map_or(0.0, |think| spec.samplers[think as usize].dist().mean());
            pauses += journey.weight * visit.chance * pause;
            length += journey.weight * visit.chance * (pause + response);
        }
    }
    let requests = spec.load.requests_per_user();
    (pauses > 0.0 && weight > 0.0).then(|| (length / weight / requests, requests, length / weight))
}

fn users(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(stated) = view.stated() else { return };
    let figures = [
        (Period::Month, &stated.mau),
        (Period::Day, &stated.dau),
        (Period::Once, &stated.concurrent),
    ];
    let known: Vec<_> =
        figures.iter().filter_map(|(period, many)| Some((*period, many.as_ref()?))).collect();
    for pair in known.windows(2) {
        let [(of, large), (within, small)] = pair else { continue };
        if small.value.0 > large.value.0 {
            let users = Arithmetic::Users {
                few: Figure(small.value.0 as f64),
                within: *within,
                many: Figure(large.value.0 as f64),
                of: *of,
                over: Figure((small.value.0 - large.value.0) as f64),
            };
            found.add(small.span, users);
        }
    }
}

fn between(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(stated) = view.stated() else { return };
    let (Some(users), Some(rps)) = (&stated.concurrent, &stated.rps) else { return };
    let pause = users.value.0 as f64 / rps.value.0;
    for (mix, spec, work) in each_mix(view) {
        let Some((own, _, _)) = session(spec, &work) else { continue };
        if apart(pause, own, APART) {
            let between = Arithmetic::Pause {
                users: Figure(users.value.0 as f64),
                rps: Figure(rps.value.0),
                pause: Seconds(pause),
                mix: mix.to_owned(),
                own: Seconds(own),
                make: Figure(users.value.0 as f64 / own),
                take: Figure(rps.value.0 * own),
            };
            found.add(users.span, between);
        }
    }
}

fn visits(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(stated) = view.stated() else { return };
    let (Some(users), Some(daily)) = (&stated.concurrent, &stated.dau) else { return };
    let arrivals = daily.value.0 as f64 / 86_400.0 / view.mean_over_peak();
    let length = users.value.0 as f64 / arrivals;
    let of_mix = || {
        each_mix(view)
            .iter()
            .find_map(|(_, spec, work)| session(spec, work))
            .map(|(_, _, length)| length)
    };
    let Some(own) = stated.session.as_ref().map(|session| session.value.0).or_else(of_mix) else {
        return;
    };
    if apart(length, own, FAR) {
        let visits = Arithmetic::Visits {
            users: Figure(users.value.0 as f64),
            daily: Figure(daily.value.0 as f64),
            length: Seconds(length),
            own: Seconds(own),
            there: Figure(arrivals * own),
        };
        found.add(users.span, visits);
    }
}

fn requests(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(stated) = view.stated() else { return };
    let (Some(daily), Some(rps)) = (&stated.dau, &stated.rps) else { return };
    let a_day = rps.value.0 * view.mean_over_peak() * 86_400.0;
    let each = a_day / daily.value.0.max(1) as f64;
    let of_mix = || {
        each_mix(view)
            .iter()
            .find_map(|(_, spec, work)| session(spec, work))
            .map(|(_, requests, _)| requests)
    };
    let own = stated.requests_per_session.as_ref().map(|many| many.value.0 as f64).or_else(of_mix);
    if let Some(own) = own.filter(|own| apart(each, *own, FAR)) {
        let requests = Arithmetic::Requests {
            rps: Figure(rps.value.0),
            day: Figure(a_day),
            each: Figure(each),
            daily: Figure(daily.value.0 as f64),
            visit: Figure(own),
            visits: Figure(each / own),
        };
        found.add(rps.span, requests);
    }
}

fn orders(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(stated) = view.stated() else { return };
    let (Some(month), Some(peak)) = (&stated.orders_per_month, &stated.orders) else { return };
    let month_s = month.value.0 as f64 / MONTH;
    let needed = month_s / view.mean_over_peak();
    if apart(peak.value.0, needed, FAR) {
        let orders = Arithmetic::Orders {
            month: Figure(month.value.0 as f64),
            mean: Figure(month_s),
            peak: Figure(needed),
            stated: Figure(peak.value.0),
            apart: Figure((peak.value.0 / needed).max(needed / peak.value.0)),
        };
        found.add(month.span, orders);
    }
}

fn mixes(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(stated) = view.stated() else { return };
    let (Some(month), Some(order)) = (&stated.orders_per_month, &stated.order) else { return };
    for (mix, _, work) in each_mix(view) {
        if view.study.load.rps <= 0.0 {
            continue;
        }
        let Some(program) = work.program(&order.text) else { continue };
        let made = program.rate * view.mean_over_peak() * MONTH;
        let said = month.value.0 as f64;
        if apart(made, said, FAR) {
            let orders = Arithmetic::MixOrders {
                mix: mix.to_owned(),
                rate: Figure(program.rate),
                month: Figure(made),
                stated: Figure(said),
                apart: Figure((made / said).max(said / made)),
            };
            found.add(month.span, orders);
        }
    }
}

/// Returns the counted records per request of the endpoint, provided that nothing else causes any.
fn caused(work: &Work, order: &Name) -> Option<f64> {
    let rate = work.program(&order.text)?.rate;
    (rate > 0.0 && work.events > 0.0).then(|| work.events / rate)
}

fn events_per_order(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(stated) = view.stated() else { return };
    let (Some(events), Some(orders), Some(order)) = (&stated.events, &stated.orders, &stated.order)
    else {
        return;
    };
    let Some(counted) = view.work.as_ref().and_then(|work| caused(work, order)) else { return };
    let said = events.value.0 / orders.value.0;
    if (said - counted).abs() > EQUAL * counted {
        let caused = Arithmetic::OrderEvents {
            events: Figure(events.value.0),
            orders: Figure(orders.value.0),
            said: Figure(said),
            counted: Figure(counted),
            make: Figure(orders.value.0 * counted),
        };
        found.add(events.span, caused);
    }
}

fn events(view: &View<'_>, found: &mut Findings<'_>) {
    let targets = view.documents.scenario.targets.as_ref();
    let Some((targets, wanted)) = targets.and_then(|targets| Some((targets, targets.events?)))
    else {
        return;
    };
    for (mix, _, work) in each_mix(view) {
        if apart(wanted.0, work.events, APART) && view.study.load.rps > 0.0 {
            let events = Arithmetic::Events {
                mix: mix.to_owned(),
                rps: Figure(view.study.load.rps),
                events: Figure(work.events),
                wanted: Figure(wanted.0),
                take: Figure(view.study.load.rps * wanted.0 / work.events),
            };
            found.add(targets.span, events);
        }
    }
}

fn closed(view: &View<'_>, found: &mut Findings<'_>) {
    let Some((stated, test)) =
        view.stated().and_then(|stated| Some((stated, stated.test.as_ref()?)))
    else {
        return;
    };
    let wanted = stated.rps.as_ref().map_or(view.study.load.rps, |rps| rps.value.0);
    let target = |name: Metric| {
        view.study
            .targets
            .iter()
            .find(|target| target.metric == name)
            .map(|target| target.limit / 1000.0)
    };
    let Some(response) = target(Metric::P50Ms).or(target(Metric::P95Ms)).or(target(Metric::P99Ms))
    else {
        return;
    };
    let users = test.virtual_users.value.0 as f64;
    let cycle = test.think.map_or(0.0, |think| think.0) + response;
    let most = users / cycle;
    if most < wanted {
        let closed = Arithmetic::ClosedTest {
            users: Figure(users),
            most: Figure(most),
            response: Seconds(response),
            wanted: Figure(wanted),
            needed: Figure((wanted * cycle).ceil()),
        };
        found.add(test.virtual_users.span, closed);
    }
}

fn consumers(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(((before, was), stated)) = view.stated_before().zip(view.stated()) else { return };
    let (Some(was), Some(events)) = (&was.events, &stated.events) else { return };
    let claimed = events.value.0 / was.value.0;
    let then = view.study.case(before, 0, 0);
    let grows = |(index, listener): (usize, &crate::model::spec::Listener)| {
        let old = then.listeners.iter().position(|old| old.name == listener.name)?;
        let (old, new) =
            (active_threads(then, old as u32), active_threads(view.spec, index as u32));
        Some((f64::from(new) / f64::from(old.max(1)), old, new, listener.name.clone()))
    };
    let best =
        view.spec.listeners.iter().enumerate().filter_map(grows).max_by(|a, b| a.0.total_cmp(&b.0));
    if let Some((ratio, old, new, name)) = best
        && claimed > ratio * (1.0 + EQUAL)
    {
        let grow = Arithmetic::ConsumersGrow {
            before: Figure(was.value.0),
            after: Figure(events.value.0),
            claimed: Figure(claimed),
            times: Figure(ratio),
            listener: name,
            old,
            new,
        };
        found.add(events.span, grow);
    }
}

fn pods(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(((before, was), stated)) = view.stated_before().zip(view.stated()) else { return };
    let (Some(was), Some(rps)) = (&was.rps, &stated.rps) else { return };
    let claimed = rps.value.0 / was.value.0;
    let then = view.study.case(before, 0, 0);
    let sum =
        |spec: &Spec| spec.services.iter().map(|service| f64::from(service.pods)).sum::<f64>();
    let (old, new) = (sum(then), sum(view.spec));
    let best = view
        .spec
        .services
        .iter()
        .zip(&then.services)
        .map(|(new, old)| f64::from(new.pods) * new.cores / (f64::from(old.pods) * old.cores))
        .fold(0.0, f64::max);
    if claimed > best.max(new / old) * (1.0 + EQUAL) {
        let grow = Arithmetic::PodsGrow {
            before: Figure(was.value.0),
            after: Figure(rps.value.0),
            claimed: Figure(claimed),
            old: Figure(old),
            new: Figure(new),
            most: Figure(best),
        };
        found.add(rps.span, grow);
    }
}

fn connections(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(said) = view.stated().and_then(|stated| stated.connections.as_ref()) else { return };
    let databases = view.spec.databases.len();
    let mut all = 0;
    for service in view.services() {
        for database in 0..databases {
            all += View::connections(service, database, view.pods(service, Pods::Running));
        }
    }
    if apart(said.value.0 as f64, all as f64, 1.0 + EQUAL) {
        let other = Arithmetic::Connections {
            stated: said.value.0,
            all,
            databases,
            times: Figure(all as f64 / said.value.0.max(1) as f64),
        };
        found.add(said.span, other);
    }
}

fn percentiles(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(targets) = &view.documents.scenario.targets else { return };
    let all = [("p50", targets.p50), ("p95", targets.p95), ("p99", targets.p99)];
    let known: Vec<_> = all.iter().filter_map(|(name, limit)| Some((name, (*limit)?.0))).collect();
    for pair in known.windows(2) {
        let [(low, first), (high, second)] = pair else { continue };
        if second < first {
            let order = Arithmetic::Percentiles {
                high: (**high).to_owned(),
                high_limit: Seconds(*second),
                low: (**low).to_owned(),
                low_limit: Seconds(*first),
            };
            found.add(targets.span, order);
        }
    }
}

/// Returns a lower bound of the share of a program's runs that take longer than `limit`: Cantelli's
/// inequality, whatever the law of their times. A few very long ones raise the mean but not the
/// median.
fn beyond(program: &Program, limit: f64) -> f64 {
    let above = program.mean - limit;
    if above <= 0.0 { 0.0 } else { above * above / (above * above + program.variance) }
}

fn unreachable(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(document) = &view.documents.scenario.targets else { return };
    for (mix, spec, work) in each_mix(view) {
        let asked = |name: &str| {
            spec.load.journeys.iter().any(|journey| {
                journey
                    .visits
                    .iter()
                    .any(|visit| spec.endpoints[visit.endpoint as usize].name == name)
            })
        };
        let programs: Vec<_> =
            work.programs.iter().filter(|program| asked(&program.name)).collect();
        let all: f64 = programs.iter().map(|program| program.rate).sum();
        let mean = programs.iter().map(|one| one.rate * one.mean).sum::<f64>() / all;
        if let Some(limit) = document.mean.filter(|limit| mean > limit.0) {
            let (mix, mean, limit) = (mix.to_owned(), Seconds(mean), Seconds(limit.0));
            found.add(document.span, Arithmetic::Mean { mix, mean, limit });
        }
        for (name, tail, limit) in
            [("p50", 0.5, document.p50), ("p95", 0.05, document.p95), ("p99", 0.01, document.p99)]
        {
            let Some(limit) = limit else { continue };
            let slow: Vec<_> = programs.iter().filter(|program| program.mean > limit.0).collect();
            let at_least = slow.iter().map(|one| one.rate * beyond(one, limit.0)).sum::<f64>();
            let share = slow.iter().map(|program| program.rate).sum::<f64>() / all;
            if at_least / all > tail {
                let slow = Arithmetic::Slow {
                    mix: mix.to_owned(),
                    share: Share(share),
                    percentile: name.to_owned(),
                    limit: Seconds(limit.0),
                    programs: slow
                        .iter()
                        .map(|one| (one.name.clone(), Seconds(one.mean)))
                        .collect(),
                    tail: Share(tail),
                };
                found.add(document.span, slow);
            }
        }
    }
}

fn claimed(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(said) = view.stated().and_then(|stated| stated.rps.as_ref()) else { return };
    for (mix, spec, work) in each_mix(view) {
        let load = view.study.load.rps;
        // A closed load is evaluated at one request per second, one of records in records.
        let load = if spec.load.closed.is_some() { 1.0 } else { load };
        if load <= 0.0 {
            continue;
        }
        let all = stations(spec).into_iter().map(|station| {
            let room = work.at_station(station.resource).room(most(spec, &station));
            (station.name, room)
        });
        let first = all.filter(|(_, room)| room.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((name, room)) = first
            && room * load < said.value.0
        {
            let passes = Arithmetic::Passes {
                stated: Figure(said.value.0),
                mix: mix.to_owned(),
                station: name,
                most: Figure(room * load),
                share: Share(room * load / said.value.0),
            };
            found.add(said.span, passes);
        }
    }
}
