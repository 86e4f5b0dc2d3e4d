//! Rows that are read by the names of their columns.
//!
//! [`row!`](crate::store::row) in place of sqlx's derive: that would build sqlx and both drivers a second time, for the machine
//! that compiles, and could read neither our ids nor our times and flags.

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;
use sqlx::{Row, ValueRef};

use crate::secret::SecretHash;
use crate::world::from_millis;
use keyrack_types::accounts::Role;
use keyrack_types::ids::{AccountId, ActionId, EnvironmentId, NodeId, ServerId, SessionId, TokenId, UserId};
use keyrack_types::methods::ApiSet;

/// A value that a column holds.
pub trait Column: Sized {
    /// Reads the column of this name.
    ///
    /// # Errors
    /// When there is no such column, or it holds something else.
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self>;
}

macro_rules! as_stored {
    ($($type:ty),+) => {$(
        impl Column for $type {
            fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
                row.try_get(name)
            }
        }
    )+};
}

as_stored!(i64, String, Vec<u8>);

macro_rules! ids {
    ($($id:ident),+) => {$(
        impl Column for $id {
            fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
                row.try_get(name).map($id)
            }
        }
    )+};
}

ids!(AccountId, ActionId, EnvironmentId, NodeId, SessionId, TokenId, UserId);

impl Column for ServerId {
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        row.try_get::<String, _>(name).map(|id| ServerId::new(&id))
    }
}

/// Stored as 0 or 1.
impl Column for bool {
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        row.try_get::<i64, _>(name).map(|flag| flag != 0)
    }
}

/// Stored as milliseconds since 1970.
impl Column for DateTime<Utc> {
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        row.try_get(name).map(from_millis)
    }
}

impl Column for Role {
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        let role: String = row.try_get(name)?;
        Role::by_name(&role).ok_or_else(|| damaged(name, &format!("the unknown role “{role}”")))
    }
}

impl Column for ApiSet {
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        let set: String = row.try_get(name)?;
        ApiSet::by_name(&set).ok_or_else(|| damaged(name, &format!("the unknown API set “{set}”")))
    }
}

impl Column for SecretHash {
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        let hash: Vec<u8> = row.try_get(name)?;
        SecretHash::from_stored(&hash).ok_or_else(|| damaged(name, "a damaged secret hash"))
    }
}

impl<T: Column> Column for Option<T> {
    fn read(row: &AnyRow, name: &str) -> sqlx::Result<Self> {
        if row.try_get_raw(name)?.is_null() { Ok(None) } else { T::read(row, name).map(Some) }
    }
}

fn damaged(name: &str, what: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: name.to_owned(), source: format!("the store holds {what}").into() }
}

/// Declares structs that [`sqlx::query_as`] reads rows into, each field from the column of its name. A field's type is a
/// [`Column`](crate::store::Column).
#[macro_export]
macro_rules! row {
    ($($(#[$about:meta])* $seen:vis struct $name:ident {
        $($(#[$about_field:meta])* $field_seen:vis $field:ident: $type:ty),* $(,)?
    })+) => {$(
        $(#[$about])*
        $seen struct $name {
            $($(#[$about_field])* $field_seen $field: $type,)*
        }

        impl<'r> ::sqlx::FromRow<'r, ::sqlx::any::AnyRow> for $name {
            fn from_row(row: &'r ::sqlx::any::AnyRow) -> ::sqlx::Result<Self> {
                Ok(Self { $($field: $crate::store::Column::read(row, stringify!($field))?,)* })
            }
        }
    )+};
}
