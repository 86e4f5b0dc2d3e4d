//! Regular expressions that clients write: what they take to be read is bounded, and a search ends when its time is over.
//!
//! The usual engines cannot be interrupted, and there are patterns that keep one of them busy for minutes with a text of
//! 4 MiB. So the automaton is stepped here, byte by byte, with a look at the clock in between. Only two things need the
//! engine that cannot be interrupted: where the groups of one match are, and `\b` beside characters that are not ASCII. Both
//! are refused where they could take long.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use regex_automata::hybrid::{dfa, regex};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures, pikevm};
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

use keyrack_types::bounds::{files, nesting};

/// How many steps are made before the clock is looked at again. One step can take a tenth of a millisecond.
const STEPS: u32 = 64;

/// A regular expression, ready to search; `^` and `$` are the ends of a line.
#[derive(Clone)]
pub struct Pattern(Arc<Compiled>);

struct Compiled {
    automata: regex::Regex,
    /// Finds the groups.
    groups: pikevm::PikeVM,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pattern")
    }
}

/// Why a search came to no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Its time is over.
    TooLong,
    /// It could take too long where it cannot be interrupted.
    TooMuch,
    /// Nobody waits for it any more.
    GivenUp,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What would be right.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        if text.len() > files::PATTERN {
            return Err(format!("it has to be at most {} bytes; this is {}", files::PATTERN, text.len()));
        }
        if classes(text) > files::PATTERN_CLASSES {
            return Err(format!("it can hold at most {} classes such as \\w or \\p{{L}}", files::PATTERN_CLASSES));
        }
        let read = syntax::Config::new().multi_line(true).nest_limit(nesting::PATTERN);
        let read = syntax::parse_with(text, &read).map_err(|error| {
            // The parser draws the pattern and an arrow; its last line says what is wrong.
            let drawn = error.to_string();
            let why = drawn.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("it has to be a regular expression ({why})")
        })?;
        let groups = read.properties().explicit_captures_len();
        if groups > files::PATTERN_GROUPS {
            return Err(format!("it can have at most {} groups; this has {groups}", files::PATTERN_GROUPS));
        }
        let compile = |captures, reverse| {
            let config = thompson::Config::new()
                .nfa_size_limit(Some(files::PATTERN_MEMORY))
                .which_captures(captures)
                .reverse(reverse);
            thompson::Compiler::new().configure(config).build_from_hir(&read).map_err(too_large)
        };
        let automaton = |nfa, kind| {
            let config = dfa::Config::new()
                .match_kind(kind)
                .unicode_word_boundary(true)
                .cache_capacity(files::SEARCH_CACHE)
                .skip_cache_capacity_check(true);
            dfa::Builder::new().configure(config).build_from_nfa(nfa).map_err(too_large)
        };
        let forward = automaton(compile(WhichCaptures::None, false)?, MatchKind::LeftmostFirst)?;
        let reverse = automaton(compile(WhichCaptures::None, true)?, MatchKind::All)?;
        let automata = regex::Builder::new().build_from_dfas(forward, reverse);
        let groups = pikevm::PikeVM::new_from_nfa(compile(WhichCaptures::All, false)?).map_err(too_large)?;
        Ok(Pattern(Arc::new(Compiled { automata, groups })))
    }

    /// Begins to look for matches in a text. `given_up` ends the search when it is set.
    pub fn search<'a>(&'a self, text: &'a str, until: Instant, given_up: &'a AtomicBool) -> Search<'a> {
        Search {
            text,
            automata: &self.0.automata,
            cache: self.0.automata.create_cache(),
            groups: Groups { engine: &self.0.groups, found: None },
            clock: Clock { until, given_up, steps: 0 },
            at: Some(0),
            last_end: None,
            whole: false,
        }
    }
}

/// How many classes of the size of `\w` a pattern holds; those in a set count too.
fn classes(pattern: &str) -> usize {
    let mut bytes = pattern.bytes();
    let mut count = 0;
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && matches!(bytes.next(), Some(b'w' | b'W' | b'p' | b'P')) {
            count += 1;
        }
    }
    count
}

fn too_large(_: impl std::error::Error) -> String {
    format!("it needs more than {} KiB when it is prepared: repeat less in it", files::PATTERN_MEMORY >> 10)
}

/// A search for one match after another.
pub struct Search<'a> {
    text: &'a str,
    automata: &'a regex::Regex,
    cache: regex::Cache,
    groups: Groups<'a>,
    clock: Clock<'a>,
    /// Where the next match is looked for; none at the end.
    at: Option<usize>,
    last_end: Option<usize>,
    /// Whether the automaton met what it cannot decide, so that the other engine searches.
    whole: bool,
}

/// What is needed to find groups, made when it is needed.
struct Groups<'a> {
    engine: &'a pikevm::PikeVM,
    found: Option<(pikevm::Cache, Captures)>,
}

struct Clock<'a> {
    until: Instant,
    given_up: &'a AtomicBool,
    steps: u32,
}

/// Why stepping an automaton came to no end.
enum Halt {
    Stopped(Stopped),
    /// It cannot decide what stands here.
    Undecided,
}

