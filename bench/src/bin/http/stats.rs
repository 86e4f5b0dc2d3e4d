//! Medians, ends, and how they are written.

use std::time::Duration;

/// Several times of the same thing.
pub struct Times(Vec<Duration>);

impl Times {
    /// Of at least one.
    pub fn new(mut times: Vec<Duration>) -> Times {
        times.sort_unstable();
        Times(times)
    }

    pub fn median(&self) -> Duration {
        self.0[self.0.len() / 2]
    }

    pub fn most(&self) -> Duration {
        self.0[self.0.len() - 1]
    }
}

/// Milliseconds with as many digits as matter.
pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    let digits = if ms < 10.0 { 2 } else { usize::from(ms < 100.0) };
    format!("{ms:.digits$} ms")
}
