//! What things cost against what the document says.

use serde::{Deserialize, Serialize};

use crate::audit::figures::{Dollars, Figure, Share};

/// What nodes cost beyond their price by the hour, in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surplus {
    /// At the catalogue's price.
    Dollars(Dollars),
    /// Where it has none.
    CoreHours(Figure),
}

/// A cost that does not hold. Amounts are of a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Money {
    /// A cost that the price table does not give.
    Stated {
        /// What the document says.
        stated: Dollars,
        /// What the price table gives.
        priced: Dollars,
        /// What is covered.
        parts: Vec<String>,
        /// The difference.
        apart: Dollars,
        /// The difference as a share of what the document says.
        share: Share,
    },
    /// A cost that leaves most out.
    LeftOut {
        /// What the document says.
        stated: Dollars,
        /// What that covers.
        covers: Vec<String>,
        /// All that has a price.
        all: Dollars,
        /// What is left out, by kind.
        kinds: Vec<(String, Dollars)>,
    },
    /// A difference in cost that the price table does not give.
    Difference {
        /// By the document.
        stated: Dollars,
        /// By the price table.
        priced: Dollars,
        /// How far the two are apart.
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
    /// A cache that nothing uses.
    UnusedCache {
        /// Cache.
        cache: String,
        /// Its price, where that is known.
        price: Option<Dollars>,
    },
    /// A database that nothing uses.
    UnusedDatabase {
        /// Database.
        database: String,
        /// Its price, where that is known.
        price: Option<Dollars>,
    },
    /// Surplus credits to pay for.
    Surcharge {
        /// Cores used beyond the baseline, on the mean.
        cores: Figure,
        /// The baseline \[cores\].
        free: Figure,
        /// What that comes to.
        surplus: Surplus,
    },
    /// A maximum of nodes that the cost leaves out.
    Maximum {
        /// Group of nodes.
        group: String,
        /// Nodes that run.
        now: u32,
        /// Nodes that there may be.
        most: u32,
        /// What those that run cost.
        costs: Dollars,
        /// What the most cost.
        at_most: Dollars,
    },
}
