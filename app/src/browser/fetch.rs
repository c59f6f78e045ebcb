//! HTTP from the browser.

use js_sys::{Object, Promise, Reflect};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

use super::json;

/// Gets a JSON document of the data interface.
pub(crate) fn json<T: DeserializeOwned>(url: &str) -> impl Future<Output = Result<T, String>> + Send + use<T> {
    let url = url.to_owned();
    // The browser has one thread; the wrapper says so to the types.
    send_wrapper::SendWrapper::new(async move {
        let parsed = body("GET", &url, None, Response::json).await?;
        json::read(&parsed).map_err(|fault| format!("GET {url}: the answer cannot be read: {fault}"))
    })
}

/// Gets the bytes of an answer.
pub(crate) async fn bytes(url: &str) -> Result<Vec<u8>, String> {
    let buffer = body("GET", url, None, Response::array_buffer).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Sends a JSON text.
pub(crate) async fn post(url: &str, text: &JsValue) -> Result<(), String> {
    body("POST", url, Some(text), Response::text).await.map(|_| ())
}

/// What an answer holds, taken as `take` takes it; an answer that is no success is an error with its status and text.
async fn body(
    method: &str,
    url: &str,
    sent: Option<&JsValue>,
    take: fn(&Response) -> Result<Promise, JsValue>,
) -> Result<JsValue, String> {
    let failed = |what: JsValue| {
        let text = what.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
        format!("{method} {url}: {}", text.unwrap_or_else(|| "no answer".to_owned()))
    };
    let request = RequestInit::new();
    request.set_method(method);
    if let Some(text) = sent {
        let kind = Object::new();
        // Refused only for what is no object.
        let _ = Reflect::set(&kind, &"content-type".into(), &"application/json".into());
        request.set_headers(&kind);
        request.set_body(text);
    }
    #[cfg(not(feature = "offline"))]
    let answer = leptos::prelude::window().fetch_with_str_and_init(url, &request);
    #[cfg(feature = "offline")]
    let answer = super::desk::fetch(url, &request);
    let answer = JsFuture::from(answer).await.map_err(failed)?;
    let answer: Response = answer.dyn_into().map_err(failed)?;
    let good = answer.ok();
    let take = if good { take } else { Response::text };
    let body = JsFuture::from(take(&answer).map_err(failed)?).await.map_err(failed)?;
    if good {
        Ok(body)
    } else {
        let text: String = body.as_string().unwrap_or_default().chars().take(300).collect();
        Err(format!("{method} {url}: {} {text}", answer.status()))
    }
}
