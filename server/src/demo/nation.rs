//! Who lives where: regions, what their machines can take, and how users divide between them.

use bonghwa_analytics::region::Region;

use super::noise::{join, name_key, wander};
use super::visits::MEAN_VISIT;

/// Distinct users in five minutes, nationwide, at the busiest hour of the week.
const USERS_AT_PEAK: f64 = 40_000.0;
/// Share of the users who use two neighbouring regions at the same time.
const SHARED: f64 = 0.06;
/// Users that ever come, nationwide.
const POOL: f64 = 2_000_000.0;

/// Users that arrive in a region: its own, or those it shares with one neighbour.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    /// Key of the people; both regions that share them have the same one.
    pub(super) key: u64,
    /// Key of what differs between the two regions of a shared stream: sessions and the moment of arrival.
    pub(super) side: u64,
    /// Arrivals a second at full activity.
    pub(super) rate: f64,
    /// How many people there are.
    pub(super) pool: u64,
}

/// A region as the model sees it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Code of the region.
    pub(super) code: String,
    /// Key of its noise.
    pub(super) key: u64,
    /// CPU use of its busiest tier at full activity, 0 to 1.
    pub(super) peak: f64,
    /// Where its users come from.
    pub(super) streams: Vec<Stream>,
}

/// The places of a list of regions. Regions whose tiles touch are neighbours.
pub(super) fn places(seed: u64, regions: &[Region]) -> Vec<Place> {
    let people: Vec<f64> = regions.iter().map(|r| f64::from(r.population.max(10_000))).collect();
    let total: f64 = people.iter().sum();
    let pairs = neighbours(regions);
    let degree = |i: usize| pairs.iter().filter(|(a, b)| *a == i || *b == i).count() as f64;
    let pull: Vec<f64> = pairs.iter().map(|&(a, b)| (people[a] / degree(a) * people[b] / degree(b)).sqrt()).collect();
    let all_pull: f64 = pull.iter().sum();
    let arrivals = USERS_AT_PEAK / (300.0 + MEAN_VISIT);
    let stream = |key: u64, side: u64, share: f64| Stream {
        key,
        side,
        rate: arrivals * share,
        pool: (POOL * share).max(50.0) as u64,
    };

    let mut shares: Vec<f64> = people.iter().map(|people| people / total).collect();
    let mut streams: Vec<Vec<Stream>> = vec![Vec::new(); regions.len()];
    for (&(a, b), pull) in pairs.iter().zip(&pull) {
        let share = SHARED * pull / all_pull;
        let key = join(name_key(seed, &regions[a].code), name_key(seed, &regions[b].code));
        for place in [a, b] {
            // Half of the pair is taken from each side, so that everybody in the nation is counted once.
            shares[place] -= share / 2.0;
            streams[place].push(stream(key, name_key(key, &regions[place].code), share));
        }
    }
    let peaks = peaks(seed, &people, regions);
    streams
        .into_iter()
        .enumerate()
        .map(|(i, mut streams)| {
            let key = name_key(seed, &regions[i].code);
            streams.insert(0, stream(key, key, shares[i].max(0.1 * people[i] / total)));
            Place { code: regions[i].code.clone(), key, peak: peaks[i], streams }
        })
        .collect()
}

/// Pairs of regions whose tiles touch along an edge, each once.
fn neighbours(regions: &[Region]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (a, one) in regions.iter().enumerate() {
        for (b, other) in regions.iter().enumerate().skip(a + 1) {
            if one.row.abs_diff(other.row) + one.column.abs_diff(other.column) == 1 {
                pairs.push((a, b));
            }
        }
    }
    pairs
}

/// CPU use at full activity: 30 to 75 percent, higher where more people live, as capacity follows demand with a lag.
fn peaks(seed: u64, people: &[f64], regions: &[Region]) -> Vec<f64> {
    let least = people.iter().copied().fold(f64::INFINITY, f64::min);
    let most = people.iter().copied().fold(0.0, f64::max);
    people
        .iter()
        .zip(regions)
        .map(|(people, region)| {
            let size = if most > least { (people / least).ln() / (most / least).ln() } else { 0.5 };
            let luck = wander(name_key(seed, &region.code), 0, 1);
            (0.36 + 0.33 * size + 0.05 * luck).clamp(0.3, 0.75)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::regions;

    #[test]
    fn every_region_has_neighbours_and_its_share_of_the_users() {
        let regions = regions();
        let places = places(1, &regions);
        let rate = |code: &str| -> f64 {
            let place = places.iter().find(|place| place.code == code).unwrap();
            assert!(place.streams.len() > 1, "{code}");
            place.streams.iter().map(|stream| stream.rate).sum()
        };
        let total: f64 = regions.iter().map(|region| rate(&region.code)).sum();
        for region in &regions {
            let share = rate(&region.code) / total;
            let expected = f64::from(region.population) / 51_170_000.0;
            assert!((0.7..1.6).contains(&(share / expected)), "{}: {share} {expected}", region.code);
        }
        let peaks: Vec<f64> = places.iter().map(|place| place.peak).collect();
        assert!(peaks.iter().all(|peak| (0.3..=0.75).contains(peak)), "{peaks:?}");
        assert!(peaks.iter().copied().fold(0.0, f64::max) > 0.6);
    }

    #[test]
    fn neighbours_share_a_stream_of_the_same_people() {
        let regions = regions();
        let places = places(1, &regions);
        let keys = |code: &str| -> Vec<u64> {
            places.iter().find(|place| place.code == code).unwrap().streams.iter().map(|stream| stream.key).collect()
        };
        assert!(keys("seoul").iter().any(|key| keys("gyeonggi").contains(key)));
        assert!(!keys("seoul").iter().any(|key| keys("busan").contains(key)));
    }
}
