//! Audit of a system, a plan and the numbers of a document by coded rules, in milliseconds: nothing
//! is simulated here.
//!
//! A rule is a small piece of code behind [`Rule`]. It examines a [`View`], the system of one
//! variant with the location of every setting, and reports findings with their consequences in
//! numbers. No rule knows a particular system. `plimsoll explain CODE` prints the text in
//! [`About`], from which `docs/rules.md` is made too.

mod arithmetic;
mod capacity;
mod cost;
mod deadlines;
mod effect;
mod figures;
mod found;
mod hazards;
mod kafka;
mod limits;
mod money;
mod view;
mod work;
pub mod workshop;

use crate::scenario::problem::SourceSpan;
use crate::scenario::{Documents, Loaded};
use crate::study::claims::ClaimMetric;

pub use self::cost::{Bill, Item, bills, price};
pub use self::figures::{Dollars, Figure, Seconds, Share, TimeUnit};
pub use self::found::{
    Arithmetic, Capacity, EditName, Filled, Floor, Found, Hazard, Kafka, Limit, Load, Money,
    Period, Pinned, PoolShare, Rate, Setting, Surplus, When, Who,
};
pub use self::view::View;

/// Severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A contradiction of a hard limit: the system cannot work as described.
    Error,
    /// A setting without the intended effect, or a failure under foreseeable circumstances.
    Warning,
    /// A remark.
    Note,
}

impl Severity {
    /// Returns the severity of a code, given by its first letter.
    pub fn of(code: &str) -> Severity {
        match code.as_bytes().first() {
            Some(b'E') => Severity::Error,
            Some(b'W') => Severity::Warning,
            _ => Severity::Note,
        }
    }

    /// Returns the word for the severity.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Description of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Diagnostic code, `E1…`, `W1…` or `N1…`; the first letter is the severity.
    pub code: &'static str,
    /// Title, in a few words.
    pub title: &'static str,
    /// Cause of the problem.
    pub cause: &'static str,
    /// Consequence of the problem.
    pub consequence: &'static str,
    /// Remedy.
    pub remedy: &'static str,
    /// Reference that describes the mechanism.
    pub source: &'static str,
}

/// A rule of the audit.
pub trait Rule: Sync {
    /// Returns code, title and explanation.
    fn about(&self) -> &About;
    /// Examines one variant.
    fn check(&self, view: &View<'_>, found: &mut Findings<'_>);
}

/// A rule consisting of its description and a function.
struct Coded {
    about: About,
    check: fn(&View<'_>, &mut Findings<'_>),
}

impl Rule for Coded {
    fn about(&self) -> &About {
        &self.about
    }

    fn check(&self, view: &View<'_>, found: &mut Findings<'_>) {
        (self.check)(view, found);
    }
}

/// Returns all rules, by code within each family.
pub fn rules() -> impl Iterator<Item = &'static dyn Rule> {
    let families = [
        effect::RULES,
        limits::RULES,
        capacity::RULES,
        kafka::RULES,
        hazards::RULES,
        arithmetic::RULES,
        money::RULES,
    ];
    families.into_iter().flatten().map(|rule| rule as &dyn Rule)
}

/// Returns the description of the rule with this code.
pub fn explain(code: &str) -> Option<&'static About> {
    rules().map(Rule::about).find(|about| about.code.eq_ignore_ascii_case(code))
}

/// A finding of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code of the rule.
    pub code: &'static str,
    /// Severity of the finding.
    pub severity: Severity,
    /// Data of the finding and its consequence.
    pub found: Found,
    /// Path of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Names of the variants concerned; empty where the finding does not depend on them.
    pub variants: Vec<String>,
}

/// Collector of findings.
pub struct Findings<'a> {
    documents: &'a Documents,
    rule: &'static About,
    variant: &'a str,
    list: Vec<Finding>,
}

