//! Reports of invented results, checked as a reader would.

use std::fs;

use tiny_skia::Pixmap;
use unicode_width::UnicodeWidthStr;

use super::text::text;
use super::words::Word;
use super::*;
use crate::stats::Estimate;
use crate::study::caution::{Caution, Part};
use crate::study::doubt::{Doubt, Warning};
use crate::study::metric::Metric;
use crate::study::result::StudyResult;

mod browser;
mod day;

fn preview(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/report-preview");
    std::fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}

fn written(name: &str, result: &StudyResult, options: &Options) -> Written {
    written_into(&preview(name), result, options)
}

fn written_into(place: &Path, result: &StudyResult, options: &Options) -> Written {
    let studied = Studied::new(result, &fixture::manifest()).unwrap();
    write(&studied, &folder(place, &result.head), options).unwrap()
}

fn names(written: &Written) -> Vec<String> {
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    written.files.iter().map(name).collect()
}

fn check_charts(written: &Written) {
    for path in &written.files {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => {
                let svg = fs::read_to_string(path).unwrap();
                assert!(
                    svg.starts_with("<svg width=\"1200\"") && svg.trim_end().ends_with("</svg>")
                );
                assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{}", path.display());
            }
            Some("png") => {
                let picture = Pixmap::load_png(path).unwrap();
                let large = path.to_string_lossy().ends_with("@2x.png");
                let scale = if large { 2 } else { 1 };
                assert_eq!(picture.width(), 1200 * scale);
                assert!((200..2400).contains(&(picture.height() / scale)), "{}", path.display());
            }
            _ => {}
        }
    }
}

fn long(index: usize) -> &'static str {
    [
        "effective configuration of 2025-12 with the autoscaler switched off",
        "planned",
        "planned without the connection pools and with six brokers instead of three",
        "intended",
        "phase 2 (10 M)",
        "phase 3 (20 M) with a reader instance per database",
    ][index]
}

fn six() -> StudyResult {
    let lines = [350.0, 352.0, 470.0, 480.0, 900.0, 1080.0];
    let variants: Vec<_> = lines.iter().enumerate().map(|(i, line)| (long(i), *line)).collect();
    fixture::study(&variants, 60)
}

#[test]
fn everything_is_written_and_reads_back() {
    let result = fixture::before_after();
    let options = Options::default();
    let out = written("four", &result, &options);
    let names = names(&out);
    let mut expected = vec!["manifest.json", "summary.json"];
    expected.extend(tables::NAMES);
    for chart in chart::ALL {
        for ending in [".svg", ".png", "@2x.png"] {
            assert!(names.contains(&format!("{}{ending}", chart.name())), "{names:?}");
        }
    }
    expected.extend(["report.md", "report.html"]);
    for name in expected {
        assert!(names.iter().any(|known| known == name), "{name} not in {names:?}");
    }
    assert!(out.notes.is_empty(), "{:?}", out.notes);
    let read = |name: &str| fs::read_to_string(out.folder.join(name)).unwrap();
    assert_eq!(serde_json::from_str::<StudyResult>(&read("summary.json")).unwrap(), result);
    let manifest = serde_json::from_str::<Manifest>(&read("manifest.json")).unwrap();
    assert_eq!(manifest.summary, crate::study::digest::digest(read("summary.json")));
    assert_eq!(manifest.computed_from, result.computed_from);
    let (computed_from, summary) = (manifest.computed_from.clone(), manifest.summary.clone());
    assert_eq!(manifest, Manifest { computed_from, summary, ..fixture::manifest() });
    let left: Vec<_> = fs::read_dir(&out.folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".part")), "{left:?}");
    check_charts(&out);
}

