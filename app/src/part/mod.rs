//! Parts that several pages are made of.

pub(crate) mod facts;
pub(crate) mod form;
pub(crate) mod head;
pub(crate) mod icon;
pub(crate) mod state;
pub(crate) mod table;
