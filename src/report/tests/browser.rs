//! Pages as rendered by a browser: nothing is wider than the page, cut off or overlapping, and
//! every letter has enough contrast, in both languages, at desktop and phone widths, in light and
//! dark mode.
//!
//! Chromium is used where the machine has one; where it has none, the test says so.

use std::fmt::Write;
use std::process::Command;

use super::*;

/// Script that inspects the pages, from inside the browser.
const SCRIPT: &str = include_str!("browser.js");
/// Widths at which pages are inspected \[px\].
const WIDTHS: [u32; 2] = [1280, 390];
/// Colour modes: the value in Chromium's settings, and the one that its pages see.
const MODES: [(&str, &str); 2] = [("1", "light"), ("0", "dark")];

/// Returns the name under which Chromium is installed.
fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find(|name| {
        Command::new(name).arg("--version").output().is_ok_and(|said| said.status.success())
    })
}

/// Returns one document with every page in frames of both widths.
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

/// Returns the script's findings for a document, line by line, and the console's output.
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
    for (setting, mode) in MODES {
        // Dark-mode colours do not depend on the language.
        let by_day = |page: &&(String, String)| mode == "light" || page.0.ends_with("En");
        let pages: Vec<(String, String)> = pages.iter().filter(by_day).cloned().collect();
        fs::write(&place, frames(&pages)).unwrap();
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
        let all = [("four", fixture::before_after()), ("hard", hard()), ("few", few())];
        for (name, result) in all {
            pages.push((format!("{name} {lang:?}"), html_of(&result, lang)));
        }
    }
    check("pages", &pages);
}

/// Returns a result of twelve variants with long names, in both alphabets, and eighty stations with
/// longer ones.
fn hard() -> StudyResult {
    let mut result = twelve();
    for (index, variant) in result.variants.iter_mut().enumerate() {
        variant.name = match index % 3 {
            0 => format!("연결 풀을 두 배로 늘리고 브로커를 여섯 대로 바꾼 {index}단계 구성"),
            1 => {
                format!("phase-{index}-with-{index}-readers-and-without-any-connection-pool-at-all")
            }
            _ => format!("{index}"),
        };
        for (number, station) in variant.stations.iter_mut().enumerate().skip(1) {
            let long = "order-service.payment-completed consumers of the fourth partition";
            station.name = format!("{long} {number} {}", station.name);
        }
    }
    result
}

/// Returns a result with intervals of two replications: 12.7 standard errors to each side.
fn few() -> StudyResult {
    let mut result = fixture::before_after();
    let wide = |estimate: &mut Estimate| {
        let half = 0.7 * estimate.mean;
        *estimate =
            Estimate::interval(estimate.mean, estimate.mean - half, estimate.mean + half, 2);
    };
    for variant in &mut result.variants {
        variant.saturation.iter_mut().for_each(|found| wide(&mut found.rps));
        variant.curve.iter_mut().for_each(|point| {
            wide(&mut point.at.p99_ms);
            wide(&mut point.at.events_per_s);
        });
        for bin in &mut variant.day {
            wide(&mut bin.goodput_rps);
            bin.p99_ms.iter_mut().for_each(&wide);
            wide(&mut bin.max_lag);
        }
    }
    result
}

#[test]
fn two_replications_have_no_bands() {
    let result = few();
    for chart in [chart::Chart::Saturation, chart::Chart::Day] {
        let svg = chart.draw(&result, Lang::En).unwrap().svg();
        assert!(svg.contains(Word::BandsFew.text(Lang::En)), "{}", chart.name());
        let full = chart.draw(&fixture::before_after(), Lang::En).unwrap().svg();
        assert!(!full.contains(Word::BandsFew.text(Lang::En)), "{}", chart.name());
        let place = preview(&format!("few-{}.svg", chart.name()));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, svg).unwrap();
    }
}

#[test]
fn answers_of_other_questions_are_whole_pages() {
    let mut pages = Vec::new();
    for lang in [Lang::En, Lang::Ko] {
        let options = Options { lang, ..Options::default() };
        let place = tempfile::tempdir().unwrap();
        let sizing = fixture::answers::sizing();
        let sized = size::PlannedSizing { sizing, plans: Vec::new() };
        let sized = write(&sized, &folder(place.path(), sized.head()), &options).unwrap();
        let swept = fixture::answers::sweep();
        let folder = folder(place.path(), swept.head());
        fs::create_dir_all(folder.join("points")).unwrap();
        for (name, point) in swept.sweep.points.iter().zip(&swept.points) {
            let file = folder.join("points").join(format!("{name}.json"));
            fs::write(file, sweep::bytes(point).unwrap()).unwrap();
        }
        let swept = write(&swept, &folder, &options).unwrap();
        for (written, charts) in [(&sized, ["phases"].as_slice()), (&swept, &["sweep", "pareto"])] {
            let before = contents(&written.folder);
            let html = fs::read_to_string(written.folder.join("report.html")).unwrap();
            assert_eq!(unbalanced(&html), Vec::<String>::new());
            assert_eq!(html.matches("<svg ").count(), charts.len());
            let name = format!("{} {lang:?}", charts[0]);
            for chart in charts {
                let file = written.folder.join(chart).with_extension("png");
                fs::copy(file, preview(&format!("answer-{chart}-{lang:?}.png"))).unwrap();
            }
            pages.push((name, html));
            // Redrawn from the written files, every file is the same.
            if lang == Lang::En {
                rewrite(&written.folder, &options).unwrap();
                assert!(contents(&written.folder) == before, "{}", charts[0]);
            }
        }
    }
    let page = &pages[0].1;
    // 532 + 122 + 3 + 14 + 73 for the first phase, and 1.9 times all but the cache's 14 for the
    // second.
    for part in ["$744 a month", "$1,401 a month", "no configuration found", "$532"] {
        assert!(page.contains(part), "{part}");
    }
    // min(150 for each pod, 400 for each step of the class) for 35 for each pod and 30, 60 or 120 for the
    // class: by price 300 for 100, 400 for 170, 600 for 200, 800 for 270, 900 for 330, 1,200 for 400.
    let sentence = "6 of 15 configurations are worth their price: $100 a month for 300\u{a0}RPS, up to \
                    $400 for 1,200\u{a0}RPS";
    assert!(pages[1].1.contains(sentence));
    assert!(pages[1].1.contains("5 of 20 points are left out"));
    check("answers", &pages);
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
