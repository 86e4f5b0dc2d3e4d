//! Counters, in the text form of Prometheus. Counting is a few atomic additions; nothing grows.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use keyrack_domain::health::{CacheCounts, HealthSnapshot};

use crate::dispatch::error::Code;
use crate::dispatch::registry::Registry;

/// Upper bounds of the latency buckets, in microseconds.
const BUCKETS: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000, 1_000_000, 5_000_000, 30_000_000];

/// All counters of a server.
pub struct Metrics {
    /// In the registry's order; the last is for calls that led to no method.
    methods: Vec<PerMethod>,
    unknown_credentials: AtomicU64,
}

struct PerMethod {
    name: &'static str,
    succeeded: AtomicU64,
    /// In the order of [`Code::ALL`].
    refused: [AtomicU64; Code::ALL.len()],
    buckets: [AtomicU64; BUCKETS.len()],
    micros: AtomicU64,
}

impl Metrics {
    /// Counters for the methods of the registry, all zero.
    pub fn new(registry: &Registry) -> Metrics {
        let names = registry.methods().iter().map(|method| method.name).chain(["unknown"]);
        Metrics { methods: names.map(PerMethod::new).collect(), unknown_credentials: AtomicU64::new(0) }
    }

    /// Counts a call; `place` is the method's in the registry, `code` what it was refused with.
    pub fn call(&self, place: Option<usize>, code: Option<Code>, took: Duration) {
        let method = &self.methods[place.unwrap_or(self.methods.len() - 1)];
        match code {
            None => &method.succeeded,
            Some(code) => &method.refused[code as usize],
        }
        .fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        method.micros.fetch_add(micros, Ordering::Relaxed);
        if let Some(bucket) = BUCKETS.iter().position(|bound| micros <= *bound) {
            method.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts an unknown credential.
    pub fn unknown_credential(&self) {
        self.unknown_credentials.fetch_add(1, Ordering::Relaxed);
    }

    /// Everything, as Prometheus reads it. Methods that were never called are left out; so is what the domain reports while
    /// its database does not answer.
    pub fn text(&self, cache: CacheCounts, health_snapshot: Option<&HealthSnapshot>) -> String {
        let mut text = String::new();
        header(&mut text, "keyrack_unknown_credentials_total", "counter", "Calls with a credential that nobody has.");
        line(&mut text, "keyrack_unknown_credentials_total", "", load(&self.unknown_credentials));
        credentials(&mut text, cache);
        header(&mut text, "keyrack_api_calls_total", "counter", "API calls by method and result code.");
        for method in &self.methods {
            for (code, count) in method.by_code().filter(|(_, count)| *count > 0) {
                let labels = format!("{{method=\"{}\",code=\"{code}\"}}", method.name);
                line(&mut text, "keyrack_api_calls_total", &labels, count);
            }
        }
        header(&mut text, "keyrack_api_call_seconds", "histogram", "How long API calls took, by method.");
        self.methods.iter().for_each(|method| method.histogram(&mut text));
        if let Some(health_snapshot) = health_snapshot {
            gauges(&mut text, health_snapshot);
        }
        text
    }
}

impl PerMethod {
    fn new(name: &'static str) -> PerMethod {
        PerMethod {
            name,
            succeeded: AtomicU64::new(0),
            refused: Default::default(),
            buckets: Default::default(),
            micros: AtomicU64::new(0),
        }
    }

    fn by_code(&self) -> impl Iterator<Item = (i64, u64)> {
        let refused = Code::ALL.iter().zip(&self.refused).map(|(code, count)| (code.number(), load(count)));
        std::iter::once((0, load(&self.succeeded))).chain(refused)
    }

    fn histogram(&self, text: &mut String) {
        let calls: u64 = self.by_code().map(|(_, count)| count).sum();
        if calls == 0 {
            return;
        }
        let mut below = 0;
        for (bound, count) in BUCKETS.iter().zip(&self.buckets) {
            below += load(count);
            let labels = format!("{{method=\"{}\",le=\"{}\"}}", self.name, seconds(*bound));
            line(text, "keyrack_api_call_seconds_bucket", &labels, below);
        }
        let labels = format!("{{method=\"{}\",le=\"+Inf\"}}", self.name);
        line(text, "keyrack_api_call_seconds_bucket", &labels, calls);
        let labels = format!("{{method=\"{}\"}}", self.name);
        line(text, "keyrack_api_call_seconds_sum", &labels, seconds(load(&self.micros)));
        line(text, "keyrack_api_call_seconds_count", &labels, calls);
    }
}

fn credentials(text: &mut String, cache: CacheCounts) {
    const NAME: &str = "keyrack_credentials_total";
    header(text, NAME, "counter", "Credentials of the right form, by where it was found whose they are.");
    for (found, count) in [
        ("remembered", cache.hits),
        ("remembered_as_nobodys", cache.negative_hits),
        ("shared", cache.shared),
        ("database", cache.look_ups),
    ] {
        line(text, NAME, &format!("{{found=\"{found}\"}}"), count);
    }
}

fn gauges(text: &mut String, health_snapshot: &HealthSnapshot) {
    header(text, "keyrack_environments", "gauge", "Environments by state.");
    for (status, count) in &health_snapshot.environments {
        line(text, "keyrack_environments", &format!("{{status=\"{}\"}}", status.label()), count);
    }
    header(text, "keyrack_mails_waiting", "gauge", "Notices and invitations that wait to be mailed.");
    line(text, "keyrack_mails_waiting", "", health_snapshot.mails_waiting);
    header(text, "keyrack_flush_age_seconds", "gauge", "Since last uses and refusals were last written.");
    line(text, "keyrack_flush_age_seconds", "", health_snapshot.flushed.as_secs_f64());
}

fn load(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1_000_000.0
}

fn header(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let _ = writeln!(text, "{name}{labels} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_method_code_and_time() {
        let registry = Registry::all();
        let metrics = Metrics::new(&registry);
        let place = registry.find("users/authentication/rest/checksign").unwrap();
        metrics.call(Some(place), None, Duration::from_micros(90));
        metrics.call(Some(place), None, Duration::from_micros(300));
        metrics.call(Some(place), Some(Code::NotGranted), Duration::from_secs(60));
        metrics.call(None, Some(Code::UnknownService), Duration::ZERO);
        metrics.unknown_credential();
        let text = metrics.text(CacheCounts::default(), None);
        for line in [
            "keyrack_unknown_credentials_total 1",
            r#"keyrack_api_calls_total{method="users.authentication.CheckSign",code="0"} 2"#,
            r#"keyrack_api_calls_total{method="users.authentication.CheckSign",code="8202"} 1"#,
            r#"keyrack_api_calls_total{method="unknown",code="5"} 1"#,
            r#"keyrack_api_call_seconds_bucket{method="users.authentication.CheckSign",le="0.0001"} 1"#,
            r#"keyrack_api_call_seconds_bucket{method="users.authentication.CheckSign",le="30"} 2"#,
            r#"keyrack_api_call_seconds_bucket{method="users.authentication.CheckSign",le="+Inf"} 3"#,
            r#"keyrack_api_call_seconds_count{method="users.authentication.CheckSign"} 3"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("GetTokens"));
    }
}
