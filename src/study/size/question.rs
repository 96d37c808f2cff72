//! The question of a sizing study: what may be chosen, and for which loads.

use serde::{Deserialize, Serialize};

use crate::study::setup::Change;

/// Question of a sizing study.
#[derive(Clone, Debug)]
pub struct SizingQuestion {
    /// Settings that may be chosen.
    pub free: Vec<Free>,
    /// Loads to size for.
    pub wanted: Vec<Wanted>,
    /// Probability with which targets must be met.
    pub confidence: f64,
    /// Costs stated by the document.
    pub stated: Vec<Stated>,
    /// Index of the variant.
    pub variant: usize,
}

/// A free setting: one whose value may be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Free {
    /// Path of the setting, as in plans.
    pub path: String,
    /// Further settings that take the same value.
    pub also: Vec<String>,
    /// Possible values, from the least capacity to the most; at least one.
    pub values: Vec<String>,
    /// Cost per unit of the value \[USD per month\], where the price table does not cover it.
    pub monthly_each: Option<f64>,
    /// Value in effect in the variant; none where it is not written.
    pub now: Option<String>,
}

impl Free {
    /// Declared cost of a value \[USD per month\]; none where no price is declared.
    pub(super) fn price(&self, at: usize) -> Option<f64> {
        let each = self.monthly_each?;
        let text = self.values.get(at)?;
        let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let number: f64 = text[..digits.unwrap_or(text.len())].parse().ok()?;
        Some(number * each)
    }
}

/// A load to size for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// Monthly active users; none where the load is a rate.
    pub mau: Option<f64>,
    /// Load as written: `10M`.
    pub text: String,
    /// Override that sets the load; none where it is the scenario's own.
    pub change: Option<Change>,
}

/// Cost of a load as stated by the document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// Monthly active users.
    pub mau: f64,
    /// Stated cost \[USD per month\].
    pub monthly_usd: f64,
    /// Scope of the figure: prefixes of parts of the bill; everything where it is empty.
    pub covers: Vec<String>,
}
