//! Pages that are not part of the app: starting, log-in. They work without scripts.

use std::fmt::Write;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use bonghwa_report::escape;

use super::App;

/// Policy of these pages: no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// A small page of the server's own.
pub(super) enum Notice<'a> {
    /// The server has just been started; the page asks again by itself.
    Starting,
    /// The form for a key.
    Login {
        /// Path to go on to.
        next: &'a str,
        /// Whether a wrong key was given.
        failed: bool,
    },
}

/// Renders a notice, Korean first.
pub(super) fn notice(app: &App, status: StatusCode, notice: &Notice<'_>) -> Response {
    let title = escape(&app.settings.title.ko);
    let mut styles = String::new();
    for name in &app.bundle.styles {
        // Writing to a String cannot fail.
        let _ = write!(styles, "<link rel=\"stylesheet\" href=\"{}\">", escape(name));
    }
    let (head, body) = match notice {
        Notice::Starting => (
            "<meta http-equiv=\"refresh\" content=\"2\">",
            "<h1>자료를 준비하고 있습니다</h1><p>잠시 뒤 저절로 열립니다.</p>\
             <p lang=\"en\">Preparing the data. This page opens by itself.</p>"
                .to_string(),
        ),
        Notice::Login { next, failed } => ("", login_form(next, *failed)),
    };
    let html = format!(
        "<!DOCTYPE html><html lang=\"ko\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">{head}<title>{title}</title>{styles}</head>\
         <body><main class=\"notice\">{body}</main></body></html>"
    );
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if matches!(notice, Notice::Starting) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

fn login_form(next: &str, failed: bool) -> String {
    let wrong = if failed {
        "<p role=\"alert\">읽기용 키가 아닙니다. 다시 확인해 주세요. \
         <span lang=\"en\">This is not a key for reading.</span></p>"
    } else {
        ""
    };
    format!(
        "<h1>로그인</h1>{wrong}<form method=\"post\" action=\"/login\">\
         <label for=\"key\">읽기용 키 <span lang=\"en\">(key for reading)</span></label>\
         <input id=\"key\" name=\"key\" type=\"password\" autocomplete=\"current-password\" required>\
         <input type=\"hidden\" name=\"next\" value=\"{}\">\
         <button type=\"submit\">들어가기</button></form>\
         <p>키는 서버에서 <code>bonghwa key new --use read</code> 명령으로 만듭니다.</p>",
        escape(next)
    )
}
