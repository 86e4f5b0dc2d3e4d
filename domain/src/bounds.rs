//! Every fixed bound on what a caller can make grow, with its reason, in one place.
//!
//! A bound that an operator may want to change is an option (see [`crate::settings`]); the rest are constants here. Whoever
//! meets one is told which bound it was and what its value is.

/// Requests: what is read before, and after, the caller is known.
pub mod http {}

/// Text that nests: JSON, YAML, placeholders, lists, paths.
pub mod nesting {
    /// Levels of JSON in a request, the outermost one included. What clients send has fewer than ten; serde_json itself
    /// ends at 128, and what is stored gets wrapped in further levels, so that it could be stored but not be read again.
    pub const JSON: usize = 32;
    /// Levels of a manifest (YAML or JSON), and of the values that its placeholders become. The deepest of the public
    /// manifests has fewer than fifteen.
    pub const MANIFEST: usize = 32;
    /// Placeholders inside each other: `${fn.md5([fn.base64([user.email])])}` is two levels, and nobody writes more than three.
    pub const PLACEHOLDERS: usize = 8;
    /// Actions of a manifest that call each other. Each level is a nested future.
    pub const CALLS: usize = 16;
    /// Names in a path of a node. Deeper folders could not be copied either (see [`FOLDERS`]).
    pub const PATH: usize = 64;
    /// Folders inside each other that are copied, linked or given to a user: each level is an open file and a stack frame.
    /// Removing has no such bound, so that what is there can always be removed.
    pub const FOLDERS: usize = 64;
    /// Groups inside each other in a regular expression. Its compiler calls itself for each.
    pub const PATTERN: u32 = 64;
}

/// Files of nodes, archives, searches in them.
pub mod files {
    use std::time::Duration;

    /// Largest regular expression, in bytes. Ten times the longest that is of use; reading one takes some thousand times
    /// as much memory.
    pub const PATTERN: usize = 4 << 10;
    /// Classes such as `\w` or `\p{L}` in a regular expression. Each one stands for hundreds of ranges of characters.
    pub const PATTERN_CLASSES: usize = 64;
    /// Groups in a regular expression. The engine remembers two positions of each group for each of its states.
    pub const PATTERN_GROUPS: usize = 32;
    /// Memory that each form of a compiled regular expression may take, in bytes, and what a search may cache of it.
    pub const PATTERN_MEMORY: usize = 1 << 20;
    pub const SEARCH_CACHE: usize = 2 << 20;
    /// Time that all searches of one replacement take together.
    pub const SEARCH_TIME: Duration = Duration::from_secs(5);
    /// States of the pattern multiplied by bytes of the text, where a search cannot be interrupted: finding the groups of one
    /// match, and `\b` on text that is not ASCII. The slowest patterns take about 3 ns for each.
    pub const UNINTERRUPTED: usize = 200_000_000;

    /// Calls that work on files at the same time, per account: each one occupies a thread and possibly a core.
    pub const AT_ONCE: usize = 2;
    /// Calls per account that wait for their turn to do so.
    pub const WAITING: usize = 100;
}

/// Things that are counted per user or per account.
pub mod counts {
    /// Manifests that an account keeps in its part of the catalogue. Listing them reads each one.
    pub const APPS: i64 = 100;
    /// Favourite apps of a user in an account: as many as there can be apps, those of the server included.
    pub const FAVORITE_APPS: i64 = 200;
    /// Installations of an account.
    pub const INSTALLATIONS: i64 = 1000;
    /// Characters of their manifests in all: listing installations reads each one.
    pub const INSTALLED_MANIFESTS: i64 = 16 << 20;
    /// JSON of the globals that an installation keeps, in bytes.
    pub const GLOBALS: usize = 64 << 10;
    /// JSON of the settings that are sent for a manifest, in bytes.
    pub const SETTINGS: usize = 64 << 10;
    /// JSON of all settings that an installation keeps, in bytes: those that were sent, and as much of the manifest's own.
    pub const KEPT_SETTINGS: usize = 128 << 10;
    /// Key of a mapping in a manifest, in bytes. Keys are repeated in the place of each step.
    pub const MANIFEST_KEY: usize = 256;
    /// Value beside an action that counts for all actions of its mapping (`nodeGroup`, `user`), in bytes as JSON: it is
    /// copied for each of them.
    pub const BESIDE: usize = 1 << 10;
    /// Steps that one event of a manifest stands for, those of the actions that it calls included.
    pub const STEPS: usize = 500;
    /// Replacements of one step of a manifest; each may search for as long as one search can.
    pub const REPLACEMENTS: usize = 100;
    /// Scheduled tasks of an account.
    pub const TASKS: i64 = 100;
    /// Times that one run of a task is begun. If none of them came to an end, the server ended each time.
    pub const BEGINNINGS: i64 = 3;
    /// Exports that are kept of an environment; each one is a manifest of up to 256 KiB.
    pub const EXPORTS: i64 = 50;
    /// Groups of environments of an account, and the characters of a group's name, which holds the way to it: so groups lie at
    /// most a hundred deep in each other.
    pub const GROUPS: i64 = 1000;
    pub const GROUP_NAME: usize = 200;
    /// Groups that one call puts an environment into: all of it is one transaction, for which other writers wait.
    pub const GROUPS_AT_ONCE: usize = 100;
    /// Favourite paths of an environment.
    pub const FAVORITE_PATHS: i64 = 1000;
    /// Uploads that an account keeps.
    pub const UPLOADS: i64 = 200;
}

/// Passwords, codes and the work of checking them.
pub mod guessing {}

/// Audit entries and log lines that a caller can cause.
pub mod records {}
