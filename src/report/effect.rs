//! Effects of edits and origins of defaults, in words.

use super::particles;
use super::words::Lang;
use crate::study::effect::{Effect, Origin, Places};
use crate::study::result::Edit;

/// Opening of a sentence about an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lead {
    Works,
    NoEffect,
    NoChange,
}

fn lead(effect: &Effect) -> Lead {
    match effect {
        Effect::Changes | Effect::NotSimulated => Lead::Works,
        Effect::NoEffect { .. } | Effect::Unreached { .. } | Effect::DeadReplicas { .. } => {
            Lead::NoEffect
        }
        Effect::Unchanged { .. } | Effect::RunsAlready { .. } => Lead::NoChange,
    }
}

/// Returns the complete English sentence: `why` of `summary.json` and of tables.
pub(crate) fn why(edit: &Edit) -> String {
    sentence(&edit.effect, edit.places)
}

/// Returns the complete English sentence about an effect at some or all places that a path names.
pub(crate) fn sentence(effect: &Effect, of: Option<Places>) -> String {
    let lead = match lead(effect) {
        Lead::Works => "",
        Lead::NoEffect => "no effect: ",
        Lead::NoChange => "no change: ",
    };
    format!("{lead}{}{}", with_value(effect, Lang::En), places(of, Lang::En))
}

/// Explains why an edit has no effect, for a reader who knows already that it has none.
pub(crate) fn pinned(effect: &Effect, of: Option<Places>, lang: Lang) -> String {
    let lead = match (lead(effect), lang) {
        (Lead::NoChange, Lang::En) => "no change: ",
        (Lead::NoChange, Lang::Ko) => "변화 없음: ",
        (Lead::Works | Lead::NoEffect, Lang::En | Lang::Ko) => "",
    };
    format!("{lead}{}{}", with_value(effect, lang), places(of, lang))
}

/// Returns the reason alone, for use below a heading that says whether the edit has an effect. The
/// effective value is omitted, because it differs between settings without effect for the same
/// reason.
pub(crate) fn reason(edit: &Edit, lang: Lang) -> String {
    let said = match (&edit.effect, lang) {
        (Effect::NoEffect { because, .. }, Lang::En | Lang::Ko) => because.clone(),
        (Effect::Unreached { .. }, Lang::En) => "what is written does not reach it".into(),
        (Effect::Unreached { .. }, Lang::Ko) => "적힌 값이 전달되지 않음".into(),
        (effect, Lang::En | Lang::Ko) => with_value(effect, lang),
    };
    said + &places(edit.places, lang)
}

/// Returns the reason with the effective value.
fn with_value(effect: &Effect, lang: Lang) -> String {
    match lang {
        Lang::En => english(effect),
        Lang::Ko => particles::chosen(&korean(effect)),
    }
}

fn english(effect: &Effect) -> String {
    match effect {
        Effect::Changes => "changes what runs".into(),
        Effect::NotSimulated => {
            "changes what runs, but nothing in the simulation depends on it".into()
        }
        Effect::NoEffect { runs, because } => format!("{runs} runs, because {because}"),
        Effect::Unreached { runs } => {
            format!("{runs} runs, because what is written does not reach it")
        }
        Effect::DeadReplicas { minimum } => {
            format!("under autoscaling `replicas` is dead, and the minimum of {minimum} rules")
        }
        Effect::Unchanged { to, believed: None } => format!("{to} is written already"),
        Effect::Unchanged { to, believed: Some(believed) } => {
            format!("{to} is written already, where the plan believed {believed}")
        }
        Effect::RunsAlready { runs } => format!("{runs} runs already"),
    }
}

fn korean(effect: &Effect) -> String {
    match effect {
        Effect::Changes => "실제 동작이 바뀜".into(),
        Effect::NotSimulated => "실제 동작이 바뀌나 시뮬레이션에는 영향이 없음".into(),
        Effect::NoEffect { runs, because } => format!("{runs}(으)로 동작: {because}"),
        Effect::Unreached { runs } => format!("{runs}(으)로 동작: 적힌 값이 전달되지 않음"),
        Effect::DeadReplicas { minimum } => {
            format!("오토스케일링에서는 `replicas`가 쓰이지 않고 최솟값 {minimum}이(가) 적용됨")
        }
        Effect::Unchanged { to, believed: None } => format!("이미 {to}(으)로 적혀 있음"),
        Effect::Unchanged { to, believed: Some(believed) } => {
            format!("이미 {to}(으)로 적혀 있음(계획서에는 {believed}(으)로 되어 있음)")
        }
        Effect::RunsAlready { runs } => format!("이미 {runs}(으)로 동작 중"),
    }
}

fn places(of: Option<Places>, lang: Lang) -> String {
    match (of, lang) {
        (None, Lang::En | Lang::Ko) => String::new(),
        (Some(Places { working, of }), Lang::En) => format!(" ({working} of {of} places)"),
        (Some(Places { working, of }), Lang::Ko) => format!(" ({of}곳 중 {working}곳)"),
    }
}

/// Describes the origin of an input.
pub(crate) fn origin(origin: &Origin, lang: Lang) -> String {
    match lang {
        Lang::En => origin_in_english(origin),
        Lang::Ko => origin_in_korean(origin),
    }
}

