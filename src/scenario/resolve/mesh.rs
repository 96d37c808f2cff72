//! Meshes, keep-alive connections, and work that grows with an index.

use serde_json::{Value as Json, json};

use super::program::{Program, draw};
use super::system::Compiler;
use crate::model::spec::mesh::{BACK_OFF, UNLIMITED};
use crate::model::spec::{
    Balancer, Budget, Hedge, Id, Index, KeepAlive, Limits, Mesh, Op, RateLimit, RetryOn, Rules,
};
use crate::random::Dist;
use crate::scenario::decode::Setting;
use crate::scenario::document::{
    BalancerWord, InsertDoc, MeshDoc, OutlierDoc, RetryOnWord, ScanDoc, ServiceDoc,
};
use crate::scenario::time::Time;
use crate::scenario::values::{Count, Duration};
use crate::units::Span as Length;

/// Entries per draw of a scan's sampler: the work for a single entry may be less than a nanosecond.
const THOUSAND: f64 = 1000.0;

impl Compiler<'_> {
    /// Resolves the load-balancing policy of a service.
    pub(super) fn balancer(&mut self, document: &ServiceDoc) -> Balancer {
        let word = document.balancer.as_ref().map(|balancer| self.pick(balancer));
        if let (Some(keep), false) = (&document.keep_alive, word == Some(BalancerWord::Sticky)) {
            let message = "`keep_alive` has no effect but with `balancer: sticky`";
            self.problems.add("E0305", keep.span, message);
        }
        match word {
            None | Some(BalancerWord::RoundRobin) => Balancer::RoundRobin,
            Some(BalancerWord::Random) => Balancer::Random,
            Some(BalancerWord::LeastRequests) => Balancer::LeastRequests,
            Some(BalancerWord::Sticky) => {
                if let (Some(setting), Some(_)) = (&document.balancer, &document.mesh) {
                    let message = "a mesh's proxies choose a pod for each request: `sticky` and `mesh` \
                                   exclude each other";
                    self.problems.add("E0305", setting.span, message);
                }
                let keep = document.keep_alive.as_ref();
                let users = keep.and_then(|keep| keep.users.as_ref());
                let callers = keep.and_then(|keep| keep.callers.as_ref());
                let requests = keep.and_then(|keep| keep.requests.as_ref());
                let idle = keep.and_then(|keep| keep.idle.as_ref());
                let usual = KeepAlive::default();
                Balancer::Sticky(KeepAlive {
                    users: users.map_or(usual.users, |count| self.pick(count).u32()),
                    callers: callers.map_or(usual.callers, |count| self.pick(count).u32()),
                    requests: requests.map_or(usual.requests, |count| self.pick(count).u32()),
                    idle: idle.map_or(usual.idle, |time| self.pick(time).span()),
                })
            }
        }
    }

    /// Resolves a time of which zero stands for none.
    fn limit(&self, setting: Option<&Setting<Duration>>) -> Option<Length> {
        setting.map(|time| self.pick(time).span()).filter(|time| *time > Length::ZERO)
    }

    /// Resolves the mesh in front of a service.
    pub(super) fn mesh(&mut self, service: Id, document: &MeshDoc) {
        let timeout = self.limit(document.timeout.as_ref());
        // Envoy ignores a per-try timeout that is not below that of the whole request.
        let per_try_timeout = self
            .limit(document.per_try_timeout.as_ref())
            .filter(|tried| timeout.is_none_or(|whole| *tried < whole));
        let connections = document.max_connections.as_ref().map(|count| self.pick(count).u32());
        let pending = document.max_pending.as_ref().map(|count| self.pick(count).u32());
        if let (None, Some(pending)) = (&document.max_connections, &document.max_pending) {
            let message = "`max_pending` has no effect without `max_connections`";
            self.problems.add("E0305", pending.span, message);
        }
        let outlier = document.outlier.as_ref().map(|outlier| self.outlier(outlier));
        let rate_limit = document.rate_limit.as_ref().map(|limit| {
            let per_s = self.pick(&limit.per_s).0;
            if !(1e-3..=1e7).contains(&per_s) {
                let message = format!("`per_s` is {per_s}; it must be from 0.001 to 10,000,000");
                self.problems.add("E0107", limit.per_s.span, message);
            }
            let per_s = per_s.clamp(1e-3, 1e7);
            let burst = limit.burst.as_ref().map(|burst| self.pick(burst).u32());
            RateLimit { per_s, burst: burst.unwrap_or(per_s.ceil() as u32) }
        });
        self.spec.meshes.push(Mesh {
            service,
            timeout,
            per_try_timeout,
            retries: document.retries.as_ref().map_or(0, |count| self.pick(count).u32()),
            retry_on: retry_on(&document.retry_on),
            back_off: document.back_off.as_ref().map_or(BACK_OFF, |time| self.pick(time).span()),
            budget: document
                .retry_budget
                .as_ref()
                .map(|share| Budget { share: self.pick(share).0, ..Budget::default() }),
            limits: connections
                .map(|connections| Limits { connections, pending: pending.unwrap_or(UNLIMITED) }),
            outlier,
            rate_limit,
            hedge: document.hedge.as_ref().map(|hedge| Hedge {
                after: self.pick(&hedge.after).span(),
                cancel: hedge.cancel.as_ref().is_some_and(|flag| self.pick(flag).0),
            }),
        });
    }

    fn outlier(&mut self, document: &OutlierDoc) -> Rules {
        let share = |share: f64| (share * 100.0).round() as u32;
        let rules = Rules::istio();
        let sweep = document.interval.as_ref().map_or(rules.sweep, |time| self.pick(time).span());
        if let Some(interval) = document.interval.as_ref().filter(|_| sweep == Length::ZERO) {
            self.problems.add("E0107", interval.span, "`interval` must be longer than nothing");
        }
        let failures = document.consecutive_errors.as_ref();
        let most = document.max_ejected.as_ref();
        let least = document.min_healthy.as_ref();
        let ejection = document.ejection.as_ref();
        let ejection = ejection.map_or(rules.ejection, |time| self.pick(time).span());
        Rules {
            failures: failures.map_or(rules.failures, |count| self.pick(count).u32()),
            sweep: sweep.max(Length(1)),
            ejection,
            longest: rules.longest.max(ejection),
            most: most.map_or(rules.most, |most| share(self.pick(most).0)),
            panic: least.map_or(rules.panic, |least| share(self.pick(least).0)),
            one_always: false,
        }
    }

    /// Resolves the indexes.
    pub(super) fn indexes(&mut self) {
        for (name, document) in self.system.indexes.iter() {
            let sweep = self.pick(&document.sweep).span();
            if sweep < Length::from_millis(1) {
                self.problems.add("E0107", document.sweep.span, "`sweep` must be at least 1 ms");
            }
            let ttl = self.pick(&document.ttl).span();
            if ttl.0 / sweep.0.max(1) > 100_000 {
                let message = "`ttl` is more than 100,000 times `sweep`";
                self.problems.add("E0107", document.ttl.span, message);
            }
            let fixed = document.fixed.as_ref().map(|count| self.pick(count).0);
            self.spec.indexes.push(Index {
                name: name.value.clone(),
                ttl,
                sweep: sweep.max(Length::from_millis(1)),
                fixed: fixed.filter(|fixed| *fixed > 0),
                copies: 1.0,
                per_s: None,
            });
        }
    }
}

