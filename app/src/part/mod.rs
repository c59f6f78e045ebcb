//! Parts that several pages are made of.

pub(crate) mod askbox;
pub(crate) mod facts;
pub(crate) mod form;
pub(crate) mod head;
pub(crate) mod icon;
#[cfg(any(feature = "ssr", feature = "rooms", feature = "answers"))]
pub(crate) mod passages;
pub(crate) mod state;
pub(crate) mod table;
