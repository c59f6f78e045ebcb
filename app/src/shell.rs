//! The document round the app, for the server.

use axum::http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};

use crate::address::{Address, NORMAL_SIZE};
use crate::app::{App, Site};

/// Addresses of the browser bundle that Trunk built, with hashes; the server provides it as context.
#[derive(Clone, Debug, Default)]
pub struct BundleAssets {
    /// The JavaScript module that wasm-bindgen wrote, for example `/app-1a2b.js`; empty if there is no bundle: pages
    /// then work as plain documents.
    pub js: String,
    /// The wasm module.
    pub wasm: String,
    /// Style sheets, in order.
    pub css: Vec<String>,
    /// Fonts to fetch early.
    pub preload: Vec<String>,
    /// Icon.
    pub icon: Option<String>,
}

/// Remembers theme and text size, and sets them before the first paint: what the address says wins and is kept. Keys of the
/// question box, and what makes pictures of charts, which is loaded when it is first asked for.
const DISPLAY: &str = "(()=>{const d=document.documentElement,q=new URLSearchParams(location.search);\
for(const k of['theme','size']){let v=q.get(k);try{if(v)localStorage.setItem(k,v);else v=localStorage.getItem(k)}catch{}\
if(v)d.dataset[k]=v}\
const l=q.get('lang');if(l)document.cookie='lang='+encodeURIComponent(l)+';path=/;max-age=31536000;samesite=lax';\
addEventListener('keydown',e=>{const b=document.getElementById('q'),f=e.target.closest&&e.target.closest('input,textarea,select,[contenteditable]');\
if(b&&(e.key==='k'&&(e.ctrlKey||e.metaKey)||e.key==='/'&&!f&&!e.ctrlKey&&!e.altKey&&!e.metaKey)){e.preventDefault();b.focus();b.select()}});\
addEventListener('click',e=>{const b=e.target.closest&&e.target.closest('[data-picture]');\
if(b)import('/picture.js').then(()=>bonghwaPicture(b)).catch(e=>b.parentElement.lastElementChild.textContent=e.message)})})()";

/// The address of the request.
pub(crate) fn address_asked() -> Address {
    let parse = |parts: Parts| Address::parse(parts.uri.path(), parts.uri.query().unwrap_or_default());
    use_context().map_or_else(Address::home, parse)
}

/// Hands a title on to the head, which is written after the page.
pub(crate) fn set_title(text: &str) {
    // The component registers the text when it is made, and renders nothing in its place.
    // It writes the text as it is; names and questions come from outside.
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = view! { <Title text/> };
}

/// Gives the answer another status than 200.
pub(crate) fn set_status(status: axum::http::StatusCode) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status);
    }
}

/// The whole document. Needs [`BundleAssets`] and [`Site`] as context, beside what `leptos_axum` provides; the server
/// calls it as the app of `leptos_axum::render_app_async_with_context`, so that pages are complete without scripts.
pub fn shell() -> impl IntoView {
    let assets = use_context::<BundleAssets>().unwrap_or_default();
    let site = use_context::<Site>().unwrap_or_default();
    let address = address_asked();
    provide_meta_context();
    let lang = address.lang.unwrap_or(site.lang);
    let regions: Vec<String> = site.regions.iter().map(|(ko, en)| format!("{ko}\t{en}")).collect();
    let regions = regions.join("\n");
    let nonce = use_nonce().map(|nonce| nonce.to_string());
    // Names come from a file listing and are written into a script: as JSON strings, with `<` escaped.
    let quoted = |name: &str| serde_json::to_string(name).unwrap_or_default().replace('<', "\\u003c");
    let start = (!assets.js.is_empty()).then(|| {
        let (js, wasm) = (quoted(&assets.js), quoted(&assets.wasm));
        let script = format!("import({js}).then(m=>m.default({{module_or_path:{wasm}}}).then(()=>m.hydrate()))");
        view! {
            <link rel="modulepreload" href=assets.js.clone() nonce=nonce.clone()/>
            <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
            <script type="module" nonce=nonce.clone()>{script}</script>
        }
    });
    let styles: Vec<_> = assets.css.iter().map(|href| view! { <link rel="stylesheet" href=href.clone()/> }).collect();
    let fonts: Vec<_> = assets
        .preload
        .iter()
        .map(|href| view! { <link rel="preload" href=href.clone() r#as="font" r#type="font/woff2" crossorigin="anonymous"/> })
        .collect();
    view! {
        <!DOCTYPE html>
        <html
            lang=lang.tag()
            data-theme=address.theme.map(crate::address::Theme::name)
            data-size=address.size.filter(|size| *size != NORMAL_SIZE)
            data-lang=site.lang.tag()
            data-demo=site.demo.then_some("1")
            data-model=site.model.then_some("1")
            data-sent=(site.sent > 0).then(|| site.sent.to_string())
            data-regions=regions
            data-title-ko=site.title.0
            data-title-en=site.title.1
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="description" content=crate::text::words(lang).description/>
                <link rel="icon" href=assets.icon.unwrap_or_else(|| "data:,".to_owned())/>
                {styles}
                {fonts}
                <script nonce=nonce.clone()>{DISPLAY}</script>
                {start}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
