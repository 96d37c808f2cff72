//! `report.md`: the page for the planning document.

use std::fmt::Write;

use super::chart::Chart;
use super::words::{Lang, Word, metric, say};
use super::{Manifest, facts, number};
use crate::study::result::{Saturation, StudyResult, VariantResult, Verdict};

/// A chart that was written.
pub(crate) struct Embedded {
    /// Which.
    pub(crate) chart: Chart,
    /// Whether there is a PNG beside the SVG.
    pub(crate) png: bool,
}

/// The page.
pub(crate) fn page(
    result: &StudyResult,
    manifest: &Manifest,
    charts: &[Embedded],
    notes: &[String],
    lang: Lang,
) -> String {
    let mut page = Page { text: String::new(), lang };
    let name = format!("{} · {}", result.system, result.scenario);
    page.line(&format!("# {}", escape(&say(lang, Word::Heading, &[&name]))));
    page.line(&escape(&facts::conditions(result, lang).join(" · ")));
    page.answer(result);
    page.warnings(result, manifest, notes);
    page.before_after(result);
    page.targets(result);
    page.why(result);
    page.charts(result, charts);
    page.edits(result);
    page.alternatives(result);
    page.assumed(result);
    page.how(result, manifest);
    page.text
}

struct Page {
    text: String,
    lang: Lang,
}