/// Returns the effective settings of a mesh, for the manifest.
pub(super) fn settings(mesh: &Mesh) -> Json {
    json!({
        "timeout_s": mesh.timeout.map(Length::secs),
        "per_try_timeout_s": mesh.per_try_timeout.map(Length::secs),
        "retries": mesh.retries,
        "max_connections": mesh.limits.map(|limits| limits.connections),
        "max_pending": mesh.limits.map(|limits| limits.pending),
        "consecutive_errors": mesh.outlier.map(|rules| rules.failures),
        "max_ejected_percent": mesh.outlier.map(|rules| rules.most),
        "rate_limit_per_s": mesh.rate_limit.map(|limit| limit.per_s),
        "hedge_after_s": mesh.hedge.map(|hedge| hedge.after.secs()),
    })
}

fn retry_on(words: &[RetryOnWord]) -> RetryOn {
    if words.is_empty() {
        return RetryOn::ISTIO;
    }
    let mut on = RetryOn::default();
    for word in words {
        match word {
            RetryOnWord::Errors => on.errors = true,
            // Applications in the model respond with 500; the other codes are the proxy's own.
            RetryOnWord::Gateway | RetryOnWord::Reset => on.reset = true,
            RetryOnWord::Connect => on.connect = true,
            RetryOnWord::RefusedStream | RetryOnWord::Unavailable => {}
        }
    }
    on
}

