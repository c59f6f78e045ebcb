//! Sorting the short lists of a page.

/// Sorts by insertion, keeping the order of equals. The standard sorts are kilobytes for each type that is sorted; the
/// lists of a page have tens of items.
pub(crate) fn order<T>(list: &mut [T], before: impl Fn(&T, &T) -> bool) {
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && before(&list[at], &list[at - 1]) {
            list.swap(at, at - 1);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::order;

    proptest::proptest! {
        #[test]
        fn it_is_the_standard_stable_sort(mut list in proptest::collection::vec((0_u8..9, 0_u8..9), 0..40)) {
            let mut expected = list.clone();
            expected.sort_by_key(|item| item.0);
            order(&mut list, |a, b| a.0 < b.0);
            proptest::prop_assert_eq!(list, expected);
        }
    }
}