#[test]
fn tables_have_four_columns_per_estimate() {
    let result = fixture::before_after();
    let tables = tables::all(&result).unwrap();
    assert_eq!(tables.len(), tables::NAMES.len());
    for (name, bytes) in &tables {
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert!(!rows.is_empty(), "{name}");
        for column in header.iter().filter(|column| column.ends_with("_low")) {
            let stem = column.trim_end_matches("_low");
            for other in [stem.to_owned(), format!("{stem}_high"), format!("{stem}_n")] {
                assert!(header.iter().any(|known| known == other), "{name}: {other}");
            }
        }
    }
    let variants = String::from_utf8(tables[0].1.clone()).unwrap();
    let mut reader = csv::Reader::from_reader(variants.as_bytes());
    let at =
        reader.headers().unwrap().iter().position(|column| column == "saturation_rps").unwrap();
    let first = reader.records().next().unwrap().unwrap();
    assert_eq!(&first[at], "380");
    assert_eq!(&first[at + 3], "8");
}

#[test]
fn the_terminal_shows_intervals_and_stays_narrow() {
    for result in [fixture::before_after(), six(), fixture::study(&[("현재 설정", 350.0)], 3)] {
        for lang in [Lang::En, Lang::Ko] {
            let shown = text(&result, lang, false);
            for line in shown.lines() {
                assert!(line.width() <= 120, "{}: {line}", line.width());
                assert_eq!(line, line.trim_end());
            }
        }
    }
    let shown = text(&fixture::before_after(), Lang::En, false);
    for part in ["380 ± 5", "product CPU", "1,000 RPS", "missed", "1 of 9 edits"] {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    // Every row with a number says on how many replications it rests.
    let table = shown.lines().take_while(|line| !line.starts_with("because"));
    let mut rows = 0;
    for line in table.filter(|line| line.matches('±').count() > 1) {
        assert!(line.ends_with("  8"), "{line}");
        rows += 1;
    }
    assert!(rows > 8, "{shown}");
    let ko = text(&fixture::before_after(), Lang::Ko, false);
    assert!(ko.contains("190만 ± 2만") && ko.contains("500만 MAU"), "{ko}");
    let coloured = text(&fixture::before_after(), Lang::En, true);
    assert!(coloured.contains("\x1b[31mmissed\x1b[0m"), "{coloured}");
}

#[test]
fn charts_hold_for_one_variant_and_for_six() {
    check_charts(&written("six", &six(), &Options::default()));
    let one = fixture::study(&[("effective", 350.0)], 3);
    check_charts(&written("one", &one, &Options::default()));
}

#[test]
fn charts_without_data_are_not_written_and_old_ones_go() {
    let place = tempfile::tempdir().unwrap();
    let mut result = fixture::before_after();
    let options = Options::default();
    written_into(place.path(), &result, &options);
    for variant in &mut result.variants {
        variant.day.clear();
        variant.day_answer = None;
        variant.anatomy.clear();
        variant.stations.iter_mut().for_each(|station| station.busy_by_bin.clear());
    }
    result.edits.clear();
    let out = written_into(place.path(), &result, &options);
    for gone in ["day.svg", "day.png", "day.csv", "heatmap.svg", "anatomy.png", "edits.csv"] {
        assert!(!out.folder.join(gone).exists(), "{gone}");
    }
    assert!(out.folder.join("saturation.svg").exists());
}

#[test]
fn an_empty_result_is_still_a_report() {
    let mut result = fixture::study(&[], 0);
    result.alternatives.clear();
    let place = tempfile::tempdir().unwrap();
    let out = written_into(place.path(), &result, &Options::default());
    assert!(names(&out).contains(&"report.md".to_owned()));
    assert!(!text(&result, Lang::Ko, true).is_empty());
}

#[test]
fn strange_numbers_do_not_reach_the_charts() {
    let mut result = fixture::before_after();
    let nothing = Estimate::interval(f64::NAN, f64::NAN, f64::NAN, 8);
    let single = Estimate::interval(300.0, f64::NEG_INFINITY, f64::INFINITY, 1);
    for point in &mut result.variants[0].curve {
        point.at.p99_ms = nothing;
    }
    if let Some(saturation) = &mut result.variants[1].saturation {
        saturation.rps = single;
    }
    let place = tempfile::tempdir().unwrap();
    let out = written_into(place.path(), &result, &Options::default());
    check_charts(&out);
    assert_eq!(out.notes.len(), 1);
    assert!(!text(&result, Lang::En, false).contains("NaN"));
}

#[test]
fn without_hangul_the_svg_stays_korean() {
    let options = Options {
        lang: Lang::Ko,
        font: Some(PathBuf::from("no/such/font.ttf")),
        ..Options::default()
    };
    let out = written("korean", &fixture::before_after(), &options);
    check_charts(&out);
    assert!(out.notes.iter().any(|note| note.contains("no/such/font.ttf")), "{:?}", out.notes);
    let svg = fs::read_to_string(out.folder.join("saturation.svg")).unwrap();
    assert!(svg.contains("유입 부하") && svg.contains("목표"));
    let page = fs::read_to_string(out.folder.join("report.md")).unwrap();
    assert!(page.contains("## 결론") && page.contains("![") && page.contains("500만"));
}

#[test]
fn names_without_a_font_are_numbered_in_png_only() {
    let mut result = fixture::study(&[("현재 설정", 350.0), ("계획", 500.0)], 3);
    result.variants[0].stations[0].name = "주문 CPU".to_owned();
    result.head.scenario = "변경 전후".to_owned();
    let out = written("hangul-names", &result, &Options::default());
    check_charts(&out);
    assert!(names(&out).contains(&"heatmap.png".to_owned()), "{:?}", out.notes);
    let svg = fs::read_to_string(out.folder.join("heatmap.svg")).unwrap();
    assert!(svg.contains("주문 CPU") && svg.contains("현재 설정"));
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    let result = fixture::study(&[("effective", 350.0)], 3);
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = written_into(one.path(), &result, &Options::default());
    let second = written_into(two.path(), &result, &Options::default());
    for (a, b) in first.files.iter().zip(&second.files) {
        assert_eq!(fs::read(a).unwrap(), fs::read(b).unwrap(), "{}", a.display());
    }
}

#[test]
fn the_page_keeps_its_order() {
    let out = written("order", &fixture::before_after(), &Options::default());
    let page = fs::read_to_string(out.folder.join("report.md")).unwrap();
    let order = [
        "## The answer",
        "## Read this before using the numbers",
        "## Before and after",
        "## Targets",
        "(saturation.png)",
        "## Where it saturates, and why",
        "(anatomy.png)",
        "## The day",
        "(day.png)",
        "(heatmap.png)",
        "## What the plan's edits do",
        "## Other mixes and calibrations",
        "## Inputs nobody has measured",
        "## Theory beside simulation",
        "## How it was computed",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|part| page.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
}

#[test]
fn warnings_about_spare_things_are_counted_not_told() {
    let mut result = fixture::before_after();
    result.cautions = vec![
        Caution::Unused { part: Part::Pool, name: "master".into() },
        Caution::IdleConsumers {
            listener: "a.b".into(),
            threads: 6,
            partitions: 3,
            topic: "b".into(),
            idle: 3,
        },
    ];
    result.warnings = vec![Warning::of_all(Doubt::Compressed { factor: 12.0 })];
    let shown = text(&result, Lang::En, false);
    assert!(shown.contains("warning: the day was run in 1/12 of its time"), "{shown}");
    assert!(!shown.contains("not used") && !shown.contains("3 idle"), "{shown}");
    assert!(shown.contains("2 more warnings in report.md."), "{shown}");
    let page = fs::read_to_string(
        written("warnings", &result, &Options::default()).folder.join("report.md"),
    );
    let page = page.unwrap();
    assert!(page.contains("is not used") && page.contains("3 idle"));
}

#[test]
fn resources_that_limit_together_are_not_named_alone() {
    let mut result = fixture::study(&[("effective", 350.0)], 3);
    let saturation = result.variants[0].saturation.as_mut().unwrap();
    saturation.relief[0].carried = 0.0;
    saturation.agreement = 0.0;
    saturation.binding_target = Some(Metric::Drift);
    let shown = text(&result, Lang::En, false);
    assert!(
        shown.contains("several together") && !shown.contains("0 % of replications"),
        "{shown}"
    );
    assert!(shown.contains("a queue keeps growing") && !shown.contains('{'), "{shown}");
}

#[test]
fn numbers_known_exactly_have_no_replications() {
    let mut result = fixture::study(&[("effective", 350.0)], 3);
    result.variants[0].saturation.as_mut().unwrap().rps = Estimate::exact(350.0);
    let shown = text(&result, Lang::En, false);
    assert!(shown.contains("  exact\n") && !shown.contains(&u32::MAX.to_string()), "{shown}");
    let tables = tables::all(&result).unwrap();
    let variants = String::from_utf8(tables[0].1.clone()).unwrap();
    assert!(variants.contains(",350,350,350,exact,") && !variants.contains("4294967295"));
}

fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file() && entry.file_name() != ".lock")
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn a_report_drawn_anew_is_the_one_the_study_wrote() {
    let place = tempfile::tempdir().unwrap();
    let mut result = fixture::before_after();
    // Thirds have no finite decimal form, and non-finite numbers are left out: both must survive a
    // round trip.
    result.variants[0].saturation.as_mut().unwrap().rps =
        Estimate::interval(1000.0 / 3.0, 700.0 / 3.0, 1.0e3 / 2.7, 8);
    result.variants[1].curve[0].at.p99_ms.mean = f64::NAN;
    let options = Options { lang: Lang::Ko, ..Options::default() };
    let out = written_into(place.path(), &result, &options);
    let first = contents(&out.folder);
    assert_eq!(reports(place.path()).unwrap(), std::slice::from_ref(&out.folder));
    // Another language, and back again.
    rewrite(&out.folder, &Options::default()).unwrap();
    let other = contents(&out.folder);
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), names(&other));
    assert!(first != other);
    rewrite(&out.folder, &options).unwrap();
    for (one, two) in first.iter().zip(contents(&out.folder)) {
        assert!(*one == two, "{} differs", two.0);
    }
}

