//! Price of capacity: the points of a sweep by cost, and the Pareto frontier.

use super::ladder::unit;
use super::number;
use super::points::{estimate, name, shown};
use super::size::dollars;
use super::words::{Lang, Word, say};
use crate::stats::Estimate;
use crate::study::sweep::{Asked, Point, Sweep, is_load};

/// A point of a sweep with its price.
pub(crate) struct PricedPoint<'a> {
    /// The point.
    pub(crate) point: &'a Point,
    /// Cost of all items that have a price \[USD/month\].
    pub(crate) usd: f64,
    /// Value of the point: the load carried, or the response time.
    pub(crate) value: Estimate,
}

impl PricedPoint<'_> {
    /// Returns the name that distinguishes the point from the others.
    pub(crate) fn name(&self, sweep: &Sweep) -> String {
        name(sweep, self.point)
    }
}

/// Points by price, with the Pareto frontier.
pub(crate) struct Pareto<'a> {
    /// Points with a price and a value, by rising price.
    pub(crate) places: Vec<PricedPoint<'a>>,
    /// Indices of the Pareto-optimal points: no other is as good or better for less or the same. By
    /// rising price.
    pub(crate) best: Vec<usize>,
    /// Whether smaller values are better, as for response times.
    pub(crate) less: bool,
    /// Items without a price, the same in all points.
    pub(crate) unpriced: Vec<String>,
    /// Number of points left out because other items are without a price than elsewhere: an unknown
    /// price is no saving.
    pub(crate) left_out: usize,
}

/// Returns the points by price; `None` where nothing has a price, where all points cost the same,
/// or where the load itself is varied, so that points answer different questions.
pub(crate) fn pareto<'a>(sweep: &Sweep, points: &'a [Point]) -> Option<Pareto<'a>> {
    if sweep.asked == Asked::Sample || sweep.varied.iter().any(|one| is_load(&one.path)) {
        return None;
    }
    let less = sweep.asked == Asked::Load;
    let mut unpriced: Option<Vec<&str>> = None;
    for point in points {
        let here = without_price(point);
        unpriced = Some(match unpriced {
            None => here,
            Some(all) => all.into_iter().filter(|part| here.contains(part)).collect(),
        });
    }
    let unpriced = unpriced.unwrap_or_default();
    let comparable = |point: &&Point| without_price(point).len() == unpriced.len();
    let place = |point: &'a Point| {
        let usd = estimate(point, "monthly_usd")?.mean;
        Some(PricedPoint { point, usd, value: *estimate(point, shown(sweep))? })
    };
    let mut places: Vec<PricedPoint<'a>> =
        points.iter().filter(comparable).filter_map(place).collect();
    // Of those that cost the same the better one first: it alone can be on the frontier.
    let better = |a: f64, b: f64| if less { a.total_cmp(&b) } else { b.total_cmp(&a) };
    places.sort_by(|a, b| a.usd.total_cmp(&b.usd).then_with(|| better(a.value.mean, b.value.mean)));
    let (first, last) = (places.first()?.usd, places.last()?.usd);
    if last - first < 0.005 {
        return None;
    }
    let mut best: Vec<usize> = Vec::new();
    for (index, place) in places.iter().enumerate() {
        let beats = |last: &usize| better(place.value.mean, places[*last].value.mean).is_lt();
        if best.last().is_none_or(beats) {
            best.push(index);
        }
    }
    let left_out = points.iter().filter(|point| !comparable(point)).count();
    let unpriced = unpriced.into_iter().map(str::to_owned).collect();
    Some(Pareto { places, best, less, unpriced, left_out })
}

/// Returns the items of a point without a price.
fn without_price(point: &Point) -> Vec<&str> {
    let fact = point.facts.iter().find(|(name, _)| name == "unpriced");
    let text = fact.map_or("", |(_, text)| text.as_str());
    text.split("; ").filter(|part| !part.is_empty()).collect()
}

