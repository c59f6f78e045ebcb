//! What stands in the place of a value. Every form holds a `*` and ends with a `*` or digits, so that no word of a value
//! gives context to what follows.

use super::address::Address;
use super::{Profile, Rule};

/// Writes what stands for a value, given as folded bytes.
pub(super) fn hide(rule: Rule, profile: Profile, value: &[u8], out: &mut String) {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let balanced = profile == Profile::Balanced;
    let tail = digits.saturating_sub(4);
    match rule {
        Rule::Token => out.push_str("***"),
        Rule::Email => {
            if balanced {
                out.extend(value.first().map(|byte| char::from(*byte)));
            }
            out.push_str("***@***");
        }
        Rule::Address => match Address::read(value) {
            Some(address) => address.network(out),
            None => out.push_str("***"),
        },
        Rule::Mobile | Rule::Landline if balanced => {
            // The middle of ten digits has three, of eleven four.
            let middle = digits.saturating_sub(if digits == 10 { 7 } else { 8 });
            digitwise(value, |at| at < middle || at >= tail, out);
        }
        Rule::Card if balanced => digitwise(value, |at| at < 6 || at >= tail, out),
        Rule::Account if balanced => digitwise(value, |at| at >= tail, out),
        Rule::Licence if balanced => digitwise(value, |at| at < 2 && digits == 12, out),
        Rule::Passport => out.extend(value.iter().map(|_| '*')),
        _ => digitwise(value, |_| false, out),
    }
}

/// Replaces the digits that are not `kept`, by their number; marks between them stay, other characters go.
fn digitwise(value: &[u8], kept: impl Fn(usize) -> bool, out: &mut String) {
    let mut at = 0;
    for byte in value {
        if byte.is_ascii_digit() {
            out.push(if kept(at) { char::from(*byte) } else { '*' });
            at += 1;
        } else if byte.is_ascii() {
            out.push(char::from(*byte));
        }
    }
}