#[test]
fn what_is_no_report_is_said_to_be_none() {
    let place = tempfile::tempdir().unwrap();
    assert!(reports(place.path()).unwrap().is_empty());
    fs::write(place.path().join("summary.json"), "{}").unwrap();
    assert_eq!(reports(place.path()).unwrap(), [place.path()]);
    let error = rewrite(place.path(), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("missing field"), "{error}");
}

/// Returns the tags that are still open at the end, and those closed in the wrong order.
fn unbalanced(html: &str) -> Vec<String> {
    let empty =
        ["meta", "br", "wbr", "rect", "line", "polyline", "polygon", "circle", "path", "!doctype"];
    let (mut open, mut wrong) = (Vec::new(), Vec::new());
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, behind) = after.split_once('>').unwrap();
        rest = behind;
        let name: String = tag.chars().take_while(|c| !c.is_whitespace()).collect();
        if let Some(closed) = name.strip_prefix('/') {
            if open.pop().as_deref() != Some(closed) {
                wrong.push(tag.to_owned());
            }
        } else if !empty.contains(&name.trim_end_matches('/')) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    wrong.extend(open);
    wrong
}

/// Returns a result of twelve variants with eighty stations.
fn twelve() -> StudyResult {
    let names: Vec<String> = (1..=12).map(|n| format!("phase {n} with {n} readers")).collect();
    let lines = (1..=12).map(|n| 140.0 * f64::from(n));
    let variants: Vec<(&str, f64)> = names.iter().map(String::as_str).zip(lines).collect();
    fixture::study(&variants, 80)
}

