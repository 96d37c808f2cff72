//! Effects of the edits of plans, counted as the plans number them: an edit may change several
//! settings.

use super::words::{Lang, Word, say};
use super::{effect, facts};
use crate::study::result::Edit;

/// Largest number of settings named in a sentence.
const NAMED: usize = 2;

/// An edit of a plan, with the settings that it changes.
pub(crate) struct Group<'a> {
    /// Number in the plan's document, if any.
    pub(crate) number: Option<&'a str>,
    /// Settings, in the order of the result.
    pub(crate) settings: Vec<&'a Edit>,
}

impl Group<'_> {
    /// Whether any setting changes the running system.
    pub(crate) fn works(&self) -> bool {
        self.settings.iter().any(|edit| edit.effective)
    }
}

/// Summary of the edits of a plan.
pub(crate) struct PlanEdits<'a> {
    /// Edits of the plan.
    pub(crate) groups: Vec<Group<'a>>,
    /// Sentence on how many edits change the running system.
    pub(crate) sentence: String,
    /// Edits without effect and their reasons, one sentence per reason.
    pub(crate) without: Vec<String>,
}

/// Summarises the edits of each plan, in the order of the result.
pub(crate) fn plans(edits: &[Edit], lang: Lang) -> Vec<PlanEdits<'_>> {
    let mut plans: Vec<(&str, Vec<Group>)> = Vec::new();
    for edit in edits {
        let place = plans.iter().position(|(plan, _)| *plan == edit.plan).unwrap_or_else(|| {
            plans.push((&edit.plan, Vec::new()));
            plans.len() - 1
        });
        let groups = &mut plans[place].1;
        let number = edit.edit.as_deref();
        match groups.iter_mut().find(|group| number.is_some() && group.number == number) {
            Some(group) => group.settings.push(edit),
            None => groups.push(Group { number, settings: vec![edit] }),
        }
    }
    plans
        .into_iter()
        .map(|(plan, groups)| {
            let sentence = sentence(plan, &groups, lang);
            let without = without(&groups, lang);
            PlanEdits { groups, sentence, without }
        })
        .collect()
}

/// Names an edit by its number and settings.
pub(crate) fn named(group: &Group, lang: Lang) -> String {
    let settings = pattern(&group.settings, lang);
    match group.number {
        Some(number) => format!("{} ({settings})", say(lang, Word::EditNumber, &[number])),
        None => settings,
    }
}

fn sentence(plan: &str, groups: &[Group], lang: Lang) -> String {
    let working: Vec<&Edit> = groups
        .iter()
        .flat_map(|group| group.settings.iter().copied())
        .filter(|edit| edit.effective)
        .collect();
    let count = groups.iter().filter(|group| group.works()).count();
    let (some, all) = (count.to_string(), groups.len().to_string());
    let named: Vec<String> =
        working.iter().map(|edit| format!("{} {} → {}", edit.set, edit.from, edit.to)).collect();
    let named = if named.len() <= NAMED { named.join(", ") } else { pattern(&working, lang) };
    match (count, groups.len()) {
        (1, 1) => say(lang, Word::EditsOneWorks, &[plan]),
        (0, 1) => say(lang, Word::EditsOneIdle, &[plan]),
        (0, _) => say(lang, Word::EditsNone, &[plan, &all]),
        (count, total) if count == total => say(lang, Word::EditsAll, &[plan, &all]),
        (1, _) => say(lang, Word::EditsSingle, &[plan, &all, &named]),
        _ => say(lang, Word::EditsCount, &[plan, &some, &all, &named]),
    }
}

fn without(groups: &[Group], lang: Lang) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<(&Group, &Edit)>)> = Vec::new();
    for group in groups {
        for edit in group.settings.iter().filter(|edit| !edit.effective) {
            let why = effect::reason(edit, lang);
            match reasons.iter_mut().find(|(known, _)| *known == why) {
                Some((_, members)) => members.push((group, edit)),
                None => reasons.push((why, vec![(group, edit)])),
            }
        }
    }
    let sentence = |(why, members): &(String, Vec<(&Group, &Edit)>)| {
        let settings: Vec<&Edit> = members.iter().map(|(_, edit)| *edit).collect();
        let mut numbers: Vec<&str> = members.iter().filter_map(|(group, _)| group.number).collect();
        numbers.dedup();
        let partly = members.iter().any(|(group, _)| group.works());
        let label = if numbers.is_empty() {
            let word = if settings.len() == 1 { Word::EditCountOne } else { Word::EditCount };
            say(lang, word, &[&settings.len().to_string()])
        } else {
            let word = if numbers.len() == 1 { Word::EditNumber } else { Word::EditNumbers };
            say(lang, word, &[&ranges(&numbers)])
        };
        let word = if partly { Word::EditsPartlyWithout } else { Word::EditsWithout };
        say(lang, word, &[&label, &pattern(&settings, lang), why])
    };
    reasons.iter().map(sentence).collect()
}

