//! Tidy tables: one CSV file per kind of record, every estimate as four columns.

mod day;

use std::io;

use super::effect;
use super::words::{Lang, cause, claim};
use crate::plain;
use crate::stats::Estimate;
use crate::study::metric::Metric;
use crate::study::result::{AtLoad, Saturation, StudyResult, Verdict};

/// Names of all tables.
pub(crate) const NAMES: &[&str] = &[
    "variants.csv",
    "targets.csv",
    "curve.csv",
    "day.csv",
    "day_targets.csv",
    "events.csv",
    "stations.csv",
    "stations_by_bin.csv",
    "anatomy.csv",
    "comparisons.csv",
    "alternatives.csv",
    "edits.csv",
    "assumed.csv",
    "theory.csv",
    "claims.csv",
    "cost.csv",
];

/// A table under construction; the first row names the columns.
#[derive(Default)]
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    row: usize,
}

impl Table {
    fn start(&mut self) -> &mut Table {
        self.row = self.rows.len();
        self.rows.push(Vec::new());
        self
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers hand over numbers and fresh text")]
    fn put(&mut self, name: &str, value: impl ToString) -> &mut Table {
        if self.row == 0 {
            self.header.push(name.to_owned());
        }
        self.rows[self.row].push(value.to_string());
        self
    }

    /// Appends the four columns of an estimate; empty where it is missing.
    fn estimate(&mut self, name: &str, estimate: Option<&Estimate>) -> &mut Table {
        let known = estimate.filter(|estimate| estimate.n > 0);
        let text = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        self.put(name, text(known.map(|e| e.mean)))
            .put(&format!("{name}_low"), text(known.map(|e| e.low)))
            .put(&format!("{name}_high"), text(known.map(|e| e.high)))
            .put(
                &format!("{name}_n"),
                match estimate {
                    // Known, not estimated: no number of replications expresses that.
                    Some(estimate) if estimate.is_exact() => "exact".to_owned(),
                    estimate => estimate.map_or(0, |e| e.n).to_string(),
                },
            )
    }

    fn at_load(&mut self, at: Option<&AtLoad>) -> &mut Table {
        self.put("at_rps", at.map(|at| at.rps.to_string()).unwrap_or_default())
            .put("warm_up_s", at.map(|at| at.warm_up.seconds.to_string()).unwrap_or_default())
            .put("batches", at.and_then(|at| at.batches).map_or(String::new(), |n| n.to_string()))
            .estimate("mean_ms", at.map(|at| &at.mean_ms))
            .estimate("p50_ms", at.map(|at| &at.p50_ms))
            .estimate("p95_ms", at.map(|at| &at.p95_ms))
            .estimate("p99_ms", at.map(|at| &at.p99_ms))
            .estimate("error_rate", at.map(|at| &at.error_rate))
            .estimate("goodput_rps", at.map(|at| &at.goodput_rps))
            .estimate("events_per_s", at.map(|at| &at.events_per_s))
            .estimate("orders_per_s", at.map(|at| &at.orders_per_s))
            .estimate("max_lag", at.map(|at| &at.max_lag))
    }

    fn saturation(&mut self, saturation: Option<&Saturation>) -> &mut Table {
        let text = |of: fn(&Saturation) -> String| saturation.map(of).unwrap_or_default();
        self.estimate("saturation_rps", saturation.map(|s| &s.rps))
            .estimate("saturation_events_per_s", saturation.map(|s| &s.events_per_s))
            .estimate("saturation_orders_per_s", saturation.map(|s| &s.orders_per_s))
            .estimate("saturation_mau", saturation.and_then(|s| s.mau.as_ref()))
            .put("beyond_search", text(|s| s.beyond_search.to_string()))
            .put("resource", text(|s| cause::resource(s).to_owned()))
            .put("ties", text(|s| s.ties.join("; ")))
            .put("agreement", text(|s| s.agreement.to_string()))
            .put("binding_target", text(|s| s.binding_target.map_or("", Metric::key).to_owned()))
            .put("reason", text(|s| cause::reason(s, Lang::En)))
    }

    fn bytes(self) -> io::Result<Option<Vec<u8>>> {
        if self.rows.is_empty() {
            return Ok(None);
        }
        csv(&self.header, &self.rows).map(Some)
    }
}

/// Writes rows as CSV in which no cell is a spreadsheet formula.
pub(crate) fn csv<H: AsRef<str>, C: AsRef<str>>(
    header: &[H],
    rows: &[Vec<C>],
) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header.iter().map(|name| plain::cell(name.as_ref())))?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| plain::cell(cell.as_ref())))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// Returns every table that has rows, by file name.
pub(crate) fn all(result: &StudyResult) -> io::Result<Vec<(&'static str, Vec<u8>)>> {
    let builders: [fn(&StudyResult) -> Table; 16] = [
        variants,
        targets,
        curve,
        day::bins,
        day::targets,
        day::events,
        stations,
        stations_by_bin,
        anatomy,
        comparisons,
        alternatives,
        edits,
        assumed,
        theory,
        claims,
        cost,
    ];
    let mut tables = Vec::new();
    for (name, build) in NAMES.iter().zip(builders) {
        if let Some(bytes) = build(result).bytes()? {
            tables.push((*name, bytes));
        }
    }
    Ok(tables)
}

