//! The lines: as the library writes them, with the fields of the work that they belong to; of each call site so many a minute.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use keyrack_domain::bounds::records::LINES_OF_CALL_SITE_A_MINUTE;
use tracing::callsite::Identifier;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::FmtContext;
use tracing_subscriber::fmt::format::{Format, FormatEvent, FormatFields, Full, Json, Writer, format};
use tracing_subscriber::registry::LookupSpan;

use super::context;

/// Lines of text, with the fields at their end.
pub struct Text(Format<Full>);

/// Lines of JSON, with the fields at their beginning.
pub struct JsonLines(Format<Json>);

impl Text {
    pub fn new() -> Text {
        Text(format().with_ansi(false))
    }
}

impl JsonLines {
    pub fn new() -> JsonLines {
        JsonLines(format().json())
    }
}

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, spans: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(line) = line(&self.0, spans, event)? else { return Ok(()) };
        to.write_str(line.trim_end())?;
        if let Some(context) = context::current() {
            context.write_text(&mut to)?;
        }
        writeln!(to)
    }
}

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, spans: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let Some(line) = line(&self.0, spans, event)? else { return Ok(()) };
        to.write_char('{')?;
        if let Some(context) = context::current() {
            context.write_json(&mut to)?;
        }
        to.write_str(line.strip_prefix('{').unwrap_or(&line))
    }
}

/// The line as the library writes it; `None` when its call site has had its lines of this minute.
fn line<S, N>(
    format: &impl FormatEvent<S, N>,
    spans: &FmtContext<'_, S, N>,
    event: &Event<'_>,
) -> Result<Option<String>, fmt::Error>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    static CALL_SITES: LazyLock<CallSites> = LazyLock::new(CallSites::default);
    let site = event.metadata();
    // Who asks for more than `info` wants to see it all.
    if *site.level() <= Level::INFO && !CALL_SITES.may_write(site.callsite(), Instant::now()) {
        return Ok(None);
    }
    let mut line = String::new();
    format.format_event(spans, Writer::new(&mut line), event)?;
    Ok(Some(line))
}

/// The lines of the minute that runs, by the call site that writes them.
#[derive(Default)]
struct CallSites(Mutex<HashMap<Identifier, (Instant, u32)>>);

impl CallSites {
    /// Whether one more line may be written here.
    fn may_write(&self, site: Identifier, now: Instant) -> bool {
        const MINUTE: Duration = Duration::from_secs(60);
        let mut sites = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, lines) = sites.entry(site).or_insert((now, 0));
        if now.duration_since(*begun) >= MINUTE {
            (*begun, *lines) = (now, 0);
        }
        *lines += 1;
        *lines <= LINES_OF_CALL_SITE_A_MINUTE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_site_writes_so_many_lines_a_minute() {
        let site = tracing::callsite! { name: "here", kind: tracing::metadata::Kind::EVENT, fields: x };
        let site = tracing::Callsite::metadata(site).callsite();
        let (sites, now) = (CallSites::default(), Instant::now());
        let written = (0..2 * LINES_OF_CALL_SITE_A_MINUTE).filter(|_| sites.may_write(site.clone(), now)).count();
        assert_eq!(written, LINES_OF_CALL_SITE_A_MINUTE as usize);
        assert!(sites.may_write(site, now + Duration::from_secs(60)));
    }
}
