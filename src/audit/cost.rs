//! What a variant costs in a month, item by item, from the catalogue's prices of its region.

use super::view::View;
use crate::scenario::decode::Map;
use crate::scenario::values::{Count, Money};

/// Hours of a month.
pub(super) const HOURS: f64 = 730.0;

/// One line of a bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Path of what is billed in the system's document, such as `node_groups.web`.
    pub part: String,
    /// What it is: count and type.
    pub what: String,
    /// Dollars a month; none where the catalogue has no price for the region.
    pub monthly: Option<f64>,
}

/// What a variant costs in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// Name of the variant.
    pub variant: String,
    /// Region whose prices count; empty where the system names none.
    pub region: String,
    /// Items in the order of the system's document.
    pub items: Vec<Item>,
    /// What the document says it costs.
    pub stated: Option<f64>,
    /// What the document's figure is said to cover: beginnings of paths.
    pub covers: Vec<String>,
}

impl Bill {
    /// Sum of all items that have a price \[dollars a month\].
    pub fn total(&self) -> f64 {
        self.items.iter().filter_map(|item| item.monthly).fold(0.0, |sum, price| sum + price)
    }

    /// Parts without a price.
    pub fn unpriced(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.monthly.is_none())
    }

    /// Whether the document's figure covers an item.
    pub fn covered(&self, item: &Item) -> bool {
        self.covers.iter().any(|cover| {
            item.part
                .strip_prefix(cover.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Sum of what the document's figure covers.
    pub fn covered_total(&self) -> f64 {
        let covered = self.items.iter().filter(|item| self.covered(item));
        covered.filter_map(|item| item.monthly).fold(0.0, |sum, price| sum + price)
    }
}

/// What a claim about cost rests on.
pub(super) struct Priced {
    /// Dollars a month of the variant and of the one that it is compared with; none without a price.
    pub(super) monthly: [Option<f64>; 2],
    /// What was added up, or what has no price.
    pub(super) because: String,
}

/// Items that a reason names; more are only counted.
const NAMED: usize = 4;

/// What `own` costs, of one part if `of` names one, and what `base` costs. Where only the difference
/// counts, items that both have are left out.
pub(super) fn priced(
    own: &Bill,
    base: Option<&Bill>,
    of: Option<&str>,
    difference: bool,
) -> Priced {
    let asked = |item: &&Item| of.is_none_or(|of| item.part.split('.').nth(1) == Some(of));
    let listed = |bill: Option<&Bill>| -> Vec<Item> {
        bill.into_iter().flat_map(|bill| &bill.items).filter(asked).cloned().collect()
    };
    let (mut after, mut before) = (listed(Some(own)), listed(base));
    if difference {
        let both: Vec<Item> = after.iter().filter(|item| before.contains(item)).cloned().collect();
        after.retain(|item| !both.contains(item));
        before.retain(|item| !both.contains(item));
    }
    let mut without: Vec<String> = Vec::new();
    for item in after.iter().chain(&before).filter(|item| item.monthly.is_none()) {
        if !without.contains(&item.what) {
            without.push(item.what.clone());
        }
    }
    let sum = |items: &[Item]| items.iter().map(|item| item.monthly).sum::<Option<f64>>();
    let table = format!("by the price table of {}, 730 h a month", own.region);
    let because = if own.region.is_empty() {
        "not priced: the system names no region".to_owned()
    } else if !without.is_empty() {
        let rest = without.len().saturating_sub(NAMED);
        without.truncate(NAMED);
        let more = if rest > 0 { format!(", … (+{rest})") } else { String::new() };
        format!(
            "not priced: the catalogue has no price in {} for {}{more}",
            own.region,
            without.join(", ")
        )
    } else if !difference {
        format!("{table}: {}", told(&after))
    } else if after.is_empty() && before.is_empty() {
        format!("{table}, nothing that is billed is different")
    } else {
        let said = |items: &[Item]| if items.is_empty() { "nothing".into() } else { told(items) };
        format!("{table}: {} instead of {}", said(&after), said(&before))
    };
    let known = |items: &[Item]| sum(items).filter(|_| !own.region.is_empty());
    Priced { monthly: [known(&after), base.and_then(|_| known(&before))], because }
}

/// Items with their prices; those that are alike at once.
fn told(items: &[Item]) -> String {
    let mut kinds: Vec<(&str, usize, f64)> = Vec::new();
    for item in items {
        let price = item.monthly.unwrap_or_default();
        match kinds.iter_mut().find(|(what, _, _)| *what == item.what) {
            Some((_, count, sum)) => (*count, *sum) = (*count + 1, *sum + price),
            None => kinds.push((&item.what, 1, price)),
        }
    }
    let total: f64 = kinds.iter().map(|(_, _, sum)| sum).sum();
    if kinds.len() > NAMED {
        return format!("{} items ({})", items.len(), super::money::dollars(total));
    }
    let one = |(what, count, sum): &(&str, usize, f64)| {
        let times = if *count > 1 { format!(" × {count}") } else { String::new() };
        format!("{what}{times} ({})", super::money::dollars(*sum))
    };
    kinds.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn hourly(prices: Option<&Map<Money>>, region: &str) -> Option<f64> {
    prices?.get(region).map(|price| price.0 * HOURS)
}

/// The bill of a variant.
pub(super) fn bill(view: &View<'_>) -> Bill {
    let system = view.system;
    let region = system.region.as_ref().map_or("", |region| region.text.as_str());
    let mut items = Vec::new();
    for (name, group) in system.node_groups.iter() {
        let nodes = view.nodes(group).0;
        let price = hourly(view.instance(group).map(|item| &item.hourly), region);
        items.push(Item {
            part: format!("node_groups.{}", name.value),
            what: format!("{nodes} x {}", view.pick(&group.instance).text),
            monthly: price.map(|price| price * f64::from(nodes)),
        });
    }
    for database in view.databases() {
        if let Some(class) = view.get(database.document.class.as_ref()) {
            items.push(Item {
                part: format!("databases.{}", database.name),
                what: class.text,
                monthly: hourly(database.class.map(|class| &class.hourly), region),
            });
        }
        if let Some(storage) = &database.document.storage {
            let gib = view.pick(&storage.size).gib();
            let kind = view.pick(&storage.r#type);
            let item = view.catalog.storage_types.get(&kind.text);
            let price = item.and_then(|item| item.monthly_per_gib.get(region));
            items.push(Item {
                part: format!("databases.{}.storage", database.name),
                what: format!("{} GiB {}", super::figure(gib), kind.text),
                monthly: price.map(|price| price.0 * gib),
            });
        }
    }
    for (name, cache) in system.caches.iter() {
        let Some(class) = view.get(cache.class.as_ref()) else { continue };
        let item = view.catalog.cache_classes.get(&class.text);
        let shards = view.get(cache.shards.as_ref()).map_or(1, Count::u32);
        let nodes = shards * (1 + view.get(cache.replicas.as_ref()).map_or(0, Count::u32));
        let price = hourly(item.map(|item| &item.hourly), region);
        items.push(Item {
            part: format!("caches.{}", name.value),
            what: if nodes > 1 { format!("{nodes} x {}", class.text) } else { class.text },
            monthly: price.map(|price| price * f64::from(nodes)),
        });
    }
    for (name, brokers) in system.brokers.iter() {
        let count = view.get(brokers.count.as_ref()).map_or(1, Count::u32);
        let class = view.pick(&brokers.class);
        let item = view.catalog.broker_classes.get(&class.text);
        let price = hourly(item.map(|item| &item.hourly), region);
        items.push(Item {
            part: format!("brokers.{}", name.value),
            what: format!("{count} x {}", class.text),
            monthly: price.map(|price| price * f64::from(count)),
        });
        if let Some(storage) = view.get(brokers.storage.as_ref()) {
            items.push(Item {
                part: format!("brokers.{}.storage", name.value),
                what: format!("{count} x {} GiB", super::figure(storage.gib())),
                monthly: None,
            });
        }
    }
    for (name, charge) in system.charges.iter() {
        let count = view.get(charge.count.as_ref()).map_or(1, Count::u32);
        let price = view.pick(&charge.price);
        let item = view.catalog.prices.get(&price.text);
        let each = hourly(item.map(|item| &item.hourly), region);
        items.push(Item {
            part: format!("charges.{}", name.value),
            what: format!("{count} x {}", price.text),
            monthly: each.map(|each| each * f64::from(count)),
        });
    }
    let stated = view.stated();
    Bill {
        variant: view.name.to_owned(),
        region: region.to_owned(),
        items,
        stated: stated.and_then(|stated| stated.cost.as_ref()).map(|cost| cost.value.0),
        covers: stated.map_or_else(Vec::new, |stated| {
            stated.covers.iter().map(|name| name.text.clone()).collect()
        }),
    }
}
