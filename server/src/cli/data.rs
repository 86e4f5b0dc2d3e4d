//! `keyrack backup`, `keyrack restore`, `keyrack migrate-data`: what an operator does with the whole database.

use std::path::PathBuf;

use clap::Args;
use keyrack_domain::store::{self, Address, Dialect, Schema, Store};
use keyrack_domain::world::World;

use super::folder::{DatabaseLock, Folder};
use super::{DataOptions, Failure, block_on, require_database};

#[derive(Args)]
pub struct Backup {
    /// The file to write; it must not exist yet
    file: PathBuf,
    #[command(flatten)]
    data_options: DataOptions,
}

#[derive(Args)]
pub struct Restore {
    /// A file that `keyrack backup` wrote
    file: PathBuf,
    #[command(flatten)]
    data_options: DataOptions,
}

#[derive(Args)]
pub struct MigrateData {
    /// The database that has everything: sqlite://FILE or postgres://…
    #[arg(long, env = "KEYRACK_FROM", value_name = "URL", hide_env_values = true)]
    from: String,
    /// The empty database that gets it; with sqlite://FILE?mode=rwc the file is made
    #[arg(long, env = "KEYRACK_TO", value_name = "URL", hide_env_values = true)]
    to: String,
    #[command(flatten)]
    data_options: DataOptions,
}

impl Backup {
    pub fn run(self) -> Result<(), Failure> {
        let settings = self.data_options.settings();
        sqlite_file(&settings.database, "pg_dump")?;
        require_database(&settings)?;
        block_on(async { store::backup(&settings.database, &self.file).await.map_err(Failure::start) })?;
        println!("wrote {}", self.file.display());
        Ok(())
    }
}

impl Restore {
    pub fn run(self) -> Result<(), Failure> {
        let url = self.data_options.settings().database;
        let path = sqlite_file(&url, "pg_restore")?;
        let mut folder = Folder::open(&self.data_options.data)?;
        folder.lock()?;
        folder.lock_database(&url)?;
        let now = World::system().now();
        let restored = block_on(async {
            store::restore(&self.file, &path, self.data_options.schema(), now).await.map_err(Failure::start)
        })?;
        folder.keep();
        println!(
            "restored {} users and {} tokens; the audit log is whole: {} entries",
            restored.users, restored.tokens, restored.entries
        );
        if let Some(former) = restored.former {
            println!("the database that was here is now {}", former.display());
        }
        println!(
            "everybody has to sign in again; what was revoked or changed since the backup is as it was then: look through \
             the tokens"
        );
        Ok(())
    }
}

impl MigrateData {
    pub fn run(self) -> Result<(), Failure> {
        if self.from == self.to {
            return Err(Failure::start("--from and --to name the same database"));
        }
        // What a server wrote meanwhile would stay behind: a token that it took back would be alive in the new database.
        let mut folder = None;
        if self.data_options.data.is_dir() {
            folder.insert(Folder::open(&self.data_options.data)?).lock()?;
        }
        let _from = DatabaseLock::take(&self.from).map_err(|failure| about("--from")(failure.line))?;
        let _to = DatabaseLock::take(&self.to).map_err(|failure| about("--to")(failure.line))?;
        let moved = block_on(async {
            // An operator must not be surprised by a change to the database that is only read.
            let from = Store::open_with(&self.from, Schema::Keep).await.map_err(about("--from"))?;
            let to = Store::open_with(&self.to, self.data_options.schema()).await.map_err(about("--to"))?;
            let moved = store::transfer(&from, &to).await.map_err(Failure::start);
            from.close().await;
            to.close().await;
            moved
        })?;
        println!(
            "moved {} rows of {} tables; the audit log is whole: {} entries",
            moved.rows, moved.tables, moved.entries
        );
        println!("start the server with --database and the new address; the data folder stays where it is");
        Ok(())
    }
}

fn about<E: std::fmt::Display>(option: &'static str) -> impl FnOnce(E) -> Failure {
    move |error| Failure::start(format_args!("{option}: {error}"))
}

/// The file of an SQLite database.
fn sqlite_file(url: &str, instead: &str) -> Result<PathBuf, Failure> {
    let address = Address::parse(url).map_err(Failure::start)?;
    match (address.dialect(), address.file()) {
        (Dialect::Sqlite, Some(file)) => Ok(file.to_owned()),
        (Dialect::Sqlite, None) => Err(Failure::start("a database in memory has no file")),
        (Dialect::Postgres, _) => {
            Err(Failure::start(format_args!("this works on SQLite; for PostgreSQL use its own {instead}")))
        }
    }
}
