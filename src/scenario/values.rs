//! Scalar values with their units, as written by people.

use serde_json::{Value as Json, json};

use super::decode::{Decode, Definitions, Map, wrong_word};
use super::problem::{Problems, SourceSpan};
use super::yaml::Node;
use crate::model::spec::limits::CORES;
pub(crate) use crate::model::spec::limits::{FASTEST, LONGEST, SLOWEST};
use crate::study::basis::Basis;
use crate::units::Span;

/// Pattern of names, for schemas.
pub(crate) const NAME_PATTERN: &str = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$";
/// Rules for names, for readers.
pub(crate) const NAME_HELP: &str =
    "a name has at most 100 letters, digits, `-`, `_` and `.`, and begins with a letter or digit";

/// Fault in a text: code, message, help.
type Fault = (&'static str, String, Option<String>);

fn fault(code: &'static str, message: String, help: &str) -> Fault {
    (code, message, (!help.is_empty()).then(|| help.to_owned()))
}

/// A value written as one text.
trait Scalar: Sized {
    /// Description of the value, with its article.
    const WHAT: &'static str;
    fn parse(text: &str, span: SourceSpan) -> Result<Self, Fault>;
    fn form() -> Json;
}

macro_rules! scalars {
    ($($type:ty),*) => {$(
        impl Decode for $type {
            fn decode(node: &Node, problems: &mut Problems) -> Option<$type> {
                scalar(node, problems)
            }
            fn schema(_: &mut Definitions) -> Json {
                <$type as Scalar>::form()
            }
        }
    )*};
}
scalars!(Duration, Rate, Share, Number, Cores, Bytes, Money, Text, Name, Flag);

fn scalar<T: Scalar>(node: &Node, problems: &mut Problems) -> Option<T> {
    let Some(text) = node.text().filter(|_| !node.is_null()) else {
        let message = format!("expected {}, found {}", T::WHAT, node.kind());
        problems.add("E0103", node.span, message);
        return None;
    };
    match T::parse(text, node.span) {
        Ok(value) => Some(value),
        Err((code, message, help)) => {
            problems.report(code, node.span, message, help);
            None
        }
    }
}

/// Splits a number from its suffix. No signs and no exponents: nobody writes capacity plans in
/// those.
pub(super) fn quantity(text: &str) -> Option<(f64, &str)> {
    let end = text
        .char_indices()
        .find(|(_, letter)| !letter.is_ascii_digit() && *letter != '.')
        .map_or(text.len(), |(at, _)| at);
    let (digits, unit) = text.split_at(end);
    let plain = !digits.starts_with('.') && !digits.ends_with('.');
    let value: f64 = digits.parse().ok().filter(|value: &f64| plain && value.is_finite())?;
    Some((value, unit.trim_start()))
}

fn not_a(what: &str, text: &str, help: &str) -> Fault {
    let short: String = text.chars().take(40).collect();
    if text.starts_with('-') && quantity(&text[1..]).is_some() {
        return fault("E0107", format!("`{short}` is negative"), help);
    }
    fault("E0104", format!("`{short}` is not {what}"), help)
}

fn within(value: f64, low: f64, high: f64, text: &str, range: &str) -> Result<f64, Fault> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(fault("E0107", format!("`{text}` is out of range; it must be {range}"), ""))
    }
}

/// A duration \[s\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Duration(pub(crate) f64);

impl Duration {
    pub(crate) fn span(self) -> Span {
        Span::from_secs(self.0)
    }
}

impl Scalar for Duration {
    const WHAT: &'static str = "a duration such as `250ms`";

    fn parse(text: &str, _: SourceSpan) -> Result<Duration, Fault> {
        let help = "write `250us`, `3ms`, `30s`, `5m`, `24h` or `2d`";
        let Some((value, unit)) = quantity(text) else {
            return Err(not_a("a duration", text, help));
        };
        let scale = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            // Zero is zero in every unit; schemas require a unit nevertheless.
            "" if value == 0.0 => 1.0,
            "" => {
                let help = "write `250ms`, `30s` or `5m`";
                return Err(fault("E0105", format!("`{text}` has no unit"), help));
            }
            _ => return Err(fault("E0105", format!("`{unit}` is not a unit of time"), help)),
        };
        within(value * scale, 0.0, LONGEST, text, "at most 400 days").map(Duration)
    }

    fn form() -> Json {
        json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? *(ns|us|µs|ms|s|m|min|h|d)$" })
    }
}

