//! The pages, each made of what rows say of its period.

use super::incidents::open_incidents;
use super::rows::{merge_registers, merge_row, merged, national_union, sessions as session_rows, window};
use super::{Desk, mode, moment};
use crate::atlas::{Atlas, NATION, Unions};
use crate::baseline::Baselines;
use crate::bucket::{Bucket, Transaction};
use crate::frame::Sections;
use crate::identity::IdentityMode;
use crate::objective::{Budget, Spent, WINDOWS};
use crate::time::{DAY, Resolution, WEEK};
use crate::view::{
    self, CapacityPlan, CombineView, ForecastQuery, ForecastView, Measure, Moment, NowQuery, NowView, Past,
    PeriodChart, RegionDetail, RegionQuery, RegionSessions, RegionView, RunbookView, SessionsQuery, SessionsView,
};

/// The page 지금.
pub fn now<D: Desk>(desk: &D, query: &NowQuery) -> Result<NowView, D::Error> {
    let latest = desk.as_of();
    let at = query.at.filter(|at| *at < latest).map(|at| Resolution::FiveMinutes.floor(at));
    let as_of = at.unwrap_or(latest);
    let mode = mode(desk, query.mode);
    let span = query.window.clamp(60, 1800);
    let five = Resolution::FiveMinutes;
    if at.is_some() {
        for region in desk.settings().regions {
            for frame in window(desk, &region.code, as_of - span, as_of, five, Sections::REGISTERS)? {
                desk.recall(&frame)?;
            }
        }
    }
    let past = Past {
        yesterday: national_union(desk, view::past_window(as_of, span, DAY), five, mode)?,
        last_week: national_union(desk, view::past_window(as_of, span, WEEK), five, mode)?,
    };
    let baselines = desk.baselines(as_of, mode);
    let moment = Moment { open: open_incidents(desk, as_of)?, ..moment(desk, as_of, &baselines) };
    Ok(desk.read(|atlas| view::now(atlas, &moment, query, &past))?)
}

/// The page of a region; of one that is not known, it says so and names those that are.
pub fn region_page<D: Desk>(desk: &D, query: &RegionQuery) -> Result<RegionView, D::Error> {
    if desk.known(&query.region).is_ok() { region(desk, query) } else { Ok(unknown_region(desk, query)) }
}

/// The region that a page is about: the one asked for, or `otherwise` if it is not known. The page names those that are.
pub fn known_or<D: Desk>(desk: &D, region: String, otherwise: &str) -> String {
    if desk.known(&region).is_ok() { region } else { otherwise.to_owned() }
}

/// What there is of a region that is known.
pub fn region<D: Desk>(desk: &D, query: &RegionQuery) -> Result<RegionView, D::Error> {
    let code = &query.region;
    desk.known(code)?;
    let as_of = desk.as_of();
    let mode = mode(desk, query.mode);
    let (from, to, _) = view::period_of(query, as_of, desk.settings().retention);
    let mut unions = Unions::new(desk.settings().key, mode);
    let mut period = Bucket::default();
    let whole = Sections { sessions: false, ..Sections::ALL };
    for frame in window(desk, code, from, to, Resolution::Hour, whole)? {
        merge_registers(&mut unions, code, &frame)?;
        frame.rows.iter().for_each(|row| merge_row(&mut period, &frame, row));
    }
    let compared = (query.compare > 0).then(|| merged(desk, code, from - query.compare, to - query.compare));
    let detail = RegionDetail {
        period,
        before: compared.transpose()?,
        users: unions.finish(),
        unfamiliar: desk.unfamiliar(code, from, to),
        objectives: desk.budgets(code)?,
    };
    let baselines = desk.baselines(as_of, mode);
    let moment = Moment { open: open_incidents(desk, as_of)?, ..moment(desk, as_of, &baselines) };
    Ok(desk.read(|atlas| view::region(atlas, &moment, query, &detail)))
}

fn unknown_region<D: Desk>(desk: &D, query: &RegionQuery) -> RegionView {
    let baselines = Baselines::default();
    let moment = moment(desk, desk.as_of(), &baselines);
    desk.read(|atlas| view::region(atlas, &moment, query, &RegionDetail::default()))
}

/// The page of a runbook, or (empty) of all.
pub fn runbook<D: Desk>(desk: &D, file: &str) -> RunbookView {
    let (settings, library) = (desk.settings(), desk.runbooks());
    RunbookView {
        as_of: desk.as_of(),
        demo: settings.demo,
        title: settings.title.clone(),
        regions: settings.regions.to_vec(),
        file: file.to_owned(),
        files: library.files(),
        blocks: library.read(file).unwrap_or_default(),
    }
}

