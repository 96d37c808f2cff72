//! The `size` block: settings that may be chosen when a system is sized, and stated costs.

use serde_json::{Value as Json, json};

use crate::scenario::decode::{Decode, Definitions, Map, Spanned, document};
use crate::scenario::problem::Problems;
use crate::scenario::values::{Money, Name, Share, Text};
use crate::scenario::yaml::{Node, Value};

document! {
    /// Sizing: the settings that may be chosen, and the loads to size for.
    struct SizeDoc {
        /// Monthly active users to size for, such as `10M`.
        mau: Vec<Spanned<Text>>,
        /// Probability with which every target must be met; 95 % by default.
        confidence: Option<Spanned<Share>>,
        /// Settings that may be chosen, with their values from the least capacity to the most; by
        /// default those that a ladder would lift.
        free: FreeMap,
        /// Costs of loads as the document states them.
        stated: Vec<StatedCostDoc>,
    }

    /// A setting that may be chosen.
    struct FreeDoc {
        /// Its values from the least capacity to the most: a list, or a range such as `2..10` or
        /// `10..40 step 5`.
        values: Values,
        /// Settings that get the same value, such as the autoscaler's maximum beside its minimum.
        also: Vec<Text>,
        /// Price of each unit of the value per month, where the catalogue has none.
        monthly_each: Option<Money>,
    }

    /// Cost of a load as the document states it.
    struct StatedCostDoc {
        /// Monthly active users.
        mau: Spanned<Text>,
        /// Price per month.
        monthly: Money,
        /// Items covered by the price: prefixes of paths, such as `node_groups`; everything by
        /// default.
        covers: Vec<Name>,
    }
}

/// Free settings by path, in which `*` matches every name.
#[derive(Clone, Debug, Default)]
pub(crate) struct FreeMap(pub(crate) Vec<(Spanned<String>, FreeDoc)>);

impl Decode for FreeMap {
    fn decode(node: &Node, problems: &mut Problems) -> Option<FreeMap> {
        if node.entries().is_none() {
            // Not a mapping: decode it as one for the usual message.
            return Map::<FreeDoc>::decode(node, problems).map(|map| FreeMap(map.0));
        }
        let mut whole = true;
        let mut all = Vec::new();
        for entry in node.entries().unwrap_or_default() {
            let short = entry.value.get("values").is_none() && entry.value.entries().is_none();
            let read = if short {
                Values::decode(&entry.value, problems).map(|values| FreeDoc {
                    span: entry.value.span,
                    values,
                    also: Vec::new(),
                    monthly_each: None,
                })
            } else {
                FreeDoc::decode(&entry.value, problems)
            };
            match read {
                Some(free) => {
                    all.push((Spanned { value: entry.key.clone(), span: entry.span }, free));
                }
                None => whole = false,
            }
        }
        whole.then_some(FreeMap(all))
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let (short, long) = (Values::schema(definitions), FreeDoc::schema(definitions));
        json!({
            "type": ["object", "null"],
            "additionalProperties": { "anyOf": [short, long] },
        })
    }

    fn absent() -> Option<FreeMap> {
        Some(FreeMap::default())
    }
}

/// Candidate values: a list, or a range as text.
#[derive(Clone, Debug)]
pub(crate) struct Values(pub(crate) Spanned<Vec<String>>);

impl Decode for Values {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Values> {
        let span = node.span;
        let text = if let Value::List(_) = &node.value {
            let all = Vec::<Text>::decode(node, problems)?;
            all.into_iter().map(|text| text.0).collect::<Vec<_>>().join(",")
        } else {
            Text::decode(node, problems)?.0
        };
        match crate::scenario::vary::values(&text) {
            Ok(values) => Some(Values(Spanned { value: values, span })),
            Err((message, help)) => {
                problems.help("E0104", span, message, help);
                None
            }
        }
    }

    fn schema(_: &mut Definitions) -> Json {
        json!({ "anyOf": [
            { "type": "array", "items": { "type": ["string", "number"] } },
            { "type": ["string", "number"] },
        ] })
    }
}
