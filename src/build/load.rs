//! Journeys, and the components of a load.

use crate::model::spec::{RECONNECT, Retries};
use crate::random::Dist;
use crate::units::Span;

/// Builder of a load.
#[derive(Clone, Debug)]
pub(super) struct LoadBuilder {
    pub(super) open: Option<f64>,
    pub(super) closed: Option<(u32, Option<Dist>)>,
    pub(super) records: Vec<(String, f64)>,
    pub(super) regular: bool,
    pub(super) reconnect: Span,
    pub(super) mix: Vec<(String, f64)>,
    pub(super) journeys: Vec<JourneyBuilder>,
    pub(super) patience: Option<Span>,
    pub(super) retries: Option<Retries>,
}

impl Default for LoadBuilder {
    fn default() -> LoadBuilder {
        LoadBuilder {
            open: None,
            closed: None,
            records: Vec::new(),
            regular: false,
            reconnect: RECONNECT,
            mix: Vec::new(),
            journeys: Vec::new(),
            patience: None,
            retries: None,
        }
    }
}

/// Builder of a journey, the session of a kind of user: a sequence of requests with think times
/// before them.
#[derive(Clone, Debug)]
pub struct JourneyBuilder {
    pub(super) name: String,
    pub(super) weight: f64,
    pub(super) visits: Vec<VisitBuilder>,
}

/// One request of a journey.
#[derive(Clone, Debug)]
pub(super) struct VisitBuilder {
    pub(super) endpoint: String,
    pub(super) probability: f64,
    pub(super) think: Option<Dist>,
}

impl JourneyBuilder {
    /// Creates a journey without requests, with a weight of 1.
    ///
    /// ```
    /// use plimsoll::build::JourneyBuilder;
    /// use plimsoll::random::Dist;
    ///
    /// // Looks, thinks for 5 s on average, and orders; one in ten later checks the status.
    /// let buyer = JourneyBuilder::new("buyer")
    ///     .visit("shop.look")
    ///     .visit_after(Dist::Exponential(5.0), "shop.order")
    ///     .visit_sometimes(0.1, Some(Dist::Exponential(30.0)), "shop.status");
    /// ```
    pub fn new(name: impl Into<String>) -> JourneyBuilder {
        JourneyBuilder { name: name.into(), weight: 1.0, visits: Vec::new() }
    }

    /// Sets the relative frequency of this journey among users.
    #[must_use]
    pub fn weight(mut self, weight: f64) -> JourneyBuilder {
        self.weight = weight;
        self
    }

    /// Adds a request to an endpoint, `service.endpoint`, without a think time.
    #[must_use]
    pub fn visit(self, endpoint: impl Into<String>) -> JourneyBuilder {
        self.visit_sometimes(1.0, None, endpoint)
    }

    /// Adds a request to an endpoint, `service.endpoint`, after a think time drawn from the law
    /// `think` \[s\].
    #[must_use]
    pub fn visit_after(self, think: Dist, endpoint: impl Into<String>) -> JourneyBuilder {
        self.visit_sometimes(1.0, Some(think), endpoint)
    }

    /// Adds a request to an endpoint, `service.endpoint`, that is made with the given probability,
    /// after a think time drawn from the law `think` \[s\]. A request that is not made has no think
    /// time.
    #[must_use]
    pub fn visit_sometimes(
        mut self,
        probability: f64,
        think: Option<Dist>,
        endpoint: impl Into<String>,
    ) -> JourneyBuilder {
        self.visits.push(VisitBuilder { endpoint: endpoint.into(), probability, think });
        self
    }
}