impl Findings<'_> {
    /// Adds a finding that does not depend on the variant.
    pub(crate) fn once(&mut self, span: SourceSpan, found: impl Into<Found>) {
        self.add(span, found);
        if let Some(last) = self.list.last_mut() {
            last.variants.clear();
        }
    }

    /// Adds a finding. Equal findings at the same location in several variants are merged.
    pub(crate) fn add(&mut self, span: SourceSpan, found: impl Into<Found>) {
        let found = found.into();
        let (file, line, column) = self.documents.place(span);
        let variant = self.variant.to_owned();
        let known = self.list.iter_mut().find(|other| {
            other.code == self.rule.code
                && other.found == found
                && (other.line, other.column) == (line, column)
                && other.file == file
        });
        if let Some(known) = known {
            if !known.variants.contains(&variant) {
                known.variants.push(variant);
            }
            return;
        }
        self.list.push(Finding {
            code: self.rule.code,
            severity: Severity::of(self.rule.code),
            found,
            file,
            line,
            column,
            variants: vec![variant],
        });
    }
}

/// Result of an audit.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// Findings, the most severe first, then by code and location.
    pub findings: Vec<Finding>,
    /// Bill of each variant.
    pub bills: Vec<Bill>,
}

impl Audit {
    /// Whether there is an error in the last variant: as in studies, the variants before it serve
    /// for comparison.
    pub fn failed(&self) -> bool {
        let last = self.bills.last().map(|bill| &bill.variant);
        self.findings.iter().any(|finding| {
            let concerns = |last| finding.variants.contains(last);
            let concerned = finding.variants.is_empty() || last.is_some_and(concerns);
            finding.severity == Severity::Error && concerned
        })
    }
}

/// Adds monthly costs to a study's claims: those of the whole variant, or of the part to which a
/// claim refers. Where an item has no price, nothing is added. Items common to both sides of a
/// difference cancel, priced or not.
pub fn price_claims(loaded: &mut Loaded) {
    let costs = |metric| metric == ClaimMetric::MonthlyCost;
    if !loaded.study.claims.iter().any(|claim| costs(claim.metric)) {
        return;
    }
    let bills = bills(loaded, 0..loaded.documents.variants.len());
    let names: Vec<String> = loaded.study.variants.iter().map(|one| one.name.clone()).collect();
    let bill = |variant: usize| bills.iter().find(|bill| Some(&bill.variant) == names.get(variant));
    for claim in loaded.study.claims.iter_mut().filter(|claim| costs(claim.metric)) {
        let (Some(own), base) = (bill(claim.variant), claim.against.and_then(&bill)) else {
            continue;
        };
        let priced = cost::priced(own, base, claim.of.as_deref(), claim.difference);
        claim.known = priced.monthly;
        claim.because = Some(priced.because);
    }
}

/// Audits all variants.
pub fn audit(loaded: &Loaded) -> Audit {
    audit_of(loaded, 0..loaded.documents.variants.len())
}

/// Audits these variants.
pub fn audit_of(loaded: &Loaded, which: impl IntoIterator<Item = usize>) -> Audit {
    let (study, documents) = (&loaded.study, &loaded.documents);
    let mut list = Vec::new();
    let mut bills = Vec::new();
    for index in which {
        let Some(view) = View::new(study, documents, index) else { continue };
        for rule in rules() {
            let mut found = Findings {
                documents,
                rule: rule.about(),
                variant: view.name,
                list: std::mem::take(&mut list),
            };
            rule.check(&view, &mut found);
            list = found.list;
        }
        bills.push(cost::bill(&view));
    }
    let all = documents.variants.len();
    for finding in list.iter_mut().filter(|finding| finding.variants.len() == all) {
        finding.variants.clear();
    }
    list.sort_by(|a, b| {
        let key =
            |finding: &Finding| (finding.severity, finding.code, finding.line, finding.column);
        key(a).cmp(&key(b)).then_with(|| a.file.cmp(&b.file))
    });
    Audit { findings: list, bills }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_complete() {
        let mut codes: Vec<&str> = rules().map(|rule| &rule.about().code[1..]).collect();
        assert!(codes.len() >= 45, "{}", codes.len());
        assert!(codes.is_sorted(), "{codes:?}");
        codes.dedup();
        assert_eq!(codes.len(), rules().count());
        for about in rules().map(Rule::about) {
            let texts = [about.title, about.cause, about.consequence, about.remedy, about.source];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", about.code);
        }
    }
}