fn variants(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        table
            .start()
            .put("variant", &variant.name)
            .put("about", &variant.about)
            .saturation(variant.saturation.as_ref())
            .at_load(variant.at_target.as_ref());
    }
    table
}

fn targets(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        for (index, verdict) in variant.verdicts.iter().enumerate() {
            let limit = result.targets.get(index).filter(|target| target.metric == verdict.metric);
            table
                .start()
                .put("variant", &variant.name)
                .put("metric", verdict.metric)
                .put("limit", limit.map(|target| target.limit.to_string()).unwrap_or_default())
                .estimate("value", Some(&verdict.estimate))
                .put(
                    "verdict",
                    match verdict.verdict {
                        Verdict::Met => "met",
                        Verdict::Missed => "missed",
                        Verdict::Undecided => "undecided",
                    },
                );
        }
    }
    table
}

fn curve(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        for point in &variant.curve {
            table
                .start()
                .put("variant", &variant.name)
                .at_load(Some(&point.at))
                .put("carried", point.carried);
        }
    }
    table
}

fn stations(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        for station in &variant.stations {
            table
                .start()
                .put("variant", &variant.name)
                .put("station", &station.name)
                .estimate("busy", Some(&station.busy))
                .estimate("waiting", Some(&station.waiting))
                .estimate("wait_mean_ms", station.wait.as_ref().map(|wait| &wait.mean_ms))
                .estimate("wait_p50_ms", station.wait.as_ref().map(|wait| &wait.p50_ms))
                .estimate("wait_p95_ms", station.wait.as_ref().map(|wait| &wait.p95_ms))
                .estimate("wait_p99_ms", station.wait.as_ref().map(|wait| &wait.p99_ms));
        }
    }
    table
}

fn stations_by_bin(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        for station in &variant.stations {
            for (index, busy) in station.busy_by_bin.iter().enumerate() {
                let start = variant.day.get(index).map(|bin| bin.start_s.to_string());
                table
                    .start()
                    .put("variant", &variant.name)
                    .put("station", &station.name)
                    .put("bin", index)
                    .put("start_s", start.unwrap_or_default())
                    .put("busy", busy);
            }
        }
    }
    table
}

fn anatomy(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        for part in &variant.anatomy {
            table
                .start()
                .put("variant", &variant.name)
                .put("at_rps", variant.anatomy_rps)
                .put("part", &part.part)
                .estimate("mean_ms", Some(&part.mean_ms));
        }
    }
    table
}

