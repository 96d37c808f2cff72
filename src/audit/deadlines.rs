//! Deadlines: how long the callers of an endpoint wait.

use super::found::Who;
use super::view::View;
use crate::model::spec::Op;
use crate::model::visit::Links;

/// Time \[s\] after which the first caller has given up, and who that is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Left {
    pub(super) after: f64,
    /// `None` where nobody gives up.
    pub(super) who: Option<Who>,
}

impl Left {
    fn sooner(&mut self, after: f64, who: impl FnOnce() -> Option<Who>) {
        // Of several who give up at the same time the nearest is named; it is looked at last.
        if after <= self.after && after.is_finite() {
            *self = Left { after, who: who() };
        }
    }
}

/// Returns for each endpoint who gives up first of all its callers: users, the mesh, other
/// programs, and whoever called those.
pub(super) fn deadlines(view: &View<'_>) -> Vec<Left> {
    let spec = view.spec;
    let nobody = Left { after: f64::INFINITY, who: None };
    let mut all = vec![nobody.clone(); spec.endpoints.len()];
    let visits = spec.load.journeys.iter().flat_map(|journey| &journey.visits);
    if let Some(patience) = spec.load.patience {
        for visit in visits {
            all[visit.endpoint as usize].sooner(patience.secs(), || Some(Who::Users));
        }
    }
    let order = Links::of(spec).and_then(|links| links.callees_first()).unwrap_or_default();
    for program in order.into_iter().rev() {
        let (name, entry, left) = if let Some(endpoint) = spec.endpoints.get(program) {
            let own = &mut all[program];
            if let Some(ends) = view.mesh_timeout(endpoint.service as usize) {
                own.sooner(ends, || Some(Who::Mesh));
            }
            (&endpoint.name, endpoint.entry, own.clone())
        } else {
            let listener = &spec.listeners[program - spec.endpoints.len()];
            (&listener.name, listener.entry, nobody.clone())
        };
        for op in spec.ops[entry as usize..].iter().take_while(|op| **op != Op::End) {
            let Op::Call { endpoint, timeout, .. } = op else { continue };
            let callee = &mut all[*endpoint as usize];
            callee.sooner(left.after, || left.who.clone());
            if let Some(timeout) = timeout {
                callee.sooner(timeout.secs(), || Some(Who::Program(name.clone())));
            }
        }
    }
    all
}
