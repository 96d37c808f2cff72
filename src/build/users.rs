//! Who asks for what, and how often.

use super::load::JourneyBuilder;
use super::system::SpecBuilder;
use crate::model::spec::Retries;
use crate::random::Dist;
use crate::units::Span;

impl SpecBuilder {
    /// Users who arrive at random, whatever the state of the system, each for one journey; so many that
    /// they make requests at this rate \[requests/s\].
    #[must_use]
    pub fn open_load(mut self, requests_per_s: f64) -> SpecBuilder {
        self.load.open = Some(requests_per_s);
        self
    }

    /// A fixed number of users, each of whom makes a journey, waits for the answer to each of its requests,
    /// thinks for a time by this law \[s\], and begins again.
    #[must_use]
    pub fn closed_load(mut self, users: u32, think: Option<Dist>) -> SpecBuilder {
        self.load.closed = Some((users, think));
        self
    }

    /// Records that arrive in a topic from outside at this rate, at random \[records/s\]. May be said of
    /// several topics.
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

    /// Spaces arrivals evenly instead of at random, for exact timelines.
    #[must_use]
    pub fn regular(mut self) -> SpecBuilder {
        self.load.regular = true;
        self
    }

    /// Sets the pause of a user of a closed load who was refused, before a new connection; 1 s unless set.
    #[must_use]
    pub fn reconnect(mut self, pause: Span) -> SpecBuilder {
        self.load.reconnect = pause;
        self
    }

    /// Endpoints that users ask for, `service.endpoint`, with their weights: each is a journey of one
    /// request. Without it and without [`SpecBuilder::journey`] users ask for every endpoint equally often.
    #[must_use]
    pub fn mix<Name: Into<String>>(
        mut self,
        weights: impl IntoIterator<Item = (Name, f64)>,
    ) -> SpecBuilder {
        self.load.mix = weights.into_iter().map(|(name, weight)| (name.into(), weight)).collect();
        self
    }

    /// Adds a kind of user, beside those of [`SpecBuilder::mix`].
    #[must_use]
    pub fn journey(mut self, journey: JourneyBuilder) -> SpecBuilder {
        self.load.journeys.push(journey);
        self
    }

    /// Counts a response that takes longer as an error: the user has left.
    #[must_use]
    pub fn patience(mut self, longest: Span) -> SpecBuilder {
        self.load.patience = Some(longest);
        self
    }

    /// Lets users ask again whose request fails, or is not answered within their patience; they give up
    /// unless set.
    #[must_use]
    pub fn retries(mut self, retries: Retries) -> SpecBuilder {
        self.load.retries = Some(retries);
        self
    }
}
