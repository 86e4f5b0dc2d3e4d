//! An id for each request, so that all that is logged of one can be found together.
//!
//! A client or a proxy may give it (`X-Request-Id`); otherwise the server does. It costs a number on the way of a call:
//! text is made of it only when something is written.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{HeaderMap, HeaderName, HeaderValue};
use keyrack_domain::secret::{Shape, shape};

/// The header that carries it, in requests and in answers.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ones are not taken: they would fill the log.
const LONGEST: usize = 64;

/// The id of a request.
#[derive(Clone, Debug)]
pub struct RequestId {
    given: Option<HeaderValue>,
    number: u64,
}

impl RequestId {
    /// The id that the request brings when it is fit for a log, else a new one.
    pub fn of(headers: &HeaderMap) -> RequestId {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let given = headers.get(HEADER).filter(|value| value.to_str().is_ok_and(fit)).cloned();
        RequestId { given, number: LAST.fetch_add(1, Ordering::Relaxed) }
    }

    /// What the answer has to say: always the id that was given, and the server's own when something went wrong.
    pub fn answer(&self, failed: bool) -> Option<HeaderValue> {
        let own = || failed.then(|| HeaderValue::try_from(self.to_string()).ok()).flatten();
        self.given.clone().or_else(own)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tells the requests of this process from those of another, or of the next run.
        static RUN: LazyLock<u32> =
            LazyLock::new(|| u32::from_ne_bytes(keyrack_domain::world::World::system().random()));
        match self.given.as_ref().and_then(|given| given.to_str().ok()) {
            Some(given) => f.write_str(given),
            None => write!(f, "{:08x}-{}", *RUN, self.number),
        }
    }
}

/// Whether a text can go into the log: short, of characters that need no quotes, and no credential in the wrong header.
fn fit(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+/=".contains(&byte))
        && !text.contains("krp_")
        && shape(text) == Shape::Noise
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &'static str) -> RequestId {
        RequestId::of(&HeaderMap::from_iter([(HEADER, HeaderValue::from_static(value))]))
    }

    #[test]
    fn a_given_id_is_taken_when_it_is_fit_for_a_log() {
        assert_eq!(of("7b1c-4f.A").to_string(), "7b1c-4f.A");
        assert_eq!(of("7b1c").answer(false).unwrap(), "7b1c");
        let long = "x".repeat(LONGEST + 1).leak();
        let session = "1x0123456789abcdef0123456789abcdef";
        for unfit in ["", "two words", "a\"b", "a;b", long, session, "krp_cut-off"] {
            assert_ne!(of(unfit).to_string(), unfit);
            assert_eq!(of(unfit).answer(false), None);
        }
        assert_ne!(of("").to_string(), of("").to_string());
        assert!(of("").answer(true).is_some());
    }
}
