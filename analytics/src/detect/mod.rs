//! stub
pub const SLOTS: usize = 288;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    Volume,
    Share,
    Duration,
    Use,
    Plain,
}
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    pub middle: f64,
    pub low: f64,
    pub high: f64,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Season,
    Local,
}
impl Method {
    pub fn from_code(c: u8) -> Option<Self> {
        match c {
            0 => Some(Self::Season),
            1 => Some(Self::Local),
            _ => None,
        }
    }
}
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    pub age: u16,
    pub kind: crate::calendar::DayKind,
    pub values: &'a [f32],
}
#[derive(Clone, Debug)]
pub struct Profile;
impl Profile {
    pub fn learn(_n: Nature, _h: &[History<'_>], _k: crate::calendar::DayKind) -> Option<Self> {
        None
    }
    pub fn band(&self, _s: i64) -> Option<Band> {
        None
    }
}
#[derive(Clone, Debug, Default)]
pub struct Watch;
pub struct Reading {
    pub band: Band,
    pub score: f64,
    pub alarm: bool,
    pub method: Method,
}
impl Watch {
    pub fn step(&mut self, _n: Nature, _p: Option<&Profile>, _at: i64, _v: f64, _c: f64) -> Reading {
        Reading { band: Band { middle: 0.0, low: 0.0, high: 0.0 }, score: 0.0, alarm: false, method: Method::Season }
    }
}
