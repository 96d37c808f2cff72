//! The `ladder` block: upper end of a bottleneck ladder.

use crate::scenario::decode::{Spanned, document};
use crate::scenario::problem::Problems;
use crate::scenario::values::Text;
use crate::scenario::vary;
use crate::study::setup::AskedLoad;

document! {
    /// A bottleneck ladder: lifts one bottleneck after the other.
    struct LadderDoc {
        /// Load up to which the ladder goes: monthly active users such as `20M` where the load is
        /// given in users, else a rate such as `4000/s`; four times the load asked about by
        /// default.
        up_to: Spanned<Text>,
    }
}

/// Returns the load up to which the scenario's ladder goes \[requests/s, or records/s\].
pub(crate) fn ladder_up_to(
    ladder: Option<&LadderDoc>,
    load: &AskedLoad,
    problems: &mut Problems,
) -> Option<f64> {
    let asked = &ladder?.up_to;
    let read = match load.mau {
        Some(mau) => vary::users(&asked.value.0).map(|users| load.rps * users / mau),
        None => vary::rate(&asked.value.0),
    };
    read.map_err(|why| problems.add("E0104", asked.span, why.to_string())).ok()
}
