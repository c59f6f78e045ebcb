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

/// The regions of a list that ships with the program, `None` if a line of it cannot be read: tables `[[region]]` with a
/// line `key = value` for each field, which is all that such a list needs of TOML, so that no reader of TOML need go along.
pub fn listed(text: &str) -> Option<Vec<Region>> {
    let mut all: Vec<Region> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line == "[[region]]" {
            all.push(Region::unnamed(""));
        } else {
            let (key, value) = line.split_once(" = ")?;
            all.last_mut()?.set(key, value)?;
        }
    }
    Some(all)
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

    /// Sets a field to a value as TOML writes it.
    fn set(&mut self, key: &str, value: &str) -> Option<()> {
        let text = || Some(value.strip_prefix('"')?.strip_suffix('"')?.to_owned());
        let number = || value.replace('_', "").parse::<u32>().ok();
        let place = || u8::try_from(number()?).ok();
        match key {
            "code" => self.code = text()?,
            "ko" => self.ko = text()?,
            "en" => self.en = text()?,
            "official_ko" => self.official_ko = text()?,
            "official_en" => self.official_en = text()?,
            "valid_from" => self.valid_from = Some(text()?),
            "valid_to" => self.valid_to = Some(text()?),
            "successor" => self.successor = Some(text()?),
            "row" => self.row = place()?,
            "column" => self.column = place()?,
            "group" => self.group = text()?,
            "population" => self.population = number()?,
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_or_refused() {
        let list = r#"# Two.

[[region]]
code = "a"
ko = "가 나"
row = 2
population = 1_234

[[region]]
code = "b"
valid_to = "2026-07-01"
successor = "a"
"#;
        let [a, b]: [Region; 2] = listed(list).unwrap().try_into().unwrap();
        assert_eq!((&*a.code, &*a.ko, a.row, a.population, a.valid_to), ("a", "가 나", 2, 1234, None));
        assert_eq!((&*b.code, b.valid_to.as_deref(), b.successor.as_deref()), ("b", Some("2026-07-01"), Some("a")));
        for wrong in
            ["code = \"a\"", "[[region]]\ncolour = 1", "[[region]]\nrow = 256", "[[region]]\ncode = a", "[[region]]\nx"]
        {
            assert_eq!(listed(wrong), None, "{wrong}");
        }
    }
}
