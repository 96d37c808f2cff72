//! Judges a system, a plan and the numbers of a document by coded rules, in milliseconds: nothing is
//! simulated here.
//!
//! A rule is one small piece of code behind [`Rule`]. It looks at a [`View`], the system of one variant
//! with the place of every setting, and says what it found with the consequence in numbers. Rules know no
//! system. `plimsoll explain CODE` prints what stands in [`About`], and `docs/rules.md` is made of it.

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

pub use self::cost::{Bill, Item, price};
pub use self::figures::{Dollars, Figure, Seconds, Share, TimeUnit};
pub use self::found::{
    Arithmetic, Capacity, EditName, Filled, Floor, Found, Hazard, Kafka, Limit, Load, Money,
    Period, Pinned, PoolShare, Rate, Setting, Surplus, When, Who,
};
pub use self::view::View;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot be: what is asked contradicts a hard limit.
    Error,
    /// It does not do what it seems to, or fails under circumstances that are to be expected.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// Of a code: its first letter.
    pub fn of(code: &str) -> Severity {
        match code.as_bytes().first() {
            Some(b'E') => Severity::Error,
            Some(b'W') => Severity::Warning,
            _ => Severity::Note,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// `E1…`, `W1…` or `N1…`; the first letter is the severity.
    pub code: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// Why it happens.
    pub cause: &'static str,
    /// What follows from it.
    pub consequence: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Where the mechanism is described.
    pub source: &'static str,
}

/// A rule.
pub trait Rule: Sync {
    /// Its code, title and explanation.
    fn about(&self) -> &About;
    /// Look at one variant.
    fn check(&self, view: &View<'_>, found: &mut Findings<'_>);
}

/// A rule made of its explanation and a function.
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

/// All rules, by code within each family.
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

/// What the rule of this code is about.
pub fn explain(code: &str) -> Option<&'static About> {
    rules().map(Rule::about).find(|about| about.code.eq_ignore_ascii_case(code))
}

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code of the rule.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found and what follows from it.
    pub found: Found,
    /// Path of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Names of the variants in which it was found; empty where it does not depend on them.
    pub variants: Vec<String>,
}

/// Collects what rules find.
pub struct Findings<'a> {
    documents: &'a Documents,
    rule: &'static About,
    variant: &'a str,
    list: Vec<Finding>,
}

impl Findings<'_> {
    /// Something was found that does not depend on the variant.
    pub(crate) fn once(&mut self, span: SourceSpan, found: impl Into<Found>) {
        self.add(span, found);
        if let Some(last) = self.list.last_mut() {
            last.variants.clear();
        }
    }

    /// Something was found. The same at the same place in another variant is one finding.
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

/// What an audit found.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// Findings, the worst first, then by code and place.
    pub findings: Vec<Finding>,
    /// What each variant costs.
    pub bills: Vec<Bill>,
}

impl Audit {
    /// Whether anything was found that cannot be, in the last variant: as with studies, those before it are
    /// what it is compared with.
    pub fn failed(&self) -> bool {
        let last = self.bills.last().map(|bill| &bill.variant);
        self.findings.iter().any(|finding| {
            let concerns = |last| finding.variants.contains(last);
            let concerned = finding.variants.is_empty() || last.is_some_and(concerns);
            finding.severity == Severity::Error && concerned
        })
    }
}

/// Tell a study's claims what their variants cost a month: all of it, or the part that a claim is of. Where
/// some of it has no price nothing is told. What both sides of a difference have cancels, priced or not.
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

/// What these variants cost, without a judgement.
pub fn bills(loaded: &Loaded, which: impl IntoIterator<Item = usize>) -> Vec<Bill> {
    let view = |index| View::new(&loaded.study, &loaded.documents, index);
    which.into_iter().filter_map(view).map(|view| cost::bill(&view)).collect()
}

/// Judge what was read.
pub fn audit(loaded: &Loaded) -> Audit {
    audit_of(loaded, 0..loaded.documents.variants.len())
}

/// Judge these variants of what was read.
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
