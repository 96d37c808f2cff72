//! Rules on actual cost against the cost stated in the document.

use super::cost::{Bill, HOURS, bill};
use super::found::{Money, Surplus};
use super::view::View;
use super::{About, Coded, Dollars, Figure, Findings, Share};
use crate::model::spec::Op;
use crate::scenario::document::CreditWord;
use crate::scenario::problem::SourceSpan;

/// Relative difference between a stated cost and the price table that is worth a warning.
const EQUAL: f64 = 0.05;

const PRICES: &str = "the catalogue's price table, with its sources; 730 h a month";

pub(super) const RULES: &[Coded] = &[
    Coded {
        about: About {
            code: "W1401",
            title: "a cost that the price table does not give",
            cause: "What the document's figure covers costs something else by the prices of the region.",
            consequence: "The budget is wrong by the difference.",
            remedy: "Count hours x 730 x price of the region.",
            source: PRICES,
        },
        check: stated,
    },
    Coded {
        about: About {
            code: "W1402",
            title: "a cost that leaves most out",
            cause: "The document's figure covers some parts of the system; others are billed as well.",
            consequence: "The system costs more than its plan says.",
            remedy: "List all parts, or say what the figure is for.",
            source: PRICES,
        },
        check: left_out,
    },
    Coded {
        about: About {
            code: "W1403",
            title: "a difference in cost that the price table does not give",
            cause: "From one variant to the other the stated costs differ by another amount than the prices.",
            consequence: "The change costs more, or less, than decided on.",
            remedy: "Count what is added x 730 x price of the region.",
            source: PRICES,
        },
        check: difference,
    },
    Coded {
        about: About {
            code: "N1404",
            title: "parts without a price",
            cause: "The catalogue has no price of these parts for the region.",
            consequence: "The sum is too low by what they cost.",
            remedy: "Add the prices in a catalogue file of your own (`--catalog`).",
            source: PRICES,
        },
        check: unpriced,
    },
    Coded {
        about: About {
            code: "W1405",
            title: "paid for and not used",
            cause: "No step of any program and no pool uses the server.",
            consequence: "Its price buys nothing of what is described here.",
            remedy: "Switch it off, or describe who uses it.",
            source: PRICES,
        },
        check: unused,
    },
    Coded {
        about: About {
            code: "N1406",
            title: "surplus credits to pay for",
            cause: "Burstable nodes in unlimited mode bill what they use beyond their baseline.",
            consequence: "The nodes cost more than their price by the hour.",
            remedy: "Compare with instances without credits.",
            source: "EC2 user guide, unlimited mode; the catalogue's `surplus_hourly`",
        },
        check: surcharge,
    },
    Coded {
        about: About {
            code: "N1407",
            title: "a maximum of nodes that the cost leaves out",
            cause: "The node autoscaler may add nodes; the cost counts those that run now.",
            consequence: "The bill grows with the load up to this.",
            remedy: "State the cost at the maximum too.",
            source: PRICES,
        },
        check: maximum,
    },
];

/// Returns the bill, the stated cost and its location.
fn costs(view: &View<'_>) -> Option<(Bill, f64, SourceSpan)> {
    let cost = view.stated()?.cost.as_ref()?;
    Some((bill(view), cost.value.0, cost.span))
}

fn stated(view: &View<'_>, found: &mut Findings<'_>) {
    let Some((bill, said, span)) = costs(view) else { return };
    let items: Vec<&super::Item> = bill.items.iter().filter(|item| bill.covered(item)).collect();
    let priced = bill.covered_total();
    if items.is_empty() || items.iter().any(|item| item.monthly.is_none()) {
        return;
    }
    if (said - priced).abs() > EQUAL * priced {
        let other = Money::Stated {
            stated: Dollars(said),
            priced: Dollars(priced),
            parts: items.iter().map(|item| item.what.clone()).collect(),
            apart: Dollars((priced - said).abs()),
            share: Share((priced - said).abs() / said.max(0.01)),
        };
        found.add(span, other);
    }
}

fn left_out(view: &View<'_>, found: &mut Findings<'_>) {
    let Some((bill, said, span)) = costs(view) else { return };
    let (all, covered) = (bill.total(), bill.covered_total());
    if covered > 0.0 && all > covered * (1.0 + EQUAL) {
        let mut kinds: Vec<(String, f64)> = Vec::new();
        for item in bill.items.iter().filter(|item| !bill.covered(item)) {
            let kind = item.part.split('.').next().unwrap_or_default();
            match kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, sum)) => *sum += item.monthly.unwrap_or(0.0),
                None => kinds.push((kind.to_owned(), item.monthly.unwrap_or(0.0))),
            }
        }
        let kinds = kinds.into_iter().filter(|(_, sum)| *sum > 0.0);
        let left_out = Money::LeftOut {
            stated: Dollars(said),
            covers: bill.covers.clone(),
            all: Dollars(all),
            kinds: kinds.map(|(kind, sum)| (kind, Dollars(sum))).collect(),
        };
        found.add(span, left_out);
    }
}

