//! Identifiers of parts.

/// Index into one of the lists of [`Spec`](super::Spec).
pub type Id = u32;
