//! Monthly cost of a variant, item by item, from the catalogue's prices in its region.

use super::figures::Figure;
use super::view::View;
use crate::scenario::Loaded;
use crate::scenario::decode::Map;
use crate::scenario::values::{Count, Money};
use crate::stats::Estimate;
use crate::study::basis::Basis;
use crate::study::claims::{Billed, BilledKind, Finding, Unknown};
use crate::study::result::{ASSUMED, CostItem, StudyResult, Used};

/// Hours of a month.
pub(super) const HOURS: f64 = 730.0;

/// One line of a bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Path of the billed part in the system's document, such as `node_groups.web`.
    pub part: String,
    /// Count and type of the part.
    pub what: String,
    /// Price \[USD/month\]; `None` where the catalogue has none for the region.
    pub monthly: Option<f64>,
    /// Metered components of the price.
    meter: Meter,
}

/// Metered components of a price; [`Meter::default`] is a flat monthly price.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Meter {
    /// Price of one node \[USD/month\].
    node: Option<f64>,
    /// Processors of a database included in its price, however long they are used \[vCPU\].
    free: Option<f64>,
    /// Price of a virtual CPU-hour beyond what is included \[USD\].
    surplus: Option<f64>,
}

/// Bill of a variant: its monthly cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// Name of the variant.
    pub variant: String,
    /// Region whose prices apply; empty where the system names none.
    pub region: String,
    /// Items in the order of the system's document.
    pub items: Vec<Item>,
    /// Cost stated in the document.
    pub stated: Option<f64>,
    /// Items that the stated cost is said to cover: prefixes of paths.
    pub covers: Vec<String>,
}

impl Bill {
    /// Returns the sum of all items that have a price \[USD/month\].
    pub fn total(&self) -> f64 {
        self.items.iter().filter_map(|item| item.monthly).fold(0.0, |sum, price| sum + price)
    }

