//! Tasks that are due, called as any call is: the permission first, then the parameters, then the method.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::decision::Asked;
use keyrack_domain::scheduler::ClaimedTask;
use keyrack_domain::{Error, Result};
use tokio::task::JoinHandle;

use super::answer::Answer;
use super::api::Api;
use super::call::Permit;
use super::error::{ApiError, redact};
use crate::log::context::{self as log, LogContext, MethodName};
use keyrack_wire::{self as wire, Pairs};

/// How often a claim is renewed while its call runs; it is valid for a minute.
const RENEWED: Duration = Duration::from_secs(20);

impl Api {
    /// Starts every task that is due now and that no server has started. Returns what is under way; it goes on by itself.
    pub async fn run_due_tasks(self: &Arc<Api>) -> Vec<JoinHandle<()>> {
        // A database that is out of reach was logged; what is due now is due at the next look too.
        let claimed = self.keyrack.scheduler.claim_due().await.unwrap_or_default();
        let begin = |(task, caller): (ClaimedTask, Result<Arc<Caller>>)| {
            let api = self.clone();
            let context = LogContext::task(task.id);
            self.changes.spawn(context.scope(async move { api.run_task(task, caller).await }))
        };
        claimed.into_iter().map(begin).collect()
    }

    async fn run_task(&self, mut task: ClaimedTask, caller: Result<Arc<Caller>>) {
        let (method, params, client) = (task.method.clone(), std::mem::take(&mut task.params), task.client());
        let mut calling = std::pin::pin!(async {
            let caller = caller?;
            log::set_account(caller.account);
            caller.note_use(self.keyrack.world().now(), &client);
            self.call_for_task(&method, params, caller, client).await
        });
        let mut renewals = tokio::time::interval(RENEWED);
        // The first tick comes at once.
        renewals.tick().await;
        let outcome = loop {
            tokio::select! {
                outcome = &mut calling => break outcome,
                _ = renewals.tick() => {
                    let _ = self.keyrack.scheduler.renew(&mut task).await;
                }
            }
        };
        if let Err(ApiError::Domain(Error::Elsewhere { server, .. })) = &outcome {
            tracing::debug!(%server, "task handed on");
            let _ = self.keyrack.scheduler.hand_on(&task, server).await;
            return;
        }
        let (code, text) = match &outcome {
            Ok(_) => (0, None),
            Err(error) => (error.code().number(), Some(redact(error.kept_text(), &[]))),
        };
        tracing::info!(code, "task");
        // A failure was logged; the claim runs out by itself.
        let _ = self.keyrack.scheduler.finish(&task, code, text.as_deref()).await;
    }

    async fn call_for_task(
        &self,
        name: &str,
        params: Vec<(String, String)>,
        caller: Arc<Caller>,
        client: Client,
    ) -> Result<Answer, ApiError> {
        let index = self.registry.methods().iter().position(|method| method.name == name);
        let index = index.ok_or_else(|| ApiError::UnknownMethod(name.to_owned()))?;
        let method = self.registry.methods()[index];
        log::set_method(MethodName::Api(method.name));
        let asked = Asked { method: Some(self.ids[index]), address: None, in_url: false, counts: true };
        let permit = Permit::of(self.keyrack.core.decide(&caller, asked).await, method.name)?;
        let fields: Vec<_> = params.into_iter().map(|(name, value)| (name, Bytes::from(value))).collect();
        let pairs = Pairs::read(&[], &wire::Body::Multipart(fields))?;
        // The domain makes no task of what needs no credential.
        let (names, answering) = method.start(permit.call(self.keyrack.clone(), caller, client, None), pairs)?;
        self.run(method, &names, answering).await
    }
}
