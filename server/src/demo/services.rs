//! The services of a region, their routes, how long a request takes in each, and how busy the machines are.

use std::sync::LazyLock;

use bonghwa_analytics::bucket::Resource;

use super::faults::Effect;
use super::noise::{join, normal_strata, wander};

/// The web server, where requests of users enter.
pub(super) const WEB: &str = "web";
/// The application server behind it.
pub(super) const WAS: &str = "was";
/// The database behind that.
pub(super) const DB: &str = "db";
/// All of them.
pub(super) const SERVICES: [&str; 3] = [WEB, WAS, DB];

/// Seconds between two samples of the gauges.
pub(super) const SCRAPE: i64 = 10;
/// Share of requests that fail on a normal day.
pub(super) const ERROR_RATE: f64 = 0.002;
/// Share of the log-ins of a burst that fail.
pub(super) const BURST_ERROR_RATE: f64 = 0.97;

/// A route of the web server, and of the WAS where it is passed on.
pub(super) struct Route {
    /// Method and path template.
    pub(super) name: &'static str,
    /// Share of the requests, in thousandths.
    pub(super) weight: u64,
    /// Median time that the WAS spends itself, milliseconds; zero if the web server answers alone.
    pub(super) own_ms: f64,
    /// Median time in the database, milliseconds.
    pub(super) db_ms: f64,
}

impl Route {
    /// Whether the WAS and the database take part.
    pub(super) fn is_passed_on(&self) -> bool {
        self.own_ms > 0.0
    }
}

/// The routes; their weights add up to 1,000.
pub(super) const ROUTES: [Route; 6] = [
    Route { name: "GET /", weight: 200, own_ms: 0.0, db_ms: 0.0 },
    Route { name: "GET /minwon/list", weight: 250, own_ms: 38.0, db_ms: 24.0 },
    Route { name: "GET /minwon/search", weight: 190, own_ms: 52.0, db_ms: 58.0 },
    Route { name: "GET /minwon/apply", weight: 130, own_ms: 64.0, db_ms: 36.0 },
    Route { name: "POST /minwon/apply", weight: 90, own_ms: 92.0, db_ms: 48.0 },
    Route { name: "POST /login", weight: 140, own_ms: 58.0, db_ms: 14.0 },
];
/// Index of the route that a burst of log-ins uses.
pub(super) const LOGIN: usize = 5;
/// Index of the route that the bad deployment slows.
pub(super) const DEPLOYED: usize = 2;

/// Version of a service.
pub(super) fn version(service: &str, deployed: bool) -> &'static str {
    match service {
        WEB => "1.8.0",
        WAS if deployed => "2.5.0",
        WAS => "2.4.1",
        _ => "16.4",
    }
}

/// Number of equally likely durations that stand for the distribution.
pub(super) const STRATA: usize = 64;
/// Spread of the logarithm of durations.
const SIGMA: f64 = 0.52;

/// Log-normal durations relative to their median, ascending.
static LADDER: LazyLock<[f64; STRATA]> = LazyLock::new(|| normal_strata::<STRATA>().map(|z| (SIGMA * z).exp()));

/// How long the parts of a request take at the median, milliseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    front: f64,
    network: f64,
    own: f64,
    db: f64,
}

/// How long one request took in each part, nanoseconds; each contains the ones after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timing {
    /// In the web server: what the user waited.
    pub(super) web: u64,
    /// The call from web server to WAS.
    pub(super) call: u64,
    /// In the WAS.
    pub(super) was: u64,
    /// The call from WAS to database.
    pub(super) db: u64,
}

impl Pace {
    /// The pace of a route in a region (by key) at some activity.
    pub(super) fn new(key: u64, route: usize, activity: f64, effect: &Effect) -> Self {
        // Regions differ by up to 12 percent, and a busy machine is slower.
        let region = 1.0 + 0.12 * wander(join(key, 20), 0, 1);
        let busy = region * (1.0 + 0.22 * activity * activity);
        let deployed = if route == DEPLOYED { effect.deployed_route } else { 1.0 };
        let Route { own_ms, db_ms, .. } = ROUTES[route];
        Self {
            front: if own_ms > 0.0 { 2.2 } else { 7.0 } * region,
            network: 0.9 + effect.network_ms,
            own: own_ms * busy * effect.own * deployed,
            db: db_ms * busy * effect.db,
        }
    }