/// Text in which Markdown sees nothing but text.
fn escape(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            '<' => safe.push_str("&lt;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Text as code, for names of settings and files.
fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() || c == '`' { ' ' } else { c })
        .collect::<String>()
        .replace('|', "\\|");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push_str("\n\n");
    }

    fn heading(&mut self, word: Word) {
        let text = format!("## {}", word.text(self.lang));
        self.line(&text);
    }

    fn item(&mut self, text: &str) {
        self.text.push_str("- ");
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn end_list(&mut self) {
        self.text.push('\n');
    }

    fn word(&self, word: Word) -> String {
        word.text(self.lang).to_owned()
    }

    /// A table; cells are Markdown already. Nothing without rows.
    fn table(&mut self, header: &[String], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        let mut row = |cells: &[String]| {
            self.text.push('|');
            for cell in cells {
                // Writing to a string cannot fail.
                let _ = write!(self.text, " {cell} |");
            }
            self.text.push('\n');
        };
        row(header);
        row(&vec!["---".to_owned(); header.len()]);
        rows.iter().for_each(|cells| row(cells));
        self.text.push('\n');
    }

    /// Three sentences: the line, what goes first, what users get at the target.
    fn answer(&mut self, result: &StudyResult) {
        let lang = self.lang;
        self.heading(Word::Answer);
        let mut sentences = Vec::new();
        match facts::headline(result, lang) {
            Some(headline) => sentences.push(format!("**{}.**", escape(&headline))),
            None => sentences.push(self.word(Word::AnswerNoSaturation)),
        }
        let mut first: Vec<(&str, Vec<&str>)> = Vec::new();
        for variant in &result.variants {
            let Some(saturation) = &variant.saturation else { continue };
            match first.iter_mut().find(|(resource, _)| *resource == saturation.resource) {
                Some((_, names)) => names.push(&variant.name),
                None => first.push((&saturation.resource, vec![&variant.name])),
            }
        }
        for (resource, variants) in first.iter().filter(|(resource, _)| !resource.is_empty()) {
            let places = [escape(resource), escape(&variants.join(", "))];
            sentences.push(say(lang, Word::AnswerFirst, &[&places[0], &places[1]]));
        }
        let judged: Vec<bool> =
            result.variants.iter().filter_map(|v| facts::meets_all(result, v)).collect();
        if !judged.is_empty() {
            let met = judged.iter().filter(|met| **met).count();
            let places = [facts::load(result, lang), met.to_string(), judged.len().to_string()];
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            sentences.push(say(lang, Word::AnswerTarget, &places));
        }
        let paragraph = sentences.join(" ");
        self.line(&paragraph);
        let moved: Vec<String> =
            result.comparisons.iter().filter_map(|c| facts::moved(result, c, lang)).collect();
        for sentence in &moved {
            self.item(&escape(sentence));
        }
        if !moved.is_empty() {
            self.end_list();
        }
    }

    fn warnings(&mut self, result: &StudyResult, manifest: &Manifest, notes: &[String]) {
        let mut items: Vec<String> = Vec::new();
        if manifest.partial {
            items.push(self.word(Word::Partial));
        }
        items.extend(result.warnings.iter().map(|warning| escape(warning)));
        items.extend(result.disagreements.iter().map(|disagreement| escape(disagreement)));
        items.extend(notes.iter().map(|note| escape(note)));
        if items.is_empty() {
            return;
        }
        self.heading(Word::WarningsHeading);
        items.iter().for_each(|item| self.item(item));
        self.end_list();
    }

    fn header(&self, result: &StudyResult) -> Vec<String> {
        let names = result.variants.iter().map(|variant| escape(&variant.name));
        std::iter::once(String::new()).chain(names).collect()
    }

    fn before_after(&mut self, result: &StudyResult) {
        let lang = self.lang;
        self.heading(Word::BeforeAfter);
        for variant in result.variants.iter().filter(|variant| !variant.about.is_empty()) {
            self.item(&format!("**{}**: {}", escape(&variant.name), escape(&variant.about)));
        }
        self.end_list();
        let mut rows = Vec::new();
        let mut put = |name: String, cell: &dyn Fn(&VariantResult) -> Option<String>| {
            let cells: Vec<String> = result
                .variants
                .iter()
                .map(|variant| cell(variant).unwrap_or_else(|| number::NOTHING.to_owned()))
                .collect();
            if cells.iter().any(|cell| cell != number::NOTHING) {
                rows.push(std::iter::once(name).chain(cells).collect());
            }
        };
        let at = Word::SaturatesAt.text(lang);
        let line = |s: &Saturation| format!("{}{}", facts::line(s, lang), facts::n_of(&s.rps));
        put(format!("{at}, RPS"), &|v| v.saturation.as_ref().map(line));
        put(format!("{at}, {}", Word::Events.text(lang)), &|v| {
            v.saturation.as_ref().map(|s| number::estimate(&s.events_per_s))
        });
        put(format!("{at}, {}", Word::Orders.text(lang)), &|v| {
            v.saturation.as_ref().map(|s| number::estimate(&s.orders_per_s))
        });
        put(format!("{at}, MAU"), &|v| {
            v.saturation.as_ref()?.mau.as_ref().map(|mau| number::users(mau, lang))
        });
        put(self.word(Word::FirstToGo), &|v| v.saturation.as_ref().map(|s| escape(&s.resource)));
        let at = say(lang, Word::AtLoad, &[&facts::load(result, lang)]);
        let mut load = |word: Word, cell: &dyn Fn(&crate::study::result::AtLoad) -> String| {
            put(format!("{at}: {}", word.text(lang)), &|v| v.at_target.as_ref().map(cell));
        };
        load(Word::P50, &|a| number::estimate(&a.p50_ms));
        load(Word::P95, &|a| number::estimate(&a.p95_ms));
        load(Word::P99, &|a| number::estimate(&a.p99_ms));
        load(Word::Errors, &|a| number::percent(&a.error_rate));
        load(Word::Goodput, &|a| number::estimate(&a.goodput_rps));
        load(Word::Events, &|a| number::estimate(&a.events_per_s));
        load(Word::Orders, &|a| number::estimate(&a.orders_per_s));
        load(Word::Lag, &|a| number::estimate(&a.max_lag));
        let header = self.header(result);
        self.table(&header, &rows);
    }

    fn targets(&mut self, result: &StudyResult) {
        let lang = self.lang;
        let mut rows: Vec<Vec<String>> = Vec::new();
        let wanted = result.target_load.rps;
        let word = |verdict: Option<Verdict>| {
            verdict.map_or(number::NOTHING, |verdict| facts::verdict(verdict, lang)).to_owned()
        };
        let mut put = |name: String, cell: &dyn Fn(&VariantResult) -> String| {
            let cells: Vec<String> = result.variants.iter().map(cell).collect();
            if cells.iter().any(|cell| cell != number::NOTHING) {
                rows.push(std::iter::once(name).chain(cells).collect());
            }
        };
        put(format!("{} RPS", number::plain(wanted)), &|v| word(facts::carries(v, wanted)));
        if let Some(events) = result.target_load.events_per_s {
            put(format!("{} {}", number::plain(events), Word::Events.text(lang)), &|v| {
                word(v.at_target.as_ref().and_then(|at| facts::at_least(&at.events_per_s, events)))
            });
        }
        for (index, target) in result.targets.iter().enumerate() {
            put(escape(&facts::target(target, lang)), &|v| {
                let found = v.verdicts.get(index).filter(|found| found.metric == target.metric);
                word(found.map(|found| found.verdict))
            });
        }
        if rows.is_empty() {
            return;
        }
        self.heading(Word::TargetsHeading);
        let header = self.header(result);
        self.table(&header, &rows);
    }

    fn why(&mut self, result: &StudyResult) {
        let lang = self.lang;
        if result.variants.iter().all(|variant| variant.saturation.is_none()) {
            return;
        }
        self.heading(Word::WhereAndWhy);
        for variant in &result.variants {
            let Some(saturation) = &variant.saturation else { continue };
            let mut text = format!(
                "**{}** ({} RPS, {}): {}",
                escape(&variant.name),
                facts::line(saturation, lang),
                escape(&saturation.resource),
                escape(&saturation.reason),
            );
            let mut asides =
                vec![say(lang, Word::Agreement, &[&number::plain(saturation.agreement * 100.0)])];
            if !saturation.binding_target.is_empty() {
                let name = metric(&saturation.binding_target, lang);
                asides.push(format!("{}: {name}", Word::BindingTarget.text(lang)));
            }
            if !saturation.ties.is_empty() {
                asides.push(say(lang, Word::Ties, &[&escape(&saturation.ties.join(", "))]));
            }
            for relief in &saturation.relief {
                let places = [
                    escape(&relief.resource),
                    number::plain(relief.carried * 100.0),
                    number::plain(relief.tried_rps),
                ];
                let places: Vec<&str> = places.iter().map(String::as_str).collect();
                asides.push(say(lang, Word::ReliefTried, &places));
            }
            text.push_str(&format!(" ({})", asides.join("; ")));
            self.item(&text);
            if saturation.beyond_search {
                self.item(&say(lang, Word::BeyondSearch, &[&escape(&variant.name)]));
            }
        }
        self.end_list();
    }

    fn charts(&mut self, result: &StudyResult, charts: &[Embedded]) {
        if charts.is_empty() {
            return;
        }
        self.heading(Word::Charts);
        for embedded in charts {
            let name = embedded.chart.name();
            let title = escape(&embedded.chart.title(result, self.lang));
            let extension = if embedded.png { "png" } else { "svg" };
            let link = if embedded.png {
                format!(" ([{}]({name}.svg))", Word::Vector.text(self.lang))
            } else {
                String::new()
            };
            self.line(&format!("![{title}]({name}.{extension})"));
            self.line(&format!("*{title}*{link}"));
        }
    }

    fn edits(&mut self, result: &StudyResult) {
        if result.edits.is_empty() {
            return;
        }
        self.heading(Word::Edits);
        for plan in facts::edits(result, self.lang) {
            self.line(&escape(&plan.sentence));
        }
        let believed = result.edits.iter().any(|edit| edit.believed.is_some());
        let mut header = vec![Word::Plan, Word::Setting, Word::Before];
        header.extend(believed.then_some(Word::Believed));
        header.extend([Word::After, Word::Effect, Word::Why, Word::File]);
        let header: Vec<String> = header.into_iter().map(|word| self.word(word)).collect();
        let mut rows = Vec::new();
        for edit in &result.edits {
            let effect = if edit.effective { Word::EffectYes } else { Word::EffectNo };
            let mut row = vec![escape(&edit.plan), code(&edit.set), code(&edit.from)];
            if believed {
                row.push(code(edit.believed.as_deref().unwrap_or_default()));
            }
            row.extend([
                code(&edit.to),
                self.word(effect),
                escape(&edit.why),
                code(edit.file.as_deref().unwrap_or_default()),
            ]);
            rows.push(row);
        }
        self.table(&header, &rows);
    }

    fn alternatives(&mut self, result: &StudyResult) {
        if result.alternatives.is_empty() {
            return;
        }
        self.heading(Word::AlternativesHeading);
        let mut header = vec![self.word(Word::MixColumn), self.word(Word::CalibrationColumn)];
        header.extend(result.variants.iter().map(|variant| escape(&variant.name)));
        let mut rows = Vec::new();
        for alternative in &result.alternatives {
            let mut row = vec![escape(&alternative.mix), escape(&alternative.calibration)];
            for variant in &result.variants {
                let found = alternative.variants.iter().find(|other| other.name == variant.name);
                row.push(found.map_or(number::NOTHING.to_owned(), |found| {
                    let saturation = &found.saturation;
                    let line = facts::line(saturation, self.lang);
                    format!("{line} RPS<br>{}", escape(&saturation.resource))
                }));
            }
            rows.push(row);
        }
        self.table(&header, &rows);
    }

    fn assumed(&mut self, result: &StudyResult) {
        if result.assumed.is_empty() {
            return;
        }
        self.heading(Word::AssumedHeading);
        let header = [Word::Input, Word::Value, Word::Basis, Word::Source].map(|w| self.word(w));
        let rows: Vec<Vec<String>> = result
            .assumed
            .iter()
            .map(|input| {
                let basis = escape(&input.basis);
                vec![code(&input.name), code(&input.value), basis, escape(&input.source)]
            })
            .collect();
        self.table(&header, &rows);
    }

    fn how(&mut self, result: &StudyResult, manifest: &Manifest) {
        let lang = self.lang;
        self.heading(Word::HowHeading);
        let n = facts::replications_text(result, lang)
            .unwrap_or_else(|| say(lang, Word::Replications, &["0"]));
        let confidence = number::plain(result.confidence * 100.0);
        let seed = manifest.seed.to_string();
        let version = escape(&manifest.version);
        self.item(&say(lang, Word::HowText, &[&version, &seed, &n, &confidence]));
        let cost = &manifest.engine;
        let cost = [
            number::fixed(cost.events as f64, 0),
            number::fixed(cost.completions as f64, 0),
            number::plain(cost.cpu_s),
            number::plain(cost.wall_s),
        ];
        let cost: Vec<&str> = cost.iter().map(String::as_str).collect();
        self.item(&say(lang, Word::HowCost, &cost));
        if !manifest.command.is_empty() {
            self.item(&say(lang, Word::HowCommand, &[&code(&manifest.command.join(" "))]));
        }
        for comparison in &result.comparisons {
            if let Some(ratio) = comparison.variance_ratio.filter(|ratio| ratio.is_finite()) {
                let gain = say(lang, Word::PairingGain, &[&number::plain(ratio)]);
                let names = format!("{} → {}", comparison.from, comparison.to);
                self.item(&format!("{}: {gain}", escape(&names)));
            }
        }
        self.end_list();
        let header = [Word::File, Word::Digest].map(|word| self.word(word));
        let rows: Vec<Vec<String>> = manifest
            .inputs
            .iter()
            .map(|input| vec![code(&input.path), code(&input.digest)])
            .collect();
        self.table(&header, &rows);
    }
}
