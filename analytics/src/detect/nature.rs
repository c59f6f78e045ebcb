//! What kind of quantity a series is: which side matters, what nobody would call a change, and what chance does.

/// The kind of quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nature {
    /// How much: requests a second, users. Both sides matter; Poisson noise from the count.
    Volume,
    /// A share of 0 to 1, as the error rate. Only above matters; binomial noise from the denominator.
    Share,
    /// Seconds. Only above matters; the sampling error of a quantile of few requests.
    Duration,
    /// The part of a resource that is used, 0 to 1. Only above matters; an absolute floor.
    Use,
    /// Of unknown scale. Both sides matter.
    Plain,
}

impl Nature {
    /// Whether a value below its band is an anomaly.
    pub const fn below_matters(self) -> bool {
        matches!(self, Self::Volume | Self::Plain)
    }

    /// Whether values below 0 cannot be, so that no band reaches there.
    pub const fn never_negative(self) -> bool {
        !matches!(self, Self::Plain)
    }
}

/// Smallest half-width of a band around `middle`: what a person would not call a change. In the unit of the series.
pub fn floor(nature: Nature, middle: f64) -> f64 {
    let middle = middle.abs();
    match nature {
        Nature::Volume => 0.08 * middle,
        Nature::Share => (0.5 * middle).max(0.005),
        Nature::Duration => (0.15 * middle).max(0.02),
        Nature::Use => 0.06,
        // Only so much that a constant series has a width at all.
        Nature::Plain => (0.005 * middle).max(1e-9),
    }
}

/// Four standard deviations of chance: Poisson for a volume, of which one unit stands for `count` requests or users;
/// binomial for a share of `count`; for a duration the sampling error of a quantile of `count` requests that are
/// log-normal with a shape of about 0.7. In the unit of the series.
pub fn chance(nature: Nature, middle: f64, count: f64) -> f64 {
    let n = if count > 1.0 { count } else { 1.0 };
    let middle = middle.abs();
    match nature {
        Nature::Volume if count > 0.0 => 4.0 * libm::sqrt(middle / count) + 3.0 / count,
        Nature::Share if count > 0.0 => 4.0 * libm::sqrt(middle.max(0.002) / n) + 3.0 / n,
        Nature::Duration if count > 0.0 => 6.0 * middle / libm::sqrt(n),
        _ => 0.0,
    }
}
