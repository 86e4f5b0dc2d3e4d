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
pub mod counts {
    /// Sessions of a user; a further one ends the oldest. Enough for every device and script of a person, few enough to be
    /// looked through in Settings.
    pub const SESSIONS_OF_USER: i64 = 100;
    /// Half sign-ins of a user that wait for their second factor; a further one ends the oldest. They end by themselves
    /// after ten minutes, so only a flood reaches this.
    pub const HALF_SIGN_INS_OF_USER: i64 = 1000;
    /// Passkey ceremonies of a user that were begun; a further one ends the oldest, as with half sign-ins.
    pub const CEREMONIES_OF_USER: i64 = 1000;
    /// Passkeys of a user: each is sent to the browser at every proof.
    pub const PASSKEYS_OF_USER: i64 = 50;
    /// Devices of a user that are known; beyond them the one that signed in first is forgotten.
    pub const DEVICES_OF_USER: i64 = 1000;
    /// SSH keys of a user.
    pub const SSH_KEYS_OF_USER: i64 = 100;
    /// Invitations of an account that were neither accepted nor withdrawn: each is a link that lets somebody in.
    pub const INVITATIONS_OF_ACCOUNT: i64 = 100;
    /// Members of an account: all of them stand in one list.
    pub const MEMBERS_OF_ACCOUNT: i64 = 1000;
}

/// Passwords, codes and the work of checking them.
pub mod guessing {
    use std::time::Duration;

    /// Wrong tries of one guesser for one account, in one session, or for one user's codes, before pauses begin: people
    /// mistype.
    pub const FREE_TRIES: u32 = 4;
    /// Wrong passwords from one address for any account before pauses begin: many people can share an address.
    pub const FREE_TRIES_OF_ADDRESS: u32 = 30;
    /// Passwords from one address that are looked at together: an address leaves places in the queue of hashing to others.
    pub const ADDRESS_AT_ONCE: u32 = 16;
    /// Passwords of one user, from all sessions, that are looked at together, for the same reason.
    pub const USER_AT_ONCE: u32 = 8;
    /// Requests that accept one invitation together: it works once, and each costs a hash.
    pub const INVITATION_AT_ONCE: u32 = 2;
    /// The longest pause between two tries. Longer ones would lock people out of their account for a slip of the day before.
    pub const LONGEST_PAUSE: Duration = Duration::from_secs(900);
    /// Pauses up to this length are waited out within the request: many clients give up on an answer after ten seconds, and
    /// what is proved in the end takes its time too.
    pub const WAITED_OUT: Duration = Duration::from_secs(8);
    /// Tries of one guesser that wait to be looked at; further ones are refused at once.
    pub const WAITING_TRIES: u32 = 64;
    /// A count is forgotten after so long without a further wrong try.
    pub const FORGOTTEN: Duration = Duration::from_secs(3600);
    /// Counts that are kept (some 10 MiB); beyond them the older half goes.
    pub const COUNTS: usize = 50_000;

    /// Passwords that are hashed together: each takes 19 MiB and a core for some 20 ms, which callers of the API need too.
    pub const HASHES_AT_ONCE: usize = 2;
    /// Passwords that are hashed or wait for it; further ones are refused. So many take some three seconds, and one address
    /// ([`ADDRESS_AT_ONCE`]) or user ([`USER_AT_ONCE`]) has a few of the places only.
    pub const HASHES_WAITING: usize = 256;

    /// The shortest password, in characters, after normalising.
    pub const SHORTEST_PASSWORD: usize = 12;
    /// The longest password, in bytes, after normalising; a bound on the work that a stranger can ask for.
    pub const LONGEST_PASSWORD: usize = 1024;
    /// What is normalised at all, in bytes: no password becomes shorter than a quarter of what was typed.
    pub const LONGEST_TYPED_PASSWORD: usize = 4 * LONGEST_PASSWORD;
    /// Characters of a typed code that are looked at: a recovery code has 24.
    pub const LONGEST_CODE: usize = 64;

    /// The set-up of an authenticator has to be finished within so long: whoever saw its secret must not find it in use later.
    pub const ENROLMENT: Duration = Duration::from_secs(15 * 60);
}

/// Audit entries and log lines that a caller can cause.
pub mod records {}
