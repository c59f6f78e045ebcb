//! The app: routes, and the frame round every page.

use std::sync::Arc;

use bonghwa_analytics::format::Lang;
use bonghwa_analytics::region::Region;
use leptos::prelude::*;

use crate::address::{Address, NORMAL_SIZE, OFFLINE, Page, ReportsQuery, Theme};
use crate::dom::{Node, live, markup};
use crate::live::Live;
use crate::page;
use crate::part::askbox::askbox;
use crate::part::icon::{self, icon};
use crate::text::{Words, words};

/// What the frame round every page needs before any data is there. The server provides it as context; the browser
/// reads it back from the attributes of `<html>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The language of an address that names none (cookie, else `Accept-Language`).
    pub lang: Lang,
    /// Whether any of the data is demonstration data.
    pub demo: bool,
    /// Name of the system, Korean and English.
    pub title: (String, String),
    /// Whether a language model is configured.
    pub model: bool,
    /// How many times the server sent anything to a model, an agent or an export.
    pub sent: u64,
    /// Names of the regions, Korean and English.
    pub regions: Vec<(String, String)>,
}

/// Where the reader is: what every part of a page needs to speak and to link.
#[derive(Clone, Debug)]
pub(crate) struct Here {
    pub(crate) address: Address,
    pub(crate) lang: Lang,
    pub(crate) t: &'static Words,
    pub(crate) regions: Arc<[Region]>,
}

impl Here {
    /// The same place, knowing the regions.
    pub(crate) fn with(&self, regions: &[Region]) -> Self {
        Self { regions: regions.into(), ..self.clone() }
    }

    /// The same reader on another page.
    pub(crate) fn at(&self, page: Page) -> Self {
        Self { address: self.address.to(page), ..self.clone() }
    }

    /// Short name of a region; its code if the settings do not know it.
    pub(crate) fn region<'a>(&'a self, code: &'a str) -> &'a str {
        let region = self.regions.iter().find(|r| r.code == code);
        region.map_or(code, |r| self.lang.pick(&r.ko, &r.en))
    }

    /// Address of this page with its own part changed.
    pub(crate) fn link(&self, page: Page) -> String {
        self.address.to(page).href()
    }
}

/// The reactive place, as context.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) address: RwSignal<Address>,
    site: RwSignal<Site>,
    /// Counts the changes of what stands below the question box and of what was asked before. The browser keeps both
    /// themselves (`browser/hints.rs`): a signal for each type would be ten kilobytes of every module.
    pub(crate) box_changes: RwSignal<u64>,
}

impl Place {
    /// Takes over what a view says about the system; it is newer than what the server said at first.
    pub(crate) fn learn(self, demo: bool, title: &(String, String)) {
        let known = self.site.with_untracked(|site| site.demo == demo && site.title == *title);
        if !known {
            self.site.update(|site| (site.demo, site.title) = (demo, title.clone()));
        }
    }

    /// Takes over what the document says of the system now.
    #[cfg(feature = "offline")]
    pub(crate) fn look_again(self, site: Site) {
        self.site.set(site);
    }

    /// Names of the regions.
    pub(crate) fn names(self, lang: Lang) -> Vec<String> {
        self.site.with_untracked(|site| site.regions.iter().map(|(ko, en)| lang.pick(ko, en).to_owned()).collect())
    }

    /// Whether a language model is configured.
    pub(crate) fn has_model(self) -> bool {
        self.site.with_untracked(|site| site.model)
    }

    /// The address now.
    pub(crate) fn address(self) -> Address {
        self.address.get()
    }

    /// The address now, for code that must not run again when it changes.
    pub(crate) fn address_now(self) -> Address {
        self.address.get_untracked()
    }

    /// The place now.
    pub(crate) fn here(self) -> Here {
        let address = self.address.get();
        let lang = address.lang.unwrap_or_else(|| self.site.with(|site| site.lang));
        Here { address, lang, t: words(lang), regions: Arc::new([]) }
    }
}

/// The root component.
#[component]
pub fn App() -> impl IntoView {
    let site = use_context::<Site>().unwrap_or_else(site_of_document);
    let connection = Live::provide(site.sent);
    let place =
        Place { address: RwSignal::new(address_asked()), site: RwSignal::new(site), box_changes: RwSignal::new(0) };
    provide_context(place);
    #[cfg(feature = "hydrate")]
    crate::browser::follow(place, connection);
    view! {
        {live(move || markup! { <a class="skip" href="#main" rel="external">{place.here().t.skip}</a> })}
        {live(move || place.site.with(|site| site.demo).then(|| ribbon(&place.here())))}
        {live(move || top(&place.here(), &place.site.get(), place))}
        <main id="main" class="wrap" tabindex="-1">
            <page::Body/>
        </main>
        {live(move || foot(&place.here(), connection.sent.get()))}
    }
}

/// The address that the server was asked for, or that of the browser's document.
fn address_asked() -> Address {
    #[cfg(feature = "ssr")]
    return crate::shell::address_asked();
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    return crate::browser::route::current();
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    Address::home()
}

fn site_of_document() -> Site {
    #[cfg(feature = "hydrate")]
    return crate::browser::site();
    #[cfg(not(feature = "hydrate"))]
    Site::default()
}

