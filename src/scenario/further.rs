//! Settings of a scenario for questions that take more than one study.

use crate::study::growth::Growth;
use crate::study::size::{Free, Stated};
use crate::study::uncertain::Uncertainty;

/// Settings of a scenario for questions that take more than one study.
#[derive(Clone, Debug)]
pub struct Further {
    /// Load up to which a ladder goes \[requests/s, or records/s\].
    pub ladder_up_to: Option<f64>,
    /// Uncertain inputs.
    pub uncertain: Option<Uncertainty>,
    /// Growth of the number of users.
    pub growth: Option<Growth>,
    /// Settings that may be chosen when the system is sized.
    pub(crate) size: Declared,
}

/// Content of the scenario's `size` block.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    pub(super) mau: Vec<(f64, String)>,
    pub(super) confidence: Option<f64>,
    pub(super) free: Vec<Free>,
    pub(super) stated: Vec<Stated>,
}
