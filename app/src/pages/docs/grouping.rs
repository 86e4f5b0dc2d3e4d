//! Methods by class.

use std::{collections::BTreeMap, sync::Arc};

use keyrack_types::methods::MethodDoc;
use leptos::prelude::use_context;

/// The methods of this server, from the context.
pub(crate) fn methods() -> Arc<Vec<MethodDoc>> {
    use_context::<Arc<Vec<MethodDoc>>>().unwrap_or_default()
}

/// `environment.control` of `environment.control.StopEnv`.
pub(super) fn class_of(method: &MethodDoc) -> &str {
    let name = &method.info.name;
    name.rsplit_once('.').map_or(name, |(class, _)| class)
}

/// `StopEnv` of `environment.control.StopEnv`.
pub(super) fn short_name(method: &MethodDoc) -> &str {
    method.info.parts().2
}

/// Classes and their methods, both by name.
pub(super) fn by_class(methods: &[MethodDoc]) -> BTreeMap<&str, Vec<&MethodDoc>> {
    let mut classes = BTreeMap::<_, Vec<_>>::new();
    for method in methods {
        classes.entry(class_of(method)).or_default().push(method);
    }
    for methods in classes.values_mut() {
        methods.sort_by_key(|method| short_name(method));
    }
    classes
}
