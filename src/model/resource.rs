//! Resources used by requests: one module per kind, with its state and its part of the world.

pub(in crate::model) mod cache;
mod call;
mod cpu;
pub(in crate::model) mod database;
pub(in crate::model) mod index;
pub(in crate::model) mod lock;
pub(in crate::model) mod pool;

use crate::units::Span;

/// Scales a span by a factor, truncated to whole nanoseconds.
#[inline]
pub(in crate::model) fn stretched(span: Span, times: f64) -> Span {
    // 1 means unchanged and avoids any rounding.
    if times.to_bits() == 1_f64.to_bits() { span } else { Span((span.0 as f64 * times) as u64) }
}
