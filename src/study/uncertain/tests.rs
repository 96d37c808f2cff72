//! Systems whose line is a closed formula, with which the analysis of the samples must agree.

use super::*;
use crate::study::metric::Metric;

/// A line of one core: 1 / (3 a + b) s, with a and b in ms.
fn line_of(values: &[f64]) -> f64 {
    1000.0 / (3.0 * values[0] + values[1])
}

fn input(path: &str, low: f64, high: f64, distribution: Distribution) -> Input {
    Input {
        path: path.into(),
        low,
        high,
        unit: String::new(),
        factor: true,
        whole: false,
        distribution,
        likely: None,
        because: String::new(),
    }
}

type Samples = (Sweep, Frame, Vec<Point>);

/// Samples of a formula; the only target is met where the line is at least 200/s.
fn sampled(seed: u64, inputs: &[Input], count: usize, formula: fn(&[f64]) -> f64) -> Samples {
    let sweep = Sweep {
        version: String::new(),
        head: Head { seed, ..Head::default() },
        axis: Axis::Requests,
        asked: super::super::sweep::Asked::Sample,
        quick: false,
        inputs: Vec::new(),
        varied: Vec::new(),
        variants: vec!["system".into()],
        points: Vec::new(),
        cautions: Vec::new(),
    };
    let limit = Target::new(Metric::P99Ms, 5.0);
    let frame = Frame {
        inputs: inputs.to_vec(),
        by_default: false,
        targets: vec![limit],
        asked_rps: 200.0,
        asked_mau: None,
    };
    let columns: Vec<Vec<f64>> =
        inputs.iter().map(|input| shares(seed, &input.path, count)).collect();
    let point = |sample: usize| {
        let values: Vec<f64> = inputs
            .iter()
            .zip(&columns)
            .map(|(input, column)| input.value(column[sample]))
            .collect();
        let line = formula(&values);
        let estimate = |name: &str, value: f64| (name.to_owned(), Estimate::exact(value));
        Point {
            drawn: None,
            key: String::new(),
            variant: "system".into(),
            values: Vec::new(),
            estimates: vec![
                estimate("line_rps", line),
                estimate("target_p99_ms", 1000.0 / line),
                estimate("target_drift", f64::from(u8::from(line < 200.0))),
            ],
            facts: vec![("beyond_search".into(), "false".into())],
            digest: String::new(),
        }
    };
    let points: Vec<Point> = (0..count).map(point).collect();
    (sweep, frame, points)
}

/// Analysis of those samples.
fn found(seed: u64, inputs: &[Input], count: usize, formula: fn(&[f64]) -> f64) -> Uncertain {
    let (sweep, frame, points) = sampled(seed, inputs, count, formula);
    analyse(&sweep, &frame, &points)
}

fn uniform_pair() -> [Input; 2] {
    [input("a", 0.8, 1.6, Distribution::Uniform), input("b", 0.8, 1.6, Distribution::Uniform)]
}

/// 3 a + b ≤ 5 with both uniform on 0.8 to 1.6: for every b the share of a below (5 − b) / 3, which
/// is within the range; its mean over b, (5 − 1.2) / 3 = 1.2667, is 7/12 of the way.
const MET: f64 = 7.0 / 12.0;

#[test]
fn probabilities_hold_the_exact_one() {
    let mut held = 0;
    for seed in 0..200 {
        let (_, frame, points) = sampled(seed, &uniform_pair(), 64, line_of);
        let found = probabilities("system", &frame, &points.iter().collect::<Vec<_>>());
        let all = Condition::Whole(Whole::All);
        let of = |target: Condition| {
            found.iter().find(|one| one.target == target).expect("the target").probability
        };
        // The same samples meet the target, have no drift, meet all targets, and carry the target
        // load.
        for other in [Condition::Target(Metric::Drift), all, Condition::Whole(Whole::Line)] {
            assert_eq!(of(other), of(Condition::Target(Metric::P99Ms)));
        }
        held += u32::from(of(all).contains(MET) == Some(true));
    }
    // With independent samples 95 % would; a stratified design is nearer.
    assert!(held >= 190, "{held} of 200");
    let (_, frame, points) = sampled(1, &uniform_pair(), 4096, line_of);
    let many = probabilities("system", &frame, &points.iter().collect::<Vec<_>>());
    assert!((many[0].probability.mean - MET).abs() < 0.01);
}

