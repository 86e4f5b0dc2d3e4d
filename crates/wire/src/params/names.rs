//! By which of its names a client called a parameter, so that a refusal calls it so too.

use super::{Pair, Pairs};
use crate::{Param, Refusal};

/// The parameters that came under other names than their own only: their own, and the one that was used.
#[derive(Debug)]
pub struct Names(Vec<(&'static str, &'static str)>);

impl Names {
    /// What the client called the parameter with this name.
    pub fn used(&self, name: &str) -> Option<&'static str> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, used)| *used)
    }
}

impl Names {
    /// By which names these parameters came. Nothing is gathered for a call that used the parameters' own.
    pub fn of(declared: &'static [Param], pairs: &Pairs) -> Names {
        let used = |param: &Param| {
            let came = |name: &str| pairs.0.iter().any(|pair: &Pair| pair.name.eq_ignore_ascii_case(name));
            let alias = param.aliases.iter().copied().find(|alias| came(alias))?;
            (!came(param.name)).then_some((param.name, alias))
        };
        Names(declared.iter().filter_map(used).collect())
    }
}

impl Refusal {
    /// The same, but it calls a parameter as the client called it.
    pub fn named(self, names: &Names) -> Refusal {
        match self {
            Refusal::Bad { name, problem } => Refusal::Bad { name: names.used(name).unwrap_or(name), problem },
            Refusal::TooLarge { name: Some(name), problem } => {
                Refusal::TooLarge { name: Some(names.used(name).unwrap_or(name)), problem }
            }
            other => other,
        }
    }
}
