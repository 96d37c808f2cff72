//! A finding in words.

use serde::Deserialize as _;
use serde_json::Value;

use super::en;
use super::ko;
use crate::audit::{Finding, Found, explain};
use crate::report::words::Lang;

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Title of the rule.
    pub title: &'static str,
    /// Description with its numbers.
    pub message: String,
    /// Consequence with its numbers.
    pub consequence: String,
    /// Remedy.
    pub remedy: &'static str,
}

/// Renders a finding.
pub fn told(finding: &Finding, lang: Lang) -> Told {
    let (title, remedy) = rule(finding.code, lang);
    let (message, consequence) = match lang {
        Lang::En => (en::message(&finding.found), en::consequence(&finding.found)),
        Lang::Ko => (ko::message(&finding.found), ko::consequence(&finding.found)),
    };
    Told { title, message, consequence, remedy }
}

/// Renders a finding from its JSON data; the rule's title where the data are of another version.
pub(crate) fn refused(code: &str, found: &Value, lang: Lang) -> String {
    match (Found::deserialize(found), lang) {
        (Ok(found), Lang::En) => en::message(&found),
        (Ok(found), Lang::Ko) => ko::message(&found),
        (Err(_), Lang::En | Lang::Ko) => rule(code, lang).0.to_owned(),
    }
}

/// Returns title and remedy of a rule.
fn rule(code: &str, lang: Lang) -> (&'static str, &'static str) {
    let english = || explain(code).map_or(("", ""), |about| (about.title, about.remedy));
    match lang {
        Lang::En => english(),
        Lang::Ko => ko::RULES
            .iter()
            .find(|rule| rule.code == code)
            .map_or_else(english, |rule| (rule.title, rule.remedy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Figure, Limit, rules};

    /// A sizing stores the finding of a rule as data in its file, and renders it in the reader's
    /// language.
    #[test]
    fn what_a_rule_found_is_read_again() {
        let found: Found = Limit::MemoryUsed {
            service: "web".into(),
            used: Figure(3072.0),
            limit: Figure(2048.0),
        }
        .into();
        let data = serde_json::to_value(&found).expect("JSON");
        let english = "pods of `web` use 3,072 MiB of at most 2,048 MiB";
        assert_eq!(refused("E1109", &data, Lang::En), english);
        let korean = "`web` 파드가 최대 2,048 MiB 중 3,072 MiB를 사용";
        assert_eq!(refused("E1109", &data, Lang::Ko), korean);
        assert_eq!(refused("E1109", &Value::Null, Lang::En), "memory used above its limit");
    }

    /// In the order of the rules, so that a rule without Korean is seen beside its neighbours.
    #[test]
    fn every_rule_has_a_korean_title_and_remedy() {
        let codes: Vec<&str> = rules().map(|rule| rule.about().code).collect();
        let korean: Vec<&str> = ko::RULES.iter().map(|rule| rule.code).collect();
        assert_eq!(korean, codes);
        for rule in ko::RULES {
            let hangul = |text: &str| text.chars().any(|letter| ('가'..='힣').contains(&letter));
            assert!(hangul(rule.title) && hangul(rule.remedy), "{}", rule.code);
        }
    }
}