/// A rate \[1/s\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate(pub(crate) f64);

impl Scalar for Rate {
    const WHAT: &'static str = "a rate such as `1000/s`";

    fn parse(text: &str, _: SourceSpan) -> Result<Rate, Fault> {
        let help = "write `1000/s`, `60/min` or `10k/s`";
        let Some((value, unit)) = quantity(text) else {
            return Err(not_a("a rate", text, help));
        };
        let (scale, unit) = multiple(unit);
        let period = match unit {
            "/s" => 1.0,
            "/m" | "/min" => 60.0,
            "/h" => 3600.0,
            "/d" => 86_400.0,
            "" => return Err(fault("E0105", format!("`{text}` has no unit"), help)),
            _ => return Err(fault("E0105", format!("`{unit}` is not a unit of rate"), help)),
        };
        let rate = value * scale / period;
        // A rate below once in 30 years is a typing error, and ratios of rates would exceed all
        // bounds.
        let lowest = if rate > 0.0 { SLOWEST } else { 0.0 };
        within(rate, lowest, FASTEST, text, "0 or from 0.000000001/s to 10,000,000/s").map(Rate)
    }

    fn form() -> Json {
        json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?[kM]?/(s|m|min|h|d)$" })
    }
}

fn multiple(unit: &str) -> (f64, &str) {
    match unit.as_bytes().first() {
        Some(b'k') => (1e3, &unit[1..]),
        Some(b'M') => (1e6, &unit[1..]),
        _ => (1.0, unit),
    }
}

/// A share of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

impl Scalar for Share {
    const WHAT: &'static str = "a share such as `70%`";

    fn parse(text: &str, _: SourceSpan) -> Result<Share, Fault> {
        let help = "write `70%` or `0.7`";
        let share = match quantity(text) {
            Some((value, "")) => value,
            Some((value, "%")) => value / 100.0,
            Some((_, unit)) => {
                return Err(fault("E0105", format!("`{unit}` is not a unit of a share"), help));
            }
            None => return Err(not_a("a share", text, help)),
        };
        within(share, 0.0, 1.0, text, "from 0 to 1, or 0% to 100%").map(Share)
    }

    fn form() -> Json {
        json!({ "anyOf": [
            { "type": "number", "minimum": 0, "maximum": 1 },
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? *%$" },
        ] })
    }
}

/// A non-negative number without a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl Scalar for Number {
    const WHAT: &'static str = "a number";

    fn parse(text: &str, _: SourceSpan) -> Result<Number, Fault> {
        match quantity(text) {
            Some((value, "")) => within(value, 0.0, 1e12, text, "at most 10^12").map(Number),
            Some((_, unit)) => {
                let message = format!("`{text}` must have no unit, but has `{unit}`");
                Err(fault("E0105", message, ""))
            }
            None => Err(not_a("a number", text, "")),
        }
    }

    fn form() -> Json {
        json!({ "type": "number", "minimum": 0 })
    }
}

/// A whole number between `LOW` and `HIGH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Count<const LOW: u64, const HIGH: u64>(pub(crate) u64);

impl<const LOW: u64, const HIGH: u64> Count<LOW, HIGH> {
    /// Returns the count as the model's integer type; the limits of all counts that reach it fit.
    pub(crate) fn u32(self) -> u32 {
        u32::try_from(self.0).unwrap_or(u32::MAX)
    }
}

impl<const LOW: u64, const HIGH: u64> Scalar for Count<LOW, HIGH> {
    const WHAT: &'static str = "a whole number";

    fn parse(text: &str, _: SourceSpan) -> Result<Count<LOW, HIGH>, Fault> {
        let help = "write `2`, `250k` or `5M`";
        let (value, unit) = quantity(text).ok_or_else(|| not_a("a whole number", text, help))?;
        let (scale, unit) = multiple(unit);
        if !unit.is_empty() {
            return Err(fault("E0105", format!("`{unit}` is not a unit of a count"), help));
        }
        let value = value * scale;
        if (value - value.round()).abs() > 1e-6 {
            return Err(fault("E0104", format!("`{text}` is not a whole number"), help));
        }
        let range = format!("from {LOW} to {HIGH}");
        within(value.round(), LOW as f64, HIGH as f64, text, &range)
            .map(|value| Count(value as u64))
    }