/// Returns a result whose day lasts twelve minutes, in bins of fifteen seconds.
fn minutes() -> StudyResult {
    let mut result = fixture::study(&[("effective", 350.0), ("planned", 700.0)], 5);
    for bin in result.variants.iter_mut().flat_map(|variant| &mut variant.day) {
        bin.start_s /= 120.0;
        bin.length_s /= 120.0;
    }
    result
}

#[test]
fn pods_are_shown_where_they_change() {
    let mut result = fixture::study(&[("effective", 350.0), ("intended", 1120.0)], 3);
    // 990 RPS at 20:30 need seven pods of 150 RPS; the minimum is two.
    assert_eq!(
        chart::Chart::Pods.title(&result, Lang::En),
        "order goes from 2 to 7 pods, reached at 20:30 in intended"
    );
    let day = tables::all(&result).unwrap().into_iter().find(|(name, _)| *name == "day.csv");
    let mut reader = csv::Reader::from_reader(day.as_ref().unwrap().1.as_slice());
    let column = reader.headers().unwrap().iter().position(|name| name == "pods_order").unwrap();
    let counts: Vec<String> =
        reader.records().map(|row| row.unwrap()[column].to_owned()).take(48).collect();
    // At midnight 90 RPS, at 12:30 the line of 350: three pods.
    assert_eq!((counts[0].as_str(), counts[25].as_str()), ("2", "3"));
    result.variants.iter_mut().for_each(|variant| variant.pods.clear());
    assert!(chart::Chart::Pods.draw(&result, Lang::En).is_none());
}

