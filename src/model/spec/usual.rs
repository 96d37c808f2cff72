//! Default values of parts: the defaults of the modelled programs.

use super::{Id, Pool, Threads};
use crate::units::Span;

impl Threads {
    /// More threads than any load can occupy.
    pub const UNLIMITED: Threads = Threads { maximum: 1_000_000_000, accepted: 0, backlog: 0 };

    /// Tomcat's defaults: 8,192 connections, and 100 in the backlog beyond them. With fewer
    /// connections than threads, the connections are the limit.
    pub fn tomcat(maximum: u32) -> Threads {
        let connections = 8_192;
        let maximum = maximum.min(connections);
        Threads { maximum, accepted: connections - maximum, backlog: 100 }
    }
}

impl Pool {
    /// `HikariCP`'s defaults, with the hand-over times measured on 2.7.9.
    pub fn hikari(name: String, database: Id, maximum: u32) -> Pool {
        Pool {
            name,
            database,
            maximum,
            minimum_idle: maximum,
            connection_timeout: Span::from_millis(30_000),
            idle_timeout: Some(Span::from_millis(600_000)),
            connect: Span::ZERO,
            growth_pause: Span::from_millis(30),
            housekeeping: Span::from_millis(30_000),
            wake_up: Span(90_000),
            take_back: 0.25,
        }
    }
}
