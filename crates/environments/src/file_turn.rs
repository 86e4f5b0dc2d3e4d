//! Taking a turn to work on the files of an environment.

use super::file_turns::Turn;
use super::inside::Inside;
use crate::service::Environments;
use keyrack_core::caller::{Caller, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::waiting;

impl Inside<'_> {
    /// Waits for a turn to work on its files. Whoever waits holds the environment already, never the other way round.
    ///
    /// # Errors
    /// [`Error::Limit`] when too many wait, and when the environment or the server is going away.
    pub(super) async fn file_turn(&self) -> Result<Turn> {
        let line = self.manager.file_turns.line(self.environment.account);
        if let Some(turn) = line.now() {
            return Ok(turn);
        }
        let _place = line.queue()?;
        tokio::select! {
            permit = line.places.clone().acquire_owned() => permit.map(Turn).map_err(Error::internal),
            () = self.slot.deleting() => Err(Error::NoEnvironment(self.environment.name.clone())),
            () = self.manager.closing() => Err(Error::Unavailable),
        }
    }
}

impl Environments {
    /// As [`Inside::file_turn`]; who went away or lost the right meanwhile does not get it.
    pub(super) async fn file_turn(&self, caller: &Caller, inside: &Inside<'_>, right: Right) -> Result<Turn> {
        if let Some(turn) = inside.manager.file_turns.line(inside.environment.account).now() {
            return Ok(turn);
        }
        let auth_snapshot = self.accounts.auth_snapshot(caller).await?;
        let turn = tokio::select! {
            turn = inside.file_turn() => turn?,
            () = waiting::gone() => return Err(abandoned()),
        };
        self.accounts.recheck(caller, &auth_snapshot, right).await?;
        Ok(turn)
    }
}

/// What is done for a client that went away.
pub(super) fn abandoned() -> Error {
    Error::Engine("it was given up, because the client went away".to_owned())
}
