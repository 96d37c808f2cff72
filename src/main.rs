//! The command line: all of it is in the library, whose `main` this calls.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll::main()
}
