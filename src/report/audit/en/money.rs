//! Actual cost against the cost stated in the document.

use crate::audit::{Money, Surplus};

pub(super) fn message(found: &Money) -> String {
    match found {
        Money::Stated { stated, priced, parts, .. } => {
            format!("{stated} a month are stated for what costs {priced} ({})", parts.join(", "))
        }
        Money::LeftOut { stated, covers, all, .. } => {
            let covers = covers.join(", ");
            format!("{stated} a month cover {covers}; all that has a price costs {all}")
        }
        Money::Difference { stated, priced, .. } => {
            format!("{stated} more a month are stated; by the price table it is {priced}")
        }
        Money::Unpriced { region, parts, .. } => {
            let named: Vec<String> =
                parts.iter().map(|(part, what)| format!("{part} ({what})")).collect();
            format!("{} parts have no price in {region}: {}", parts.len(), named.join(", "))
        }
        Money::UnusedCache { cache, .. } => format!("nothing uses the cache `{cache}`"),
        Money::UnusedDatabase { database, .. } => format!("nothing uses the database `{database}`"),
        Money::Surcharge { cores, free, .. } => {
            format!("the mean load uses {cores} cores beyond the baseline of {free}")
        }
        Money::Maximum { group, now, most, .. } => {
            format!("`{group}` has {now} nodes and may have {most}")
        }
    }
}

pub(super) fn consequence(found: &Money) -> String {
    match found {
        Money::Stated { apart, share, .. } => format!("{apart} apart, {share}"),
        Money::LeftOut { kinds, .. } => {
            let kinds = kinds.iter().map(|(kind, price)| format!("{kind} {price}"));
            format!("left out: {}", kinds.collect::<Vec<_>>().join(", "))
        }
        Money::Difference { apart, .. } => format!("{apart} apart"),
        Money::Unpriced { sum, .. } => format!("the sum of {sum} is without them"),
        Money::UnusedCache { price: Some(price), .. }
        | Money::UnusedDatabase { price: Some(price), .. } => format!("{price} a month"),
        Money::UnusedCache { price: None, .. } | Money::UnusedDatabase { price: None, .. } => {
            "its price is not known".into()
        }
        Money::Surcharge { surplus: Surplus::Dollars(price), .. } => {
            format!("{price} a month more for nodes")
        }
        Money::Surcharge { surplus: Surplus::CoreHours(hours), .. } => {
            format!("{hours} core-hours of surplus a month")
        }
        Money::Maximum { costs, at_most, .. } => {
            format!("{costs} a month now, {at_most} at the most")
        }
    }
}
