//! The methods of this server, arranged once as service → class → method and made ready to be searched.

use std::ops::Range;

use keyrack_types::methods::{ApiSet, MethodInfo, Search, split_name};
use keyrack_types::order::{arrange, places};

/// One method with what the search needs.
pub struct Method {
    /// Full name, `environment.control.StopEnv`.
    pub name: String,
    pub summary: String,
    /// Where its own part of the name begins.
    own: usize,
    sets: Vec<ApiSet>,
    /// What a search looks in, made once, so that a keystroke never folds case again.
    haystack: String,
}

impl Method {
    /// Its own part of the name: `StopEnv`.
    pub fn label(&self) -> &str {
        &self.name[self.own..]
    }

    /// Where its own part begins in the full name.
    pub fn label_start(&self) -> usize {
        self.own
    }

    /// Whether a prepared set holds it. Extended Access holds everything.
    pub fn in_set(&self, set: ApiSet) -> bool {
        set == ApiSet::ExtendedAccess || self.sets.contains(&set)
    }

    /// Whether the search finds it.
    pub fn matches(&self, search: &Search) -> bool {
        search.finds(&self.haystack)
    }
}

/// A service or a class: a name over a run of methods.
pub struct Group {
    /// `environment` for a service, `environment.control` for a class.
    pub name: String,
    own: usize,
    pub methods: Range<usize>,
    /// The classes of a service; empty for a class.
    pub classes: Range<usize>,
}

impl Group {
    /// What the tree shows: the last part of the name.
    pub fn label(&self) -> &str {
        &self.name[self.own..]
    }

    /// Where the shown part begins in the name.
    pub fn label_start(&self) -> usize {
        self.own
    }
}

/// All methods, sorted, with the classes and services that they fall into. Never changes after it was made.
#[derive(Default)]
pub struct Catalog {
    pub methods: Vec<Method>,
    pub classes: Vec<Group>,
    pub services: Vec<Group>,
}

impl Catalog {
    /// Arranges the methods of a server.
    pub fn new(infos: Vec<MethodInfo>) -> Catalog {
        let order = places(infos.len(), &|a, b| infos[a].parts().cmp(&infos[b].parts()));
        let mut infos = arrange(infos, order);
        infos.dedup_by(|a, b| a.name == b.name);
        let mut catalog = Catalog { methods: Vec::with_capacity(infos.len()), ..Catalog::default() };
        for info in infos {
            catalog.push(info);
        }
        catalog
    }

    fn push(&mut self, info: MethodInfo) {
        let at = self.methods.len();
        let (service, class, method) = info.parts();
        if self.services.last().is_none_or(|group| group.name != service) {
            let classes = self.classes.len()..self.classes.len();
            self.services.push(Group { name: service.to_owned(), own: 0, methods: at..at, classes });
        }
        let (own, class_end) = (service.len() + 1, service.len() + 1 + class.len());
        let class_name = &info.name[..class_end.min(info.name.len())];
        if self.classes.last().is_none_or(|group| group.name != class_name) {
            let own = own.min(class_name.len());
            self.classes.push(Group { name: class_name.to_owned(), own, methods: at..at, classes: 0..0 });
            if let Some(service) = self.services.last_mut() {
                service.classes.end = self.classes.len();
            }
        }
        for group in [self.services.last_mut(), self.classes.last_mut()].into_iter().flatten() {
            group.methods.end = at + 1;
        }
        let own = info.name.len() - method.len();
        let haystack = info.search_text();
        self.methods.push(Method {
            name: info.name, // Marks of code in the docs; a line of the tree has one kind of letters.
            summary: info.summary.replace('`', ""),
            own,
            sets: info.sets,
            haystack,
        });
    }

    /// The place of a method by its full name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.methods.binary_search_by(|method| split_name(&method.name).cmp(&split_name(name))).ok()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A method of a made-up catalog.
    pub fn info(name: &str, summary: &str, sets: &[ApiSet]) -> MethodInfo {
        MethodInfo { name: name.into(), summary: summary.into(), sets: sets.to_vec() }
    }

    /// Two services, three classes, six methods, given out of order.
    pub fn small() -> Catalog {
        Catalog::new(vec![
            info("users.account.GetUserInfo", "Who the caller is", &[ApiSet::IdePlugins, ApiSet::MavenPlugin]),
            info("environment.control.StopEnv", "Stop an environment", &[]),
            info("environment.control.GetEnvs", "List all environments", &[ApiSet::IdePlugins]),
            info("environment.control.StartEnv", "Start an environment", &[]),
            info("environment.file.Read", "Read a file of a node", &[]),
            info("environment.file.Write", "Write a file of a node", &[]),
        ])
    }

    #[test]
    fn methods_fall_into_their_classes_and_services_in_order() {
        let catalog = small();
        let services: Vec<_> = catalog.services.iter().map(|group| (group.label(), group.classes.clone())).collect();
        assert_eq!(services, [("environment", 0..2), ("users", 2..3)]);
        let classes: Vec<_> = catalog.classes.iter().map(|group| (group.label(), group.methods.clone())).collect();
        assert_eq!(classes, [("control", 0..3), ("file", 3..5), ("account", 5..6)]);
        let labels: Vec<_> = catalog.methods.iter().map(Method::label).collect();
        assert_eq!(labels, ["GetEnvs", "StartEnv", "StopEnv", "Read", "Write", "GetUserInfo"]);
        assert_eq!(catalog.services[0].methods, 0..5);
    }

    #[test]
    fn a_method_is_found_by_its_full_name_only() {
        let catalog = small();
        assert_eq!(catalog.find("environment.control.StopEnv"), Some(2));
        assert_eq!(catalog.find("environment.control.Stop"), None);
        assert_eq!(catalog.find(""), None);
    }

    #[test]
    fn a_name_with_missing_parts_does_no_harm() {
        let catalog = Catalog::new(vec![info("ping", "", &[]), info("ping", "", &[]), info("a.b", "", &[])]);
        assert_eq!(catalog.methods.len(), 2);
        assert_eq!(catalog.find("ping"), Some(1));
    }
}
