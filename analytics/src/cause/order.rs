//! Sorting once for all: each instance of the library's sort is thousands of bytes of code in the browser.

use std::cmp::Ordering;

/// The numbers below `n` in an order; those that compare as equal stay in their own.
///
/// Source: Williams, "Algorithm 232: Heapsort" (1964).
pub(super) fn order(n: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut all: Vec<usize> = (0..n).collect();
    let after = |a: usize, b: usize| compare(a, b).then(a.cmp(&b)) == Ordering::Greater;
    let sink = |all: &mut [usize], mut at: usize| {
        while let Some(mut child) = Some(2 * at + 1).filter(|child| *child < all.len()) {
            if child + 1 < all.len() && after(all[child + 1], all[child]) {
                child += 1;
            }
            if !after(all[child], all[at]) {
                break;
            }
            all.swap(child, at);
            at = child;
        }
    };
    for at in (0..n / 2).rev() {
        sink(&mut all, at);
    }
    for end in (1..n).rev() {
        all.swap(0, end);
        sink(&mut all[..end], 0);
    }
    all
}

/// The distinct ones of these names, ascending.
pub(super) fn distinct<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for at in order(names.len(), &|a, b| names[a].cmp(names[b])) {
        if all.last() != Some(&names[at]) {
            all.push(names[at]);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_stable_sort(values in prop::collection::vec(0_u8..20, 0..80)) {
            let mut expected: Vec<usize> = (0..values.len()).collect();
            expected.sort_by_key(|at| values[*at]);
            prop_assert_eq!(order(values.len(), &|a, b| values[a].cmp(&values[b])), expected);
        }
    }

    #[test]
    fn names_are_said_once() {
        assert_eq!(distinct(&["b", "a", "b", "", "a"]), ["", "a", "b"]);
        assert!(distinct(&[]).is_empty());
    }
}
