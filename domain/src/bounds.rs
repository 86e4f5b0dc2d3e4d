//! Every fixed bound on what a caller can make grow, with its reason, in one place.
//!
//! A bound that an operator may want to change is an option (see [`crate::settings`]); the rest are constants here. Whoever
//! meets one is told which bound it was and what its value is.

/// Requests: what is read before, and after, the caller is known.
pub mod http {}

/// Text that nests: JSON, YAML, placeholders, lists, paths.
pub mod nesting {}

/// Files of nodes, archives, searches in them.
pub mod files {}

/// Things that are counted per user or per account.
pub mod counts {}

/// Passwords, codes and the work of checking them.
pub mod guessing {}

/// Audit entries and log lines that a caller can cause.
pub mod records {
    use chrono::TimeDelta;

    /// Entries of one caller in one batch. A caller has a method and a code for each; whoever walks through all methods gets
    /// one entry for what is left.
    pub const KINDS_OF_CALLER: usize = 32;
    /// Callers whose entries or lines are gathered apart. Further ones are counted together, which bounds memory and the work of
    /// a batch however many tokens somebody makes.
    pub const CALLERS_AT_ONCE: usize = 1000;
    /// Entries that one transaction writes: other writers wait for it.
    pub const ENTRIES_AT_ONCE: usize = 100;
    /// Addresses that one gathered entry names; an IPv6 network has more than anybody wants to read.
    pub const ADDRESSES_OF_ENTRY: usize = 5;
    /// What is read again and again, by a page that follows a log for example, is one entry in this time.
    pub const READS_TOGETHER: TimeDelta = TimeDelta::minutes(1);
    /// Characters of a file's path that the entry of a read names.
    pub const PATH_SHOWN: usize = 200;
    /// Log lines of one caller in a minute; the others are counted.
    pub const LINES_A_MINUTE: u32 = 5;
    /// Log lines from one place of the program in a minute, whoever causes them; the others are counted.
    pub const LINES_OF_PLACE_A_MINUTE: u32 = 600;
    /// How long the server may stand still before what it remembers of callers is looked up anew, in milliseconds. Longer than
    /// any pause of a busy machine, and shorter than a stop in which somebody revokes a token elsewhere.
    pub const STANDSTILL_MILLIS: u64 = 250;
}
