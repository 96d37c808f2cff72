//! Diagnostic codes of the input and their explanations.

/// Explanation of a diagnostic code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: &'static str,
    /// Problem, in a few words.
    pub title: &'static str,
    /// Reason for the refusal or warning.
    pub cause: &'static str,
    /// Remedy.
    pub remedy: &'static str,
}

/// All codes, in order.
pub const EXPLANATIONS: &[Explanation] = &[
    entry(
        "E0001",
        "a file cannot be read",
        "The file does not exist, is no regular file, or may not be read.",
        "Check the path. Paths in a file are relative to that file.",
    ),
    entry(
        "E0002",
        "a file is too large",
        "A file holds at most 4 MiB, and a study reads at most 200 files, of 64 MiB together.",
        "Remove what the study does not need; measured times may be thinned to some thousands.",
    ),
    entry(
        "E0003",
        "a file is not plain text",
        "Files are UTF-8 without control characters.",
        "Save the file as UTF-8. A tab may stand inside a text, but not as indentation.",
    ),
    entry(
        "E0004",
        "a file is not valid YAML",
        "The parser cannot make sense of the place shown; the cause is often a line above.",
        "Check indentation (spaces only), closing brackets and quotes, and a space after each `:`.",
    ),
    entry(
        "E0005",
        "nested too deep, or too long",
        "Documents nest at most 64 levels, and a list or mapping has at most 10,000 items.",
        "No system needs more; check for brackets that are never closed.",
    ),
    entry(
        "E0006",
        "a key is given twice",
        "YAML readers disagree on which of two equal keys counts.",
        "Keep one of them.",
    ),
    entry(
        "E0007",
        "an anchor, alias, tag or merge key",
        "What a line says must not depend on another place in the file.",
        "Write the value out; put a text that begins with `&`, `*` or `!` in quotes.",
    ),
    entry("E0008", "a second document", "A file holds one document.", "Split the file at `---`."),
    entry(
        "E0009",
        "an empty file",
        "The file holds nothing but comments or white space.",
        "Write the document, or remove what refers to the file.",
    ),
    entry(
        "E0010",
        "a file of another type",
        "A document has the key of its type at its top: `scenario`, `system`, `plan` or `calibration`; a \
         catalogue has one of its lists there. Nothing is shown of any other file.",
        "Give the path of a file of the type expected, or add the key.",
    ),
    entry(
        "E0011",
        "a file of another name",
        "A plan or calibration carries the name of its file, so that reports can be trusted.",
        "Make the name inside equal to the file's.",
    ),
    entry(
        "E0101",
        "an unknown key",
        "The key means nothing at this place; ignoring it would hide a slip of the pen.",
        "Correct or remove it.",
    ),
    entry(
        "E0102",
        "a key is missing",
        "The mapping needs this key; there is no sensible default.",
        "Add it.",
    ),
    entry(
        "E0103",
        "a value of the wrong kind",
        "A list, a mapping or a single value stands where another kind is needed.",
        "Write the kind named in the message.",
    ),
    entry(
        "E0104",
        "a value that cannot be read",
        "The text is not of the form needed.",
        "Write it as the help shows.",
    ),
    entry(
        "E0105",
        "a unit is missing or unknown",
        "A bare number could be seconds or milliseconds; nobody should have to guess.",
        "Add a unit that the help names.",
    ),
    entry(
        "E0106",
        "too much is asked",
        "A study has at most 256 cases (variants times mixes times calibrations), 2,000 different times, \
         100,000 replications over all variants, and days whose bins fit into memory.",
        "Ask fewer at once.",
    ),
    entry(
        "E0107",
        "a number is out of range",
        "Every number has limits, so that a slip of the pen cannot ask for a year of computing.",
        "Write a number within the range named.",
    ),
    entry(
        "E0108",
        "an unknown word",
        "Only some words may stand here.",
        "Write one of those named.",
    ),
    entry(
        "E0109",
        "a name of the wrong form",
        "Names have letters, digits, `-`, `_` and `.`; a service's name has no dot, since \
         `service.endpoint` is split at the first.",
        "Rename it.",
    ),
    entry(
        "E0110",
        "one of several is needed",
        "Exactly one of some keys must be given.",
        "Keep one.",
    ),
    entry(
        "E0201",
        "an unknown name",
        "The name refers to something that the system or scenario does not have.",
        "Correct the name, or add what it names.",
    ),
    entry(
        "E0202",
        "not in the catalogue",
        "The catalogue has no such part. It is compiled in, and extended by `../catalog/*.yaml` \
         beside the system's folder.",
        "Correct the name, or add the part to a catalogue of your own.",
    ),
    entry(
        "E0203",
        "an unknown time",
        "A named time is looked up in each calibration used, then in the system.",
        "Correct the name, or add the time; a name must not refer to itself.",
    ),
    entry(
        "E0301",
        "a query outside a transaction",
        "A statement needs a connection, and a transaction says from which pool.",
        "Put the query among the steps of a transaction.",
    ),
    entry(
        "E0302",
        "calls form a circle",
        "An endpoint that calls itself, at last, never answers.",
        "Break the circle.",
    ),
    entry(
        "E0303",
        "messages form a circle that never ends",
        "A record or a later call may cause itself only if that dies out: with branches whose \
         probabilities let less go round than came in. At most 200 programs and topics may cause each \
         other.",
        "Lower the probability that it goes round, break the circle, or model the repetition with `repeat`.",
    ),
    entry(
        "E0304",
        "probabilities above 1",
        "The branches of `choose` exclude each other, so their probabilities sum to at most 1.",
        "Lower them; what is left is the probability that nothing is done.",
    ),
    entry(
        "E0305",
        "limits contradict each other",
        "A lower limit is above its upper limit, or one setting leaves no room for another.",
        "Correct one of them.",
    ),
    entry(
        "E0306",
        "a program too long",
        "Loops are unrolled; a program has at most 10,000 operations, a system 100,000.",
        "Repeat fewer times, or sum up what is repeated in one step.",
    ),
    entry(
        "E0307",
        "a sum with infinite variance",
        "Times of a sum are drawn one by one up to 64 times; beyond that they are drawn in groups, by mean \
         and variance, which a Pareto law of shape 2 or less does not have.",
        "Use a larger shape, or fewer times in one step.",
    ),
    entry(
        "E0308",
        "nothing to do",
        "There is no service, no user, or no positive weight: the question is empty.",
        "Add what is missing.",
    ),
    entry(
        "E0309",
        "a write in a read-only transaction",
        "A transaction that is `read_only` cannot write.",
        "Remove `read_only`, or the writes.",
    ),
    entry(
        "E0310",
        "hit and miss do not belong together",
        "`hit` says how often `miss` is left out; one without the other means nothing.",
        "Give both or neither.",
    ),
    entry(
        "E0311",
        "theory of more than one system",
        "`theory` says what one system does; this scenario has several variants, mixes or calibrations.",
        "Write the theory in a scenario of its own.",
    ),
    entry(
        "E0312",
        "theory has no answer",
        "The law says nothing of this measure, or its numbers are outside its domain, such as a load \
         above what the servers can do.",
        "Take another measure, another law, or correct the numbers.",
    ),
    entry(
        "E0313",
        "more work than a run can do",
        "Every request and record is simulated; a replication with more than a thousand million of them \
         would take hours, a study with more than a million million weeks.",
        "Shorten the window or the day, compress the day, or ask about a part of the system and its load.",
    ),
    entry(
        "E0315",
        "a service that fits on no node",
        "No node has as much processor and memory left as one of its pods requests, sidecars and \
         DaemonSets included: nothing would ever answer.",
        "Add nodes, request less, or let the service run on another node group.",
    ),
    entry(
        "E0316",
        "what cannot change while it runs",
        "On a day pods, pools, threads, consumers, limits, bounds of autoscalers and node groups, processors and \
         connections of databases can change, and partitions be added; what requests do, and which parts \
         there are, cannot.",
        "Leave the edit out of the timeline, or compare two variants.",
    ),
    entry(
        "E0318",
        "a request that causes too many others",
        "Each request and record is simulated. On the mean a request, or a record, causes at most 100,000 \
         of them, itself included.",
        "Let fewer steps call, send or publish, or count what they cause in one step of that much work.",
    ),
    entry(
        "E0401",
        "a plan changes what does not exist",
        "The path of the change leads to nothing in the system's document.",
        "Correct the path, or write the setting, with the value it has today, in the system.",
    ),
    entry(
        "E0402",
        "a plan is stale",
        "The plan starts from another value than the system's document has.",
        "Bring the plan or the system up to date; what the author believed goes to `believed`.",
    ),
    entry(
        "E0403",
        "a plan changes more than a value",
        "The path leads to a list or mapping; a change replaces a single value.",
        "Lengthen the path.",
    ),
    entry(
        "E0404",
        "a setting is changed twice",
        "Two changes of one plan set the same value.",
        "Keep one.",
    ),
    entry(
        "W0501",
        "something is not used",
        "Nothing refers to it, so it cannot limit anything.",
        "Remove it, or use it.",
    ),
    entry(
        "W0502",
        "consumer threads without a partition",
        "A partition is read by one thread of a group; threads beyond the partitions are idle.",
        "Lower `concurrency`, or add partitions.",
    ),
    entry(
        "W0503",
        "pools together exceed the database",
        "All pods together may open more connections than the database accepts; the rest is refused.",
        "Make the pools smaller, or the limit larger.",
    ),
    entry(
        "W0504",
        "stated users and think times contradict each other",
        "By Little's law users = rate x time; the journeys' own think times imply another number.",
        "Change the think times, `concurrent` or `calls`, until they agree.",
    ),
    entry(
        "W0505",
        "a number without a basis",
        "Calibrations and systems should say where each number comes from; a scenario with `theory` defines its own.",
        "Add `basis: measured`, `vendor`, `plan` or `assumed`, and `source`.",
    ),
    entry(
        "W0506",
        "a connection of another database is reused",
        "A connection held to the end of the response serves all later transactions of the request.",
        "Set `hold: transaction`, if the program really takes a connection of each pool.",
    ),
    entry(
        "W0507",
        "a pool can lock up",
        "A nested transaction takes a second connection while the first is held. With at least as \
         many requests in work as the pool has connections, all may wait for a second until the \
         timeout.",
        "Make the pool larger than threads x (connections held - 1), or do not nest.",
    ),
    entry(
        "W0508",
        "pods that fit on no node",
        "A pod runs where a node has as much processor and memory left as it requests, sidecars and \
         DaemonSets included. Those that fit nowhere stay pending, and carry nothing.",
        "Add nodes, request less, or want fewer pods.",
    ),
    entry(
        "W0509",
        "an autoscaler without anything to compare with",
        "An autoscaler compares what pods use with what they request; these request nothing of it, so it \
         stands still.",
        "Add the request, or leave the metric out.",
    ),
    entry(
        "W0515",
        "a search that ends below the load asked about",
        "Where the largest load tried lies below the load asked about, nothing says whether that is carried. \
         The search goes up to one and a half times the load asked about instead.",
        "Raise `search.highest`, or leave it out.",
    ),
];

const fn entry(
    code: &'static str,
    title: &'static str,
    cause: &'static str,
    remedy: &'static str,
) -> Explanation {
    Explanation { code, title, cause, remedy }
}

/// Returns the explanation of `code`; `None` for an unknown code.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    EXPLANATIONS.iter().find(|entry| entry.code.eq_ignore_ascii_case(code))
}
