//! Measurements through the API of running servers; each prints lines of a Markdown table.
//!
//! ```text
//! http changes URL EMAIL PASSWORD SECONDS LABEL     create, edit and revoke tokens
//! http lists   URL EMAIL PASSWORD ROUNDS            list all tokens, and ask for some of them
//! http refusal URL OTHER-URL EMAIL PASSWORD ROUNDS  from revoking to being refused, here and on another server
//! http start   ROUNDS COMMAND…                      from starting a server to its first answer
//! http mixed   URL EMAIL PASSWORD SECONDS RATE      calls of many kinds at a steady rate; every error counts
//! ```

mod changes;
mod client;
mod lists;
mod mixed;
mod refusal;
mod start;
mod stats;

use std::process::ExitCode;

/// What a measurement gives back; any failure ends it with the reason.
type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["changes", url, email, password, seconds, label] => {
            changes::measure(url, email, password, seconds, label).await
        }
        ["lists", url, email, password, rounds] => lists::measure(url, email, password, rounds).await,
        ["refusal", url, other, email, password, rounds] => refusal::measure(url, other, email, password, rounds).await,
        ["start", rounds, command @ ..] if !command.is_empty() => start::measure(rounds, command).await,
        ["mixed", url, email, password, seconds, rate] => mixed::run(url, email, password, seconds, rate).await,
        _ => Err("usage: see the top of bench/src/bin/http/main.rs".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("failed: {error}");
            ExitCode::FAILURE
        }
    }
}