fn origin_in_english(origin: &Origin) -> String {
    match origin {
        Origin::Written(text) => text.clone(),
        Origin::NotStated => "not stated".into(),
        Origin::ConnectAgain => {
            "not given: a full backlog drops what asks for a connection, and the kernel asks again after 1 s \
             (RFC 6298)"
                .into()
        }
        Origin::ReservedConnections => {
            "not given: PostgreSQL's default (superuser_reserved_connections)".into()
        }
        Origin::CoresOfRequest => {
            "without node groups nobody says what is free: a pod without a limit has the cores that it \
             requests, rounded up, at least one"
                .into()
        }
        Origin::CoresOfLimit => {
            "without node groups nobody says on how many cores a limit is used up: as many as the limit, \
             rounded up"
                .into()
        }
        Origin::MeanOnly => "not drawn: only the mean of this time counts".into(),
    }
}

fn origin_in_korean(origin: &Origin) -> String {
    match origin {
        Origin::Written(text) => text.clone(),
        Origin::NotStated => "명시되지 않음".into(),
        Origin::ConnectAgain => {
            "미지정: 백로그가 가득 차면 연결 요청이 버려지고 커널이 1초 뒤 다시 요청함(RFC 6298)".into()
        }
        Origin::ReservedConnections => {
            "미지정: PostgreSQL 기본값(superuser_reserved_connections)".into()
        }
        Origin::CoresOfRequest => {
            "노드 그룹이 없어 남는 CPU를 알 수 없음: 제한이 없는 파드는 요청량을 올림한 코어 수(최소 1코어)를 \
             사용"
                .into()
        }
        Origin::CoresOfLimit => {
            "노드 그룹이 없어 제한을 몇 코어에서 소진하는지 알 수 없음: 제한을 올림한 코어 수로 봄".into()
        }
        Origin::MeanOnly => "난수로 뽑지 않음: 이 시간은 평균만 반영".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(effect: Effect, places: Option<Places>) -> Edit {
        Edit {
            plan: "p".into(),
            edit: None,
            set: "a.b".into(),
            from: "1".into(),
            believed: None,
            to: "5".into(),
            file: None,
            effective: effect.works(),
            effect,
            places,
            contribution: None,
        }
    }

    /// Covers every effect: the sentence of `summary.json`, and the reason in both languages.
    #[test]
    fn effects_are_said_in_both_languages() {
        let text = |text: &str| text.to_owned();
        let cases = [
            (Effect::Changes, "changes what runs", "changes what runs", "실제 동작이 바뀜"),
            (
                Effect::NotSimulated,
                "changes what runs, but nothing in the simulation depends on it",
                "changes what runs, but nothing in the simulation depends on it",
                "실제 동작이 바뀌나 시뮬레이션에는 영향이 없음",
            ),
            (
                Effect::NoEffect { runs: text("10"), because: text("the chart of web runs") },
                "no effect: 10 runs, because the chart of web runs",
                "the chart of web runs",
                "the chart of web runs",
            ),
            (
                Effect::Unreached { runs: text("10") },
                "no effect: 10 runs, because what is written does not reach it",
                "what is written does not reach it",
                "적힌 값이 전달되지 않음",
            ),
            (
                Effect::DeadReplicas { minimum: text("3") },
                "no effect: under autoscaling `replicas` is dead, and the minimum of 3 rules",
                "under autoscaling `replicas` is dead, and the minimum of 3 rules",
                "오토스케일링에서는 `replicas`가 쓰이지 않고 최솟값 3이 적용됨",
            ),
            (
                Effect::Unchanged { to: text("3"), believed: Some(text("2")) },
                "no change: 3 is written already, where the plan believed 2",
                "3 is written already, where the plan believed 2",
                "이미 3으로 적혀 있음(계획서에는 2로 되어 있음)",
            ),
            (
                Effect::Unchanged { to: text("4"), believed: None },
                "no change: 4 is written already",
                "4 is written already",
                "이미 4로 적혀 있음",
            ),
            (
                Effect::RunsAlready { runs: text("10") },
                "no change: 10 runs already",
                "10 runs already",
                "이미 10으로 동작 중",
            ),
        ];
        for (effect, whole, english, korean) in cases {
            let edit = edit(effect, None);
            assert_eq!(why(&edit), whole);
            assert_eq!(reason(&edit, Lang::En), english);
            assert_eq!(reason(&edit, Lang::Ko), korean);
        }
        let some = edit(Effect::Changes, Some(Places { working: 1, of: 2 }));
        assert_eq!(why(&some), "changes what runs (1 of 2 places)");
        assert_eq!(reason(&some, Lang::Ko), "실제 동작이 바뀜 (2곳 중 1곳)");
        let runs = Effect::NoEffect { runs: text("5"), because: text("the chart of web runs") };
        assert_eq!(pinned(&runs, None, Lang::Ko), "5로 동작: the chart of web runs");
        assert_eq!(pinned(&runs, None, Lang::En), "5 runs, because the chart of web runs");
    }

    #[test]
    fn origins_have_korean() {
        let all = [
            Origin::NotStated,
            Origin::ConnectAgain,
            Origin::ReservedConnections,
            Origin::CoresOfRequest,
            Origin::CoresOfLimit,
            Origin::MeanOnly,
        ];
        for one in all {
            let said = origin(&one, Lang::Ko);
            assert!(said.chars().any(|letter| ('가'..='힣').contains(&letter)), "{said}");
            assert!(origin(&one, Lang::En).is_ascii());
        }
        assert_eq!(origin(&Origin::Written("a guess".into()), Lang::Ko), "a guess");
    }
}