#[test]
fn a_day_of_minutes_has_a_clock() {
    let result = minutes();
    for chart in [chart::Chart::Day, chart::Chart::Heatmap] {
        let svg = chart.draw(&result, Lang::En).unwrap().svg();
        // Labels every two minutes, or as many as fit.
        for label in ["00:00", "00:04", "00:08", "00:12"] {
            assert!(svg.contains(&format!(">{label}<")), "{} lacks {label}", chart.name());
        }
    }
    // The limiting station is full where more than 0.95 x 350 x 1.55 = 515 RPS are offered: by the
    // formula of the fixture not at 11:00 (491) but at 11:30 (573) of its day, which is 5:45 here.
    let title = chart::Chart::Heatmap.title(&result, Lang::En);
    assert!(title.starts_with("product CPU runs full at 00:05:45 in effective"), "{title}");
}

/// Returns the HTML page alone, without the pictures beside it.
fn html_of(result: &StudyResult, lang: Lang) -> String {
    let drawn = |chart: &chart::Chart| {
        Some(page::Drawing { chart: *chart, svg: chart.draw(result, lang)?.svg(), png: true })
    };
    let charts: Vec<page::Drawing> = chart::ALL.iter().filter_map(drawn).collect();
    let manifest = &fixture::manifest();
    let source = page::Source { result, manifest, charts: &charts, notes: &[], lang };
    html::document(&page::blocks(&source), &manifest.version, lang)
}

#[test]
fn the_page_is_one_whole_file() {
    assert_eq!(unbalanced("<p><b>x</p>"), ["/p", "p"]);
    for (lang, answer) in [(Lang::En, "The answer"), (Lang::Ko, "결론")] {
        let all = [("four", fixture::before_after()), ("six", six()), ("twelve", twelve())];
        for (name, result) in all.into_iter().chain([("minutes", minutes())]) {
            let html = html_of(&result, lang);
            let place = preview(&format!("page-{name}-{lang:?}.html"));
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, &html).unwrap();
            assert_eq!(unbalanced(&html), Vec::<String>::new());
            assert!(html.contains(&format!("<h2>{answer}</h2>")));
            assert!(html.len() < 3_000_000, "{} bytes", html.len());
            // Nothing is fetched: the only addresses are names of formats.
            let fetched = ["src=", "href=", "url(", "@import", "<script"];
            assert!(fetched.iter().all(|part| !html.contains(part)));
            assert_eq!(html.matches("<svg ").count(), chart::ALL.len());
            for rule in ["prefers-color-scheme: dark", "@media print", "lang=\""] {
                assert!(html.contains(rule), "{rule}");
            }
            // Each table has its heading, and each row its name.
            assert_eq!(html.matches("<table>").count(), html.matches("<caption>").count());
            let body = html.matches("<tr>").count() - html.matches("<table>").count();
            assert_eq!(body, html.matches("<tr><th scope=\"row\"").count());
        }
    }
}
