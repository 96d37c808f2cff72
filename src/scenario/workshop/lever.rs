//! Levers: settings that increase a resource's capacity, and their new values.

use crate::model::spec::{Id, Op, Resource, Spec};
use crate::scenario::decode::{Map, Setting};
use crate::scenario::document::{DatabaseItem, ServiceDoc, View};
use crate::scenario::documents::{Documents, VariantInput};
use crate::study::workshop::{Lifted, NoLever};

/// Hours of a month, as in quoted prices.
const HOURS: f64 = 730.0;

/// Search for settings that lift one resource of a variant by a factor.
pub(super) struct Lever<'a> {
    pub(super) documents: &'a Documents,
    pub(super) input: &'a VariantInput,
    pub(super) spec: &'a Spec,
    pub(super) factor: f64,
}

/// Returns a setting with its current and new value, not priced.
fn lifted(setting: String, from: &dyn ToString, to: &dyn ToString) -> Lifted {
    let (from, to) = (from.to_string(), to.to_string());
    Lifted { setting: Some(setting), from, to, monthly_usd: None, note: None }
}

impl Lever<'_> {
    /// Returns the settings, with their values before and after.
    ///
    /// # Errors
    /// When no setting lifts the resource.
    pub(super) fn lift(&self, resource: Resource) -> Result<Vec<Lifted>, NoLever> {
        match resource {
            Resource::Cpu(service) => Ok(self.pods(service)),
            Resource::Threads(service) => {
                let service = &self.spec.services[service as usize];
                let from = service.threads.maximum;
                let path = format!("services.{}.threads", service.name);
                Ok(vec![lifted(path, &from, &self.more(from))])
            }
            Resource::Pool(service, pool) => {
                let service = &self.spec.services[service as usize];
                let pool = &service.pools[pool as usize];
                let path = format!("services.{}.pools.{}.maximum", service.name, pool.name);
                Ok(vec![lifted(path, &pool.maximum, &self.more(pool.maximum))])
            }
            Resource::DatabaseCpu(database) => self.cores(database),
            Resource::DatabaseIo(database) => self.storage(database),
            Resource::DatabaseConnections(database) => self.connections(database),
            Resource::Listener(listener) => Ok(self.consumers(listener)),
            Resource::Cache(cache) => self.shards(cache),
            Resource::Proxy(_, service) => Ok(self.proxies(service)),
            Resource::Node(node) => Ok(self.nodes(node)),
            Resource::Lock(_) => Err(NoLever::Lock),
        }
    }

    fn more(&self, count: u32) -> u32 {
        // Rounding errors must not add one: 3 × 1.0000000001 is 3.
        let wanted = (f64::from(count) * self.factor - 1e-6).ceil();
        wanted.min(1e6).max(f64::from(count) + 1.0) as u32
    }

    fn service(&self, id: Id) -> Option<&ServiceDoc> {
        self.input.system.services.get(&self.spec.services[id as usize].name)
    }

    /// Adds shards, unless the work concerns a single key.
    fn shards(&self, cache: Id) -> Result<Vec<Lifted>, NoLever> {
        let of = &self.spec.caches[cache as usize];
        let one_key = |op: &Op| matches!(op, Op::CacheOfIndex { cache: on, .. } if *on == cache);
        if self.spec.ops.iter().any(one_key) {
            return Err(NoLever::OneKey);
        }
        let (name, document) =
            self.input.system.caches.iter().nth(of.of as usize).ok_or(NoLever::Unknown)?;
        if document.shards.is_none() {
            return Err(NoLever::OneServer);
        }
        let path = format!("caches.{}.shards", name.value);
        Ok(vec![lifted(path, &of.shards, &self.more(of.shards))])
    }

    fn proxies(&self, id: Id) -> Vec<Lifted> {
        let name = &self.spec.services[id as usize].name;
        let mesh = self.service(id).and_then(|service| service.mesh.as_ref());
        let setting = mesh.and_then(|mesh| mesh.max_connections.as_ref());
        let from = setting.map_or(1, |setting| self.pick(setting).u32());
        vec![lifted(format!("services.{name}.mesh.max_connections"), &from, &self.more(from))]
    }

    /// Adds nodes to the group of a node: its pods are spread over them.
    fn nodes(&self, node: Id) -> Vec<Lifted> {
        let Some(cluster) = &self.spec.cluster else { return Vec::new() };
        let group = cluster.first[node as usize].group as usize;
        let from = cluster.groups[group].nodes;
        vec![self.node_count(&cluster.groups[group].name, from, self.more(from))]
    }

    fn node_count(&self, name: &str, from: u32, to: u32) -> Lifted {
        let hourly = || {
            let group = self.input.system.node_groups.get(name)?;
            let instance = self.pick(&group.instance);
            let item = self.documents.catalog.instances.get(&instance.text)?;
            item.hourly.get(self.documents.region.as_ref()?).map(|hourly| hourly.0 * HOURS)
        };
        let monthly_usd = hourly().map(|each| each * f64::from(to - from));
        Lifted { monthly_usd, ..lifted(format!("node_groups.{name}.desired"), &from, &to) }
    }

    /// Adds the nodes that `more` pods of a service need, in the group that has most.
    fn room_for(&self, id: Id, more: u32) -> Option<Lifted> {
        /// Largest number of nodes tried.
        const MOST: u32 = 200;
        let mut spec = self.spec.clone();
        spec.services[id as usize].lifecycle.pending += more;
        let mut wanted = spec.clone();
        let unplaced =
            |of: &[crate::model::Unplaced]| -> u32 { of.iter().map(|one| one.pods).sum() };
        let groups = &spec.cluster.as_ref()?.groups;
        let own = spec.services[id as usize].lifecycle.group;
        let largest = (0..groups.len())
            .filter(|group| own.is_none_or(|own| own as usize == *group))
            .max_by_key(|group| (groups[*group].nodes, std::cmp::Reverse(*group)))?;
        let from = groups[largest].nodes;
        let pending: u32 = self.spec.services.iter().map(|service| service.lifecycle.pending).sum();
        let found = crate::model::settle(&mut wanted);
        if unplaced(&found) <= pending {
            return None;
        }
        let to = (from + 1..=from + MOST).find(|nodes| {
            let mut wanted = spec.clone();
            if let Some(cluster) = &mut wanted.cluster {
                cluster.groups[largest].nodes = *nodes;
            }
            let found = crate::model::settle(&mut wanted);
            unplaced(&found) <= pending
        })?;
        Some(self.node_count(&groups[largest].name, from, to))
    }

    /// Adds pods, and the nodes on which they fit.
    fn pods(&self, id: Id) -> Vec<Lifted> {
        let from = self.spec.services[id as usize].pods;
        let mut all = self.replicas(id);
        all.extend(self.room_for(id, self.more(from) - from));
        all
    }

    fn replicas(&self, id: Id) -> Vec<Lifted> {
        let service = &self.spec.services[id as usize];
        let (name, from, to) = (&service.name, service.pods, self.more(service.pods));
        let Some(autoscaling) = self.service(id).and_then(|service| service.autoscaling.as_ref())
        else {
            return vec![lifted(format!("services.{name}.replicas"), &from, &to)];
        };
        // The minimum rules at a steady load that nothing scales; the maximum must not lie below
        // it.
        let minimum = self.pick(&autoscaling.min).u32();
        let mut all = vec![lifted(
            format!("services.{name}.autoscaling.min"),
            &minimum,
            &to.max(minimum + 1),
        )];
        if let Some(most) = &autoscaling.max
            && self.pick(most).u32() < to
        {
            let path = format!("services.{name}.autoscaling.max");
            all.push(lifted(path, &self.pick(most).u32(), &to));
        }
        all
    }

    fn pick<T: Clone>(&self, setting: &Setting<T>) -> T {
        match self.input.view {
            View::Written => setting.written.clone(),
            View::Effective => setting.runs.clone(),
        }
    }

    /// Returns the name of the database's class and its catalogue item.
    fn class(&self, id: Id) -> Option<(String, &DatabaseItem)> {
        let name = &self.spec.databases[id as usize].name;
        let class = self.pick(self.input.system.databases.get(name)?.class.as_ref()?);
        Some((class.text.clone(), self.documents.catalog.database_classes.get(&class.text)?))
    }

    fn monthly(&self, item: &DatabaseItem) -> Option<f64> {
        let region = self.documents.region.as_ref()?;
        item.hourly.get(region).map(|hourly| hourly.0 * HOURS)
    }

    /// Returns the smallest class of the catalogue that has what is wanted and nothing less than
    /// before: the cheapest of those with a price, else the first in the catalogue.
    fn larger(
        &self,
        id: Id,
        enough: impl Fn(&DatabaseItem) -> bool,
        size: impl Fn(&DatabaseItem) -> f64,
    ) -> Option<Lifted> {
        let (class, now) = self.class(id)?;
        let accepted = |item: &DatabaseItem| item.max_connections.map_or(u64::MAX, |count| count.0);
        let classes: &Map<DatabaseItem> = &self.documents.catalog.database_classes;
        let (name, item) = classes
            .iter()
            .filter(|(_, item)| {
                enough(item) && item.vcpu.0 >= now.vcpu.0 && accepted(item) >= accepted(now)
            })
            .min_by(|(_, a), (_, b)| {
                let price = |item| self.monthly(item).unwrap_or(f64::INFINITY);
                size(a).total_cmp(&size(b)).then(price(a).total_cmp(&price(b)))
            })?;
        let path = format!("databases.{}.class", self.spec.databases[id as usize].name);
        let monthly_usd = self.monthly(item).zip(self.monthly(now)).map(|(to, from)| to - from);
        Some(Lifted { monthly_usd, ..lifted(path, &class, &name.value) })
    }

    fn cores(&self, id: Id) -> Result<Vec<Lifted>, NoLever> {
        let database = &self.spec.databases[id as usize];
        let (name, wanted) = (&database.name, database.cores * self.factor);
        let document = self.input.system.databases.get(name);
        if document.is_some_and(|document| document.class.is_some() && document.cpu.is_none()) {
            let found = self.larger(id, |item| item.vcpu.0 >= wanted - 1e-6, |item| item.vcpu.0);
            return found.map(|one| vec![one]).ok_or(NoLever::NoClass(wanted.ceil()));
        }
        let to = wanted.ceil().max(database.cores + 1.0);
        Ok(vec![lifted(format!("databases.{name}.cpu"), &database.cores, &to)])
    }

    fn storage(&self, id: Id) -> Result<Vec<Lifted>, NoLever> {
        let database = &self.spec.databases[id as usize];
        let name = &database.name;
        let Some(iops) = database.iops else {
            return Err(NoLever::UnlimitedStorage);
        };
        let wanted = (iops * self.factor).ceil();
        let document = self.input.system.databases.get(name);
        let storage = document
            .filter(|document| document.iops.is_none())
            .and_then(|document| document.storage.as_ref());
        if let Some(storage) = storage {
            let kind = self.pick(&storage.r#type);
            let item = self.documents.catalog.storage_types.get(&kind.text);
            if let Some(per_gib) = item.and_then(|item| item.iops_per_gib) {
                // Above the burst rate, the IOPS of a volume depend on its size.
                let (from, to) = (self.pick(&storage.size).gib(), (wanted / per_gib.0).ceil());
                let path = format!("databases.{name}.storage.size");
                let to = to.max(from.ceil());
                return Ok(vec![lifted(path, &format!("{from}GiB"), &format!("{to}GiB"))]);
            }
        }
        Ok(vec![lifted(format!("databases.{name}.iops"), &iops, &wanted)])
    }

    fn connections(&self, id: Id) -> Result<Vec<Lifted>, NoLever> {
        let database = &self.spec.databases[id as usize];
        let Some(accepted) = database.max_connections else {
            return Err(NoLever::UnlimitedConnections);
        };
        let (name, reserved) = (&database.name, database.reserved);
        let (accepted, wanted) = (accepted + reserved, self.more(accepted) + reserved);
        let document = self.input.system.databases.get(name);
        let by_class = document.is_some_and(|document| document.max_connections.is_none());
        let accepts = |item: &DatabaseItem| item.max_connections.map_or(0, |count| count.0);
        let larger = |item: &DatabaseItem| accepts(item) >= u64::from(wanted);
        let found = self.larger(id, larger, |item| accepts(item) as f64).filter(|_| by_class);
        let by_hand = || lifted(format!("databases.{name}.max_connections"), &accepted, &wanted);
        Ok(vec![found.unwrap_or_else(by_hand)])
    }

    /// Adds as many threads as the load needs, and as many partitions for each: a thread with more
    /// would fall behind first.
    fn consumers(&self, id: Id) -> Vec<Lifted> {
        let listener = &self.spec.listeners[id as usize];
        let service = &self.spec.services[listener.service as usize];
        let topic = &self.spec.topics[listener.topic as usize];
        let (pods, partitions) = (service.pods.max(1), self.spec.partitions(id).max(1));
        let threads = (pods * listener.concurrency).min(partitions).max(1);
        // The fullest thread decides.
        let worth = f64::from(partitions) / f64::from(partitions.div_ceil(threads));
        let wanted = (worth * self.factor - 1e-6).ceil().max(worth + 1.0) as u32;
        let concurrency = wanted.div_ceil(pods).max(listener.concurrency);
        let threads = pods * concurrency;
        let even = partitions.max(wanted).next_multiple_of(threads);
        // Fewer threads than partitions share them evenly already where that is enough.
        let to = if partitions >= wanted && partitions <= threads { partitions } else { even };
        let name = listener.name.strip_prefix(&format!("{}.", service.name));
        let name = name.unwrap_or(&listener.name);
        let mut all = Vec::new();
        if concurrency > listener.concurrency {
            let path = format!("services.{}.listeners.{name}.concurrency", service.name);
            all.push(lifted(path, &listener.concurrency, &concurrency));
        }
        if to > topic.partitions {
            let path = format!("topics.{}.partitions", topic.name);
            all.push(lifted(path, &topic.partitions, &to));
        }
        all
    }
}
