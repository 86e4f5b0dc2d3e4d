//! The catalogue of methods and the ways their names are written.

use std::collections::HashMap;

use super::bits::{MethodBits, MethodId};
use keyrack_types::accounts::Role;
use keyrack_types::methods::{ApiSet, MethodInfo, own_name, split_name};

/// What a token has to do with a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenAccess {
    /// A token may call it when it was ticked.
    WhenTicked,
    /// Every valid token may call it (Signout, CheckSign).
    Always,
    /// No token may call it: it manages tokens, passwords, second factors or members.
    Never,
}

/// What a method acts on. It decides what a token opens that is limited to some environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActsOn {
    /// One environment or several, which its parameters name or stand for; what is beyond the reach does not exist for it. Where
    /// the parameters can name none, the operation refuses what would act on the account instead.
    Environment,
    /// A list, of which what is beyond the reach is left out.
    List,
    /// It makes an environment.
    NewEnvironment,
    /// The account: what all of it shares.
    Account,
    /// The caller itself, or nothing that belongs to anybody.
    Caller,
}

/// What the catalogue knows of one method.
#[derive(Clone, Debug)]
pub struct CatalogEntry {
    pub info: MethodInfo,
    pub token: TokenAccess,
    /// The least role that may call it.
    pub role: Role,
    /// What it acts on.
    pub acts_on: ActsOn,
}

/// A name that stands for no method, or for several.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownMethod {
    #[error("there is no method “{0}” that a token can carry")]
    None(String),
    #[error("“{name}” can mean {}: write the full name", candidates.join(" or "))]
    Several { name: String, candidates: Vec<String> },
}

/// All methods that this server answers.
#[derive(Debug, Default)]
pub struct Catalog {
    entries: Vec<CatalogEntry>,
    by_full_name: HashMap<String, MethodId>,
    /// Lower-case `Method` and `class.Method` to all that end so.
    by_ending: HashMap<String, Vec<MethodId>>,
    always: MethodBits,
    never: MethodBits,
    by_role: HashMap<Role, MethodBits>,
}

impl Catalog {
    /// Makes the catalogue.
    ///
    /// # Panics
    /// When two methods have one name or there are more than [`MethodBits::CAPACITY`]: a defect of the registry.
    pub fn new(entries: Vec<CatalogEntry>) -> Catalog {
        assert!(entries.len() <= MethodBits::CAPACITY, "more methods than bits");
        let mut catalog = Catalog::default();
        for (index, entry) in entries.iter().enumerate() {
            let id = MethodId(index as u16);
            let full = entry.info.name.to_ascii_lowercase();
            let (_, class, method) = split_name(&full);
            for ending in [method.to_owned(), format!("{class}.{method}")] {
                catalog.by_ending.entry(ending).or_default().push(id);
            }
            match entry.token {
                TokenAccess::Always => catalog.always.insert(id),
                TokenAccess::Never => catalog.never.insert(id),
                TokenAccess::WhenTicked => {}
            }
            for role in [Role::Viewer, Role::Manager, Role::Owner] {
                if role >= entry.role {
                    catalog.by_role.entry(role).or_default().insert(id);
                }
            }
            assert!(catalog.by_full_name.insert(full, id).is_none(), "{} is declared twice", entry.info.name);
        }
        catalog.entries = entries;
        catalog
    }

    /// All methods, in the registry's order.
    pub fn entries(&self) -> impl Iterator<Item = (MethodId, &CatalogEntry)> {
        self.entries.iter().enumerate().map(|(index, entry)| (MethodId(index as u16), entry))
    }

    /// One method.
    pub fn entry(&self, id: MethodId) -> &CatalogEntry {
        &self.entries[id.index()]
    }

    /// The methods that a person can tick for a token, sorted by name.
    pub fn token_methods(&self) -> Vec<MethodInfo> {
        let mut methods: Vec<_> =
            self.entries().filter(|(_, e)| e.token == TokenAccess::WhenTicked).map(|(_, e)| e.info.clone()).collect();
        methods.sort_by(|a, b| a.name.cmp(&b.name));
        methods
    }

    /// What a prepared set opens on this server; nothing for `Custom`.
    pub fn set_bits(&self, set: ApiSet) -> MethodBits {
        self.entries()
            .filter(|(_, entry)| {
                entry.token == TokenAccess::WhenTicked
                    && (set == ApiSet::ExtendedAccess || entry.info.sets.contains(&set))
            })
            .filter(|_| set != ApiSet::Custom)
            .map(|(id, _)| id)
            .collect()
    }

    /// What a token with these stored method names opens, before its owner's role is looked at. Names that this server
    /// does not answer open nothing.
    pub fn token_bits(&self, set: ApiSet, methods: impl IntoIterator<Item = impl AsRef<str>>) -> MethodBits {
        let ticked = match set {
            ApiSet::Custom => methods
                .into_iter()
                .filter_map(|name| self.by_full_name.get(&name.as_ref().to_ascii_lowercase()).copied())
                .filter(|id| !self.never.contains(*id))
                .collect(),
            set => self.set_bits(set),
        };
        ticked.union(&self.always)
    }

    /// What a member with this role may call in a session of its own.
    pub fn role_bits(&self, role: Role) -> MethodBits {
        self.by_role.get(&role).copied().unwrap_or_default()
    }

    /// The full names of the methods in the set that a person can tick, sorted.
    pub fn names(&self, bits: &MethodBits) -> Vec<String> {
        let mut names: Vec<_> = self
            .entries()
            .filter(|(id, entry)| bits.contains(*id) && entry.token == TokenAccess::WhenTicked)
            .map(|(_, entry)| entry.info.name.clone())
            .collect();
        names.sort();
        names
    }

    /// Finds a method that a token can carry by a name as clients write it: any case, `jelastic.` in front, the short
    /// services `env`, `dev`, `mgmt`, `util`, `auth`, or only the end of the name where that is clear.
    ///
    /// # Errors
    /// [`UnknownMethod`]; it names what was written and, where several methods end so, all of them.
    pub fn resolve(&self, written: &str) -> Result<&MethodInfo, UnknownMethod> {
        let name = written.trim().to_ascii_lowercase();
        let name = name.strip_prefix("jelastic.").unwrap_or(&name);
        let mut parts: Vec<_> = name.split('.').collect();
        if let Some((_, before)) = parts.split_last_mut() {
            for part in before {
                *part = own_name(part);
            }
        }
        let full = parts.join(".");
        let tickable = |id: &MethodId| self.entry(*id).token != TokenAccess::Never;
        if let Some(id) = self.by_full_name.get(&full).filter(|id| tickable(id)) {
            return Ok(&self.entry(*id).info);
        }
        let candidates: Vec<_> = self.by_ending.get(&full).into_iter().flatten().filter(|id| tickable(id)).collect();
        match candidates.as_slice() {
            [] => Err(UnknownMethod::None(written.trim().to_owned())),
            [one] => Ok(&self.entry(**one).info),
            several => Err(UnknownMethod::Several {
                name: written.trim().to_owned(),
                candidates: several.iter().map(|id| self.entry(**id).info.name.clone()).collect(),
            }),
        }
    }
}

#[cfg(test)]
#[path = "catalog_tests.rs"]
mod tests;
