//! The command line; its code is in the library, whose `main` it calls.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll::main()
}
