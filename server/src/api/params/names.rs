//! By which of its names a client called a parameter, so that a refusal calls it so too.

use super::{Pair, Params};
use crate::api::registry::Param;

/// The parameters that came under other names than their own only: their own, and the one that was used.
#[derive(Debug)]
pub struct Names(Vec<(&'static str, &'static str)>);

impl Names {
    /// What the client called the parameter with this name.
    pub fn used(&self, name: &str) -> Option<&'static str> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, used)| *used)
    }
}

impl Params {
    /// By which names it was called. Nothing is gathered for a call that used the parameters' own.
    pub fn names(&self) -> Names {
        let used = |param: &Param| {
            let came = |name: &str| self.pairs.0.iter().any(|pair: &Pair| pair.name.eq_ignore_ascii_case(name));
            let alias = param.aliases.iter().copied().find(|alias| came(alias))?;
            (!came(param.name)).then_some((param.name, alias))
        };
        Names(self.declared.iter().filter_map(used).collect())
    }
}
