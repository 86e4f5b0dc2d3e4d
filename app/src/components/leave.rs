//! What to do when the session ends while a page is open.

use keyrack_types::refusal::Refusal;

use super::browser;
use crate::paths;

/// Goes to the sign-in page, which leads back here, when the session is over; passes the text of any other refusal to `show`.
pub fn leave_or(refusal: Refusal, show: impl FnOnce(String)) {
    match refusal {
        Refusal::SignedOut => browser::go_to(&paths::signin(&browser::here(), true)),
        refusal => show(refusal.message()),
    }
}
