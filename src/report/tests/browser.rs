//! Pages as a browser shows them: nothing wider than the page, nothing cut or on something else, and every
//! letter dark enough, in both languages, at the width of a desk and of a phone, by day and by night.
//!
//! Chromium is asked where the machine has one, and the test says so where it has none.

use std::fmt::Write;
use std::process::Command;

use super::*;

/// What looks at the pages, from inside the browser.
const SCRIPT: &str = include_str!("browser.js");
/// Widths at which pages are looked at \[px\].
const WIDTHS: [u32; 2] = [1280, 390];
/// What stands for the mode of colours in Chromium's settings, and what its pages are told.
const MODES: [(&str, &str); 2] = [("1", "light"), ("0", "dark")];

/// Chromium by one of its names.
fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| {
        Command::new(name).arg("--version").output().is_ok_and(|said| said.status.success())
    })
}

/// One document with every page in frames of both widths.
fn frames(pages: &[(String, String)]) -> String {
    let mut document = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>pages</title><body><script>{SCRIPT}</script>\n"
    );
    for (name, html) in pages {
        let source = html.replace('&', "&amp;").replace('"', "&quot;");
        for (place, width) in WIDTHS.iter().enumerate() {
            let charts = if place == 0 { " data-charts=\"1\"" } else { "" };
            let _ = writeln!(
                document,
                "<iframe title=\"{name} at {width}\"{charts} width=\"{width}\" height=\"900\" \
                 style=\"border: 0\" srcdoc=\"{source}\"></iframe>"
            );
        }
    }
    document
}

/// What the script says of a document, line by line, and what the console said.
fn look(browser: &str, document: &Path, mode: &str) -> (Vec<String>, String) {
    let profile = tempfile::tempdir().unwrap();
    let said = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .args(["--no-first-run", "--enable-logging=stderr", "--window-size=1600,1000"])
        .arg(format!("--blink-settings=preferredColorScheme={mode}"))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--virtual-time-budget=20000", "--dump-dom"])
        .arg(format!("file://{}", document.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&said.stdout).into_owned();
    let part = dom.split_once("FOUND\n").and_then(|(_, rest)| rest.split_once("\nEND"));
    let lines = part.map_or("", |(lines, _)| lines).lines().map(str::to_owned).collect();
    (lines, String::from_utf8_lossy(&said.stderr).into_owned())
}

fn check(name: &str, pages: &[(String, String)]) {
    let Some(browser) = chromium() else {
        eprintln!("no Chromium here: pages were not looked at");
        return;
    };
    let place = preview(&format!("browser-{name}.html"));
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, frames(pages)).unwrap();
    for (setting, mode) in MODES {
        let (lines, console) = look(browser, &place, setting);
        assert_eq!(lines.first().map(String::as_str), Some(mode), "{console}");
        let seen = lines.iter().filter(|line| line.starts_with("seen ")).count();
        assert_eq!(seen, pages.len() * WIDTHS.len(), "{lines:?}");
        let wrong: Vec<&String> = lines.iter().filter(|line| line.starts_with("wrong ")).collect();
        assert!(wrong.is_empty(), "{mode}: {wrong:#?}");
        assert!(!console.contains(":CONSOLE"), "{console}");
    }
}

#[test]
fn pages_are_whole_in_a_browser() {
    let mut pages = Vec::new();
    for lang in [Lang::En, Lang::Ko] {
        for (name, result) in [("four", fixture::before_after()), ("twelve", twelve())] {
            pages.push((format!("{name} {lang:?}"), html_of(&result, lang)));
        }
    }
    check("pages", &pages);
}

#[test]
fn a_browser_sees_what_is_wrong() {
    let Some(browser) = chromium() else { return };
    let page = "<!doctype html><body style=\"background: #fff\"><main>\
        <p style=\"color: #999\">faint</p><div style=\"width: 2000px\">wide</div>\
        <p style=\"overflow: hidden; width: 20px; white-space: nowrap\">cut off</p>\
        <svg viewBox=\"0 0 100 20\"><text x=\"0\" y=\"12\" fill=\"#000\">one</text>\
        <text x=\"4\" y=\"12\" fill=\"#000\">two</text>\
        <text x=\"90\" y=\"12\" fill=\"#000\">over the edge</text></svg></main>";
    let place = preview("browser-wrong.html");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(&place, frames(&[("wrong".to_owned(), page.to_owned())])).unwrap();
    let (lines, console) = look(browser, &place, "1");
    for what in
        ["contrast", "px wide in", "cut:", "lie on each other", "outside: \"over the edge\""]
    {
        assert!(lines.iter().any(|line| line.contains(what)), "{what}: {lines:#?} {console}");
    }
}
