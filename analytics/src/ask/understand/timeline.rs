//! Which pieces of time belong together, and what part each time plays: 어제보다, 2시부터 4시까지, between two and four.

use super::moment::{Moment, Role};
use super::segment::Token;
use super::sense::{Cue, Number, Sense, Time};

/// The times of a text, in the order said.
pub(super) fn moments(tokens: &[Token]) -> Vec<Moment> {
    let mut reader = Reader { tokens, out: Vec::new(), open: Moment::default(), next: Role::Itself, last: None };
    for at in 0..tokens.len() {
        reader.read(at);
    }
    reader.close(None);
    reader.out.iter_mut().for_each(Moment::settle);
    reader.out.retain(|moment| !moment.is_empty());
    reader.out
}

struct Reader<'a> {
    tokens: &'a [Token],
    out: Vec<Moment>,
    /// The time that is being read.
    open: Moment,
    /// The role that the next one gets.
    next: Role,
    /// The last token that was a piece of time.
    last: Option<usize>,
}

impl Reader<'_> {
    fn read(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at) else { return };
        // Only endings stand between this and the last piece of time, which is of a time that is still read.
        let beside = !self.open.is_empty() && self.last.is_some_and(|last| adjoins(self.tokens, last, at));
        match token.sense {
            // 부터 stands behind the beginning; so does a dash.
            Sense::Time(Time::Dash | Time::From) => {
                if beside {
                    self.begin();
                }
            }
            // "from" stands before the beginning; a day before it is of both ends.
            Sense::Time(time @ (Time::Since | Time::Between)) => {
                if self.open.has_hours() || self.open.length.is_some() || self.open.same_time {
                    self.close(None);
                }
                self.next = if time == Time::Since { Role::Start } else { Role::Open };
            }
            Sense::Time(Time::To) => self.end(beside),
            // "Between two and four."
            Sense::With if beside && matches!(self.next, Role::Start | Role::Open) => self.begin(),
            Sense::With if beside => self.close(None),
            // 보다 stands behind what is compared with, "than" before it, "vs" between.
            Sense::Against => {
                if beside {
                    self.close(Some(Role::Against));
                }
                return;
            }
            Sense::Than => {
                self.close(None);
                self.next = Role::Against;
                return;
            }
            Sense::Versus => {
                self.close(None);
                return;
            }
            // "This quarter for lack of capacity": it adds nothing to a time that is said.
            Sense::Time(Time::During)
                if !self.open.is_empty() && self.open.length.is_none() && self.open.on_day.is_none() =>
            {
                return;
            }
            Sense::Time(time) => self.take(at, &|moment| moment.take(time)),
            Sense::Number(number) if is_time(self.tokens, at, number) => {
                self.take(at, &|moment| moment.take_number(number));
            }
            _ => return,
        }
        self.last = Some(at);
    }

    /// Adds a piece to the time that is read, or begins the next one with it where it does not fit.
    fn take(&mut self, at: usize, add: &dyn Fn(&mut Moment) -> bool) {
        let mut moment = self.open.clone();
        let fits = add(&mut moment);
        if !fits {
            self.close(None);
            moment = std::mem::take(&mut self.open);
            add(&mut moment);
        }
        if !fits && moment.is_empty() {
            return;
        }
        if self.open.is_empty() && !self.open.recent && !self.open.within && !self.open.during {
            moment.first = at;
        }
        moment.last = at;
        self.open = moment;
    }

    /// Ends the time that is read.
    fn close(&mut self, role: Option<Role>) {
        let mut moment = std::mem::take(&mut self.open);
        if moment.is_empty() {
            (self.open.recent, self.open.within) = (moment.recent, moment.within);
            return;
        }
        moment.role = role.unwrap_or(self.next);
        self.next = Role::Itself;
        self.out.push(moment);
    }

    /// What is read is the beginning of a range.
    fn begin(&mut self) {
        self.close(Some(Role::Start));
        self.next = Role::End;
    }

    /// What is read is the end of a range, if one has begun.
    fn end(&mut self, beside: bool) {
        let open = self.open.first;
        match self.out.last_mut() {
            Some(start) if beside && start.role == Role::Start => self.close(Some(Role::End)),
            // 10일에서 12일까지
            Some(start) if beside && start.role == Role::Itself && adjoins(self.tokens, start.last, open) => {
                start.role = Role::Start;
                self.close(Some(Role::End));
            }
            // "From two to four": what is read so far was the beginning.
            _ if matches!(self.next, Role::Start | Role::Open) && !self.open.is_empty() => self.begin(),
            _ => {}
        }
    }
}

/// Whether only endings stand between two tokens.
fn adjoins(tokens: &[Token], first: usize, second: usize) -> bool {
    tokens.get(first + 1..second).is_some_and(|between| between.iter().all(|token| token.sense == Sense::Ending))
}

/// Whether a number is a piece of time, by its neighbours: a number with a unit that a threshold also has is one only
/// where nothing says "above".
fn is_time(tokens: &[Token], at: usize, number: Number) -> bool {
    let next = tokens.get(at + 1..).unwrap_or_default().iter().find(|token| token.sense != Sense::Ending);
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let over = next.is_some_and(|next| matches!(next.sense, Sense::Over | Sense::Cue(Cue::Health)))
        || before.is_some_and(|before| matches!(before.sense, Sense::Over | Sense::Than));
    match number {
        Number::Lasting(..) => !over,
        Number::Plain(_) | Number::Percent(_) | Number::Count(_) | Number::Brief(_) => false,
        _ => true,
    }
}