    /// Returns the items without a price.
    pub fn unpriced(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.monthly.is_none())
    }

    /// Whether the stated cost covers an item.
    pub fn covered(&self, item: &Item) -> bool {
        self.covers.iter().any(|cover| {
            item.part
                .strip_prefix(cover.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// Returns the sum of the items covered by the stated cost.
    pub fn covered_total(&self) -> f64 {
        let covered = self.items.iter().filter(|item| self.covered(item));
        covered.filter_map(|item| item.monthly).fold(0.0, |sum, price| sum + price)
    }
}

impl Item {
    /// Returns the item with its cost in a month of days with the usage `used`.
    fn priced(self, used: Option<&Used>) -> CostItem {
        let Meter { node, free, surplus } = self.meter;
        let (kind, name) = self.part.split_once('.').unwrap_or((&self.part, ""));
        let nodes = used.and_then(|used| used.nodes.iter().find(|of| of.group == name));
        let nodes = nodes.filter(|_| kind == "node_groups");
        let database = used.and_then(|used| used.databases.iter().find(|of| of.database == name));
        let database = database.filter(|_| kind == "databases");
        let ran_usd = nodes.zip(node).map(|(nodes, price)| map(nodes.nodes, |count| count * price));
        let of_nodes = nodes.and_then(|nodes| nodes.beyond);
        let of_database = database.zip(free).map(|(of, free)| map(of.cores, |cores| cores - free));
        let surcharge_usd = of_nodes
            .or(of_database)
            .zip(surplus)
            .map(|(beyond, price)| map(beyond, |cores| cores.max(0.0) * HOURS * price));
        let Item { part, what, monthly: monthly_usd, .. } = self;
        CostItem { part, what, monthly_usd, ran_usd, surcharge_usd }
    }
}

/// Maps an estimate by a monotone function.
fn map(of: Estimate, by: impl Fn(f64) -> f64) -> Estimate {
    Estimate::interval(by(of.mean), by(of.low), by(of.high), of.n)
}

/// Returns the bills of these variants, without an audit.
pub fn bills(loaded: &Loaded, which: impl IntoIterator<Item = usize>) -> Vec<Bill> {
    let view = |index| View::new(&loaded.study, &loaded.documents, index);
    which.into_iter().filter_map(view).map(|view| bill(&view)).collect()
}

/// Adds the cost of each variant to the result, as described and as it ran during the day.
pub fn price(loaded: &Loaded, result: &mut StudyResult) {
    for bill in bills(loaded, 0..loaded.documents.variants.len()) {
        if let Some(variant) = result.variants.iter_mut().find(|one| one.name == bill.variant) {
            let priced = |item: Item| item.priced(variant.used.as_ref());
            variant.cost = bill.items.into_iter().map(priced).collect();
        }
    }
}

/// Grounds of a verdict on a claim about cost.
pub(super) struct Priced {
    /// Costs of the variant and of the one compared with \[USD/month\]; `None` without a price.
    pub(super) monthly: [Option<f64>; 2],
    /// Items that were added up, or the reason why there is no price.
    pub(super) because: Result<Finding, Unknown>,
}

/// Prices `own`, or the part of it that `of` names, and `base`. Where only the difference counts,
/// items common to both are left out.
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
    let region = own.region.clone();
    let because = if region.is_empty() {
        Err(Unknown::NoRegion)
    } else if !without.is_empty() {
        Err(Unknown::NoPrice { region: Some(region), items: without })
    } else {
        let instead_of = difference.then(|| billed(&before));
        Ok(Finding::Prices { region, billed: billed(&after), instead_of })
    };
    let known = |items: &[Item]| sum(items).filter(|_| !own.region.is_empty());
    Priced { monthly: [known(&after), base.and_then(|_| known(&before))], because }
}

/// Returns the items with their prices; identical items are merged.
fn billed(items: &[Item]) -> Billed {
    let mut kinds: Vec<BilledKind> = Vec::new();
    for item in items {
        let monthly_usd = item.monthly.unwrap_or_default();
        match kinds.iter_mut().find(|kind| kind.what == item.what) {
            Some(kind) => {
                kind.count += 1;
                kind.monthly_usd += monthly_usd;
            }
            None => kinds.push(BilledKind { what: item.what.clone(), count: 1, monthly_usd }),
        }
    }
    Billed { kinds }
}

/// Marks an item whose price is only assumed.
fn marked(what: String, basis: Option<Basis>) -> String {
    if basis == Some(Basis::Assumed) { format!("{what} {ASSUMED}") } else { what }
}

fn hourly(prices: Option<&Map<Money>>, region: &str) -> Option<f64> {
    prices?.get(region).map(|price| price.0 * HOURS)
}

/// Returns the items for databases and their storage.
fn of_databases(view: &View<'_>, region: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for database in view.databases() {
        if let Some(class) = view.get(database.document.class.as_ref()) {
            items.push(Item {
                part: format!("databases.{}", database.name),
                what: marked(class.text, database.class.map(|class| class.basis)),
                monthly: hourly(database.class.map(|class| &class.hourly), region),
                meter: Meter {
                    node: None,
                    free: database
                        .class
                        .and_then(|class| class.baseline)
                        .map(|share| share.0 * view.spec.databases[database.index].cores),
                    surplus: database
                        .class
                        .and_then(|class| class.surplus_hourly)
                        .map(|price| price.0),
                },
            });
        }
        if let Some(storage) = &database.document.storage {
            let gib = view.pick(&storage.size).gib();
            let kind = view.pick(&storage.r#type);
            let item = view.catalog.storage_types.get(&kind.text);
            let price = item.and_then(|item| item.monthly_per_gib.get(region));
            items.push(Item {
                part: format!("databases.{}.storage", database.name),
                what: format!("{} GiB {}", Figure(gib), kind.text),
                monthly: price.map(|price| price.0 * gib),
                meter: Meter::default(),
            });
        }
    }
    items
}

/// Returns the bill of a variant.
pub(super) fn bill(view: &View<'_>) -> Bill {
    let system = view.system;
    let region = system.region.as_ref().map_or("", |region| region.text.as_str());
    let mut items = Vec::new();
    for (name, group) in system.node_groups.iter() {
        let nodes = view.nodes(group).0;
        let instance = view.instance(group);
        let price = hourly(instance.map(|item| &item.hourly), region);
        let surplus = instance.and_then(|item| item.surplus_hourly).map(|price| price.0);
        items.push(Item {
            part: format!("node_groups.{}", name.value),
            what: format!("{nodes} x {}", view.pick(&group.instance).text),
            monthly: price.map(|price| price * f64::from(nodes)),
            meter: Meter { node: price, free: None, surplus },
        });
    }
    items.extend(of_databases(view, region));
    for (name, cache) in system.caches.iter() {
        let Some(class) = view.get(cache.class.as_ref()) else { continue };
        let item = view.catalog.cache_classes.get(&class.text);
        let shards = view.get(cache.shards.as_ref()).map_or(1, Count::u32);
        let nodes = shards * (1 + view.get(cache.replicas.as_ref()).map_or(0, Count::u32));
        let price = hourly(item.map(|item| &item.hourly), region);
        items.push(Item {
            part: format!("caches.{}", name.value),
            what: marked(
                if nodes > 1 { format!("{nodes} x {}", class.text) } else { class.text },
                item.map(|item| item.basis),
            ),
            monthly: price.map(|price| price * f64::from(nodes)),
            meter: Meter::default(),
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
            meter: Meter::default(),
        });
        if let Some(storage) = view.get(brokers.storage.as_ref()) {
            items.push(Item {
                part: format!("brokers.{}.storage", name.value),
                what: format!("{count} x {} GiB", Figure(storage.gib())),
                monthly: None,
                meter: Meter::default(),
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
            meter: Meter::default(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::result::{DatabaseUse, NodeUse};

    #[test]
    fn a_month_of_such_days_has_what_ran_and_what_was_used_beyond() {
        let item = |part: &str, meter| Item {
            part: part.into(),
            what: String::new(),
            monthly: Some(100.0),
            meter,
        };
        let between = |mean: f64, half: f64| Estimate::interval(mean, mean - half, mean + half, 4);
        let used = Used {
            nodes: vec![NodeUse {
                group: "web".into(),
                nodes: between(2.75, 0.25),
                by_bin: Vec::new(),
                beyond: Some(between(0.5, 0.1)),
            }],
            databases: vec![DatabaseUse { database: "web".into(), cores: between(0.25, 0.1) }],
        };
        let of_node = Meter { node: Some(75.92), free: None, surplus: Some(0.05) };
        let of_database = Meter { node: None, free: Some(0.2), surplus: Some(0.075) };
        let items = [
            item("node_groups.web", of_node),
            item("databases.web", of_database),
            item("databases.web.storage", Meter::default()),
        ];
        let [nodes, database, storage] = items.map(|item| item.priced(Some(&used)));
        let near = |found: Option<Estimate>, wanted: [f64; 3]| {
            let found = found.map(|found| [found.low, found.mean, found.high]);
            let close = |(a, b): (f64, f64)| (a - b).abs() < 1e-9;
            assert!(
                found.is_some_and(|found| found.into_iter().zip(wanted).all(close)),
                "{found:?}"
            );
        };
        // Nodes at $75.92; 730 hours at 5 and 7.5 cents, of what is beyond 0.2 vCPU of the
        // database.
        near(nodes.ran_usd, [189.8, 208.78, 227.76]);
        near(nodes.surcharge_usd, [14.6, 18.25, 21.9]);
        near(database.surcharge_usd, [0.0, 2.7375, 8.2125]);
        assert_eq!((database.ran_usd, storage.ran_usd, storage.surcharge_usd), (None, None, None));
        let unknown = item("node_groups.web", of_node).priced(None);
        assert_eq!((unknown.ran_usd, unknown.surcharge_usd), (None, None));
    }
}