impl Pareto<'_> {
    /// Returns the finding.
    pub(crate) fn title(&self, sweep: &Sweep, lang: Lang) -> String {
        let count = self.places.len().to_string();
        let unit = if self.less { "ms (p99)" } else { unit(sweep.axis) };
        let text = |index: usize| {
            let place = &self.places[index];
            (dollars(place.usd, lang), number::mean(&place.value))
        };
        match self.best.as_slice() {
            [first, .., last] => {
                let ((low, from), (high, to)) = (text(*first), text(*last));
                let best = self.best.len().to_string();
                say(lang, Word::ParetoTitle, &[&best, &count, &low, &from, &high, &to, unit])
            }
            [only] => {
                let (usd, value) = text(*only);
                let name = self.places[*only].name(sweep);
                say(lang, Word::ParetoTitleOne, &[&count, &usd, &value, &name, unit])
            }
            [] => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Head;
    use crate::study::result::Axis;
    use crate::study::sweep::Varied;

    fn sweep(asked: Asked, path: &str) -> Sweep {
        Sweep {
            version: String::new(),
            head: Head::default(),
            axis: Axis::Requests,
            asked,
            quick: false,
            inputs: Vec::new(),
            varied: vec![Varied { path: path.into(), values: Vec::new() }],
            variants: vec!["system".into()],
            points: Vec::new(),
            cautions: Vec::new(),
        }
    }

    fn points(name: &str, all: &[(f64, f64)]) -> Vec<Point> {
        let point = |(usd, value): &(f64, f64)| Point {
            key: String::new(),
            variant: "system".into(),
            values: vec![usd.to_string()],
            estimates: vec![
                (name.into(), Estimate::exact(*value)),
                ("monthly_usd".into(), Estimate::exact(*usd)),
            ],
            drawn: None,
            facts: vec![("unpriced".into(), "brokers.k.storage".into())],
            digest: String::new(),
        };
        all.iter().map(point).collect()
    }

    /// Returns prices and values of the frontier.
    fn frontier(asked: Asked, number: &str, all: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let points = points(number, all);
        let found = pareto(&sweep(asked, "services.a.replicas"), &points).unwrap();
        found.best.iter().map(|at| (found.places[*at].usd, found.places[*at].value.mean)).collect()
    }

    #[test]
    fn what_another_beats_is_not_on_the_frontier() {
        // 20 carries less than 10; 30 as much as another for 30; 50 no more than 40.
        let all = [(50.0, 9.0), (10.0, 5.0), (30.0, 7.0), (20.0, 4.0), (30.0, 6.0), (40.0, 9.0)];
        let expected = [(10.0, 5.0), (30.0, 7.0), (40.0, 9.0)];
        assert_eq!(frontier(Asked::Line, "line_rps", &all), expected);
        // Of response times the smaller is better: 4 for 20 is the last.
        assert_eq!(frontier(Asked::Load, "p99_ms", &all), [(10.0, 5.0), (20.0, 4.0)]);
    }

    #[test]
    fn a_price_that_is_not_known_is_no_saving() {
        let mut all = points("line_rps", &[(10.0, 5.0), (20.0, 6.0), (30.0, 7.0)]);
        all[0].facts[0].1 = "brokers.k.storage; databases.d (db.t9.huge)".into();
        let found = pareto(&sweep(Asked::Line, "services.a.replicas"), &all).unwrap();
        assert_eq!((found.places.len(), found.left_out), (2, 1));
        assert_eq!(found.unpriced, ["brokers.k.storage"]);
        assert!(found.places.iter().all(|place| place.usd > 10.0));
    }

    #[test]
    fn points_of_one_price_or_of_several_loads_are_not_compared() {
        let same = points("line_rps", &[(10.0, 5.0), (10.0, 6.0)]);
        assert!(pareto(&sweep(Asked::Line, "services.a.replicas"), &same).is_none());
        let apart = points("p99_ms", &[(10.0, 5.0), (20.0, 6.0)]);
        assert!(pareto(&sweep(Asked::Load, "load.rate"), &apart).is_none());
        assert!(pareto(&sweep(Asked::Load, "services.a.replicas"), &apart).is_some());
        let bare: Vec<Point> = Vec::new();
        assert!(pareto(&sweep(Asked::Line, "services.a.replicas"), &bare).is_none());
    }
}
