//! Data of findings: names and numbers. Sentences are made where they are shown, one language at a
//! time.

mod arithmetic;
mod capacity;
mod hazard;
mod kafka;
mod limit;
mod money;
mod setting;

use serde::{Deserialize, Serialize};

pub use self::arithmetic::{Arithmetic, Period};
pub use self::capacity::{Capacity, Filled, Load, Rate};
pub use self::hazard::{Hazard, Who};
pub use self::kafka::Kafka;
pub use self::limit::{Limit, PoolShare, When};
pub use self::money::{Money, Surplus};
pub use self::setting::{EditName, Floor, Pinned, Setting};

/// A finding, by the family of its rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Settings and edits without effect.
    Setting(Setting),
    /// Limits that hold at any load.
    Limit(Limit),
    /// Demand of the load on processors, storage, caches and pools.
    Capacity(Capacity),
    /// Kafka consumers.
    Kafka(Kafka),
    /// Failures under foreseeable circumstances.
    Hazard(Hazard),
    /// Inconsistent numbers.
    Arithmetic(Arithmetic),
    /// Costs.
    Money(Money),
}

macro_rules! found_of {
    ($($family:ident),*) => {$(
        impl From<$family> for Found {
            fn from(found: $family) -> Found {
                Found::$family(found)
            }
        }
    )*};
}

found_of!(Setting, Limit, Capacity, Kafka, Hazard, Arithmetic, Money);
