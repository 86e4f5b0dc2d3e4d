//! How many files an account sends right now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyrack_core::error::{Error, Result};
use keyrack_types::ids::AccountId;

/// The most files that one account sends at once: each may take as much of the disk as the account still has.
const AT_ONCE: u32 = 4;

/// How many files each account is sending now.
#[derive(Debug, Default)]
pub struct Running(Arc<Mutex<HashMap<AccountId, u32>>>);

/// One file that is being sent; counted until it is dropped.
pub(super) struct Counted {
    running: Arc<Mutex<HashMap<AccountId, u32>>>,
    account: AccountId,
}

impl Running {
    pub(super) fn begin(&self, account: AccountId) -> Result<Counted> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(account).or_default();
        if *count >= AT_ONCE {
            return Err(Error::Limit(format!("an account can send {AT_ONCE} files at once").into()));
        }
        *count += 1;
        Ok(Counted { running: self.0.clone(), account })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.account);
            }
        }
    }
}