impl From<Stopped> for Halt {
    fn from(stopped: Stopped) -> Halt {
        Halt::Stopped(stopped)
    }
}

impl Search<'_> {
    /// The next match; after an error there is none.
    ///
    /// # Errors
    /// [`Stopped`]
    pub fn next_match(&mut self) -> Result<Option<Range<usize>>, Stopped> {
        while let Some(at) = self.at.take() {
            self.clock.look()?;
            let Some(found) = self.first_from(at)? else { break };
            // Nothing is not found at the end of what was just found, and not within a character.
            let repeated = self.last_end == Some(found.end) || !self.text.is_char_boundary(found.start);
            if found.is_empty() && repeated {
                let next = self.text.ceil_char_boundary(found.end + 1);
                self.at = Some(next).filter(|_| found.end < self.text.len());
                continue;
            }
            (self.at, self.last_end) = (Some(found.end), Some(found.end));
            return Ok(Some(found));
        }
        Ok(None)
    }

    /// Writes what comes in the place of a match: the text with what its `$1` and `${name}` refer to.
    ///
    /// # Errors
    /// [`Stopped::TooMuch`]
    pub fn expand(&mut self, found: Range<usize>, replacement: &str, into: &mut String) -> Result<(), Stopped> {
        if !replacement.contains('$') {
            into.push_str(replacement);
            return Ok(());
        }
        let input = Input::new(self.text).range(found).anchored(Anchored::Yes);
        self.groups.find(&input)?.interpolate_string_into(self.text, replacement, into);
        Ok(())
    }

    fn first_from(&mut self, at: usize) -> Result<Option<Range<usize>>, Stopped> {
        if !self.whole {
            match self.step(at) {
                Ok(found) => return Ok(found),
                Err(Halt::Stopped(stopped)) => return Err(stopped),
                Err(Halt::Undecided) => self.whole = true,
            }
        }
        let input = Input::new(self.text).range(at..);
        Ok(self.groups.find(&input)?.get_match().map(|found| found.range()))
    }

    /// Steps forwards to the end of the first match, and from there backwards to its start.
    fn step(&mut self, at: usize) -> Result<Option<Range<usize>>, Halt> {
        let (forward, reverse) = self.cache.as_parts_mut();
        let Some(end) = step_forward(self.automata.forward(), forward, self.text, at, &mut self.clock)? else {
            return Ok(None);
        };
        let start = step_back(self.automata.reverse(), reverse, self.text, at..end, &mut self.clock)?;
        Ok(Some(start..end))
    }
}

/// Where the first match ends.
fn step_forward(
    dfa: &dfa::DFA,
    cache: &mut dfa::Cache,
    text: &str,
    at: usize,
    clock: &mut Clock<'_>,
) -> Result<Option<usize>, Halt> {
    let undecided = |_| Halt::Undecided;
    let mut state = dfa.start_state_forward(cache, &Input::new(text).range(at..)).map_err(|_| Halt::Undecided)?;
    let mut end = None;
    for (offset, byte) in text.as_bytes()[at..].iter().enumerate() {
        clock.step()?;
        state = dfa.next_state(cache, state, *byte).map_err(undecided)?;
        // Matches are reported one byte late.
        if state.is_match() {
            end = Some(at + offset);
        } else if state.is_dead() {
            return Ok(end);
        } else if state.is_quit() {
            return Err(Halt::Undecided);
        }
    }
    state = dfa.next_eoi_state(cache, state).map_err(undecided)?;
    Ok(if state.is_match() { Some(text.len()) } else { end })
}

/// Where the match starts that ends with this range.
fn step_back(
    dfa: &dfa::DFA,
    cache: &mut dfa::Cache,
    text: &str,
    range: Range<usize>,
    clock: &mut Clock<'_>,
) -> Result<usize, Halt> {
    let undecided = |_| Halt::Undecided;
    let bytes = text.as_bytes();
    let input = Input::new(text).range(range.clone()).anchored(Anchored::Yes);
    let mut state = dfa.start_state_reverse(cache, &input).map_err(|_| Halt::Undecided)?;
    let mut start = None;
    for at in range.clone().rev() {
        clock.step()?;
        state = dfa.next_state(cache, state, bytes[at]).map_err(undecided)?;
        if state.is_match() {
            start = Some(at + 1);
        } else if state.is_dead() {
            return start.ok_or(Halt::Undecided);
        } else if state.is_quit() {
            return Err(Halt::Undecided);
        }
    }
    state = match range.start.checked_sub(1) {
        Some(before) => dfa.next_state(cache, state, bytes[before]).map_err(undecided)?,
        None => dfa.next_eoi_state(cache, state).map_err(undecided)?,
    };
    match state {
        state if state.is_match() => Ok(range.start),
        state if state.is_quit() => Err(Halt::Undecided),
        _ => start.ok_or(Halt::Undecided),
    }
}

