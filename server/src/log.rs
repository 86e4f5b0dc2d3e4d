//! The log: to stderr, as text or as JSON lines. `RUST_LOG` chooses what is logged (`info,sqlx=error` unless set; every API call at
//! `debug`).
//!
//! What is logged of a request is the method's name and how it ended, never its URL, its parameters or its headers: any
//! of them may hold a credential. Each line that belongs to a request names it (`request`, see [`request_id`]).

use std::fmt;

use clap::ValueEnum;
use tracing::{Event, Subscriber};
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
