//! Inputs beyond the capacity of a run are rejected before it runs.

use plimsoll::scenario::{Options, load, render};

/// Returns the messages about a scenario with these parts.
fn said(service: &str, visit: &str, rest: &str) -> String {
    let text = format!(
        "scenario: limits\nsystem:\n  system: s\n  services:\n    order:\n{service}      endpoints: \
         {{ get: [ cpu: 1ms ] }}\n  databases: {{ db: {{}} }}\n  topics: {{ t: {{ partitions: 100000 }} }}\n\
         journeys: {{ look: [ {{ request: order.get{visit} }} ] }}\n{rest}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("limits.yaml");
    std::fs::write(&path, text).expect("it works");
    match load(&path, &Options::default()) {
        Ok(loaded) => render(&loaded.warnings, false),
        Err(problems) => render(&problems, false),
    }
}

#[track_caller]
fn refused(service: &str, visit: &str, rest: &str, why: &str) {
    let said = said(service, visit, rest);
    assert!(said.contains("error[") && said.contains(why), "{said}");
}

#[test]
fn what_is_within_the_limits_loads() {
    let rest = "load: { rate: 10/s }\nwindow: { measure: 1ms }\n";
    let said = said("      replicas: 10000\n", ", think: 5s", rest);
    assert!(!said.contains("error["), "{said}");
}

#[test]
fn rates_that_are_next_to_nothing_are_refused() {
    let why = "0 or from 0.000000001/s to 10,000,000/s";
    refused("", "", "load: { rate: 0.0000000001/s }\n", why);
    refused("", "", "load: { rate: 1/s }\nsearch: { highest: 0.0000000001/s }\n", why);
    let users = "load: { users: { mau: 1, daily: 0.00001, concurrent: 0.00001, calls: 1/s } }\n";
    refused("", "", users, "the load is zero requests per second");
}

#[test]
fn a_window_too_short_for_quarters_is_refused() {
    refused("", "", "load: { rate: 1/s }\nwindow: { measure: 3ns }\n", "at least 1 ms");
}

#[test]
fn a_housekeeper_without_rest_is_refused() {
    let service = "      pools: { p: { database: db, housekeeping: 1ns } }\n";
    refused(service, "", "load: { rate: 1/s }\n", "`housekeeping` must be at least 1 ms");
}

#[test]
fn more_users_than_fit_are_refused() {
    // 1,000/s for 6,000 s.
    let why = "keep 6000000 users there at once";
    refused("", ", think: 6000s", "load: { rate: 1k/s }\n", why);
}

#[test]
fn more_partitions_than_fit_are_refused() {
    // Six listeners of 100,000 partitions each.
    let listeners: Vec<String> =
        (0..6).map(|n| format!("        l{n}: {{ topic: t, steps: [ cpu: 1ms ] }}\n")).collect();
    let service = format!("      listeners:\n{}", listeners.concat());
    refused(&service, "", "load: { rate: 1/s }\n", "600000 partitions to read");
}

#[test]
fn more_connections_than_fit_are_refused() {
    // 1,000 pods of 3,000.
    let service = "      replicas: 1000\n      pools: { p: { database: db, maximum: 3000 } }\n";
    refused(service, "", "load: { rate: 1/s }\n", "3000000 connections in their pools");
}