impl Program<'_, '_> {
    pub(super) fn insert(&mut self, document: &InsertDoc) {
        let indexes = &self.compiler.system.indexes;
        if let Some(index) = self.compiler.index(indexes, &document.index, "index") {
            let entries = document.entries.map_or(1, Count::u32);
            self.emit(Op::Insert { index: index as Id, entries });
        }
    }

    /// Compiles a scan: fetches all entries, transfers them, processes them.
    pub(super) fn scan(&mut self, document: &ScanDoc, place: &str) {
        let indexes = &self.compiler.system.indexes;
        let Some(index) = self.compiler.index(indexes, &document.index, "index") else { return };
        let index = index as Id;
        if let Some(server) = &document.server {
            let law = self.compiler.unit("cache_application");
            self.cpu(&law, &format!("{place}/application"));
            let time = self
                .thousand(document.command.as_ref(), place)
                .unwrap_or_else(|| self.compiler.sampler(&Dist::Constant(0.0)));
            if let Some((first, shards)) = self.compiler.cache(server) {
                let draw = draw(&format!("{place}/command"));
                let cache = first + shard_of(&document.index.text, shards);
                self.emit(Op::CacheOfIndex { index, cache, time, draw });
            }
        } else if document.command.is_some() {
            let message = "`command` is the time of a `server`, which is missing";
            self.compiler.problems.add("E0102", document.span, message);
        }
        if let Some(time) = self.thousand(document.transfer.as_ref(), place) {
            self.emit(Op::DelayOfIndex { index, time, draw: draw(&format!("{place}/transfer")) });
        }
        if let Some(time) = self.thousand(document.cpu.as_ref(), place) {
            self.emit(Op::CpuOfIndex { index, time, draw: draw(&format!("{place}/cpu")) });
        }
    }

    /// Returns the sampler of a time for a thousand entries; `None` for no time.
    fn thousand(&mut self, time: Option<&Time>, place: &str) -> Option<Id> {
        let law = self.compiler.law_of_step(time?, place);
        (law.mean() > 0.0).then(|| self.compiler.sampler(&law.scaled(THOUSAND)))
    }
}

/// Returns the shard of a Redis cluster on which a key lies: CRC-16 (XMODEM) of its name modulo
/// 16,384 slots, of which each shard has an equal contiguous range. The name of an index represents
/// that of its key.
fn shard_of(key: &str, shards: u32) -> Id {
    /// Hash slots of a cluster (Redis cluster specification, key distribution model).
    const SLOTS: u32 = 16_384;
    let crc = key.bytes().fold(0_u16, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    });
    u32::from(crc) % SLOTS * shards / SLOTS
}

#[cfg(test)]
mod tests {
    use super::shard_of;

    /// The check value of CRC-16/XMODEM is 0x31C3 for "123456789" (Redis cluster specification, appendix
    /// A): slot 12,739 of 16,384, the fourth of four quarters and the eighth of ten tenths.
    #[test]
    fn keys_lie_where_redis_puts_them() {
        assert_eq!(shard_of("123456789", 16_384), 0x31C3);
        assert_eq!([1, 4, 10].map(|shards| shard_of("123456789", shards)), [0, 3, 7]);
    }
}