impl Groups<'_> {
    /// Finds the groups of the first match, unless that could take long.
    fn find(&mut self, input: &Input<'_>) -> Result<&Captures, Stopped> {
        let nfa: &NFA = self.engine.get_nfa();
        // Each state is looked at with each byte, and takes its groups along.
        let each = nfa.states().len().saturating_mul(1 + nfa.group_info().slot_len() / 16);
        if each.saturating_mul(input.get_span().len()) > files::UNINTERRUPTED {
            return Err(Stopped::TooMuch);
        }
        let engine = self.engine;
        let (cache, groups) = self.found.get_or_insert_with(|| (engine.create_cache(), engine.create_captures()));
        engine.search(cache, input, groups);
        Ok(groups)
    }
}

impl Clock<'_> {
    fn step(&mut self) -> Result<(), Stopped> {
        self.steps += 1;
        if self.steps < STEPS { Ok(()) } else { self.look() }
    }

    fn look(&mut self) -> Result<(), Stopped> {
        self.steps = 0;
        if self.given_up.load(Ordering::Relaxed) {
            return Err(Stopped::GivenUp);
        }
        if Instant::now() >= self.until { Err(Stopped::TooLong) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn until() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn matches(pattern: &str, text: &str) -> Vec<Range<usize>> {
        let (pattern, given_up) = (Pattern::parse(pattern).unwrap(), AtomicBool::new(false));
        let mut search = pattern.search(text, until(), &given_up);
        std::iter::from_fn(|| search.next_match().unwrap()).collect()
    }

    #[test]
    fn matches_are_those_of_the_usual_engine() {
        for (pattern, text) in [
            (r"port=\d+", "port=1 port=22"),
            ("", "aé𝄞b"),
            ("a*", "baac é"),
            ("^$", "\n\na\n"),
            (r"\bé", "é ée aé"),
            (r"\b\w+\b", "one zwölf x"),
            (r"x*$", "ax\nxx"),
            ("(?s).*", "a\nb"),
            ("a|ab|abc", "abcab"),
            ("(a+)(b+)?", "aabba"),
        ] {
            let usual = usual(pattern);
            let expected: Vec<_> = usual.find_iter(text).map(|found| found.range()).collect();
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text:?}");
        }
    }

    fn usual(pattern: &str) -> ::regex::Regex {
        ::regex::RegexBuilder::new(pattern).multi_line(true).build().unwrap()
    }

    proptest! {
        #[test]
        fn matches_are_those_of_the_usual_engine_whatever_is_searched(
            pattern in prop::sample::select(vec!["", "a*", "a+b?", "(a|é)*", r"\b", r"\B", "^", "$", "[^a]", "b|", "(a)|(b)", r"\w*"]),
            text in "[abé\n ]{0,12}",
        ) {
            let usual = usual(pattern);
            let expected: Vec<_> = usual.find_iter(&text).map(|found| found.range()).collect();
            prop_assert_eq!(matches(pattern, &text), expected);
        }
    }

    #[test]
    fn what_is_large_or_deep_is_refused_with_the_bound() {
        for (pattern, part) in [
            ("a".repeat(4097), "at most 4096 bytes"),
            (r"\w".repeat(65), "at most 64 classes"),
            ("()".repeat(33), "at most 32 groups"),
            (r"\w{500}".into(), "more than 4096 KiB"),
            ("((a{99}){99}){99}".into(), "more than 4096 KiB"),
            (format!("{}a{}", "(?:".repeat(100), ")".repeat(100)), "nest"),
            ("(".into(), "unclosed group"),
        ] {
            let error = Pattern::parse(&pattern).map(drop).expect_err(&pattern);
            assert!(error.contains(part), "{pattern}: {error}");
        }
        for pattern in [r"\w+@\w+\.\w{2,63}", r"[\w.]{1,64}@", r"\w{32}"] {
            assert!(Pattern::parse(pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn one_search_ends_when_its_time_is_over_or_nobody_waits() {
        let pattern = Pattern::parse(r"1[01]{10000}[^01\n]").unwrap();
        let text: String =
            (0..1 << 18).map(|at: u32| if at.wrapping_mul(2_654_435_761) >> 31 == 0 { '0' } else { '1' }).collect();
        let over = pattern.search(&text, Instant::now(), &AtomicBool::new(false)).next_match();
        assert_eq!(over, Err(Stopped::TooLong));
        let alone = pattern.search(&text, until(), &AtomicBool::new(true)).next_match();
        assert_eq!(alone, Err(Stopped::GivenUp));
        // Within the first search, which would take many times as long.
        let begun = Instant::now();
        let short = pattern.search(&text, begun + Duration::from_millis(200), &AtomicBool::new(false)).next_match();
        assert_eq!(short, Err(Stopped::TooLong));
    }

    #[test]
    fn groups_of_a_match_are_found_unless_that_could_take_long() {
        let (pattern, given_up) = (Pattern::parse("(?s)(1[01]{5000}).*").unwrap(), AtomicBool::new(false));
        let text = "1".repeat(1 << 20);
        let mut search = pattern.search(&text, until(), &given_up);
        let found = search.next_match().unwrap().unwrap();
        assert_eq!(search.expand(found.clone(), "$1", &mut String::new()), Err(Stopped::TooMuch));
        let mut written = String::new();
        search.expand(found, "none", &mut written).unwrap();
        assert_eq!(written, "none");
    }
}
