//! JSON between server and browser: the server writes it, the browser reads it.
//!
//! The browser has a parser already, so its module holds none. What that parser gives becomes a [`Value`] once, and one
//! small deserializer reads every view from it. Each method takes the one kind of value that JSON has for a type and
//! lends what it holds: the code that `serde` derives for each view then stays about half as long.

use std::fmt::{self, Display};
use std::slice;

use leptos::server::codee::{Decoder, Encoder};
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::{Serialize, forward_to_deserialize_any};

/// How the data of a page travels with the page.
pub(crate) struct Json;

impl<T: Serialize> Encoder<T> for Json {
    type Encoded = String;
    type Error = Fault;

    fn encode(value: &T) -> Result<String, Fault> {
        #[cfg(feature = "ssr")]
        return serde_json::to_string(value).map_err(serde::de::Error::custom);
        #[cfg(not(feature = "ssr"))]
        {
            let _ = value;
            Err(Fault::new("only the server writes the data of a page", ""))
        }
    }
}

impl<T: DeserializeOwned> Decoder<T> for Json {
    type Encoded = str;
    type Error = Fault;

    fn decode(text: &str) -> Result<T, Fault> {
        #[cfg(feature = "hydrate")]
        return crate::browser::json::parse(text);
        #[cfg(not(feature = "hydrate"))]
        {
            let _ = text;
            Err(Fault::new("only the browser reads the data of a page", ""))
        }
    }
}

/// Why a value is not what was expected.
#[derive(Debug)]
pub(crate) struct Fault(String);

impl Fault {
    pub(crate) fn new(what: &'static str, name: &str) -> Self {
        Self([what, name].concat())
    }

    fn of_type() -> Self {
        Self::new("a value is of another type", "")
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// Says which field or variant it was. What a visitor expected is left out: those texts, one for each type, would be
/// in the browser's module for an answer that only another version of the server can give.
impl serde::de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::of_type()
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value is out of range", "")
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new("a list is too short", "")
    }

    fn unknown_variant(variant: &str, _: &'static [&'static str]) -> Self {
        Self::new("unknown variant: ", variant)
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new("unknown field: ", field)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("missing field: ", field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("a field stands twice: ", field)
    }
}

/// What JSON can say.
#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl Value {
    /// The number as an integer, if it is one. Negative zero is none.
    fn integer(&self) -> Option<i64> {
        let Self::Number(number) = self else { return None };
        let integer = *number as i64;
        ((integer as f64).to_bits() == number.to_bits()).then_some(integer)
    }
}

/// Methods that read a value as another type reads it.
macro_rules! like {
    ($like:ident: $($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.$like(visitor)
        })+
    };
}