/// Change of the line when one input goes from its 10th to its 90th percentile, averaged over the
/// other.
fn moved(inputs: &[Input; 2], which: usize) -> f64 {
    let steps = 2000;
    let at = |share: f64| {
        let one = |step: u32| {
            let other = (f64::from(step) + 0.5) / f64::from(steps);
            let mut values = [0.0; 2];
            values[which] = inputs[which].value(share);
            values[1 - which] = inputs[1 - which].value(other);
            line_of(&values)
        };
        (0..steps).map(one).sum::<f64>() / f64::from(steps)
    };
    at(0.9) - at(0.1)
}

#[test]
fn influences_hold_the_exact_ones() {
    for law in [
        Distribution::Uniform,
        Distribution::Loguniform,
        Distribution::Triangular,
        Distribution::Normal,
    ] {
        let inputs = [input("a", 0.8, 1.25, law), input("b", 0.8, 1.25, law)];
        let exact = [moved(&inputs, 0), moved(&inputs, 1)];
        let mut held = [0, 0];
        for seed in 0..40 {
            let found = found(seed, &inputs, 64, line_of);
            assert!(found.together);
            // Input a has three times the effect: it is the first to measure, for every seed.
            let first = found.first("system").expect("one moves the line");
            assert_eq!(first.name, "a");
            for (number, name) in ["a", "b"].iter().enumerate() {
                let of = |one: &&Influence| one.name == *name;
                let one = found.influences.iter().find(of).expect("the input");
                held[number] += u32::from(one.rps.contains(exact[number]) == Some(true));
                let off = (one.rps.mean - exact[number]).abs();
                assert!(off < 0.06 * exact[0].abs(), "{law:?} {one:?} beside {exact:?}");
            }
        }
        assert!(held.iter().all(|held| *held >= 36), "{law:?}: {held:?} of 40");
    }
}

#[test]
fn rank_correlations_have_the_exact_one_in_their_interval() {
    // For a line that is a sum 3 x + y of uniforms, Spearman's correlation with x is twelve times
    // the covariance of x and F(3 x + y), computed on a fine grid.
    fn sum(values: &[f64]) -> f64 {
        3.0 * values[0] + values[1]
    }
    // F of 3 x + y at s: the area of the unit square below the line.
    let below = |s: f64| -> f64 {
        let positive = |value: f64| value.max(0.0) * value.max(0.0);
        (positive(s) - positive(s - 1.0) - positive(s - 3.0) + positive(s - 4.0)) / 6.0
    };
    let grid = 400;
    let at = |step: u32| (f64::from(step) + 0.5) / f64::from(grid);
    let mut covariance = 0.0;
    for x in 0..grid {
        for y in 0..grid {
            covariance += (at(x) - 0.5) * (below(3.0 * at(x) + at(y)) - 0.5);
        }
    }
    let exact = 12.0 * covariance / f64::from(grid * grid);
    let inputs =
        [input("x", 1.0, 2.0, Distribution::Uniform), input("y", 1.0, 2.0, Distribution::Uniform)];
    let mut held = 0;
    for seed in 0..40 {
        let found = found(seed, &inputs, 64, sum);
        let one = found.influences.iter().find(|one| one.name == "x").expect("the input");
        held += u32::from(one.rank_correlation.contains(exact) == Some(true));
        assert!((one.rank_correlation.mean - exact).abs() < 0.06, "{one:?} beside {exact}");
        // Once y is controlled for, x explains everything.
        assert!(one.partial_rank_correlation.is_some_and(|value| value > 0.95), "{one:?}");
    }
    // The percentile bootstrap undercovers slightly near ±1.
    assert!(held >= 35, "{held} of 40");
}

