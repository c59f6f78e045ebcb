//! The same rows give the same answers, whether they lie in the databases of a server or in frames at hand.
use std::collections::BTreeMap;

use bonghwa::centre::{Centre, CentreConfig, CentreError, clock};
use bonghwa::demo::{Demo, regions};
use bonghwa::runbooks::RunbookSource;
use bonghwa_analytics::answer::{Asking, Body, reply};
use bonghwa_analytics::ask::Starter;
use bonghwa_analytics::atlas::NATION;
use bonghwa_analytics::desk::{self, Desk, Files, Manifest};
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::frame::Frame;
use bonghwa_analytics::identity::{FleetKey, IdentityMode};
use bonghwa_analytics::session::Thresholds;
use bonghwa_analytics::time::{DAY, Resolution};
use bonghwa_analytics::view::{ForecastQuery, IncidentsQuery, Measure, NowQuery, RegionQuery, WhyQuery};
use bonghwa_file::{Heap, Index, Made, SigningKey, Wanted, Writer, blocks, manifest};
use serde::Serialize;

use crate::common::Scratch;

/// Beside the nine that everybody asks.
const QUESTIONS: [&str; 3] = ["지난 14일 사건을 보여줘", "어제 수도권 동시접속자는?", "어제 인천 응답시간 추이"];

/// A centre with eight days of two regions, which stands still.
fn centre(scratch: &Scratch) -> Centre {
    let key = FleetKey::new(*b"two of one kind.");
    let some = ["seoul", "incheon"];
    let regions: Vec<_> = regions().into_iter().filter(|region| some.contains(&region.code.as_str())).collect();
    let config = CentreConfig {
        regions: regions.clone(),
        elsewhere: BTreeMap::new(),
        data: scratch.0.clone(),
        key,
        mode: IdentityMode::UserCookie,
        retention: [3600, 2 * DAY, 35 * DAY, 800 * DAY],
        max_cells: 1000,
        sessions: Thresholds::default(),
        objectives: Vec::new(),
        late_after: 120,
        title: ("시험".into(), "Test".into()),
        demo: true,
        durable: false,
        runbooks: RunbookSource::None,
        keep_answers: 0,
    };
    let now = Resolution::TwoSeconds.floor(clock());
    let centre = Centre::open(config, now).unwrap();
    let demo = Demo::new(1894, key, &regions);
    for region in &regions {
        let batches: Vec<_> = demo.history(&region.code, now - 8 * DAY, now).unwrap().collect();
        for some in batches.chunks(256) {
            centre.load_blocking(&region.code, some).unwrap();
        }
    }
    while {
        centre.tick_blocking(now).unwrap();
        centre.judging().unwrap() > 0
    } {}
    centre
}

/// All rows of the regions, as they are pulled: page by page.
fn frames(centre: &Centre, codes: &[&str]) -> Vec<Frame> {
    let mut frames = Vec::new();
    for code in codes {
        let mut cursor = 0;
        loop {
            let (more, next) = centre.since(code, cursor, 500).unwrap();
            if next == cursor {
                break;
            }
            frames.extend(more);
            cursor = next;
        }
    }
    frames
}

/// Everything that the centre has.
fn everything(centre: &Centre) -> Wanted {
    Wanted { from: 0, to: centre.as_of(), regions: Vec::new(), registers: true }
}

fn files(centre: &Centre, frames: Vec<Frame>) -> Files {
    Files::open(manifest(centre, &everything(centre)).unwrap(), frames).unwrap()
}

/// The desk of a file that was taken away with everything in it.
fn taken_away(centre: &Centre, wanted: &Wanted) -> Files {
    let mut writer = Writer::default();
    let mut bytes = Vec::new();
    let put = &mut |block: Vec<u8>| {
        bytes.extend(block);
        Ok::<_, CentreError>(())
    };
    blocks(centre, wanted, &mut writer, put).unwrap();
    let manifest = manifest(centre, wanted).unwrap();
    let index = Index { made: Made::default(), from: wanted.from, to: wanted.to, manifest, blocks: Vec::new() };
    let mut file = writer.head(index, &SigningKey::from_bytes(&[1; 32])).unwrap();
    file.extend(bytes);
    let mut heap = Heap::default();
    heap.add(Box::new(file), &mut |_, _| ()).unwrap();
    heap.desk(Manifest::default()).unwrap()
}

