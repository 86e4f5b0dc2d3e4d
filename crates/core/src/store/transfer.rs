//! Everything from one database to another, whichever of the two dialects they speak.
//!
//! Tables, their columns and what refers to what are read from the databases themselves, so that a new table needs no
//! word here.

use std::fmt::Write;

use futures::TryStreamExt;
use futures::stream::TryChunksError;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{Dialect, Store};
use crate::audit::{self, Broken};

/// Rows that travel in one statement; times the columns of any table it stays below SQLite's bound on parameters (32 766).
const ROWS_AT_ONCE: usize = 500;

/// Why nothing was moved; one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("the database to move to is not empty: it has users or audit entries")]
    Filled,
    #[error("the audit log of the database to move from is broken: {0}")]
    SourceAudit(Broken),
    #[error("the audit log does not hold after the move ({0}): do not use the database that was moved to")]
    Audit(Broken),
    #[error("table {table} differs between the two databases: {why}")]
    Table { table: String, why: String },
    #[error("tables refer to each other in a circle: {0}")]
    Circle(String),
    #[error("{0}")]
    Domain(#[from] crate::Error),
    #[error("the database says: {0}")]
    Database(#[from] sqlx::Error),
}

/// What was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transferred {
    pub tables: usize,
    pub rows: i64,
    /// Of the audit log, which is whole.
    pub entries: u64,
}

/// Copies everything in one transaction, as it was at one moment. Both schemas are this program's. Nobody should be
/// writing to the first database, for what is written afterwards stays behind.
///
/// # Errors
/// [`TransferError`]; then the second database is as empty as it was.
pub async fn transfer(from: &Store, to: &Store) -> Result<Transferred, TransferError> {
    audit::verify(from).await?.map_err(TransferError::SourceAudit)?;
    let mut reading = from.read().acquire().await?;
    let mut writing = to.begin().await?;
    sqlx::query(match from.dialect {
        Dialect::Sqlite => "BEGIN",
        Dialect::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    })
    .execute(&mut *reading)
    .await?;
    let moved = copy_all((from.dialect, &mut reading), (to.dialect, &mut writing)).await;
    sqlx::query("ROLLBACK").execute(&mut *reading).await?;
    let (tables, rows) = moved?;
    writing.commit(&[]).await?;
    let whole = audit::verify(to).await?.map_err(TransferError::Audit)?;
    Ok(Transferred { tables, rows, entries: whole.entries })
}

super::row! {
    /// A table that refers to another.
    struct Reference {
        child: String,
        parent: String,
    }

    /// A column, and its type.
    struct ColumnRow {
        name: String,
        kind: String,
    }

    /// The highest number that a table gave.
    struct LastNumber {
        name: String,
        seq: i64,
    }
}

/// A connection, and what it speaks.
type End<'a> = (Dialect, &'a mut AnyConnection);

async fn copy_all(from: End<'_>, to: End<'_>) -> Result<(usize, i64), TransferError> {
    let filled: i64 = sqlx::query_scalar("SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM audit)")
        .fetch_one(&mut *to.1)
        .await?;
    if filled > 0 {
        return Err(TransferError::Filled);
    }
    let tables = in_order(to.0, to.1).await?;
    // What the schema itself put in travels too, and would be there twice.
    for table in tables.iter().rev() {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut *to.1).await?;
    }
    let mut rows = 0;
    for table in &tables {
        rows += copy_table(table, (from.0, &mut *from.1), (to.0, &mut *to.1)).await?;
    }
    let last = last_numbers(from.0, from.1).await?;
    set_last_numbers(to.0, to.1, &last).await?;
    Ok((tables.len(), rows))
}

/// All tables, each after those that it refers to.
async fn in_order(dialect: Dialect, connection: &mut AnyConnection) -> Result<Vec<String>, TransferError> {
    let (tables, references) = match dialect {
        Dialect::Sqlite => (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' ORDER BY name",
            "SELECT m.name AS child, f.\"table\" AS parent FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        ),
        Dialect::Postgres => (
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = current_schema() \
             AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_sqlx%' ORDER BY 1",
            "SELECT CAST(c.relname AS TEXT) AS child, CAST(p.relname AS TEXT) AS parent FROM pg_constraint k \
             JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class p ON p.oid = k.confrelid \
             WHERE k.contype = 'f' AND c.relnamespace = CAST(current_schema() AS regnamespace)",
        ),
    };
    let mut left: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut *connection).await?;
    let references = sqlx::query_as::<_, Reference>(references).fetch_all(&mut *connection).await?;
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |table: &String| {
            references.iter().any(|one| one.child == *table && one.parent != one.child && left.contains(&one.parent))
        };
        let (later, next): (Vec<String>, Vec<String>) = left.iter().cloned().partition(waits);
        if next.is_empty() {
            return Err(TransferError::Circle(later.join(", ")));
        }
        ordered.extend(next);
        left = later;
    }
    Ok(ordered)
}

/// What a column holds; the whole schema has no other kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Bytes,
}

