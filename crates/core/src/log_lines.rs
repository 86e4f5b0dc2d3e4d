//! How many lines of the log somebody can cause: a few a minute, and then a count.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::caller::Caller;
use keyrack_types::bounds::records::{CALLERS_AT_ONCE, LINES_A_MINUTE};
use keyrack_types::ids::{TokenId, UserId};

const MINUTE: Duration = Duration::from_secs(60);

/// Who causes a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineCause {
    /// A known caller, by the user and the token.
    Caller(UserId, Option<TokenId>),
    /// Anybody who is not known: all of them together.
    Stranger,
}

impl From<&Caller> for LineCause {
    fn from(caller: &Caller) -> LineCause {
        LineCause::Caller(caller.user, caller.by_token())
    }
}

impl fmt::Display for LineCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineCause::Caller(user, None) => write!(f, "user:{user}"),
            LineCause::Caller(user, Some(token)) => write!(f, "user:{user} by token:{token}"),
            LineCause::Stranger => f.write_str("anonymous"),
        }
    }
}

/// The lines of the minute that runs.
#[derive(Debug)]
struct Minute {
    begun: Instant,
    lines: u32,
    left_out: u64,
}

/// The lines that are written and left out, by who causes them.
#[derive(Debug, Default)]
pub struct LogLines(Mutex<HashMap<LineCause, Minute>>);

impl LogLines {
    /// Whether one more line may be written; one that may not is counted.
    pub fn may_write(&self, cause: LineCause) -> bool {
        self.may_write_at(cause, Instant::now())
    }

    fn may_write_at(&self, mut cause: LineCause, now: Instant) -> bool {
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if minutes.len() >= CALLERS_AT_ONCE && !minutes.contains_key(&cause) {
            cause = LineCause::Stranger;
        }
        let minute = minutes.entry(cause).or_insert(Minute { begun: now, lines: 0, left_out: 0 });
        if minute.lines >= LINES_A_MINUTE {
            minute.left_out += 1;
            return false;
        }
        minute.lines += 1;
        true
    }

    /// Ends the minutes that are over, or all of them, and says how many lines were left out.
    pub fn count_up(&self, all: bool) {
        for (cause, left_out) in self.ended(Instant::now(), all) {
            tracing::info!(%cause, left_out, "further lines of this kind were left out of the log");
        }
    }

    fn ended(&self, now: Instant, all: bool) -> Vec<(LineCause, u64)> {
        let mut ended = Vec::new();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|cause, minute| {
            let over = all || now.duration_since(minute.begun) >= MINUTE;
            if over && minute.left_out > 0 {
                ended.push((*cause, minute.left_out));
            }
            !over
        });
        ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_a_minute_are_written_and_the_others_counted() {
        let lines = LogLines::default();
        let (loud, quiet) = (LineCause::Caller(UserId(1), Some(TokenId(7))), LineCause::Caller(UserId(2), None));
        let begun = Instant::now();
        let written = (0..1000).filter(|_| lines.may_write_at(loud, begun)).count();
        assert_eq!(written, LINES_A_MINUTE as usize);
        assert!(lines.may_write_at(quiet, begun), "others have lines of their own");
        assert_eq!(lines.ended(begun + MINUTE / 2, false), []);
        assert_eq!(lines.ended(begun + MINUTE, false), [(loud, 1000 - u64::from(LINES_A_MINUTE))]);
        assert!(lines.may_write_at(loud, begun + MINUTE));
    }

    #[test]
    fn callers_beyond_the_bound_share_lines() {
        let lines = LogLines::default();
        let now = Instant::now();
        for user in 0..2 * i64::try_from(CALLERS_AT_ONCE).unwrap() {
            lines.may_write_at(LineCause::Caller(UserId(user), None), now);
        }
        assert!(lines.0.lock().unwrap().len() <= CALLERS_AT_ONCE + 1);
    }
}
