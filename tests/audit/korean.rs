//! Korean audit findings: no rule is left with an English sentence.

use plimsoll::audit::{Audit, audit};
use plimsoll::report::Lang;
use plimsoll::report::audit::{Told, text, told};
use plimsoll::scenario::{Options, load, render};

use super::{FAULTS, spoiled};

/// Words that are names in Korean texts too: units, file formats and terms that exist in English
/// only.
const KEPT: &[&str] = &[
    "CPU",
    "MiB",
    "GiB",
    "RPS",
    "DB",
    "IOPS",
    "PSQL",
    "ms",
    "s",
    "x",
    "m",
    "MAU",
    "DAU",
    "Kafka",
    "JVM",
    "MaxRAMPercentage",
    "storage",
    "commands",
    "CFS",
    "disk",
];

/// Returns English words of a text of which two or more are adjacent. Ignores text in backticks,
/// notes by a system's author behind a setting, paths and names of parts.
fn english(text: &str, written: &[&str]) -> Option<String> {
    let mut text = text.to_owned();
    for one in written {
        text = text.replace(one, "");
    }
    let outside: Vec<&str> = text.split('`').step_by(2).collect();
    let outside = outside.join("가");
    let plain = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let words: Vec<&str> = outside
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .collect();
    let row = words
        .windows(2)
        .find(|pair| pair.iter().all(plain) && !pair.iter().all(|word| KEPT.contains(word)));
    row.map(|pair| pair.join(" "))
}

fn hangul(text: &str) -> bool {
    text.chars().any(|letter| ('가'..='힣').contains(&letter))
}

#[track_caller]
fn is_korean(found: &Audit, written: &[&str]) {
    let mut wrong = Vec::new();
    for finding in &found.findings {
        let Told { title, message, consequence, remedy } = told(finding, Lang::Ko);
        for said in [title, &message, &consequence, remedy] {
            // Both forms of a particle remain only after text without a defined pronunciation.
            let open =
                ["을(를)", "은(는)", "이(가)", "(으)로"].iter().any(|form| said.contains(form));
            if !hangul(said) || english(said, written).is_some() || open {
                wrong.push(format!("{}: {said}", finding.code));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // As the terminal shows it, with its surroundings.
    let shown = text(found, true, Lang::Ko);
    let left = ["error[", "warning[", "note[", "= remedy", "cost of", "not priced", "all that has"];
    for line in shown.lines() {
        assert!(left.iter().all(|part| !line.contains(part)), "{line}");
    }
}

#[test]
fn every_rule_speaks_korean() {
    for fault in FAULTS {
        let folder = tempfile::tempdir().expect("a folder");
        is_korean(&spoiled(fault, folder.path()), &["built in code"]);
    }
}

#[test]
fn the_plan_is_judged_in_korean() {
    let path = std::path::Path::new("scenarios/c4ang/plan.yaml");
    let options = Options { check_only: true, ..Options::default() };
    let loaded = load(path, &options).unwrap_or_else(|found| panic!("{}", render(&found, false)));
    is_korean(
        &audit(&loaded),
        &[
            "platform-core (DataSourceConfiguration.kt) builds both pools in code and reads no hikari setting",
            "the EKS module ignores desired_size once the group exists; min_size rules",
        ],
    );
}

#[test]
fn an_english_rest_is_seen() {
    assert_eq!(english("`a b c`: 파드 2개", &[]), None);
    assert_eq!(english("10 runs: 파드가 has one pod", &[]).as_deref(), Some("has one"));
    assert_eq!(english("실제로는 10: built in code", &["built in code"]), None);
}
