//! The domain as one value that the doors hold.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::audit::{Broken, Event, Verified};
use crate::bounds::records::READS_TOGETHER;
use crate::caller::{Caller, Client};
use crate::callers::Callers;
use crate::cluster::Cluster;
use crate::environments::Manager;
use crate::gathered::Gather;
use crate::log_lines::LogLines;
use crate::methods::Catalog;
use crate::notices::Mailer;
use crate::passwords::Passwords;
use crate::second_factor::PasskeySite;
use crate::settings::Settings;
use crate::store::{Dialect, OpenError, Store};
use crate::throttle::Throttle;
use crate::uploads::{Copies, Running};
use crate::usage::Usage;
use crate::world::World;

/// Everything Keyrack can do. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Keyrack(Arc<Parts>);

/// What the operations work with. Each operation lives with its subject (`accounts`, `tokens`, `environments`, …) as a
/// method of [`Keyrack`].
pub struct Parts {
    pub(crate) store: Store,
    pub(crate) world: World,
    pub(crate) settings: Settings,
    pub(crate) catalog: Catalog,
    pub(crate) callers: Callers,
    pub(crate) mailer: Option<Mailer>,
    /// Wakes the mailer for mail that somebody waits for.
    pub(crate) mail_waits: tokio::sync::Notify,
    pub(crate) passkey_site: Option<PasskeySite>,
    pub(crate) passwords: Passwords,
    pub(crate) receiving: Running,
    /// Files of other servers' uploads, while they are worked with.
    pub(crate) copies: Copies,
    /// What callers were refused.
    pub(crate) refusals: Gather,
    /// What callers read that may hold secrets.
    pub(crate) reads: Gather,
    log_lines: LogLines,
    pub(crate) throttle: Throttle,
    pub(crate) usage: Usage,
    /// This server among others, once it has joined them.
    pub(crate) cluster: Cluster,
    /// The running side of environments, once they are started.
    pub(crate) environments: OnceLock<Arc<Manager>>,
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
        let store = Store::open_with(&settings.database, settings.schema).await?;
        // Where there can be other servers, nothing is remembered before their changes can be heard.
        let callers = Callers::new(store.dialect() == Dialect::Sqlite);
        Ok(Keyrack(Arc::new(Parts {
            store,
            world,
            settings,
            catalog,
            callers,
            mailer,
            mail_waits: tokio::sync::Notify::new(),
            passkey_site,
            passwords: Passwords::default(),
            receiving: Running::default(),
            copies: Copies::default(),
            refusals: Gather::each_flush(),
            reads: Gather::with_pause(READS_TOGETHER),
            log_lines: LogLines::default(),
            throttle: Throttle::default(),
            usage: Usage::default(),
            cluster: Cluster::default(),
            environments: OnceLock::new(),
        })))
    }

    /// The methods that this server answers.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// What the operator set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Time and randomness.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Notes that a known caller was refused a method; written to the audit log with the next batch. The reason must not repeat
    /// what the caller sent.
    pub fn refused(&self, caller: &Caller, client: &Client, method: &str, code: i64, reason: &str) {
        let event =
            Event::by(caller, client, "api.call", format!("method:{method}")).refused(format!("{code} {reason}"));
        self.refusals.note(event);
    }

    /// Notes that a caller reads or writes what may hold secrets without changing anything else; written to the audit log with
    /// one of the next batches.
    pub(crate) fn note_read(&self, event: Event) {
        self.reads.note(event);
    }

    /// Where to ask whether one more log line may be written about what a caller does.
    pub fn log_lines(&self) -> &LogLines {
        &self.log_lines
    }

    /// Writes what is gathered in memory: uses, refusals and reads.
    ///
    /// # Errors
    /// From the database; what was not written stays gathered.
    pub async fn flush(&self) -> crate::Result<()> {
        self.log_lines.count_up(false);
        self.usage.flush(&self.store, &self.catalog).await?;
        self.refusals.flush(&self.store, self.world.now()).await?;
        self.reads.flush(&self.store, self.world.now()).await
    }

    /// Flushes, tidies up, sends mail, and heeds the operator's commands and the other servers, until it is dropped.
    pub async fn run_background(&self) {
        tokio::join!(
            self.hear_others(),
            self.beat(),
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
                () = self.mail_waits.notified() => {}
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
            if let Ok(last) = self.forget_reset_passwords(heeded).await {
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
                let _ = self.sweep_uploads().await;
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
            if !self.works_for_all() {
                tidied = None;
                continue;
            }
            if tidied.is_none_or(|last| last.elapsed() >= HOUR) {
                tidied = Some(tokio::time::Instant::now());
                let _ = self.sweep_sessions().await;
                let _ = self.tell_expiries().await;
            }
        }
    }

    /// Walks the audit chain.
    ///
    /// # Errors
    /// The outer one from the database; the inner one names the first broken entry.
    pub async fn verify_audit(&self) -> crate::Result<Result<Verified, Broken>> {
        crate::audit::verify(&self.store).await
    }

    /// Writes what is gathered and closes the store.
    pub async fn close(&self) {
        let _ = self.flush().await;
        let _ = self.reads.flush_all(&self.store, self.world.now()).await;
        self.log_lines.count_up(true);
        self.store.close().await;
    }

    /// Empties the cache of callers: what was changed in the database by other means decides the next call.
    pub fn forget_callers(&self) {
        self.callers.forget_all();
    }

    /// Whether callers are remembered from one call to the next. Where there can be other servers, that is so while their
    /// changes can be heard.
    pub fn remembers_callers(&self) -> bool {
        self.callers.keeps()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ready(&self) -> crate::Result<()> {
        self.store.ping().await
    }
}

pub(crate) fn ticks(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

impl Deref for Keyrack {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