/// Gives the document the title of a page: its subject, then the product.
pub(crate) fn set_title(here: &Here, subject: &str) {
    let text = format!("{subject} · {}", here.t.name);
    #[cfg(feature = "ssr")]
    crate::shell::set_title(&text);
    #[cfg(all(feature = "hydrate", not(feature = "ssr")))]
    crate::browser::set_title(&text);
    #[cfg(not(any(feature = "ssr", feature = "hydrate")))]
    drop(text);
}

fn ribbon(here: &Here) -> Node {
    let t = here.t;
    markup! {
        <aside class="ribbon" aria-label=t.about_data>
            <p>{icon(icon::FLASK)}<span>{t.demo}</span>" "<a href=here.link(Page::Connect)>{t.connect_data}</a></p>
        </aside>
    }
}

fn top(here: &Here, site: &Site, place: Place) -> Node {
    let t = here.t;
    let link = |to: Address, name: &'static str, current: bool| {
        markup! { <a href=to.href() aria-current=current.then_some("page")>{name}</a> }
    };
    let page = &here.address.page;
    let other = match here.lang {
        Lang::Ko => Lang::En,
        Lang::En => Lang::Ko,
    };
    let system = here.lang.pick(&site.title.0, &site.title.1);
    let switched = Address { lang: Some(other), ..here.address.clone() };
    let region = matches!(page, Page::Region(_)).then(|| link(here.address.clone(), t.region, true));
    markup! {
        <header class="top">
            <a class="brand" href=here.address.now_page().href()>
                <svg class="mark" viewBox="0 0 28 28" aria-hidden="true">
                    <path d="M10.4 14.6h7.2L20.8 26H7.2z"/>
                    <path class="fl" d="M14 1.6c3 3.3 4.3 5.4 4.3 7.5a4.3 4.3 0 0 1-8.6 0c0-2.1 1.3-4.2 4.3-7.5z"/>
                </svg>
                <b>{t.name}</b>
                {(!system.is_empty()).then(|| markup! { <span>{system.to_owned()}</span> })}
            </a>
            <nav aria-label=t.menu>
                {link(here.address.now_page(), t.now, matches!(page, Page::Now(..)))}
                {region}
                {link(here.address.incidents_page(""), t.incidents, matches!(page, Page::Incidents(_) | Page::Incident(_)))}
                {link(here.address.sessions_page(), t.session, matches!(page, Page::Sessions(_)))}
                {link(here.address.combine_page(), t.combine, matches!(page, Page::Combine(_)))}
                {link(here.address.forecast_page(), t.forecast, matches!(page, Page::Forecast(_)))}
            </nav>
            {askbox(here, place)}
            <div class="util">
                <a href=switched.href() lang=other.tag() hreflang=other.tag() data-noscroll="">{t.other_language}</a>
                <a href="#display" rel="external">{icon(icon::THEME)}<span>{t.display}</span></a>
                <a href=here.link(Page::Reports(ReportsQuery::default()))>{icon(icon::REPORT)}<span>{t.reports}</span></a>
                <a href=here.link(Page::Help)>{icon(icon::HELP)}<span>{t.help}</span></a>
            </div>
        </header>
    }
}

fn foot(here: &Here, sent: u64) -> Node {
    let t = here.t;
    let names = [t.light, t.dark, t.contrast];
    let themes: Vec<_> = Theme::ALL
        .into_iter()
        .zip(names)
        .map(|(theme, name)| {
            let to = Address { theme: Some(theme), ..here.address.clone() };
            setting(&to, name, here.address.theme == Some(theme))
        })
        .collect();
    let sizes = match here.lang {
        Lang::Ko => ["작게", "보통", "조금 크게", "크게", "가장 크게"],
        Lang::En => ["Small", "Normal", "A little larger", "Large", "Largest"],
    };
    let current = here.address.size.unwrap_or(NORMAL_SIZE);
    let sizes: Vec<_> = (1_u8..)
        .zip(sizes)
        .map(|(size, name)| {
            let to = Address { size: Some(size), ..here.address.clone() };
            setting(&to, name, current == size)
        })
        .collect();
    let help = here.link(Page::Help);
    markup! {
        <footer class="foot" id="display">
            <div class="set" role="group" aria-label=t.display><span>{t.display}</span>{themes}</div>
            <div class="set" role="group" aria-label=t.text><span>{t.text}</span>{sizes}</div>
            <p>
                <a href=format!("{help}#method")>{t.method}</a>
                <a href=format!("{help}#glossary")>{t.glossary}</a>
                <a href=here.link(Page::Reports(ReportsQuery::default()))>{t.reports}</a>
                <a href=here.link(Page::Runbook(String::new()))>{t.runbooks}</a>
                <a href=here.link(Page::Connect)>{t.connect_data}</a>
                {(!OFFLINE).then(|| markup! { <a href="/offline/index.html" rel="external">{t.open_files}</a> })}
                <a href=format!("{help}#licences")>{t.license_font}</a>
                <span>{t.kst}</span>
                {(!OFFLINE).then(|| markup! { <span id="sent">{sent_outside(here, sent)}</span> })}
            </p>
        </footer>
    }
}

/// `외부 전송 3건`.
fn sent_outside(here: &Here, sent: u64) -> String {
    let times = bonghwa_analytics::format::count(sent as f64);
    match here.lang {
        Lang::Ko => format!("외부 전송 {times}건"),
        Lang::En => format!("Sent outside: {times}"),
    }
}

fn setting(to: &Address, name: &'static str, chosen: bool) -> Node {
    markup! { <a href=to.href() data-noscroll="" aria-current=chosen.then_some("true")>{name}</a> }
}
