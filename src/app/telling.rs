//! Output of errors by command, in the format of its problems.

use super::check;
use super::error::AppError;
use super::terminal::{coloured, print, warn};
use crate::cli::{CheckArgs, Colour, Command};
use crate::plain;
use crate::report::audit;
use crate::scenario;

/// Output format for problems of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// As compilers print them, on standard error.
    Text(Colour),
    /// As JSON on standard output.
    Json,
    /// As SARIF on standard output.
    Sarif,
}

impl Telling {
    /// Returns the format for a command.
    pub(super) fn of(command: &Command) -> Telling {
        if let Command::Check(CheckArgs { sarif: true, .. }) = command {
            return Telling::Sarif;
        }
        // The JSON of a validation covers all scenarios together, and has no place for those that
        // cannot be read.
        if let Command::Validate(args) = command {
            return Telling::Text(args.color);
        }
        match command.input() {
            Some(input) if input.json => Telling::Json,
            Some(input) => Telling::Text(input.color),
            None => Telling::Text(Colour::Auto),
        }
    }

    /// Prints an error; quoted text from outside is made visible.
    pub(super) fn tell(self, error: &AppError) {
        match (error, self) {
            (AppError::Several(all), _) => all.iter().for_each(|error| self.tell(error)),
            (AppError::Refused(refused), Telling::Text(colour)) => {
                warn(&scenario::render(refused, coloured(colour, &std::io::stderr())));
            }
            (AppError::Refused(refused), Telling::Json) => {
                show(&check::findings(refused, None));
            }
            (AppError::Refused(refused), Telling::Sarif) => {
                show(&format!("{:#}\n", audit::sarif(refused, None)));
            }
            (AppError::Asked(_) | AppError::Doing { .. } | AppError::Failed(_), _) => {
                let text = error.to_string();
                let lines: Vec<String> = text.trim_end().lines().map(plain::visible).collect();
                warn(&format!("error: {}", lines.join("\n")));
            }
        }
    }
}

/// Prints problems on standard output, or, where that fails, the reason.
fn show(text: &str) {
    if let Err(error) = print(text.as_bytes()) {
        warn(&format!("error: {error}"));
    }
}
