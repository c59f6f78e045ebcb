//! Long sessions and suspicious ones: of the regions asked about, from the limit asked about.

use super::{Asked, Source};
use crate::ask::Quantity;
use crate::session::{Kind, rank};
use crate::view::{SessionsQuery, SessionsView};

/// Entries of a list at most, as on the page 세션.
const MOST: usize = 50;

pub(crate) fn sessions<S: Source>(source: &S, asked: &Asked<'_>) -> Result<SessionsView, S::Error> {
    let period = &asked.question.period;
    let running = period.to >= asked.as_of - 60;
    let of = |region: String| {
        source.sessions(&SessionsQuery {
            region,
            span: (period.to - period.from).max(600),
            from: (!running).then_some(period.from),
            to: (!running).then_some(period.to),
        })
    };
    let codes = asked.codes();
    let mut view = if codes.len() == asked.regions.len() { of(String::new())? } else { together(&codes, of)? };
    let from = asked.question.threshold;
    for list in &mut view.lists {
        let before = list.listed.len();
        list.listed.retain(|listed| match (listed.kind, from) {
            (Kind::LongLived, Some(from)) if from.unit == Quantity::Seconds => listed.seconds() as f64 >= from.value,
            (Kind::LogInBurst, Some(from)) if from.unit == Quantity::Count => listed.per_minute as f64 >= from.value,
            _ => true,
        });
        // The most conspicuous are listed, so that whoever is not would not have passed either.
        if list.listed.len() < before {
            list.total = list.listed.len() as u64;
        }
        if let Some(limit) = asked.question.limit {
            list.listed.truncate(limit as usize);
        }
    }
    Ok(view)
}

/// The lists of some regions as one. How many go on is known of one region or of all, not of some.
fn together<E>(codes: &[String], mut of: impl FnMut(String) -> Result<SessionsView, E>) -> Result<SessionsView, E> {
    let (first, others) = codes.split_first().map_or(("", codes), |(first, others)| (first.as_str(), others));
    let mut view = of(first.to_owned())?;
    for code in others {
        let other = of(code.clone())?;
        for (list, more) in view.lists.iter_mut().zip(other.lists) {
            list.total += more.total;
            list.listed.extend(more.listed);
        }
        view.floor = view.floor.max(other.floor);
        view.overflowed |= other.overflowed;
        view.known.extend(other.known);
        view.active = None;
        view.ages.clear();
    }
    for list in &mut view.lists {
        rank(&mut list.listed);
        list.listed.truncate(MOST);
    }
    Ok(view)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::IdentityMode;
    use crate::session::{Listed, Thresholds};
    use crate::view::List;

    /// A region with as many long sessions as its number, an hour longer each.
    fn view(region: &str, number: i64) -> SessionsView {
        let listed = |hours: i64| Listed {
            region: region.to_owned(),
            pseudonym: format!("{hours:016x}"),
            kind: Kind::LongLived,
            count: 10,
            failed: 0,
            per_minute: 0,
            from: 0,
            to: hours * 3600,
            exact: true,
        };
        let listed: Vec<Listed> = (4..4 + number).rev().map(listed).collect();
        let list = |kind| match kind {
            Kind::LongLived => List { kind, total: listed.len() as u64, listed: listed.clone() },
            _ => List { kind, total: 0, listed: Vec::new() },
        };
        SessionsView {
            as_of: 0,
            demo: false,
            title: (String::new(), String::new()),
            mode: IdentityMode::UserCookie,
            regions: Vec::new(),
            from: 0,
            to: 0,
            active: None,
            ages: vec![1],
            lists: Kind::ALL.map(list).into(),
            thresholds: Thresholds::default(),
            known: Vec::new(),
            floor: number as u64,
            overflowed: number > 2,
        }
    }

    #[test]
    fn lists_of_some_regions_are_one_list() -> Result<(), String> {
        let of = |region: String| match region.as_str() {
            "seoul" => Ok(view("seoul", 2)),
            "busan" => Ok(view("busan", 3)),
            other => Err(other.to_owned()),
        };
        let both = together(&["seoul".to_owned(), "busan".to_owned()], of)?;
        let long = both.lists.last().ok_or("no list")?;
        assert_eq!(long.total, 5);
        let order: Vec<(&str, i64)> = long.listed.iter().map(|l| (l.region.as_str(), l.seconds() / 3600)).collect();
        assert_eq!(order, [("busan", 6), ("busan", 5), ("seoul", 5), ("busan", 4), ("seoul", 4)]);
        assert_eq!((both.floor, both.overflowed, both.ages.len()), (3, true, 0));
        let one = together(&["seoul".to_owned()], of)?;
        assert_eq!((one.lists.last().map(|list| list.total), one.ages.len()), (Some(2), 1));
        assert_eq!(together(&["nowhere".to_owned()], of), Err("nowhere".to_owned()));
        Ok(())
    }
}
