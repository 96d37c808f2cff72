//! Mapping from slots of the event list to events.

use crate::engine::Slot;

/// Closed set of events: the meaning of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Mark,
    Arrival,
    Source(u32),
    Cpu(u32),
    PoolDeadline(u32),
    PoolAdder(u32),
    PoolHousekeeping(u32),
    Pod(u32),
    Rebalance(u32),
    Timeline,
    Scrape,
    Scaler(u32),
    Rollout(u32),
    Credits,
    Scan,
    Nodes,
    Proxy(u32),
    Thread(u32),
    Request(u32),
    User(u32),
    Patience(u32),
}

/// First slot of each kind of event.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Slots {
    pub(super) cpus: Slot,
    pub(super) pools: Slot,
    pub(super) pods: Slot,
    pub(super) groups: Slot,
    pub(super) scalers: Slot,
    pub(super) services: Slot,
    pub(super) threads: Slot,
    pub(super) proxies: Slot,
    pub(super) dynamic: Slot,
}

pub(super) const SLOT_MARK: Slot = 0;
pub(super) const SLOT_ARRIVAL: Slot = 1;
pub(super) const SLOT_TIMELINE: Slot = 2;
pub(super) const SLOT_SCRAPE: Slot = 3;
pub(super) const SLOT_CREDITS: Slot = 4;
pub(super) const SLOT_SCAN: Slot = 5;
pub(super) const SLOT_NODES: Slot = 6;
pub(super) const SLOT_SOURCES: Slot = 7;

impl Slots {
    /// Allocates slots from `first` on, by the number of each kind, in the order of the fields.
    pub(super) fn after(first: Slot, counts: [usize; 8]) -> Slots {
        let mut next = first;
        let [cpus, pools, pods, groups, scalers, services, threads, proxies] =
            counts.map(|count| {
                let begin = next;
                next += count as Slot;
                begin
            });
        Slots { cpus, pools, pods, groups, scalers, services, threads, proxies, dynamic: next }
    }

    #[inline]
    pub(super) fn event(self, slot: Slot) -> Event {
        if slot >= self.dynamic {
            let (number, kind) = ((slot - self.dynamic) / 3, (slot - self.dynamic) % 3);
            return match kind {
                0 => Event::Request(number),
                1 => Event::User(number),
                _ => Event::Patience(number),
            };
        }
        // The frequent kinds are tested first.
        if (self.cpus..self.pools).contains(&slot) {
            return Event::Cpu(slot - self.cpus);
        }
        if slot == SLOT_ARRIVAL {
            return Event::Arrival;
        }
        if slot >= self.proxies {
            return Event::Proxy(slot - self.proxies);
        }
        if slot >= self.threads {
            return Event::Thread(slot - self.threads);
        }
        if slot >= self.services {
            return Event::Rollout(slot - self.services);
        }
        if slot >= self.scalers {
            return Event::Scaler(slot - self.scalers);
        }
        if slot >= self.groups {
            return Event::Rebalance(slot - self.groups);
        }
        if slot >= self.pods {
            return Event::Pod(slot - self.pods);
        }
        if slot >= self.pools {
            let (number, kind) = ((slot - self.pools) / 3, (slot - self.pools) % 3);
            return match kind {
                0 => Event::PoolDeadline(number),
                1 => Event::PoolAdder(number),
                _ => Event::PoolHousekeeping(number),
            };
        }
        match slot {
            SLOT_MARK => Event::Mark,
            SLOT_TIMELINE => Event::Timeline,
            SLOT_SCRAPE => Event::Scrape,
            SLOT_CREDITS => Event::Credits,
            SLOT_SCAN => Event::Scan,
            SLOT_NODES => Event::Nodes,
            _ => Event::Source(slot - SLOT_SOURCES),
        }
    }

    pub(super) fn request(self, id: u32) -> Slot {
        self.dynamic + 3 * id
    }

    pub(super) fn user(self, id: u32) -> Slot {
        self.dynamic + 3 * id + 1
    }

    pub(super) fn patience(self, id: u32) -> Slot {
        self.dynamic + 3 * id + 2
    }

    pub(super) fn pool_deadline(self, pool: u32) -> Slot {
        self.pools + 3 * pool
    }

    pub(super) fn pool_adder(self, pool: u32) -> Slot {
        self.pools + 3 * pool + 1
    }

    pub(super) fn pool_housekeeping(self, pool: u32) -> Slot {
        self.pools + 3 * pool + 2
    }
}
