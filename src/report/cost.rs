//! What each variant costs in a month: by its description, and as it ran on the day.

use super::number;
use super::words::{Lang, Word, say};
use crate::stats::Estimate;
use crate::study::result::{CostItem, StudyResult, VariantResult};

/// Parts shown by name; the others are added up.
const SHOWN: usize = 12;

/// What some parts cost together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sum {
    /// By the description \[dollars a month\].
    pub(crate) described: f64,
    /// In a month of such days, surcharges included; none where no day was run. The interval is as wide as
    /// those of all parts together, so never too narrow.
    pub(crate) ran: Option<Estimate>,
    /// Of that, surcharges.
    pub(crate) surcharge: Option<Estimate>,
    /// Parts without a price.
    pub(crate) unpriced: usize,
}

fn plus(a: Estimate, b: Estimate) -> Estimate {
    Estimate::interval(a.mean + b.mean, a.low + b.low, a.high + b.high, a.n.min(b.n))
}

/// The sum over these parts.
pub(crate) fn sum<'a>(items: impl Iterator<Item = &'a CostItem>) -> Sum {
    let mut sum = Sum::default();
    // What is paid all month is known exactly, and so are no parts at all.
    let (mut ran, mut metered) = (Estimate::exact(0.0), false);
    for item in items {
        sum.described += item.monthly_usd.unwrap_or(0.0);
        sum.unpriced += usize::from(item.monthly_usd.is_none());
        let described = Estimate::exact(item.monthly_usd.unwrap_or(0.0));
        ran = plus(ran, item.ran_usd.unwrap_or(described));
        if let Some(more) = item.surcharge_usd {
            ran = plus(ran, more);
            sum.surcharge = Some(sum.surcharge.map_or(more, |sum| plus(sum, more)));
        }
        metered |= item.ran_usd.is_some() || item.surcharge_usd.is_some();
    }
    sum.ran = metered.then_some(ran);
    sum
}

/// What a variant costs; none where nothing is known of it.
pub(crate) fn total(variant: &VariantResult) -> Option<Sum> {
    let sum = sum(variant.cost.iter());
    (sum.described > 0.0).then_some(sum)
}

/// The words of a sum, at most three: by the description, as it ran, and what of it is a surcharge.
fn words(sum: &Sum, lang: Lang) -> Vec<String> {
    let mut words = vec![say(lang, Word::CostDescribed, &[&number::fixed(sum.described, 0)])];
    let Some(ran) = sum.ran.filter(|ran| !alike(ran, sum.described)) else { return words };
    let few = if number::few(&ran) { format!(" (n {})", ran.n) } else { String::new() };
    words.push(say(lang, Word::CostRan, &[&usd(&ran), &few]));
    if let Some(surcharge) = sum.surcharge.filter(|surcharge| surcharge.mean >= 0.5) {
        words.push(say(lang, Word::CostSurcharge, &[&usd(&surcharge)]));
    }
    words
}

/// In whole dollars where the interval is narrower than that. The interval of two days is 12.7 standard
/// errors to each side and says nothing; their number does.
fn usd(of: &Estimate) -> String {
    match number::half_width(of) {
        Some(half) if half >= 0.5 && !number::few(of) => number::estimate(of),
        _ => number::fixed(of.mean, 0),
    }
}

/// Whether nobody would write down two numbers.
fn alike(ran: &Estimate, described: f64) -> bool {
    (ran.mean - described).abs() < 0.5
}

/// A line for each variant, for the terminal.
pub(crate) fn lines(result: &StudyResult, lang: Lang) -> Vec<String> {
    let of = |variant: &VariantResult| {
        let sum = total(variant)?;
        let mut words = words(&sum, lang);
        if sum.unpriced > 0 {
            words.push(say(lang, Word::CostUnpriced, &[&sum.unpriced.to_string()]));
        }
        Some(format!("{}: {}", variant.name, words.join("; ")))
    };
    result.variants.iter().filter_map(of).collect()
}

/// A part, and what it costs.
pub(crate) struct CostRow {
    /// The part.
    pub(crate) part: String,
    /// What is said of it, line by line, for each variant that has a price; none where the variant has no
    /// such part.
    pub(crate) cells: Vec<Option<Vec<String>>>,
}

/// The rows of the table: the dearest part first, then all others together, then the sum.
pub(crate) fn rows(result: &StudyResult, lang: Lang) -> Vec<CostRow> {
    let variants: Vec<&VariantResult> =
        result.variants.iter().filter(|variant| total(variant).is_some()).collect();
    let mut parts: Vec<(&str, f64)> = Vec::new();
    for item in variants.iter().flat_map(|variant| &variant.cost) {
        let usd = sum(std::iter::once(item));
        let usd = usd.ran.map_or(usd.described, |ran| ran.mean.max(usd.described));
        match parts.iter_mut().find(|part| part.0 == item.part) {
            Some(part) => part.1 = part.1.max(usd),
            None => parts.push((&item.part, usd)),
        }
    }
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    let shown = if parts.len() > SHOWN + 1 { SHOWN } else { parts.len() };
    let (named, others) = parts.split_at(shown);
    let mut rows: Vec<CostRow> = Vec::new();
    for (part, _) in named {
        let cell = |variant: &&VariantResult| {
            let item = variant.cost.iter().find(|item| item.part == *part)?;
            let mut cell = vec![item.what.clone()];
            match item.monthly_usd {
                Some(_) => cell.extend(words(&sum(std::iter::once(item)), lang)),
                None => cell.push(Word::CostNoPrice.text(lang).to_owned()),
            }
            Some(cell)
        };
        rows.push(CostRow { part: (*part).to_owned(), cells: variants.iter().map(cell).collect() });
    }
    let mut add = |part: String, pick: &dyn Fn(&CostItem) -> bool| {
        let cell = |variant: &&VariantResult| {
            let sum = sum(variant.cost.iter().filter(|item| pick(item)));
            let mut cell = words(&sum, lang);
            if sum.unpriced > 0 {
                cell.push(say(lang, Word::CostUnpriced, &[&sum.unpriced.to_string()]));
            }
            Some(cell)
        };
        rows.push(CostRow { part, cells: variants.iter().map(cell).collect() });
    };
    if !others.is_empty() {
        let name = say(lang, Word::CostOthers, &[&others.len().to_string()]);
        add(name, &|item| others.iter().any(|other| other.0 == item.part));
    }
    add(Word::CostSum.text(lang).to_owned(), &|_| true);
    rows
}