impl<'de> Deserializer<'de> for &'de Value {
    type Error = Fault;

    forward_to_deserialize_any! { ignored_any }
    like! { deserialize_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16
    deserialize_u32 deserialize_u64 }
    like! { deserialize_f64: deserialize_f32 }
    like! { deserialize_str: deserialize_string deserialize_char deserialize_identifier }
    like! { deserialize_seq: deserialize_bytes deserialize_byte_buf }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self {
            Value::Null => visitor.visit_unit(),
            Value::Flag(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => match self.integer() {
                Some(integer) => visitor.visit_i64(integer),
                None => visitor.visit_f64(*number),
            },
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(items) => visitor.visit_seq(Items(items.iter())),
            Value::Object(fields) => visitor.visit_map(Fields { rest: fields.iter(), value: &Value::Null }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Value::Flag(flag) = self { visitor.visit_bool(*flag) } else { Err(Fault::of_type()) }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.integer().map_or_else(|| Err(Fault::of_type()), |integer| visitor.visit_i64(integer))
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Value::Number(number) = self { visitor.visit_f64(*number) } else { Err(Fault::of_type()) }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Value::Text(text) = self { visitor.visit_borrowed_str(text) } else { Err(Fault::of_type()) }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Value::Null = self { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Value::Null = self { visitor.visit_unit() } else { Err(Fault::of_type()) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Value::List(items) = self { visitor.visit_seq(Items(items.iter())) } else { Err(Fault::of_type()) }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let Value::Object(fields) = self else { return Err(Fault::of_type()) };
        visitor.visit_map(Fields { rest: fields.iter(), value: &Value::Null })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let (name, value) = match self {
            Value::Text(name) => (name, &Value::Null),
            Value::Object(fields) => match fields.as_slice() {
                [(name, value)] => (name, value),
                _ => return Err(Fault::of_type()),
            },
            _ => return Err(Fault::of_type()),
        };
        visitor.visit_enum(Variant { name, value })
    }
}

struct Items<'de>(slice::Iter<'de, Value>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        self.0.next().map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Fields<'de> {
    rest: slice::Iter<'de, (String, Value)>,
    value: &'de Value,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self.value)
    }
}

struct Variant<'de> {
    name: &'de str,
    value: &'de Value,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Fault> {
        seed.deserialize(BorrowedStrDeserializer::new(self.name)).map(|name| (name, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self.value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.value.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.value.deserialize_map(visitor)
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use std::fmt::Debug;

    use bonghwa_analytics::view::{Line, Measure, NowView, Verdict};
    use serde_json::json;

    use super::*;
    use crate::tests::sample;

    /// As the browser's parser would give it.
    fn parsed(json: serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(flag) => Value::Flag(flag),
            serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap()),
            serde_json::Value::String(text) => Value::Text(text),
            serde_json::Value::Array(items) => Value::List(items.into_iter().map(parsed).collect()),
            serde_json::Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(name, value)| (name, parsed(value))).collect())
            }
        }
    }

    fn read<T: DeserializeOwned>(json: serde_json::Value) -> Result<T, String> {
        T::deserialize(&parsed(json)).map_err(|fault| fault.to_string())
    }

    /// A value that was never text, because `serde_json` may read a number one unit in the last place off.
    fn written<T: Serialize>(value: &T) -> serde_json::Value {
        serde_json::to_value(value).unwrap()
    }

    fn returns<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
        assert_eq!(read::<T>(written(value)).as_ref(), Ok(value));
    }

    #[test]
    fn every_view_returns_as_it_was() {
        returns(&sample::now());
        returns(&sample::incident());
        returns(&sample::region());
        returns(&sample::combine());
        returns(&sample::sessions());
        returns(&Some(crate::tests::why_sample()));
        for verdict in [Verdict::NoData, Verdict::Silent { since: -5 }, Verdict::Usual] {
            returns(&verdict);
        }
        returns::<Result<Measure, String>>(&Ok(Measure::LatencyP95));
        returns::<Result<Measure, String>>(&Err("\"<\u{1F525}".to_owned()));
    }

    #[test]
    fn numbers_keep_every_bit() {
        let numbers = [0.0, -0.0, 1.0, -3.0, 0.1 + 0.2, 1e300, f64::MIN_POSITIVE, 9_007_199_254_740_991.0];
        let line = Line { values: numbers.map(Some).into_iter().chain([None]).collect() };
        let back: Line = read(written(&line)).unwrap();
        let bits = |line: &Line| line.values.iter().map(|value| value.map(f64::to_bits)).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&line));
        returns(&i64::from(u32::MAX));
        returns(&(1_u64 << 53));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(read::<NowView>(json!({})), Err("missing field: as_of".to_owned()));
        assert_eq!(read::<Measure>(json!("speed")), Err("unknown variant: speed".to_owned()));
        assert_eq!(read::<u8>(json!(256)), Err("a value is out of range".to_owned()));
        assert_eq!(read::<[f64; 2]>(json!([1])), Err("a list is too short".to_owned()));
        let others = [json!(null), json!(true), json!(1.5), json!("1"), json!([]), json!({}), json!({"a": 1, "b": 2})];
        for other in others {
            assert_eq!(read::<i64>(other.clone()), Err("a value is of another type".to_owned()), "{other}");
            assert!(read::<Measure>(other.clone()).is_err() && read::<NowView>(other.clone()).is_err(), "{other}");
            assert!(read::<Verdict>(other.clone()).is_err(), "{other}");
        }
    }
}
