//! The JSON Schema (draft-07) of `summary.json`.

use serde_json::{Value, json};

mod day;

use super::claims::ClaimMetric;

/// An object with these properties, all required.
fn object(properties: &[(&str, Value)]) -> Value {
    let names: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
    let properties: serde_json::Map<String, Value> =
        properties.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false
    })
}

/// The same object with a property that may be absent.
fn optional(mut object: Value, name: &str, schema: Value) -> Value {
    object["properties"][name] = schema;
    object
}

fn list(items: &Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

fn or_null(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

/// An object that says by this key what else it has.
fn tagged(key: &str) -> Value {
    json!({
        "type": "object",
        "properties": { key: { "type": "string" } },
        "required": [key]
    })
}

/// An object that says by its `kind` what else it has.
fn kinds(of: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": { "kind": { "enum": of } },
        "required": ["kind"]
    })
}

/// Every [`super::caution::Caution`].
const CAUTIONS: [&str; 12] = [
    "unused",
    "idle_consumers",
    "pools_beyond",
    "users_there",
    "without_basis",
    "time_without_basis",
    "reuses",
    "lock_up",
    "pending",
    "stands_still",
    "search_raised",
    "dead_replicas",
];

/// Every [`super::result::Measure`].
const MEASURES: [&str; 14] = [
    "mean_ms",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "error_rate",
    "goodput_rps",
    "events_per_s",
    "orders_per_s",
    "max_lag",
    "part_ms",
    "busy",
    "waiting",
    "line_rps",
    "resource",
];