/// Joins consecutive numbers into ranges, such as `1–4, 6`; other names stay as they are.
fn ranges(numbers: &[&str]) -> String {
    let mut parsed: Vec<(Option<u32>, &str)> =
        numbers.iter().map(|text| (text.parse().ok(), *text)).collect();
    if parsed.iter().all(|(number, _)| number.is_some()) {
        parsed.sort_by_key(|(number, _)| *number);
    }
    parsed.dedup();
    let mut runs: Vec<Vec<(Option<u32>, &str)>> = Vec::new();
    for next in parsed {
        let follows = runs.last().and_then(|run| run.last()).is_some_and(|(before, _)| {
            before.is_some() && before.and_then(|b| b.checked_add(1)) == next.0
        });
        match runs.last_mut().filter(|_| follows) {
            Some(run) => run.push(next),
            None => runs.push(vec![next]),
        }
    }
    let text = |run: &Vec<(Option<u32>, &str)>| match run.as_slice() {
        [(_, one)] => (*one).to_owned(),
        [(_, one), (_, two)] => format!("{one}, {two}"),
        [(_, first), .., (_, last)] => format!("{first}–{last}"),
        [] => String::new(),
    };
    runs.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Returns a pattern for several settings, with `*` where they differ, or the first few names where
/// their paths have different shapes.
fn pattern(settings: &[&Edit], lang: Lang) -> String {
    let mut split = settings.iter().map(|edit| edit.set.split('.').collect::<Vec<_>>());
    let Some(mut common) = split.next() else { return String::new() };
    for other in split {
        if other.len() != common.len() || other.first() != common.first() {
            let names: Vec<&str> = settings.iter().map(|edit| edit.set.as_str()).collect();
            return facts::few(&names, NAMED, lang);
        }
        for (part, other) in common.iter_mut().zip(other) {
            if *part != other {
                *part = "*";
            }
        }
    }
    common.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::study::effect::Effect;
    use crate::study::result::StudyResult;

    fn edit(number: &str, set: &str, effect: Effect) -> Edit {
        Edit {
            plan: "2025".to_owned(),
            edit: Some(number.to_owned()),
            set: set.to_owned(),
            from: "1".to_owned(),
            believed: None,
            to: "3".to_owned(),
            file: None,
            effective: effect.works(),
            effect,
            places: None,
            contribution: None,
        }
    }

    fn result(edits: Vec<Edit>) -> StudyResult {
        StudyResult { edits, ..fixture::study(&[], 0) }
    }

    #[test]
    fn edits_are_counted_by_their_number() {
        let dead = || Effect::DeadReplicas { minimum: "2".into() };
        let mut edits: Vec<Edit> = ["a", "b", "c"]
            .iter()
            .zip(["1", "2", "3"])
            .map(|(name, number)| edit(number, &format!("services.{name}.replicas"), dead()))
            .collect();
        for (number, value) in [("5", "10"), ("5", "2"), ("7", "10")] {
            let because = "the pool is built in code".into();
            let pinned = Effect::NoEffect { runs: value.into(), because };
            edits.push(edit(number, &format!("services.a.pools.p{value}"), pinned));
        }
        edits.push(edit("9", "services.c.concurrency", Effect::Changes));
        let result = result(edits);
        let plans = plans(&result.edits, Lang::En);
        assert_eq!(plans.len(), 1);
        assert_eq!(
            plans[0].sentence,
            "Plan 2025: 1 of 6 edits changes what runs: services.c.concurrency 1 → 3."
        );
        assert_eq!(
            plans[0].without,
            [
                "no effect: edits 1–3 (services.*.replicas): under autoscaling `replicas` is dead, and the \
                 minimum of 2 rules",
                "no effect: edits 5, 7 (services.a.pools.*): the pool is built in code",
            ]
        );
    }

    #[test]
    fn plans_whose_edits_all_work_need_a_line() {
        let two =
            result(vec![edit("1", "a.b", Effect::Changes), edit("2", "a.c", Effect::Changes)]);
        let found = plans(&two.edits, Lang::En);
        assert_eq!(found[0].sentence, "Plan 2025: all 2 edits change what runs.");
        assert!(found[0].without.is_empty());
        let one = result(vec![
            edit("1", "a.b", Effect::RunsAlready { runs: "3".into() }),
            edit("1", "a.c", Effect::Changes),
        ]);
        let found = plans(&one.edits, Lang::En);
        assert_eq!(found[0].sentence, "Plan 2025: its one edit changes what runs.");
        assert_eq!(found[0].without, ["no effect in part: edit 1 (a.b): 3 runs already"]);
    }

    #[test]
    fn numbers_are_drawn_together() {
        assert_eq!(ranges(&["10", "6", "7", "8", "1", "2"]), "1, 2, 6–8, 10");
        assert_eq!(ranges(&["3a", "1"]), "3a, 1");
        assert_eq!(ranges(&["4294967295", "0"]), "0, 4294967295");
    }
}
