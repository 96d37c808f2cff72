//! Users and the load that they generate.

use super::load::JourneyBuilder;
use super::system::SpecBuilder;
use crate::model::spec::Retries;
use crate::random::Dist;
use crate::units::Span;

impl SpecBuilder {
    /// Sets an open load: users arrive by a Poisson process, independently of the state of the
    /// system, and each makes one journey. `requests_per_s` is the resulting mean rate of requests
    /// \[requests/s\].
    #[must_use]
    pub fn open_load(mut self, requests_per_s: f64) -> SpecBuilder {
        self.load.open = Some(requests_per_s);
        self
    }

    /// Sets a closed load: a fixed number of users, each of whom makes a journey, waits for the
    /// response to each of its requests, thinks for a time drawn from the law `think` \[s\], and
    /// starts again.
    #[must_use]
    pub fn closed_load(mut self, users: u32, think: Option<Dist>) -> SpecBuilder {
        self.load.closed = Some((users, think));
        self
    }

    /// Sets a load of external records, which arrive in a topic by a Poisson process at a rate of
    /// `per_s` \[records/s\]. May be called for several topics.
    ///
    /// ```
    /// use plimsoll::build::{ListenerBuilder, ServiceBuilder, SpecBuilder, Step, TopicBuilder};
    /// use plimsoll::random::Dist;
    ///
    /// let steps = [Step::delay(Dist::Exponential(0.004))];
    /// let spec = SpecBuilder::new()
    ///     .topic(TopicBuilder::new("orders", 3))
    ///     .service(
    ///         ServiceBuilder::new("settlement")
    ///             .listener(ListenerBuilder::new("settle", "orders", steps).concurrency(3)),
    ///     )
    ///     .records("orders", 200.0)
    ///     .build()?;
    /// assert_eq!(spec.load.records[0].per_s, 200.0);
    /// # Ok::<(), plimsoll::build::Faults>(())
    /// ```
    #[must_use]
    pub fn records(mut self, topic: impl Into<String>, per_s: f64) -> SpecBuilder {
        self.load.records.push((topic.into(), per_s));
        self
    }

    /// Spaces arrivals evenly instead of at random (deterministic arrivals), for exact timelines.
    #[must_use]
    pub fn regular(mut self) -> SpecBuilder {
        self.load.regular = true;
        self
    }

    /// Sets the pause of a user of a closed load between a refused connection and the next one; 1 s
    /// by default.
    #[must_use]
    pub fn reconnect(mut self, pause: Span) -> SpecBuilder {
        self.load.reconnect = pause;
        self
    }

    /// Sets the mix: endpoints that users request, `service.endpoint`, with their weights; each is
    /// a journey of one request. Without a mix and without [`SpecBuilder::journey`] all endpoints
    /// are requested equally often.
    #[must_use]
    pub fn mix<Name: Into<String>>(
        mut self,
        weights: impl IntoIterator<Item = (Name, f64)>,
    ) -> SpecBuilder {
        self.load.mix = weights.into_iter().map(|(name, weight)| (name.into(), weight)).collect();
        self
    }

    /// Adds a journey, in addition to those of [`SpecBuilder::mix`].
    #[must_use]
    pub fn journey(mut self, journey: JourneyBuilder) -> SpecBuilder {
        self.load.journeys.push(journey);
        self
    }

    /// Sets the maximum response time that users tolerate; slower responses count as errors
    /// (abandonment).
    #[must_use]
    pub fn patience(mut self, longest: Span) -> SpecBuilder {
        self.load.patience = Some(longest);
        self
    }

    /// Sets the retries of users whose request fails, or is not answered within their patience; no
    /// retries by default.
    #[must_use]
    pub fn retries(mut self, retries: Retries) -> SpecBuilder {
        self.load.retries = Some(retries);
        self
    }
}
