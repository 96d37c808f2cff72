//! Parse, call, map the outcome to an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll::app::main()
}
