//! Plimsoll: the load line for a back end.
//!
//! A Plimsoll line is the mark on a ship's hull that shows how deep it may safely be loaded. This crate
//! draws that line for a system of services, connection pools, databases, caches and Kafka consumers:
//! how many requests it carries before something saturates, what saturates first, and where the line
//! moves after a planned change.
//!
//! ```text
//! YAML ──► scenario ──► study::setup::Study ──► study ──► study::result::StudyResult ──► report
//!                                                │  ▲
//!                                                ▼  │ observe
//!                                    model (engine, station, random)
//! ```
//!
//! | room | what it is | what it never knows |
//! |---|---|---|
//! | [`units`] | time in whole nanoseconds | anybody |
//! | [`random`] | draws addressed by who draws and which draw | entropy |
//! | [`engine`] | the event list | what an event means |
//! | [`observe`] | what a run reports, and its listeners | who reports |
//! | [`station`] | things with a queue | services, requests |
//! | [`model`] | one replication of a system under load | files, statistics, failure |
//! | [`stats`] | estimates with intervals, queueing theory | the model |
//! | [`study`] | replications, the line, differences | files, terminal |
//! | [`scenario`] | from files to a validated study | the engine, reports |
//! | [`audit`] | coded rules that judge a system and its plans | simulation, systems |
//! | [`report`] | text, tables, charts | how it was computed |
//! | [`cli`], [`app`] | the command line | |
//!
//! From a program:
//!
//! ```
//! use plimsoll::scenario::{Options, load};
//! use plimsoll::study::{Question, Unwatched, answer_question};
//!
//! let path = std::path::Path::new("scenarios/textbook/closed-loop.yaml");
//! let loaded = load(path, &Options::default())?;
//! let (result, _effort) = answer_question(&loaded.study, Question::Run, &Unwatched);
//! let seen = result.variants[0].at_target.as_ref().expect("the scenario has a load");
//! // 100 users who wait 250 ms for each answer: 400 requests a second.
//! assert!((seen.goodput_rps.mean - 400.0).abs() < 1e-9);
//! # Ok::<(), plimsoll::scenario::Refused>(())
//! ```
//!
//! `ARCHITECTURE.md` says why it is made this way and how to add to it.

pub mod app;
pub mod audit;
pub mod cli;
pub mod engine;
pub mod model;
pub mod observe;
mod plain;
pub mod random;
pub mod report;
pub mod scenario;
pub mod station;
pub mod stats;
pub mod study;
pub mod units;