/// The columns of a table by name, without those that the database computes.
async fn columns(
    dialect: Dialect,
    connection: &mut AnyConnection,
    table: &str,
) -> Result<Vec<(String, Kind)>, TransferError> {
    let sql = match dialect {
        Dialect::Sqlite => "SELECT name, lower(type) AS kind FROM pragma_table_info($1) ORDER BY name",
        Dialect::Postgres => {
            "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind FROM information_schema.columns \
             WHERE table_schema = current_schema() AND CAST(table_name AS TEXT) = $1 AND is_generated = 'NEVER' ORDER BY column_name COLLATE \"C\""
        }
    };
    let columns = sqlx::query_as::<_, ColumnRow>(sql).bind(table.to_owned()).fetch_all(connection).await?;
    columns
        .into_iter()
        .map(|ColumnRow { name, kind }| match kind.as_str() {
            "integer" | "bigint" => Ok((name, Kind::Number)),
            "text" => Ok((name, Kind::Text)),
            "blob" | "bytea" => Ok((name, Kind::Bytes)),
            other => Err(TransferError::Table {
                table: table.to_owned(),
                why: format!("column {name} is of the kind {other}"),
            }),
        })
        .collect()
}

async fn copy_table(table: &str, from: End<'_>, to: End<'_>) -> Result<i64, TransferError> {
    let differs = |why: &str| TransferError::Table { table: table.to_owned(), why: why.to_owned() };
    let columns = columns(from.0, from.1, table).await?;
    if columns != self::columns(to.0, to.1, table).await? {
        return Err(differs("its columns are not the same"));
    }
    let names = columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let select = format!("SELECT {names} FROM {table}");
    let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut *from.1).try_chunks(ROWS_AT_ONCE);
    let mut copied = 0;
    while let Some(batch) = rows.try_next().await.map_err(|TryChunksError(_, error)| error)? {
        insert(to.1, table, &columns, &batch).await?;
        copied += batch.len() as i64;
    }
    drop(rows);
    let arrived: i64 =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(&mut *to.1).await?;
    if arrived != copied {
        return Err(differs("not all rows arrived"));
    }
    Ok(copied)
}

async fn insert(
    to: &mut AnyConnection,
    table: &str,
    columns: &[(String, Kind)],
    rows: &[AnyRow],
) -> Result<(), TransferError> {
    let names = columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let mut sql = format!("INSERT INTO {table} ({names}) VALUES ");
    let mut number = 0;
    for row in 0..rows.len() {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            number += 1;
            let _ = write!(sql, "{}${number}", if column == 0 { "" } else { ", " });
        }
        sql.push(')');
    }
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for row in rows {
        for (name, kind) in columns {
            query = match kind {
                Kind::Number => query.bind(row.try_get::<Option<i64>, _>(name.as_str())?),
                Kind::Text => query.bind(row.try_get::<Option<String>, _>(name.as_str())?),
                Kind::Bytes => query.bind(row.try_get::<Option<Vec<u8>>, _>(name.as_str())?),
            };
        }
    }
    query.execute(to).await?;
    Ok(())
}

/// The highest number that each table ever gave, so that a number of something that is gone is not given again.
async fn last_numbers(dialect: Dialect, connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, TransferError> {
    if dialect == Dialect::Sqlite {
        let last =
            sqlx::query_as::<_, LastNumber>("SELECT name, seq FROM sqlite_sequence").fetch_all(connection).await?;
        return Ok(last.into_iter().map(|last| (last.name, last.seq)).collect());
    }
    let mut last = Vec::new();
    for table in numbered(connection).await? {
        let sequence = sqlx::query_scalar("SELECT CAST(pg_get_serial_sequence($1, 'id') AS TEXT)");
        let sequence: String = sequence.bind(table.clone()).fetch_one(&mut *connection).await?;
        let sql = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}");
        last.push((table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *connection).await?));
    }
    Ok(last)
}

async fn set_last_numbers(
    dialect: Dialect,
    connection: &mut AnyConnection,
    last: &[(String, i64)],
) -> Result<(), TransferError> {
    let numbered = match dialect {
        Dialect::Sqlite => Vec::new(),
        Dialect::Postgres => numbered(connection).await?,
    };
    for (table, number) in last.iter().filter(|(_, number)| *number > 0) {
        match dialect {
            Dialect::Sqlite => {
                for sql in [
                    "DELETE FROM sqlite_sequence WHERE name = $1 AND $2 > 0",
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
                ] {
                    sqlx::query(sql).bind(table.clone()).bind(*number).execute(&mut *connection).await?;
                }
            }
            Dialect::Postgres if numbered.contains(table) => {
                sqlx::query("SELECT setval(CAST(pg_get_serial_sequence($1, 'id') AS regclass), $2)")
                    .bind(table.clone())
                    .bind(*number)
                    .execute(&mut *connection)
                    .await?;
            }
            Dialect::Postgres => {}
        }
    }
    Ok(())
}

/// PostgreSQL's tables whose rows are numbered by the database.
async fn numbered(connection: &mut AnyConnection) -> Result<Vec<String>, TransferError> {
    let sql = "SELECT CAST(table_name AS TEXT) FROM information_schema.columns \
               WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES'";
    Ok(sqlx::query_scalar(sql).fetch_all(connection).await?)
}
