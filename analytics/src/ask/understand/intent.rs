//! Which kind of question it is: cues add up, and what they mean depends a little on what stands beside them.

use super::segment::Token;
use super::sense::{Cue, Sense};
use crate::ask::question::Kind;

// Each flag is something that was met or not.
#[allow(clippy::struct_excessive_bools)]
/// What was met in a text, counted by cue.
pub(super) struct Features {
    cues: [u8; 20],
    pub(super) measures: usize,
    pub(super) hints: usize,
    pub(super) places: usize,
    pub(super) anchors: usize,
    pub(super) against: bool,
    pub(super) most: bool,
    pub(super) order: bool,
    pub(super) limit: bool,
    pub(super) threshold: bool,
    /// A threshold of minutes or more.
    pub(super) lasting: bool,
    pub(super) nation: bool,
    pub(super) deployed: bool,
    /// Whether a time ahead is said.
    pub(super) ahead: bool,
    /// Whether a resource that fills up is named.
    pub(super) resource: bool,
}

impl Features {
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut out = Self {
            cues: [0; 20],
            measures: 0,
            hints: 0,
            places: 0,
            anchors: 0,
            against: false,
            most: false,
            order: false,
            limit: false,
            threshold: false,
            lasting: false,
            nation: false,
            deployed: false,
            ahead: false,
            resource: false,
        };
        let mut before = None;
        for token in tokens.iter().filter(|token| token.sense != Sense::Ending) {
            match token.sense {
                // 서울 지역 is Seoul, and asks for no ranking.
                Sense::Cue(Cue::Region) if matches!(before, Some(Sense::Place(_))) => {}
                Sense::Cue(cue) => out.add(cue),
                Sense::Measure(_) => out.measures += 1,
                Sense::Hint(_) => out.hints += 1,
                Sense::Place(_) => out.places += 1,
                Sense::Anchor | Sense::Service(_) => out.anchors += 1,
                Sense::Against | Sense::Than | Sense::Versus => out.against = true,
                Sense::Most => out.most = true,
                Sense::Order(_) | Sense::Top => out.order = true,
                Sense::Idle => {
                    out.hints += 1;
                    out.order = true;
                }
                Sense::Nation => out.nation = true,
                Sense::Deployed => out.deployed = true,
                _ => {}
            }
            before = Some(token.sense);
        }
        out
    }

    fn add(&mut self, cue: Cue) {
        if let Some(count) = self.cues.get_mut(cue as usize) {
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn has(&self, cue: Cue) -> bool {
        self.cues.get(cue as usize).is_some_and(|count| *count > 0)
    }

    /// Whether nothing but 어때 asks.
    pub(super) fn has_only_state(&self) -> bool {
        self.has(Cue::State) && self.cues.iter().filter(|count| **count > 0).count() == 1 && !self.against
    }

    /// Whether anything in it is of our subject.
    pub(super) fn has_topic(&self) -> bool {
        const TOPICS: [Cue; 7] =
            [Cue::Endpoint, Cue::Session, Cue::Capacity, Cue::Incident, Cue::Slow, Cue::Report, Cue::EachRegion];
        self.measures + self.hints + self.anchors > 0 || self.deployed || TOPICS.iter().any(|cue| self.has(*cue))
    }
}

/// Of equals, the one that asks for more stands first.
const FIRST: [Kind; 10] = [
    Kind::Report,
    Kind::Capacity,
    Kind::Sessions,
    Kind::SlowEndpoints,
    Kind::Diagnose,
    Kind::RankRegions,
    Kind::Compare,
    Kind::Trend,
    Kind::Incidents,
    Kind::Value,
];

/// The kind that most speaks for, and whether anything does.
pub(super) fn kind(f: &Features, periods_apart: bool) -> Option<Kind> {
    let mut scores = [0_i32; Kind::ALL.len()];
    let mut add = |kind: Kind, points: i32| {
        if let Some(score) = scores.get_mut(kind as usize) {
            *score += points;
        }
    };
    let (region, place) = (f.has(Cue::Region) || f.has(Cue::EachRegion) || f.has(Cue::Where), f.has(Cue::Endpoint));
    let points: [(Cue, Kind, i32); 24] = [
        (Cue::Why, Kind::Diagnose, 8),
        (Cue::Health, Kind::Diagnose, 5),
        (Cue::State, Kind::Diagnose, if f.measures > 0 { 1 } else { 4 }),
        (Cue::State, Kind::Value, 1),
        (Cue::Slow, Kind::Diagnose, 4),
        (Cue::Slow, Kind::SlowEndpoints, if f.limit || f.most || f.deployed { 4 } else { 1 }),
        (Cue::Endpoint, Kind::SlowEndpoints, 9),
        (Cue::Compare, Kind::Compare, 7),
        (Cue::Change, Kind::Compare, 3),
        (Cue::Change, Kind::Diagnose, 1),
        (Cue::Change, Kind::Trend, 1),
        (Cue::Trend, Kind::Trend, 7),
        (Cue::Session, Kind::Sessions, 8),
        (Cue::Lasting, Kind::Sessions, 3),
        (Cue::Capacity, Kind::Capacity, 9),
        (Cue::Ahead, Kind::Capacity, if f.resource || f.threshold || f.has(Cue::Capacity) { 6 } else { 0 }),
        (Cue::Report, Kind::Report, 12),
        (Cue::Tell, Kind::Report, if f.measures > 0 { 1 } else { 5 }),
        (Cue::Region, Kind::RankRegions, 3),
        (Cue::Where, Kind::RankRegions, 5),
        (Cue::EachRegion, Kind::RankRegions, 8),
        (Cue::Incident, Kind::Incidents, 6),
        (Cue::HowMuch, Kind::Value, 3),
        (Cue::HowMuch, Kind::Incidents, i32::from(f.has(Cue::Incident))),
    ];
    for (cue, kind, points) in points {
        if f.has(cue) {
            add(kind, points);
        }
    }
    if f.measures > 0 {
        add(Kind::Value, 2);
    }
    if region {
        let extra = [(f.most, 3), (f.order, 2), (f.limit, 2), (f.threshold, 3), (f.has(Cue::Slow), 3)];
        add(Kind::RankRegions, extra.iter().filter(|(met, _)| *met).map(|(_, points)| points).sum());
        add(Kind::RankRegions, i32::from(f.measures + f.hints > 0));
    } else if f.nation && f.most {
        add(Kind::RankRegions, 5);
    }
    if f.against {
        // In a ranking, and where endpoints are asked for, what is compared with is a slot and no kind.
        add(Kind::Compare, if region || place { 2 } else { 4 });
    }
    if periods_apart && !region && !place {
        add(Kind::Compare, 4);
    }
    // 한 시간 안에 힙이 95 %에 도달할까?
    if f.ahead && f.resource && f.threshold {
        add(Kind::Capacity, 6);
    }
    // 여덟 시간 넘게 접속한 사용자.
    if f.lasting && f.measures + f.hints > 0 {
        add(Kind::Sessions, 8);
    }
    if f.deployed {
        add(Kind::SlowEndpoints, if place || f.has(Cue::Slow) { 4 } else { 0 });
    }
    let best = scores.iter().copied().max().filter(|best| *best > 0)?;
    FIRST.into_iter().find(|kind| scores.get(*kind as usize) == Some(&best))
}