/// One measure of a region (or of the nation) at the finest resolution that is kept.
pub fn series<D: Desk>(desk: &D, region: &str, measure: Measure, from: i64, to: i64) -> Result<PeriodChart, D::Error> {
    if region != NATION {
        desk.known(region)?;
    }
    let as_of = desk.as_of();
    let to = to.min(as_of);
    let from = from.clamp(to.saturating_sub(35 * DAY), to);
    let baselines = Baselines::default();
    let moment = moment(desk, as_of, &baselines);
    let empty = PeriodChart {
        measure,
        unit: view::Unit::Ratio,
        start: from,
        step: 60,
        series: Vec::new(),
        low: view::Line::default(),
        high: view::Line::default(),
    };
    Ok(desk.read(|atlas| view::series(atlas, &moment, region, measure, (from, to))).unwrap_or(empty))
}

/// The union of some regions over a window; `None` if nothing was received.
pub fn combine<D: Desk>(
    desk: &D,
    regions: &[String],
    from: i64,
    to: i64,
    asked: Option<IdentityMode>,
) -> Result<Option<CombineView>, D::Error> {
    let mut atlas = Atlas::new(desk.settings().regions.to_vec());
    let coarsest = crate::window::coarsest(from, to);
    let sections = Sections { summary: true, registers: true, ..Sections::NONE };
    for code in regions {
        desk.known(code)?;
        for frame in window(desk, code, from, to, coarsest, sections)? {
            atlas.insert(&frame)?;
        }
    }
    Ok(view::combine(&atlas, regions, from, to, mode(desk, asked))?)
}

/// Who stays long, who logs in by the hundred, who shares an address or changes it.
pub fn sessions<D: Desk>(desk: &D, query: &SessionsQuery) -> Result<SessionsView, D::Error> {
    let as_of = desk.as_of();
    let settings = desk.settings();
    let mut codes: Vec<&str> = settings.regions.iter().map(|region| region.code.as_str()).collect();
    codes.sort_unstable();
    if !query.region.is_empty() {
        desk.known(&query.region)?;
        codes = vec![&query.region];
    }
    let (from, to, resolution) = view::sessions_period(query, as_of, settings.retention);
    let rows = codes.into_iter().map(|code| session_rows(desk, code, resolution, from, to));
    let regions: Vec<RegionSessions> = rows.collect::<Result<_, _>>()?;
    let baselines = Baselines::default();
    let moment = moment(desk, as_of, &baselines);
    Ok(desk.read(|atlas| view::sessions(atlas, &moment, query, settings.sessions, &regions))?)
}

/// What needs more before the quarter ends, as of the last whole five minutes.
pub(super) fn whole_plan<D: Desk>(desk: &D) -> CapacityPlan {
    let baselines = Baselines::default();
    desk.plan(&moment(desk, Resolution::FiveMinutes.floor(desk.as_of()), &baselines))
}

/// The page 예측·용량 of a region or of the nation, as of the last whole five minutes.
pub fn forecast<D: Desk>(desk: &D, query: &ForecastQuery) -> Result<ForecastView, D::Error> {
    if query.region != NATION {
        desk.known(&query.region)?;
    }
    let baselines = Baselines::default();
    let moment = moment(desk, Resolution::FiveMinutes.floor(desk.as_of()), &baselines);
    let plan = desk.plan(&moment).part(|_| true);
    Ok(desk.read(|atlas| view::forecast(atlas, &moment, query, plan)))
}

/// The budgets of a region, up to the last whole minute.
pub fn budgets<D: Desk>(desk: &D, region: &str) -> Result<Vec<Budget>, D::Error> {
    let now = Resolution::Minute.floor(desk.as_of());
    let objectives = desk.settings().objectives;
    // Columns know what users ask for; of services only the rows themselves know.
    let mut services = Vec::new();
    if objectives.iter().any(|objective| !objective.service.is_empty()) {
        for span in WINDOWS {
            services.push(merged(desk, region, now - span, now)?);
        }
    }
    let mut whole: Vec<(i64, Transaction)> = Vec::new();
    desk.read(|atlas| {
        whole.extend(atlas.track(region).into_iter().flat_map(|track| {
            WINDOWS.map(|span| {
                let stats = track.stats(now - span, now);
                (stats.covered, stats.entry)
            })
        }));
    });
    let budget = |objective: &crate::objective::Objective| {
        let spent = WINDOWS.into_iter().zip(&whole).enumerate().map(|(at, (span, (covered, entry)))| {
            let of_service = services.get(at).filter(|_| !objective.service.is_empty());
            let requests = of_service.map(|bucket: &Bucket| bucket.service(&objective.service));
            Spent::of(objective.goal, span, *covered, requests.as_ref().unwrap_or(entry))
        });
        Budget::of(objective.clone(), spent.collect())
    };
    Ok(objectives.iter().map(budget).collect())
}