fn json(value: impl Serialize) -> String {
    serde_json::to_string_pretty(&value).unwrap()
}

/// The pages and answers of a desk, by name.
fn told<D: Desk<Error: std::fmt::Debug>>(desk: &D) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for text in Starter::ALL.map(|starter| starter.text(Lang::Ko)).into_iter().chain(QUESTIONS) {
        let asked = reply(desk, &Asking { text: text.into(), ..Asking::default() }).unwrap();
        assert!(asked.answer.is_some(), "{text}: {:?}", asked.understood);
        out.push((text.to_owned(), json(asked)));
    }
    let as_of = desk.as_of();
    for at in [None, Some(as_of - 3 * DAY)] {
        let query = NowQuery { mode: None, window: 300, map: Measure::Load, at };
        out.push((format!("now {at:?}"), json(desk::now(desk, &query).unwrap())));
    }
    let list = desk::incidents(desk, &IncidentsQuery { region: String::new(), span: 7 * DAY }, as_of - 7 * DAY, as_of);
    let list = list.unwrap();
    assert!(!list.rows.is_empty(), "the past has incidents: {} signs, {} to judge", list.signs.len(), list.judging);
    for row in &list.rows {
        out.push((row.id.clone(), json(desk::incident(desk, &row.id).unwrap())));
    }
    let why = bonghwa_app::address::why_query("region=incheon&measure=requests");
    let region = bonghwa_app::address::region_query("region=seoul&span=6h&vs=day");
    let forecast = bonghwa_app::address::forecast_query("region=incheon");
    let _: (&WhyQuery, &RegionQuery, &ForecastQuery) = (&why, &region, &forecast);
    out.push(("why".into(), json(desk::why(desk, &why).unwrap())));
    out.push(("region".into(), json(desk::region(desk, &region).unwrap())));
    out.push(("forecast".into(), json(desk::forecast(desk, &forecast).unwrap())));
    let some = ["seoul".to_owned(), "incheon".to_owned()];
    out.push(("combine".into(), json(desk::combine(desk, &some, as_of - DAY, as_of, None).unwrap())));
    out
}

fn assert_same(one: &[(String, String)], other: &[(String, String)], what: &str) {
    assert_eq!(one.len(), other.len(), "{what}");
    for ((name, a), (_, b)) in one.iter().zip(other) {
        let line = a.lines().zip(b.lines()).find(|(a, b)| a != b);
        assert!(a == b, "{what}: {name}: {line:?}");
    }
}

#[test]
fn frames_at_hand_answer_as_the_server_does() {
    let scratch = Scratch::new();
    let centre = centre(&scratch);
    let expected = told(&centre);
    let all = frames(&centre, &["seoul", "incheon"]);
    assert_same(&told(&files(&centre, all.clone())), &expected, "national rows made here");
    let with_nation = frames(&centre, &[NATION, "seoul", "incheon"]);
    assert_same(&told(&files(&centre, with_nation)), &expected, "national rows at hand");
    assert_same(&told(&taken_away(&centre, &everything(&centre))), &expected, "a file that was taken away");
    // Without registers nobody can count users together, and nothing is made up.
    let bare = taken_away(&centre, &Wanted { registers: false, ..everything(&centre) });
    let asking = Asking { text: "어제 수도권 동시접속자는?".into(), ..Asking::default() };
    let Some(Body::Measured(found)) = reply(&bare, &asking).unwrap().answer.map(|answer| answer.body) else {
        panic!("a number was asked for")
    };
    assert!(found[0].distinct.is_none(), "{found:?}");
    // Files of several regions, in another order, some of them twice.
    let mut mixed = frames(&centre, &["incheon", "seoul", "incheon"]);
    mixed.rotate_left(30);
    assert_same(&told(&files(&centre, mixed)), &expected, "in another order");
}