fn difference(view: &View<'_>, found: &mut Findings<'_>) {
    let Some((own, said, span)) = costs(view) else { return };
    let Some((before, was)) = view.stated_before() else { return };
    let Some(was) = was.cost.as_ref() else { return };
    let Some(earlier) = View::new(view.study, view.documents, before) else { return };
    let priced = own.covered_total() - bill(&earlier).covered_total();
    let stated = said - was.value.0;
    if (stated - priced).abs() > EQUAL * priced.abs().max(1.0) {
        let difference = Money::Difference {
            stated: Dollars(stated),
            priced: Dollars(priced),
            apart: Dollars((stated - priced).abs()),
        };
        found.add(span, difference);
    }
}

fn unpriced(view: &View<'_>, found: &mut Findings<'_>) {
    let bill = bill(view);
    let parts: Vec<(String, String)> =
        bill.unpriced().map(|item| (item.part.clone(), item.what.clone())).collect();
    if !parts.is_empty() && !bill.region.is_empty() {
        let span =
            view.system.region.as_ref().map_or_else(SourceSpan::default, |region| region.span);
        let sum = Dollars(bill.total());
        found.add(span, Money::Unpriced { region: bill.region, parts, sum });
    }
}

fn unused(view: &View<'_>, found: &mut Findings<'_>) {
    let bill = bill(view);
    let price = |part: &str| {
        let own = bill.items.iter().filter(|item| item.part.starts_with(part));
        let sum = own.filter_map(|item| item.monthly).sum::<f64>();
        (sum > 0.0).then_some(Dollars(sum))
    };
    for (index, (name, document)) in view.system.caches.iter().enumerate() {
        let used = view.spec.ops.iter().any(|op| {
            matches!(op, Op::Cache { cache, .. } | Op::CacheOfIndex { cache, .. }
                if view.spec.caches[*cache as usize].of as usize == index)
        });
        if !used && document.class.is_some() {
            let price = price(&format!("caches.{}", name.value));
            found.add(name.span, Money::UnusedCache { cache: name.value.clone(), price });
        }
    }
    for database in view.databases() {
        let used = view.spec.services.iter().any(|service| {
            service.pools.iter().any(|pool| pool.database as usize == database.index)
        });
        if !used && database.document.class.is_some() {
            let price = price(&format!("databases.{}", database.name));
            let database_name = database.name.to_owned();
            found.add(database.span, Money::UnusedDatabase { database: database_name, price });
        }
    }
}

fn surcharge(view: &View<'_>, found: &mut Findings<'_>) {
    let Some(work) = &view.work else { return };
    let mean: f64 = work.all_cpu(view.spec) * view.mean_over_peak();
    let (mut cores, mut free, mut price) = (0.0, 0.0, None);
    let mut place = None;
    for (index, (name, group)) in view.system.node_groups.iter().enumerate() {
        if !view.services().any(|service| view.groups(service).contains(&index)) {
            continue;
        }
        let Some(item) = view.instance(group) else { return };
        if view.get(group.credits.as_ref()) == Some(CreditWord::Standard) {
            return;
        }
        price = item.surplus_hourly.map(|price| price.0).or(price);
        let own = f64::from(view.nodes(group).0) * item.vcpu.0;
        cores += own;
        free += own * item.baseline.map_or(1.0, |share| share.0);
        place = place.or(Some(name.span));
    }
    if let Some(span) = place.filter(|_| mean > free && free < cores) {
        let surplus = mean.min(cores) - free;
        let surcharge = Money::Surcharge {
            cores: Figure(surplus),
            free: Figure(free),
            surplus: match price {
                Some(price) => Surplus::Dollars(Dollars(surplus * HOURS * price)),
                None => Surplus::CoreHours(Figure(surplus * HOURS)),
            },
        };
        found.add(span, surcharge);
    }
}

fn maximum(view: &View<'_>, found: &mut Findings<'_>) {
    let region = view.system.region.as_ref().map_or("", |region| region.text.as_str());
    for (name, group) in view.system.node_groups.iter() {
        let (now, most) = view.nodes(group);
        let Some(price) = view.instance(group).and_then(|item| item.hourly.get(region)) else {
            continue;
        };
        if most > now {
            let each = price.0 * HOURS;
            let maximum = Money::Maximum {
                group: name.value.clone(),
                now,
                most,
                costs: Dollars(each * f64::from(now)),
                at_most: Dollars(each * f64::from(most)),
            };
            found.add(name.span, maximum);
        }
    }
}
