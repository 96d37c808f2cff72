//! Section on waits of requests and records for threads, connections and consumers at the load
//! asked about.

use super::source::Source;
use crate::report::block::{Block, Cell, words};
use crate::report::number;
use crate::report::words::{Word, say};
use crate::study::result::{StationResult, WaitResult};

/// Wait below which a station is left out, since nobody would act on it \[ms\].
const WORTH_TELLING: f64 = 0.05;

pub(super) fn blocks(source: &Source) -> Vec<Block> {
    let Source { result, lang, .. } = *source;
    let several = result.variants.len() > 1;
    let worth = |station: &&StationResult| -> bool {
        station.wait.as_ref().is_some_and(|wait| wait.p99_ms.mean >= WORTH_TELLING)
    };
    let mut rows = Vec::new();
    for variant in &result.variants {
        for station in variant.stations.iter().filter(worth) {
            let Some(WaitResult { waited, mean_ms, p50_ms, p95_ms, p99_ms }) = &station.wait else {
                continue;
            };
            let mut row = if several { vec![Cell::text(&variant.name)] } else { Vec::new() };
            row.push(Cell::text(&station.name));
            row.push(Cell::estimate(Some(waited), number::percent));
            let times = [mean_ms, p50_ms, p95_ms, p99_ms];
            row.extend(times.map(|time| Cell::estimate(Some(time), number::estimate)));
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let load = number::plain(result.target_load.rps);
    let mut header = if several { vec![source.word(Word::VariantColumn)] } else { Vec::new() };
    header.extend(source.header(&[
        Word::WaitStation,
        Word::WaitShare,
        Word::Mean,
        Word::P50,
        Word::P95,
        Word::P99,
    ]));
    vec![
        source.heading(Word::WaitHeading),
        Block::Paragraph(words(say(lang, Word::WaitLead, &[&load]))),
        Block::Table { header, rows },
    ]
}
