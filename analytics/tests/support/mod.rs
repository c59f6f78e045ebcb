//! What the tests of views share.
#![allow(dead_code, reason = "no test uses all of it")]

use std::collections::BTreeSet;

use bonghwa_analytics::baseline::Baselines;
use bonghwa_analytics::identity::IdentityMode;
use bonghwa_analytics::region::Region;
use bonghwa_analytics::time::DAY;
use bonghwa_analytics::view::Moment;

/// Friday, 20 November 2026, 14:05 in Seoul.
pub(crate) const AS_OF: i64 = 1_795_151_100;
/// What tells users apart.
pub(crate) const MODE: IdentityMode = IdentityMode::UserCookie;

/// A region named by its code alone.
pub(crate) fn place(code: &str) -> Region {
    Region {
        code: code.into(),
        ko: code.into(),
        en: code.into(),
        official_ko: code.into(),
        official_en: code.into(),
        valid_from: None,
        valid_to: None,
        successor: None,
        row: 1,
        column: 1,
        group: String::new(),
        population: 100_000,
    }
}

/// A moment at which nothing is away.
pub(crate) fn moment(as_of: i64, baselines: &Baselines) -> Moment<'_> {
    Moment {
        as_of,
        demo: false,
        title: (String::new(), String::new()),
        mode: MODE,
        late_after: 60,
        away: BTreeSet::new(),
        retention: [3600, 2 * DAY, 35 * DAY, 730 * DAY],
        baselines,
        open: Vec::new(),
    }
}
