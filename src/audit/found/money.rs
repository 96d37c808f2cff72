//! Actual cost against the cost stated in the document.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Dollars, Figure, Share};

/// Monthly surcharge of nodes beyond their hourly price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surplus {
    /// At the catalogue's price.
    Dollars(Dollars),
    /// Where the catalogue has no price.
    CoreHours(Figure),
}

/// A cost that is wrong. Amounts are per month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Money {
    /// A stated cost that differs from the price table.
    Stated {
        /// Stated cost.
        stated: Dollars,
        /// Cost by the price table.
        priced: Dollars,
        /// Covered items.
        parts: Vec<String>,
        /// Difference.
        apart: Dollars,
        /// Difference relative to the stated cost.
        share: Share,
    },
    /// A stated cost that leaves most out.
    LeftOut {
        /// Stated cost.
        stated: Dollars,
        /// Items that it covers.
        covers: Vec<String>,
        /// Cost of all items that have a price.
        all: Dollars,
        /// Costs left out, by kind.
        kinds: Vec<(String, Dollars)>,
    },
    /// A stated difference in cost that differs from the price table.
    Difference {
        /// Stated difference.
        stated: Dollars,
        /// Difference by the price table.
        priced: Dollars,
        /// Gap between the two.
        apart: Dollars,
    },
    /// Parts without a price.
    Unpriced {
        /// Region.
        region: String,
        /// Path and type of each part.
        parts: Vec<(String, String)>,
        /// Sum of all others.
        sum: Dollars,
    },
    /// An unused cache.
    UnusedCache {
        /// Cache.
        cache: String,
        /// Its price, if known.
        price: Option<Dollars>,
    },
    /// An unused database.
    UnusedDatabase {
        /// Database.
        database: String,
        /// Its price, if known.
        price: Option<Dollars>,
    },
    /// Surplus CPU credits that are charged.
    Surcharge {
        /// Mean number of cores used beyond the baseline.
        cores: Figure,
        /// The baseline \[cores\].
        free: Figure,
        /// Monthly surcharge.
        surplus: Surplus,
    },
    /// A largest number of nodes not covered by the cost.
    Maximum {
        /// Group of nodes.
        group: String,
        /// Nodes that run.
        now: u32,
        /// Largest number of nodes.
        most: u32,
        /// Cost of the nodes that run.
        costs: Dollars,
        /// Cost of the largest number of nodes.
        at_most: Dollars,
    },
}
