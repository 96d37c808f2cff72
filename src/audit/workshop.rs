//! A scenario's workshop extended by the bill and the rules of the audit.

use super::{Audit, Bill, Severity, audit_of, bills};
use crate::model::spec::Resource;
use crate::scenario::Workshop;
use crate::study::setup::{Change, Study};
use crate::study::workshop::{Candidate, Lifted, NoLever, Priced, PricedWorkshop, Refusal};
use crate::study::{StudyError, workshop};

/// A workshop whose scenario is priced and audited each time it is resolved.
#[derive(Clone, Copy, Debug)]
pub struct AuditedWorkshop<'a>(pub &'a Workshop);

impl workshop::Workshop for AuditedWorkshop<'_> {
    fn study(&self, changes: &[Change]) -> Result<Study, StudyError> {
        workshop::Workshop::study(self.0, changes)
    }

    fn lift(
        &self,
        variant: usize,
        changes: &[Change],
        resource: Resource,
        factor: f64,
    ) -> Result<Vec<Lifted>, NoLever> {
        self.0.lift(variant, changes, resource, factor)
    }
}

impl PricedWorkshop for AuditedWorkshop<'_> {
    fn priced(
        &self,
        variant: usize,
        changes: &[Change],
    ) -> Result<(Study, Vec<Priced>), StudyError> {
        let loaded = self.0.resolve(changes)?;
        let bill = priced(bills(&loaded, [variant]));
        Ok((loaded.study, bill))
    }

    fn candidate(&self, variant: usize, changes: &[Change]) -> Result<Candidate, StudyError> {
        let loaded = self.0.resolve(changes)?;
        let Audit { findings, bills, .. } = audit_of(&loaded, [variant]);
        let broken = findings.iter().filter(|finding| finding.severity == Severity::Error);
        let broken = broken.map(|finding| Refusal::Rule {
            code: finding.code.to_owned(),
            found: serde_json::to_value(&finding.found).unwrap_or_default(),
        });
        let broken = broken.collect();
        Ok(Candidate { study: loaded.study, bill: priced(bills), broken })
    }
}

/// Returns the bill of the only variant.
fn priced(mut bills: Vec<Bill>) -> Vec<Priced> {
    let items = bills.pop().map_or_else(Vec::new, |bill| bill.items);
    let priced =
        |item: super::Item| Priced { part: item.part, what: item.what, monthly_usd: item.monthly };
    items.into_iter().map(priced).collect()
}
