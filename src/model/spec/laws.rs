//! Laws of infinite variance in a spec, and where they are used.

use super::{Id, Op, Spec};

/// Returns the samplers that a step draws from.
fn times(op: &Op) -> [Option<Id>; 2] {
    match *op {
        Op::Cpu { time, .. }
        | Op::Delay { time, .. }
        | Op::Cache { time, .. }
        | Op::CpuOfIndex { time, .. }
        | Op::DelayOfIndex { time, .. }
        | Op::CacheOfIndex { time, .. } => [Some(time), None],
        Op::Send { after, .. } => [Some(after), None],
        Op::Query { work, .. } => [work, None],
        Op::Acknowledged { leader, follower, .. } => [Some(leader), follower],
        Op::Begin { .. }
        | Op::Finish
        | Op::Insert { .. }
        | Op::Call { .. }
        | Op::Publish { .. }
        | Op::Jump { .. }
        | Op::Hit { .. }
        | Op::Lock { .. }
        | Op::Unlock { .. }
        | Op::End => [None, None],
    }
}

impl Spec {
    /// Returns the names of endpoints, listeners and journeys with a time whose law has infinite
    /// variance, each once. The mean of draws from such a law does not settle: a longer run, or
    /// more runs, bring a larger value that outweighs all earlier ones.
    pub fn heavy_laws(&self) -> Vec<String> {
        let heavy = |time: Id| self.samplers[time as usize].dist().variance().is_none();
        let draws = |entry: u32| {
            let program = self.ops.get(entry as usize..).unwrap_or_default();
            let mut steps = program.iter().take_while(|op| **op != Op::End);
            steps.any(|op| times(op).into_iter().flatten().any(heavy))
        };
        let endpoints = self.endpoints.iter().map(|endpoint| (&endpoint.name, endpoint.entry));
        let listeners = self.listeners.iter().map(|listener| (&listener.name, listener.entry));
        let programs = endpoints.chain(listeners).filter(|(_, entry)| draws(*entry));
        let closed = self.load.closed.and_then(|closed| closed.think).is_some_and(heavy);
        let journeys = self.load.journeys.iter().filter(|journey| {
            closed || journey.visits.iter().any(|visit| visit.think.is_some_and(heavy))
        });
        let mut names: Vec<String> = programs.map(|(name, _)| name.clone()).collect();
        for journey in journeys {
            if !names.contains(&journey.name) {
                names.push(journey.name.clone());
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Endpoint, Journey, Visit};
    use super::*;
    use crate::random::{Dist, Sampler};

    /// Pareto laws of shape 2 or less have infinite variance, and so has a sum with one of them.
    #[test]
    fn laws_without_a_variance_are_found_where_they_are_used() {
        let laws = [
            Dist::Exponential(0.01),
            Dist::Pareto { mean: 0.01, shape: 2.0 },
            Dist::Pareto { mean: 0.01, shape: 2.1 },
            Dist::sum(&[(1, Dist::Constant(1.0)), (2, Dist::Pareto { mean: 0.01, shape: 1.1 })])
                .expect("few enough"),
        ];
        let endpoint = |name: &str, entry| Endpoint { name: name.into(), service: 0, entry };
        let journey = |name: &str, think| Journey {
            name: name.into(),
            weight: 1.0,
            visits: vec![Visit { endpoint: 0, chance: 1.0, think }],
        };
        let mut spec = Spec {
            samplers: laws.into_iter().map(Sampler::new).collect(),
            ops: vec![
                Op::Cpu { time: 0, draw: 0 },
                Op::Delay { time: 2, draw: 0 },
                Op::End,
                Op::Delay { time: 1, draw: 0 },
                Op::End,
                Op::Cpu { time: 3, draw: 0 },
                Op::End,
            ],
            endpoints: vec![endpoint("light", 0), endpoint("heavy", 3), endpoint("sum", 5)],
            ..Spec::default()
        };
        assert_eq!(spec.heavy_laws(), ["heavy", "sum"]);
        spec.load.journeys = vec![journey("quick", None), journey("slow", Some(1))];
        assert_eq!(spec.heavy_laws(), ["heavy", "sum", "slow"]);
    }
}
