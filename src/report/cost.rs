//! Monthly cost of each variant: as described, and as it ran during the day.

use super::number;
use super::words::{Lang, Word, say};
use crate::stats::Estimate;
use crate::study::result::{CostItem, StudyResult, VariantResult};

/// Number of items shown by name; the others are added up.
const SHOWN: usize = 12;

/// Total cost of several items.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sum {
    /// Cost as described \[USD/month\].
    pub(crate) described: f64,
    /// Cost of a month of days like the simulated one, surcharges included; `None` where no day was
    /// run. Half-widths are added, so that the interval is never too narrow.
    pub(crate) ran: Option<Estimate>,
    /// Surcharges included in it.
    pub(crate) surcharge: Option<Estimate>,
    /// Number of items without a price.
    pub(crate) unpriced: usize,
}

fn plus(a: Estimate, b: Estimate) -> Estimate {
    Estimate::interval(a.mean + b.mean, a.low + b.low, a.high + b.high, a.n.min(b.n))
}

/// Sums the items.
pub(crate) fn sum<'a>(items: impl Iterator<Item = &'a CostItem>) -> Sum {
    let mut sum = Sum::default();
    // Fixed prices are known exactly, and so is an empty sum.
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

/// Returns the total cost of a variant; `None` where nothing is known of it.
pub(crate) fn total(variant: &VariantResult) -> Option<Sum> {
    let sum = sum(variant.cost.iter());
    (sum.described > 0.0).then_some(sum)
}

/// Formats a sum in at most three parts: as described, as it ran, and its surcharges.
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

/// Formats in whole dollars where the interval is narrower than one. The interval of two days is
/// 12.7 standard errors to each side and says nothing; their number does.
fn usd(of: &Estimate) -> String {
    match number::half_width(of) {
        Some(half) if half >= 0.5 && !number::few(of) => number::estimate(of),
        _ => number::fixed(of.mean, 0),
    }
}

/// Whether both amounts would be written alike, so that one suffices.
fn alike(ran: &Estimate, described: f64) -> bool {
    (ran.mean - described).abs() < 0.5
}

/// Returns a line for each variant, for the terminal.
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

/// A billed item and its cost.
pub(crate) struct CostRow {
    /// Name of the item.
    pub(crate) part: String,
    /// Lines of text for each variant that has a price; `None` where the variant has no such item.
    pub(crate) cells: Vec<Option<Vec<String>>>,
}

/// Returns the rows of the table: items by falling price, then all others together, then the sum.
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
