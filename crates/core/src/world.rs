//! Time and randomness, passed in so that tests can be literal.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now, in UTC.
    fn now(&self) -> DateTime<Utc>;
}

/// Gives random bytes that nobody can guess.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the slice.
    fn fill(&self, bytes: &mut [u8]);
}

/// What the domain takes from the outside world.
#[derive(Clone)]
pub struct World {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

impl World {
    /// The system's clock and its random generator.
    pub fn system() -> World {
        World { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy) }
    }

    /// Now, in whole milliseconds: what the store can keep.
    pub fn now(&self) -> DateTime<Utc> {
        from_millis(self.clock.now().timestamp_millis())
    }

    /// `N` random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

/// The moment that the store keeps as these milliseconds since 1970.
pub fn from_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// Milliseconds of a clock that only goes forward, also while the process is stopped and while the machine sleeps. For the one
/// question how long something was silent; nothing that is kept has this time.
pub(crate) fn steady_millis() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    now.tv_sec.unsigned_abs() * 1000 + now.tv_nsec.unsigned_abs() / 1_000_000
}

struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that may ask the system")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[allow(clippy::disallowed_methods, reason = "the one place that may ask the system")]
    fn fill(&self, bytes: &mut [u8]) {
        // Without a working generator no secret may be made; there is nothing to fall back to.
        getrandom::fill(bytes).expect("the system's random generator works");
    }
}

/// A clock that stands still until it is told to move.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows this moment.
    pub fn at(moment: DateTime<Utc>) -> Arc<ManualClock> {
        Arc::new(ManualClock(AtomicI64::new(moment.timestamp_millis())))
    }

    /// Moves on (or back, when negative).
    pub fn advance(&self, by: chrono::TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        from_millis(self.0.load(Ordering::SeqCst))
    }
}