#[expect(clippy::too_many_lines, reason = "one entry for each type of the result")]
fn definitions(text: &Value, number: &Value, share: &Value, estimate: &Value) -> Value {
    let relief = object(&[
        ("resource", text.clone()),
        ("carried", share.clone()),
        ("tried_rps", number.clone()),
    ]);
    let at = |name: &'static str| (name, estimate.clone());
    let wait = object(&[at("waited"), at("mean_ms"), at("p50_ms"), at("p95_ms"), at("p99_ms")]);
    let maybe = |name: &'static str| (name, or_null(estimate));
    let count = json!({ "type": "integer", "minimum": 0 });
    json!({
        "estimate": optional(
            object(&[
                ("mean", number.clone()),
                ("low", number.clone()),
                ("high", number.clone()),
                ("n", json!({ "type": "integer", "minimum": 0 })),
            ]),
            "shape",
            json!({ "enum": ["interval", "range", "at_least"] }),
        ),
        "target": object(&[
            ("metric", text.clone()),
            ("limit", number.clone()),
            ("unanswered", json!({ "enum": ["slow", "apart"] })),
        ]),
        "target_verdict": object(&[("metric", text.clone()), at("estimate"), ("verdict", named("verdict"))]),
        "verdict": json!({ "enum": ["met", "missed", "undecided"] }),
        "saturation": object(&[
            at("rps"),
            at("events_per_s"),
            at("orders_per_s"),
            ("mau", or_null(estimate)),
            ("resource", text.clone()),
            ("ties", list(text)),
            ("agreement", share.clone()),
            ("reason", text.clone()),
            ("cause", tagged("limit")),
            ("unsettled", json!({ "type": "boolean" })),
            ("binding_target", text.clone()),
            ("relief", list(&relief)),
            ("beyond_search", json!({ "type": "boolean" })),
        ]),
        "warm_up": object(&[
            ("seconds", json!({ "type": "number", "minimum": 0 })),
            ("source", json!({ "enum": ["given", "found", "unsettled"] })),
        ]),
        "at_load": object(&[
            ("rps", number.clone()),
            ("warm_up", named("warm_up")),
            ("batches", or_null(&json!({ "type": "integer", "minimum": 10 }))),
            at("mean_ms"),
            at("p50_ms"),
            at("p95_ms"),
            at("p99_ms"),
            at("error_rate"),
            at("goodput_rps"),
            at("events_per_s"),
            at("orders_per_s"),
            at("max_lag"),
        ]),
        "day_bin": object(&[
            ("start_s", number.clone()),
            ("length_s", number.clone()),
            at("offered_rps"),
            at("goodput_rps"),
            maybe("p50_ms"),
            maybe("p99_ms"),
            maybe("error_rate"),
            at("max_lag"),
            at("orders_per_s"),
            (
                "waits",
                object(&[maybe("thread_ms"), maybe("connection_ms"), maybe("record_ms")]),
            ),
            ("verdict", or_null(&named("verdict"))),
        ]),
        "day_answer": day::answer(text, number, estimate),
        "step": object(&[
            ("at_s", number.clone()),
            ("what", text.clone()),
            ("settled_after_s", or_null(number)),
            maybe("error_rate"),
            maybe("p99_ms"),
            at("max_lag"),
        ]),
        "pods": object(&[("service", text.clone()), ("by_bin", list(number))]),
        "used": object(&[
            (
                "nodes",
                list(&object(&[
                    ("group", text.clone()),
                    at("nodes"),
                    ("by_bin", list(number)),
                    ("beyond", or_null(estimate)),
                ])),
            ),
            ("databases", list(&object(&[("database", text.clone()), at("cores")]))),
        ]),
        "cost_item": object(&[
            ("part", text.clone()),
            ("what", text.clone()),
            ("monthly_usd", or_null(number)),
            ("ran_usd", or_null(estimate)),
            ("surcharge_usd", or_null(estimate)),
        ]),
        "station": object(&[
            ("name", text.clone()),
            at("busy"),
            at("waiting"),
            ("wait", or_null(&wait)),
            ("busy_by_bin", list(number)),
        ]),
        "anatomy_part": object(&[("part", text.clone()), at("mean_ms")]),
        "curve_point": object(&[("at", named("at_load")), ("carried", share.clone())]),
        "variant": object(&[
            ("name", text.clone()),
            ("about", text.clone()),
            ("saturation", or_null(&named("saturation"))),
            ("search_warm_up", or_null(&named("warm_up"))),
            ("at_target", or_null(&named("at_load"))),
            ("verdicts", list(&named("target_verdict"))),
            ("curve", list(&named("curve_point"))),
            ("day", list(&named("day_bin"))),
            ("day_answer", or_null(&named("day_answer"))),
            ("pods", list(&named("pods"))),
            ("steps", list(&named("step"))),
            ("used", or_null(&named("used"))),
            ("cost", list(&named("cost_item"))),
            ("stations", list(&named("station"))),
            ("anatomy", list(&named("anatomy_part"))),
            ("anatomy_rps", number.clone()),
            ("theory", list(&named("check"))),
        ]),
        "check": optional(object(&[
            ("stated", json!({ "type": "boolean" })),
            ("measure", json!({ "enum": MEASURES })),
            ("at", or_null(text)),
            ("law", text.clone()),
            ("source", text.clone()),
            ("theory", number.clone()),
            ("bound", json!({ "type": "boolean" })),
            at("simulation"),
            ("agreement", json!({ "enum": ["agrees", "differs", "saturated"] })),
        ]), "asked", or_null(number)),
        "comparison": object(&[
            ("from", text.clone()),
            ("to", text.clone()),
            at("saturation_rps"),
            ("variance_ratio", or_null(number)),
            at("p99_ms"),
            ("p99_variance_ratio", or_null(number)),
            ("common", or_null(&named("at_common_load"))),
        ]),
        "at_common_load": object(&[
            ("rps", number.clone()),
            at("mean_ms"),
            ("mean_variance_ratio", or_null(number)),
            at("p99_ms"),
            ("p99_variance_ratio", or_null(number)),
        ]),
        "alternative": object(&[
            ("mix", text.clone()),
            ("calibration", text.clone()),
            (
                "variants",
                list(&object(&[("name", text.clone()), ("saturation", named("saturation"))])),
            ),
        ]),
        "edit": object(&[
            ("plan", text.clone()),
            ("edit", or_null(text)),
            ("set", text.clone()),
            ("from", text.clone()),
            ("believed", or_null(text)),
            ("to", text.clone()),
            ("file", or_null(text)),
            ("effective", json!({ "type": "boolean" })),
            ("why", text.clone()),
            (
                "effect",
                kinds(&[
                    "changes",
                    "not_simulated",
                    "no_effect",
                    "unreached",
                    "dead_replicas",
                    "unchanged",
                    "runs_already",
                ]),
            ),
            ("places", or_null(&object(&[("working", count.clone()), ("of", count)]))),
            ("contribution", or_null(&named("contribution"))),
        ]),
        "contribution": object(&[
            ("variant", text.clone()),
            ("alone_rps", or_null(estimate)),
            ("together_rps", or_null(estimate)),
        ]),
        "claim": claim(text, number, estimate),
        "assumption": object(&[
            ("name", text.clone()),
            ("value", text.clone()),
            ("basis", json!({ "enum": ["measured", "vendor", "plan", "assumed"] })),
            ("source", text.clone()),
            (
                "origin",
                kinds(&[
                    "written",
                    "not_stated",
                    "connect_again",
                    "reserved_connections",
                    "cores_of_request",
                    "cores_of_limit",
                    "mean_only",
                ]),
            ),
        ]),
    })
}

