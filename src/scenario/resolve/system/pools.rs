//! Connection pools: settings as written, else of the catalogue's kind, else defaults of
//! `HikariCP`.

use super::Compiler;
use crate::model::spec::{Id, Pool};
use crate::scenario::decode::Setting;
use crate::scenario::document::{PoolDoc, PoolItem};
use crate::scenario::values::{Count, Duration};
use crate::units::Span as Length;

/// Shortest connection timeout that `HikariCP` accepts (`SOFT_TIMEOUT_FLOOR` of
/// `HikariConfig.java`; 250 ms since 2.4.4, and 1 s before).
const SHORTEST_TIMEOUT: Length = Length::from_millis(250);

impl Compiler<'_> {
    pub(super) fn pool(&mut self, name: &str, document: &PoolDoc) -> Pool {
        let catalog = self.catalog;
        let kind = document
            .kind
            .as_ref()
            .and_then(|kind| self.part(&catalog.connection_pools, kind, "connection pool"));
        let database = self.index(&self.system.databases, &document.database, "database");
        let usual = Pool::hikari(name.into(), database.unwrap_or(0) as Id, 10);
        let maximum = match &document.maximum {
            Some(setting) => self.pick(setting).u32(),
            None => kind.map_or(usual.maximum, |kind| kind.maximum.u32()),
        };
        let minimum_idle = match &document.minimum_idle {
            Some(setting) => self.pick(setting).u32(),
            None => kind.and_then(|kind| kind.minimum_idle).map_or(maximum, Count::u32),
        };
        if minimum_idle > maximum
            && let Some(setting) = &document.minimum_idle
        {
            let message =
                format!("`minimum_idle` of {minimum_idle} is above `maximum` of {maximum}");
            self.problems.add("E0305", setting.span, message);
        }
        let time = |setting: &Option<Setting<Duration>>, of: fn(&PoolItem) -> Length, default| {
            let written = setting.as_ref().map(|setting| self.pick(setting).span());
            written.or(kind.map(of)).unwrap_or(default)
        };
        let usual_idle = usual.idle_timeout.unwrap_or_default();
        let idle = time(&document.idle_timeout, |kind| kind.idle_timeout.span(), usual_idle);
        let connection_timeout = time(
            &document.connection_timeout,
            |kind| kind.connection_timeout.span(),
            usual.connection_timeout,
        );
        let growth_pause =
            time(&document.growth_pause, |kind| kind.growth_pause.span(), usual.growth_pause);
        let housekeeping =
            time(&document.housekeeping, |kind| kind.housekeeping.span(), usual.housekeeping);
        let hand_over = kind.and_then(|kind| kind.hand_over.as_ref());
        let wake_up = document.wake_up.as_ref().map(|setting| self.pick(setting).span());
        let wake_up = wake_up.or(hand_over.map(|hand_over| hand_over.wake_up.span()));
        let take_back = document.take_back.as_ref().map(|setting| self.pick(setting));
        let take_back = take_back.or(hand_over.map(|hand_over| hand_over.take_back));
        if connection_timeout < SHORTEST_TIMEOUT {
            self.timeout_is_refused(document, connection_timeout);
        }
        if housekeeping < Length::from_millis(1) {
            self.problems.add("E0107", document.span, "`housekeeping` must be at least 1 ms");
        }
        Pool {
            maximum,
            minimum_idle: minimum_idle.min(maximum),
            connection_timeout,
            idle_timeout: (idle > Length::ZERO).then_some(idle),
            connect: self.unit_mean("connect"),
            growth_pause,
            housekeeping,
            wake_up: wake_up.unwrap_or(usual.wake_up),
            take_back: take_back.map_or(usual.take_back, |share| share.0),
            ..usual
        }
    }

    /// Reports a timeout with which the pool would not start.
    fn timeout_is_refused(&mut self, document: &PoolDoc, timeout: Length) {
        let of_kind = document.kind.as_ref().map_or(document.span, |kind| kind.span);
        let span = document.connection_timeout.as_ref().map_or(of_kind, |setting| setting.span);
        let message = format!(
            "`connection_timeout` of {} ms is below the 250 ms that HikariCP takes at least",
            timeout.secs() * 1e3
        );
        let help = if timeout == Length::ZERO {
            "there 0 means to wait for ever; write a long time, such as `24d`"
        } else {
            "it refuses to start with less (HikariConfig.setConnectionTimeout); write `250ms` or more"
        };
        self.problems.report("E0107", span, message, Some(help.into()));
    }
}
