//! What environments use, sampled while they run.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::changes::NodeChoice;
use super::manager::{Manager, Slot, lock};
use super::samples::SumStat;
use crate::service::Environments;
use keyrack_core::caller::{Caller, Right};
use keyrack_core::error::Result;
use keyrack_core::field;
use keyrack_types::ids::NodeId;

/// The time between two samples.
const INTERVAL: Duration = Duration::from_secs(10);

/// Maximum number of steps in one answer.
const MOST_STEPS: u32 = 1000;

impl Manager {
    /// Takes samples until the server closes.
    pub async fn sample(&self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = self.closing() => return,
            }
            for (_, slot) in self.slots() {
                self.sample_one(&slot).await;
            }
        }
    }

    async fn sample_one(&self, slot: &Slot) {
        let mut stats = BTreeMap::new();
        for (id, _) in slot.watches() {
            stats.insert(id, self.engine.stats(id).await);
        }
        lock(&slot.samples).push(Instant::now(), stats);
    }
}

impl Environments {
    /// What an environment used over the last `duration`, an hour at most; now is always among it.
    ///
    /// # Errors
    /// [`keyrack_core::Error::NoEnvironment`].
    pub async fn sum_stat(&self, caller: &Caller, name: &str, duration: Duration) -> Result<SumStat> {
        caller.require(Right::See)?;
        let environment = self.get_local(caller, name).await?;
        let manager = self.manager()?;
        let slot = manager.slot(&environment);
        manager.sample_one(&slot).await;
        let samples = lock(&slot.samples);
        Ok(samples.sum(Instant::now(), duration))
    }
}

impl Environments {
    /// What nodes of an environment used over the last `duration`, an hour at most, in steps.
    ///
    /// # Errors
    /// [`keyrack_core::Error::NoEnvironment`], [`keyrack_core::Error::NotFound`], [`keyrack_core::Error::Invalid`] for too many steps.
    pub async fn stats(
        &self,
        caller: &Caller,
        name: &str,
        choice: &NodeChoice,
        duration: Duration,
        step: Duration,
    ) -> Result<Vec<SumStat>> {
        caller.require(Right::See)?;
        if step.is_zero() || duration > step * MOST_STEPS {
            let why = format!("it has to be more than 0, and at least 1/{MOST_STEPS} of the duration");
            return Err(keyrack_core::Error::invalid(field::Environment::Interval, why));
        }
        let environment = self.get_local(caller, name).await?;
        let nodes: Vec<NodeId> = choice.of(&environment)?.iter().map(|node| node.id).collect();
        let manager = self.manager()?;
        let slot = manager.slot(&environment);
        manager.sample_one(&slot).await;
        let samples = lock(&slot.samples);
        Ok(samples.steps(Instant::now(), duration, step, &nodes))
    }
}
