//! A day: the rate by the hour, and what happens.

use super::happening::Event;
use super::system::SpecBuilder;
use crate::units::Span;

impl SpecBuilder {
    /// Sets the relative rate of each hour from midnight, linear between their middles, from the start
    /// again after the last; the rate of the load is that of the highest. It counts on a day, see
    /// [`Study::on_day`](crate::study::setup::Study::on_day).
    ///
    /// ```
    /// use plimsoll::build::{Event, ServiceBuilder, SpecBuilder, Step};
    /// use plimsoll::random::Dist;
    /// use plimsoll::study::setup::Study;
    /// use plimsoll::units::Span;
    ///
    /// let shop = ServiceBuilder::new("shop").endpoint("order", [Step::cpu(Dist::Constant(0.01))]);
    /// let spec = SpecBuilder::new()
    ///     .service(shop.pods(2))
    ///     .open_load(100.0)
    ///     .by_hour("office", [0.1, 0.2, 1.0, 0.8])
    ///     .at(Span::from_secs(3_600.0), Event::kill("shop", 1))
    ///     .build()?;
    /// assert_eq!(spec.load.curve.slices, [0.1, 0.2, 1.0, 0.8]);
    /// let study = Study::of("shop", spec).on_day(Span::from_secs(4.0 * 3_600.0));
    /// assert_eq!(study.day.map(|day| day.bin), Some(Span::from_secs(600.0)));
    /// # Ok::<(), plimsoll::build::Faults>(())
    /// ```
    #[must_use]
    pub fn by_hour(
        mut self,
        name: impl Into<String>,
        rates: impl IntoIterator<Item = f64>,
    ) -> SpecBuilder {
        self.curve = Some((name.into(), rates.into_iter().collect()));
        self
    }

    /// Has something happen, so long after midnight. It happens on a day.
    #[must_use]
    pub fn at(mut self, time: Span, what: Event) -> SpecBuilder {
        self.events.push((time, what));
        self
    }
}