    fn form() -> Json {
        json!({ "anyOf": [
            { "type": "integer", "minimum": LOW, "maximum": HIGH },
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?[kM]$" },
        ] })
    }
}

impl<const LOW: u64, const HIGH: u64> Decode for Count<LOW, HIGH> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Count<LOW, HIGH>> {
        scalar(node, problems)
    }

    fn schema(_: &mut Definitions) -> Json {
        Self::form()
    }
}

/// A share between `LOW` and `HIGH` thousandths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Thousandths<const LOW: u32, const HIGH: u32>(pub(crate) f64);

impl<const LOW: u32, const HIGH: u32> Thousandths<LOW, HIGH> {
    fn ends() -> [f64; 2] {
        [LOW, HIGH].map(|end| f64::from(end) / 1000.0)
    }
}

impl<const LOW: u32, const HIGH: u32> Scalar for Thousandths<LOW, HIGH> {
    const WHAT: &'static str = Share::WHAT;

    fn parse(text: &str, span: SourceSpan) -> Result<Thousandths<LOW, HIGH>, Fault> {
        let Share(share) = Share::parse(text, span)?;
        let [low, high] = Self::ends();
        let range = format!("from {}% to {}%", low * 100.0, high * 100.0);
        within(share, low, high, text, &range).map(Thousandths)
    }

    fn form() -> Json {
        let [low, high] = Self::ends();
        json!({ "anyOf": [
            { "type": "number", "minimum": low, "maximum": high },
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? *%$" },
        ] })
    }
}

impl<const LOW: u32, const HIGH: u32> Decode for Thousandths<LOW, HIGH> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Thousandths<LOW, HIGH>> {
        scalar(node, problems)
    }

    fn schema(_: &mut Definitions) -> Json {
        Self::form()
    }
}

/// CPU \[cores\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cores(pub(crate) f64);

impl Scalar for Cores {
    const WHAT: &'static str = "CPU such as `500m` or `1.5`";

    fn parse(text: &str, _: SourceSpan) -> Result<Cores, Fault> {
        let help = "write `500m` for half a core, or `1.5`";
        let cores = match quantity(text) {
            Some((value, "")) => value,
            Some((value, "m")) => value / 1000.0,
            Some((_, unit)) => {
                return Err(fault("E0105", format!("`{unit}` is not a unit of CPU"), help));
            }
            None => return Err(not_a("an amount of CPU", text, help)),
        };
        within(cores, *CORES.start(), *CORES.end(), text, "from 1m to 10,000 cores").map(Cores)
    }

    fn form() -> Json {
        json!({ "anyOf": [
            { "type": "number", "exclusiveMinimum": 0, "maximum": 10_000 },
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?m$" },
        ] })
    }
}

/// Memory or storage \[bytes\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bytes(pub(crate) f64);

impl Bytes {
    pub(crate) fn gib(self) -> f64 {
        self.0 / 1_073_741_824.0
    }
}

impl Scalar for Bytes {
    const WHAT: &'static str = "a size such as `512Mi`";

    fn parse(text: &str, _: SourceSpan) -> Result<Bytes, Fault> {
        let help = "write `512Mi`, `1Gi` or `20GiB`";
        let Some((value, unit)) = quantity(text) else {
            return Err(not_a("a size", text, help));
        };
        let scale = match unit {
            "Ki" | "KiB" => 1024.0,
            "Mi" | "MiB" => 1_048_576.0,
            "Gi" | "GiB" => 1_073_741_824.0,
            "Ti" | "TiB" => 1_099_511_627_776.0,
            "" => return Err(fault("E0105", format!("`{text}` has no unit"), help)),
            _ => return Err(fault("E0105", format!("`{unit}` is not a unit of size"), help)),
        };
        within(value * scale, 0.0, 1e18, text, "at most 10^18 bytes").map(Bytes)
    }

    fn form() -> Json {
        json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)? *[KMGT]iB?$" })
    }
}

/// Dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Money(pub(crate) f64);

impl Scalar for Money {
    const WHAT: &'static str = "a price such as `$0.104`";

    fn parse(text: &str, _: SourceSpan) -> Result<Money, Fault> {
        let help = "write dollars, such as `$0.104`";
        match text.strip_prefix('$').and_then(quantity) {
            Some((value, "")) => within(value, 0.0, 1e9, text, "at most $10^9").map(Money),
            _ => Err(not_a("a price", text, help)),
        }
    }

    fn form() -> Json {
        json!({ "type": "string", "pattern": "^\\$[0-9]+(\\.[0-9]+)?$" })
    }
}

/// Arbitrary text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl Scalar for Text {
    const WHAT: &'static str = "a text";

    fn parse(text: &str, _: SourceSpan) -> Result<Text, Fault> {
        if text.chars().count() > 2000 {
            return Err(fault("E0107", "a text has at most 2,000 characters".into(), ""));
        }
        Ok(Text(text.to_owned()))
    }

    fn form() -> Json {
        json!({ "type": ["string", "number", "boolean"] })
    }
}

/// A name with its location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: SourceSpan,
}

/// Returns the reason why `text` cannot be a name, if any.
pub(crate) fn name_fault(text: &str) -> Option<String> {
    let good = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let first = text.chars().next().is_some_and(|letter| letter.is_ascii_alphanumeric());
    if first && text.len() <= 100 && text.chars().all(good) {
        return None;
    }
    let short: String = text.chars().take(40).collect();
    Some(format!("`{short}` is not a name"))
}

impl Scalar for Name {
    const WHAT: &'static str = "a name";

    fn parse(text: &str, span: SourceSpan) -> Result<Name, Fault> {
        match name_fault(text) {
            Some(message) => Err(fault("E0109", message, NAME_HELP)),
            None => Ok(Name { text: text.to_owned(), span }),
        }
    }

    fn form() -> Json {
        json!({ "anyOf": [
            { "type": "string", "pattern": NAME_PATTERN },
            { "type": "number" },
        ] })
    }
}

/// A boolean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) bool);

impl Scalar for Flag {
    const WHAT: &'static str = "`true` or `false`";

    fn parse(text: &str, _: SourceSpan) -> Result<Flag, Fault> {
        match text {
            "true" => Ok(Flag(true)),
            "false" => Ok(Flag(false)),
            _ => Err(not_a("a flag", text, "write `true` or `false`")),
        }
    }

    fn form() -> Json {
        json!({ "type": "boolean" })
    }
}

impl Decode for Basis {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Basis> {
        let found = node.text().and_then(Basis::of);
        if found.is_none() {
            wrong_word(node, &Basis::ALL.map(Basis::word), problems);
        }
        found
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "enum": Basis::ALL.map(Basis::word) })
    }
}

/// Parses a value into a number and the kind of its unit, to compare different notations.
pub(crate) fn canonical(text: &str) -> Option<(f64, &'static str)> {
    let nowhere = SourceSpan::default();
    if let Some((value, "")) = quantity(text) {
        return Some((value, "number"));
    }
    if let Ok(value) = Duration::parse(text, nowhere) {
        return Some((value.0, "time"));
    }
    if let Ok(value) = Rate::parse(text, nowhere) {
        return Some((value.0, "rate"));
    }
    if let Ok(value) = Bytes::parse(text, nowhere) {
        return Some((value.0, "bytes"));
    }
    match quantity(text) {
        Some((value, "%")) => Some((value / 100.0, "number")),
        Some((value, "k")) => Some((value * 1e3, "number")),
        Some((value, "M")) => Some((value * 1e6, "number")),
        _ => None,
    }
}

/// Returns the position of `name` in `map`; otherwise reports a problem that lists the names there
/// are.
pub(super) fn find<T>(
    map: &Map<T>,
    name: &Name,
    what: &str,
    code: &'static str,
    problems: &mut Problems,
) -> Option<usize> {
    let position = map.position(&name.text);
    if position.is_none() {
        let help = problems.suggest(&name.text, map.names());
        problems.report(code, name.span, format!("there is no {what} `{}`", name.text), help);
    }
    position
}
