//! The log: to stderr, as text or as JSON lines. `RUST_LOG` chooses what is logged (`info,sqlx=error` unless set; every API call at
//! `debug`).
//!
//! What is logged of a request is the method's name and how it ended, never its URL, its parameters or its headers: any
//! of them may hold a credential. Each line that belongs to a request names it (`request`, see [`request_id`]).
//!
//! Callers cause a few lines a minute each ([`keyrack_domain::log_lines`]). Whatever else somebody finds to make the server log
//! over and over is held back where it is written: each place of the program has its number of lines a minute.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use keyrack_domain::bounds::records::LINES_OF_PLACE_A_MINUTE;
use tracing::callsite::Identifier;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::{FmtContext, format};
use tracing_subscriber::registry::LookupSpan;

use crate::http::request_id;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Text,
    Json,
}

/// Begins to log.
pub fn begin(form: Form) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=error"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Somebody who embeds the server may log already; then that stays.
    let _ = match form {
        Form::Text => log.with_ansi(false).event_format(Named(form, format().with_ansi(false))).try_init(),
        Form::Json => log.json().event_format(Named(form, format().json())).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no text"));
    }));
}

/// Writes lines as `F` does, with the name of the request that they belong to.
struct Named<F>(Form, F);

impl<S, N, F> FormatEvent<S, N> for Named<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let place = event.metadata();
        // Who asks for more than `info` wants to see it all.
        if *place.level() <= Level::INFO && !PLACES.may_write(place.callsite(), Instant::now()) {
            return Ok(());
        }
        let Some(id) = request_id::current() else { return self.1.format_event(context, to, event) };
        let mut line = String::new();
        self.1.format_event(context, Writer::new(&mut line), event)?;
        match self.0 {
            Form::Text => writeln!(to, "{} request={id}", line.trim_end()),
            // The name's characters need no escapes.
            Form::Json => write!(to, "{{\"request\":\"{id}\",{}", line.strip_prefix('{').unwrap_or(&line)),
        }
    }
}

static PLACES: LazyLock<Places> = LazyLock::new(Places::default);

/// The lines of the minute that runs, by the place that writes them.
#[derive(Default)]
struct Places(Mutex<HashMap<Identifier, (Instant, u32)>>);

impl Places {
    /// Whether one more line may be written here.
    fn may_write(&self, place: Identifier, now: Instant) -> bool {
        const MINUTE: Duration = Duration::from_secs(60);
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, lines) = places.entry(place).or_insert((now, 0));
        if now.duration_since(*begun) >= MINUTE {
            (*begun, *lines) = (now, 0);
        }
        *lines += 1;
        *lines <= LINES_OF_PLACE_A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_writes_so_many_lines_a_minute() {
        let place = tracing::callsite! { name: "here", kind: tracing::metadata::Kind::EVENT, fields: x };
        let place = tracing::Callsite::metadata(place).callsite();
        let (places, now) = (Places::default(), Instant::now());
        let written = (0..2 * LINES_OF_PLACE_A_MINUTE).filter(|_| places.may_write(place.clone(), now)).count();
        assert_eq!(written, LINES_OF_PLACE_A_MINUTE as usize);
        assert!(places.may_write(place, now + Duration::from_secs(60)));
    }
}
