//! Copies of other servers' uploads, while somebody works with them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OnceCell;

use super::incoming::Arrived;

pub(super) type Shared = OnceCell<Arrived>;

/// The copies that somebody works with, by the key of their upload.
#[derive(Default)]
pub struct Copies(Mutex<HashMap<String, Weak<Shared>>>);

impl Copies {
    pub(super) fn of(&self, key: &str) -> Arc<Shared> {
        let mut copies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(copy) = copies.get(key).and_then(Weak::upgrade) {
            return copy;
        }
        copies.retain(|_, copy| copy.strong_count() > 0);
        let copy = Arc::new(Shared::new());
        copies.insert(key.to_owned(), Arc::downgrade(&copy));
        copy
    }
}
