//! HTTP from the browser.

use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Gets a JSON document of the data interface.
pub(crate) fn json<T: DeserializeOwned>(url: &str) -> impl Future<Output = Result<T, String>> + Send + use<T> {
    let url = url.to_owned();
    // The browser has one thread; the wrapper says so to the types.
    send_wrapper::SendWrapper::new(async move {
        let bytes = bytes(&url).await?;
        serde_json::from_str(&String::from_utf8_lossy(&bytes))
            .map_err(|error| format!("GET {url}: the answer cannot be read: {error}"))
    })
}

/// Gets the bytes of an answer; an answer that is no success is an error with its status and text.
pub(crate) async fn bytes(url: &str) -> Result<Vec<u8>, String> {
    let failed = |what: JsValue| {
        let text = what.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        format!("GET {url}: {}", text.unwrap_or_else(|| "no answer".to_owned()))
    };
    let answer = JsFuture::from(leptos::prelude::window().fetch_with_str(url)).await.map_err(failed)?;
    let answer: Response = answer.dyn_into().map_err(failed)?;
    let body = JsFuture::from(answer.array_buffer().map_err(failed)?).await.map_err(failed)?;
    let body = js_sys::Uint8Array::new(&body).to_vec();
    if answer.ok() {
        Ok(body)
    } else {
        let text: String = String::from_utf8_lossy(&body).chars().take(300).collect();
        Err(format!("GET {url}: {} {text}", answer.status()))
    }
}
