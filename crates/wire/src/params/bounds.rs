//! What is too large to be taken, found out before anything is made of it.

use keyrack_types::bounds::{http::LIST_ITEMS, nesting};

use super::Pairs;
use crate::{Kind, Param, Refusal};
use keyrack_types::nesting::{of_json, of_list};

impl Pairs {
    /// Refuses what nests too deep, and lists that would take much more memory than was sent.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], by the parameter's own name.
    pub(crate) fn check_bounds(&self, param: &'static Param) -> Result<(), Refusal> {
        let values = || self.values(|name| param.is_called(name));
        let refused = |problem: String| Err(Refusal::TooLarge { name: Some(param.name), problem: problem.into() });
        if param.kind == Kind::Json && values().any(|value| of_json(value.as_bytes()) > nesting::JSON) {
            return refused(format!("it nests deeper than {} levels", nesting::JSON));
        }
        if param.kind.repeats() {
            if values().any(|value| of_list(value) > nesting::LIST) {
                return refused(format!("a list nests at most {} levels", nesting::LIST));
            }
            let items = values().flat_map(|value| value.split(is_item_end)).filter(|item| !item.is_empty());
            if items.count() > LIST_ITEMS {
                return refused(format!("a list has at most {LIST_ITEMS} items"));
            }
        }
        Ok(())
    }
}

fn is_item_end(c: char) -> bool {
    matches!(c, ',' | ';' | '[' | ']') || c.is_whitespace()
}
