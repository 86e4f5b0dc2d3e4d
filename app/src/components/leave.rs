//! When the session is over in the middle of something.

use keyrack_types::refusal::Refusal;

use super::browser;
use crate::paths;

/// Goes to the sign-in page and back here; everything else is passed to `tell`.
pub fn leave_or(refusal: Refusal, tell: impl FnOnce(String)) {
    match refusal {
        Refusal::SignedOut => browser::go_to(&paths::signin(&browser::here(), true)),
        refusal => tell(refusal.message()),
    }
}
