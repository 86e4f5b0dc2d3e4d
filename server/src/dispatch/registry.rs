//! The registry: one declaration per API method, and everything that is made from it.
//!
//! A method is one type in `methods/<service>/<class>/<method>.rs` (see `method.rs`), listed in its class's `methods!`.
//! From it come dispatch, the domain's catalogue (permissions, the tree of the token dialog), the documentation and the
//! tests that walk all methods. Nothing else has to know of a new one.

mod docs;
mod run;

use std::collections::{HashMap, HashSet};

use keyrack_domain::Error;
use keyrack_domain::methods::{ActsOn, Catalog, CatalogEntry, TokenAccess};
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::{ApiSet, MethodInfo, split_name};

pub use keyrack_wire::{Kind, Param};
pub use run::{AnswerSchema, Answering, Run, Started, Typed, TypedPublic};

use super::call::{Call, PublicCall};
use super::error::Code;
use keyrack_wire::Pairs;

/// Everything about one API method.
#[derive(Debug)]
pub struct Method {
    /// The full name, `environment.control.StopEnv`.
    pub name: &'static str,
    /// One line on what it does.
    pub summary: &'static str,
    /// One line on its class.
    pub class_summary: &'static str,
    /// All that it reads; a handler cannot read anything else.
    pub params: &'static [Param],
    /// What a success looks like, as JSON.
    pub answer: &'static str,
    /// Codes that it answers besides those that every method of its kind may answer (1, 3, 99, with a credential 702, 8,
    /// 8202, outside of users 4081).
    pub codes: &'static [Code],
    /// The prepared API sets that hold it (Extended Access holds every method that a token may carry; it is not listed).
    pub sets: &'static [ApiSet],
    /// What a token has to do with it.
    pub token: TokenAccess,
    /// The least role that may call it.
    pub role: Role,
    /// Whether it changes anything.
    pub effect: Effect,
    /// What it acts on.
    pub acts_on: ActsOn,
    /// Whether GET is refused, because its parameters hold secrets.
    pub post_only: bool,
    /// What answers it.
    pub run: Run,
}

/// Whether a method changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Read,
    /// It runs to its end even when the client goes away, so that nothing stops between a change and what follows from it.
    Change,
}

impl Method {
    /// Whether it is called without a credential.
    pub fn is_public(&self) -> bool {
        matches!(self.run, Run::Public(_))
    }

    /// Whether a file may come with the call, in a multipart form.
    pub fn takes_file(&self) -> bool {
        matches!(self.run, Run::Permitted(typed) if typed.takes_file)
    }

    /// The schema of its answer, without the envelope.
    pub fn answer_schema(&self) -> AnswerSchema {
        match self.run {
            Run::Permitted(typed) => typed.answer,
            Run::Public(typed) => typed.answer,
        }
    }

    /// Reads the parameters of a call that is permitted, and begins to answer it.
    ///
    /// # Errors
    /// For a parameter that is missing or cannot be read.
    pub fn start(&'static self, call: Call, pairs: Pairs) -> Started {
        match self.run {
            Run::Permitted(typed) => (typed.start)(self.params, pairs, call),
            Run::Public(_) => Err(Error::internal(format_args!("{} takes no caller", self.name)).into()),
        }
    }

    /// As [`start`](Method::start), for a method that needs no credential.
    ///
    /// # Errors
    /// As [`start`](Method::start).
    pub fn start_public(&'static self, call: PublicCall, pairs: Pairs) -> Started {
        match self.run {
            Run::Public(typed) => (typed.start)(self.params, pairs, call),
            Run::Permitted(_) => Err(Error::internal(format_args!("{} needs a caller", self.name)).into()),
        }
    }

    /// Where it is called: `/1.0/environment/control/rest/stopenv`.
    pub fn path(&self) -> String {
        let (service, class, method) = split_name(self.name);
        format!("/1.0/{service}/{class}/rest/{method}").to_ascii_lowercase()
    }

    fn catalog_entry(&self) -> CatalogEntry {
        CatalogEntry {
            info: MethodInfo { name: self.name.into(), summary: self.summary.into(), sets: self.sets.to_vec() },
            token: self.token,
            role: self.role,
            acts_on: self.acts_on,
        }
    }
}

/// The methods of a class.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// One line on what they are about.
    pub summary: &'static str,
    /// Makes each of them.
    pub methods: &'static [fn() -> Method],
}

impl Class {
    /// Its methods.
    pub fn methods(&self) -> impl Iterator<Item = &'static Method> {
        // They are made once and live as long as the program.
        self.methods.iter().map(|method| &*Box::leak(Box::new(Method { class_summary: self.summary, ..method() })))
    }
}

/// All methods that this server answers, found by their paths.
pub struct Registry {
    methods: Vec<&'static Method>,
    /// Lower-case `service/class/rest/method` to the place in `methods`.
    by_path: HashMap<Box<str>, usize>,
    /// Lower-case `service/class/rest`.
    classes: HashSet<Box<str>>,
}

/// A path that leads to no method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSuch {
    Service,
    Method,
}

/// Longer than any path that leads to a method.
const LONGEST_PATH: usize = 160;

impl Registry {
    /// The registry of these methods.
    ///
    /// # Panics
    /// When a declaration contradicts itself: a defect that the first test finds.
    pub fn new(methods: Vec<&'static Method>, other_paths: &[(&str, &str)]) -> Registry {
        let mut by_path = HashMap::new();
        let mut class_paths = HashSet::new();
        for (place, method) in methods.iter().enumerate() {
            let path = method.path()["/1.0/".len()..].to_owned();
            assert!(path.len() <= LONGEST_PATH, "{} is too long", method.name);
            let (class, _) = path.rsplit_once('/').expect("a path has slashes");
            class_paths.insert(class.into());
            by_path.insert(path.into(), place);
        }
        for (path, name) in other_paths {
            let place = methods.iter().position(|method| method.name == *name);
            let taken = by_path.insert((*path).into(), place.unwrap_or_else(|| panic!("{path} leads to no method")));
            assert!(taken.is_none(), "{path} leads to two methods");
        }
        Registry { methods, by_path, classes: class_paths }
    }

    /// The methods, in the order of the catalogue.
    pub fn methods(&self) -> &[&'static Method] {
        &self.methods
    }

    /// What the domain has to know of the methods, in the same order.
    pub fn catalog(&self) -> Catalog {
        Catalog::new(self.methods.iter().map(|method| method.catalog_entry()).collect())
    }

    /// Finds a method's place by `service/class/rest/method`, in any case, without allocating.
    ///
    /// # Errors
    /// [`NoSuch`] says how far the path leads.
    pub fn find(&self, path: &str) -> Result<usize, NoSuch> {
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut lower = [0; LONGEST_PATH];
        let lower = lower.get_mut(..path.len()).ok_or(NoSuch::Service)?;
        lower.copy_from_slice(path.as_bytes());
        lower.make_ascii_lowercase();
        // Only ASCII letters were changed, so it is still UTF-8.
        let lower = std::str::from_utf8(lower).map_err(|_| NoSuch::Service)?;
        if let Some(place) = self.by_path.get(lower) {
            return Ok(*place);
        }
        let known = lower.rsplit_once('/').is_some_and(|(class, _)| self.classes.contains(class));
        Err(if known { NoSuch::Method } else { NoSuch::Service })
    }
}

#[cfg(test)]
mod tests;