    /// The duration at a stratum, 0 the fastest to [`STRATA`] - 1 the slowest.
    pub(super) fn at(&self, stratum: usize) -> Timing {
        let share = LADDER[stratum] * 1e6;
        let [front, network, own, db] = [self.front, self.network, self.own, self.db].map(|ms| (ms * share) as u64);
        Timing { web: front + network + own + db, call: network + own + db, was: own + db, db }
    }
}

/// Number of gauges of a region.
pub(super) const GAUGES: usize = 8;

/// One sample of a gauge: service, kind, millionths.
pub(super) type Sample = (&'static str, Resource, i64);

/// All gauges of a region at an instant. `peak` is the CPU use of the WAS, its busiest tier, at full activity.
pub(super) fn gauges(key: u64, peak: f64, instant: i64, activity: f64, effect: &Effect) -> [Sample; GAUGES] {
    let noise = |part: u64, step: i64| wander(join(key, part), instant, step);
    let load = |share: f64| 0.06 + (share * peak - 0.06) * activity.min(1.2);
    let was = load(1.0) + effect.was_cpu + 0.018 * noise(30, 40);
    let db = load(0.78) + effect.db_cpu + 0.02 * noise(31, 60);
    let web = load(0.55) + 0.015 * noise(32, 40);
    // Each collection frees what the requests since the last one left behind; busy machines collect higher.
    let period = 540 + (key % 360) as i64;
    let filled = instant.rem_euclid(period) as f64 / period as f64;
    let heap = effect.heap.unwrap_or(0.30 + (0.12 + 0.26 * activity.min(1.2)) * filled);
    let memory = 0.44 + 0.16 * activity + 0.02 * noise(34, 3600) + 0.2 * (heap - 0.45).max(0.0);
    let sample = |service, kind, share: f64| (service, kind, (share.clamp(0.002, 0.998) * 1e6) as i64);
    [
        sample(WEB, Resource::Cpu, web),
        sample(WEB, Resource::Memory, 0.31 + 0.07 * activity + 0.01 * noise(35, 3600)),
        sample(WAS, Resource::Cpu, was),
        sample(WAS, Resource::Memory, memory),
        sample(WAS, Resource::Heap, heap + 0.006 * noise(36, 20)),
        sample(DB, Resource::Cpu, db),
        sample(DB, Resource::Memory, 0.63 + 0.05 * activity + 0.01 * noise(37, 7200)),
        sample(DB, Resource::Disk, 0.52 + 0.03 * noise(38, 7 * 86_400)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::faults::Fault;

    fn slowest_tenth(route: usize, effect: &Effect) -> Timing {
        Pace::new(1, route, 0.9, effect).at(STRATA * 9 / 10)
    }

    #[test]
    fn weights_add_up() {
        assert_eq!(ROUTES.iter().map(|route| route.weight).sum::<u64>(), 1000);
        assert_eq!((ROUTES[LOGIN].name, ROUTES[DEPLOYED].name), ("POST /login", "GET /minwon/search"));
    }

    #[test]
    fn each_fault_slows_its_own_place_only() {
        let normal = slowest_tenth(1, &Effect::NORMAL);
        let db = slowest_tenth(1, &Fault::SlowDb.effect(0.5));
        assert!(db.db > 8 * normal.db && db.was - db.db == normal.was - normal.db);
        let network = slowest_tenth(1, &Fault::SlowNetwork.effect(0.5));
        assert!(network.was == normal.was && network.call > 5 * normal.call);
        let deploy = Fault::BadDeploy.effect(0.5);
        assert_eq!(slowest_tenth(1, &deploy), normal);
        assert!(slowest_tenth(DEPLOYED, &deploy).was > 2 * slowest_tenth(DEPLOYED, &Effect::NORMAL).was);
        let leak = slowest_tenth(1, &Fault::HeapLeak.effect(0.69));
        assert!(leak.was > 3 * normal.was && leak.db == normal.db);
    }

    #[test]
    fn the_busiest_tier_reaches_its_peak_and_the_heap_is_a_saw_tooth() {
        let at = |t: i64, activity| gauges(5, 0.7, t, activity, &Effect::NORMAL);
        let cpu = at(1000, 1.0)[2];
        assert_eq!((cpu.0, cpu.1), (WAS, Resource::Cpu));
        assert!((660_000..740_000).contains(&cpu.2), "{}", cpu.2);
        assert!(at(1000, 0.04)[2].2 < 130_000);
        let heap: Vec<i64> = (0..600).map(|i| at(i * 10, 0.8)[4].2).collect();
        let drops = heap.windows(2).filter(|w| w[1] < w[0] - 150_000).count();
        assert!((5..=12).contains(&drops), "{drops}");
    }
}
