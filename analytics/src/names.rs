//! Names that are read again and again.

use crate::bucket::Name;

/// Names in the order in which a row before had them. Rows of one region name the same services in the same order, so that a
/// name is made once and shared, where thousands of rows are read.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: Vec<Name>,
    at: usize,
}

impl Names {
    /// A new row begins.
    pub(crate) const fn begin(&mut self) {
        self.at = 0;
    }

    /// The name of a text.
    pub(crate) fn name(&mut self, text: &str) -> Name {
        let at = self.at;
        self.at += 1;
        match self.known.get_mut(at) {
            Some(known) if **known == *text => known.clone(),
            Some(other) => {
                *other = Name::from(text);
                other.clone()
            }
            None => {
                let name = Name::from(text);
                self.known.push(name.clone());
                name
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_same_place_is_shared_and_another_is_its_own() {
        let mut names = Names::default();
        let rows = [["was", "db"], ["was", "db"], ["was", "api"]].map(|row| {
            names.begin();
            row.map(|text| names.name(text))
        });
        assert!(Name::ptr_eq(&rows[0][0], &rows[2][0]) && Name::ptr_eq(&rows[0][1], &rows[1][1]));
        assert_eq!(
            rows.map(|row| row.map(|name| name.to_string())),
            [["was", "db"], ["was", "db"], ["was", "api"]].map(|row| row.map(str::to_owned))
        );
    }
}
