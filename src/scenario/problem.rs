//! Problems of the input: description, location and remedy.

use std::fmt::Write as _;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::codes;
use crate::plain::visible;
use crate::study::caution::Caution;

/// Number of problems kept; further ones are only counted.
const KEPT: usize = 200;
/// Longest line printed as a snippet \[bytes\].
const LONGEST_LINE: usize = 400;

/// Severity of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing can be run.
    Error,
    /// The study can be run, but the reader should know.
    Warning,
}

/// A source text with its name.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// Path as given, or `catalog:…` for a built-in file.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// Whether messages may quote the text, because it is one of our documents.
    pub quoted: bool,
}

/// Location in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SourceSpan {
    /// Index of the source.
    pub(crate) source: u32,
    /// Offset of the first byte.
    pub(crate) start: u32,
    /// Offset after the last byte.
    pub(crate) end: u32,
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column in characters, from 1.
    pub(crate) column: u32,
}

/// A problem of the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Diagnostic code, `E…` or `W…`; see [`super::explain`].
    pub code: &'static str,
    /// Severity of the problem.
    pub severity: Severity,
    /// Path of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Length in characters, at least 1.
    pub length: usize,
    /// Description of the problem.
    pub message: String,
    /// Remedy.
    pub help: Option<String>,
    /// The warning as data; `None` for an error.
    pub caution: Option<Caution>,
    source: Option<Arc<Source>>,
    bytes: (usize, usize),
}

impl Problem {
    /// Formats the problem on one line: `file:line:column: code: message`.
    pub fn plain(&self) -> String {
        let Problem { file, line, column, code, message, .. } = self;
        format!("{file}:{line}:{column}: {code}: {message}")
    }

    /// Returns the line of the location, and the location within it \[bytes\].
    fn excerpt(&self) -> Option<(&str, std::ops::Range<usize>)> {
        let ours = |source: &&Arc<Source>| source.quoted && !source.text.is_empty();
        let text = &self.source.as_ref().filter(ours)?.text;
        let (start, end) = self.bytes;
        let first = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(first..)?.split(['\n', '\r']).next()?;
        let start = start.checked_sub(first).filter(|start| *start <= line.len())?;
        let end = end.saturating_sub(first).clamp(start, line.len());
        (line.len() <= LONGEST_LINE).then_some((line, start..end))
    }

    fn groups(&self) -> Group<'_> {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let group = Group::with_title(level.primary_title(&self.message).id(self.code));
        let group = match self.excerpt() {
            Some((line, range)) => group.element(
                Snippet::source(line)
                    .line_start(self.line)
                    .path(&self.file)
                    .annotation(AnnotationKind::Primary.span(range)),
            ),
            None => {
                group.element(Origin::path(&self.file).line(self.line).char_column(self.column))
            }
        };
        match &self.help {
            Some(help) => group.element(Level::HELP.message(help)),
            None => group,
        }
    }
}

/// Rejection of an input: every problem with it, errors first.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", render(.0, false).trim_end())]
pub struct Refused(pub Vec<Problem>);

impl std::ops::Deref for Refused {
    type Target = [Problem];

    fn deref(&self) -> &[Problem] {
        &self.0
    }
}

/// Renders all problems as a compiler does, with the line of the file and the remedy.
pub fn render(problems: &[Problem], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for problem in problems {
        let _ = writeln!(text, "{}\n", renderer.render(&[problem.groups()]));
    }
    text
}

/// Renders all problems, one per line.
pub fn render_plain(problems: &[Problem]) -> String {
    problems.iter().map(|problem| problem.plain() + "\n").collect()
}

/// Collector of problems; reading goes on after each.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    sources: Vec<Arc<Source>>,
    list: Vec<(SourceSpan, Problem)>,
    errors: usize,
}

impl Problems {
    /// Registers a text; spans refer to it by the number returned.
    pub(crate) fn source(&mut self, path: String, text: String) -> u32 {
        self.keep(Source { path, text, quoted: true })
    }

    /// Registers a text that no message may quote.
    pub(crate) fn secret(&mut self, path: String, text: String) -> u32 {
        self.keep(Source { path, text, quoted: false })
    }

    fn keep(&mut self, source: Source) -> u32 {
        self.again(Arc::new(source))
    }

    /// Registers a text that was read before.
    pub(crate) fn again(&mut self, source: Arc<Source>) -> u32 {
        self.sources.push(source);
        (self.sources.len() - 1) as u32
    }

    /// Returns all texts; spans refer to them by index.
    pub(crate) fn sources(&self) -> &[Arc<Source>] {
        &self.sources
    }

