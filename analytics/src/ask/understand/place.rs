//! Names that are only known at run time: regions with all their spellings, groups of regions, services.

use crate::ask::question::Area;
use crate::region::Region;

/// Spellings of groups, by the code that the settings give a group.
const GROUPS: [(&str, &str); 4] = [
    (
        "capital",
        "수도권|서울 근교|경인|경인권|capital area|capital region|the capital|greater seoul|seoul area|seoul metropolitan area|metropolitan area|sudogwon|seoul capital area",
    ),
    ("chungcheong", "충청|충청권|충청도|충청 지역|호서|chungcheong|chungcheong area"),
    ("honam", "호남|호남권|호남 지역|전라|전라도|전라권|honam|jeolla|honam area"),
    ("yeongnam", "영남|영남권|영남 지역|경상|경상도|경상권|yeongnam|gyeongsang|yeongnam area"),
];
/// Groups that go by codes of regions, and count only where all of them are in the list.
const KNITS: [(&str, &str, &str); 5] = [
    ("busan-ulsan-gyeongnam", "부울경|동남권|pk|bu-ul-gyeong", "busan|ulsan|gyeongnam"),
    ("daegu-gyeongbuk", "대경권|대구경북|대구 경북|tk", "daegu|gyeongbuk"),
    ("gwangju-jeonnam", "광주전남|광주 전남|전남광주|광전", "gwangju|jeonnam"),
    ("daejeon-sejong", "대전세종|대전 세종", "daejeon|sejong"),
    ("seoul-gyeonggi", "서울경기|서울 경기", "seoul|gyeonggi"),
];
/// Endings of official names that are left out in speech.
const SUFFIXES: [&str; 12] = [
    "특별자치도",
    "특별자치시",
    "특별광역시",
    "통합특별시",
    "특별시",
    "광역시",
    "자치구",
    "도",
    "시",
    "군",
    "구",
    "지역",
];
const ENGLISH_SUFFIXES: [&str; 10] = [
    " special self-governing city",
    " special self-governing province",
    " special metropolitan city",
    " metropolitan city",
    " province",
    " state",
    " city",
    " county",
    "-si",
    "-do",
];

/// Every name and what it may mean.
pub(super) struct Gazetteer {
    /// A name in the form of the lexicon (lower case), and the areas it may be.
    pub(super) names: Vec<(String, Vec<Area>)>,
}

impl Gazetteer {
    pub(super) fn new(regions: &[Region]) -> Self {
        let mut names = Self { names: Vec::new() };
        for region in regions {
            let area = Area::region(&region.code);
            for name in spellings(region) {
                names.add(name, &area);
            }
        }
        let mut add_group = |name: &str, spellings: &str, codes: Vec<String>| {
            if !codes.is_empty() {
                let area = Area { name: name.to_owned(), regions: codes };
                spellings.split('|').for_each(|spelling| names.add(spelling.to_owned(), &area));
            }
        };
        let codes = |keep: &dyn Fn(&Region) -> bool| -> Vec<String> {
            regions.iter().filter(|region| keep(region)).map(|region| region.code.clone()).collect()
        };
        for (at, region) in regions.iter().enumerate() {
            let group = region.group.as_str();
            if group.is_empty() || regions.iter().take(at).any(|before| before.group == group) {
                continue;
            }
            let spellings = GROUPS.iter().find(|(code, _)| *code == group).map_or(group, |(_, spellings)| spellings);
            add_group(group, spellings, codes(&|region| region.group == group));
        }
        if regions.iter().any(|region| region.group == "capital") {
            let rest = "비수도권|수도권 외|지방 전체|outside the capital area|outside the capital|non capital";
            add_group("non-capital", rest, codes(&|region| region.group != "capital"));
        }
        for (name, spellings, of) in KNITS {
            let found = codes(&|region| of.split('|').any(|code| code == region.code));
            if found.len() == of.split('|').count() {
                add_group(name, spellings, found);
            }
        }
        names
    }

    fn add(&mut self, name: String, area: &Area) {
        if name.is_empty() {
            return;
        }
        match self.names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, areas)) if areas.contains(area) => {}
            Some((_, areas)) => areas.push(area.clone()),
            None => self.names.push((name, vec![area.clone()])),
        }
    }

    /// What a name may mean.
    pub(super) fn areas(&self, at: usize) -> &[Area] {
        self.names.get(at).map_or(&[], |(_, areas)| areas)
    }
}

/// All spellings of a region: code, short and official names, those without their suffix, and what people say (서울시, 제주도,
/// 전라북도).
fn spellings(region: &Region) -> Vec<String> {
    let mut out = vec![region.code.replace('-', " "), region.ko.clone(), region.official_ko.clone()];
    let short = region.ko.as_str();
    for name in [short, region.official_ko.as_str()] {
        for suffix in SUFFIXES {
            if let Some(stem) = name.strip_suffix(suffix)
                && stem.chars().count() >= 2
            {
                out.push(stem.to_owned());
            }
        }
    }
    // 서울 is 서울시, 경기 is 경기도; of a province only the latter is said.
    if region.official_ko.ends_with('시') {
        out.push(format!("{short}시"));
    } else if region.official_ko.ends_with('도') {
        out.push(format!("{short}도"));
    }
    let mut letters = short.chars();
    if let (Some(first), Some(second), None) = (letters.next(), letters.next(), letters.next()) {
        let half = match second {
            '남' => "남도",
            '북' => "북도",
            _ => "",
        };
        let whole = match first {
            '전' => "전라",
            '충' => "충청",
            '경' => "경상",
            _ => "",
        };
        if !half.is_empty() && !whole.is_empty() {
            out.push(format!("{whole}{half}"));
        }
    }
    for name in [region.en.to_ascii_lowercase(), region.official_en.to_ascii_lowercase()] {
        for suffix in ENGLISH_SUFFIXES {
            if let Some(stem) = name.strip_suffix(suffix) {
                out.push(stem.to_owned());
            }
        }
        out.push(name);
    }
    out
}
