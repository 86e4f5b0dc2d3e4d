//! The schema's steps. Each dialect has its own text under the same number; a step that has run is never changed.

use std::borrow::Cow;
use std::cmp::Ordering;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, AssertSqlSafe, SqlSafeStr};

use super::{Dialect, OpenError};

macro_rules! steps {
    ($($number:literal $name:literal),+ $(,)?) => {
        /// (number, name, text for SQLite, text for PostgreSQL)
        const STEPS: &[(i64, &str, &str, &str)] = &[$((
            $number,
            $name,
            include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        )),+];
    };
}

steps! {
    1 "0001_foundation",
    2 "0002_environments",
    3 "0003_people",
    4 "0004_files_and_groups",
    5 "0005_deployments",
    6 "0006_invitation_mail",
    7 "0007_marketplace",
    8 "0008_servers",
    9 "0009_keys_tasks_and_exports",
    10 "0010_usage",
    11 "0011_servers_of_uploads_and_tasks",
    12 "0012_records",
    13 "0013_task_beginnings",
    14 "0014_audit_columns",
    15 "0015_registry_logins",
    16 "0016_token_limits",
    17 "0017_reach",
}

/// The number of the last step.
pub(super) fn known() -> i64 {
    STEPS.last().map_or(0, |step| step.0)
}

/// The number of the last step that a database has seen; 0 for a database that is not Keyrack's.
pub(super) async fn found(pool: &AnyPool) -> i64 {
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")
        .fetch_one(pool)
        .await
        .unwrap_or(0)
}

/// Refuses a database whose schema is not exactly this program's; changes nothing.
pub(super) async fn check(pool: &AnyPool) -> Result<(), OpenError> {
    let (found, known) = (found(pool).await, known());
    match found.cmp(&known) {
        Ordering::Less => Err(OpenError::Older { found, known }),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(OpenError::Newer { found, known }),
    }
}

/// Runs the steps that the database has not seen yet, in order; refuses a database that knows steps which this program
/// does not.
pub(super) async fn bring_up(pool: &AnyPool, dialect: Dialect) -> Result<(), OpenError> {
    let steps = STEPS.iter().map(|(number, name, sqlite, postgres)| {
        let text = match dialect {
            Dialect::Sqlite => sqlite,
            Dialect::Postgres => postgres,
        };
        Migration::new(*number, Cow::Borrowed(*name), MigrationType::Simple, AssertSqlSafe(*text).into_sql_str(), false)
    });
    let known = known();
    Migrator::with_migrations(steps.collect()).run(pool).await.map_err(|error| match error {
        MigrateError::VersionMissing(found) if found > known => OpenError::Newer { found, known },
        error => {
            let text = error.to_string();
            if text.contains("database is locked") { OpenError::Locked } else { OpenError::Migration(text) }
        }
    })
}
