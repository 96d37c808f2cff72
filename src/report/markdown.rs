//! `report.md`: the page for the planning document.

use std::fmt::Write;

use super::chart::Chart;
use super::words::{Lang, Word, say};
use super::{Manifest, claims, edits, facts, moves, number, theory};
use crate::study::claims::Judged;
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
    page.chart(result, charts, Chart::Saturation);
    page.why(result);
    page.chart(result, charts, Chart::Anatomy);
    page.day(result, charts);
    page.alternatives(result);
    page.claims(result);
    page.edits(result);
    page.targets(result);
    page.theory(result);
    page.assumed(result);
    page.how(result, manifest);
    page.text
}

struct Page {
    text: String,
    lang: Lang,
}

/// Text in which Markdown sees nothing but text.
pub(crate) fn escape(text: &str) -> String {
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
pub(crate) fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() || c == '`' { ' ' } else { c })
        .collect::<String>()
        .replace('|', "\\|");
    if text.trim().is_empty() { String::new() } else { format!("`{text}`") }
}

/// A table; cells are Markdown already. Nothing without rows.
pub(crate) fn table(text: &mut String, header: &[String], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let mut row = |cells: &[String]| {
        text.push('|');
        for cell in cells {
            // Writing to a string cannot fail.
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    };
    row(header);
    row(&vec!["---".to_owned(); header.len()]);
    for cells in rows {
        row(cells);
    }
    text.push('\n');
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
        table(&mut self.text, header, rows);
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
        let mut first: Vec<(String, Vec<&str>)> = Vec::new();
        for variant in &result.variants {
            let Some(saturation) = variant.saturation.as_ref().filter(|s| !s.beyond_search) else {
                continue;
            };
            let name = facts::first_to_go(saturation, lang);
            match first.iter_mut().find(|(known, _)| *known == name) {
                Some((_, names)) => names.push(&variant.name),
                None => first.push((name, vec![&variant.name])),
            }
        }
        let first: Vec<String> = first
            .iter()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, variants)| say(lang, Word::AnswerFirst, &[name, &variants.join(", ")]))
            .collect();
        if !first.is_empty() {
            let all = escape(&first.join("; "));
            sentences.push(format!("{}: {all}.", Word::AnswerFirstLead.text(lang)));
        }
        let judged: Vec<bool> =
            result.variants.iter().filter_map(|v| facts::meets_all(result, v)).collect();
        if !judged.is_empty() {
            let met = judged.iter().filter(|met| **met).count();
            let (load, all) = (facts::load(result, lang), judged.len().to_string());
            sentences.push(match met {
                0 if judged.len() > 1 => say(lang, Word::AnswerTargetNone, &[&load, &all]),
                _ => say(lang, Word::AnswerTarget, &[&load, &met.to_string(), &all]),
            });
        }
        let paragraph = sentences.join(" ");
        self.line(&paragraph);
    }

    fn warnings(&mut self, result: &StudyResult, manifest: &Manifest, notes: &[String]) {
        let mut items: Vec<String> = Vec::new();
        if manifest.partial {
            items.push(self.word(Word::Partial));
        }
        items.extend(facts::warnings(result).0.into_iter().map(escape));
        items.extend(notes.iter().map(|note| escape(note)));
        if items.is_empty() {
            return;
        }
        self.heading(Word::WarningsHeading);
        for item in &items {
            self.item(item);
        }
        self.end_list();
    }

    fn header(result: &StudyResult) -> Vec<String> {
        let names = result.variants.iter().map(|variant| escape(&variant.name));
        std::iter::once(String::new()).chain(names).chain(["n".to_owned()]).collect()
    }

    fn before_after(&mut self, result: &StudyResult) {
        let lang = self.lang;
        self.heading(Word::BeforeAfter);
        for variant in result.variants.iter().filter(|variant| !variant.about.is_empty()) {
            self.item(&format!("**{}**: {}", escape(&variant.name), escape(&variant.about)));
        }
        if result.variants.iter().any(|variant| !variant.about.is_empty()) {
            self.end_list();
        }
        let mut rows = Vec::new();
        let (line_n, load_n) = (facts::line_n(result, lang), facts::load_n(result, lang));
        let mut put = |name: String, n: &str, cell: &dyn Fn(&VariantResult) -> Option<String>| {
            let cells: Vec<String> = result
                .variants
                .iter()
                .map(|variant| cell(variant).unwrap_or_else(|| number::NOTHING.to_owned()))
                .collect();
            if cells.iter().any(|cell| cell != number::NOTHING) {
                rows.push(std::iter::once(name).chain(cells).chain([n.to_owned()]).collect());
            }
        };
        let at = Word::SaturatesAt.text(lang);
        put(format!("{at}, RPS"), &line_n, &|v| {
            v.saturation.as_ref().map(|s| facts::line(s, lang))
        });
        put(format!("{at}, {}", Word::Events.text(lang)), &line_n, &|v| {
            v.saturation.as_ref().map(|s| number::estimate(&s.events_per_s))
        });
        put(format!("{at}, {}", Word::Orders.text(lang)), &line_n, &|v| {
            v.saturation.as_ref().map(|s| number::estimate(&s.orders_per_s))
        });
        put(format!("{at}, MAU"), &line_n, &|v| facts::users(result, v.saturation.as_ref()?, lang));
        put(self.word(Word::FirstToGo), &line_n, &|v| {
            v.saturation.as_ref().map(|s| escape(&facts::first_to_go(s, lang)))
        });
        let at = say(lang, Word::AtLoad, &[&facts::load(result, lang)]);
        for (word, cell) in facts::load_rows(result) {
            put(format!("{at}: {}", word.text(lang)), &load_n, &|v| v.at_target.as_ref().map(cell));
        }
        let header = Page::header(result);
        self.table(&header, &rows);
        let moved = moves::sentences(result, lang);
        for sentence in &moved {
            self.item(&escape(sentence));
        }
        if !moved.is_empty() {
            self.end_list();
        }
    }

    fn targets(&mut self, result: &StudyResult) {
        let lang = self.lang;
        let mut rows: Vec<Vec<String>> = Vec::new();
        let wanted = result.target_load.rps;
        let word = |verdict: Option<Verdict>| {
            verdict.map_or(number::NOTHING, |verdict| facts::verdict(verdict, lang)).to_owned()
        };
        let (line_n, load_n) = (facts::line_n(result, lang), facts::load_n(result, lang));
        let mut put = |name: String, n: &str, cell: &dyn Fn(&VariantResult) -> String| {
            let cells: Vec<String> = result.variants.iter().map(cell).collect();
            if cells.iter().any(|cell| cell != number::NOTHING) {
                rows.push(std::iter::once(name).chain(cells).chain([n.to_owned()]).collect());
            }
        };
        put(format!("{} RPS", number::plain(wanted)), &line_n, &|v| {
            word(facts::carries(v, wanted))
        });
        if let Some(events) = result.target_load.events_per_s {
            put(format!("{} {}", number::plain(events), Word::Events.text(lang)), &load_n, &|v| {
                word(v.at_target.as_ref().and_then(|at| facts::at_least(&at.events_per_s, events)))
            });
        }
        for (index, target) in result.targets.iter().enumerate() {
            put(escape(&facts::target(target, lang)), &load_n, &|v| {
                let found = v.verdicts.get(index).filter(|found| found.metric == target.metric);
                word(found.map(|found| found.verdict))
            });
        }
        if let Some(drift) = facts::drift(result) {
            put(facts::target(&drift, lang), &load_n, &|v| word(facts::drift_verdict(v)));
        }
        if rows.is_empty() {
            return;
        }
        self.heading(Word::TargetsHeading);
        let header = Page::header(result);
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
                "**{}** ({} RPS): {}",
                escape(&variant.name),
                facts::line(saturation, lang),
                escape(&facts::because(saturation, lang)),
            );
            if let Some(fails) = facts::fails(saturation, lang) {
                // Writing to a string cannot fail.
                let _ = write!(text, "; {fails}");
            }
            self.item(&format!("{text}."));
            if saturation.beyond_search {
                self.item(&say(lang, Word::BeyondSearch, &[&escape(&variant.name)]));
            }
        }
        self.end_list();
        self.relief(result);
    }

    /// What was doubled to find what goes first: resources against variants.
    fn relief(&mut self, result: &StudyResult) {
        let lines = || result.variants.iter().filter_map(|variant| variant.saturation.as_ref());
        let mut resources: Vec<&str> = Vec::new();
        for relief in lines().flat_map(|saturation| &saturation.relief) {
            if !resources.contains(&relief.resource.as_str()) {
                resources.push(&relief.resource);
            }
        }
        if resources.is_empty() {
            return;
        }
        self.line(Word::ReliefLead.text(self.lang));
        let mut header = vec![self.word(Word::ReliefColumn)];
        for variant in &result.variants {
            let saturation = variant.saturation.as_ref();
            let tried = saturation.and_then(|s| s.relief.first()).map(|relief| relief.tried_rps);
            let name = escape(&variant.name);
            header.push(match tried {
                Some(rps) => format!("{name}, {} RPS", number::plain(rps)),
                None => name,
            });
        }
        let cell = |variant: &VariantResult, resource: &str| {
            let saturation = variant.saturation.as_ref()?;
            let relief = saturation.relief.iter().find(|relief| relief.resource == resource)?;
            Some(format!("{} %", number::plain(relief.carried * 100.0)))
        };
        let rows: Vec<Vec<String>> = resources
            .iter()
            .map(|resource| {
                let cells = result.variants.iter().map(|variant| {
                    cell(variant, resource).unwrap_or_else(|| number::NOTHING.to_owned())
                });
                std::iter::once(escape(resource)).chain(cells).collect()
            })
            .collect();
        self.table(&header, &rows);
    }

    fn day(&mut self, result: &StudyResult, charts: &[Embedded]) {
        let shown = [Chart::Day, Chart::Heatmap];
        if charts.iter().any(|embedded| shown.contains(&embedded.chart)) {
            self.heading(Word::ChartDay);
            for chart in shown {
                self.chart(result, charts, chart);
            }
        }
    }

    /// A chart, where it was written.
    fn chart(&mut self, result: &StudyResult, charts: &[Embedded], chart: Chart) {
        let Some(embedded) = charts.iter().find(|embedded| embedded.chart == chart) else { return };
        let name = chart.name();
        let title = escape(&chart.title(result, self.lang));
        let extension = if embedded.png { "png" } else { "svg" };
        let link = if embedded.png {
            format!(" ([{}]({name}.svg))", Word::Vector.text(self.lang))
        } else {
            String::new()
        };
        self.line(&format!("![{title}]({name}.{extension})"));
        self.line(&format!("*{title}*{link}"));
    }

    /// The document's own tables, each cell with what was simulated, and what is achieved.
    fn claims(&mut self, result: &StudyResult) {
        let lang = self.lang;
        let Some(sentence) = claims::sentence(result, lang) else { return };
        self.heading(Word::ClaimsHeading);
        self.line(&sentence);
        self.line(Word::ClaimsLead.text(lang));
        for table in claims::tables(result, lang) {
            if let Some(at) = table.at {
                self.line(&format!("**{}**", escape(at)));
            }
            let achieved = table.rows.iter().any(|row| row.achieved().is_some());
            let mut header = vec![self.word(Word::ClaimRowColumn)];
            header.extend(table.columns.iter().map(|column| escape(column)));
            header.extend(achieved.then(|| self.word(Word::ClaimAchieved)));
            let cell = |cell: &[&Judged], claim: &Judged| {
                let apart = claims::told_apart(cell, claim, lang);
                let apart = apart.map_or(String::new(), |name| format!("{name}: "));
                let claimed = escape(&format!("{apart}{}", claims::claimed(claim, lang)));
                let verdict = claims::verdict(claim.verdict, lang);
                match &claim.estimate {
                    Some(_) => {
                        let found = escape(&claims::simulated(claim, lang));
                        format!("{claimed}<br>{found}: **{verdict}**")
                    }
                    None => format!("{claimed}<br>**{verdict}**"),
                }
            };
            let mut rows = Vec::new();
            for row in &table.rows {
                let mut cells = vec![escape(&row.name)];
                cells.extend(row.cells.iter().map(|claims| match claims.as_slice() {
                    [] => number::NOTHING.to_owned(),
                    claims => {
                        let all: Vec<String> =
                            claims.iter().map(|claim| cell(claims, claim)).collect();
                        all.join("<br>")
                    }
                }));
                if achieved {
                    let verdict = row.achieved().map(|verdict| claims::verdict(verdict, lang));
                    cells.push(
                        verdict.map_or(number::NOTHING.to_owned(), |word| format!("**{word}**")),
                    );
                }
                rows.push(cells);
            }
            self.table(&header, &rows);
        }
        self.line(Word::ClaimsReasons.text(lang));
        for (names, reason) in claims::reasons(result, lang) {
            self.item(&format!("{}: {}", escape(&names), escape(&reason)));
        }
        for claim in &result.claims {
            if let Some(note) = &claim.place.note {
                let row = claim.place.row.clone().unwrap_or_else(|| claims::metric(claim, lang));
                self.item(&format!("{}: {}", escape(&row), escape(note)));
            }
        }
        self.end_list();
    }

    fn edits(&mut self, result: &StudyResult) {
        if result.edits.is_empty() {
            return;
        }
        self.heading(Word::Edits);
        for plan in edits::plans(&result.edits, self.lang) {
            self.line(&escape(&plan.sentence));
            let contributions = claims::contributions(&plan, self.lang);
            for sentence in &contributions {
                self.item(&escape(sentence));
            }
            if !contributions.is_empty() {
                self.end_list();
            }
            self.plan(&plan);
        }
    }

    /// The edits of one plan, one row each, as the plan itself lists them.
    fn plan(&mut self, plan: &edits::PlanEdits) {
        let settings = || plan.groups.iter().flat_map(|group| &group.settings);
        let numbered = plan.groups.iter().any(|group| group.number.is_some());
        let believed = settings().any(|edit| edit.believed.is_some());
        let mut header = Vec::new();
        header.extend(numbered.then_some(Word::Number));
        header.extend([Word::File, Word::Setting, Word::Before]);
        header.extend(believed.then_some(Word::Believed));
        let contributes = settings().any(|edit| edit.contribution.is_some());
        header.extend([Word::After, Word::Effect]);
        let contribution = [Word::ContributionAlone, Word::ContributionTogether];
        header.extend(contribution.into_iter().filter(|_| contributes));
        header.push(Word::Why);
        let header: Vec<String> = header.into_iter().map(|word| self.word(word)).collect();
        // One line per setting, or one for all where all say the same.
        let lines = |cells: Vec<String>| {
            let same = cells.windows(2).all(|pair| pair[0] == pair[1]);
            let shown = if same { &cells[..cells.len().min(1)] } else { &cells[..] };
            shown.join("<br>")
        };
        let mut rows = Vec::new();
        for group in &plan.groups {
            let each = |cell: &dyn Fn(&crate::study::result::Edit) -> String| -> String {
                lines(group.settings.iter().map(|edit| cell(edit)).collect())
            };
            let mut row = Vec::new();
            if numbered {
                row.push(escape(group.number.unwrap_or_default()));
            }
            row.push(each(&|edit| code(edit.file.as_deref().unwrap_or_default())));
            row.push(each(&|edit| code(&edit.set)));
            row.push(each(&|edit| code(&edit.from)));
            if believed {
                row.push(each(&|edit| code(edit.believed.as_deref().unwrap_or_default())));
            }
            row.push(each(&|edit| code(&edit.to)));
            row.push(each(&|edit| {
                self.word(if edit.effective { Word::EffectYes } else { Word::EffectNo })
            }));
            if contributes {
                let found = group.settings.first().and_then(|edit| edit.contribution.as_ref());
                let alone = found.and_then(|found| found.alone_rps.as_ref());
                let together = found.and_then(|found| found.together_rps.as_ref());
                row.extend([claims::moved(alone), claims::moved(together)]);
            }
            let mut why: Vec<String> = Vec::new();
            for edit in &group.settings {
                let reason = escape(edits::short(&edit.why));
                if !why.contains(&reason) {
                    why.push(reason);
                }
            }
            row.push(why.join("<br>"));
            rows.push(row);
        }
        self.table(&header, &rows);
    }

    fn alternatives(&mut self, result: &StudyResult) {
        let Some(sentence) = facts::alternatives(result, self.lang) else { return };
        self.heading(Word::AlternativesHeading);
        self.line(&escape(&sentence));
        let mut header = vec![self.word(Word::MixColumn), self.word(Word::CalibrationColumn)];
        header.extend(result.variants.iter().map(|variant| escape(&variant.name)));
        header.push("n".to_owned());
        let cell = |saturation: Option<&Saturation>| {
            saturation.map_or(number::NOTHING.to_owned(), |saturation| {
                let line = facts::line(saturation, self.lang);
                format!("{line} RPS<br>{}", escape(&facts::first_to_go(saturation, self.lang)))
            })
        };
        let main = result.variants.iter().map(|variant| cell(variant.saturation.as_ref()));
        let names = [escape(&result.mix), escape(&result.calibration)];
        let n = facts::line_n(result, self.lang);
        let mut rows: Vec<Vec<String>> = vec![names.into_iter().chain(main).chain([n]).collect()];
        for alternative in &result.alternatives {
            let mut row = vec![escape(&alternative.mix), escape(&alternative.calibration)];
            for variant in &result.variants {
                let found = alternative.variants.iter().find(|other| other.name == variant.name);
                row.push(cell(found.map(|found| &found.saturation)));
            }
            row.push(facts::alternative_n(alternative));
            rows.push(row);
        }
        self.table(&header, &rows);
    }

    fn theory(&mut self, result: &StudyResult) {
        let lang = self.lang;
        let several = result.variants.len() > 1;
        let mut rows = Vec::new();
        for variant in &result.variants {
            for check in &variant.theory {
                let mut row = if several { vec![escape(&variant.name)] } else { Vec::new() };
                row.extend([
                    escape(&theory::measure(check, lang)),
                    escape(&check.law),
                    theory::expected(check),
                    theory::simulated(check),
                    check.simulation.n.to_string(),
                    theory::verdict(check.agreement, lang).to_owned(),
                    escape(&check.source),
                ]);
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return;
        }
        self.heading(Word::TheoryHeading);
        self.line(Word::TheoryLead.text(lang));
        if let Some(sentence) = theory::sentence(result, lang) {
            self.line(&escape(&sentence));
        }
        let mut header = if several { vec![self.word(Word::VariantColumn)] } else { Vec::new() };
        let words =
            [Word::TheoryMeasure, Word::TheoryLaw, Word::TheoryExpected, Word::TheorySimulated];
        header.extend(words.map(|word| self.word(word)));
        header.push("n".into());
        header.extend([Word::TheoryVerdict, Word::Source].map(|word| self.word(word)));
        self.table(&header, &rows);
    }

    fn assumed(&mut self, result: &StudyResult) {
        let spare = facts::warnings(result).1;
        if result.assumed.is_empty() && spare.is_empty() {
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
        if !spare.is_empty() {
            self.line(Word::SpareLead.text(self.lang));
            for warning in &spare {
                self.item(&escape(warning));
            }
            self.end_list();
        }
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
        for line in facts::sampling(result, lang) {
            self.item(&escape(&line));
        }
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
            if let Some(gain) = moves::gain(comparison, lang) {
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