fn claim(text: &Value, number: &Value, estimate: &Value) -> Value {
    let word = |metric: &ClaimMetric| serde_json::to_value(metric).unwrap_or_default();
    let metrics: Vec<Value> = ClaimMetric::WORDS.iter().map(|(_, metric)| word(metric)).collect();
    let some_text = or_null(text);
    object(&[
        ("metric", json!({ "enum": metrics })),
        ("of", some_text.clone()),
        ("variant", text.clone()),
        ("against", some_text.clone()),
        ("difference", json!({ "type": "boolean" })),
        ("load_rps", or_null(number)),
        ("relation", json!({ "enum": ["at_least", "at_most", "about"] })),
        ("tolerance", number.clone()),
        ("claimed", number.clone()),
        ("estimate", or_null(estimate)),
        ("verdict", json!({ "enum": ["holds", "fails", "undecided", "cannot_be_judged"] })),
        ("over_day", or_null(&day::of_claim(number))),
        ("reason", text.clone()),
        ("basis", json!({ "type": "object" })),
        ("resource", some_text.clone()),
        ("at", some_text.clone()),
        ("row", some_text.clone()),
        ("column", some_text.clone()),
        ("note", some_text),
    ])
}

/// The schema.
pub fn summary() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "number" });
    let share = json!({ "type": "number", "minimum": 0, "maximum": 1 });
    let estimate = named("estimate");
    let target_load = object(&[
        ("axis", json!({ "enum": ["requests", "records", "closed"] })),
        ("rps", number.clone()),
        ("events_per_s", or_null(&number)),
        ("mau", or_null(&number)),
    ]);
    let line = object(&[
        ("mix", text.clone()),
        ("calibration", text.clone()),
        ("rps", number.clone()),
        ("resource", or_null(&text)),
    ]);
    let differing =
        object(&[("variant", text.clone()), ("other", line.clone()), ("main", line.clone())]);
    let mut schema = object(&[
        ("scenario", text.clone()),
        ("about", text.clone()),
        ("system", text.clone()),
        ("study", json!({ "enum": ["run", "compare", "saturate"] })),
        ("seed", json!({ "type": "integer", "minimum": 0 })),
        ("confidence", share.clone()),
        ("mix", text.clone()),
        ("calibration", text.clone()),
        ("target_load", target_load),
        ("targets", list(&named("target"))),
        ("variants", list(&named("variant"))),
        ("comparisons", list(&named("comparison"))),
        ("alternatives", list(&named("alternative"))),
        ("disagreements", list(&text)),
        ("differing", list(&differing)),
        ("edits", list(&named("edit"))),
        ("claims", list(&named("claim"))),
        ("assumed", list(&named("assumption"))),
        ("cautions", list(&kinds(&CAUTIONS))),
        ("doubts", list(&tagged("kind"))),
        ("warnings", list(&text)),
        ("partial", json!({ "type": "boolean" })),
        ("computed_from", text.clone()),
    ]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("Plimsoll summary");
    schema["definitions"] = definitions(&text, &number, &share, &estimate);
    schema
}
