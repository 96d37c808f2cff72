//! What rules find: names and numbers. The sentences are made where they are shown, a language at a time.

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

/// What a rule found, by the family of the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// Settings and edits without effect.
    Setting(Setting),
    /// Limits that no load moves.
    Limit(Limit),
    /// What the load asks of processors, storage, caches and pools.
    Capacity(Capacity),
    /// Consumers.
    Kafka(Kafka),
    /// What goes wrong under circumstances that are to be expected.
    Hazard(Hazard),
    /// Numbers that cannot hold together.
    Arithmetic(Arithmetic),
    /// What things cost.
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
