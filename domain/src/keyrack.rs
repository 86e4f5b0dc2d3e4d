//! The services put together, and what goes on in the background.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use keyrack_automation::marketplace::Marketplace;
use keyrack_automation::scheduler::Scheduler;
use keyrack_core::audit::AuditLog;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::core::{Core, ticks};
use keyrack_core::methods::Catalog;
use keyrack_core::settings::Settings;
use keyrack_core::store::OpenError;
use keyrack_core::world::World;
use keyrack_environments::Environments;
use keyrack_environments::uploads::Uploads;
use keyrack_identity::accounts::Accounts;
use keyrack_identity::notices::{Mailer, NoticeMails, Notices};
use keyrack_identity::second_factor::{PasskeySite, SecondFactor};
use keyrack_members::{Invitations, Members};
use keyrack_tokens::Tokens;

/// Everything Keyrack can do, by subject. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Keyrack(Arc<Services>);

/// The services, which hold what they call.
pub struct Services {
    pub core: Core,
    pub accounts: Accounts,
    pub second_factor: SecondFactor,
    pub members: Members,
    pub notices: Notices,
    pub tokens: Tokens,
    pub environments: Environments,
    pub uploads: Uploads,
    pub marketplace: Marketplace,
    pub scheduler: Scheduler,
    pub audit: AuditLog,
}

impl Keyrack {
    /// Opens the store and gets ready to work; nothing runs in the background yet.
    ///
    /// # Errors
    /// [`OpenError`] for the operator, with nothing changed.
    pub async fn open(settings: Settings, world: World, catalog: Catalog) -> Result<Keyrack, OpenError> {
        let mailer = match &settings.smtp {
            Some(smtp) => Some(Mailer::new(&smtp.url, &smtp.from, &settings.public_url).map_err(OpenError::Setting)?),
            None => None,
        };
        let passkey_site =
            PasskeySite::new(&settings.public_url).inspect_err(|why| tracing::info!(%why, "passkeys are off")).ok();
        let core = Core::open(settings, world, catalog).await?;
        let second_factor = SecondFactor::new(core.clone(), passkey_site.map(Arc::new));
        let accounts = Accounts::new(core.clone(), second_factor.clone());
        let notices = Notices::new(core.clone(), mailer);
        let tokens = Tokens::new(core.clone());
        let uploads = Uploads::new(core.clone());
        let environments = Environments::new(core.clone(), accounts.clone(), uploads.clone());
        Ok(Keyrack(Arc::new(Services {
            members: Members::new(core.clone(), accounts.clone(), notices.clone(), tokens.clone()),
            marketplace: Marketplace::new(core.clone(), accounts.clone(), environments.clone()),
            scheduler: Scheduler::new(core.clone(), accounts.clone(), environments.clone()),
            audit: AuditLog::new(core.clone()),
            core,
            accounts,
            second_factor,
            notices,
            tokens,
            environments,
            uploads,
        })))
    }

    /// The methods that this server answers.
    pub fn catalog(&self) -> &Catalog {
        self.core.catalog()
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        self.core.settings()
    }

    /// Time and randomness.
    pub fn world(&self) -> &World {
        self.core.world()
    }

    /// As [`Core::refused`].
    pub fn refused(&self, caller: &Caller, client: &Client, method: &str, code: i64, reason: &str) {
        self.core.refused(caller, client, method, code, reason);
    }

    /// Writes what is gathered in memory: uses, refusals and reads.
    ///
    /// # Errors
    /// From the database; what was not written stays gathered.
    pub async fn flush(&self) -> keyrack_core::Result<()> {
        self.core.log_lines.count_up(false);
        self.core.usage.flush(&self.core.store, &self.core.catalog).await?;
        self.core.rates.tidy(self.core.world.now().timestamp_millis());
        self.core.reuses.flush(&self.core.store, self.core.world.now()).await?;
        self.core.refusals.flush(&self.core.store, self.core.world.now()).await?;
        self.core.reads.flush(&self.core.store, self.core.world.now()).await
    }

    /// Flushes, tidies up, sends mail, and heeds the operator's commands and the other servers, until it is dropped.
    pub async fn run_background(&self) {
        tokio::join!(
            self.core.listen(),
            self.core.heartbeat(),
            self.keep_own_things(),
            self.work_for_all(),
            self.keep_mailing(),
            self.heed_operator()
        );
    }

    /// By itself, so that a mail server that hangs holds nothing else up.
    async fn keep_mailing(&self) {
        let mut ticks = ticks(Duration::from_secs(5));
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = self.notices.mail_waits.notified() => {}
            }
            let _ = self.send_mails().await;
        }
    }

    /// Another process resets passwords; the sessions that this one remembers have to end too.
    async fn heed_operator(&self) {
        let mut ticks = ticks(Duration::from_secs(1));
        let mut heeded = None;
        loop {
            ticks.tick().await;
            if let Ok(last) = self.accounts.forget_reset_passwords(heeded).await {
                heeded = Some(last);
            }
        }
    }

    async fn keep_own_things(&self) {
        const FLUSHES_PER_SWEEP: u32 = 720;
        let mut ticks = ticks(Duration::from_secs(5));
        for count in 0_u32.. {
            ticks.tick().await;
            // A failure is logged where it happens; the next tick tries again.
            let _ = self.flush().await;
            // Each server has files of its own.
            if count % FLUSHES_PER_SWEEP == 0 {
                let _ = self.uploads.sweep().await;
            }
        }
    }

    /// What is done once for all servers, by one of them. A second one may begin before the first knows that it was
    /// followed, so each thing here can be done twice without harm, or claims what it does in the database.
    async fn work_for_all(&self) {
        const HOUR: Duration = Duration::from_secs(3600);
        let mut ticks = ticks(Duration::from_secs(1));
        let mut tidied: Option<tokio::time::Instant> = None;
        loop {
            ticks.tick().await;
            if !self.core.works_for_all() {
                tidied = None;
                continue;
            }
            if tidied.is_none_or(|last| last.elapsed() >= HOUR) {
                tidied = Some(tokio::time::Instant::now());
                let _ = self.accounts.sweep_sessions().await;
                let _ = self.notices.tell_expiries().await;
                let _ = self.tokens.sweep_secrets().await;
            }
        }
    }

    /// Sends what waits to be mailed: invitations first, since people wait for them.
    ///
    /// # Errors
    /// When the database cannot be reached. A mail server that does not take a mail is logged and tried again later.
    pub async fn send_mails(&self) -> keyrack_core::Result<()> {
        self.notices.send_due::<Invitations>().await?;
        self.notices.send_due::<NoticeMails>().await
    }

    /// Writes what is gathered and closes the store.
    pub async fn close(&self) {
        let _ = self.flush().await;
        let _ = self.core.reads.flush_all(&self.core.store, self.core.world.now()).await;
        self.core.log_lines.count_up(true);
        self.core.store.close().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> keyrack_core::Result<()> {
        self.core.ready().await
    }
}

impl Deref for Keyrack {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
