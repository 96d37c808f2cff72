//! Addressed random draws, which depend only on the source and the number of the draw.
//!
//! A [`Key`] names a source of randomness: the seed, a replication, a stream of users, one user,
//! one step of one request. Drawing hashes the key with the number of the draw (`SplitMix64`
//! addressed by counter), so that user 17 arrives at the same instant, takes the same route and
//! asks for the same work before and after a change: common random numbers hold by construction,
//! and a new component shifts no other draws.
//!
//! Service times are drawn by inverse transform: one uniform per draw, monotone in it. A table of
//! 1,024 quantiles serves the body of a distribution, the exact quantile function its tails. `libm`
//! computes them, so that results do not depend on the platform's mathematics library.

mod dist;
mod key;
mod normal;
mod sampler;

pub use self::dist::{Dist, MOST_DRAWS, Term};
pub use self::key::Key;
pub use self::normal::normal_quantile;
pub use self::sampler::Sampler;
