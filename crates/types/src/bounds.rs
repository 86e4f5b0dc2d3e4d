//! Every fixed bound on what a caller can make grow, with its reason, in one place.
//!
//! A bound that an operator may want to change is an option (the settings of the domain); the rest are constants here. Whoever
//! meets one is told which bound it was and what its value is.

/// Requests: what is read before, and after, the caller is known.
pub mod http {
    use std::time::Duration;

    /// Largest head of a request (address and headers), in bytes. A connection takes no more memory than a small multiple of it.
    pub const HEAD: usize = 64 << 10;
    /// Largest body of an API call, in bytes, a file excepted. The largest parameter that clients send is the `nodes` of
    /// CreateEnvironment.
    pub const BODY: usize = 1 << 20;
    /// Largest body of a call that another server forwards: what a client wrote in fewer bytes is forwarded as a form, which
    /// takes up to three bytes for one.
    pub const FORWARDED_BODY: usize = 4 << 20;
    /// Parameters of one call: more than any client sends, and each one costs memory.
    pub const PARAMETERS: usize = 1000;
    /// Items of one list parameter. No account has so many things to name, and each item costs some thirty times its bytes.
    pub const LIST_ITEMS: usize = 10_000;
    /// Bytes that are read and discarded after a refusal, so that a client that is still sending can read the answer.
    pub const DISCARDED: usize = 32 << 20;
    /// A body, or the next piece of a file, has to arrive within this time.
    pub const ARRIVAL: Duration = Duration::from_secs(20);
    /// A refused connection is kept open for so long while the client is still sending.
    pub const LINGER: Duration = Duration::from_secs(5);

    /// Characters of a `User-Agent` that are kept, for the list of sessions and the notice of a new one. Those of browsers have some 150.
    pub const USER_AGENT: usize = 300;

    /// Bytes before the first boundary of a multipart form. Clients send none; a mail gateway sends a line of text.
    pub const MULTIPART_PREAMBLE: usize = 64 << 10;
    /// Bytes in the head of one part of a multipart form, as much as the head of a request.
    pub const MULTIPART_HEAD: usize = 64 << 10;
    /// Headers in the head of one part. Clients send two or three.
    pub const MULTIPART_HEADERS: usize = 32;
    /// Characters of a boundary: what RFC 2046 (section 5.1.1) allows. So much is searched again with every byte that arrives.
    pub const MULTIPART_BOUNDARY: usize = 70;
}

/// Text that nests: JSON, YAML, placeholders, lists, paths.
pub mod nesting {
    /// Levels of JSON in a request, the outermost one included. What clients send has fewer than ten; serde_json itself
    /// ends at 128, and what is stored gets wrapped in further levels, so that it could be stored but not be read again.
    pub const JSON: usize = 32;
    /// Levels of brackets in a list parameter. A list is one level; some clients wrap it once more.
    pub const LIST: usize = 2;
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
    pub const PATTERN_MEMORY: usize = 4 << 20;
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
    /// Networks that a token can be limited to. Each call looks through them, and nobody keeps more of them up to date.
    pub const NETWORKS_OF_TOKEN: usize = 50;
    /// The ports that nodes are given unless an operator says otherwise: one node each.
    pub const NODE_PORTS: std::ops::Range<u16> = 31_000..32_000;
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
    /// Environments of an account, half as many as a server has ports for nodes by default: every list reads all of them, and one
    /// account leaves ports to others.
    pub const ENVIRONMENTS: i64 = 500;
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
    /// Registries of images that an account signs in to; each is looked up at every pull.
    pub const REGISTRY_LOGINS: i64 = 100;
    /// Bytes of a registry's name, of a user there and of the password; the tokens of some registries are long.
    pub const REGISTRY_LOGIN_TEXT: usize = 4096;
    /// Uploads that an account keeps.
    pub const UPLOADS: i64 = 200;
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
    /// Invitations that an account makes within a day, those included that it withdrew again: each is mailed to an address that
    /// the owner chose.
    pub const INVITATIONS_A_DAY: i64 = 300;
    /// Notices that are kept of a user; beyond them the oldest that were read go first. The page shows fifty.
    pub const NOTICES_OF_USER: i64 = 1000;
    /// Members of an account: all of them stand in one list.
    pub const MEMBERS_OF_ACCOUNT: i64 = 1000;
}

/// What a token is limited to, and what is kept of its secrets.
pub mod tokens {
    use std::time::Duration;

    /// Calls a minute that a limit can allow. The moments of so many calls take 1 MiB; who needs more needs no limit.
    pub const RATE_LIMIT: u32 = 100_000;
    /// The longest time, in seconds, in which a secret that was replaced is still accepted: 30 days.
    pub const OVERLAP: u32 = 30 * 24 * 3600;
    /// Secrets of a token that are listed besides the current and the overlapping one, the newest first.
    pub const FORMER_SECRETS_SHOWN: i64 = 20;
    /// Days for which the hash of a secret that opens nothing any more is kept, so that its use is noticed: what runs once a
    /// year shows up.
    pub const SECRET_KEPT_DAYS: i64 = 400;
    /// The use of a secret within this time after its end is no alarm: calls were under way, and machines take turns.
    pub const REUSE_LEEWAY: Duration = Duration::from_secs(60);
    /// Networks from which one secret raises an alarm within a day; uses from further ones are counted together.
    pub const REUSE_NETWORKS_A_DAY: i64 = 20;
    /// Credentials in one report of leaked ones.
    pub const REPORTED_AT_ONCE: usize = 1000;
    /// Bytes of such a report: a credential with what a scanner says of it.
    pub const REPORT: usize = 1 << 20;
    /// Every report of leaked credentials is answered after so long, whatever was in it.
    pub const REPORT_TIME: Duration = Duration::from_millis(250);
    /// Reports that are worked on together; the others wait for their turn.
    pub const REPORTS_AT_ONCE: usize = 4;
}

/// What an environment is described with.
pub mod nodes {
    /// Nodes of an environment: each one is a tree of processes of this machine.
    pub const NODES: u32 = 64;
    /// Cloudlets of a node: 64 GiB of memory.
    pub const CLOUDLETS: u32 = 512;
    /// Variables of a node, and their bytes in all. (A program could not be started with much more.)
    pub const VARIABLES: usize = 200;
    pub const VARIABLES_SIZE: usize = 256 << 10;
    /// Commands of one call: they are executed one after another, each for up to two minutes.
    pub const COMMANDS: usize = 100;
    /// Bytes that have to be free on the disk of a container engine for an image to be pulled or a container to be made: an engine
    /// with none left loses what containers write, and its own records.
    pub const FREE_DISK: u64 = 512 << 20;
    /// Volumes of a node.
    pub const VOLUMES: usize = 100;
    /// Bytes of a command, or of the value of a variable: what one argument of a program can have is 128 KiB.
    pub const TEXT: usize = 32 << 10;
    /// JSON that is kept with a group of environments, in bytes; with an environment or a layer.
    pub const GROUP_DATA: usize = 16 << 10;
    pub const DATA: usize = 64 << 10;
    /// Bytes of the exported manifest of an environment.
    pub const EXPORT: usize = 256 << 10;
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
    /// Log lines from one call site in a minute, whoever causes them; the others are counted.
    pub const LINES_OF_CALL_SITE_A_MINUTE: u32 = 600;
    /// How long the server may stand still before what it remembers of callers is looked up anew, in milliseconds. Longer than
    /// any pause of a busy machine, and shorter than a stop in which somebody revokes a token elsewhere.
    pub const STANDSTILL_MILLIS: u64 = 250;
}
