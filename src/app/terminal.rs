//! Standard output, for the answer, and standard error, for everything else.

use std::io::{ErrorKind, IsTerminal, Write};

use super::error::{AppError, Context, Ending};
use crate::cli::Colour;

/// Writes to standard output; a reader that has gone away is not an error.
pub(super) fn print(bytes: &[u8]) -> Result<(), AppError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write the answer:")
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes to standard output an answer that can be neither met nor missed.
pub(super) fn answer(bytes: &[u8]) -> Result<Ending, AppError> {
    print(bytes)?;
    Ok(Ending::Met)
}

/// Writes to standard error; if even that fails there is nobody to tell.
pub(super) fn warn(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whether to colour the output to a stream.
#[expect(clippy::disallowed_methods, reason = "the command line honours NO_COLOR")]
pub(super) fn coloured(colour: Colour, stream: &impl IsTerminal) -> bool {
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            stream.is_terminal() && std::env::var("NO_COLOR").map_or(true, |value| value.is_empty())
        }
    }
}
