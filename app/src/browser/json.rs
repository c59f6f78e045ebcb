//! JSON by the browser's own parser.

use js_sys::{Array, JSON, Object};
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::json::{Fault, Value};

/// Reads a JSON text.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    read(&JSON::parse(text).map_err(|_| Fault::new("this is no JSON", ""))?)
}

/// Reads what the browser parsed.
pub(crate) fn read<T: DeserializeOwned>(parsed: &JsValue) -> Result<T, Fault> {
    T::deserialize(&value(parsed))
}

fn value(parsed: &JsValue) -> Value {
    if let Some(number) = parsed.as_f64() {
        Value::Number(number)
    } else if let Some(text) = parsed.as_string() {
        Value::Text(text)
    } else if let Some(flag) = parsed.as_bool() {
        Value::Flag(flag)
    } else if let Some(items) = parsed.dyn_ref::<Array>() {
        Value::List(items.iter().map(|item| value(&item)).collect())
    } else if let Some(object) = parsed.dyn_ref::<Object>() {
        Value::Object(Object::entries(object).iter().map(|entry| field(entry.unchecked_ref())).collect())
    } else {
        Value::Null
    }
}

/// A field as `Object.entries` gives it: its name and its value.
fn field(entry: &Array) -> (String, Value) {
    (entry.get(0).as_string().unwrap_or_default(), value(&entry.get(1)))
}
