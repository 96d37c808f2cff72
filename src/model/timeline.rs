//! What happens on a day: settings change, things fail and recover.

pub(in crate::model) mod change;
mod faults;
