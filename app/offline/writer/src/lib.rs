//! Reports laid out in the browser, as the server lays them out.

use bonghwa_analytics::format::Lang;
use bonghwa_analytics::report::Report;
use bonghwa_report::{document, html, xlsx};
use wasm_bindgen::prelude::wasm_bindgen;

/// A file that was made.
#[wasm_bindgen]
pub struct Made {
    name: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

#[wasm_bindgen]
impl Made {
    /// Its name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// Media type.
    #[wasm_bindgen(getter, js_name = "type")]
    pub fn kind(&self) -> String {
        self.kind.to_owned()
    }

    /// The bytes.
    pub fn take(self) -> Vec<u8> {
        self.bytes
    }
}

/// Lays out a report (as JSON) in a format, `html` or `xlsx`.
#[wasm_bindgen]
pub fn write(report: &str, english: bool, format: &str) -> Result<Made, String> {
    let report: Report = serde_json::from_str(report).map_err(|error| error.to_string())?;
    let document = document(&report, if english { Lang::En } else { Lang::Ko });
    let (kind, bytes) = match format {
        "html" => ("text/html;charset=utf-8", html(&document).into_bytes()),
        "xlsx" => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            (kind, xlsx(&document).map_err(|error| error.to_string())?)
        }
        other => return Err(format!("{other} is not made in a browser; ask a server or `bonghwa report` for it")),
    };
    Ok(Made { name: format!("{}.{format}", document.name), kind, bytes })
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn what_is_no_report_is_refused_with_a_reason() {
        assert!(write("{}", false, "html").is_err_and(|reason| reason.contains("missing field")));
    }
}
