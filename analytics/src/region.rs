//! Regions are data: codes, names in Korean and English, validity dates, and where their tile stands on the map.

use serde::{Deserialize, Serialize};

/// Code of the region that telemetry of files is of whose names tell none.
pub const FILE: &str = "file";

/// One region as the settings describe it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Code in addresses, frames and keys: lower-case ASCII letters, digits and `-`, for example `seoul`.
    pub code: String,
    /// Short Korean name, for tiles and sentences (`서울`).
    pub ko: String,
    /// Short English name (`Seoul`).
    pub en: String,
    /// Official Korean name, for documents (`서울특별시`).
    pub official_ko: String,
    /// Official English name.
    pub official_en: String,
    /// First day on which the region exists, `YYYY-MM-DD`; absent means always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// First day on which it no longer exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// Code of the region that continues it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<String>,
    /// Row of the tile, from 1 at the top.
    pub row: u8,
    /// Column of the tile, from 1 at the left.
    pub column: u8,
    /// Group for quick selection (`capital`, `chungcheong`, `honam`, `yeongnam`), or empty.
    #[serde(default)]
    pub group: String,
    /// Inhabitants, for figures per 10,000 people; 0 means unknown.
    #[serde(default)]
    pub population: u32,
}

impl Region {
    /// What is in files whose names tell no region.
    pub fn of_files() -> Self {
        let [ko, en] = ["연 파일", "Opened file"].map(str::to_owned);
        Self { ko: ko.clone(), en: en.clone(), official_ko: ko, official_en: en, ..Self::unnamed(FILE) }
    }

    /// A region of which only the code is known. It has no place on the map.
    pub fn unnamed(code: &str) -> Self {
        let name = || code.to_owned();
        Self {
            code: name(),
            ko: name(),
            en: name(),
            official_ko: name(),
            official_en: name(),
            valid_from: None,
            valid_to: None,
            successor: None,
            row: 0,
            column: 0,
            group: String::new(),
            population: 0,
        }
    }
}
