//! The schema of what a day says.

use serde_json::{Value, json};

use super::{list, named, object, or_null};

/// One of several shapes, told apart by their `kind`.
fn one_of(shapes: &[(&str, &[(&str, Value)])]) -> Value {
    let shape = |(kind, own): &(&str, &[(&str, Value)])| {
        let mut properties = vec![("kind", json!({ "const": kind }))];
        properties.extend(own.iter().cloned());
        object(&properties)
    };
    json!({ "oneOf": shapes.iter().map(shape).collect::<Vec<_>>() })
}

fn pair(items: &Value) -> Value {
    json!({ "type": "array", "items": items, "minItems": 2, "maxItems": 2 })
}

fn event(text: &Value, number: &Value) -> Value {
    let count = json!({ "type": "integer", "minimum": 0 });
    one_of(&[
        ("kill", &[("service", text.clone()), ("pods", count.clone())]),
        ("scale", &[("service", text.clone()), ("pods", count.clone())]),
        ("deploy", &[("service", text.clone())]),
        ("change", &[("what", text.clone())]),
        ("partitions", &[("topic", text.clone()), ("partitions", count.clone())]),
        ("poison", &[("topic", text.clone()), ("share", number.clone())]),
        ("lose_broker", &[("broker", count.clone())]),
        ("fail_node", &[("node_group", text.clone()), ("nodes", count)]),
        ("slow_database", &[("database", text.clone()), ("factor", number.clone())]),
        ("slow_cache", &[("cache", text.clone()), ("factor", number.clone())]),
        ("lose_cache", &[("cache", text.clone())]),
        ("traffic", &[("factor", number.clone())]),
    ])
}

/// [`crate::study::day::DayAnswer`].
pub(super) fn answer(text: &Value, number: &Value, estimate: &Value) -> Value {
    let verdict = named("verdict");
    let count = json!({ "type": "integer", "minimum": 0 });
    let recovery = one_of(&[
        ("unneeded", &[]),
        ("from", &[("at_s", number.clone())]),
        ("never", &[]),
        ("undecided", &[]),
    ]);
    let worst = object(&[
        ("from_s", number.clone()),
        ("to_s", number.clone()),
        ("value", or_null(number)),
        ("answered", or_null(number)),
    ]);
    let target = object(&[
        ("metric", text.clone()),
        ("limit", number.clone()),
        ("verdict", verdict.clone()),
        ("judged_s", number.clone()),
        ("missed_s", number.clone()),
        ("undecided_s", number.clone()),
        ("first_missed_s", or_null(number)),
        ("worst", or_null(&worst)),
        ("recovery", recovery.clone()),
    ]);
    let silence = object(&[
        ("replications", count.clone()),
        ("from_s", pair(number)),
        ("until_s", or_null(&pair(number))),
    ]);
    let effect = object(&[
        ("at_s", number.clone()),
        ("event", event(text, number)),
        ("ended_s", or_null(number)),
        ("missed_before", json!({ "type": "boolean" })),
        ("missed_s", number.clone()),
        ("answered", or_null(number)),
        ("p99_ms", or_null(number)),
        ("recovery", recovery),
        ("lag", pair(estimate)),
        ("lag_drained_s", or_null(number)),
    ]);
    let holder =
        one_of(&[("nodes", &[("group", text.clone())]), ("volume", &[("database", text.clone())])]);
    object(&[
        ("replications", count),
        ("verdict", or_null(&verdict)),
        ("targets", list(&target)),
        ("silence", or_null(&silence)),
        ("events", list(&effect)),
        ("lags", list(&object(&[("group", text.clone()), ("by_bin", list(estimate))]))),
        ("credits", list(&object(&[("of", holder), ("by_bin", list(&or_null(number)))]))),
    ])
}

/// [`crate::study::claims::OverDay`].
pub(super) fn of_claim(number: &Value) -> Value {
    object(&[
        ("verdict", named("verdict")),
        ("missed_s", number.clone()),
        ("undecided_s", number.clone()),
        ("judged_s", number.clone()),
    ])
}