fn comparisons(result: &StudyResult) -> Table {
    let mut table = Table::default();
    let ratio = |ratio: Option<f64>| ratio.map(|ratio| ratio.to_string()).unwrap_or_default();
    for comparison in &result.comparisons {
        let common = comparison.common.as_ref();
        table
            .start()
            .put("from", &comparison.from)
            .put("to", &comparison.to)
            .estimate("saturation_rps", Some(&comparison.saturation_rps))
            .put("variance_ratio", ratio(comparison.variance_ratio))
            .estimate("p99_ms", Some(&comparison.p99_ms))
            .put("p99_variance_ratio", ratio(comparison.p99_variance_ratio))
            .put("common_rps", common.map(|at| at.rps.to_string()).unwrap_or_default())
            .estimate("common_mean_ms", common.map(|at| &at.mean_ms))
            .put("common_mean_variance_ratio", ratio(common.and_then(|at| at.mean_variance_ratio)))
            .estimate("common_p99_ms", common.map(|at| &at.p99_ms))
            .put("common_p99_variance_ratio", ratio(common.and_then(|at| at.p99_variance_ratio)));
    }
    table
}

fn alternatives(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for alternative in &result.alternatives {
        for variant in &alternative.variants {
            table
                .start()
                .put("mix", &alternative.mix)
                .put("calibration", &alternative.calibration)
                .put("variant", &variant.name)
                .saturation(Some(&variant.saturation));
        }
    }
    table
}

fn edits(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for edit in &result.edits {
        table
            .start()
            .put("plan", &edit.plan)
            .put("edit", edit.edit.as_deref().unwrap_or_default())
            .put("set", &edit.set)
            .put("from", &edit.from)
            .put("believed", edit.believed.as_deref().unwrap_or_default())
            .put("to", &edit.to)
            .put("file", edit.file.as_deref().unwrap_or_default())
            .put("effective", edit.effective)
            .put("why", effect::why(edit))
            .put("variant", edit.contribution.as_ref().map_or("", |found| &found.variant))
            .estimate("alone_rps", edit.contribution.as_ref().and_then(|c| c.alone_rps.as_ref()))
            .estimate(
                "together_rps",
                edit.contribution.as_ref().and_then(|c| c.together_rps.as_ref()),
            );
    }
    table
}

fn assumed(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for input in &result.assumed {
        table
            .start()
            .put("name", &input.name)
            .put("value", &input.value)
            .put("basis", input.basis.word())
            .put("source", effect::origin(&input.origin, Lang::En));
    }
    table
}

fn theory(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        for check in &variant.theory {
            table
                .start()
                .put("variant", &variant.name)
                .put("measure", word(&check.measure))
                .put("at", check.at.as_deref().unwrap_or_default())
                .put("law", &check.law)
                .put("source", &check.source)
                .put("theory", check.theory)
                .put("bound", check.bound)
                .estimate("simulation", Some(&check.simulation))
                .put("agreement", word(&check.agreement));
        }
    }
    table
}

fn claims(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for claim in &result.claims {
        let load = claim.load_rps.map(|load| load.to_string()).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        table
            .start()
            .put("at", text(&claim.place.at))
            .put("row", text(&claim.place.row))
            .put("column", text(&claim.place.column))
            .put("metric", word(&claim.metric))
            .put("of", text(&claim.of))
            .put("variant", &claim.variant)
            .put("against", text(&claim.against))
            .put("load_rps", load)
            .put("relation", word(&claim.relation))
            .put("tolerance", claim.tolerance)
            .put("claimed", claim.claimed)
            .estimate("estimate", claim.estimate.as_ref())
            .put("verdict", word(&claim.verdict))
            .put("over_day", claim.over_day.map_or(String::new(), |day| word(&day.verdict)))
            .put("resource", text(&claim.resource))
            .put("reason", claim::basis(&claim.basis, Lang::En))
            .put("note", text(&claim.place.note));
    }
    table
}

fn cost(result: &StudyResult) -> Table {
    let mut table = Table::default();
    for variant in &result.variants {
        for item in &variant.cost {
            let described = item.monthly_usd.map(|usd| usd.to_string()).unwrap_or_default();
            table
                .start()
                .put("variant", &variant.name)
                .put("part", &item.part)
                .put("what", &item.what)
                .put("monthly_usd", described)
                .estimate("ran_usd", item.ran_usd.as_ref())
                .estimate("surcharge_usd", item.surcharge_usd.as_ref());
        }
    }
    table
}

/// Returns the word used in JSON for a value, so that both formats agree.
fn word<T: serde::Serialize>(value: &T) -> String {
    let json = serde_json::to_value(value).unwrap_or_default();
    json.as_str().unwrap_or_default().to_owned()
}
