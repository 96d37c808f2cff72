//! A day: load curve and timeline of events.

use super::happening::Event;
use super::system::SpecBuilder;
use crate::units::Span;

impl SpecBuilder {
    /// Sets the load curve: the relative arrival rate of each hour from midnight, interpolated
    /// linearly between their midpoints and periodic. The rate of the load applies to the highest.
    /// It is used only in the simulation of a day; see
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

    /// Adds an event at a time after midnight. It takes place only in the simulation of a day.
    #[must_use]
    pub fn at(mut self, time: Span, what: Event) -> SpecBuilder {
        self.events.push((time, what));
        self
    }
}