#[test]
fn what_moves_nothing_is_not_measured_first() {
    fn constant(values: &[f64]) -> f64 {
        100.0 + 0.0 * values[0]
    }
    let found = found(5, &uniform_pair(), 32, constant);
    assert_eq!(found.first("system"), None);
}

#[test]
fn few_samples_look_at_each_input_alone() {
    let found = found(5, &uniform_pair(), 13, line_of);
    assert!(!found.together);
    let first = found.first("system").expect("a moves the line three times as far");
    assert_eq!((first.name.as_str(), first.partial_rank_correlation), ("a", None));
}

#[test]
fn fans_hold_the_exact_percentiles() {
    // With one input and a decreasing line, its percentiles are those of the input, mirrored.
    fn inverse(values: &[f64]) -> f64 {
        1000.0 / values[0]
    }
    let inputs = [input("a", 1.0, 4.0, Distribution::Loguniform)];
    let found = found(11, &inputs, 256, inverse);
    let fan = &found.fans[0];
    for (one, share) in fan.rps.iter().zip(FAN) {
        let exact = 1000.0 / inputs[0].value(1.0 - share);
        // Off by at most one stratum on either side.
        assert!((one.mean / exact - 1.0).abs() < 0.012, "{one:?} beside {exact}");
        assert_eq!(one.contains(exact), Some(true));
    }
    // The lowest line is carried by all, the highest by one of 256.
    assert!((fan.carried[0][2] - 1.0).abs() < 1e-12);
    assert!((fan.carried[255][2] - 1.0 / 256.0).abs() < 1e-12);
}

#[test]
fn laws_have_their_quantiles() {
    let near = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    };
    near(input("a", 1.0, 3.0, Distribution::Uniform).value(0.25), 1.5);
    near(input("a", 0.5, 2.0, Distribution::Loguniform).value(0.5), 1.0);
    near(input("a", 0.5, 2.0, Distribution::Loguniform).value(0.75), std::f64::consts::SQRT_2);
    // A quarter of the area of a triangle on 0 to 2 with its peak at 1 lies below √(1/2).
    near(input("a", 0.0, 2.0, Distribution::Triangular).value(0.25), 0.5_f64.sqrt());
    let skewed = Input { likely: Some(0.5), ..input("a", 0.0, 2.0, Distribution::Triangular) };
    // A quarter lies below the peak at a quarter of the width.
    near(skewed.value(0.25), 0.5);
    near(skewed.value(1.0), 2.0);
    // Truncated at two deviations: half a deviation up is Φ(1/2) of the whole, of which Φ(−2) is
    // missing below.
    let bell = input("a", 0.0, 4.0, Distribution::Normal);
    let cut = normal_cdf(-2.0);
    near(bell.value((normal_cdf(0.5) - cut) / (1.0 - 2.0 * cut)), 2.5);
    near(bell.value(0.0), 0.0);
    // Five integers, each with a fifth of the probability.
    let whole = Input { whole: true, factor: false, ..input("a", 2.0, 6.0, Distribution::Uniform) };
    let texts: Vec<String> = [0.0, 0.19, 0.21, 0.5, 0.99, 1.0].map(|at| whole.text(at)).into();
    assert_eq!(texts, ["2", "2", "3", "4", "6", "6"]);
    assert_eq!(input("a", 0.5, 2.0, Distribution::Loguniform).text(0.5), "*1");
    let timed =
        Input { unit: "ms".into(), factor: false, ..input("a", 1.0, 3.0, Distribution::Uniform) };
    assert_eq!(timed.text(0.25), "1.5ms");
}

#[test]
fn further_samples_extend_those_there_are() {
    let inputs = uniform_pair();
    let (few, many) = (samples(3, &inputs, 24), samples(3, &inputs, 64));
    assert_eq!(few, many[..24]);
    // Adding an input changes no other's values.
    let mut more = inputs.to_vec();
    more.insert(0, input("c", 1.0, 2.0, Distribution::Uniform));
    for (with, without) in samples(3, &more, 24).iter().zip(&few) {
        assert_eq!(with[1..], without[..]);
    }
}
