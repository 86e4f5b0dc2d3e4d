//! The log: to stderr, as text or as JSON lines. `RUST_LOG` chooses what is logged (`info,sqlx=error` unless set; every API call at
//! `debug`).
//!
//! What is logged of a request is its id, its method, its account and how it ended ([`context`]), never its URL, its parameters or its
//! headers: any of them may hold a credential.
//!
//! Callers cause a few lines a minute each ([`keyrack_domain::log_lines`]). Any other line that can be caused over and over is
//! held back where it is written ([`format`]).

pub mod context;
mod format;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

use format::{JsonLines, Text};

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
    // A program that embeds the server may log already; then that stays.
    let _ = match form {
        Form::Text => log.with_ansi(false).event_format(Text::new()).try_init(),
        Form::Json => log.json().event_format(JsonLines::new()).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no text"));
    }));
}
