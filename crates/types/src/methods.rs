//! API methods as everybody may know them, and the named sets they stand in.

use serde::{Deserialize, Serialize};

/// A named set of methods, or [`ApiSet::Custom`] for an own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ApiSet {
    ExtendedAccess,
    IdePlugins,
    Marketplace,
    MavenPlugin,
    Custom,
}

impl ApiSet {
    /// The sets that are prepared; `Custom` is not one of them.
    pub const PREPARED: [ApiSet; 4] =
        [ApiSet::ExtendedAccess, ApiSet::IdePlugins, ApiSet::Marketplace, ApiSet::MavenPlugin];

    /// All choices of the combobox, in its order.
    pub const ALL: [ApiSet; 5] =
        [ApiSet::ExtendedAccess, ApiSet::IdePlugins, ApiSet::Marketplace, ApiSet::MavenPlugin, ApiSet::Custom];

    /// The name people and clients use, for example `IDE Plugins`.
    pub const fn name(self) -> &'static str {
        match self {
            ApiSet::ExtendedAccess => "Extended Access",
            ApiSet::IdePlugins => "IDE Plugins",
            ApiSet::Marketplace => "Marketplace",
            ApiSet::MavenPlugin => "Maven Plugin",
            ApiSet::Custom => "Custom",
        }
    }

    /// The number under which the wire knows the set (`tokenTemplate.id`); `Custom` has 0.
    pub const fn id(self) -> i64 {
        match self {
            ApiSet::Custom => 0,
            ApiSet::ExtendedAccess => 1,
            ApiSet::IdePlugins => 2,
            ApiSet::Marketplace => 3,
            ApiSet::MavenPlugin => 4,
        }
    }

    /// Finds a set by its name in any case, surrounding blanks ignored.
    pub fn by_name(name: &str) -> Option<ApiSet> {
        let name = name.trim();
        ApiSet::ALL.into_iter().find(|set| set.name().eq_ignore_ascii_case(name))
    }
}

/// One API method, as the token dialog and the docs show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodInfo {
    /// The full name, `service.class.Method`, for example `environment.control.StopEnv`.
    pub name: String,
    /// One line on what it does.
    pub summary: String,
    /// The prepared sets that hold it.
    pub sets: Vec<ApiSet>,
}

impl MethodInfo {
    /// What a [`Search`] looks in: name and summary in lower case, a line each, so that no hit spans both.
    pub fn search_text(&self) -> String {
        [&self.name, "\n", &self.summary].concat().to_lowercase()
    }

    /// `service`, `class` and `Method` of the full name.
    pub fn parts(&self) -> (&str, &str, &str) {
        split_name(&self.name)
    }
}

/// What clients call services and classes besides their names (Cloud Scripting 5.4; `users.auth`), and what they stand for.
const OTHER_NAMES: [(&str, &str); 6] = [
    ("env", "environment"),
    ("dev", "development"),
    // What the platform has in `management.account` is in `users.account` here.
    ("mgmt", "users"),
    ("management", "users"),
    ("util", "utils"),
    ("auth", "authentication"),
];

/// The name of a service or class that clients may call something else.
pub fn own_name(part: &str) -> &str {
    OTHER_NAMES.iter().find(|(other, _)| *other == part).map_or(part, |(_, own)| *own)
}

/// A search for methods: words in any order, each of which has to stand in a name or a summary. A word may be written as a
/// REST path (`environment/control/rest/stopenv`) or with the other names that clients use (`env.control.StopEnv`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// Each word in lower case, and the name that it stands for where that is another text.
    words: Vec<(String, Option<String>)>,
}

impl Search {
    /// Reads what was typed.
    pub fn new(text: &str) -> Search {
        let lower = text.to_lowercase();
        Search { words: lower.split_whitespace().map(|word| (word.to_owned(), meant(word))).collect() }
    }

    /// Whether nothing is searched for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a text in lower case has every word.
    pub fn finds(&self, lower: &str) -> bool {
        let has = |(word, name): &(String, Option<String>)| {
            lower.contains(word.as_str()) || name.as_ref().is_some_and(|name| lower.contains(name.as_str()))
        };
        self.words.iter().all(has)
    }

