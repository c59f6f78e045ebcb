//! Reports: the form works without scripts, the list tells how far each is, and a reason is text.

use bonghwa_analytics::ask::Format;
use bonghwa_analytics::format::Lang;
use bonghwa_analytics::report::{
    ReportEntry, ReportFiles, ReportKind, ReportOrder, ReportProgress, ReportQuery, ReportState, ReportsView,
};

use super::sample::{self, NOW};
use super::{LANGS, check, html, text};
use crate::address::{Address, Page, ReportsQuery};
use crate::page;

const HOSTILE: &str = "<script>alert(1)</script>\"' onmouseover=alert(1)";

fn view() -> ReportsView {
    let entry = |n: usize, state| ReportEntry {
        id: format!("week-202611201405-{n}"),
        order: ReportOrder {
            query: ReportQuery { kind: ReportKind::ALL[n % 4], at: Some(NOW), ..ReportQuery::default() },
            why: HOSTILE.into(),
            ..ReportOrder::default()
        },
        who: ["local", "schedule", "0a1b2c3d"][n % 3].into(),
        when: NOW + n as i64,
        state,
    };
    let done = ReportFiles { name: HOSTILE.into(), files: vec![(Format::Pdf, 4096), (Format::Hwpx, 1)], took: 4321 };
    let states = [
        ReportState::Waiting,
        ReportState::Running(ReportProgress { step: "incidents".into(), done: 1, of: 11 }),
        ReportState::Done(done),
        ReportState::Failed(HOSTILE.into()),
        ReportState::Cancelled,
    ];
    ReportsView {
        as_of: NOW,
        demo: true,
        title: ("전국".into(), "Nation".into()),
        regions: sample::regions(),
        entries: states.into_iter().enumerate().map(|(n, state)| entry(n, state)).collect(),
        weekly: "mon 08:00".into(),
        kept: 100,
    }
}

#[test]
fn the_list_tells_how_far_each_is_and_holds_no_markup_of_others() {
    for lang in LANGS {
        let page = html("/reports", lang, |here, _| page::reports::render(here, &view(), &ReportsQuery::default()));
        check("reports", &page);
        assert!(!page.contains("<script") && page.contains("method=\"post\""), "{page}");
        assert!(page.contains("/api/reports/week-202611201405-2/file.pdf") && page.contains("value=\"1\" max=\"11\""));
        assert_eq!(page.matches("/cancel\"").count(), 5, "each can be stopped or taken away");
        let said = text(&page);
        let [weekly, turn, key] = match lang {
            Lang::Ko => ["매주 월요일 08:00에", "앞선 1건 뒤에", "키 0a1b2c3d"],
            Lang::En => ["every Monday 08:00", "after one other", "Key 0a1b2c3d"],
        };
        for part in ["2/11", "alert(1)", weekly, turn, key] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[test]
fn an_incident_is_proposed_where_the_address_names_one() {
    for (address, kind, incident) in [
        ("kind=month", ReportKind::Month, ""),
        ("kind=incident", ReportKind::Week, ""),
        ("kind=incident&incident=20261120-1321-busan", ReportKind::Incident, "20261120-1321-busan"),
    ] {
        let page = Page::Reports(ReportsQuery { kind, incident: incident.into() });
        assert_eq!(Address::parse("/reports", address).page, page);
        assert_eq!(
            Address::parse("/reports", Address::home().to(page.clone()).href().split_once('?').map_or("", |(_, q)| q))
                .page,
            page
        );
        let query = ReportsQuery { kind, incident: incident.into() };
        let form = html("/reports", LANGS[0], |here, _| page::reports::render(here, &view(), &query));
        assert_eq!(form.contains("value=\"incident\""), !incident.is_empty());
    }
}
