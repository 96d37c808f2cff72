//! What a scenario says of questions that take more than one study.

use crate::study::growth::Growth;
use crate::study::size::{Free, Stated};
use crate::study::uncertain::Uncertainty;

/// What a scenario says of questions that take more than one study.
#[derive(Clone, Debug)]
pub struct Further {
    /// The load that a ladder goes up to \[requests/s, or records/s\].
    pub ladder_up_to: Option<f64>,
    /// What of it is uncertain.
    pub uncertain: Option<Uncertainty>,
    /// How its users grow.
    pub growth: Option<Growth>,
    /// What may be chosen when it is sized.
    pub(crate) size: Declared,
}

/// What the scenario's `size` declares.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declared {
    pub(super) mau: Vec<(f64, String)>,
    pub(super) confidence: Option<f64>,
    pub(super) free: Vec<Free>,
    pub(super) stated: Vec<Stated>,
}