    /// Whether whatever this finds, `before` found too.
    pub fn narrows(&self, before: &Search) -> bool {
        before
            .words
            .iter()
            .all(|(old, _)| self.words.iter().any(|(new, name)| name.is_none() && new.contains(old.as_str())))
    }

    /// What to mark in a text: every word, and the name that it stands for.
    pub fn marks(&self) -> impl Iterator<Item = &str> {
        self.words.iter().flat_map(|(word, name)| [Some(word.as_str()), name.as_deref()]).flatten()
    }
}

/// The name that a word in lower case stands for: of a path or an address the part that names a method, with this server's names of
/// services and classes. `None` where it is the word itself.
fn meant(word: &str) -> Option<String> {
    let path = word.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("/1.0/").map_or(path, |(_, path)| path);
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("1.0/").unwrap_or(path);
    let path = path.strip_suffix("/rest").unwrap_or(path).replace("/rest/", ".").replace('/', ".");
    let path = path.strip_prefix("jelastic.").or_else(|| path.strip_prefix("api.")).unwrap_or(&path);
    let name = match path.rsplit_once('.') {
        Some((before, last)) => {
            let before: Vec<_> = before.split('.').map(own_name).collect();
            [&before.join("."), ".", last].concat()
        }
        None => path.to_owned(),
    };
    (name != word && !name.is_empty()).then_some(name)
}

/// Splits `service.class.Method`; missing parts come back empty.
pub fn split_name(name: &str) -> (&str, &str, &str) {
    let mut parts = name.splitn(3, '.');
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}

/// One method as its documentation page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodDoc {
    pub info: MethodInfo,
    /// Where it is called: `/1.0/environment/control/rest/stopenv`.
    pub path: String,
    pub params: Vec<ParamDoc>,
    /// What a success looks like, as JSON text: `{"result":0}`.
    pub answer: String,
    /// Result codes it may answer besides 0, with their meaning.
    pub codes: Vec<(i64, String)>,
    /// Whether a token may carry it; otherwise only a session may call it.
    pub token_callable: bool,
    /// Whether GET is refused (secrets in the parameters).
    pub post_only: bool,
    /// Whether it can be called without a credential.
    pub public: bool,
}

/// One parameter of a method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamDoc {
    pub name: String,
    /// `text`, `number`, `yes/no`, `date`, `list`, `JSON`.
    pub kind: String,
    pub required: bool,
    /// Whether the example of a call has it.
    pub shown: bool,
    pub help: String,
    pub example: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(asked: &str) -> bool {
        let info = MethodInfo {
            name: "environment.control.StopEnv".into(),
            summary: "Stops a running environment: every process of it ends.".into(),
            sets: vec![],
        };
        Search::new(asked).finds(&info.search_text())
    }

    #[test]
    fn a_method_is_found_by_words_in_any_order_by_its_paths_and_by_other_names() {
        for asked in [
            "",
            "StopEnv",
            "stop env",
            "env stop",
            "control STOP process",
            "environment.control.StopEnv",
            "env.control.StopEnv",
            "env.control",
            "jelastic.env.control.stopenv",
            "api.environment.control.StopEnv",
            "environment/control/rest/stopenv",
            "/1.0/environment/control/rest/StopEnv",
            "https://keys.example.org/1.0/environment/control/rest/stopenv?envName=a",
            "environment/control/rest/",
            "env/control/rest/stopenv",
            "environment/control/StopEnv",
            "control/rest/stop",
        ] {
            assert!(found(asked), "{asked}");
        }
        for asked in
            ["envstop", "stop start", "environment/file/rest/stopenv", "env.file.StopEnv", "rest", "/1.0/users"]
        {
            assert!(!found(asked), "{asked}");
        }
    }

    #[test]
    fn a_search_that_narrows_finds_no_more() {
        let narrows = |new: &str, old: &str| Search::new(new).narrows(&Search::new(old));
        assert!(narrows("stope", "stop") && narrows("stop env", "stop") && narrows("env stop", "stop"));
        assert!(!narrows("sto", "stop") && !narrows("environment/control/rest/", "environment/control/rest"));
    }
}