    pub(crate) fn path(&self, source: u32) -> &str {
        self.sources.get(source as usize).map_or("", |source| &source.path)
    }

    pub(crate) fn text(&self, source: u32) -> Option<Arc<Source>> {
        self.sources.get(source as usize).cloned()
    }

    /// Reports a problem. The same problem at the same location is kept once, since variants share
    /// their files.
    pub(crate) fn add(&mut self, code: &'static str, span: SourceSpan, message: impl Into<String>) {
        self.report(code, span, message.into(), None);
    }

    /// Reports a problem together with its remedy.
    pub(crate) fn help(
        &mut self,
        code: &'static str,
        span: SourceSpan,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(code, span, message.into(), Some(help.into()));
    }

    /// Warns of a defect that does not prevent a run.
    pub(crate) fn warn(&mut self, code: &'static str, span: SourceSpan, caution: Caution) {
        self.warn_with(code, span, caution, None);
    }

    /// Warns, and names a remedy.
    pub(crate) fn warn_with(
        &mut self,
        code: &'static str,
        span: SourceSpan,
        caution: Caution,
        help: Option<&str>,
    ) {
        self.keep_problem(code, span, &caution.to_string(), help, Some(caution));
    }

    #[expect(clippy::needless_pass_by_value, reason = "texts are made for it")]
    pub(crate) fn report(
        &mut self,
        code: &'static str,
        span: SourceSpan,
        message: String,
        help: Option<String>,
    ) {
        self.keep_problem(code, span, &message, help.as_deref(), None);
    }

    fn keep_problem(
        &mut self,
        code: &'static str,
        span: SourceSpan,
        message: &str,
        help: Option<&str>,
        caution: Option<Caution>,
    ) {
        debug_assert!(codes::explain(code).is_some(), "{code} has no explanation");
        // Texts from outside (paths, parsers, varied settings) are made visible.
        let (message, help) = (visible(message), help.map(visible));
        let severity = if caution.is_some() { Severity::Warning } else { Severity::Error };
        debug_assert_eq!(code.starts_with('W'), caution.is_some(), "{code}");
        if severity == Severity::Error {
            self.errors += 1;
        }
        let known = |(place, problem): &(SourceSpan, Problem)| {
            // A warning's numbers may differ from variant to variant; once is enough.
            let same = severity == Severity::Warning || problem.message == message;
            *place == span && problem.code == code && same
        };
        if self.list.len() >= KEPT || self.list.iter().any(known) {
            return;
        }
        let source = self.text(span.source);
        let bytes = (span.start as usize, span.end as usize);
        let length = source
            .as_ref()
            .and_then(|source| source.text.get(bytes.0..bytes.1))
            .and_then(|text| text.lines().next())
            .map_or(1, |text| text.chars().count().max(1));
        let file = visible(self.path(span.source));
        let problem = Problem {
            code,
            severity,
            file,
            line: span.line.max(1) as usize,
            column: span.column.max(1) as usize,
            length,
            message,
            help,
            caution,
            source,
            bytes,
        };
        self.list.push((span, problem));
    }

    /// Returns a hint for an unknown name; `None` once further problems are only counted.
    pub(crate) fn suggest<'a>(
        &self,
        given: &str,
        candidates: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Option<String> {
        if self.list.len() >= KEPT { None } else { suggest(given, candidates) }
    }

    /// Returns an empty collector over the same texts, for tentative work.
    pub(crate) fn scratch(&self) -> Problems {
        Problems { sources: self.sources.clone(), ..Problems::default() }
    }

    /// Returns the number of errors so far, repeated ones included.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Returns errors and warnings separately, each by file and line.
    pub(crate) fn finish(mut self) -> (Vec<Problem>, Vec<Problem>) {
        self.list.sort_by_key(|(span, _)| *span);
        self.list
            .into_iter()
            .map(|(_, problem)| problem)
            .partition(|problem| problem.severity == Severity::Error)
    }
}

/// Returns the candidate nearest to `given`, if one is near.
fn nearest<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(given, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(given.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns a hint for an unknown name: the nearest candidate, else the list of all.
fn suggest<'a>(
    given: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if given.len() < 200
        && let Some(near) = nearest(given, candidates.clone())
    {
        return Some(format!("did you mean `{near}`?"));
    }
    let mut names: Vec<&str> = candidates.into_iter().collect();
    let more = names.len().saturating_sub(12);
    names.truncate(12);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("there are: `{}`{rest}", names.join("`, `")))
}
