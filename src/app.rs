//! The program: reads input, calls the other rooms, writes output, and reports success. The only
//! room that knows the terminal, the clock and the environment.

mod check;
mod error;
mod growth;
mod input;
mod interrupt;
mod ladder;
mod points;
mod progress;
mod reference;
mod report;
mod schema;
mod session;
mod size;
mod study;
mod sweep;
mod telling;
mod terminal;
mod uncertain;
mod validate;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use self::error::{AppError, Ending};
use self::telling::Telling;
use crate::cli::{Cli, Command};
use crate::study::Question;

/// Exit status where a target is not met, or the run was interrupted.
const MISSED: u8 = 1;
/// Exit status for invalid input.
const BAD_INPUT: u8 = 2;

/// Runs the program with the arguments of the process. The only place that prints errors and maps
/// outcomes to an exit status.
pub fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    interrupt::listen();
    match run(&command) {
        // An interrupted run has not answered the question, whatever was finished by then.
        Ok(Ending::Met) if !interrupt::asked() => ExitCode::SUCCESS,
        Ok(Ending::Met | Ending::Missed) => ExitCode::from(MISSED),
        Err(error) => {
            Telling::of(&command).tell(&error);
            ExitCode::from(BAD_INPUT)
        }
    }
}

fn run(command: &Command) -> Result<Ending, AppError> {
    match command {
        Command::Check(args) => check::check(args),
        Command::Run(args) => study::study(args, Question::Run, false),
        Command::Compare(args) => study::study(&args.study, Question::Compare, args.contributions),
        Command::Saturate(args) if args.ladder => ladder::ladder(args),
        Command::Saturate(args) => study::study(&args.study, Question::Saturate, false),
        Command::Size(args) => size::size(args),
        Command::Sweep(args) => sweep::sweep(args),
        Command::Merge(args) => sweep::merge(args),
        Command::Uncertain(args) => uncertain::uncertain(args),
        Command::Growth(args) => growth::growth(args),
        Command::Validate(args) => validate::validate(args),
        Command::Report { folder, lang, font } => report::rewrite(folder, *lang, font.as_deref()),
        Command::Explain { code, write } => check::explain(code.as_deref(), write.as_deref()),
        Command::Schema { reference: Some(place), .. } => schema::reference(place),
        Command::Schema { name, write, .. } => schema::schema(name.as_deref(), write.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "plimsoll", &mut script);
            terminal::answer(&script)
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            terminal::answer(&page)
        }
    }
}
